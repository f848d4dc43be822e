"""Metrics computed from feedback records and searches: facts → value, sample, evidence (product.md §6).

A metric over records has no data until a record was reported; one that asks for priorities has none until a record
was rated. After that, *no open P1* is a fact, not a gap. Windows reach back from the instant asked about.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypercare_desk.domain.exit_criteria import Criterion
from hypercare_desk.domain.fact_index import DAY, URGENT, FactIndex
from hypercare_desk.domain.feedback import Priority
from hypercare_desk.domain.reading import NO_EVIDENCE, Metric, Reading, counted, evidence, no_data, span
from hypercare_desk.domain.record_history import Life

NOTHING_RECORDED = "No feedback record has been reported yet."
_MISSED, _MET = "missed", "met"


def open_p1_unplanned(index: FactIndex, criterion: Criterion, t: float, ids: bool) -> Reading:
    """Open P1 records whose plan nobody has accepted."""
    found = [
        life
        for life in index.urgent
        if life.is_open_at(t) and life.priority_at(t) is Priority.P1 and not life.plan_accepted_at(t)
    ]
    return _open_urgent(index, t, found, "open P1 records without an accepted plan", ids)


def open_p1_p2(index: FactIndex, criterion: Criterion, t: float, ids: bool) -> Reading:
    """Open P1 and P2 records."""
    found = [life for life in index.urgent if life.is_open_at(t) and life.priority_at(t) in URGENT]
    return _open_urgent(index, t, found, "open P1 or P2 records", ids)


def _open_urgent(index: FactIndex, t: float, found: Sequence[Life], what: str, ids: bool) -> Reading:
    lacking = _unrated(index, t)
    if lacking:
        return lacking
    story = f"{counted(len(found), what)} among {counted(index.known_by(t), 'records')}"
    if ids and (unrated := index.unrated_open):
        story += f" ({counted(unrated, 'open records')} without a priority not counted)"
    return Reading(
        float(len(found)),
        index.known_by(t),
        story,
        evidence=evidence("feedback", (life.id for life in found) if ids else ()),
    )


def days_since_p1(index: FactIndex, criterion: Criterion, t: float, ids: bool) -> Reading:
    """Days since the last P1 was reported (or a record was raised to P1); since go-live when there never was one."""
    lacking = _unrated(index, t)
    if lacking:
        return lacking
    began = [(begin, record) for known, begin, record in index.p1_onsets if known <= t]
    if began:
        last, record = max(began)
        return Reading(
            (t - last) / DAY,
            len(began),
            f"The last P1, {record}, was reported {span((t - last) / DAY)} ago",
            evidence=evidence("feedback", (record,)),
        )
    live = index.facts.started.timestamp()
    since = live if live <= t else min(index.opened[0], t)
    return Reading(
        (t - since) / DAY,
        index.known_by(t),
        f"No P1 among {counted(index.known_by(t), 'records')} in the {span((t - since) / DAY)} since go-live",
        evidence=evidence("feedback", (), "no P1 was ever reported"),
    )


def targets_met(index: FactIndex, criterion: Criterion, t: float, ids: bool) -> Reading:
    """Share of P1 and P2 answered and solved in time, of those solved in the window and those overdue now."""
    lacking = _unrated(index, t)
    if lacking:
        return lacking
    window = criterion.window_days or 14
    judged = {_MET: list[str](), _MISSED: list[str]()}
    for life in index.urgent:
        outcome = _judged(index, life, t, t - window * DAY)
        if outcome:
            judged[outcome].append(life.id)
    met, total = len(judged[_MET]), len(judged[_MET]) + len(judged[_MISSED])
    if not total:
        return no_data(f"No P1 or P2 was solved or fell due in the last {window} days.")
    return _windowed(
        index,
        t,
        window,
        Reading(
            100 * met / total,
            total,
            f"{met} of {counted(total, 'P1 and P2 records')} of the last {window} days met their targets",
            evidence=evidence(
                "feedback", judged[_MISSED] + judged[_MET] if ids else (), f"{total - met} missed"
            ),
        ),
    )


def _judged(index: FactIndex, life: Life, t: float, after: float) -> str:
    if life.opened > t:
        return ""
    priority, state = life.priority_at(t), life.state_at(t)
    target = index.facts.targets.get(priority) if priority and priority in URGENT else None
    merged = state is not None and not state.is_open and life.solved_at(t) is None
    if target is None or target.resolve is None or merged:
        return ""
    solved = life.solved_at(t)
    if solved is not None and solved <= after:
        return ""
    due = life.opened + target.resolve.total_seconds()
    if solved is None and t <= due:
        return ""
    late_answer = _answered_late(life, target.respond, t)
    return _MISSED if solved is None or solved > due or late_answer else _MET


def _answered_late(life: Life, respond: timedelta | None, t: float) -> bool:
    answered = life.record.responded_at
    if respond is None or answered is None or answered.timestamp() > t:
        return False
    return answered.timestamp() > life.opened + respond.total_seconds()


def solved_by_bau(index: FactIndex, criterion: Criterion, t: float, ids: bool) -> Reading:
    """Share of the records solved in the window that BAU solved; a record that does not say counts as not BAU."""
    window = criterion.window_days or 14
    after = t - window * DAY
    solved = index.solved_between(after, t)
    if not solved.total:
        return _nothing_solved(index, t, window)
    if not solved.known:
        return no_data(
            f"None of the {counted(solved.total, 'records')} solved in the last {window} days says who solved it."
        )
    unknown = solved.total - solved.known
    story = f"BAU solved {solved.by_bau} of {counted(solved.total, 'records')} of the last {window} days"
    return _windowed(
        index,
        t,
        window,
        Reading(
            100 * solved.by_bau / solved.total,
            solved.total,
            story + (f" ({unknown} do not say who solved them)" if unknown else ""),
            evidence=evidence("feedback", _solved_ids(index, after, t), total=solved.total)
            if ids
            else NO_EVIDENCE,
        ),
    )


def _solved_ids(index: FactIndex, after: float, t: float) -> Iterator[str]:
    """The newest reports first: they are the likeliest to have been solved in the window."""
    for life in reversed(index.lives_by(t)):
        solved = life.solved_at(t)
        if solved is not None and solved > after:
            yield life.id


def reopen_rate(index: FactIndex, criterion: Criterion, t: float, ids: bool) -> Reading:
    """Share of the records solved or reopened in the window that were reopened in it."""
    window = criterion.window_days or 14
    after = t - window * DAY
    reopened, touched = index.reopened_between(after, t)
    if not touched:
        return _nothing_solved(index, t, window)
    return _windowed(
        index,
        t,
        window,
        Reading(
            100 * reopened / touched,
            touched,
            f"{reopened} of {counted(touched, 'records')} solved in the last {window} days came back",
            evidence=evidence("feedback", _reopened_ids(index, after, t), "reopened", reopened)
            if ids
            else NO_EVIDENCE,
        ),
    )


def _reopened_ids(index: FactIndex, after: float, t: float) -> Iterator[str]:
    for life in index.came_back:
        if life.plain:
            again = life.said_reopened and after < life.solved <= t
        else:
            again = any(not solving and after < moment <= t for moment, solving in life.turns())
        if again:
            yield life.id


def _nothing_solved(index: FactIndex, t: float, window: int) -> Reading:
    if not index.known_by(t):
        return no_data(NOTHING_RECORDED)
    return no_data(f"No record was solved in the last {window} days.")


def new_per_day(index: FactIndex, criterion: Criterion, t: float, ids: bool) -> Reading:
    """The most records reported on one of the last working days; today counts once it is the worst."""
    if not index.known_by(t):
        return no_data(NOTHING_RECORDED)
    calendar, wanted = index.facts.calendar, criterion.consecutive_days or 5
    today = calendar.day_of(datetime.fromtimestamp(t, UTC))
    days = calendar.workdays_before(today, wanted, index.facts.go_live)
    if not days:
        return no_data("No working day has passed since go-live.")
    asked = (*days, today) if calendar.is_workday(today) else days
    per_day = {day: index.opened_on(day, t) for day in asked}
    worst = max(per_day, key=lambda day: (per_day[day], day))
    figures = ", ".join(str(per_day[day]) for day in days)
    story = f"At most {per_day[worst]} new records a day ({worst.day} {worst:%B})"
    return Reading(
        float(per_day[worst]),
        len(days),
        f"{story}; the last {counted(len(days), 'working days')} had {figures}",
        evidence=evidence("feedback", _reported_on(index, per_day, t), total=sum(per_day.values()))
        if ids
        else NO_EVIDENCE,
        observed=len(days),
        wanted=wanted,
        wanted_unit="working days",
    )


def volume_trend(index: FactIndex, criterion: Criterion, t: float, ids: bool) -> Reading:
    """New records of the last week less those of the week before; needs both weeks since go-live."""
    if not index.known_by(t):
        return no_data(NOTHING_RECORDED)
    window = criterion.window_days or 14
    half = window * DAY / 2
    observed = (t - index.facts.started.timestamp()) / DAY
    if observed < window:
        return no_data(
            f"Two weeks cannot be compared before {window} days since go-live; {span(max(observed, 0))} passed."
        )
    now, before = index.count_opened(t - half, t), index.count_opened(t - 2 * half, t - half)
    return Reading(
        float(now - before),
        index.known_by(t),
        f"{counted(now, 'new records')} in the last {span(half / DAY)}, {before} in those before",
        evidence=evidence("feedback", _reported_after(index, t - 2 * half, t), total=now + before)
        if ids
        else NO_EVIDENCE,
    )


def old_backlog(index: FactIndex, criterion: Criterion, t: float, ids: bool) -> Reading:
    """Open records reported longer ago than the window."""
    if not index.known_by(t):
        return no_data(NOTHING_RECORDED)
    age = criterion.window_days or 10
    before = t - age * DAY
    count = index.open_at(t, before)
    return _windowed(
        index,
        t,
        age,
        Reading(
            float(count),
            index.known_by(t),
            f"{counted(count, 'open records')} older than {age} days",
            evidence=evidence("feedback", _open_ids(index, before, t), total=count) if ids else NO_EVIDENCE,
        ),
    )


def _open_ids(index: FactIndex, before: float, t: float) -> Iterator[str]:
    return (life.id for life in index.lives_by(before) if life.is_open_at(t))


def recurring_validated(index: FactIndex, criterion: Criterion, t: float, ids: bool) -> Reading:
    """Share of the issues seen at least twice that a validated article covers."""
    if not index.known_by(t):
        return no_data(NOTHING_RECORDED)
    recurring = [issue for issue in index.issues if issue.recurs_since <= t]
    if not recurring:
        return no_data(
            f"No issue has been seen twice among {counted(index.known_by(t), 'records')}"
            " (records are tied by a merge, an alert's fingerprint or a linked article)."
        )
    bare = [issue for issue in recurring if issue.covered_since > t]
    covered = len(recurring) - len(bare)
    found = sorted(record for issue in bare or recurring for record in issue.ids) if ids else ()
    return Reading(
        100 * covered / len(recurring),
        len(recurring),
        f"{covered} of {counted(len(recurring), 'recurring issues')} have a validated article",
        evidence=evidence("feedback", found, f"{len(bare)} without a validated article"),
    )


def unanswered_searches(index: FactIndex, criterion: Criterion, t: float, ids: bool) -> Reading:
    """Share of the searches in the window that found nothing."""
    window = criterion.window_days or 7
    made, empty = index.searches_between(t - window * DAY, t)
    if not made:
        return no_data(f"Nobody searched in the last {window} days.", "search")
    found = [text for text, _ in index.unanswered(t - window * DAY, t).most_common()] if ids else ()
    return _windowed(
        index,
        t,
        window,
        Reading(
            100 * empty / made,
            made,
            f"{empty} of {counted(made, 'searches')} of the last {window} days found nothing",
            evidence=evidence("search", found),
        ),
    )


def _unrated(index: FactIndex, t: float) -> Reading | None:
    if not index.known_by(t):
        return no_data(NOTHING_RECORDED)
    if index.first_rated > t:
        return no_data(f"None of the {counted(index.known_by(t), 'records')} has a priority yet.")
    return None


def _windowed(index: FactIndex, t: float, window: int, reading: Reading) -> Reading:
    observed = max((t - index.facts.started.timestamp()) / DAY, 0.0)
    return replace(reading, observed=min(observed, window), wanted=float(window))


def _reported_after(index: FactIndex, after: float, t: float) -> Iterator[str]:
    """The newest first."""
    for life in reversed(index.lives_by(t)):
        if life.opened <= after:
            return
        yield life.id


def _reported_on(index: FactIndex, days: Collection[date], t: float) -> Iterator[str]:
    """The records of these days, by day and time."""
    for day in sorted(days):
        yield from (life.id for life in index.lives_on(day, t))


RECORD_METRICS: Mapping[str, Metric] = {
    "open_p1_unplanned": open_p1_unplanned,
    "open_p1_p2": open_p1_p2,
    "days_since_p1": days_since_p1,
    "targets_met": targets_met,
    "solved_by_bau": solved_by_bau,
    "new_per_day": new_per_day,
    "volume_trend": volume_trend,
    "old_backlog": old_backlog,
    "reopen_rate": reopen_rate,
    "recurring_validated": recurring_validated,
    "unanswered_searches": unanswered_searches,
}
