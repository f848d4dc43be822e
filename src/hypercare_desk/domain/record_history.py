"""Each feedback record through time: what its state, priority, plan and resolver were at any instant.

The past is read backwards from the events: before a change a field held what the change says it replaced, after the
last change it holds what the record holds. Where no event reaches back far enough (an imported record knows only when
it was answered, solved and closed), the record's stamps tell its states. Instants are POSIX seconds.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from math import inf
from operator import attrgetter
from typing import TypeVar

from hypercare_desk.domain.at_rest import collector_at_rest
from hypercare_desk.domain.feedback import Feedback, FeedbackEvent, Priority, Resolver, State
from hypercare_desk.domain.feedback_loop import SOLVED, is_reopening
from hypercare_desk.domain.record_story import ENDED, STAMPED, Changes, Story, story_of, straight, summary

T = TypeVar("T")
_PRIORITIES = {priority.value: priority for priority in Priority}
_RESOLVERS = {resolver.value: resolver for resolver in Resolver}
_TRACKED = frozenset(("state", "priority", "plan_accepted", "resolver", *STAMPED))

Spans = tuple[tuple[float, T], ...]
"""What a field held from each instant on, oldest first."""


class Life:
    """One record from its report on. ``plain``: solved and closed at most once, for good, so two numbers say it all.

    ``urgent``: it is or was P1 or P2. ``tied``: it repeats another record or came from an alert. ``said_reopened``:
    the record counts a reopening. There may be 100,000 of these, and most are never asked for more: the story of
    states is made when it is.
    """

    __slots__ = (
        "_changes",
        "_moves",
        "_plans",
        "_priorities",
        "_resolvers",
        "_told",
        "ended",
        "id",
        "opened",
        "plain",
        "record",
        "resolver",
        "said_reopened",
        "solved",
        "tied",
        "urgent",
    )

    def __init__(
        self,
        record: Feedback,
        opened: float,
        moves: Sequence[FeedbackEvent],
        changes: Sequence[FeedbackEvent],
    ) -> None:
        self.record = record
        self.opened = opened
        self._moves = moves
        self._changes = changes
        self._told: Story | None = None
        self._priorities: Spans[Priority | None] = ()
        self._plans: Spans[bool] = ()
        self._resolvers: Spans[Resolver] = ()
        # Read now, while the record is at hand: later each look at 100,000 records costs a tenth of a second.
        self.id = record.id
        self.resolver = record.resolver
        self.urgent = record.priority is Priority.P1 or record.priority is Priority.P2
        self.tied = bool(record.duplicate_of or record.fingerprint)
        self.said_reopened = record.reopen_count > 0
        if changes:
            self._take(_by_field(changes))
        self.solved, self.ended, self.plain = straight(record, moves) or summary(*self.story)

    def _take(self, of: Changes) -> None:
        record = self.record
        if "priority" in of:
            self._priorities = _spans(of["priority"], record.priority, _PRIORITIES.get)
            self.urgent = self.urgent or any(
                p is Priority.P1 or p is Priority.P2 for _, p in self._priorities
            )
        if "plan_accepted" in of:
            self._plans = _spans(of["plan_accepted"], record.plan_accepted, _yes)
        if "resolver" in of:
            self._resolvers = _spans(of["resolver"], record.resolver, _resolver)

    @property
    def story(self) -> Story:
        """The instants at which the state changed, oldest first, and the states from then on."""
        if self._told is None:
            self._told = story_of(self.record, self.opened, self._moves, _by_field(self._changes))
        return self._told

    def state_at(self, t: float) -> State | None:
        """The state at ``t``; None before the report."""
        if t < self.opened:
            return None
        moments, states = self.story
        return states[max(bisect_right(moments, t) - 1, 0)]

    def priority_at(self, t: float) -> Priority | None:
        """The priority at ``t``."""
        return _at(self._priorities, t) if self._priorities else self.record.priority

    @property
    def priorities(self) -> Spans[Priority | None]:
        """What the priority was from each instant on, oldest first; from the beginning of time on first."""
        return self._priorities or ((-inf, self.record.priority),)

    def plan_accepted_at(self, t: float) -> bool:
        """Whether a plan was accepted at ``t``."""
        return _at(self._plans, t) if self._plans else self.record.plan_accepted

    def resolver_at(self, t: float) -> Resolver:
        """Who was down as resolver at ``t``."""
        return _at(self._resolvers, t) if self._resolvers else self.resolver

    @property
    def resolver_settled(self) -> bool:
        """Whether the resolver has not changed since the record was solved."""
        return not self._resolvers or self._resolvers[-1][0] <= self.solved

    def is_open_at(self, t: float) -> bool:
        """Whether somebody still had to do something at ``t``."""
        if self.plain:
            return self.opened <= t < self.ended
        state = self.state_at(t)
        return state is not None and state not in ENDED

    def solved_at(self, t: float) -> float | None:
        """When the solution that held at ``t`` was reached; None if nothing was solved then."""
        if self.plain:
            return self.solved if self.solved <= t else None
        since: float | None = None
        for moment, state in zip(*self.story, strict=True):
            if moment > t:
                break
            if state not in SOLVED:
                since = None
            elif since is None:
                since = moment
        return since

    def closed_at(self, t: float) -> float | None:
        """When the record was closed or merged, if it was so at ``t``."""
        if self.is_open_at(t) or t < self.opened:
            return None
        if self.plain:
            return self.ended
        return max(m for m, state in zip(*self.story, strict=True) if m <= t and state in ENDED)

    def turns(self) -> Iterable[tuple[float, bool]]:
        """Every solving (True) and reopening (False), oldest first."""
        before: State | None = None
        for moment, state in zip(*self.story, strict=True):
            if state in SOLVED and (before is None or before not in SOLVED):
                yield moment, True
            elif before is not None and before in SOLVED and is_reopening(before, state):
                yield moment, False
            before = state


def lives(records: Iterable[Feedback], events: Iterable[FeedbackEvent]) -> list[Life]:
    """The life of every record that has a time to begin at, ordered by that time and id."""
    with collector_at_rest():
        moves, changes = _by_record(events)
        found = [
            Life(record, begun.timestamp(), moves.get(record.id, ()), changes.get(record.id, ()))
            for record in records
            if (begun := record.reported_at or record.created_at)
        ]
        found.sort(key=attrgetter("id"))
        found.sort(key=attrgetter("opened"))
        return found


def _by_record(events: Iterable[FeedbackEvent]) -> tuple[Changes, Changes]:
    """The state events of each record, and its other tracked ones, in order of time and writing."""
    moves: Changes = {}
    changes: Changes = {}
    for event in events:
        if event.field == "state":
            of = moves
        elif event.field in _TRACKED:
            of = changes
        else:
            continue
        some = of.get(event.feedback_id)
        if some is None:
            of[event.feedback_id] = [event]
        else:
            some.append(event)
    for of in (moves, changes):
        for some in of.values():
            if len(some) > 1:
                _sort(some)
    return moves, changes


def _sort(events: list[FeedbackEvent]) -> None:
    """Put events in order; they nearly always are, and looking is cheaper than sorting."""
    last = events[0]
    for event in events:
        if event.at < last.at or (event.seq < last.seq and event.at == last.at):
            events.sort(key=_moment_and_number)
            return
        last = event


def _moment_and_number(event: FeedbackEvent) -> tuple[datetime, int]:
    return event.at, event.seq


def _by_field(changes: Sequence[FeedbackEvent]) -> Changes:
    if len(changes) == 1:
        return {changes[0].field: [changes[0]]}
    of: Changes = {}
    for change in changes:
        of.setdefault(change.field, []).append(change)
    return of


def _yes(text: str) -> bool:
    return text == "yes"


def _resolver(text: str) -> Resolver:
    return _RESOLVERS.get(text, Resolver.UNKNOWN)


def _at(spans: Spans[T], t: float) -> T:
    return spans[max(bisect_right(spans, t, key=_begin) - 1, 0)][1]


def _begin(span: tuple[float, object]) -> float:
    return span[0]


def _spans(changes: Sequence[FeedbackEvent], now: T, read: Callable[[str], T]) -> Spans[T]:
    before = read(changes[0].old)
    if len(changes) == 1:
        return ((-inf, before), (changes[0].at.timestamp(), now))
    begins = [-inf, *(change.at.timestamp() for change in changes)]
    values = [*(read(change.old) for change in changes), now]
    return tuple(zip(begins, values, strict=True))
