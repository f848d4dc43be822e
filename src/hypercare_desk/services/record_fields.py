"""Fields of a record as callers hand them in: read by the type that the frozen row gives them.

For the rows that have no rules of their own beyond their types: journal, roster, training, transfer, surveys, risks,
announcements, post-mortems. Feedback has its own readers.
"""

from __future__ import annotations

import math
import types
import typing
from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import cache
from typing import Any

from hypercare_desk.domain.errors import Invalid

_SET_BY_THE_STORE = frozenset({"id", "version"})
_TRUE, _FALSE = ("yes", "true", "1", "on"), ("no", "false", "0", "off", "")


def read_record(
    kind: type[Any], given: Mapping[str, object], *, but: Iterable[str] = ()
) -> dict[str, object]:
    """``given`` with every value in its field's type: words become enums, ISO text becomes times and dates.

    ``but`` names fields that are not the caller's to set. Raises ``Invalid`` with a sentence that names the field.
    """
    hints = _hints(kind)
    allowed = [name for name in hints if name not in _SET_BY_THE_STORE and name not in but]
    values: dict[str, object] = {}
    for name, value in given.items():
        if name not in allowed:
            raise Invalid(
                f"There is no field “{name}” to be set here; allowed: {', '.join(allowed)}.",
                code="unknown_field",
                field=name,
            )
        values[name] = _read(name, hints[name], value)
    return values


def clean(value: object) -> str:
    """Text that every database can hold: NUL and halves of surrogate pairs survive in none."""
    text = "" if value is None else str(value)
    return text.replace("\x00", "").replace("\r\n", "\n").encode("utf-8", "replace").decode("utf-8")


def required(name: str, value: object, what: str) -> str:
    """A text that may not be empty, on one line; raises ``Invalid`` that says ``what`` is needed."""
    text = " ".join(clean(value).split())
    if not text:
        raise Invalid(what, code="empty", field=name)
    return text


@cache
def _hints(kind: type[Any]) -> Mapping[str, Any]:
    known = typing.get_type_hints(kind)
    return {entry.name: known[entry.name] for entry in fields(kind)}


def _read(name: str, hint: Any, value: object) -> object:
    optional = typing.get_origin(hint) in (types.UnionType, typing.Union)
    if optional:
        if value is None or value == "":
            return None
        hint = next(a for a in typing.get_args(hint) if a is not type(None))
    if typing.get_origin(hint) is tuple:
        return _read_tuple(name, typing.get_args(hint)[0], value)
    if issubclass(hint, StrEnum):
        return _read_word(name, hint, value)
    if hint is datetime:
        return _read_instant(name, value)
    if hint is date:
        return _read_date(name, value)
    if hint is bool:
        return _read_flag(name, value)
    if hint in (int, float):
        return _read_number(name, hint, value)
    return clean(value)


def _read_tuple(name: str, item: Any, value: object) -> object:
    given = value
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise _wrong(name, given, "give a list")
    parts = typing.cast("Iterable[object]", value)
    if item is str:
        return tuple(text for text in (clean(part).strip() for part in parts) if text)
    entries = tuple(parts)
    if not all(isinstance(entry, item) for entry in entries):
        raise _wrong(name, given, f"give a list of {item.__name__}")
    return entries


def _read_word(name: str, kind: type[StrEnum], value: object) -> StrEnum:
    asked = "-".join(clean(value).strip().casefold().replace("_", " ").split())
    for member in kind:
        if member.value == asked:
            return member
    raise _wrong(name, value, f"use one of {', '.join(member.value for member in kind)}")


def _read_instant(name: str, value: object) -> datetime:
    moment = value
    if isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value.strip())
        except ValueError:
            moment = None
    if not isinstance(moment, datetime) or moment.utcoffset() is None:
        raise _wrong(name, value, "write a time with its zone, as 2026-11-18T09:30+00:00")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise _wrong(name, value, "the year is out of range") from None


def _read_date(name: str, value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(clean(value).strip())
    except ValueError:
        raise _wrong(name, value, "write a date as 2026-11-18") from None


def _read_flag(name: str, value: object) -> bool:
    if isinstance(value, bool):
        return value
    text = clean(value).strip().casefold()
    if text not in _TRUE + _FALSE:
        raise _wrong(name, value, "use yes or no")
    return text in _TRUE


def _read_number(name: str, kind: type[int] | type[float], value: object) -> int | float:
    text = clean(value).strip()
    try:
        number = kind(text) if not isinstance(value, bool) and len(text) <= 40 else None
    except ValueError:
        number = None
    if number is None or not math.isfinite(number) or abs(number) >= 2**63:
        raise _wrong(name, value, "write a whole number" if kind is int else "write a number")
    return number


def _wrong(name: str, value: object, advice: str) -> Invalid:
    shown = clean(value)
    shown = shown if len(shown) <= 60 else shown[:57] + "…"
    return Invalid(
        f"“{shown}” does not fit {name.replace('_', ' ')}: {advice}.", code="invalid_value", field=name
    )
