"""The command line: reads arguments, calls one service, prints what came back.

Here belong arguments, the wording of results, progress on a terminal, exit statuses. Not here: rules (domain and
services), and anything that touches files or libraries (adapters, reached through the open ``Desk`` only). Modules
stay light at import: ``hypercare-desk --help`` must feel instant.
"""
