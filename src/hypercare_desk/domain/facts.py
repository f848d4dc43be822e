"""Everything the exit criteria and the statistics are computed from, frozen at one reading of the workspace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from hypercare_desk.domain.article import Confidence, Kind, Status
from hypercare_desk.domain.calendar import WorkCalendar
from hypercare_desk.domain.exit_criteria import Measurement, Waiver
from hypercare_desk.domain.feedback import (
    ArticleUse,
    Feedback,
    FeedbackEvent,
    Link,
    Priority,
    SearchMade,
)
from hypercare_desk.domain.journal import Survey, TrainingSession, TransferItem
from hypercare_desk.domain.postmortem import Postmortem
from hypercare_desk.domain.triage import DEFAULT_TARGETS, Target


@dataclass(frozen=True, slots=True)
class ArticleFact:
    """What criteria and statistics need of an article; ``validated_on`` None: it is not known since when."""

    id: str
    kind: Kind
    confidence: Confidence
    status: Status
    title: str = ""
    validated_on: date | None = None
    created_on: date | None = None


@dataclass(frozen=True, slots=True)
class SectionFact:
    """One section of the pack. ``written``: people fill it, not the system; ``since``: the day it was first filled."""

    key: str
    title: str
    mandatory: bool
    filled: bool
    written: bool = True
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known at ``as_of``. The collections may hold more than that: whoever computes looks at their times.

    ``go_live`` and ``planned_exit`` are days of ``calendar``. Order of the collections carries no meaning.
    """

    as_of: datetime
    go_live: date
    planned_exit: date | None = None
    calendar: WorkCalendar = field(default_factory=WorkCalendar)
    targets: Mapping[Priority, Target] = field(default_factory=lambda: DEFAULT_TARGETS)
    records: tuple[Feedback, ...] = ()
    events: tuple[FeedbackEvent, ...] = ()
    links: tuple[Link, ...] = ()
    uses: tuple[ArticleUse, ...] = ()
    searches: tuple[SearchMade, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    postmortems: tuple[Postmortem, ...] = ()
    articles: tuple[ArticleFact, ...] = ()
    transfer: tuple[TransferItem, ...] = ()
    surveys: tuple[Survey, ...] = ()
    training: tuple[TrainingSession, ...] = ()
    sections: tuple[SectionFact, ...] = ()
    waivers: tuple[Waiver, ...] = ()

    @property
    def started(self) -> datetime:
        """The instant hypercare began: the start of the day of go-live."""
        return self.calendar.start_of(self.go_live)
