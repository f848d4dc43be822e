"""Services: the use cases. Each is given its ports by constructor and returns its result and the Changes it made.

Belongs here: what a user can do, in the words of the product; ports (what the world must offer); progress.
Does not belong here: SQL, files, Whoosh, PDF (adapters); wording of windows (ui) and of commands (cli).
"""
