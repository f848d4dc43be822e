"""The numbers of a hypercare for dashboard, stand-up and pack: each with the ids of the records behind it.

Counted over the days from ``since`` to ``as_of``; what is open, and how old it is, is as of ``as_of``. Times to
resolve are elapsed time from report to the solution that holds. The 90th percentile is the nearest rank.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import ceil, inf
from statistics import median
from typing import TypeVar

from hypercare_desk.domain.at_rest import collector_at_rest
from hypercare_desk.domain.calendar import WorkCalendar
from hypercare_desk.domain.fact_index import DAY, FactIndex
from hypercare_desk.domain.facts import Facts
from hypercare_desk.domain.feedback import CATEGORY_LABELS, Category, Priority
from hypercare_desk.domain.record_history import Life

MOST_DAYS = 400
TOP = 10
AGES: tuple[tuple[str, float], ...] = (
    ("under 1 day", 1),
    ("1 to 3 days", 3),
    ("3 to 10 days", 10),
    ("10 to 30 days", 30),
    ("over 30 days", inf),
)
"""Ageing classes: name and the age in days that they end below."""
UNRATED, UNNAMED = "not rated", "not stated"
K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class DayCount:
    """What came and went on one local day; ``open`` is what was open when it ended (or now, if it has not)."""

    day: date
    new: int
    solved: int
    closed: int
    workday: bool
    open: int = 0


@dataclass(frozen=True, slots=True)
class Share:
    """One bar: its label, how many records, their share and the running share in percent, and which they are."""

    label: str
    count: int
    share: float
    running: float
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ResolveTime:
    """Time to resolve of one priority, in seconds, over the records solved in the range; None without any."""

    priority: Priority
    solved: int
    median: float | None
    p90: float | None
    target: float | None
    in_target: int
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ArticleCount:
    """How often an article was used, and how often it solved the matter."""

    id: str
    title: str
    used: int
    solved: int


@dataclass(frozen=True, slots=True)
class SearchWeek:
    """The searches of one week since go-live (1 is the first), and those that found nothing."""

    number: int
    begins: date
    made: int
    empty: int


@dataclass(frozen=True, slots=True)
class Statistics:
    """All of it, frozen."""

    since: date
    as_of: datetime
    records: int
    days: tuple[DayCount, ...]
    open_by_priority: tuple[Share, ...]
    ageing: tuple[Share, ...]
    resolve_times: tuple[ResolveTime, ...]
    categories: tuple[Share, ...]
    components: tuple[Share, ...]
    articles: tuple[ArticleCount, ...]
    search_weeks: tuple[SearchWeek, ...]
    unanswered: tuple[tuple[str, int], ...]


def statistics(facts: Facts, since: date | None = None, index: FactIndex | None = None) -> Statistics:
    """The numbers from ``since`` (go-live if None) to ``facts.as_of``; at most ``MOST_DAYS`` days of them."""
    with collector_at_rest():
        return _statistics(facts, since, index or FactIndex(facts))


def _statistics(facts: Facts, since: date | None, index: FactIndex) -> Statistics:
    calendar, now = facts.calendar, facts.as_of.timestamp()
    today = calendar.day_of(facts.as_of)
    first = max(since or facts.go_live, today - timedelta(days=MOST_DAYS - 1))
    begin = calendar.start_of(first).timestamp()
    known = index.lives_by(now)
    reported = [life for life in known if life.opened >= begin]
    still = index.open_now
    return Statistics(
        since=first,
        as_of=facts.as_of,
        records=len(reported),
        days=_days(index, known, first, today),
        open_by_priority=_shares(_by_priority(still, now)),
        ageing=_shares(_by_age(still, now)),
        resolve_times=_resolve_times(index, begin, now),
        categories=_pareto((_category(life), life) for life in reported),
        components=_pareto((life.record.component or UNNAMED, life) for life in reported),
        articles=_articles(facts, begin, now),
        search_weeks=_search_weeks(facts, index, first, today, now),
        unanswered=tuple(_ranked(index.unanswered(begin - 1, now))),
    )


def percentile(values: Sequence[float], share: float) -> float | None:
    """The nearest-rank percentile (``share`` 0–1) of sorted values; None for none."""
    return values[max(ceil(share * len(values)), 1) - 1] if values else None


def _days(index: FactIndex, known: Sequence[Life], first: date, today: date) -> tuple[DayCount, ...]:
    calendar, now = index.facts.calendar, index.facts.as_of.timestamp()
    begin = calendar.start_of(first).timestamp()
    solved = [when for when, _ in index.solved_now if when >= begin]
    closed: list[float] = []
    for life in known:
        end = life.ended if life.plain else life.closed_at(now)
        if end is not None and begin <= end <= now:
            closed.append(end)
    solved_on, closed_on = _per_day(calendar, solved), _per_day(calendar, closed)
    span = (today - first).days + 1
    listed = [first + timedelta(days=number) for number in range(span)]
    still = _open_at(known, [min(calendar.end_of(day).timestamp(), now) for day in listed])
    return tuple(
        DayCount(
            day,
            index.opened_on(day, now),
            solved_on[day],
            closed_on[day],
            calendar.is_workday(day),
            left,
        )
        for day, left in zip(listed, still, strict=True)
    )


def _open_at(known: Sequence[Life], moments: Sequence[float]) -> list[int]:
    """How many records were open at each moment."""
    plain = [life for life in known if life.plain]
    opened = sorted(life.opened for life in plain)
    ended = sorted(life.ended for life in plain)
    winding = [life for life in known if not life.plain]
    return [
        bisect_right(opened, t) - bisect_right(ended, t) + sum(life.is_open_at(t) for life in winding)
        for t in moments
    ]


def _per_day(calendar: WorkCalendar, moments: Iterable[float]) -> Counter[date]:
    # Offsets of time zones change on quarter hours only: one conversion serves all moments of a quarter.
    quarters = Counter(int(moment // 900) for moment in moments)
    days: Counter[date] = Counter()
    for quarter, count in quarters.items():
        days[calendar.day_of(datetime.fromtimestamp(quarter * 900, UTC))] += count
    return days


def _by_priority(still: Sequence[Life], now: float) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {priority.value: [] for priority in Priority} | {UNRATED: []}
    for life in still:
        priority = life.priority_at(now)
        groups[priority.value if priority else UNRATED].append(life.id)
    return groups


def _by_age(still: Sequence[Life], now: float) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {name: [] for name, _ in AGES}
    for life in still:
        age = (now - life.opened) / DAY
        groups[next(name for name, end in AGES if age < end)].append(life.id)
    return groups


def _resolve_times(index: FactIndex, begin: float, now: float) -> tuple[ResolveTime, ...]:
    facts = index.facts
    times: defaultdict[str, list[tuple[float, str]]] = defaultdict(list)
    for solved, life in index.solved_now:
        if solved >= begin and (priority := life.priority_at(now)):
            times[priority.value].append((solved - life.opened, life.id))
    found: list[ResolveTime] = []
    for priority in Priority:
        some = sorted(times[priority.value])
        seconds = [taken for taken, _ in some]
        target = facts.targets[priority].resolve if priority in facts.targets else None
        limit = target.total_seconds() if target else None
        found.append(
            ResolveTime(
                priority,
                len(some),
                median(seconds) if seconds else None,
                percentile(seconds, 0.9),
                limit,
                sum(limit is None or taken <= limit for taken in seconds),
                tuple(record for _, record in some),
            )
        )
    return tuple(found)


def _category(life: Life) -> str:
    category: Category | None = life.record.category
    return CATEGORY_LABELS[category] if category else UNNAMED


def _pareto(pairs: Iterable[tuple[str, Life]]) -> tuple[Share, ...]:
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for label, life in pairs:
        groups[label].append(life.id)
    return _shares(dict(sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))))


def _shares(groups: Mapping[str, Sequence[str]]) -> tuple[Share, ...]:
    total = sum(len(ids) for ids in groups.values())
    running = 0
    found: list[Share] = []
    for label, ids in groups.items():
        running += len(ids)
        share = 100 * len(ids) / total if total else 0.0
        found.append(Share(label, len(ids), share, 100 * running / total if total else 0.0, tuple(ids)))
    return tuple(found)


def _articles(facts: Facts, begin: float, now: float) -> tuple[ArticleCount, ...]:
    titles = {article.id: article.title for article in facts.articles}
    some = [use for use in facts.uses if begin <= use.at.timestamp() <= now and use.article_id in titles]
    solved = Counter(use.article_id for use in some if use.solved)
    return tuple(
        ArticleCount(article, titles[article], count, solved[article])
        for article, count in _ranked(Counter(use.article_id for use in some))
    )


def _search_weeks(
    facts: Facts, index: FactIndex, first: date, today: date, now: float
) -> tuple[SearchWeek, ...]:
    found: list[SearchWeek] = []
    number = max((first - facts.go_live).days // 7, 0)
    while (begins := facts.go_live + timedelta(weeks=number)) <= today:
        after = facts.calendar.start_of(begins).timestamp()
        until = min(facts.calendar.start_of(begins + timedelta(weeks=1)).timestamp(), now)
        made, empty = index.searches_between(after - 1e-6, until)
        found.append(SearchWeek(number + 1, begins, made, empty))
        number += 1
    return tuple(found)


def _ranked(counts: Mapping[K, int]) -> list[tuple[K, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], str(item[0])))[:TOP]
