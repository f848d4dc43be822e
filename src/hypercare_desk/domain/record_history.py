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

T = TypeVar("T")
_STATES = {state.value: state for state in State}
_PRIORITIES = {priority.value: priority for priority in Priority}
_RESOLVERS = {resolver.value: resolver for resolver in Resolver}
_STAMPED = ("responded_at", "resolved_at", "closed_at")
_TRACKED = frozenset(("state", "priority", "plan_accepted", "resolver", *_STAMPED))
_SOLVED_WORDS = frozenset(state.value for state in SOLVED)
_ENDED = frozenset(state for state in State if not state.is_open)

Spans = tuple[tuple[float, T], ...]
"""What a field held from each instant on, oldest first."""
_Changes = dict[str, list[FeedbackEvent]]
_Story = tuple[list[float], list[State]]


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
        self._told: _Story | None = None
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
        self.solved, self.ended, self.plain = _straight(record, moves) or _summary(*self.story)

    def _take(self, of: _Changes) -> None:
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
    def story(self) -> _Story:
        """The instants at which the state changed, oldest first, and the states from then on."""
        if self._told is None:
            self._told = _story(self.record, self.opened, self._moves, _by_field(self._changes))
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
        return state is not None and state not in _ENDED

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
        return max(m for m, state in zip(*self.story, strict=True) if m <= t and state in _ENDED)

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


def _by_record(events: Iterable[FeedbackEvent]) -> tuple[_Changes, _Changes]:
    """The state events of each record, and its other tracked ones, in order of time and writing."""
    moves: _Changes = {}
    changes: _Changes = {}
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


def _by_field(changes: Sequence[FeedbackEvent]) -> _Changes:
    if len(changes) == 1:
        return {changes[0].field: [changes[0]]}
    of: _Changes = {}
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


def _straight(record: Feedback, moves: Sequence[FeedbackEvent]) -> tuple[float, float, bool] | None:
    """The summary of a record that began as new, only went forwards, and whose stamps agree; None for any other."""
    if not moves or moves[0].new != "new" or moves[-1].new != record.state.value:
        return None
    solved: FeedbackEvent | None = None
    ended: FeedbackEvent | None = None
    for move in moves:
        if move.new in _SOLVED_WORDS:
            if ended is not None:
                return None
            solved = solved or move
            if move.new == "closed":
                ended = move
        elif solved is not None or ended is not None:
            return None
        elif move.new == "merged":
            ended = move
    if solved is None:
        return inf, inf if ended is None else ended.at.timestamp(), True
    if record.resolved_at is not None and record.resolved_at != solved.at:
        return None
    return solved.at.timestamp(), inf if ended is None else ended.at.timestamp(), True


def _story(record: Feedback, opened: float, changes: Sequence[FeedbackEvent], others: _Changes) -> _Story:
    """States by the events, and by the stamps before the first of them; the final solution counts from its stamp."""
    if not changes:
        return _by_stamps(record, opened, others)
    moments: list[float] = []
    stages: list[State] = []
    first = changes[0].at.timestamp()
    if first > opened:
        moments, stages = _before(first, record, opened, others)
        stages[-1] = _STATES.get(changes[0].old) or stages[-1]
    for change in changes:
        state = _STATES.get(change.new)
        if state and (not stages or stages[-1] is not state):
            moment = change.at.timestamp()
            moments.append(moment if moment > opened else opened)
            stages.append(state)
    if not stages or stages[-1] is not record.state:
        moments.append(moments[-1] if moments else opened)
        stages.append(record.state)
    if record.resolved_at is not None and record.state in SOLVED:
        _put_final_stamp(moments, stages, record.resolved_at.timestamp())
    return moments, stages


def _before(first: float, record: Feedback, opened: float, others: _Changes) -> _Story:
    moments, stages = _by_stamps(record, opened, others, rewound=True)
    count = max(sum(moment < first for moment in moments), 1)
    return moments[:count], stages[:count]


def _by_stamps(record: Feedback, opened: float, others: _Changes, *, rewound: bool = False) -> _Story:
    responded, resolved, closed = (_stamp(record, name, others) for name in _STAMPED)
    if not rewound:
        written = record.updated_at.timestamp() if record.updated_at else opened
        if record.state in SOLVED and resolved is None and closed is None:
            resolved = written
        if record.state in _ENDED and closed is None:
            closed = resolved if resolved is not None else written
    moments, stages = [opened], [State.NEW]
    ending = State.MERGED if record.state is State.MERGED else State.CLOSED
    for moment, state in ((responded, State.TRIAGED), (resolved, State.FIX_DEPLOYED), (closed, ending)):
        if moment is not None:
            moments.append(moment if moment > moments[-1] else moments[-1])
            stages.append(state)
    if not rewound:
        stages[-1] = record.state
    return moments, stages


def _stamp(record: Feedback, name: str, others: _Changes) -> float | None:
    """A stamp as it was before anybody changed it here."""
    changes = others.get(name)
    moment: datetime | None = getattr(record, name)
    if changes:
        try:
            moment = datetime.fromisoformat(changes[0].old) if changes[0].old else None
        except ValueError:
            moment = None
    return moment.timestamp() if moment is not None else None


def _put_final_stamp(moments: list[float], stages: list[State], solved: float) -> None:
    """Let the last solution begin when the record's stamp says so, not when it was written down."""
    place = len(stages) - 1
    while place > 0 and stages[place - 1] in SOLVED:
        place -= 1
    if solved == moments[place]:
        return
    solved = max(solved, moments[place - 1] if place else moments[0])
    if stages[place] in _ENDED and solved < moments[place]:
        moments.insert(place, solved)
        stages.insert(place, State.FIX_DEPLOYED)
    else:
        latest = moments[place + 1] if place + 1 < len(moments) else solved
        moments[place] = min(solved, latest)


def _summary(moments: Sequence[float], stages: Sequence[State]) -> tuple[float, float, bool]:
    """When it was solved and when closed (infinity: not yet), and whether both hold for good."""
    solved = ended = inf
    for moment, state in zip(moments, stages, strict=True):
        ends = state in _ENDED
        if state in SOLVED:
            if ended < inf and not ends:
                return inf, inf, False
            if solved == inf:
                solved = moment
        elif solved < inf or ended < inf:
            return inf, inf, False
        if ends and ended == inf:
            ended = moment
    return solved, ended, True
