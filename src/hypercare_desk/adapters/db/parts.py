"""Rows that are part of another row: a field that holds a tuple of them, kept in a table of its own, in order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Column, Connection, ForeignKey, MetaData, PrimaryKeyConstraint, delete, insert, select

from hypercare_desk.adapters.db.mapping import Shape, table_of
from hypercare_desk.adapters.db.types import Whole, Words

T = TypeVar("T")
_KEYS_AT_ONCE = 500
"""Owners that are asked for by name; more of them, and the whole table is read."""


@dataclass(frozen=True)
class Part:
    """The table of one such field; ``owner`` is its column that names the row it is part of."""

    field: str
    shape: Shape[Any]
    owner: str

    def read(self, connection: Connection, owners: Sequence[str]) -> dict[str, tuple[Any, ...]]:
        """The parts of each owner that has any."""
        columns = self.shape.table.c
        statement = select(columns[self.owner], *self.shape.columns).order_by(
            columns[self.owner], columns.position
        )
        if len(owners) <= _KEYS_AT_ONCE:
            statement = statement.where(columns[self.owner].in_(owners))
        found: Any = connection.execute(statement)
        values = found.cursor.fetchall()
        found.close()
        rows = self.shape.rows(connection, [entry[1:] for entry in values])
        parts: dict[str, list[Any]] = defaultdict(list)
        for entry, row in zip(values, rows, strict=True):
            parts[entry[0]].append(row)
        return {owner: tuple(entries) for owner, entries in parts.items()}

    def write(self, connection: Connection, rows: Iterable[Any]) -> None:
        """The parts of new rows."""
        values = [
            {self.owner: row.id, "position": position, **self.shape.values(entry)}
            for row in rows
            for position, entry in enumerate(getattr(row, self.field))
        ]
        if values:
            connection.execute(insert(self.shape.table), values)

    def remove(self, connection: Connection, owner: str) -> None:
        """Take the parts of one row away."""
        table = self.shape.table
        connection.execute(delete(table).where(table.c[self.owner] == owner))


def part_of(
    owner: str, name: str, kind: type[Any], metadata: MetaData, *extra: Any, table: str, noun: str
) -> Part:
    """The field ``name`` of the rows of the table ``owner``, kept in ``table``; ``extra`` as for ``table_of``."""
    column = f"{noun}_id"
    kept = table_of(
        table,
        kind,
        metadata,
        Column(column, Words(), ForeignKey(f"{owner}.id", ondelete="CASCADE"), nullable=False),
        Column("position", Whole(), nullable=False),
        PrimaryKeyConstraint(column, "position"),
        *extra,
        key="",
    )
    return Part(name, Shape(kind, kept, table.replace("_", " ")), column)


@dataclass(frozen=True)
class ShapeWithParts(Shape[T]):
    """A table whose rows have parts in tables of their own."""

    parts: tuple[Part, ...] = ()

    @property
    def names(self) -> Sequence[str]:
        apart = {part.field for part in self.parts}
        return [name for name in super().names if name not in apart]

    def rows(self, connection: Connection, found: Iterable[Sequence[Any]]) -> list[T]:
        """The frozen rows, each with its parts."""
        names = self.names
        own = [dict(zip(names, values, strict=True)) for values in self.decoded(connection, found)]
        ids = [str(values["id"]) for values in own]
        for part in self.parts:
            parts = part.read(connection, ids)
            for values in own:
                values[part.field] = parts.get(str(values["id"]), ())
        return [self.kind(**values) for values in own]

    def write_parts(self, connection: Connection, rows: Sequence[T], *, over: bool = False) -> None:
        """The parts of rows that were written, over those that were there."""
        for part in self.parts:
            if over:
                for row in rows:
                    part.remove(connection, str(getattr(row, "id")))  # noqa: B009 (a row of this table has an id)
            part.write(connection, rows)
