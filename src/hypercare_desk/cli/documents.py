"""What the services give back as JSON: snake_case keys, times in UTC, nothing that only Python knows."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from pathlib import PurePath
from typing import Any


def as_document(value: object) -> Any:
    """``value`` in JSON's types: dataclasses as objects, times ISO 8601 in UTC (``Z``), spans in seconds.

    Functions are left out; a number that is none (NaN, infinity) is null.
    """
    if value is None or isinstance(value, (bool, int)):
        return value.value if isinstance(value, Enum) else value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if dataclasses.is_dataclass(value):
        names = [field.name for field in dataclasses.fields(value)]
        return {name: as_document(v) for name in names if not callable(v := getattr(value, name))}
    if isinstance(value, Mapping):
        return {_key(key): as_document(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        items = sorted(value, key=str) if isinstance(value, (set, frozenset)) else value
        return [as_document(item) for item in items]
    if isinstance(value, PurePath):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON")


def instant(moment: datetime) -> str:
    """``2026-11-18T09:00:00Z``; fractions of a second only where there are any."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _key(key: object) -> str:
    return str(key.value) if isinstance(key, Enum) else str(key)
