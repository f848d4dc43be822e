"""The record store on a PostgreSQL server that a team shares."""

from __future__ import annotations
