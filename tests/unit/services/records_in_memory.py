"""Records kept in dictionaries: enough of `services.ports.Database` for the services' tests. Rolls back like one."""

import copy
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from hypercare_desk.domain.errors import Conflict, NotFound
from hypercare_desk.domain.feedback import FeedbackEvent, FeedbackFilter, State

PREFIXES = {"feedback": "FB", "criteria": "EC", "waivers": "WV", "sign_offs": "SO", "postmortems": "PM"}
OTHERS = ("journal", "announcements", "roster", "training", "transfer", "surveys", "risks", "packs")


class MemoryRows:
    """`Rows` over a dictionary."""

    def __init__(self, work: "MemoryWork", prefix: str) -> None:
        self._work, self._prefix = work, prefix
        self.rows: dict[str, Any] = {}

    def get(self, row_id: str) -> Any:
        if row_id not in self.rows:
            raise NotFound(f"There is nothing with the id {row_id}.")
        return self.rows[row_id]

    def add(self, row: Any) -> Any:
        stored = row if row.id else replace(row, id=self._work.next_id(self._prefix)[0])
        self.rows[stored.id] = stored
        return stored

    def add_many(self, rows: Iterable[Any]) -> int:
        return len([self.add(row) for row in rows])

    def change(self, row: Any) -> Any:
        stored = self.get(row.id)
        if stored.version != row.version:
            raise Conflict(f"{row.id} was changed.", mine=row, theirs=stored)
        self.rows[row.id] = replace(row, version=row.version + 1)
        return self.rows[row.id]

    def remove(self, row_id: str) -> None:
        self.get(row_id)
        del self.rows[row_id]

    def all(self, **equal: object) -> Sequence[Any]:
        chosen = [r for r in self.rows.values() if all(getattr(r, k) == v for k, v in equal.items())]
        return sorted(chosen, key=lambda row: row.id)


class MemoryFeedback(MemoryRows):
    """`FeedbackRows` over a dictionary."""

    def __init__(self, work: "MemoryWork", prefix: str) -> None:
        super().__init__(work, prefix)
        self.kept: list[FeedbackEvent] = []

    def find(self, which: FeedbackFilter) -> Sequence[Any]:
        chosen = [
            r
            for r in self.rows.values()
            if (not which.status or _has_status(r.state, which.status))
            and (not which.priority or r.priority in which.priority)
            and (which.category is None or r.category is which.category)
            and (not which.component or r.component == which.component)
        ]
        chosen.sort(key=lambda r: (r.reported_at, r.id), reverse=True)
        return chosen[which.offset :][: which.limit or None]

    def count(self, which: FeedbackFilter) -> int:
        return len(self.find(replace(which, limit=0, offset=0)))

    def by_external_keys(self, keys: Sequence[str]) -> Mapping[str, Any]:
        return {r.external_key: r for r in self.rows.values() if r.external_key in keys}

    def record_events(self, events: Iterable[FeedbackEvent]) -> None:
        for event in events:
            self.kept.append(replace(event, seq=len(self.kept) + 1))

    def events(self, feedback_id: str = "") -> Sequence[FeedbackEvent]:
        return [e for e in self.kept if feedback_id in ("", e.feedback_id)]


class MemoryLinks:
    """`LinkRows` over a list."""

    def __init__(self) -> None:
        self.rows: list[Any] = []

    def add(self, link: Any) -> bool:
        known = {(x.feedback_id, x.target_id, x.relation) for x in self.rows}
        if (link.feedback_id, link.target_id, link.relation) in known:
            return False
        self.rows.append(link)
        return True

    def remove(self, feedback_id: str, target_id: str, relation: str) -> bool:
        left = [
            x
            for x in self.rows
            if (x.feedback_id, x.target_id, x.relation) != (feedback_id, target_id, relation)
        ]
        gone = len(left) < len(self.rows)
        self.rows = left
        return gone

    def of_feedback(self, feedback_id: str) -> Sequence[Any]:
        return [x for x in self.rows if x.feedback_id == feedback_id]

    def of_target(self, target_id: str) -> Sequence[Any]:
        return [x for x in self.rows if x.target_id == target_id]

    def all(self) -> Sequence[Any]:
        return list(self.rows)


class MemoryLog:
    """`LogRows` over a list."""

    def __init__(self) -> None:
        self.rows: list[Any] = []

    def add(self, row: Any) -> None:
        self.rows.append(row)

    def add_many(self, rows: Iterable[Any]) -> int:
        before = len(self.rows)
        self.rows.extend(rows)
        return len(self.rows) - before

    def all(self, since: Any = None, until: Any = None, **equal: object) -> Sequence[Any]:
        return sorted(
            (
                r
                for r in self.rows
                if (since is None or r.at >= since)
                and (until is None or r.at < until)
                and all(getattr(r, k) == v for k, v in equal.items())
            ),
            key=lambda r: r.at,
        )


class MemoryEvaluations:
    """`EvaluationRows` over a list."""

    def __init__(self, work: "MemoryWork") -> None:
        self._work = work
        self.rows: list[Any] = []

    def add(self, verdict: Any) -> Any:
        stored = replace(verdict, id=verdict.id or self._work.next_id("EV")[0])
        self.rows.append(stored)
        return stored

    def latest(self) -> Any:
        return self.rows[-1] if self.rows else None

    def all(self, since: Any = None) -> Sequence[Any]:
        return [v for v in self.rows if since is None or v.as_of >= since]


class MemoryWork:
    """`UnitOfWork` over dictionaries."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = defaultdict(int)
        self.feedback = MemoryFeedback(self, "FB")
        self.links = MemoryLinks()
        self.uses, self.searches, self.measurements = MemoryLog(), MemoryLog(), MemoryLog()
        self.evaluations = MemoryEvaluations(self)
        for name in ("criteria", "waivers", "sign_offs", "postmortems", *OTHERS):
            setattr(self, name, MemoryRows(self, PREFIXES.get(name, name[:2].upper())))
        self.committed = False

    def next_id(self, prefix: str, count: int = 1) -> Sequence[str]:
        self.numbers[prefix] += count
        return [f"{prefix}-{self.numbers[prefix] - count + k:04d}" for k in range(1, count + 1)]

    def commit(self) -> None:
        self.committed = True


class MemoryDatabase:
    """`Database` over dictionaries; a transaction works on a copy until it is committed."""

    read_only = ""

    def __init__(self) -> None:
        self.state: Any = MemoryWork()

    @contextmanager
    def work(self) -> Iterator[Any]:
        attempt = copy.deepcopy(self.state)
        attempt.committed = False
        yield attempt
        if attempt.committed:
            self.state = attempt

    @contextmanager
    def view(self) -> Iterator[Any]:
        yield copy.deepcopy(self.state)


def _has_status(state: State, status: str) -> bool:
    if status in ("open", "closed"):
        return state.is_open is (status == "open")
    return state.value == status
