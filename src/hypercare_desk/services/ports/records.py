"""Records: tables of frozen rows behind one unit of work, and copies of a whole workspace."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Protocol, TypeVar

from hypercare_desk.domain.exit_criteria import Criterion, Measurement, SignOff, Verdict, Waiver
from hypercare_desk.domain.feedback import (
    ArticleUse,
    Feedback,
    FeedbackEvent,
    FeedbackFilter,
    Link,
    SearchMade,
)
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
from hypercare_desk.services.progress import Progress

T = TypeVar("T")


class Rows(Protocol[T]):
    """A table of frozen rows of one kind, keyed by their ``id``."""

    def get(self, row_id: str) -> T:
        """The row; raises ``NotFound``."""
        ...

    def add(self, row: T) -> T:
        """Insert; an empty ``id`` is given the next one of the table's prefix. Returns the row as stored."""
        ...

    def add_many(self, rows: Iterable[T]) -> int:
        """Insert many at once; returns how many."""
        ...

    def change(self, row: T) -> T:
        """Write ``row`` over the stored version ``row.version``; raises ``Conflict`` if that is not the latest.
        Returns the row with its new version."""
        ...

    def remove(self, row_id: str) -> None:
        """Delete; raises ``NotFound``."""
        ...

    def all(self, **equal: object) -> Sequence[T]:
        """Rows whose columns equal the given values, ordered by id."""
        ...


class FeedbackRows(Rows[Feedback], Protocol):
    """Feedback records with their events."""

    def find(self, which: FeedbackFilter) -> Sequence[Feedback]:
        """Records, newest reported first."""
        ...

    def count(self, which: FeedbackFilter) -> int:
        """How many ``find`` would give without its limit."""
        ...

    def by_external_keys(self, keys: Sequence[str]) -> Mapping[str, Feedback]:
        """External key → record, for the keys that exist."""
        ...

    def record_events(self, events: Iterable[FeedbackEvent]) -> None:
        """Append; never changed afterwards."""
        ...

    def events(self, feedback_id: str = "") -> Sequence[FeedbackEvent]:
        """Events of one record (or all), in order of writing."""
        ...


class LinkRows(Protocol):
    """Ties between records and articles or post-mortems."""

    def add(self, link: Link) -> bool:
        """Insert; False if it is there already."""
        ...

    def remove(self, feedback_id: str, target_id: str, relation: str) -> bool: ...

    def of_feedback(self, feedback_id: str) -> Sequence[Link]: ...

    def of_target(self, target_id: str) -> Sequence[Link]: ...

    def all(self) -> Sequence[Link]: ...


class LogRows(Protocol[T]):
    """An append-only log without ids (uses, searches, measurements), in order of time."""

    def add(self, row: T) -> None: ...

    def add_many(self, rows: Iterable[T]) -> int: ...

    def all(
        self, since: datetime | None = None, until: datetime | None = None, **equal: object
    ) -> Sequence[T]:
        """Rows with ``since <= at < until``."""
        ...


class EvaluationRows(Protocol):
    """Every evaluation ever made; never changed."""

    def add(self, verdict: Verdict) -> Verdict: ...

    def latest(self) -> Verdict | None: ...

    def all(self, since: datetime | None = None) -> Sequence[Verdict]: ...


class ImportRows(Protocol):
    """What was imported from where: makes importing twice change nothing."""

    def known(self, source: str) -> Mapping[str, tuple[str, str]]:
        """Key inside the source → (id here, fingerprint of what was imported)."""
        ...

    def remember(self, source: str, items: Mapping[str, tuple[str, str]]) -> None: ...


class UnitOfWork(Protocol):
    """One transaction over all records. Leaving the ``with`` block without ``commit`` undoes everything."""

    feedback: FeedbackRows
    links: LinkRows
    uses: LogRows[ArticleUse]
    searches: LogRows[SearchMade]
    criteria: Rows[Criterion]
    measurements: LogRows[Measurement]
    evaluations: EvaluationRows
    waivers: Rows[Waiver]
    sign_offs: Rows[SignOff]
    postmortems: Rows[Postmortem]
    journal: Rows[JournalEntry]
    announcements: Rows[Announcement]
    roster: Rows[RosterEntry]
    training: Rows[TrainingSession]
    transfer: Rows[TransferItem]
    surveys: Rows[Survey]
    risks: Rows[Risk]
    packs: Rows[Pack]
    imports: ImportRows

    def next_id(self, prefix: str, count: int = 1) -> Sequence[str]:
        """``count`` ids of this prefix, never given before and never again, even if the transaction's rows go."""
        ...

    def raise_floor(self, prefix: str, number: int) -> None:
        """See that every further id of this prefix has a number above ``number``: for articles made elsewhere."""
        ...

    def commit(self) -> None:
        """Make it so. Raises ``Unavailable`` when the database cannot."""
        ...


class Database(Protocol):
    """The record store of a workspace."""

    def work(self) -> AbstractContextManager[UnitOfWork]:
        """A writing transaction."""
        ...

    def view(self) -> AbstractContextManager[UnitOfWork]:
        """A reading transaction: one consistent state, nothing can be written."""
        ...

    def backup(self, target: Path) -> Path:
        """A consistent copy of the database in ``target`` (a file)."""
        ...

    def check(self) -> Sequence[str]:
        """Sentences on what is wrong; empty when all is well."""
        ...

    @property
    def read_only(self) -> str:
        """Why nothing can be written (a sentence), or empty."""
        ...

    def data_version(self) -> int:
        """Changes when another process has written."""
        ...

    def close(self) -> None: ...


class Archives(Protocol):
    """Whole workspaces in one file each."""

    def write(
        self,
        root: Path,
        database: Path,
        target: Path,
        facts: Mapping[str, str],
        progress: Progress | None = None,
    ) -> Path:
        """Everything under ``root`` but its database, with the copy ``database`` in its place, as the file ``target``:
        whole, or not there. Raises ``Unavailable`` when the disk refuses."""
        ...

    def extract(self, source: Path, folder: Path, progress: Progress | None = None) -> Mapping[str, str]:
        """What ``write`` put into ``source``, as ``folder`` (absent or empty), whole or not at all; returns its facts.
        Raises ``Invalid`` for what is no backup, is damaged, or is meant to do harm; ``Unavailable``."""
        ...
