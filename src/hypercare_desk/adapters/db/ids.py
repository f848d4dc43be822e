"""Ids: prefix and number, counted in a table, never given twice."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Table, select

from hypercare_desk.adapters.db.tables import COUNTERS
from hypercare_desk.domain.errors import Invalid

COMMITS = ""
"""The counter of commits, which no prefix can be."""
_PREFIX = re.compile(r"[A-Z]{1,8}")
_ID = re.compile(r"([A-Z]{1,8})-([0-9]{1,18})")


def numbered(prefix: str, number: int) -> str:
    """The id of this number: at least four digits (``KI-0007``)."""
    return f"{prefix}-{number:04d}"


class Counters:
    """The counters of one transaction.

    A number is taken in the transaction that uses it: once committed it never comes back, even if its row is removed.
    A transaction that is undone was never seen by anybody, and gives its numbers back.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def next(self, prefix: str, count: int) -> Sequence[str]:
        """The next ``count`` ids of ``prefix``; raises ``Invalid`` for what is no prefix or no count."""
        if not _PREFIX.fullmatch(prefix) or count < 0:
            raise Invalid(
                f"{prefix!r} cannot begin {count} ids: one to eight capital letters do.", code="prefix"
            )
        if not count:
            return []
        last = self.add(prefix, count)
        return [numbered(prefix, number) for number in range(last - count + 1, last + 1)]

    def raise_floor(self, prefix: str, number: int) -> None:
        """See that every further id of ``prefix`` is above ``number``."""
        insert = upsert(self._connection, COUNTERS).values(name=prefix, last=number)
        self._connection.execute(
            insert.on_conflict_do_update(
                index_elements=[COUNTERS.c.name],
                set_={"last": insert.excluded.last},
                where=COUNTERS.c.last < insert.excluded.last,
            )
        )

    def note(self, prefix: str, ids: Iterable[str]) -> None:
        """Never give out the ids that rows came with."""
        found = (_ID.fullmatch(row_id) for row_id in ids)
        highest = max((int(m[2]) for m in found if m and m[1] == prefix), default=0)
        if highest:
            self.raise_floor(prefix, highest)

    def add(self, name: str, count: int) -> int:
        """Count on by ``count``; returns the new value."""
        insert = upsert(self._connection, COUNTERS).values(name=name, last=count)
        statement = insert.on_conflict_do_update(
            index_elements=[COUNTERS.c.name], set_={"last": COUNTERS.c.last + insert.excluded.last}
        ).returning(COUNTERS.c.last)
        return int(self._connection.execute(statement).scalar_one())

    def value(self, name: str) -> int:
        """The last number given."""
        return int(
            self._connection.execute(select(COUNTERS.c.last).where(COUNTERS.c.name == name)).scalar() or 0
        )


def upsert(connection: Connection, table: Table) -> Any:
    """An INSERT that knows ``on_conflict_…`` of the connection's dialect; both spell it the same."""
    # Each dialect is imported where it is at work; PostgreSQL's brings asyncio along.
    if connection.dialect.name == "sqlite":
        from sqlalchemy.dialects.sqlite import insert

        return insert(table)
    from sqlalchemy.dialects.postgresql import insert as postgresql_insert

    return postgresql_insert(table)
