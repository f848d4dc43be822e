"""Adapters: everything that touches the world, one folder a port.

Belongs here: files, git, SQL, Whoosh, NumPy, WeasyPrint, YAML, TOML. No row, session or index object leaves.
Does not belong here: decisions about the product (domain, services).
"""
