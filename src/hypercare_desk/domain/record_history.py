"""Each feedback record through time: what its state, priority, plan and resolver were at any instant.

The past is read backwards from the events: before a change a field held what the change says it replaced, after the
last change it holds what the record holds. Where no event reaches back far enough (an imported record knows only when
it was answered, solved and closed), the record's stamps tell its states. Instants are POSIX seconds.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from math import inf
from typing import TypeVar

from hypercare_desk.domain.feedback import Feedback, FeedbackEvent, Priority, Resolver, State
from hypercare_desk.domain.feedback_loop import SOLVED, is_reopening

T = TypeVar("T")
_STATES = {state.value: state for state in State}
_PRIORITIES = {priority.value: priority for priority in Priority}
_RESOLVERS = {resolver.value: resolver for resolver in Resolver}
_STAMPED = ("responded_at", "resolved_at", "closed_at")
_TRACKED = frozenset(("state", "priority", "plan_accepted", "resolver", *_STAMPED))

Spans = tuple[tuple[float, T], ...]
"""What a field held from each instant on, oldest first."""


class Life:
    """One record from its report on. ``plain``: solved and closed at most once, for good, so two numbers say it all."""

    __slots__ = ("ended", "opened", "plain", "plans", "priorities", "record", "resolvers", "solved", "states")

    def __init__(self, record: Feedback, opened: float, changes: Sequence[FeedbackEvent]) -> None:
        self.record = record
        self.opened = opened
        of: dict[str, list[FeedbackEvent]] = {}
        for change in changes:
            of.setdefault(change.field, []).append(change)
        self.priorities = _spans(of.get("priority"), record.priority, _PRIORITIES.get)
        self.plans = _spans(of.get("plan_accepted"), record.plan_accepted, _yes)
        self.resolvers = _spans(of.get("resolver"), record.resolver, _resolver)
        self.states = _states(record, opened, of)
        self.solved, self.ended, self.plain = _summary(self.states)

    def state_at(self, t: float) -> State | None:
        """The state at ``t``; None before the report."""
        return _at(self.states, t) if t >= self.opened else None

    def priority_at(self, t: float) -> Priority | None:
        """The priority at ``t``."""
        return self.priorities[0][1] if len(self.priorities) == 1 else _at(self.priorities, t)

    def plan_accepted_at(self, t: float) -> bool:
        """Whether a plan was accepted at ``t``."""
        return bool(_at(self.plans, t))

    def resolver_at(self, t: float) -> Resolver:
        """Who was down as resolver at ``t``."""
        return _at(self.resolvers, t) or Resolver.UNKNOWN

    def is_open_at(self, t: float) -> bool:
        """Whether somebody still had to do something at ``t``."""
        if self.plain:
            return self.opened <= t < self.ended
        state = self.state_at(t)
        return state is not None and state.is_open

    def solved_at(self, t: float) -> float | None:
        """When the solution that held at ``t`` was reached; None if nothing was solved then."""
        if self.plain:
            return self.solved if self.solved <= t else None
        since: float | None = None
        for moment, state in self.states:
            if moment > t:
                break
            if state not in SOLVED:
                since = None
            elif since is None:
                since = moment
        return since

    def turns(self) -> Iterable[tuple[float, bool]]:
        """Every solving (True) and reopening (False), oldest first."""
        before: State | None = None
        for moment, state in self.states:
            if state in SOLVED and (before is None or before not in SOLVED):
                yield moment, True
            elif before is not None and before in SOLVED and is_reopening(before, state):
                yield moment, False
            before = state


def lives(records: Iterable[Feedback], events: Iterable[FeedbackEvent]) -> list[Life]:
    """The life of every record that has a time to begin at, ordered by that time and id."""
    changes: defaultdict[str, list[FeedbackEvent]] = defaultdict(list)
    for event in events:
        if event.field in _TRACKED:
            changes[event.feedback_id].append(event)
    for some in changes.values():
        some.sort(key=_moment_and_number)
    found = [
        Life(record, begun.timestamp(), changes.get(record.id, ()))
        for record in records
        if (begun := record.reported_at or record.created_at)
    ]
    found.sort(key=lambda life: (life.opened, life.record.id))
    return found


def _moment_and_number(event: FeedbackEvent) -> tuple[datetime, int]:
    return event.at, event.seq


def _yes(text: str) -> bool:
    return text == "yes"


def _resolver(text: str) -> Resolver:
    return _RESOLVERS.get(text, Resolver.UNKNOWN)


def _at(spans: Spans[T], t: float) -> T:
    if len(spans) == 1:
        return spans[0][1]
    return spans[max(bisect_right(spans, t, key=_begin) - 1, 0)][1]


def _begin(span: tuple[float, object]) -> float:
    return span[0]


def _spans(changes: Sequence[FeedbackEvent] | None, now: T, read: Callable[[str], T]) -> Spans[T]:
    if not changes:
        return ((-inf, now),)
    begins = [-inf, *(change.at.timestamp() for change in changes)]
    values = [*(read(change.old) for change in changes), now]
    return tuple(zip(begins, values, strict=True))


def _states(record: Feedback, opened: float, of: dict[str, list[FeedbackEvent]]) -> Spans[State]:
    """States by the events, and by the stamps before the first of them; the final solution counts from its stamp."""
    changes = of.get("state")
    if not changes:
        return _by_stamps(record, opened, of)
    first = changes[0].at.timestamp()
    found: list[tuple[float, State]] = []
    if first > opened:
        found = [span for span in _by_stamps(record, opened, of, rewound=True) if span[0] < first]
        before = _STATES.get(changes[0].old)
        if before:
            found[-1] = (found[-1][0], before)
    for change in changes:
        state = _STATES.get(change.new)
        if state and (not found or found[-1][1] is not state):
            found.append((max(change.at.timestamp(), opened), state))
    if not found or found[-1][1] is not record.state:
        found.append((found[-1][0] if found else opened, record.state))
    return _with_final_stamp(found, record)


def _by_stamps(
    record: Feedback, opened: float, of: dict[str, list[FeedbackEvent]], *, rewound: bool = False
) -> Spans[State]:
    responded, resolved, closed = (_stamp(record, name, of) for name in _STAMPED)
    if not rewound:
        written = record.updated_at.timestamp() if record.updated_at else opened
        if record.state in SOLVED and resolved is None and closed is None:
            resolved = written
        if not record.state.is_open and closed is None:
            closed = resolved if resolved is not None else written
    steps: list[tuple[float, State]] = [(opened, State.NEW)]
    ending = State.MERGED if record.state is State.MERGED else State.CLOSED
    for moment, state in ((responded, State.TRIAGED), (resolved, State.FIX_DEPLOYED), (closed, ending)):
        if moment is not None:
            steps.append((max(moment, steps[-1][0]), state))
    if not rewound and steps[-1][1] is not record.state:
        steps[-1] = (steps[-1][0], record.state)
    return tuple(steps)


def _stamp(record: Feedback, name: str, of: dict[str, list[FeedbackEvent]]) -> float | None:
    """A stamp as it was before anybody changed it here."""
    changes = of.get(name)
    moment: datetime | None = getattr(record, name)
    if changes:
        try:
            moment = datetime.fromisoformat(changes[0].old) if changes[0].old else None
        except ValueError:
            moment = None
    return moment.timestamp() if moment is not None else None


def _with_final_stamp(found: list[tuple[float, State]], record: Feedback) -> Spans[State]:
    """The states with the last solution beginning when the record's stamp says so, not when it was written down."""
    if record.state not in SOLVED or record.resolved_at is None:
        return tuple(found)
    place = len(found) - 1
    while place > 0 and found[place - 1][1] in SOLVED:
        place -= 1
    solved = max(record.resolved_at.timestamp(), found[place - 1][0] if place else found[0][0])
    if not found[place][1].is_open and solved < found[place][0]:
        found.insert(place, (solved, State.FIX_DEPLOYED))
    else:
        latest = found[place + 1][0] if place + 1 < len(found) else solved
        found[place] = (min(solved, latest), found[place][1])
    return tuple(found)


def _summary(states: Spans[State]) -> tuple[float, float, bool]:
    """When it was solved and when closed (infinity: not yet), and whether both hold for good."""
    solved = ended = inf
    for moment, state in states:
        if state in SOLVED:
            if ended < inf and state.is_open:
                return inf, inf, False
            solved = min(solved, moment)
        elif solved < inf or ended < inf:
            return inf, inf, False
        if not state.is_open:
            ended = min(ended, moment)
    return solved, ended, True
