"""The window: everything Qt. Pages show what services answer and ask services for what the user wants.

Belongs here: widgets, models, delegates, theme, jobs, the bus of changes. Does not belong here: rules of the product
(domain), use cases (services), files, SQL or search (adapters; never imported from here).
"""
