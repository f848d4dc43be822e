"""Shared widgets and delegates; they know no service, no page and no navigator."""
