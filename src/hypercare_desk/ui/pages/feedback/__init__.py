"""The feedback page: a table of records, triage under the keys, the loop from new to closed, links, merging."""
