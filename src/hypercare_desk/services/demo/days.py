"""The calendar of the demonstration: go-live about three weeks before a given day, everything else relative to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ZONE = "Europe/Berlin"
HYPERCARE = timedelta(days=28)
_SINCE_GO_LIVE = timedelta(days=21)
_STORY_ENDS = time(7, 45)


@dataclass(frozen=True, slots=True)
class DemoDays:
    """Go-live (a Monday), the day that is today, and the instant (UTC) up to which things have happened."""

    go_live: date
    today: date
    end: datetime

    @property
    def planned_exit(self) -> date:
        """The day hypercare is meant to end."""
        return self.go_live + HYPERCARE

    @property
    def last(self) -> int:
        """Today as a number of days since go-live (go-live itself is day 0)."""
        return (self.today - self.go_live).days

    def day(self, number: int) -> date:
        """The day ``number`` days after go-live."""
        return self.go_live + timedelta(days=number)

    def at(self, number: int, clock_time: str) -> datetime:
        """The instant (UTC) of a local ``HH:MM`` on the day ``number``."""
        local = datetime.combine(self.day(number), time.fromisoformat(clock_time), ZoneInfo(ZONE))
        return local.astimezone(UTC)

    def number_of(self, moment: datetime) -> int:
        """The number of the local day on which ``moment`` falls."""
        return (moment.astimezone(ZoneInfo(ZONE)).date() - self.go_live).days


def demo_days(today: date, now: datetime | None = None) -> DemoDays:
    """The calendar for a day. The story ends this morning at 07:45, or at ``now`` if that is earlier."""
    asked = today - _SINCE_GO_LIVE
    back = asked.weekday()
    go_live = asked - timedelta(days=back) if back <= 3 else asked + timedelta(days=7 - back)
    end = datetime.combine(today, _STORY_ENDS, ZoneInfo(ZONE)).astimezone(UTC)
    midnight = datetime.combine(today, time(0, 5), ZoneInfo(ZONE)).astimezone(UTC)
    if now is not None and now < end:
        end = max(now, midnight)
    return DemoDays(go_live, today, end)
