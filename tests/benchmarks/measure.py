"""Timing and quantiles."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence


def milliseconds(calls: Iterable[Callable[[], object]]) -> list[float]:
    """How long each call took, in milliseconds."""
    taken: list[float] = []
    for call in calls:
        start = time.perf_counter()
        call()
        taken.append((time.perf_counter() - start) * 1000)
    return taken


def seconds(call: Callable[[], object]) -> float:
    """How long one call took, in seconds."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which ``share`` of the values lie (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
