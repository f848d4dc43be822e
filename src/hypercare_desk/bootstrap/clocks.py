"""The clocks that a workspace runs by."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


class SystemClock:
    """The machine's clock, with days counted in the workspace's time zone."""

    def __init__(self, time_zone: str) -> None:
        self._zone = ZoneInfo(time_zone)

    def now(self) -> datetime:
        return datetime.now(UTC)

    def today(self) -> date:
        return datetime.now(self._zone).date()


class StillClock(SystemClock):
    """A clock that stands at one instant: what ``SOURCE_DATE_EPOCH`` asks for."""

    def __init__(self, time_zone: str, moment: datetime) -> None:
        super().__init__(time_zone)
        self._moment = moment

    def now(self) -> datetime:
        return self._moment

    def today(self) -> date:
        return self._moment.astimezone(self._zone).date()
