"""Criteria and facts in, verdict out: how a value becomes a state, and why (product.md §6, ui.md "Exit criteria")."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from hypercare_desk.domain.at_rest import collector_at_rest
from hypercare_desk.domain.criteria_catalogue import is_trended, metric_of
from hypercare_desk.domain.exit_criteria import (
    Criterion,
    CriterionResult,
    CriterionState,
    Operator,
    Verdict,
    Waiver,
)
from hypercare_desk.domain.fact_index import DAY, FactIndex
from hypercare_desk.domain.facts import Facts
from hypercare_desk.domain.reading import DECIMALS, Reading, figure, holds, is_upper, rule_in_words

TREND_DAYS = 7
"""Daily values, today's included, that a trend is drawn through; fewer than three make none."""
_FEWEST_POINTS = 3
_SCALES: Mapping[str, float | None] = {"%": 100, "of 5": 5, "ms": None}
"""Units that are no counts, with the best value there can be."""
_TINY = 1e-9
_GOOD = (CriterionState.MET, CriterionState.AT_RISK, CriterionState.WAIVED)


def evaluate(criteria: Iterable[Criterion], facts: Facts, index: FactIndex | None = None) -> Verdict:
    """What every active criterion says at ``facts.as_of``, ordered by id; the verdict's own id is left empty.

    ``as_of`` in the past gives what would have been said then, as far as times were kept. ``index`` may be one made
    of facts that differ in ``as_of`` alone. Pure; the order of the facts does not matter.
    """
    active = sorted((c for c in criteria if c.active), key=lambda c: c.id)
    with collector_at_rest():
        return Verdict("", facts.as_of, _results(index or FactIndex(facts), active, facts))


def series(
    criterion: Criterion, index: FactIndex, as_of: datetime, days: int
) -> tuple[tuple[date, float | None], ...]:
    """The criterion's value at this time of day on each of the last ``days`` days, oldest first; None is no data."""
    moments = [as_of - timedelta(days=back) for back in range(days - 1, -1, -1)]
    day_of = index.facts.calendar.day_of
    return tuple((day_of(m), _value(_read(index, criterion, m, ids=False), criterion)) for m in moments)


@dataclass(frozen=True, slots=True)
class Move:
    """A criterion that changed its state between two evaluations."""

    id: str
    title: str
    before: CriterionState
    now: CriterionState
    why: str

    @property
    def fell(self) -> bool:
        """Whether it fell back: it allowed the exit before and does not now."""
        return self.before in _GOOD and self.now not in _GOOD


def moves(before: Verdict | None, now: Verdict) -> tuple[Move, ...]:
    """The criteria of both verdicts whose state changed, in order of id; none without an earlier verdict."""
    earlier = {c.id: c.state for c in before.criteria} if before else {}
    return tuple(
        Move(c.id, c.title, earlier[c.id], c.state, c.why)
        for c in now.criteria
        if c.id in earlier and earlier[c.id] is not c.state
    )


def fallen(before: Verdict | None, now: Verdict) -> tuple[Move, ...]:
    """The criteria that allowed the exit before and do not now."""
    return tuple(move for move in moves(before, now) if move.fell)


def margin_of(criterion: Criterion) -> float:
    """How near the threshold a value is at risk: the criterion's own margin, else 10 % of the threshold.

    For counts it is one unit, for a threshold of 0 nothing. A share that must reach a threshold is read by what may be
    missing of 100 %: at least 90 % is at most 10 % missing, and 10 % of that is 1 point. So is a score, of 5.
    """
    if criterion.margin is not None:
        return max(criterion.margin, 0.0)
    threshold = abs(criterion.threshold)
    if threshold == 0 or criterion.operator is Operator.EQUAL:
        return 0.0
    if criterion.unit not in _SCALES:
        return 1.0
    best = _SCALES.get(criterion.unit)
    if best and not is_upper(criterion.operator):
        return max(best - threshold, 0.0) / 10
    return threshold / 10


def valid_waiver(waivers: Iterable[Waiver], criterion_id: str, at: datetime, today: date) -> Waiver | None:
    """The waiver in force for a criterion: approved by somebody else, not revoked, not past its last day.

    Of several, the one that lasts longest.
    """
    valid = [
        w
        for w in waivers
        if w.criterion_id == criterion_id
        and w.approved_at <= at
        and today <= w.expires_on
        and (w.revoked_at is None or w.revoked_at > at)
        and w.approver.strip()
        and w.approver.strip().casefold() != w.owner.strip().casefold()
    ]
    return max(valid, key=lambda w: (w.expires_on, w.id), default=None)


def _results(index: FactIndex, criteria: Sequence[Criterion], facts: Facts) -> tuple[CriterionResult, ...]:
    # An index made for this call alone is gone when this returns, before the collector could walk through it.
    return tuple(_result(index, c, facts) for c in criteria)


def _result(index: FactIndex, criterion: Criterion, facts: Facts) -> CriterionResult:
    reading = _read(index, criterion, facts.as_of, ids=True)
    state, why = _judge(index, criterion, reading, facts)
    waiver = None
    if state in (CriterionState.NOT_MET, CriterionState.NO_DATA):
        today = facts.calendar.day_of(facts.as_of)
        waiver = valid_waiver(facts.waivers, criterion.id, facts.as_of, today)
    if waiver:
        why = (
            f"Waived until {_day(waiver.expires_on)} by {waiver.approver}: {_sentence(waiver.reason)}"
            f" Without the waiver it would be {state.value}. {why}"
        )
        state = CriterionState.WAIVED
    return CriterionResult(
        id=criterion.id,
        metric=criterion.metric,
        title=criterion.title,
        unit=criterion.unit,
        operator=criterion.operator,
        threshold=criterion.threshold,
        value=_value(reading, criterion),
        sample=reading.sample,
        state=state,
        why=why,
        mandatory=criterion.mandatory,
        evidence=replace(reading.evidence, note=reading.evidence.note or reading.story),
        window_days=criterion.window_days,
        waiver_id=waiver.id if waiver else "",
        owner=criterion.owner,
        weight=criterion.weight,
    )


def _read(index: FactIndex, criterion: Criterion, at: datetime, *, ids: bool) -> Reading:
    reading = metric_of(criterion.metric)(index, criterion, at.timestamp(), ids)
    return reading if reading.value is None else replace(reading, value=round(reading.value, DECIMALS))


def _value(reading: Reading, criterion: Criterion) -> float | None:
    """The value, unless the sample is too small for it to count."""
    return None if reading.value is None or reading.sample < criterion.minimum_sample else reading.value


def _judge(
    index: FactIndex, criterion: Criterion, reading: Reading, facts: Facts
) -> tuple[CriterionState, str]:
    if reading.value is None:
        return CriterionState.NO_DATA, reading.missing
    rule = (criterion.operator, criterion.threshold)
    shown = figure(reading.value, criterion.unit, criterion.threshold)
    target = rule_in_words(criterion.operator, criterion.threshold, criterion.unit)
    if reading.sample < criterion.minimum_sample:
        return CriterionState.NO_DATA, (
            f"Too few samples: {reading.sample} of the {criterion.minimum_sample} needed. {reading.story}: {shown}."
        )
    counts_it = reading.story.startswith(f"{shown.split(' ')[0]} ") and criterion.unit == "records"
    told = (
        f"{reading.story}, target {target}." if counts_it else f"{reading.story}: {shown}, target {target}."
    )
    if not holds(reading.value, *rule):
        return CriterionState.NOT_MET, told
    risks = [*_near(criterion, reading.value), *_unfinished(reading), *_heading(index, criterion, facts)]
    if risks:
        return CriterionState.AT_RISK, f"{told} At risk: {'; '.join(risks)}."
    return CriterionState.MET, told


def _near(criterion: Criterion, value: float) -> list[str]:
    margin = margin_of(criterion)
    room = abs(criterion.threshold - value)
    if room >= margin - _TINY:
        return []
    left, inside = (
        figure(round(room, 6), criterion.unit, margin),
        figure(round(margin, 6), criterion.unit, 0.0),
    )
    return [f"{left} from the limit, inside the warning margin of {inside}"]


def _unfinished(reading: Reading) -> list[str]:
    if reading.finished:
        return []
    unit = reading.wanted_unit
    return [f"the window is unfinished, {_whole(reading.observed)} of {_whole(reading.wanted)} {unit}"]


def _heading(index: FactIndex, criterion: Criterion, facts: Facts) -> list[str]:
    """Whether the line through the last days reaches the limit before the planned exit is over."""
    if facts.planned_exit is None or not is_trended(criterion.metric):
        return []
    ahead = (facts.calendar.end_of(facts.planned_exit) - facts.as_of).total_seconds() / DAY
    if ahead <= 0:
        return []
    points = _points(index, criterion, facts)
    line = _line(points)
    if line is None:
        return []
    level, slope = line
    if abs(slope) < _TINY or holds(level + slope * ahead, criterion.operator, criterion.threshold):
        return []
    a_day = figure(round(abs(slope), 6), criterion.unit, 0.0)
    rising = "rising" if slope > 0 else "falling"
    told = f"{rising} by {a_day} a day over {len(points)} days, it would pass the limit before"
    return [f"{told} {_day(facts.planned_exit)}, the planned exit"]


def _points(index: FactIndex, criterion: Criterion, facts: Facts) -> Sequence[tuple[float, float]]:
    """(days from now, value) of the last days since go-live that have data, oldest first."""
    found: list[tuple[float, float]] = []
    for back in range(TREND_DAYS - 1, -1, -1):
        at = facts.as_of - timedelta(days=back)
        if at >= facts.started:
            value = _value(_read(index, criterion, at, ids=False), criterion)
            if value is not None:
                found.append((-float(back), value))
    return found


def _line(points: Sequence[tuple[float, float]]) -> tuple[float, float] | None:
    """Least squares: the level now and the slope a day; None for too few points."""
    if len(points) < _FEWEST_POINTS:
        return None
    x_mean = sum(x for x, _ in points) / len(points)
    y_mean = sum(y for _, y in points) / len(points)
    spread = sum((x - x_mean) ** 2 for x, _ in points)
    slope = sum((x - x_mean) * (y - y_mean) for x, y in points) / spread
    return y_mean - slope * x_mean, slope


def _whole(days: float) -> str:
    return f"{days:.1f}".removesuffix(".0")


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _sentence(text: str) -> str:
    text = " ".join(text.split())
    return text if text.endswith((".", "!", "?")) else f"{text}."
