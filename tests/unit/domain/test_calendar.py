from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from hypercare_desk.domain.calendar import WorkCalendar

BERLIN = WorkCalendar(ZoneInfo("Europe/Berlin"), holidays=frozenset({date(2026, 11, 18)}))
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001


def test_a_day_begins_at_local_midnight_in_summer_and_winter() -> None:
    assert BERLIN.day_of(datetime(2026, 7, 1, 22, 30, tzinfo=UTC)) == date(2026, 7, 2)
    assert BERLIN.start_of(date(2026, 7, 2)) == datetime(2026, 7, 1, 22, tzinfo=UTC)
    assert BERLIN.start_of(date(2026, 12, 2)) == datetime(2026, 12, 1, 23, tzinfo=UTC)


def test_the_day_the_clocks_change_has_its_real_length() -> None:
    day = date(2026, 10, 25)
    assert BERLIN.end_of(day) - BERLIN.start_of(day) == timedelta(hours=25)


def test_workdays_leave_out_weekends_and_holidays_and_the_time_before() -> None:
    days = BERLIN.workdays_before(date(2026, 11, 23), 5, date(2026, 11, 2))
    assert days == tuple(date(2026, 11, d) for d in (13, 16, 17, 19, 20))
    assert len(BERLIN.workdays_before(date(2026, 11, 6), 5, date(2026, 11, 4))) == 2
    assert BERLIN.add_workdays(date(2026, 11, 13), 3) == date(2026, 11, 19)


def test_business_time_counts_worked_hours_only() -> None:
    friday, monday = datetime(2026, 11, 13, 16, tzinfo=UTC), datetime(2026, 11, 16, 8, tzinfo=UTC)
    assert BERLIN.business_time(friday, monday) == timedelta(hours=2)
    night = WorkCalendar(ZoneInfo("Europe/Berlin"), frozenset(range(1, 8)), time(0), time(6))
    shorter = datetime(2026, 3, 29, 0, tzinfo=ZoneInfo("Europe/Berlin"))
    assert night.business_time(shorter, shorter + timedelta(days=1)) == timedelta(hours=5)


@given(MOMENTS, MOMENTS, MOMENTS)
def test_business_time_adds_up_and_is_never_more_than_the_time_that_passed(a, b, c) -> None:
    a, b, c = sorted((a, b, c))
    assert BERLIN.business_time(a, b) + BERLIN.business_time(b, c) == BERLIN.business_time(a, c)
    assert timedelta() <= BERLIN.business_time(a, c) <= c - a
