"""Feedback records in SQL: filtered lists that stay fast with 100,000 records, and the history of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, func, select

from hypercare_desk.adapters.db.bulk import BulkInsert
from hypercare_desk.adapters.db.repositories import SqlRows, batches
from hypercare_desk.adapters.db.tables import EVENTS, FEEDBACK
from hypercare_desk.domain.errors import Invalid
from hypercare_desk.domain.feedback import Feedback, FeedbackEvent, FeedbackFilter, State

_KEYS_AT_ONCE = 500
"""Bound parameters of one query: SQLite allows at least 999."""


class SqlFeedback(SqlRows[Feedback]):
    """Implements ``ports.FeedbackRows``."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection, FEEDBACK)

    def find(self, which: FeedbackFilter) -> Sequence[Feedback]:
        """Records, newest reported first."""
        columns = self._table.c
        statement = self._select().where(*self._conditions(which))
        statement = statement.order_by(columns.listed_at.desc(), columns.id.desc())
        if which.limit > 0:
            statement = statement.limit(which.limit)
        elif which.offset > 0 and self._connection.dialect.name == "sqlite":
            statement = statement.limit(-1)
        if which.offset > 0:
            statement = statement.offset(which.offset)
        return self._read(statement)

    def count(self, which: FeedbackFilter) -> int:
        """How many ``find`` would give without its limit and offset."""
        statement = select(func.count()).select_from(self._table).where(*self._conditions(which))
        return int(self._connection.execute(statement).scalar_one())

    def by_external_keys(self, keys: Sequence[str]) -> Mapping[str, Feedback]:
        """External key → record, for the keys that exist; of several with the same key the first made."""
        wanted = dict.fromkeys(key for key in keys if key)
        found: dict[str, Feedback] = {}
        column = self._table.c.id
        for some in batches(wanted, _KEYS_AT_ONCE):
            statement = self._select().where(self._table.c.external_key.in_(some))
            for record in self._read(statement.order_by(func.length(column), column)):
                found.setdefault(record.external_key, record)
        return found

    def record_events(self, events: Iterable[FeedbackEvent]) -> None:
        """Append; ``seq`` is given by the database."""
        bulk = BulkInsert(self._connection, EVENTS, left_out=["seq"])
        for batch in batches(events):
            bulk.run(batch)

    def events(self, feedback_id: str = "") -> Sequence[FeedbackEvent]:
        """Events of one record (or all), in order of writing."""
        columns = EVENTS.table.c
        conditions = [columns.feedback_id == feedback_id] if feedback_id else []
        statement = select(*EVENTS.columns).where(*conditions).order_by(columns.seq)
        return EVENTS.read(self._connection, statement)

    def _conditions(self, which: FeedbackFilter) -> list[Any]:
        columns = self._table.c
        conditions: list[Any] = []
        if which.status:
            conditions.append(columns.state.in_(_states(which.status)))
        if which.priority:
            conditions.append(columns.priority.in_(which.priority))
        if which.category is not None:
            conditions.append(columns.category == which.category)
        if which.component:
            conditions.append(columns.component == which.component)
        if which.source is not None:
            conditions.append(columns.source == which.source)
        if which.external_key:
            conditions.append(columns.external_key == which.external_key)
        if which.since is not None:
            conditions.append(columns.listed_at >= which.since)
        if which.until is not None:
            conditions.append(columns.listed_at < which.until)
        position = func.instr if self._connection.dialect.name == "sqlite" else func.strpos
        for word in which.text.casefold().split():
            conditions.append(position(columns.searchable, word) > 0)
        return conditions


def _states(status: str) -> list[State]:
    """The states that a word of a filter stands for; raises ``Invalid`` for an unknown one."""
    if status == "open":
        return [state for state in State if state.is_open]
    if status == "closed":
        return [state for state in State if not state.is_open]
    try:
        return [State(status)]
    except ValueError as fault:
        words = ", ".join(["open", "closed", *State])
        raise Invalid(f"{status!r} is no status of a record: use one of {words}.", code="status") from fault
