"""Domain: what the product is about, as frozen dataclasses and pure rules.

Belongs here: articles, feedback, triage, exit criteria, post-mortems, journal, handoff, errors, changes.
Does not belong here: anything that reads a file, a clock, a database or a library outside the standard one.
"""
