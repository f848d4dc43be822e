"""What the demonstration is made of, as frozen rows: the words of ``resources/demo`` with their days put in."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from hypercare_desk.domain.article import ArticleDraft
from hypercare_desk.domain.exit_criteria import Measurement, Waiver
from hypercare_desk.domain.feedback import Category, Decision, Level, Source, YesNoUnknown
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
from hypercare_desk.services.demo.days import DemoDays


@dataclass(frozen=True, slots=True)
class Matter:
    """What a record is about and how it ends; shared by themes and incidents."""

    component: str
    category: Category
    impact: Level
    urgency: Level
    articles: tuple[str, ...]
    decision: Decision | None
    owner: str
    release: YesNoUnknown
    root_cause: str
    resolution: str
    source: Source | None = None
    defect: str = ""
    target: str = ""


@dataclass(frozen=True, slots=True)
class Theme:
    """A matter that many callers report between two days (counted from go-live), in several wordings."""

    key: str
    matter: Matter
    first_day: int
    last_day: int
    weight: float
    reports: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Incident:
    """A record with a fixed place in the story. ``respond`` and ``resolve`` are minutes after the report;
    ``postmortem`` is the number of the post-mortem that looks at it, 0 for none; ``followers`` are later calls
    about the same matter, merged into it."""

    day: int
    at: str
    title: str
    text: str
    matter: Matter
    respond: int
    resolve: int
    users: int
    postmortem: int
    followers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Series:
    """A value measured once a day: from ``first`` towards ``last`` with some scatter, at most ``top``.

    ``bad`` are days with a value of their own; in the last ``creep_days`` it rises by ``creep`` a day.
    """

    metric: str
    first: float
    last: float
    scatter: float
    sample: int
    source: str
    top: float = inf
    bad: tuple[tuple[int, float], ...] = ()
    creep_days: int = 0
    creep: float = 0.0


@dataclass(frozen=True, slots=True)
class CriterionChoice:
    """What the team of the demonstration chose for one metric of the catalogue; None means: as it comes."""

    metric: str
    threshold: float | None = None
    consecutive_days: int | None = None
    minimum_sample: int | None = None
    margin: float | None = None
    mandatory: bool | None = None
    active: bool | None = None
    owner: str = ""


@dataclass(frozen=True, slots=True)
class DemoContent:
    """Everything of the demonstration but what is drawn from the seed. Waivers name a metric as their criterion."""

    days: DemoDays
    articles: tuple[ArticleDraft, ...]
    themes: tuple[Theme, ...]
    incidents: tuple[Incident, ...]
    postmortems: tuple[Postmortem, ...]
    journal: tuple[JournalEntry, ...]
    announcements: tuple[Announcement, ...]
    roster: tuple[RosterEntry, ...]
    training: tuple[TrainingSession, ...]
    transfer: tuple[TransferItem, ...]
    surveys: tuple[Survey, ...]
    risks: tuple[Risk, ...]
    series: tuple[Series, ...]
    measured: tuple[Measurement, ...]
    answered: tuple[tuple[str, str], ...]
    unanswered: tuple[str, ...]
    choices: tuple[CriterionChoice, ...]
    waivers: tuple[Waiver, ...]
    records: int = 250
    seed: int = 4711
