from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hypercare_desk.domain.article import Confidence, Kind, Status
from hypercare_desk.domain.facts import ArticleFact, Facts
from hypercare_desk.domain.feedback import (
    ArticleUse,
    Category,
    Feedback,
    FeedbackEvent,
    Priority,
    SearchMade,
    State,
)
from hypercare_desk.domain.statistics import percentile, statistics

NOW = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)
GO_LIVE = date(2026, 11, 2)


def ago(**parts: float) -> datetime:
    return NOW - timedelta(**parts)


def solved(number: int, reported: datetime, hours: float, **more) -> Feedback:
    done = reported + timedelta(hours=hours)
    more = {"priority": Priority.P2, **more}
    return Feedback(
        f"FB-{number:04d}",
        "T",
        state=State.CLOSED,
        reported_at=reported,
        resolved_at=done,
        closed_at=done,
        **more,
    )


RECORDS = (
    Feedback("FB-0001", "T", priority=Priority.P1, reported_at=ago(hours=5), category=Category.DATA),
    Feedback("FB-0002", "T", reported_at=ago(days=12), category=Category.DATA, component="EDI"),
    *(solved(n, ago(days=3), n, category=Category.TRAINING, component="EDI") for n in range(3, 13)),
)


def test_days_count_what_came_and_went() -> None:
    days = {d.day: d for d in statistics(Facts(NOW, GO_LIVE, records=RECORDS)).days}
    assert len(days) == 17
    assert (days[date(2026, 11, 15)].new, days[date(2026, 11, 15)].solved) == (10, 9)
    assert days[date(2026, 11, 16)].closed == 1
    assert [days[date(2026, 11, d)].workday for d in (13, 14)] == [True, False]
    assert sum(d.new for d in days.values()) == 12


def test_days_count_what_was_open_when_they_ended() -> None:
    days = {d.day.day: d.open for d in statistics(Facts(NOW, GO_LIVE, records=RECORDS)).days}
    assert [days[day] for day in (5, 6, 14)] == [0, 1, 1]
    assert days[18] == 2


def test_open_records_by_priority_and_age_name_their_records() -> None:
    numbers = statistics(Facts(NOW, GO_LIVE, records=RECORDS))
    by_priority = {s.label: s.ids for s in numbers.open_by_priority}
    assert (by_priority["P1"], by_priority["not rated"], by_priority["P2"]) == (
        ("FB-0001",),
        ("FB-0002",),
        (),
    )
    assert {s.label: s.count for s in numbers.ageing if s.count} == {"under 1 day": 1, "10 to 30 days": 1}


def test_times_to_resolve_against_the_target() -> None:
    p2 = next(
        t for t in statistics(Facts(NOW, GO_LIVE, records=RECORDS)).resolve_times if t.priority is Priority.P2
    )
    assert (p2.solved, p2.median, p2.p90, p2.target) == (10, 7.5 * 3600, 11 * 3600, 8 * 3600)
    assert p2.in_target == 6


def test_a_pareto_runs_up_to_a_hundred() -> None:
    numbers = statistics(Facts(NOW, GO_LIVE, records=RECORDS))
    assert [(s.label, s.count) for s in numbers.categories] == [("Training need", 10), ("Data issue", 2)]
    assert numbers.components[-1].running == pytest.approx(100)
    assert [s.label for s in numbers.components] == ["EDI", "not stated"]


def test_a_range_leaves_out_what_was_before() -> None:
    numbers = statistics(Facts(NOW, GO_LIVE, records=RECORDS), since=date(2026, 11, 17))
    assert (numbers.records, len(numbers.days)) == (1, 2)
    assert sum(s.count for s in numbers.open_by_priority) == 2
    assert all(t.solved == 0 and t.median is None for t in numbers.resolve_times)


def test_articles_and_searches_are_counted() -> None:
    facts = Facts(
        NOW,
        GO_LIVE,
        articles=(ArticleFact("KI-0001", Kind.KNOWN_ISSUE, Confidence.VALIDATED, Status.PUBLISHED, "Jam"),),
        uses=tuple(ArticleUse("KI-0001", ago(days=d), "A", d < 3) for d in range(4)),
        searches=(
            SearchMade("zpl", datetime(2026, 11, 2, 0, 0, tzinfo=UTC), "A", 0),
            SearchMade("zpl", ago(days=1), "A", 0),
            SearchMade("order", ago(days=1), "A", 7),
        ),
    )
    numbers = statistics(facts)
    assert [(a.title, a.used, a.solved) for a in numbers.articles] == [("Jam", 4, 3)]
    assert [(w.number, w.made, w.empty) for w in numbers.search_weeks] == [(1, 1, 1), (2, 0, 0), (3, 2, 1)]
    assert numbers.unanswered == (("zpl", 2),)


def test_a_reopened_record_is_closed_on_its_last_day_only() -> None:
    record = Feedback("FB-0001", "T", state=State.CLOSED, reported_at=ago(days=5), reopen_count=1)
    events = [
        FeedbackEvent("FB-0001", ago(days=d), "A", "state", old, new, seq=n)
        for n, (d, old, new) in enumerate(
            [(5, "", "new"), (4, "new", "closed"), (3, "closed", "analysing"), (1, "analysing", "closed")]
        )
    ]
    numbers = statistics(Facts(NOW, GO_LIVE, records=(record,), events=tuple(events)))
    assert [d.day.day for d in numbers.days if d.closed] == [17]
    assert [d.day.day for d in numbers.days if d.open] == [13, 15, 16]


@settings(max_examples=40)
@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=50), st.floats(0.01, 1))
def test_a_percentile_is_one_of_the_values_and_covers_its_share(values: list[float], share: float) -> None:
    found = percentile(sorted(values), share)
    assert found in values
    assert sum(v <= found for v in values) >= share * len(values) - 1e-9


def test_nothing_recorded_is_all_zero() -> None:
    numbers = statistics(Facts(NOW, GO_LIVE))
    assert (numbers.records, sum(d.new for d in numbers.days), numbers.articles) == (0, 0, ())
