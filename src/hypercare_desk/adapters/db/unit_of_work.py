"""One transaction over all records."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import Connection

from hypercare_desk.adapters.db import tables
from hypercare_desk.adapters.db.feedback_rows import SqlFeedback
from hypercare_desk.adapters.db.ids import COMMITS, Counters
from hypercare_desk.adapters.db.repositories import SqlEvaluations, SqlImports, SqlLinks, SqlLog, SqlRows
from hypercare_desk.domain.exit_criteria import Criterion, Measurement, SignOff, Waiver
from hypercare_desk.domain.feedback import ArticleUse, SearchMade
from hypercare_desk.domain.handoff import Pack
from hypercare_desk.domain.journal import (
    Announcement,
    JournalEntry,
    Risk,
    RosterEntry,
    Survey,
    TrainingSession,
    TransferItem,
)
from hypercare_desk.domain.postmortem import Postmortem
from hypercare_desk.services.ports import EvaluationRows, FeedbackRows, ImportRows, LinkRows, LogRows, Rows


class SqlUnitOfWork:
    """Implements ``ports.UnitOfWork`` over one connection whose transaction has begun."""

    def __init__(self, connection: Connection, committed: Callable[[], None] | None) -> None:
        """``committed`` is called after each commit; None makes it a view, which has nothing to commit."""
        self._connection = connection
        self._committed = committed
        self._counters = Counters(connection)
        self.feedback: FeedbackRows = SqlFeedback(connection)
        self.links: LinkRows = SqlLinks(connection)
        self.uses: LogRows[ArticleUse] = SqlLog(connection, tables.USES)
        self.searches: LogRows[SearchMade] = SqlLog(connection, tables.SEARCHES)
        self.criteria: Rows[Criterion] = SqlRows(connection, tables.CRITERIA)
        self.measurements: LogRows[Measurement] = SqlLog(connection, tables.MEASUREMENTS)
        self.evaluations: EvaluationRows = SqlEvaluations(connection)
        self.waivers: Rows[Waiver] = SqlRows(connection, tables.WAIVERS)
        self.sign_offs: Rows[SignOff] = SqlRows(connection, tables.SIGN_OFFS)
        self.postmortems: Rows[Postmortem] = SqlRows(connection, tables.POSTMORTEMS)
        self.journal: Rows[JournalEntry] = SqlRows(connection, tables.JOURNAL)
        self.announcements: Rows[Announcement] = SqlRows(connection, tables.ANNOUNCEMENTS)
        self.roster: Rows[RosterEntry] = SqlRows(connection, tables.ROSTER)
        self.training: Rows[TrainingSession] = SqlRows(connection, tables.TRAINING)
        self.transfer: Rows[TransferItem] = SqlRows(connection, tables.TRANSFER)
        self.surveys: Rows[Survey] = SqlRows(connection, tables.SURVEYS)
        self.risks: Rows[Risk] = SqlRows(connection, tables.RISKS)
        self.packs: Rows[Pack] = SqlRows(connection, tables.PACKS)
        self.imports: ImportRows = SqlImports(connection)

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
