"""The course a record takes after it was written down: who does what, how long it takes, where it ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from hypercare_desk.domain.feedback import Category, Decision, Priority, Relation, Resolver, State
from hypercare_desk.services.demo.content import Matter
from hypercare_desk.services.demo.telling import Telling

DESKS = ("Service desk 1", "Service desk 2", "Service desk 3", "Service desk 4")
_MINUTE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
# Typical answer and solution as shares of the target, and how often a record misses it.
_ANSWER = {
    Priority.P1: (2, 14),
    Priority.P2: (4, 27),
    Priority.P3: (8, 210),
    Priority.P4: (10, 420),
    Priority.P5: (20, 900),
}
_SOLVE_HOURS = {
    Priority.P1: (1.2, 3.8),
    Priority.P2: (1.0, 7.0),
    Priority.P3: (3.0, 84.0),
    Priority.P4: (8.0, 190.0),
    Priority.P5: (10.0, 300.0),
}
_LATE = 0.07
_ADVICE = frozenset({Category.TRAINING, Category.DOCUMENTATION, Category.USABILITY})


@dataclass(frozen=True, slots=True)
class Pace:
    """When a record is answered and when it is solved."""

    answered: datetime
    solved: datetime


def pace(rng: Random, matter: Matter, priority: Priority, begun: datetime) -> Pace:
    """A plausible pace; now and then a target is missed. Advice is mostly given while the caller is on the line."""
    low, high = _ANSWER[priority]
    answered = begun + rng.triangular(low, high, low + (high - low) * 0.2) * _MINUTE
    if rng.random() < _LATE and priority not in (Priority.P1, Priority.P2):
        answered = begun + rng.uniform(1.05, 1.6) * high * _MINUTE
    if matter.category in _ADVICE and rng.random() < 0.7:
        answered = begun + rng.uniform(1, 6) * _MINUTE
        return Pace(answered, answered + rng.uniform(4, 50) * _MINUTE)
    least, most = _SOLVE_HOURS[priority]
    solved = answered + rng.triangular(least, most, least + (most - least) * 0.25) * _HOUR
    if rng.random() < _LATE:
        solved = begun + rng.uniform(1.1, 1.5) * max(most * 1.2, 4) * _HOUR
    return Pace(answered, solved)


def triage(telling: Telling, matter: Matter, at: datetime, who: str, users: int) -> bool:
    """Rate the record and give it to its owner."""
    return telling.step(
        at,
        who,
        state=State.TRIAGED,
        category=matter.category,
        impact=matter.impact,
        urgency=matter.urgency,
        caused_by_release=matter.release,
        affected_users=users,
        owner=matter.owner,
    )


def work_on(rng: Random, telling: Telling, matter: Matter, when: Pace, resolver: Resolver) -> None:
    """From triage to the end of its course, as far as the story goes."""
    span = when.solved - when.answered
    if matter.category not in _ADVICE and not telling.step(
        when.answered + span * rng.uniform(0.1, 0.3), matter.owner, state=State.ANALYSING
    ):
        return
    if matter.decision is None:
        return
    decided = when.answered + span * rng.uniform(0.35, 0.6)
    decision: dict[str, object] = {
        "state": State.DECIDED,
        "decision": matter.decision,
        "root_cause": matter.root_cause,
        "target": matter.target,
    }
    if not telling.step(decided, matter.owner, _reason(matter), **decision):
        return
    if matter.decision is Decision.LATER_RELEASE:
        _put_off(rng, telling, matter, decided)
        return
    if matter.decision is Decision.FIX_NOW and matter.category not in _ADVICE:
        telling.step(decided + span * 0.1, matter.owner, state=State.IN_PROGRESS)
    solve(rng, telling, matter, when.solved, resolver)


def solve(rng: Random, telling: Telling, matter: Matter, at: datetime, resolver: Resolver) -> None:
    """The solution, its check with the reporter, and the end."""
    fixed = matter.decision is Decision.FIX_NOW and matter.category not in _ADVICE
    state = State.FIX_DEPLOYED if fixed else State.VALIDATED
    who = matter.owner if resolver is Resolver.HYPERCARE or fixed else rng.choice(DESKS)
    if not telling.step(at, who, state=state, resolution=matter.resolution, resolver=resolver):
        return
    if fixed:
        at += rng.uniform(0.3, 9) * _HOUR
        if not telling.step(at, rng.choice(DESKS), "Reporter has tried it.", state=State.VALIDATED):
            return
    at += rng.uniform(1, 90) * _MINUTE
    if not telling.step(at, rng.choice(DESKS), state=State.INFORMED):
        return
    telling.step(at + rng.uniform(4, 60) * _HOUR, rng.choice(DESKS), state=State.CLOSED)


def reopen(rng: Random, telling: Telling, matter: Matter, why: str) -> bool:
    """The matter comes back a day or two after it was solved, and is solved again."""
    solved = telling.record.resolved_at
    if solved is None:
        return False
    back = max(solved, telling.record.closed_at or solved) + rng.uniform(6, 30) * _HOUR
    if not telling.step(back, rng.choice(DESKS), why, state=State.ANALYSING):
        return False
    solve(rng, telling, matter, back + rng.uniform(3, 20) * _HOUR, Resolver.HYPERCARE)
    return True


def tie(telling: Telling, matter: Matter, written: dict[str, datetime]) -> None:
    """Link the record to the articles that solved it or came of it; not before they were written."""
    solved = telling.record.resolved_at
    first = True
    for article in matter.articles:
        known = written[article]
        begun = telling.record.reported_at or known
        late = known > (solved or telling.end)
        relation = Relation.SOLVED_BY if first and solved and not late else Relation.DOCUMENTED_IN
        first = False
        at = max(known, solved or begun + _HOUR)
        telling.link(article, relation, at, matter.owner if late else DESKS[0])


def _put_off(rng: Random, telling: Telling, matter: Matter, decided: datetime) -> None:
    """Left for a later release: wishes are told to the reporter and closed, some defects stay in sight."""
    if matter.category is not Category.ENHANCEMENT and rng.random() < 0.4:
        return
    at = decided + rng.uniform(2, 7) * _DAY
    told = (
        f"Kept as {matter.defect} for {matter.target}."
        if matter.defect
        else f"In the backlog for {matter.target}."
    )
    if telling.step(
        at, matter.owner, told, state=State.INFORMED, resolution=matter.resolution, resolver=Resolver.BAU
    ):
        telling.step(at + rng.uniform(1, 20) * _HOUR, matter.owner, state=State.CLOSED)


def _reason(matter: Matter) -> str:
    if matter.decision is Decision.WORKAROUND:
        return f"Workaround until {matter.defect} is delivered." if matter.defect else "Workaround is enough."
    if matter.decision is Decision.FIX_NOW and matter.defect:
        return f"Fix: {matter.defect}."
    return ""
