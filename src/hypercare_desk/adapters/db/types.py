"""Column types: how the domain's values are stored so that SQLite and PostgreSQL give back the same ones.

A value that cannot be stored is ``Invalid``; a stored value that cannot be read is ``Unavailable``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Boolean, Date, DateTime, Double, Integer, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

from hypercare_desk.adapters.db.codec import from_json, to_json
from hypercare_desk.domain.errors import Invalid, Unavailable

LARGEST_WHOLE = 2**63 - 1


def _refuse(value: object, wanted: str) -> Invalid:
    shown = repr(value)
    shown = shown if len(shown) <= 60 else shown[:57] + "…"
    return Invalid(f"{shown} cannot be stored: {wanted}.", code="value")


def _unreadable(value: object) -> Unavailable:
    return Unavailable(
        f"The database holds a value that this version cannot read ({str(value)[:60]!r}). It was written by a newer"
        " version, or is damaged: run `hypercare-desk doctor`.",
        code="damaged",
    )


class Words(TypeDecorator[str]):
    """Text, compared by code point on both databases. Halves of surrogate pairs and U+0000 are refused."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return Text(collation="C") if dialect.name == "postgresql" else Text()

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        if not isinstance(value, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise _refuse(value, "text is needed here")
        if not value.isascii():
            try:
                value.encode()
            except UnicodeEncodeError as fault:
                raise _refuse(value, "it holds half of a surrogate pair; take that character out") from fault
        if "\0" in value:
            raise _refuse(value, "it holds the character U+0000; take it out")
        return str(value)


class Reference(Words):
    """The id of another row, or empty; empty is stored as NULL so that a foreign key can hold."""

    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return super().process_bind_param(value, dialect) or None

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        def read(value: Any) -> Any:
            return value or ""

        return read


class Choice(TypeDecorator[StrEnum]):
    """A member of one enumeration, stored as its word."""

    impl = Text
    cache_ok = True

    def __init__(self, kind: type[StrEnum]) -> None:
        super().__init__()
        self.kind = kind
        self._members: dict[str, StrEnum] = {member.value: member for member in kind}

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return Text(collation="C") if dialect.name == "postgresql" else Text()

    def process_bind_param(self, value: StrEnum | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        member = self._members.get(value)
        if member is None:
            raise _refuse(value, f"one of {', '.join(repr(word) for word in self._members)} is needed")
        return member.value

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        members: dict[str | None, StrEnum | None] = {None: None, **self._members}

        def read(value: Any) -> StrEnum | None:
            try:
                return members[value]
            except (KeyError, TypeError) as fault:
                raise _unreadable(value) from fault

        return read


class Instant(TypeDecorator[datetime]):
    """A moment: aware UTC with exact microseconds. Text that sorts by time on SQLite, timestamptz on PostgreSQL."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return DateTime(timezone=True) if dialect.name == "postgresql" else Text()

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if not isinstance(value, datetime) or value.utcoffset() is None:  # pyright: ignore[reportUnnecessaryIsInstance]
            raise _refuse(value, "a time needs its time zone")
        try:
            moment = value.astimezone(UTC)
        except OverflowError as fault:
            raise _refuse(value, "a time must lie between the years 1 and 9999 in UTC") from fault
        return moment if dialect.name == "postgresql" else moment.isoformat(timespec="microseconds")

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        parse = datetime.fromisoformat
        stored = datetime if dialect.name == "postgresql" else str

        def read(value: Any) -> datetime | None:
            if value is None:
                return None
            try:
                moment = value if stored is datetime else parse(value)
                return moment if moment.tzinfo is UTC else moment.astimezone(UTC)
            except (AttributeError, TypeError, ValueError) as fault:
                raise _unreadable(value) from fault

        return read


class Day(TypeDecorator[date]):
    """A date without a time."""

    impl = Date
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return Date() if dialect.name == "postgresql" else Text()

    def process_bind_param(self, value: date | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if not isinstance(value, date) or isinstance(value, datetime):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise _refuse(value, "a date without a time is needed")
        return value if dialect.name == "postgresql" else value.isoformat()

    def process_result_value(self, value: Any, dialect: Dialect) -> date | None:
        if value is None:
            return None
        try:
            return value if isinstance(value, date) else date.fromisoformat(value)
        except (TypeError, ValueError) as fault:
            raise _unreadable(value) from fault


class Whole(TypeDecorator[int]):
    """A whole number of up to 63 bits."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: int | None, dialect: Dialect) -> int | None:
        if value is not None and (value.__class__ is not int or not -LARGEST_WHOLE <= value <= LARGEST_WHOLE):
            raise _refuse(value, "a whole number of at most 63 bits is needed")
        return value


class Real(TypeDecorator[float]):
    """A number in double precision; infinities and NaN are refused."""

    impl = Double
    cache_ok = True

    def process_bind_param(self, value: float | None, dialect: Dialect) -> float | None:
        if value is None:
            return None
        if value.__class__ not in (float, int) or not math.isfinite(value):
            raise _refuse(value, "a finite number is needed")
        return float(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        def read(value: Any) -> Any:
            return None if value is None else float(value)

        return read


class Nested(TypeDecorator[tuple[Any, ...]]):
    """A tuple of words or of small frozen dataclasses, as JSON text."""

    impl = Text
    cache_ok = True

    def __init__(self, kind: Any) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: tuple[Any, ...] | None, dialect: Dialect) -> str:
        if not value:
            return "[]"
        try:
            text = to_json(value)
            text.encode()
        except (ValueError, OverflowError) as fault:
            raise _refuse(value, "it holds a number or a character that has no stored form") from fault
        if "\\u0000" in text and "\0" in str(value):
            raise _refuse(value, "it holds the character U+0000; take it out")
        return text

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        kind = self.kind
        met: dict[str, tuple[Any, ...]] = {"[]": ()}  # the same few tags come again and again

        def read(value: Any) -> tuple[Any, ...]:
            known = met.get(value)
            if known is not None:
                return known
            try:
                result: tuple[Any, ...] = from_json(value, kind)
            except ValueError as fault:
                raise _unreadable(value) from fault
            if len(met) < 500 and len(value) < 500:
                met[value] = result
            return result

        return read


SCALARS: dict[type, Callable[[], TypeEngine[Any]]] = {
    str: Words,
    bool: Boolean,
    int: Whole,
    float: Real,
    datetime: Instant,
    date: Day,
}
SEQUENCE = BigInteger().with_variant(Integer, "sqlite")
"""The type of automatically counted keys; only INTEGER counts by itself on SQLite."""
