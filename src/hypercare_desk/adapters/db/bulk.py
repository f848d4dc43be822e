"""Many rows at once: prepared here and handed to the driver as tuples.

SQLAlchemy's own way of binding costs more than the database's work at 100,000 rows. The columns' types still decide
what is stored; only text, which is most of a row, is looked at as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection

from hypercare_desk.adapters.db.mapping import Shape
from hypercare_desk.adapters.db.types import Words

T = TypeVar("T")


class BulkInsert(Generic[T]):
    """An INSERT of one table, prepared for one connection; ``left_out`` are columns that the database fills."""

    def __init__(self, connection: Connection, shape: Shape[T], left_out: Sequence[str] = ()) -> None:
        self._connection = connection
        self._dialect = connection.dialect
        stored = [c for c in shape.table.columns if c.name not in left_out]
        fields = [c for c in stored if c.name not in shape.computed]
        columns = [*fields, *(c for c in stored if c.name in shape.computed)]
        self._fields = attrgetter(*(c.name for c in fields))
        self._computed = [shape.computed[c.name] for c in columns[len(fields) :]]
        kinds: list[Any] = [c.type for c in columns]
        self._words = [(n, kind) for n, kind in enumerate(kinds) if type(kind) is Words]
        self._others: list[tuple[int, Any]] = [
            (n, kind)
            for n, kind in enumerate(kinds)
            if hasattr(kind, "process_bind_param") and type(kind) is not Words
        ]
        quote = self._dialect.identifier_preparer.quote
        places = ", ".join(["?" if self._dialect.paramstyle == "qmark" else "%s"] * len(columns))
        names = ", ".join(quote(c.name) for c in columns)
        self._statement = f"INSERT INTO {quote(shape.table.name)} ({names}) VALUES ({places})"

    def run(self, rows: Iterable[T]) -> None:
        """Insert the rows; raises ``Invalid`` for values that cannot be stored."""
        prepared = [self._prepared(row) for row in rows]
        if prepared:
            self._connection.exec_driver_sql(self._statement, prepared)

    def _prepared(self, row: T) -> tuple[Any, ...]:
        values: list[Any] = [*self._fields(row), *(compute(row) for compute in self._computed)]
        if not self._storable([values[n] for n, _ in self._words]):
            for n, kind in self._words:
                kind.process_bind_param(values[n], self._dialect)
        for n, kind in self._others:
            if values[n] is not None:
                values[n] = kind.process_bind_param(values[n], self._dialect)
        return tuple(values)

    @staticmethod
    def _storable(words: list[str]) -> bool:
        """Whether all the text of a row can be stored; if not, its columns are asked one by one which cannot."""
        try:
            text = "".join(words)
            return "\0" not in text and (text.isascii() or bool(text.encode()))
        except (TypeError, UnicodeEncodeError):
            return False
