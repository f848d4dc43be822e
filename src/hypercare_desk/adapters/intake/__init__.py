"""Intake: one file for each foreign format; reads what lies elsewhere and says what it understood.

Belongs here: formats, their odd dates and their keys. Does not belong here: deciding what is new or writing anything
(services/intake).
"""
