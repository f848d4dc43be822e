"""Repositories: the tables as collections of frozen rows. No row or connection leaves them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Any, Generic, TypeVar, cast

from sqlalchemy import Connection, Select, Table, and_, delete, func, insert, select, update

from hypercare_desk.adapters.db.bulk import BulkInsert
from hypercare_desk.adapters.db.ids import Counters, upsert
from hypercare_desk.adapters.db.mapping import Shape
from hypercare_desk.adapters.db.tables import EVALUATIONS, IMPORTS, LINKS
from hypercare_desk.domain.errors import Conflict, Invalid, NotFound
from hypercare_desk.domain.exit_criteria import Verdict
from hypercare_desk.domain.feedback import Link

T = TypeVar("T")
BATCH = 2000
"""Rows handed to the driver at once: bounded memory, whatever is imported."""


def batches(rows: Iterable[T], size: int = BATCH) -> Iterator[list[T]]:
    """The rows in lists of at most ``size``."""
    rest = iter(rows)
    while batch := list(islice(rest, size)):
        yield batch


def equal_to(table: Table, noun: str, equal: Mapping[str, object]) -> list[Any]:
    """Conditions for columns that equal values; raises ``Invalid`` for a column that is not there."""
    conditions: list[Any] = []
    for name, value in equal.items():
        if name not in table.c:
            raise Invalid(f"A {noun} has no field {name!r}.", code="field", field=name)
        column = table.c[name]
        empty = value is None or (value == "" and column.nullable)
        conditions.append(column.is_(None) if empty else column == value)
    return conditions


class SqlRows(Generic[T]):
    """Rows with ids; implements ``ports.Rows``."""

    def __init__(self, connection: Connection, shape: Shape[T]) -> None:
        self._connection = connection
        self._shape = shape
        self._table = shape.table
        self._counters = Counters(connection)

    def get(self, row_id: str) -> T:
        """The row; raises ``NotFound``."""
        found = self._read(self._select().where(self._table.c.id == row_id))
        if not found:
            raise NotFound(f"There is no {self._shape.noun} {row_id}.", id=row_id)
        return found[0]

    def add(self, row: T) -> T:
        """Insert; an empty ``id`` is given the next one of the table's prefix, and the version is 1."""
        stored = self._named([row])[0]
        self._connection.execute(insert(self._table), self._shape.values(stored))
        self._shape.write_parts(self._connection, [stored])
        return stored

    def add_many(self, rows: Iterable[T]) -> int:
        """Insert many at once; returns how many."""
        count = 0
        bulk = BulkInsert(self._connection, self._shape)
        for batch in batches(rows):
            stored = self._named(batch)
            bulk.run(stored)
            self._shape.write_parts(self._connection, stored)
            count += len(batch)
        return count

    def change(self, row: T) -> T:
        """Write over the stored version; raises ``Conflict`` with both if it is not the latest, ``NotFound``."""
        row_id = self._id(row)
        statement = update(self._table).where(self._table.c.id == row_id)
        written = row
        if self._shape.versioned:
            version = cast("Any", row).version
            statement = statement.where(self._table.c.version == version)
            written = cast("T", replace(cast("Any", row), version=version + 1))
        done = self._connection.execute(statement.values(self._shape.values(written)))
        if done.rowcount == 0:
            theirs = self.get(row_id)
            raise Conflict(
                f"The {self._shape.noun} {row_id} was changed by somebody else in the meantime; nothing was"
                " overwritten. Compare both versions and save again.",
                mine=row,
                theirs=theirs,
                id=row_id,
            )
        self._shape.write_parts(self._connection, [written], over=True)
        return written

    def remove(self, row_id: str) -> None:
        """Delete; raises ``NotFound``, or ``Invalid`` while other rows point at it."""
        done = self._connection.execute(delete(self._table).where(self._table.c.id == row_id))
        if done.rowcount == 0:
            raise NotFound(f"There is no {self._shape.noun} {row_id}.", id=row_id)

    def all(self, **equal: object) -> Sequence[T]:
        """Rows whose columns equal the given values, ordered by id (numbers ascending)."""
        conditions = equal_to(self._table, self._shape.noun, equal)
        column = self._table.c.id
        return self._read(self._select().where(*conditions).order_by(func.length(column), column))

    def _select(self) -> Select[Any]:
        return select(*self._shape.columns)

    def _read(self, statement: Select[Any]) -> list[T]:
        return self._shape.read(self._connection, statement)

    def _id(self, row: T) -> str:
        return str(cast("Any", row).id)

    def _named(self, rows: Sequence[T]) -> list[T]:
        """The rows as they are stored: every one with an id of its own, at version 1."""
        self._counters.note(self._shape.prefix, (self._id(row) for row in rows))
        missing = sum(not self._id(row) for row in rows)
        new_ids = iter(self._counters.next(self._shape.prefix, missing) if missing else ())
        stored: list[T] = []
        for row in rows:
            changed: dict[str, object] = {}
            if not self._id(row):
                changed["id"] = next(new_ids)
            if self._shape.versioned and cast("Any", row).version != 1:
                changed["version"] = 1
            stored.append(cast("T", replace(cast("Any", row), **changed)) if changed else row)
        return stored


class SqlLog(Generic[T]):
    """An append-only log, read in order of time; implements ``ports.LogRows``."""

    def __init__(self, connection: Connection, shape: Shape[T]) -> None:
        self._connection = connection
        self._shape = shape

    def add(self, row: T) -> None:
        """Append one row."""
        self.add_many([row])

    def add_many(self, rows: Iterable[T]) -> int:
        """Append many; returns how many."""
        count = 0
        bulk = BulkInsert(self._connection, self._shape, left_out=["seq"])
        for batch in batches(rows):
            bulk.run(batch)
            count += len(batch)
        return count

    def all(
        self, since: datetime | None = None, until: datetime | None = None, **equal: object
    ) -> Sequence[T]:
        """Rows with ``since <= at < until`` whose columns equal the given values."""
        table = self._shape.table
        conditions = equal_to(table, self._shape.noun, equal)
        if since is not None:
            conditions.append(table.c.at >= since)
        if until is not None:
            conditions.append(table.c.at < until)
        statement = select(*self._shape.columns).where(*conditions).order_by(table.c.at, table.c.seq)
        return self._shape.read(self._connection, statement)


class SqlLinks:
    """Ties between records and articles or post-mortems; implements ``ports.LinkRows``."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._table = LINKS.table

    def add(self, link: Link) -> bool:
        """Insert; False if it is there already."""
        statement = upsert(self._connection, self._table).values(LINKS.values(link)).on_conflict_do_nothing()
        done = self._connection.execute(statement, execution_options={"preserve_rowcount": True})
        return done.rowcount == 1

    def remove(self, feedback_id: str, target_id: str, relation: str) -> bool:
        """Delete; False if there is none."""
        columns = self._table.c
        same = and_(
            columns.feedback_id == feedback_id, columns.target_id == target_id, columns.relation == relation
        )
        return self._connection.execute(delete(self._table).where(same)).rowcount == 1

    def of_feedback(self, feedback_id: str) -> Sequence[Link]:
        """Links of one record, oldest first."""
        return self._read(self._table.c.feedback_id == feedback_id)

    def of_target(self, target_id: str) -> Sequence[Link]:
        """Links to one article or post-mortem, oldest first."""
        return self._read(self._table.c.target_id == target_id)

    def all(self) -> Sequence[Link]:
        """Every link, oldest first."""
        return self._read()

    def _read(self, *conditions: Any) -> Sequence[Link]:
        columns = self._table.c
        order = (columns.at, columns.feedback_id, columns.target_id, columns.relation)
        statement = select(*LINKS.columns).where(*conditions).order_by(*order)
        return LINKS.read(self._connection, statement)


class SqlEvaluations:
    """Every evaluation ever made; implements ``ports.EvaluationRows``."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._rows = SqlRows(connection, EVALUATIONS)

    def add(self, verdict: Verdict) -> Verdict:
        """Keep an evaluation for good; an empty id is given the next one."""
        return self._rows.add(verdict)

    def latest(self) -> Verdict | None:
        """The one with the latest ``as_of``; of several at the same instant the one added last."""
        columns = EVALUATIONS.table.c
        order = (columns.as_of.desc(), func.length(columns.id).desc(), columns.id.desc())
        statement = select(*EVALUATIONS.columns).order_by(*order).limit(1)
        found = EVALUATIONS.read(self._connection, statement)
        return found[0] if found else None

    def all(self, since: datetime | None = None) -> Sequence[Verdict]:
        """Evaluations as of ``since`` or later, oldest first."""
        columns = EVALUATIONS.table.c
        conditions = [] if since is None else [columns.as_of >= since]
        order = (columns.as_of, func.length(columns.id), columns.id)
        statement = select(*EVALUATIONS.columns).where(*conditions).order_by(*order)
        return EVALUATIONS.read(self._connection, statement)


class SqlImports:
    """What was imported from where; implements ``ports.ImportRows``."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def known(self, source: str) -> Mapping[str, tuple[str, str]]:
        """Key inside the source → (id here, fingerprint of what was imported)."""
        statement = select(IMPORTS.c.key, IMPORTS.c.record_id, IMPORTS.c.fingerprint)
        found = self._connection.execute(statement.where(IMPORTS.c.source == source).order_by(IMPORTS.c.key))
        return {key: (record_id, fingerprint) for key, record_id, fingerprint in found}

    def remember(self, source: str, items: Mapping[str, tuple[str, str]]) -> None:
        """Note what was imported, over what was noted before."""
        statement = upsert(self._connection, IMPORTS)
        statement = statement.on_conflict_do_update(
            index_elements=[IMPORTS.c.source, IMPORTS.c.key],
            set_={
                "record_id": statement.excluded.record_id,
                "fingerprint": statement.excluded.fingerprint,
            },
        )
        for batch in batches(items.items()):
            values = [
                {"source": source, "key": key, "record_id": record_id, "fingerprint": fingerprint}
                for key, (record_id, fingerprint) in batch
            ]
            self._connection.execute(statement, values)
