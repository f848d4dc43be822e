"""The states of one record, told from its events, and from its stamps where no event reaches back far enough.

Before the first event the stamps say what the states were; after the last one the record itself does.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from math import inf

from hypercare_desk.domain.feedback import Feedback, FeedbackEvent, State
from hypercare_desk.domain.feedback_loop import SOLVED

Changes = dict[str, list[FeedbackEvent]]
Story = tuple[list[float], list[State]]
"""The instants (POSIX seconds) at which the state changed, oldest first, and the states from then on."""
STAMPED = ("responded_at", "resolved_at", "closed_at")
STATES = {state.value: state for state in State}
SOLVED_WORDS = frozenset(state.value for state in SOLVED)
ENDED = frozenset(state for state in State if not state.is_open)


def straight(record: Feedback, moves: Sequence[FeedbackEvent]) -> tuple[float, float, bool] | None:
    """The summary of a record that began as new, only went forwards, and whose stamps agree; None for any other."""
    if not moves or moves[0].new != "new" or moves[-1].new != record.state.value:
        return None
    solved: FeedbackEvent | None = None
    ended: FeedbackEvent | None = None
    for move in moves:
        if move.new in SOLVED_WORDS:
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


def story_of(record: Feedback, opened: float, changes: Sequence[FeedbackEvent], others: Changes) -> Story:
    """States by the events, and by the stamps before the first of them; the final solution counts from its stamp."""
    if not changes:
        return _by_stamps(record, opened, others)
    moments: list[float] = []
    stages: list[State] = []
    first = changes[0].at.timestamp()
    if first > opened:
        moments, stages = _before(first, record, opened, others)
        stages[-1] = STATES.get(changes[0].old) or stages[-1]
    for change in changes:
        state = STATES.get(change.new)
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


def _before(first: float, record: Feedback, opened: float, others: Changes) -> Story:
    moments, stages = _by_stamps(record, opened, others, rewound=True)
    count = max(sum(moment < first for moment in moments), 1)
    return moments[:count], stages[:count]


def _by_stamps(record: Feedback, opened: float, others: Changes, *, rewound: bool = False) -> Story:
    responded, resolved, closed = (_stamp(record, name, others) for name in STAMPED)
    if not rewound:
        written = record.updated_at.timestamp() if record.updated_at else opened
        if record.state in SOLVED and resolved is None and closed is None:
            resolved = written
        if record.state in ENDED and closed is None:
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


def _stamp(record: Feedback, name: str, others: Changes) -> float | None:
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
    if stages[place] in ENDED and solved < moments[place]:
        moments.insert(place, solved)
        stages.insert(place, State.FIX_DEPLOYED)
    else:
        latest = moments[place + 1] if place + 1 < len(moments) else solved
        moments[place] = min(solved, latest)


def summary(moments: Sequence[float], stages: Sequence[State]) -> tuple[float, float, bool]:
    """When it was solved and when closed (infinity: not yet), and whether both hold for good."""
    solved = ended = inf
    for moment, state in zip(moments, stages, strict=True):
        ends = state in ENDED
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
