"""The statistics page of the pack: the domain's numbers, put into the shapes that the page and its charts print."""

from __future__ import annotations

from statistics import median
from typing import Any

from hypercare_desk.domain.article import ARTICLE_ID
from hypercare_desk.domain.calendar import WorkCalendar
from hypercare_desk.domain.journal import JournalKind
from hypercare_desk.domain.statistics import DayCount, ResolveTime, Statistics
from hypercare_desk.services.handoff_facts import PackFacts
from hypercare_desk.settings import WorkspaceSettings

_LISTED = 5
_ASKED = 4
_CATEGORIES = 10
_WEEKS = 8


def statistics_page(facts: PackFacts, settings: WorkspaceSettings, calendar: WorkCalendar) -> dict[str, Any]:
    """Everything section 19 prints, from go-live to ``as_of``."""
    numbers = facts.statistics
    searches = [
        {"label": f"Week {week.number}", "share": 100 * week.empty / week.made, "n": week.made}
        for week in numbers.search_weeks[-_WEEKS:]
        if week.made
    ]
    return {
        "sentence": _sentence(numbers, len(facts.open_records())),
        "days": [
            {"day": d.day.isoformat(), "new": d.new, "solved": d.solved, "workday": d.workday}
            for d in numbers.days
            if numbers.records
        ],
        "has_days_off": any(not d.workday for d in numbers.days),
        "target": _threshold(facts, "new_per_day"),
        "marks": _marks(facts, calendar),
        "categories": [{"label": c.label, "count": c.count} for c in numbers.categories[:_CATEGORIES]],
        "priorities": [_priority(row) for row in numbers.resolve_times if row.solved],
        "targets_sentence": _targets_sentence(facts),
        "articles": [
            {"id": a.id, "title": a.title, "used": a.used, "share": 100 * a.solved / a.used}
            for a in numbers.articles[:_LISTED]
        ],
        "searches": searches,
        "search_target": _threshold(facts, "unanswered_searches") if searches else None,
        "unanswered": [
            {"query": " ".join(query.split())[:60], "count": count}
            for query, count in numbers.unanswered[:_ASKED]
        ],
        "figures": _figures(facts, settings),
        "basis": "Counted from the feedback records reported since go-live. Days off are shown but are no workdays;"
        " times to solve are elapsed time from the report to the solution that holds.",
    }


def _sentence(numbers: Statistics, still: int) -> str:
    if not numbers.records:
        return "No record has been reported since go-live."
    solved = sum(d.solved for d in numbers.days)
    text = (
        f"{_count(numbers.records, 'record')} in {_count(len(numbers.days), 'day')}, {solved} solved,"
        f" {still} still open."
    )
    work: list[DayCount] = [d for d in numbers.days if d.workday]
    if len(work) >= 10:
        before, after = sum(d.new for d in work[:5]) / 5, sum(d.new for d in work[-5:]) / 5
        moved = "fell" if after < before else "rose"
        if round(before) != round(after):
            text += f" Volume {moved} from {before:.0f} to {after:.0f} a workday, first and last five."
    return text


def _marks(facts: PackFacts, calendar: WorkCalendar) -> list[dict[str, str]]:
    """Days to name in the chart: those of post-mortems of P1 incidents, then hotfixes, at most one a day."""
    found: dict[str, str] = {}
    for p in sorted(facts.postmortems, key=lambda p: (p.severity or "P9", p.id)):
        if p.started_at:
            found.setdefault(
                calendar.day_of(p.started_at).isoformat(), f"{p.severity or 'Incident'} {p.id}: {p.title}"
            )
    for j in facts.journal:
        if j.kind is JournalKind.HOTFIX:
            found.setdefault(calendar.day_of(j.at).isoformat(), j.reference or "Hotfix")
    return [{"day": day, "text": text} for day, text in sorted(list(found.items())[:5])]


def _priority(row: ResolveTime) -> dict[str, Any]:
    state = (
        "" if row.target is None or row.median is None else "met" if row.median <= row.target else "not met"
    )
    return {
        "priority": row.priority.value,
        "records": row.solved,
        "median": row.median,
        "target": row.target,
        "state": state,
    }


def _targets_sentence(facts: PackFacts) -> str:
    found = next(
        (c for c in facts.verdict.criteria if c.metric == "targets_met" and c.value is not None), None
    )
    if found is None:
        return "Medians of solved records."
    return f"Medians of solved records. Criterion {found.id} counts every record: {found.why}"


def _figures(facts: PackFacts, settings: WorkspaceSettings) -> list[dict[str, str]]:
    solved = {record for row in facts.statistics.resolve_times for record in row.ids}
    helped = {link.feedback_id for link in facts.links if ARTICLE_ID.match(link.target_id)} & solved
    written = sum(
        bool(a.fields.created.on and a.fields.created.on >= settings.go_live) for a in facts.articles
    )
    items: list[dict[str, str]] = []
    if solved:
        items.append(_figure(f"{100 * len(helped) / len(solved):.0f} %", "solved with an article"))
    times = [life.solved_at(facts.as_of.timestamp()) for life in facts.lives if life.record.id in solved]
    opened = [life.opened for life in facts.lives if life.record.id in solved]
    taken = [end - begin for end, begin in zip(times, opened, strict=True) if end is not None]
    if taken:
        items.append(_figure(_elapsed(median(taken)), "median time to solve"))
    label = "articles written in hypercare" if written else "articles"
    items.append(_figure(str(written or len(facts.articles)), label))
    surveys = [s for s in facts.surveys if s.held_on <= facts.today]
    if surveys:
        last = max(surveys, key=lambda s: (s.held_on, s.id))
        label = f"user satisfaction, {_count(last.n, 'answer')}"
        items.append(_figure(f"{last.score:.1f} of {last.scale:.0f}", label))
    return items


def _figure(value: str, label: str) -> dict[str, str]:
    return {"value": value, "label": label, "hue": ""}


def _threshold(facts: PackFacts, metric: str) -> float | None:
    """The threshold of the first criterion over this metric."""
    return next((c.threshold for c in facts.verdict.criteria if c.metric == metric), None)


def _elapsed(seconds: float) -> str:
    hours, minutes = divmod(round(seconds / 60), 60)
    if hours >= 48:
        return f"{hours // 24} d {hours % 24} h"
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min"


def _count(number: int, one: str) -> str:
    return f"{number} {one}" if number == 1 else f"{number} {one}s"
