"""What is drawn from the seed: the same each time, 250 records, less of them each week, every history whole."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from hypercare_desk.adapters.demo_content import load_demo
from hypercare_desk.domain.feedback import Priority, State
from hypercare_desk.domain.triage import DEFAULT_MATRIX
from hypercare_desk.services.demo.content import DemoContent
from hypercare_desk.services.demo.days import demo_days
from hypercare_desk.services.demo.records import tell_records
from hypercare_desk.services.demo.telling import Telling
from hypercare_desk.services.demo.usage import measurements, searches_and_uses
from hypercare_desk.services.demo.volume import per_day, shared_out

TODAY = date(2026, 11, 18)
MANY_DAYS = [TODAY + timedelta(days=step) for step in (0, 1, 2, 3, 4, 5, 6, 100, 250)]


def written(content: DemoContent) -> Mapping[str, datetime]:
    days = content.days
    return {
        d.fields.id: days.at(((d.fields.created.on or days.go_live) - days.go_live).days, "11:00")
        for d in content.articles
    }


def tell(content: DemoContent) -> list[Telling]:
    return tell_records(content, DEFAULT_MATRIX, written(content))


@pytest.fixture(scope="module")
def content() -> DemoContent:
    return load_demo(demo_days(TODAY))


@pytest.fixture(scope="module")
def tellings(content: DemoContent) -> list[Telling]:
    return tell(content)


@pytest.mark.parametrize("today", MANY_DAYS)
def test_go_live_is_a_monday_about_three_weeks_ago_and_the_exit_lies_ahead(today: date) -> None:
    days = demo_days(today)
    assert days.go_live.weekday() == 0
    assert 18 <= days.last <= 24
    assert 4 <= (days.planned_exit - today).days <= 10
    assert days.number_of(days.end) == days.last


def test_the_story_does_not_run_ahead_of_the_clock() -> None:
    now = datetime(2026, 11, 18, 3, 0, tzinfo=UTC)
    days = demo_days(TODAY, now)
    assert days.end == now
    assert all(event.at <= now for telling in tell(load_demo(days)) for event in telling.events)


def test_the_same_day_and_seed_tell_the_same_story(content: DemoContent, tellings: list[Telling]) -> None:
    again = tell(load_demo(demo_days(TODAY)))
    assert [t.finished() for t in again] == [t.finished() for t in tellings]
    assert [t.events for t in again] == [t.events for t in tellings]
    assert [t.links for t in again] == [t.links for t in tellings]
    assert searches_and_uses(content, again, written(content)) == searches_and_uses(
        content, tellings, written(content)
    )
    assert measurements(content) == measurements(load_demo(demo_days(TODAY)))


def test_another_seed_tells_another_story(content: DemoContent, tellings: list[Telling]) -> None:
    other = tell(replace(content, seed=1))
    assert [t.record.title for t in other] != [t.record.title for t in tellings]


@pytest.mark.parametrize("today", MANY_DAYS)
def test_there_are_250_records_and_they_become_fewer(today: date) -> None:
    content = load_demo(demo_days(today))
    told = tell(content)
    assert len(told) == 250
    assert [t.record.id for t in told] == [f"FB-{number:04d}" for number in range(1, 251)]
    days = content.days
    count = Counter(days.number_of(t.record.reported_at or days.end) for t in told)
    weeks = [sum(count[7 * week + day] for day in range(5)) / 5 for week in range(2)]
    last_five = [n for n in range(days.last) if days.day(n).weekday() < 5][-5:]
    assert weeks[0] > weeks[1] > sum(count[n] for n in last_five) / 5
    assert 20 <= count[0] <= 36
    assert count[last_five[-1]] <= 8


@pytest.mark.parametrize("total", [20, 100, 250])
def test_weekends_are_quiet_and_days_add_up(total: int) -> None:
    days = demo_days(TODAY)
    counts = per_day(days, total)
    assert sum(counts) == total
    assert counts[5] + counts[6] < counts[4]


def test_shares_add_up_by_largest_remainder() -> None:
    assert shared_out([1.0, 1.0, 1.0], 4) in ([2, 1, 1], [1, 2, 1], [1, 1, 2])
    assert shared_out([0.0, 3.0, 1.0], 8) == [0, 6, 2]


def test_every_history_begins_with_the_record_and_ends_where_it_stands(tellings: list[Telling]) -> None:
    for telling in tellings:
        states = [event for event in telling.events if event.field == "state"]
        assert (states[0].old, states[0].new) == ("", "new")
        assert all(before.new == after.old for before, after in pairwise(states))
        assert states[-1].new == telling.record.state.value
        own = [event.at for event in telling.events if event.field not in ("link", "duplicate")]
        assert own == sorted(own)
        assert all(event.at <= telling.end for event in telling.events)


def test_the_records_are_as_varied_as_real_ones(tellings: list[Telling]) -> None:
    records = [telling.finished() for telling in tellings]
    assert {r.priority for r in records} >= set(Priority)
    assert len({r.category for r in records if r.category}) == 10
    assert len({r.component for r in records}) == 10
    assert len({r.source for r in records}) >= 7
    assert len({r.title for r in records}) >= 130
    assert sum(r.reopen_count for r in records) == 3
    assert sum(r.state is State.MERGED for r in records) >= 12
    assert 8 <= sum(r.state.is_open for r in records) <= 45


def test_merged_records_name_a_record_that_stays(tellings: list[Telling]) -> None:
    by_id = {telling.record.id: telling.record for telling in tellings}
    for telling in tellings:
        if telling.record.state is State.MERGED:
            assert by_id[telling.record.duplicate_of].state is not State.MERGED


def test_searches_without_result_fall_from_week_to_week(
    content: DemoContent, tellings: list[Telling]
) -> None:
    searches, uses = searches_and_uses(content, tellings, written(content))
    shares: list[float] = []
    for week in range(3):
        made = [s for s in searches if content.days.number_of(s.at) // 7 == week]
        shares.append(sum(s.hits == 0 for s in made) / len(made))
    assert shares[0] == pytest.approx(0.24, abs=0.02)
    assert shares[0] > shares[1] > shares[2]
    assert shares[2] == pytest.approx(0.06, abs=0.03)
    assert 0.8 < sum(use.solved for use in uses) / len(uses) < 0.95
    assert all(written(content)[use.article_id] <= use.at for use in uses if not use.query)


def test_every_series_is_measured_each_day(content: DemoContent) -> None:
    counts = Counter(one.metric for one in measurements(content))
    assert {counts[series.metric] for series in content.series} == {content.days.last}
