"""Days and hours as the workspace counts them: its time zone, working days, working hours and holidays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Which days and hours are worked, and where a day begins. ``work_days`` are ISO weekday numbers (1 Monday)."""

    zone: tzinfo = UTC
    work_days: frozenset[int] = frozenset((1, 2, 3, 4, 5))
    work_start: time = time(8)
    work_end: time = time(18)
    holidays: frozenset[date] = frozenset()

    def day_of(self, moment: datetime) -> date:
        """The day a zone-aware instant falls on here."""
        return moment.astimezone(self.zone).date()

    def start_of(self, day: date) -> datetime:
        """The instant, in UTC, at which ``day`` begins here."""
        return datetime.combine(day, time(0), self.zone).astimezone(UTC)

    def end_of(self, day: date) -> datetime:
        """The instant, in UTC, at which ``day`` is over here."""
        return self.start_of(day + _DAY)

    def is_workday(self, day: date) -> bool:
        """Whether ``day`` is worked."""
        return day.isoweekday() in self.work_days and day not in self.holidays

    def workdays_before(self, day: date, count: int, since: date) -> tuple[date, ...]:
        """The last ``count`` working days before ``day``, none earlier than ``since``, oldest first."""
        found: list[date] = []
        while len(found) < count and (day := day - _DAY) >= since:
            if self.is_workday(day):
                found.append(day)
        return tuple(reversed(found))

    def add_workdays(self, day: date, count: int) -> date:
        """The ``count``-th working day after ``day``; with no working day in the week, calendar days."""
        if not self.work_days:
            return day + count * _DAY
        while count > 0:
            day += _DAY
            count -= self.is_workday(day)
        return day

    def business_time(self, start: datetime, end: datetime) -> timedelta:
        """Working time between two instants; zero when ``end`` is not after ``start``.

        Hours are the real ones: a shift of the clock inside working hours makes a day longer or shorter.
        """
        total = timedelta()
        for opens, closes in self._shifts(start, end):
            total += max(min(closes, end) - max(opens, start), timedelta())
        return total

    def _shifts(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        day, last = self.day_of(start), self.day_of(end)
        while day <= last:
            if self.is_workday(day):
                opens = datetime.combine(day, self.work_start, self.zone).astimezone(UTC)
                closes = datetime.combine(day, self.work_end, self.zone).astimezone(UTC)
                yield opens, closes
            day += _DAY
