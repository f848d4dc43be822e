"""The six figures, each with what judges it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from hypercare_desk.domain.exit_criteria import CriterionResult, Verdict
from hypercare_desk.domain.feedback import Feedback, State
from hypercare_desk.domain.statistics import Statistics
from hypercare_desk.ui.pages.dashboard.rows import Figure, age, tr

Trends = Mapping[str, tuple[tuple[date, float | None], ...]]


def figures(
    numbers: Statistics,
    verdict: Verdict,
    trends: Trends,
    records: Sequence[Feedback],
    overdue: Sequence[tuple[Feedback, object]],
    now: datetime,
) -> tuple[Figure, ...]:
    """Open, to triage, P1 and P2, past target, targets met, searches without result."""
    by_metric = {result.metric: result for result in verdict.criteria}
    shares = {share.label: share for share in numbers.open_by_priority}
    total = sum(share.count for share in numbers.open_by_priority)
    new = sorted((r for r in records if r.state is State.NEW), key=lambda r: r.reported_at or now)
    oldest = age(new[0].reported_at, now) if new else ""
    urgent = shares["P1"].count + shares["P2"].count
    escalated = sum(step is not None for _, step in overdue)
    before = numbers.days[-2].open if len(numbers.days) > 1 else total
    first_late = overdue[0][0].id if overdue else ""
    return (
        Figure(tr("Open records"), f"{total:,}", *_moved(total - before)),
        Figure(
            tr("To triage"),
            f"{len(new):,}",
            tr("oldest {0}").format(oldest) if new else tr("none waits"),
            "ph.clock" if new else "ph.check",
            target=new[0].id if new else "",
        ),
        _judged(tr("Open P1 and P2"), str(urgent), by_metric.get("open_p1_p2"), trends),
        Figure(
            tr("Past target"),
            f"{len(overdue):,}",
            tr("{0} to escalate").format(escalated) if escalated else tr("none to escalate"),
            "ph.warning" if escalated else "ph.check",
            target=first_late,
        ),
        _judged(tr("Targets met, P1 and P2"), "–", by_metric.get("targets_met"), trends),
        _judged(
            tr("Searches without result"), _empty_share(numbers), by_metric.get("unanswered_searches"), trends
        ),
    )


def _moved(by: int) -> tuple[str, str]:
    if not by:
        return tr("as yesterday"), "ph.equals"
    words = tr("{0} more than yesterday") if by > 0 else tr("{0} fewer than yesterday")
    return words.format(abs(by)), "ph.arrow-up" if by > 0 else "ph.arrow-down"


def _judged(title: str, value: str, result: CriterionResult | None, trends: Trends) -> Figure:
    """A figure that a criterion judges; without one it is shown as it was counted."""
    if result is None:
        return Figure(title, value, tr("no criterion for it"), "ph.circle-dashed", page="criteria")
    detail = tr("target {0}").format(_target(result))
    icon = "ph.target"
    values = [v for _, v in trends.get(result.id, ()) if v is not None]
    if len(values) == 2 and round(values[1] - values[0], 1):
        by = values[1] - values[0]
        words = tr("{0} up") if by > 0 else tr("{0} down")
        detail = words.format(_short(abs(by))) + ", " + detail
        icon = "ph.arrow-up" if by > 0 else "ph.arrow-down"
    shown = value if result.value is None else _short(result.value) + (" %" if result.unit == "%" else "")
    return Figure(title, shown, detail, icon, result.state.value, "criteria", result.id)


def _target(result: CriterionResult) -> str:
    sign = {"<=": "≤", ">=": "≥"}.get(result.operator.value, result.operator.value)
    return f"{sign} {_short(result.threshold)}" + (" %" if result.unit == "%" else "")


def _short(value: float) -> str:
    return f"{value:,.1f}".removesuffix(".0")


def _empty_share(numbers: Statistics) -> str:
    week = next((w for w in reversed(numbers.search_weeks) if w.made), None)
    return f"{100 * week.empty / week.made:.1f} %".replace(".0 ", " ") if week else "–"
