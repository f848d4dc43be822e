"""What the desk searched for, which articles helped, and the values that were measured each day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from random import Random

from hypercare_desk.domain.exit_criteria import Measurement
from hypercare_desk.domain.feedback import ArticleUse, FeedbackEvent, Relation, SearchMade
from hypercare_desk.services.demo.content import DemoContent, Series
from hypercare_desk.services.demo.course import DESKS
from hypercare_desk.services.demo.telling import Telling

_SEARCHES_A_RECORD = 2.6
_WITHOUT_RESULT = (0.24, 0.13, 0.06, 0.05)
_USED = 0.6
_HELPED = 0.87
_GAP = ("consignment return", "KI-0022")


def searches_and_uses(
    content: DemoContent, tellings: Sequence[Telling], written: Mapping[str, datetime]
) -> tuple[list[SearchMade], list[ArticleUse]]:
    """Finished searches in order of time, and the uses of articles that came of them or of solved records."""
    rng = Random(content.seed + 1)
    queries = _queries_by_article(content)
    uses = _uses_of_records(rng, tellings, queries)
    searches: list[SearchMade] = []
    owed, week = 0.0, 0
    for at in _moments(rng, tellings, content.days.end):
        begun, week = week, min(max(content.days.number_of(at), 0) // 7, len(_WITHOUT_RESULT) - 1)
        owed = _WITHOUT_RESULT[week] + (owed if begun == week else 0.0)
        who = rng.choice(DESKS)
        if owed >= 1:
            owed -= 1
            searches.append(_unanswered(rng, content, at, who, written))
            continue
        query, article = rng.choice(_known(content, at, written))
        searches.append(SearchMade(query, at, who, rng.randint(1, 9)))
        if rng.random() < _USED:
            uses.append(ArticleUse(article, at + timedelta(minutes=2), who, rng.random() < _HELPED, query))
    uses.sort(key=lambda use: (use.at, use.article_id))
    return searches, [use for use in uses if use.at <= content.days.end]


def measurements(content: DemoContent) -> list[Measurement]:
    """Each series once a day from go-live to yesterday, taken at 23:55, and the single ones."""
    rng = Random(content.seed + 2)
    found = [one for series in content.series for one in _series(rng, content, series)]
    return sorted([*found, *content.measured], key=lambda one: (one.at, one.metric))


def _series(rng: Random, content: DemoContent, series: Series) -> list[Measurement]:
    days = content.days
    own = dict(series.bad)
    found: list[Measurement] = []
    for number in range(days.last):
        settled = 1 - 0.5 ** (number / 3)
        value = series.first + (series.last - series.first) * settled + rng.gauss(0, series.scatter)
        value += series.creep * max(0, number - (days.last - series.creep_days) + 1)
        value = own.pop(number, value)
        share = 0.18 if days.day(number).weekday() >= 5 and series.sample > 2000 else 1.0
        found.append(
            Measurement(
                series.metric,
                days.at(number, "23:55"),
                round(min(value, series.top), 2),
                int(series.sample * share),
                series.source,
            )
        )
    return found


def _moments(rng: Random, tellings: Sequence[Telling], end: datetime) -> list[datetime]:
    found: list[datetime] = []
    owed = 0.0
    for telling in tellings:
        begun = telling.record.reported_at or end
        owed += _SEARCHES_A_RECORD
        while owed >= 1:
            owed -= 1
            found.append(begun + timedelta(seconds=rng.randint(-900, 900)))
    return sorted(at for at in found if at <= end)


def _queries_by_article(content: DemoContent) -> dict[str, list[str]]:
    queries: dict[str, list[str]] = {}
    for query, article in content.answered:
        queries.setdefault(article, []).append(query)
    return queries


def _known(content: DemoContent, at: datetime, written: Mapping[str, datetime]) -> Sequence[tuple[str, str]]:
    """Questions whose article had been written by then; on the first morning, the first ones there were."""
    return [pair for pair in content.answered if written[pair[1]] <= at] or content.answered[:3]


def _unanswered(
    rng: Random, content: DemoContent, at: datetime, who: str, written: Mapping[str, datetime]
) -> SearchMade:
    """A search without result: something nobody has written about yet, now and then what was written later."""
    later = [query for query, article in content.answered if written[article] > at]
    query = rng.choice(later) if later and rng.random() < 0.5 else rng.choice(content.unanswered)
    text, gap = _GAP
    return SearchMade(query, at, who, 0, gap if query == text and written[gap] <= at else "")


def _uses_of_records(
    rng: Random, tellings: Sequence[Telling], queries: Mapping[str, Sequence[str]]
) -> list[ArticleUse]:
    """Each solved record used the article that solved it; a few say that it did not help much."""
    uses: list[ArticleUse] = []
    for telling in tellings:
        solving = [link for link in telling.links if link.relation is Relation.SOLVED_BY]
        for link in solving:
            query = rng.choice(queries.get(link.target_id, [""]))
            solved = rng.random() < 0.93
            uses.append(
                ArticleUse(link.target_id, link.at, rng.choice(DESKS), solved, query, telling.record.id)
            )
    return uses


def events_of(tellings: Sequence[Telling]) -> list[FeedbackEvent]:
    """The events of all records in order of time."""
    found = [event for telling in tellings for event in telling.events]
    return sorted(found, key=lambda event: event.at)
