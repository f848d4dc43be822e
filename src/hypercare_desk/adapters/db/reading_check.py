"""Whether every row can be read, and still says what was written.

SQLite's pages have no checksums: 11 of 120 damaged pages went unseen by its own check (dependencies.md trap 4). What
is stored twice, a record's text and the words it is searched by, gives most of the rest away.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, select

from hypercare_desk.adapters.db.mapping import Shape
from hypercare_desk.adapters.db.tables import SHAPES
from hypercare_desk.domain.errors import Unavailable

_AT_ONCE = 2000


def unreadable_rows(connection: Connection) -> Iterator[str]:
    """A sentence for each table that holds rows which cannot be read, or which do not say what was written."""
    for shape in SHAPES:
        try:
            odd = _first_odd_row(connection, shape)
        except Unavailable as fault:
            yield f"The table {shape.table.name} cannot be read: {fault.message}"
        else:
            if odd:
                yield f"The {shape.noun} {odd} does not say what was written: the database is damaged."


def _first_odd_row(connection: Connection, shape: Shape[Any]) -> str:
    """The key of the first row whose text and searched words differ, or which lacks what it must have."""
    names = shape.names
    must = [n for n, name in enumerate(names) if not shape.table.c[name].nullable]
    stored = [shape.table.c[name] for name in shape.computed]
    computes = list(shape.computed.values())
    found: Any = connection.execute(select(*shape.columns, *stored).execution_options(yield_per=_AT_ONCE))
    for values in found:
        if any(values[n] is None for n in must):
            return str(values[0])
        if computes:
            row = shape.kind(*values[: len(names)])
            if [compute(row) for compute in computes] != list(values[len(names) :]):
                return str(values[0])
    return ""
