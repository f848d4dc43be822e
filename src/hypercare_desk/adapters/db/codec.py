"""Nested values as JSON: tuples of words or of small frozen dataclasses, in one column.

What goes in comes out equal: times as UTC with microseconds, dates, enums, numbers, None. No SQL here.
"""

from __future__ import annotations

import json
import types
import typing
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from enum import Enum
from functools import cache
from typing import Any

Encode = Callable[[Any], Any]
Decode = Callable[[Any], Any]


def to_json(value: object) -> str:
    """The value as compact JSON with its keys in field order."""
    return json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def from_json(text: str, kind: Any) -> Any:
    """The value of type ``kind`` that ``to_json`` wrote; raises ``ValueError`` if the text is no such value."""
    try:
        return decoder(kind)(json.loads(text))
    except (TypeError, KeyError, AttributeError, RecursionError) as fault:
        raise ValueError(f"not a stored {kind}") from fault


def _plain(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(item) for item in typing.cast("tuple[object, ...]", value)]
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    return value


@cache
def decoder(kind: Any) -> Decode:
    """How a value of type ``kind`` is read back from JSON; raises ``TypeError`` for types that are never stored."""
    arguments = typing.get_args(kind)
    origin = typing.get_origin(kind)
    if origin in (types.UnionType, typing.Union):
        inner = decoder(next(a for a in arguments if a is not type(None)))
        return lambda value: None if value is None else inner(value)
    if origin is tuple:
        item = decoder(arguments[0])
        return lambda value: tuple(item(entry) for entry in _as_list(value))
    if isinstance(kind, type):
        if issubclass(kind, Enum):
            return kind
        if issubclass(kind, datetime):
            return lambda value: datetime.fromisoformat(value).astimezone(UTC)
        if issubclass(kind, date):
            return date.fromisoformat
        if issubclass(kind, float):
            return float
        if issubclass(kind, (str, int)):
            return _exactly(kind)
        return _dataclass_decoder(kind)
    raise TypeError(f"{kind} has no stored form")


def _as_list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise ValueError("a list was expected")
    return typing.cast("list[object]", value)


def _exactly(kind: type) -> Decode:
    def check(value: object) -> object:
        if type(value) is not kind:
            raise ValueError(f"{kind.__name__} was expected")
        return value

    return check


def _dataclass_decoder(kind: Any) -> Decode:
    hints = typing.get_type_hints(kind)
    decoders = {f.name: decoder(hints[f.name]) for f in fields(kind)}

    # Keys that this version does not know are dropped, and missing ones take the field's default: rows written
    # before a field was added stay readable.
    def read(value: dict[str, Any]) -> object:
        return kind(**{name: decoders[name](entry) for name, entry in value.items() if name in decoders})

    return read
