"""The numbers on the pack's statistics page, from the same record lives that the exit criteria are computed from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from statistics import median
from typing import Any

from hypercare_desk.domain.article import ARTICLE_ID
from hypercare_desk.domain.calendar import WorkCalendar
from hypercare_desk.domain.feedback import CATEGORY_LABELS, Priority
from hypercare_desk.domain.journal import JournalKind
from hypercare_desk.domain.record_history import Life
from hypercare_desk.domain.triage import Target
from hypercare_desk.services.handoff_facts import PackFacts
from hypercare_desk.settings import WorkspaceSettings

_ONE_DAY = timedelta(days=1)
_MOST_DAYS = 120
_LISTED = 6


def statistics(
    facts: PackFacts, settings: WorkspaceSettings, calendar: WorkCalendar, targets: Mapping[Priority, Target]
) -> dict[str, Any]:
    """Everything section 19 prints; ``days`` run from go-live to ``as_of``, at most 120 of them."""
    now = facts.as_of.timestamp()
    alive = [life for life in facts.lives if life.opened <= now]
    days = _days(facts, settings, calendar, alive)
    solved = sum(life.solved_at(now) is not None for life in alive)
    searches = _searches(facts, settings, calendar)
    return {
        "sentence": _sentence(len(alive), solved, len(facts.open_records()), days),
        "days": days,
        "has_days_off": any(not d["workday"] for d in days),
        "target": _threshold(facts, "new_per_day"),
        "marks": _marks(facts, calendar),
        "categories": _categories(alive),
        "priorities": _priorities(alive, now, targets),
        "targets_sentence": _targets_sentence(facts),
        "articles": _articles(facts),
        "searches": searches,
        "search_target": _threshold(facts, "unanswered_searches") if searches else None,
        "unanswered": _unanswered(facts),
        "figures": _figures(facts, settings, alive, now),
        "basis": "Counted from all feedback records that were reported up to the date of this pack. Days off are shown"
        " but are no workdays; times to solve are elapsed time from report to solution.",
    }


def _days(
    facts: PackFacts, settings: WorkspaceSettings, calendar: WorkCalendar, alive: list[Life]
) -> list[dict[str, Any]]:
    """One entry a day. Records from before go-live belong to no day of hypercare."""
    now = facts.as_of.timestamp()
    first = max(settings.go_live, facts.today - (_MOST_DAYS - 1) * _ONE_DAY)
    new: Counter[str] = Counter()
    done: Counter[str] = Counter()
    for life in alive:
        new[_day(calendar, life.opened)] += 1
        solved = life.solved_at(now)
        if solved is not None:
            done[_day(calendar, solved)] += 1
    found: list[dict[str, Any]] = []
    day = first
    while day <= facts.today:
        key = day.isoformat()
        found.append({"day": key, "new": new[key], "solved": done[key], "workday": calendar.is_workday(day)})
        day += _ONE_DAY
    return found


def _day(calendar: WorkCalendar, moment: float) -> str:
    from datetime import UTC, datetime

    return calendar.day_of(datetime.fromtimestamp(moment, UTC)).isoformat()


def _sentence(records: int, solved: int, still: int, days: list[dict[str, Any]]) -> str:
    if not records:
        return "No record has been reported yet."
    text = f"{_count(records, 'record')} in {_count(len(days), 'day')}, {solved} solved, {still} handed over."
    work = [d["new"] for d in days if d["workday"]]
    if len(work) >= 10:
        before, after = sum(work[:5]) / 5, sum(work[-5:]) / 5
        moved = "fell" if after < before else "rose"
        if round(before) != round(after):
            text += f" Volume {moved} from {before:.0f} to {after:.0f} a workday (first and last five)."
    return text


def _marks(facts: PackFacts, calendar: WorkCalendar) -> list[dict[str, str]]:
    """Days to name in the chart: those of post-mortems, then hotfixes."""
    found = [
        {
            "day": calendar.day_of(p.started_at).isoformat(),
            "text": f"{p.severity or 'Incident'}: {p.title}, {p.id}",
        }
        for p in facts.postmortems
        if p.started_at
    ]
    found += [
        {"day": calendar.day_of(j.at).isoformat(), "text": j.reference or "Hotfix"}
        for j in facts.journal
        if j.kind is JournalKind.HOTFIX
    ]
    return sorted(found[:6], key=lambda mark: mark["day"])


def _categories(alive: list[Life]) -> list[dict[str, Any]]:
    counts = Counter(life.record.category for life in alive if life.record.category)
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [{"label": CATEGORY_LABELS[category], "count": count} for category, count in ranked]


def _priorities(alive: list[Life], now: float, targets: Mapping[Priority, Target]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for priority in Priority:
        of = [life for life in alive if life.priority_at(now) is priority]
        times = [at - life.opened for life in of if (at := life.solved_at(now)) is not None]
        limit = targets[priority].resolve if priority in targets else None
        seconds = limit.total_seconds() if limit else None
        state = "" if seconds is None or not times else "met" if median(times) <= seconds else "not met"
        if of:
            rows.append(
                {
                    "priority": priority.value,
                    "records": len(of),
                    "median": round(median(times)) if times else None,
                    "target": seconds,
                    "state": state,
                }
            )
    return rows


def _targets_sentence(facts: PackFacts) -> str:
    found = next(
        (c for c in facts.verdict.criteria if c.metric == "targets_met" and c.value is not None), None
    )
    if found is None:
        return "Medians of solved records."
    return f"Medians of solved records. Criterion {found.id} counts every record: {found.why}"


def _articles(facts: PackFacts) -> list[dict[str, Any]]:
    titles = {a.id: a.title for a in facts.articles}
    used = Counter(use.article_id for use in facts.uses)
    solved = Counter(use.article_id for use in facts.uses if use.solved)
    ranked = sorted((i for i in used if i in titles), key=lambda i: (-used[i], i))[:_LISTED]
    return [
        {"id": i, "title": titles[i], "used": used[i], "share": 100 * solved[i] / used[i]} for i in ranked
    ]


def _searches(facts: PackFacts, settings: WorkspaceSettings, calendar: WorkCalendar) -> list[dict[str, Any]]:
    """The share of searches without a result by week from go-live, the last eight weeks."""
    asked: Counter[int] = Counter()
    empty: Counter[int] = Counter()
    for search in facts.searches:
        week = (calendar.day_of(search.at) - settings.go_live).days // 7
        if week >= 0:
            asked[week] += 1
            empty[week] += search.hits == 0
    weeks = sorted(asked)[-8:]
    return [{"label": f"Week {w + 1}", "share": 100 * empty[w] / asked[w], "n": asked[w]} for w in weeks]


def _unanswered(facts: PackFacts) -> list[dict[str, Any]]:
    counts = Counter(" ".join(s.query.split())[:60] for s in facts.searches if s.hits == 0)
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:4]
    return [{"query": query, "count": count} for query, count in ranked if query]


def _figures(
    facts: PackFacts, settings: WorkspaceSettings, alive: list[Life], now: float
) -> list[dict[str, str]]:
    solved = {life.record.id for life in alive if life.solved_at(now) is not None}
    helped = {link.feedback_id for link in facts.links if ARTICLE_ID.match(link.target_id)} & solved
    written = sum(
        bool(a.fields.created.on and a.fields.created.on >= settings.go_live) for a in facts.articles
    )
    times = [at - life.opened for life in alive if (at := life.solved_at(now)) is not None]
    items: list[dict[str, str]] = []
    if solved:
        items.append(_figure(f"{100 * len(helped) / len(solved):.0f} %", "solved with an article"))
    if times:
        items.append(_figure(_elapsed(median(times)), "median time to solve"))
    items.append(
        _figure(
            str(written or len(facts.articles)), "articles written in hypercare" if written else "articles"
        )
    )
    surveys = [s for s in facts.surveys if s.held_on <= facts.today]
    if surveys:
        last = max(surveys, key=lambda s: (s.held_on, s.id))
        items.append(
            _figure(f"{last.score:.1f} of {last.scale:.0f}", f"user satisfaction, {_count(last.n, 'answer')}")
        )
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
