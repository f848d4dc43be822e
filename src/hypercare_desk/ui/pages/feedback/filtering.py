"""The filter line: ``area:edi p:1-2 age:>3d state:new words``; half-typed parts never fail."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from hypercare_desk.domain.feedback import CATEGORY_LABELS, Feedback, State

_PART = re.compile(r'(\w+):("[^"]*"?|\S*)|"([^"]*)"?|(\S+)')
_AGE = re.compile(r"^([<>]?)(\d+)([hdw]?)$")
_HOURS = {"h": 1, "d": 24, "": 24, "w": 168}


@dataclass(frozen=True, slots=True)
class View:
    """A saved view: its name, and which records it shows before the filter line."""

    name: str
    words: str


def state_words(state: State) -> str:
    """A state as people write it."""
    return state.value.replace("-", " ").capitalize()


def age_hours(record: Feedback, now: datetime) -> float:
    """How long ago a record was reported, in hours."""
    since = record.reported_at or record.created_at or now
    return max(0.0, (now - since).total_seconds() / 3600)


def age_words(hours: float) -> str:
    """An age as short as it is useful: minutes, hours, days."""
    if hours < 1:
        return f"{int(hours * 60)} min"
    return f"{int(hours)} h" if hours < 48 else f"{int(hours / 24)} d"


def matcher(line: str, now: datetime) -> Callable[[Feedback], bool]:
    """Whether a record fits the filter line."""
    tests: list[Callable[[Feedback], bool]] = []
    for key, value, quoted, word in _PART.findall(line):
        text = (value.strip('"') if key else quoted or word).casefold()
        if not text:
            continue
        made = _keyed(key.casefold(), text, now) if key else None
        if made is None:
            wanted = f"{key}:{value}".casefold() if key else text
            tests.append(lambda record, wanted=wanted: wanted in _all_words(record))
        else:
            tests.append(made)
    return lambda record: all(test(record) for test in tests)


def _keyed(key: str, text: str, now: datetime) -> Callable[[Feedback], bool] | None:
    if key in ("area", "component"):
        return lambda record: text in record.component.casefold()
    if key in ("owner", "by"):
        return lambda record: text in f"{record.owner} {record.reporter}".casefold()
    if key in ("state", "status"):
        return lambda record: text in state_words(record.state).casefold()
    if key in ("cat", "category"):
        return lambda record: bool(record.category) and text in CATEGORY_LABELS[record.category].casefold()  # type: ignore[index]
    if key in ("p", "prio", "priority"):
        low, _, high = text.replace("p", "").partition("-")
        if low.isdigit():
            top = int(high) if high.isdigit() else int(low)
            return lambda record: record.priority is not None and int(low) <= int(record.priority[1:]) <= top
        return None
    if key == "age" and (found := _AGE.match(text)):
        sign, number, unit = found.groups()
        hours = int(number) * _HOURS[unit]
        if sign == "<":
            return lambda record: age_hours(record, now) < hours
        return lambda record: age_hours(record, now) >= hours
    return None


def _all_words(record: Feedback) -> str:
    parts = (record.id, record.title, record.description, record.component, record.reporter, record.owner)
    return " ".join((*parts, record.external_key, *record.tags)).casefold()
