"""One transaction over all records."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import Connection

from hypercare_desk.adapters.db import tables
from hypercare_desk.adapters.db.feedback_rows import SqlFeedback
from hypercare_desk.adapters.db.ids import COMMITS, Counters
from hypercare_desk.adapters.db.repositories import SqlEvaluations, SqlImports, SqlLinks, SqlLog, SqlRows


class SqlUnitOfWork:
    """Implements ``ports.UnitOfWork`` over one connection whose transaction has begun."""

    def __init__(self, connection: Connection, committed: Callable[[], None] | None) -> None:
        """``committed`` is called after each commit; None makes it a view, which has nothing to commit."""
        self._connection = connection
        self._committed = committed
        self._counters = Counters(connection)
        self.feedback = SqlFeedback(connection)
        self.links = SqlLinks(connection)
        self.uses = SqlLog(connection, tables.USES)
        self.searches = SqlLog(connection, tables.SEARCHES)
        self.criteria = SqlRows(connection, tables.CRITERIA)
        self.measurements = SqlLog(connection, tables.MEASUREMENTS)
        self.evaluations = SqlEvaluations(connection)
        self.waivers = SqlRows(connection, tables.WAIVERS)
        self.sign_offs = SqlRows(connection, tables.SIGN_OFFS)
        self.postmortems = SqlRows(connection, tables.POSTMORTEMS)
        self.journal = SqlRows(connection, tables.JOURNAL)
        self.announcements = SqlRows(connection, tables.ANNOUNCEMENTS)
        self.roster = SqlRows(connection, tables.ROSTER)
        self.training = SqlRows(connection, tables.TRAINING)
        self.transfer = SqlRows(connection, tables.TRANSFER)
        self.surveys = SqlRows(connection, tables.SURVEYS)
        self.risks = SqlRows(connection, tables.RISKS)
        self.packs = SqlRows(connection, tables.PACKS)
        self.imports = SqlImports(connection)

    def next_id(self, prefix: str, count: int = 1) -> Sequence[str]:
        """``count`` ids of this prefix; once committed they never come again."""
        return self._counters.next(prefix, count)

    def raise_floor(self, prefix: str, number: int) -> None:
        """See that every further id of ``prefix`` has a number above ``number``."""
        self._counters.raise_floor(prefix, number)

    def commit(self) -> None:
        """Make it so, on disk; raises ``Unavailable`` when the database cannot."""
        if self._committed is None:
            raise RuntimeError("A view was asked to commit")
        self._counters.add(COMMITS, 1)
        self._connection.commit()
        self._committed()
