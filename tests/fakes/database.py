"""A record store in memory: the Database port without SQL. Held to the same contract suite as the real ones."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Generic, TypeVar

from hypercare_desk.domain.errors import Conflict, Invalid, NotFound, Unavailable
from hypercare_desk.domain.exit_criteria import Criterion, Measurement, SignOff, Verdict, Waiver
from hypercare_desk.domain.feedback import (
    ArticleUse,
    Feedback,
    FeedbackEvent,
    FeedbackFilter,
    Link,
    SearchMade,
    State,
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

T = TypeVar("T")

TABLES: Mapping[str, tuple[type[Any], str]] = {
    "feedback": (Feedback, "FB"),
    "criteria": (Criterion, "EC"),
    "waivers": (Waiver, "W"),
    "sign_offs": (SignOff, "SO"),
    "postmortems": (Postmortem, "PM"),
    "journal": (JournalEntry, "JN"),
    "announcements": (Announcement, "AN"),
    "roster": (RosterEntry, "RO"),
    "training": (TrainingSession, "TR"),
    "transfer": (TransferItem, "KT"),
    "surveys": (Survey, "SU"),
    "risks": (Risk, "RK"),
    "packs": (Pack, "HP"),
    "evaluations": (Verdict, "EV"),
}
LOGS: Mapping[str, type[Any]] = {"uses": ArticleUse, "searches": SearchMade, "measurements": Measurement}
_NO_TIME = datetime(1, 1, 1, tzinfo=UTC)


@dataclass
class Stored:
    """Everything that is stored; a transaction works on a copy."""

    rows: dict[str, dict[str, Any]] = field(default_factory=lambda: {name: {} for name in TABLES})
    logs: dict[str, list[Any]] = field(default_factory=lambda: {name: [] for name in LOGS})
    events: list[FeedbackEvent] = field(default_factory=list)
    links: dict[tuple[str, str, str], Link] = field(default_factory=dict)
    imports: dict[str, dict[str, tuple[str, str]]] = field(default_factory=dict)
    counters: dict[str, int] = field(default_factory=dict)

    def fork(self) -> Stored:
        """A copy whose containers are its own."""
        return Stored(
            {name: copy(rows) for name, rows in self.rows.items()},
            {name: copy(log) for name, log in self.logs.items()},
            copy(self.events),
            copy(self.links),
            {source: copy(items) for source, items in self.imports.items()},
            copy(self.counters),
        )


class MemoryDatabase:
    """Implements ``services.ports.Database``. ``read_only`` may be set to a sentence by a test."""

    def __init__(self) -> None:
        self.read_only = ""
        self.state = Stored()
        self._lock = threading.Lock()

    @contextmanager
    def work(self) -> Generator[Any, None, None]:
        if self.read_only:
            raise Unavailable(self.read_only, code="read_only")
        with self._lock:
            yield MemoryUnitOfWork(self.state.fork(), self._keep)

    @contextmanager
    def view(self) -> Generator[Any, None, None]:
        yield MemoryUnitOfWork(self.state.fork(), None)

    def backup(self, target: Path) -> Path:
        target.write_bytes(b"records in memory")
        return target

    def check(self) -> Sequence[str]:
        return []

    def data_version(self) -> int:
        return 0

    def close(self) -> None:
        """Nothing is held."""

    def _keep(self, state: Stored) -> None:
        self.state = state.fork()


class MemoryUnitOfWork:
    """Implements ``services.ports.UnitOfWork`` over a copy of the state."""

    def __init__(self, state: Stored, keep: Callable[[Stored], None] | None) -> None:
        self._state = state
        self._keep = keep
        for name, (_, prefix) in TABLES.items():
            setattr(self, name, MemoryRows(self, name, prefix))
        for name, kind in LOGS.items():
            setattr(self, name, MemoryLog(self, name, kind))
        self.feedback = MemoryFeedback(self, "feedback", "FB")
        self.evaluations = MemoryEvaluations(self)
        self.links = MemoryLinks(self)
        self.imports = MemoryImports(self)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(name)

    def next_id(self, prefix: str, count: int = 1) -> Sequence[str]:
        if not re.fullmatch("[A-Z]{1,8}", prefix) or count < 0:
            raise Invalid(f"{prefix!r} is no prefix", code="prefix")
        last = self._state.counters.get(prefix, 0)
        if count:
            self.writing().counters[prefix] = last + count
        return [f"{prefix}-{last + number + 1:04d}" for number in range(count)]

    def raise_floor(self, prefix: str, number: int) -> None:
        counters = self.writing().counters
        counters[prefix] = max(counters.get(prefix, 0), number)

    def commit(self) -> None:
        if self._keep is None:
            raise RuntimeError("A view was asked to commit")
        self._keep(self._state)

    def reading(self) -> Stored:
        return self._state

    def writing(self) -> Stored:
        if self._keep is None:
            raise Unavailable("This is a view: nothing can be written.", code="read_only")
        return self._state


def _matches(row: Any, equal: Mapping[str, object]) -> bool:
    known = {f.name for f in fields(row)}
    for name in equal:
        if name not in known:
            raise Invalid(f"There is no field {name!r}", code="field")
    return all(getattr(row, name) == value for name, value in equal.items())


def _order(row: Any) -> tuple[int, str]:
    return len(row.id), row.id


def _storable(row: Any) -> Any:
    """The row with its times in UTC; raises ``Invalid`` for values that no real database takes."""
    moments: dict[str, datetime] = {}
    for f in fields(row):
        value = getattr(row, f.name)
        if isinstance(value, datetime) and value.tzinfo is None:
            raise Invalid("a time needs its time zone", code="value")
        if isinstance(value, datetime):
            moments[f.name] = value.astimezone(UTC)
        if isinstance(value, str) and ("\0" in value or any("\ud800" <= c <= "\udfff" for c in value)):
            raise Invalid("a character cannot be stored", code="value")
        if isinstance(value, float) and value - value != 0:
            raise Invalid("a finite number is needed", code="value")
        if isinstance(value, int) and abs(value) >= 2**63:
            raise Invalid("the number is too large", code="value")
    return replace(row, **moments) if moments else row


class MemoryRows(Generic[T]):
    """Implements ``ports.Rows``."""

    def __init__(self, unit: MemoryUnitOfWork, name: str, prefix: str) -> None:
        self._unit = unit
        self._name = name
        self._prefix = prefix

    def get(self, row_id: str) -> T:
        try:
            return self._unit.reading().rows[self._name][row_id]
        except KeyError:
            raise NotFound(f"There is no {row_id}.", id=row_id) from None

    def add(self, row: Any) -> Any:
        rows = self._unit.writing().rows[self._name]
        row = _storable(row)
        if not row.id:
            row = replace(row, id=self._unit.next_id(self._prefix)[0])
        else:
            numbered = re.fullmatch(rf"{self._prefix}-([0-9]+)", row.id)
            if numbered:
                self._unit.raise_floor(self._prefix, int(numbered[1]))
        if row.id in rows:
            raise Invalid(f"There is a {row.id} already.", code="exists")
        if self._name == "waivers" and row.criterion_id not in self._unit.reading().rows["criteria"]:
            raise Invalid("The criterion does not exist.", code="reference")
        if self._versioned(row):
            row = replace(row, version=1)
        rows[row.id] = row
        return row

    def add_many(self, rows: Iterable[Any]) -> int:
        return len([self.add(row) for row in rows])

    def change(self, row: Any) -> Any:
        theirs: Any = self.get(row.id)
        if self._name == "sign_offs":
            raise Invalid("The history stays as it is.", code="append_only")
        if self._versioned(row):
            if theirs.version != row.version:
                raise Conflict(f"{row.id} was changed by somebody else.", mine=row, theirs=theirs, id=row.id)
            row = replace(row, version=row.version + 1)
        row = _storable(row)
        self._unit.writing().rows[self._name][row.id] = row
        return row

    def remove(self, row_id: str) -> None:
        self.get(row_id)
        state = self._unit.writing()
        if self._name in ("sign_offs", "evaluations"):
            raise Invalid("The history stays as it is.", code="append_only")
        pointing = (
            *(event.feedback_id for event in state.events),
            *(link.feedback_id for link in state.links.values()),
            *(waiver.criterion_id for waiver in state.rows["waivers"].values()),
        )
        if row_id in pointing:
            raise Invalid(f"Others still point at {row_id}.", code="reference")
        del state.rows[self._name][row_id]

    def all(self, **equal: object) -> Sequence[T]:
        rows = self._unit.reading().rows[self._name].values()
        return sorted((row for row in rows if _matches(row, equal)), key=_order)

    @staticmethod
    def _versioned(row: Any) -> bool:
        return isinstance(getattr(row, "version", None), int)


class MemoryFeedback(MemoryRows[Feedback]):
    """Implements ``ports.FeedbackRows``."""

    def find(self, which: FeedbackFilter) -> Sequence[Feedback]:
        states = _states(which.status)
        found = [row for row in self.all() if row.state in states and _shown(row, which)]
        found.sort(key=lambda row: (_listed_at(row), row.id), reverse=True)
        end = which.offset + which.limit if which.limit > 0 else None
        return found[which.offset : end]

    def count(self, which: FeedbackFilter) -> int:
        return len(self.find(replace(which, limit=0, offset=0)))

    def by_external_keys(self, keys: Sequence[str]) -> Mapping[str, Feedback]:
        found: dict[str, Feedback] = {}
        for row in self.all():
            if row.external_key and row.external_key in keys:
                found.setdefault(row.external_key, row)
        return found

    def record_events(self, events: Iterable[FeedbackEvent]) -> None:
        state = self._unit.writing()
        for event in events:
            if event.feedback_id not in state.rows["feedback"]:
                raise Invalid("The record does not exist.", code="reference")
            state.events.append(replace(event, seq=len(state.events) + 1))

    def events(self, feedback_id: str = "") -> Sequence[FeedbackEvent]:
        return [e for e in self._unit.reading().events if feedback_id in ("", e.feedback_id)]


def _listed_at(row: Feedback) -> datetime:
    return row.reported_at or row.created_at or _NO_TIME


def _shown(row: Feedback, which: FeedbackFilter) -> bool:
    words = (row.id, row.external_key, row.title, row.component, row.reporter, row.owner, *row.tags)
    text = "\n".join((*words, row.description)).casefold()
    tests = (
        not which.priority or row.priority in which.priority,
        which.category is None or row.category == which.category,
        not which.component or row.component == which.component,
        which.source is None or row.source == which.source,
        not which.external_key or row.external_key == which.external_key,
        which.since is None or _listed_at(row) >= which.since,
        which.until is None or _listed_at(row) < which.until,
        all(word in text for word in which.text.casefold().split()),
    )
    return all(tests)


def _states(status: str) -> list[State]:
    if not status:
        return list(State)
    if status in ("open", "closed"):
        return [state for state in State if state.is_open == (status == "open")]
    try:
        return [State(status)]
    except ValueError:
        raise Invalid(f"{status!r} is no status.", code="status") from None


class MemoryLinks:
    """Implements ``ports.LinkRows``."""

    def __init__(self, unit: MemoryUnitOfWork) -> None:
        self._unit = unit

    def add(self, link: Link) -> bool:
        state = self._unit.writing()
        if link.feedback_id not in state.rows["feedback"]:
            raise Invalid("The record does not exist.", code="reference")
        key = (link.feedback_id, link.target_id, link.relation.value)
        return key not in state.links and state.links.setdefault(key, link) is link

    def remove(self, feedback_id: str, target_id: str, relation: str) -> bool:
        return self._unit.writing().links.pop((feedback_id, target_id, relation), None) is not None

    def of_feedback(self, feedback_id: str) -> Sequence[Link]:
        return [link for link in self.all() if link.feedback_id == feedback_id]

    def of_target(self, target_id: str) -> Sequence[Link]:
        return [link for link in self.all() if link.target_id == target_id]

    def all(self) -> Sequence[Link]:
        links = self._unit.reading().links.values()
        return sorted(links, key=lambda link: (link.at, link.feedback_id, link.target_id, link.relation))


class MemoryLog(Generic[T]):
    """Implements ``ports.LogRows``."""

    def __init__(self, unit: MemoryUnitOfWork, name: str, kind: type[Any]) -> None:
        self._unit = unit
        self._name = name
        self._kind = kind

    def add(self, row: T) -> None:
        self._unit.writing().logs[self._name].append(_storable(row))

    def add_many(self, rows: Iterable[T]) -> int:
        return len([self.add(row) for row in rows])

    def all(
        self, since: datetime | None = None, until: datetime | None = None, **equal: object
    ) -> Sequence[T]:
        found: list[Any] = [row for row in self._unit.reading().logs[self._name] if _matches(row, equal)]
        inside = (
            row for row in found if (since is None or row.at >= since) and (until is None or row.at < until)
        )
        return sorted(inside, key=lambda row: row.at)  # pyright: ignore[reportAttributeAccessIssue]


class MemoryEvaluations:
    """Implements ``ports.EvaluationRows``."""

    def __init__(self, unit: MemoryUnitOfWork) -> None:
        self._rows: MemoryRows[Verdict] = MemoryRows(unit, "evaluations", "EV")

    def add(self, verdict: Verdict) -> Verdict:
        return self._rows.add(verdict)

    def latest(self) -> Verdict | None:
        return max(self._rows.all(), key=lambda verdict: (verdict.as_of, _order(verdict)), default=None)

    def all(self, since: datetime | None = None) -> Sequence[Verdict]:
        found = [verdict for verdict in self._rows.all() if since is None or verdict.as_of >= since]
        return sorted(found, key=lambda verdict: (verdict.as_of, _order(verdict)))


class MemoryImports:
    """Implements ``ports.ImportRows``."""

    def __init__(self, unit: MemoryUnitOfWork) -> None:
        self._unit = unit

    def known(self, source: str) -> Mapping[str, tuple[str, str]]:
        return dict(self._unit.reading().imports.get(source, {}))

    def remember(self, source: str, items: Mapping[str, tuple[str, str]]) -> None:
        self._unit.writing().imports.setdefault(source, {}).update(items)
