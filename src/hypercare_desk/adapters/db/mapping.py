"""From frozen dataclass to table and back: one column a field, in the order of the fields."""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any, Generic, TypeVar

from sqlalchemy import CheckConstraint, Column, ColumnElement, Connection, ForeignKey, MetaData, Select, Table
from sqlalchemy.types import TypeEngine

from hypercare_desk.adapters.db.types import SCALARS, SEQUENCE, Choice, Nested, Reference

T = TypeVar("T")


@dataclass(frozen=True)
class Shape(Generic[T]):
    """A table and the frozen rows it holds.

    ``prefix`` begins the ids that the table gives out. ``computed`` are columns that no field has: filled from the
    row when it is written, never read back.
    """

    kind: type[T]
    table: Table
    noun: str
    prefix: str = ""
    versioned: bool = False
    computed: Mapping[str, Callable[[T], object]] = field(default_factory=dict[str, Callable[[T], object]])

    @property
    def names(self) -> Sequence[str]:
        """The fields that are columns of the table, in their order."""
        return [f.name for f in fields(typing.cast("Any", self.kind))]

    @property
    def columns(self) -> Sequence[ColumnElement[Any]]:
        """The columns that fields are read from, in the order of the fields."""
        return [self.table.c[name] for name in self.names]

    def values(self, row: T) -> dict[str, object]:
        """Column → value of one row."""
        values: dict[str, object] = {name: getattr(row, name) for name in self.names}
        for name, compute in self.computed.items():
            values[name] = compute(row)
        return values

    def read(self, connection: Connection, statement: Select[Any]) -> list[T]:
        """The frozen rows that ``statement``, a selection of ``columns``, finds."""
        found: Any = connection.execute(statement)
        try:
            values = found.cursor.fetchall()
        finally:
            found.close()
        return self.rows(connection, values)

    def rows(self, connection: Connection, found: Iterable[Sequence[Any]]) -> list[T]:
        """The frozen rows of what the driver found."""
        kind = self.kind
        return [kind(*values) for values in self.decoded(connection, found)]

    def decoded(self, connection: Connection, found: Iterable[Sequence[Any]]) -> Iterator[list[Any]]:
        """What the driver found, read by the columns' types without going through rows of SQLAlchemy's."""
        dialect = connection.dialect
        processors = [
            column.type.dialect_impl(dialect).result_processor(dialect, None) for column in self.columns
        ]
        readers = [(n, reader) for n, reader in enumerate(processors) if reader]
        for values in found:
            read = list(values)
            for n, reader in readers:
                read[n] = reader(read[n])
            yield read

    def write_parts(self, connection: Connection, rows: Sequence[T], *, over: bool = False) -> None:
        """Rows of this table have no parts in others."""


def table_of(
    name: str,
    kind: type[Any],
    metadata: MetaData,
    *extra: Any,
    key: str = "id",
    owned_by: Mapping[str, str] | None = None,
    refers_to: Mapping[str, ForeignKey] | None = None,
    computed: Sequence[str] = (),
    without: Collection[str] = (),
    sqlite_autoincrement: bool = False,
) -> Table:
    """The table that holds rows of ``kind``: its columns, its primary key, and a check for every enumeration.

    ``owned_by`` maps columns to the row that must exist; ``refers_to`` those that may be empty instead. ``computed``
    names further text columns, ``without`` fields that have no column. A key named ``seq`` counts by itself.
    """
    hints = typing.get_type_hints(kind)
    owners, others = owned_by or {}, refers_to or {}
    parts: list[Any] = []
    for entry in fields(kind):
        column = entry.name
        if column in without:
            continue
        if column == key == "seq":
            parts.append(Column("seq", SEQUENCE, primary_key=True, autoincrement=True))
            continue
        column_type, nullable = _column_type(hints[column])
        links: list[ForeignKey] = []
        if column in owners:
            links.append(ForeignKey(owners[column]))
        elif column in others:
            links.append(others[column])
            column_type, nullable = Reference(), True
        parts.append(Column(column, column_type, *links, primary_key=column == key, nullable=nullable))
        if isinstance(column_type, Choice):
            # Compared one by one: SQLite builds a table in memory for each IN of each row it inserts.
            words = (member.value.replace("'", "''") for member in column_type.kind)
            allowed = " OR ".join(f"{column} = '{word}'" for word in words)
            parts.append(CheckConstraint(allowed, name=f"{column}_word"))
    parts.extend(Column(column, SCALARS[str](), nullable=False) for column in computed)
    return Table(name, metadata, *parts, *extra, sqlite_autoincrement=sqlite_autoincrement)


def _column_type(hint: Any) -> tuple[TypeEngine[Any], bool]:
    """The type of a column and whether it may be NULL."""
    if typing.get_origin(hint) in (types.UnionType, typing.Union):
        inner = next(a for a in typing.get_args(hint) if a is not type(None))
        return _column_type(inner)[0], True
    if typing.get_origin(hint) is tuple:
        return Nested(hint), False
    if issubclass(hint, StrEnum):
        return Choice(hint), False
    return SCALARS[hint](), False
