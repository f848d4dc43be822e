"""The tables of all records, and which rows each of them holds.

A table mirrors its dataclass field by field; what is said here is the rest: keys, references, indexes, checks. The
first migration spells the same schema out, and a test holds the two equal.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar, get_type_hints

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
)

from hypercare_desk.adapters.db.mapping import Shape, table_of
from hypercare_desk.adapters.db.parts import ShapeWithParts, part_of
from hypercare_desk.adapters.db.types import SEQUENCE, Instant, Whole, Words
from hypercare_desk.domain.exit_criteria import Criterion, Measurement, SignOff, Verdict, Waiver
from hypercare_desk.domain.feedback import ArticleUse, Feedback, FeedbackEvent, Link, SearchMade
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
from hypercare_desk.domain.postmortem import Action, Postmortem, TimelineEntry

T = TypeVar("T")

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
_BEFORE_ALL = datetime(1, 1, 1, tzinfo=UTC)


def _sequence() -> Column[Any]:
    return Column("seq", SEQUENCE, primary_key=True, autoincrement=True)


def searchable(record: Feedback) -> str:
    """What a list's text filter looks in: the words of a record, case folded."""
    parts = (
        record.id,
        record.external_key,
        record.title,
        record.component,
        record.reporter,
        record.owner,
        " ".join(record.tags),
        record.description,
    )
    return "\n".join(part for part in parts if part).casefold()


def reported(record: Feedback) -> datetime:
    """The moment a list is ordered by: when it was reported, else when it was entered."""
    return record.reported_at or record.created_at or _BEFORE_ALL


# --- feedback ------------------------------------------------------------------------------------------------

_feedback = table_of(
    "feedback",
    Feedback,
    METADATA,
    Column("listed_at", Instant(), nullable=False),
    CheckConstraint("version >= 1", name="version"),
    CheckConstraint("reopen_count >= 0", name="reopen_count"),
    refers_to={"duplicate_of": ForeignKey("feedback.id", deferrable=True, initially="DEFERRED")},
    computed=["searchable"],
)
Index(None, _feedback.c.listed_at, _feedback.c.id)
Index(None, _feedback.c.state, _feedback.c.listed_at)
Index(None, _feedback.c.priority, _feedback.c.listed_at)
Index(None, _feedback.c.category, _feedback.c.listed_at)
Index(None, _feedback.c.component, _feedback.c.listed_at)
Index(None, _feedback.c.external_key)
Index(None, _feedback.c.duplicate_of)
Index(None, _feedback.c.updated_at)
FEEDBACK = Shape(
    Feedback,
    _feedback,
    "feedback record",
    prefix="FB",
    versioned=True,
    computed={"searchable": searchable, "listed_at": reported},
)

EVENTS = Shape(
    FeedbackEvent,
    table_of(
        "feedback_events",
        FeedbackEvent,
        METADATA,
        key="seq",
        owned_by={"feedback_id": "feedback.id"},
        sqlite_autoincrement=True,
    ),
    "event",
)
Index(None, EVENTS.table.c.feedback_id, EVENTS.table.c.seq)

LINKS = Shape(
    Link,
    table_of(
        "links",
        Link,
        METADATA,
        PrimaryKeyConstraint("feedback_id", "target_id", "relation"),
        key="",
        owned_by={"feedback_id": "feedback.id"},
    ),
    "link",
)
Index(None, LINKS.table.c.target_id)


def _log(name: str, kind: type[T], noun: str) -> Shape[T]:
    """An append-only table that counts its rows by itself and is read by time."""
    table = table_of(name, kind, METADATA, _sequence(), key="", sqlite_autoincrement=True)
    Index(None, table.c.at, table.c.seq)
    return Shape(kind, table, noun)


USES = _log("article_uses", ArticleUse, "use")
Index(None, USES.table.c.article_id)
SEARCHES = _log("searches", SearchMade, "search")

# --- criteria ------------------------------------------------------------------------------------------------

MEASUREMENTS = _log("measurements", Measurement, "measurement")
Index(None, MEASUREMENTS.table.c.metric, MEASUREMENTS.table.c.at)


def _rows(
    name: str, kind: type[T], noun: str, prefix: str, *extra: Any, owned_by: Mapping[str, str] | None = None
) -> Shape[T]:
    """A table of rows with ids; a whole-number field ``version`` makes it one that is changed with a check."""
    hints = get_type_hints(kind)
    versioned = hints.get("version") is int
    check = [CheckConstraint("version >= 1", name="version")] if versioned else []
    table = table_of(name, kind, METADATA, *check, *extra, owned_by=owned_by)
    return Shape(kind, table, noun, prefix, versioned)


CRITERIA = _rows("criteria", Criterion, "criterion", "EC")
EVALUATIONS = _rows("evaluations", Verdict, "evaluation", "EV")
Index(None, EVALUATIONS.table.c.as_of)
WAIVERS = _rows(
    "waivers",
    Waiver,
    "waiver",
    "W",
    CheckConstraint("approver <> owner", name="approver_is_not_owner"),
    owned_by={"criterion_id": "criteria.id"},
)
Index(None, WAIVERS.table.c.criterion_id)
SIGN_OFFS = _rows("sign_offs", SignOff, "sign-off", "SO")

# --- the days and the people ---------------------------------------------------------------------------------

POSTMORTEMS = ShapeWithParts(
    Postmortem,
    table_of(
        "postmortems",
        Postmortem,
        METADATA,
        CheckConstraint("version >= 1", name="version"),
        without=("timeline", "actions"),
    ),
    "post-mortem",
    prefix="PM",
    versioned=True,
    parts=(
        part_of(
            "postmortems", "timeline", TimelineEntry, METADATA, table="postmortem_timeline", noun="postmortem"
        ),
        part_of(
            "postmortems",
            "actions",
            Action,
            METADATA,
            UniqueConstraint("postmortem_id", "number"),
            CheckConstraint("number >= 1", name="number"),
            table="postmortem_actions",
            noun="postmortem",
        ),
    ),
)
JOURNAL = _rows("journal", JournalEntry, "journal entry", "JN")
Index(None, JOURNAL.table.c.at)
ANNOUNCEMENTS = _rows("announcements", Announcement, "announcement", "AN")
ROSTER = _rows("roster", RosterEntry, "roster entry", "RO")
TRAINING = _rows("training", TrainingSession, "training session", "TR")
TRANSFER = _rows(
    "transfer",
    TransferItem,
    "transfer item",
    "KT",
    CheckConstraint("score IS NULL OR (score >= 0 AND score <= 100)", name="score"),
)
SURVEYS = _rows(
    "surveys",
    Survey,
    "survey",
    "SU",
    CheckConstraint("n >= 0", name="n"),
    CheckConstraint("scale > 0", name="scale"),
)
RISKS = _rows("risks", Risk, "risk", "RK")
PACKS = _rows("packs", Pack, "pack", "HP")

# --- bookkeeping ---------------------------------------------------------------------------------------------

IMPORTS = Table(
    "imports",
    METADATA,
    Column("source", Words(), primary_key=True),
    Column("key", Words(), primary_key=True),
    Column("record_id", Words(), nullable=False),
    Column("fingerprint", Words(), nullable=False),
)
COUNTERS = Table(
    "counters",
    METADATA,
    Column("name", Words(), primary_key=True),
    Column("last", Whole(), nullable=False),
    CheckConstraint("last >= 0", name="last"),
)
"""The last number given out for each prefix of ids; the empty name counts commits."""

SHAPES: tuple[Shape[Any], ...] = (
    *(FEEDBACK, EVENTS, LINKS, USES, SEARCHES),
    *(CRITERIA, MEASUREMENTS, EVALUATIONS, WAIVERS, SIGN_OFFS),
    *(POSTMORTEMS, *(part.shape for part in POSTMORTEMS.parts)),
    *(JOURNAL, ANNOUNCEMENTS, ROSTER, TRAINING, TRANSFER, SURVEYS, RISKS, PACKS),
)
"""Every table of frozen rows."""
