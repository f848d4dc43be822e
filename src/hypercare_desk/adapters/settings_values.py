"""Single values of ``workspace.toml``: taken out of their table by type, with a note for each one that is wrong."""

from __future__ import annotations

import difflib
import re
import zoneinfo
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from hypercare_desk.adapters.toml_lines import KeyPath, line_of

_Choice = TypeVar("_Choice", bound=str)
_UNITS = {"min": 1, "minute": 1, "minutes": 1, "h": 60, "hour": 60, "hours": 60, "day": 1440, "days": 1440}
_SPAN = re.compile(r"(\d{1,6})\s*([a-z]+)")
_LONGEST = 366 * 1440


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that is wrong in a settings file; ``line`` is None where the key is not in the file."""

    key: str
    line: int | None
    sentence: str

    def __str__(self) -> str:
        place = f"line {self.line}: " if self.line else ""
        return f"{place}{self.key} {self.sentence}{'' if self.sentence.endswith('?') else '.'}"


class Reading:
    """One table of the file. Every method returns the value of a key, or its default after noting a mistake."""

    def __init__(
        self,
        values: Mapping[str, Any],
        lines: Mapping[KeyPath, int],
        path: KeyPath = (),
        mistakes: list[Mistake] | None = None,
    ) -> None:
        self._values = values
        self._lines = lines
        self._path = path
        self._asked: set[str] = set()
        self._inner: list[Reading] = []
        self.mistakes: list[Mistake] = [] if mistakes is None else mistakes

    @property
    def keys(self) -> Sequence[str]:
        """The keys of the table, in the file's order."""
        return tuple(self._values)

    def mistake(self, key: str, sentence: str) -> None:
        """Note that ``key`` of this table is wrong; ``sentence`` goes on from the key ("must be …")."""
        path = (*self._path, key)
        self.mistakes.append(Mistake(_spoken(path), line_of(self._lines, path), sentence))

    def refuse_the_rest(self) -> None:
        """Note every key nobody asked for, here and in the tables inside, with the likely meaning."""
        for key in self._values:
            if key not in self._asked:
                near = difflib.get_close_matches(key, self._asked, n=1, cutoff=0.6)
                allowed = ", ".join(sorted(self._asked))
                advice = f'did you mean "{near[0]}"?' if near else f"allowed are {allowed}"
                self.mistake(key, f"is no setting; {advice}")
        for table in self._inner:
            table.refuse_the_rest()

    def table(self, key: str) -> Reading:
        """The table under ``key``, empty where there is none."""
        value = self._take(key, {})
        path = (*self._path, key)
        if isinstance(value, dict):
            return self._inside(cast("dict[str, Any]", value), path)
        self.mistake(key, f"must be a table ([{_spoken(path)}]), but is {_shown(value)}")
        return self._inside({}, path)

    def tables(self, key: str) -> Sequence[Reading]:
        """The tables of the array under ``key``."""
        value = self._take(key, [])
        rows = cast("list[Any]", value) if isinstance(value, list) else [None]
        if not all(isinstance(row, dict) for row in rows):
            self.mistake(key, f"must be written as blocks that begin with [[{key}]]")
            return ()
        tables = cast("list[dict[str, Any]]", rows)
        return tuple(self._inside(table, (*self._path, key, place)) for place, table in enumerate(tables))

    def text(self, key: str, default: str = "", *, required: bool = False) -> str:
        """One line of text, at most 500 characters."""
        value = self._take(key, default)
        if not isinstance(value, str):
            self.mistake(key, f'must be text in quotes, such as "Production", but is {_shown(value)}')
            return default
        tidy = value.strip()
        if len(tidy) > 500 or not tidy.isprintable():
            self.mistake(key, "must be one line of at most 500 characters")
        elif required and not tidy:
            missing = key not in self._values
            self.mistake(key, "is missing; it must be said" if missing else "must not be empty")
        return tidy

    def texts(self, key: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        """A list of lines of text, each once."""
        value = self._take(key, default)
        given = cast("Sequence[object]", value) if isinstance(value, (list, tuple)) else None
        items = [item.strip() for item in given or () if isinstance(item, str)]
        if given is not None and len(items) == len(given) and all(i and i.isprintable() for i in items):
            return tuple(dict.fromkeys(items))
        example = '["Production", "Acceptance"]'
        self.mistake(
            key, f"must be a list of texts, such as {example}, but is {_shown(cast('object', value))}"
        )
        return default

    def flag(self, key: str, default: bool) -> bool:
        """Yes or no."""
        value = self._take(key, default)
        if isinstance(value, bool):
            return value
        self.mistake(key, f"must be true or false, but is {_shown(value)}")
        return default

    def choice(
        self, key: str, allowed: Sequence[_Choice], default: _Choice, *, required: bool = False
    ) -> str:
        """One of ``allowed`` words, without regard to case."""
        value = self._take(key, default)
        if required and key not in self._values:
            self.mistake(key, f"is missing; allowed are {', '.join(allowed)}")
            return str(default)
        for word in allowed:
            if isinstance(value, str) and value.strip().casefold() == word.casefold():
                return str(word)
        self.mistake(key, f"must be one of {', '.join(allowed)}, but is {_shown(value)}")
        return str(default)

    def day(self, key: str, *, required: bool = False) -> date | None:
        """A day, written as TOML's date or as the same in quotes; None where there is none."""
        if key not in self._values:
            self._asked.add(key)
            if required:
                self.mistake(key, "is missing; say the day, such as 2026-11-02")
            return None
        day = _day(self._take(key, None))
        if day is None:
            self.mistake(key, f"must be a day such as 2026-11-02, but is {_shown(self._values[key])}")
        return day

    def days(self, key: str) -> tuple[date, ...]:
        """A list of days, in order."""
        value = self._take(key, [])
        days = [_day(item) for item in cast("list[object]", value)] if isinstance(value, list) else [None]
        if None in days:
            shown = _shown(cast("object", value))
            self.mistake(key, f"must be a list of days, such as [2026-12-25, 2026-12-26], but is {shown}")
        return tuple(sorted({day for day in days if day is not None}))

    def clock_time(self, key: str, default: time) -> time:
        """A time of day, written as TOML's time or as "08:00"."""
        value = self._take(key, default)
        if isinstance(value, str):
            with suppress(ValueError):
                value = time.fromisoformat(value.strip())
        if isinstance(value, time) and value.tzinfo is None:
            return value
        self.mistake(key, f'must be a time of day such as "08:00", but is {_shown(value)}')
        return default

    def minutes(self, key: str, default: int | None, *, required: bool = False) -> int | None:
        """A span of time in minutes, written as "15 min", "4 h", "3 days", "1 h 30 min"; None for "none"."""
        allowed = '"15 min", "4 h", "3 days"'
        if key not in self._values:
            self._asked.add(key)
            if required:
                self.mistake(key, f"is missing; say a time such as {allowed}")
            return default
        value = self._take(key, None)
        if not required and isinstance(value, str) and value.strip().lower() == "none":
            return None
        minutes = _span(value)
        if minutes is None:
            words = allowed if required else f'{allowed} or "none"'
            self.mistake(key, f"must be a time such as {words}, but is {_shown(value)}")
            return default
        return minutes

    def time_zone(self, key: str, default: str) -> str:
        """The IANA name of a time zone that this machine knows."""
        name = self.text(key, default)
        if name == "UTC":
            return name
        try:
            zoneinfo.ZoneInfo(name)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
            near = difflib.get_close_matches(name, zoneinfo.available_timezones(), n=1)
            example = near[0] if near else "Europe/Berlin"
            self.mistake(
                key, f'must be "UTC" or the name of a time zone such as "{example}", but is {_shown(name)}'
            )
        return name

    def language(self, key: str, default: str) -> str:
        """A language as two letters (ISO 639-1)."""
        word = self.text(key, default).lower()
        if not re.fullmatch(r"[a-z]{2}", word):
            self.mistake(key, f'must be two letters such as "en", "de" or "fr", but is {_shown(word)}')
            return default
        return word

    def database_url(self, key: str) -> str:
        """The address of a database; never repeated in a sentence, for it may hold a password."""
        value = self._take(key, "")
        if isinstance(value, str) and _is_database_url(value.strip()):
            return value.strip()
        self.mistake(
            key,
            "must be a PostgreSQL address such as postgresql://desk@db.example.com/hypercare, or empty for the file "
            "desk.db in the workspace",
        )
        return ""

    def _take(self, key: str, default: object) -> object:
        self._asked.add(key)
        return self._values.get(key, default)

    def _inside(self, values: Mapping[str, Any], path: KeyPath) -> Reading:
        inner = Reading(values, self._lines, path, self.mistakes)
        self._inner.append(inner)
        return inner


def _is_database_url(url: str) -> bool:
    """Whether ``url`` is empty, or names a host or a database of PostgreSQL."""
    if not url:
        return True
    try:
        parts = urlsplit(url)
        known = parts.scheme in ("postgresql", "postgresql+psycopg")
        return (
            known and bool(parts.netloc or parts.path.strip("/")) and (parts.port is None or parts.port > 0)
        )
    except ValueError:
        return False


def _day(value: object) -> date | None:
    if isinstance(value, str):
        try:
            return date.fromisoformat(value.strip())
        except ValueError:
            return None
    return value if isinstance(value, date) and not isinstance(value, datetime) else None


def _span(value: object) -> int | None:
    """Minutes in "1 h 30 min"; None for anything that is no span of 1 minute to a year."""
    if not isinstance(value, str) or len(value) > 60:
        return None
    text = value.strip().lower()
    parts = _SPAN.findall(text)
    if not parts or _SPAN.sub("", text).strip() or any(unit not in _UNITS for _, unit in parts):
        return None
    minutes = sum(int(number) * _UNITS[unit] for number, unit in parts)
    return minutes if 0 < minutes <= _LONGEST else None


def _spoken(path: KeyPath) -> str:
    """A path as people write it: ``escalation[1].who`` (counted from 1)."""
    words = ""
    for part in path:
        words += f"[{part + 1}]" if isinstance(part, int) else f"{'.' if words else ''}{part}"
    return words if len(words) <= 80 else f"{words[:79]}…"


def _shown(value: object) -> str:
    """A wrong value, short enough for a sentence."""
    if isinstance(value, list):
        items = [_shown_item(item) for item in cast("list[object]", value)[:5]]
        text = f"[{', '.join(items)}]"
    else:
        text = _shown_item(value)
    return text if len(text) <= 80 else f"{text[:79]}…"


def _shown_item(value: object) -> str:
    if isinstance(value, (dict, list)):
        return "a table" if isinstance(value, dict) else "a list"
    text = f'"{value}"' if isinstance(value, str) else str(value)
    text = text.lower() if isinstance(value, bool) else text
    return "".join(c if c.isprintable() else "�" for c in text)
