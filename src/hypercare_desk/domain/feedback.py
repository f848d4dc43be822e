"""Feedback records: what users and monitors report, its loop from new to closed, and its links."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Source(StrEnum):
    """Where a record came from (product.md §5)."""

    TICKET = "ticket"
    CALL = "call"
    CHAT = "chat"
    INTERVIEW = "interview"
    SURVEY = "survey"
    ALERT = "alert"
    PROCESS_MONITOR = "process-monitor"
    OBSERVATION = "observation"
    STANDUP = "standup"
    EMAIL = "email"
    IMPORT = "import"


class Category(StrEnum):
    """What sort of feedback a record is; each has a usual action (see ``USUAL_ACTION``)."""

    CRITICAL_BUG = "critical-bug"
    MAJOR_BUG = "major-bug"
    MINOR_BUG = "minor-bug"
    PERFORMANCE = "performance"
    USABILITY = "usability"
    INTEGRATION = "integration"
    DATA = "data"
    DOCUMENTATION = "documentation"
    TRAINING = "training"
    ENHANCEMENT = "enhancement"


CATEGORY_LABELS: Mapping[Category, str] = {
    Category.CRITICAL_BUG: "Critical bug",
    Category.MAJOR_BUG: "Major functional bug",
    Category.MINOR_BUG: "Minor bug",
    Category.PERFORMANCE: "Performance",
    Category.USABILITY: "Usability and UX",
    Category.INTEGRATION: "Integration failure",
    Category.DATA: "Data issue",
    Category.DOCUMENTATION: "Documentation gap",
    Category.TRAINING: "Training need",
    Category.ENHANCEMENT: "Enhancement",
}
USUAL_ACTION: Mapping[Category, str] = {
    Category.CRITICAL_BUG: "Hotfix",
    Category.MAJOR_BUG: "Prioritised patch",
    Category.MINOR_BUG: "Batch for a later release",
    Category.PERFORMANCE: "Tuning",
    Category.USABILITY: "Guide or training",
    Category.INTEGRATION: "Partner with the other system's owner",
    Category.DATA: "Correct the data",
    Category.DOCUMENTATION: "Update the article",
    Category.TRAINING: "Train",
    Category.ENHANCEMENT: "Defer",
}


class State(StrEnum):
    """Where a record stands in the loop of product.md §5."""

    NEW = "new"
    TRIAGED = "triaged"
    ANALYSING = "analysing"
    DECIDED = "decided"
    IN_PROGRESS = "in-progress"
    FIX_DEPLOYED = "fix-deployed"
    VALIDATED = "validated"
    INFORMED = "informed"
    CLOSED = "closed"
    MERGED = "merged"

    @property
    def is_open(self) -> bool:
        """Open means: somebody still has to do something."""
        return self not in (State.CLOSED, State.MERGED)


class Decision(StrEnum):
    """What was decided to do about a record."""

    FIX_NOW = "fix-now"
    WORKAROUND = "workaround"
    LATER_RELEASE = "later-release"
    TRAINING = "training"
    DOCUMENTATION = "documentation"
    NO_ACTION = "no-action"


class Level(StrEnum):
    """Impact or urgency."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Priority(StrEnum):
    """P1 is the most pressing."""

    P1 = "P1"
    P2 = "P2"
    P3 = "P3"
    P4 = "P4"
    P5 = "P5"


class YesNoUnknown(StrEnum):
    """An answer that may honestly be missing."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Resolver(StrEnum):
    """Who solved a record."""

    HYPERCARE = "hypercare"
    BAU = "bau"
    UNKNOWN = ""


class Relation(StrEnum):
    """How an article and a record hang together."""

    SOLVED_BY = "solved-by"
    DOCUMENTED_IN = "documented-in"
    CAUSED_ARTICLE = "caused-article"
    RELATED = "related"
    DID_NOT_HELP = "did-not-help"


@dataclass(frozen=True, slots=True)
class Feedback:
    """One feedback record. Times are UTC-aware; empty strings mean: not stated.

    ``priority`` is the matrix's result unless ``priority_override`` holds the reason for another one.
    ``version`` counts writes, starting at 1; a write against an old one is a ``Conflict``.
    """

    id: str
    title: str
    description: str = ""
    source: Source = Source.TICKET
    category: Category | None = None
    state: State = State.NEW
    decision: Decision | None = None
    impact: Level | None = None
    urgency: Level | None = None
    priority: Priority | None = None
    priority_override: str = ""
    component: str = ""
    environment: str = ""
    reporter: str = ""
    reporter_contact: str = ""
    affected_users: int | None = None
    caused_by_release: YesNoUnknown = YesNoUnknown.UNKNOWN
    root_cause: str = ""
    resolution: str = ""
    owner: str = ""
    target: str = ""
    resolver: Resolver = Resolver.UNKNOWN
    escalation_level: int = 0
    plan_accepted: bool = False
    external_key: str = ""
    external_url: str = ""
    fingerprint: str = ""
    duplicate_of: str = ""
    tags: tuple[str, ...] = ()
    reopen_count: int = 0
    reported_at: datetime | None = None
    responded_at: datetime | None = None
    resolved_at: datetime | None = None
    informed_at: datetime | None = None
    closed_at: datetime | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class FeedbackEvent:
    """One change of one record: field, from, to, who, when, why. Never changed after it is written."""

    feedback_id: str
    at: datetime
    who: str
    field: str
    old: str
    new: str
    why: str = ""
    seq: int = 0


@dataclass(frozen=True, slots=True)
class Link:
    """A tie between a record and an article (or a post-mortem); both ends show it."""

    feedback_id: str
    target_id: str
    relation: Relation
    at: datetime
    who: str


@dataclass(frozen=True, slots=True)
class ArticleUse:
    """Somebody used an article for a query or a record, and it solved the matter or did not."""

    article_id: str
    at: datetime
    who: str
    solved: bool
    query: str = ""
    feedback_id: str = ""


@dataclass(frozen=True, slots=True)
class SearchMade:
    """One finished search: what was asked, how much was found, which gap it made (if any)."""

    query: str
    at: datetime
    who: str
    hits: int
    gap_id: str = ""


@dataclass(frozen=True, slots=True)
class FeedbackFilter:
    """Which records a list shows. ``status``: open, closed or a state; empty means any; ``limit`` 0 means all.

    ``since``/``until`` bound ``reported_at``; ``updated_since`` gives what was written at or after that instant.
    """

    status: str = ""
    priority: tuple[Priority, ...] = ()
    category: Category | None = None
    component: str = ""
    source: Source | None = None
    text: str = ""
    since: datetime | None = None
    until: datetime | None = None
    updated_since: datetime | None = None
    external_key: str = ""
    limit: int = 0
    offset: int = 0
