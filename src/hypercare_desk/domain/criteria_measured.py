"""Metrics that are measured, and those over checklists, surveys, post-mortems and the pack (product.md §6).

Measured values are typed in or imported. A window makes older ones too old. Means are weighted by sample, which is
exact for shares of requests; a percentile of a window is at most the worst of its days, so the worst day stands for
it. Nothing measured, nothing listed: no data.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from math import fsum, inf

from hypercare_desk.domain.exit_criteria import Criterion, Evidence, Measurement
from hypercare_desk.domain.fact_index import DAY, URGENT, FactIndex
from hypercare_desk.domain.journal import Survey, TransferItem
from hypercare_desk.domain.postmortem import Postmortem, PostmortemStatus
from hypercare_desk.domain.reading import Metric, Reading, counted, evidence, is_upper, no_data, span

NEVER_MEASURED = "Nothing has been measured yet."


def mean_of_window(index: FactIndex, criterion: Criterion, t: float, ids: bool) -> Reading:
    """Mean over the window weighted by sample; without a window of the newest day; of consecutive days the worst."""
    if criterion.consecutive_days:
        return worst_day(index, criterion, t, ids)
    if criterion.window_days is None:
        return newest_day(index, criterion, t, ids)
    found = index.measured(criterion.metric, t - criterion.window_days * DAY, t)
    if not found:
        return _unmeasured(index, criterion, t)
    return _over_window(index, criterion, t, found, _mean(found), "mean")


def worst_day(index: FactIndex, criterion: Criterion, t: float, ids: bool) -> Reading:
    """The worst daily mean of the window (or of the consecutive days asked for)."""
    window = criterion.consecutive_days or criterion.window_days or 7
    found = index.measured(criterion.metric, t - window * DAY, t)
    if not found:
        return _unmeasured(index, replace(criterion, window_days=window), t)
    means = [_mean(rows) for rows in _by_day(index, found).values()]
    worst = max(means) if is_upper(criterion.operator) else min(means)
    reading = _over_window(index, replace(criterion, window_days=window), t, found, worst, "worst day")
    if criterion.consecutive_days:
        return replace(reading, observed=float(len(means)), wanted=float(window), wanted_unit="measured days")
    return reading


def newest_day(index: FactIndex, criterion: Criterion, t: float, ids: bool) -> Reading:
    """The mean of the newest day that was measured; inside the window, if there is one."""
    after = t - criterion.window_days * DAY if criterion.window_days else -inf
    found = index.measured(criterion.metric, after, t)
    if not found:
        return _unmeasured(index, criterion, t)
    day, rows = list(_by_day(index, found).items())[-1]
    return Reading(
        _mean(rows),
        sum(row.sample for row in rows),
        f"Measured on {_day(day)}" + _sources(rows),
        evidence=_measurements(rows),
    )


def total(index: FactIndex, criterion: Criterion, t: float, ids: bool) -> Reading:
    """The sum of all measurements: each tells how many more were done."""
    found = index.measured(criterion.metric, -inf, t)
    if not found:
        return _unmeasured(index, criterion, t)
    return Reading(
        fsum(row.value for row in found),
        len(found),
        f"{counted(len(found), 'entries')}, the last on {_day(_local(index, found[-1].at))}",
        evidence=_measurements(found),
    )


def stable_days(index: FactIndex, criterion: Criterion, t: float, ids: bool) -> Reading:
    """Consecutive days, up to the newest measured one, on which every measurement was 1 (stable).

    A day without measurement ends the run: nobody knows. A newest day before yesterday is too old.
    """
    found = index.measured(criterion.metric, -inf, t)
    if not found:
        return _unmeasured(index, criterion, t)
    days = _by_day(index, found)
    newest = max(days)
    today = _local(index, datetime.fromtimestamp(t, UTC))
    if (today - newest).days > 1:
        return no_data(f"The newest measurement is of {_day(newest)}; daily ones are needed.", "measurement")
    day, run = newest, list[Measurement]()
    while day in days and all(row.value >= 1 for row in days[day]):
        run += days[day]
        day -= timedelta(days=1)
    length = (newest - day).days
    broke = "not measured" if day not in days else "not stable"
    since = f"; {broke} on {_day(day)}" if length < (newest - min(days)).days + 1 else ""
    return Reading(
        float(length),
        len(found),
        f"Stable on each of the last {counted(length, 'days')}{since}",
        evidence=_measurements(run or days[newest]),
    )


def satisfaction(index: FactIndex, criterion: Criterion, t: float, ids: bool) -> Reading:
    """Mean of the surveys of the window on a scale of 5, weighted by answers; without surveys, of measurements."""
    after = t - criterion.window_days * DAY if criterion.window_days else -inf
    today = _local(index, datetime.fromtimestamp(t, UTC))
    held = [s for s in index.facts.surveys if s.held_on <= today and s.n > 0 and s.scale > 0]
    if not held:
        return mean_of_window(index, criterion, t, ids)
    fresh = [s for s in held if index.facts.calendar.end_of(s.held_on).timestamp() > after]
    if not fresh:
        last = max(s.held_on for s in held)
        return no_data(
            f"The last survey was on {_day(last)}, more than {criterion.window_days} days ago.", "survey"
        )
    answers = sum(s.n for s in fresh)
    return Reading(
        _survey_mean(fresh, answers),
        answers,
        f"{counted(len(fresh), 'surveys')} with {counted(answers, 'answers')}",
        evidence=evidence("survey", sorted(s.id for s in fresh)),
    )


def _survey_mean(surveys: Sequence[Survey], answers: int) -> float:
    return fsum(5 * s.score / s.scale * s.n for s in surveys) / answers


# --- checklists ------------------------------------------------------------------------------------------------


def transfer_done(index: FactIndex, criterion: Criterion, t: float, ids: bool) -> Reading:
    """Share of the mandatory knowledge-transfer items that were accepted."""
    return _accepted(index, t, "transfer", "knowledge-transfer items")


def handover_done(index: FactIndex, criterion: Criterion, t: float, ids: bool) -> Reading:
    """Share of the mandatory items of the handover checklist that were accepted."""
    return _accepted(index, t, "handover", "items of the handover checklist")


def runbooks_signed(index: FactIndex, criterion: Criterion, t: float, ids: bool) -> Reading:
    """Share of the mandatory runbooks that were signed; where none are listed, the newest measurement."""
    if any(item.list == "runbook" for item in index.facts.transfer):
        return _accepted(index, t, "runbook", "runbooks")
    return newest_day(index, criterion, t, ids)


def assessed_score(index: FactIndex, criterion: Criterion, t: float, ids: bool) -> Reading:
    """Mean score of the BAU staff's assessments (0–100); where no item has one, of measurements."""
    scored = {
        item.id: item for item in index.facts.transfer if item.score is not None and _done(index, item, t)
    }
    if not scored:
        return newest_day(index, criterion, t, ids)
    mean = fsum(item.score or 0.0 for item in scored.values()) / len(scored)
    return Reading(
        mean,
        len(scored),
        f"Mean of {counted(len(scored), 'assessed items')}",
        evidence=evidence("transfer", sorted(scored)),
    )


def _done(index: FactIndex, item: TransferItem, t: float) -> bool:
    """Assessed items without a day of acceptance are taken as they stand."""
    return item.accepted_on is None or item.accepted_on <= _local(index, datetime.fromtimestamp(t, UTC))


def _accepted(index: FactIndex, t: float, checklist: str, what: str) -> Reading:
    items = [item for item in index.facts.transfer if item.list == checklist and item.mandatory]
    if not items:
        return no_data(f"No mandatory {what} are listed.", "transfer")
    today = _local(index, datetime.fromtimestamp(t, UTC))
    missing = [item for item in items if item.accepted_on is None or item.accepted_on > today]
    done = len(items) - len(missing)
    return Reading(
        100 * done / len(items),
        len(items),
        f"{done} of {len(items)} mandatory {what} are accepted",
        evidence=evidence("transfer", sorted(i.id for i in missing or items), f"{len(missing)} not accepted"),
    )


def sections_complete(index: FactIndex, criterion: Criterion, t: float, ids: bool) -> Reading:
    """Share of the mandatory pack sections with something in them; no data until people have written any."""
    today = _local(index, datetime.fromtimestamp(t, UTC))
    sections = [s for s in index.facts.sections if s.mandatory]
    filled = {s.key for s in index.facts.sections if s.filled and (s.since is None or s.since <= today)}
    if not any(s.key in filled for s in index.facts.sections if s.written):
        return no_data("No section of the pack has been written yet.", "pack-section")
    if not sections:
        return no_data("No section of the pack is mandatory.", "pack-section")
    missing = [s.key for s in sections if s.key not in filled]
    done = len(sections) - len(missing)
    return Reading(
        100 * done / len(sections),
        len(sections),
        f"{done} of {len(sections)} mandatory sections have something in them",
        evidence=evidence("pack-section", missing, "missing" if missing else "none missing"),
    )


def postmortems_held(index: FactIndex, criterion: Criterion, t: float, ids: bool) -> Reading:
    """Share of the P1 and P2 records with a post-mortem that was held and whose actions all have owners."""
    if not index.known_by(t):
        return no_data("No feedback record has been reported yet.")
    if index.first_rated > t:
        return no_data(f"None of the {counted(index.known_by(t), 'records')} has a priority yet.")
    needed = {
        index.survivor(life.id) for life in index.urgent if life.opened <= t and life.priority_at(t) in URGENT
    }
    if not needed:
        known = index.known_by(t)
        return Reading(100.0, known, f"No P1 or P2 among {counted(known, 'records')} needs a post-mortem")
    today = _local(index, datetime.fromtimestamp(t, UTC))
    covered = {
        index.survivor(record)
        for pm in index.facts.postmortems
        if _held(pm, today)
        for record in index.reviewed(pm)
    }
    missing = sorted(needed - covered)
    done = len(needed) - len(missing)
    return Reading(
        100 * done / len(needed),
        len(needed),
        f"{done} of {counted(len(needed), 'P1 and P2 records')} have a post-mortem with owned actions",
        evidence=evidence("feedback", missing or sorted(needed), f"{len(missing)} without"),
    )


def _held(pm: Postmortem, today: date) -> bool:
    finished = pm.status in (PostmortemStatus.REVIEWED, PostmortemStatus.CLOSED)
    held = pm.held_on <= today if pm.held_on else finished
    return held and all(action.owner.strip() for action in pm.actions)


# --- measurements ----------------------------------------------------------------------------------------------


def _over_window(
    index: FactIndex, criterion: Criterion, t: float, rows: Sequence[Measurement], value: float, how: str
) -> Reading:
    window = criterion.window_days or 7
    days = len(_by_day(index, rows))
    began = max(index.measured_since(criterion.metric), t - window * DAY)
    # A day that was measured counts whole: a week's first and last day need not be 24 hours apart.
    observed = min((t - began) / DAY + 1, float(window))
    return Reading(
        value,
        sum(row.sample for row in rows),
        f"{how.capitalize()} of {counted(len(rows), 'measurements')} on {counted(days, 'days')}"
        + _sources(rows),
        evidence=_measurements(rows),
        observed=observed,
        wanted=float(window),
    )


def _unmeasured(index: FactIndex, criterion: Criterion, t: float) -> Reading:
    older = index.measured(criterion.metric, -inf, t)
    if not older:
        return no_data(NEVER_MEASURED, "measurement")
    age = (t - older[-1].at.timestamp()) / DAY
    return no_data(
        f"The newest measurement is {span(age)} old, older than the {criterion.window_days} days that count.",
        "measurement",
    )


def _mean(rows: Sequence[Measurement]) -> float:
    weight = sum(max(row.sample, 0) for row in rows)
    if not weight:
        return fsum(row.value for row in rows) / len(rows)
    return fsum(row.value * max(row.sample, 0) for row in rows) / weight


def _by_day(index: FactIndex, rows: Sequence[Measurement]) -> dict[date, list[Measurement]]:
    days: defaultdict[date, list[Measurement]] = defaultdict(list)
    for row in rows:
        days[_local(index, row.at)].append(row)
    return days


def _local(index: FactIndex, moment: datetime) -> date:
    return index.facts.calendar.day_of(moment)


def _day(day: date) -> str:
    return f"{day.day} {day:%B}"


def _sources(rows: Sequence[Measurement]) -> str:
    names = sorted({row.source for row in rows if row.source})
    return f", from {', '.join(names[:3])}" if names else ""


def _measurements(rows: Sequence[Measurement]) -> Evidence:
    return evidence("measurement", [f"{row.metric}@{row.at.astimezone(UTC).isoformat()}" for row in rows])


OTHER_METRICS: Mapping[str, Metric] = {
    "availability": mean_of_window,
    "p95_response": worst_day,
    "error_rate": mean_of_window,
    "key_transactions": mean_of_window,
    "interfaces_stable": stable_days,
    "critical_cycles": total,
    "satisfaction": satisfaction,
    "adoption": newest_day,
    "runbooks_signed": runbooks_signed,
    "postmortems_held": postmortems_held,
    "transfer_done": transfer_done,
    "assessed_score": assessed_score,
    "handover_done": handover_done,
    "sections_complete": sections_complete,
}
