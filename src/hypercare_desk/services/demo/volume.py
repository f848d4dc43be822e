"""How many records come on which day, and at what time of it: a weekday pattern over a falling trend."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from random import Random

from hypercare_desk.services.demo.days import DemoDays

_OPENS, _CLOSES = "06:30", "19:00"
_LATECOMERS = timedelta(minutes=50)
_FIRST, _LAST, _BEND = 24.0, 3.5, 0.8
_WEEKDAY = (1.10, 1.02, 1.0, 1.0, 0.9, 0.14, 0.06)
_HOURS = (
    (6, 7),
    (7, 14),
    (8, 16),
    (9, 17),
    (10, 16),
    (11, 11),
    (12, 5),
    (13, 10),
    (14, 11),
    (15, 9),
    (16, 6),
    (17, 2),
)


def per_day(days: DemoDays, total: int) -> list[int]:
    """How many records each day from go-live to yesterday has; they add up to ``total`` (largest remainders)."""
    last = max(days.last, 1)
    wanted = [
        (_FIRST - (_FIRST - _LAST) * (number / last) ** _BEND) * _WEEKDAY[days.day(number).weekday()]
        for number in range(last)
    ]
    return shared_out(wanted, total)


def shared_out(weights: Sequence[float], total: int) -> list[int]:
    """``total`` in whole parts in proportion to ``weights``; the largest remainders are rounded up."""
    whole = sum(weights)
    exact = [weight * total / whole for weight in weights]
    parts = [int(value) for value in exact]
    by_remainder = sorted(range(len(exact)), key=lambda i: (parts[i] - exact[i], i))
    for i in by_remainder[: total - sum(parts)]:
        parts[i] += 1
    return parts


def moments(rng: Random, days: DemoDays, number: int, count: int) -> list[datetime]:
    """``count`` instants of a day when branches call, in order."""
    hours = [hour for hour, _ in _HOURS]
    weights = [weight for _, weight in _HOURS]
    if days.day(number).weekday() >= 5:
        weights = [weight if hour < 13 else 0 for hour, weight in _HOURS]
    found = [
        days.at(number, f"{hour:02d}:{rng.randrange(60):02d}") + timedelta(seconds=rng.randrange(60))
        for hour in rng.choices(hours, weights, k=count)
    ]
    return sorted(found)


def at_work(days: DemoDays) -> Callable[[datetime], datetime]:
    """A function that moves instants of nights and weekends to soon after the next working morning begins."""

    def moved(at: datetime) -> datetime:
        number = days.number_of(at)
        if days.day(number).weekday() < 5:
            if days.at(number, _OPENS) <= at <= days.at(number, _CLOSES):
                return at
            number += at > days.at(number, _CLOSES)
        while days.day(number).weekday() >= 5:
            number += 1
        opens = days.at(number, _OPENS)
        return opens + _LATECOMERS * (at.minute + at.second / 60) / 60

    return moved
