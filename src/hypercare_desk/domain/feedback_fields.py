"""The fields of a feedback record as people and programs hand them in: read, checked, and put into words again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import cast

from hypercare_desk.domain.errors import Invalid
from hypercare_desk.domain.feedback import (
    Category,
    Decision,
    Feedback,
    Level,
    Priority,
    Relation,
    Resolver,
    Source,
    State,
    YesNoUnknown,
)

LONGEST_TITLE = 300
LARGEST_COUNT = 2_000_000_000
_OTHER_NAMES: Mapping[str, str] = {"status": "state"}
"""Records are listed by status, so people write it for the field too."""
TRUE_WORDS = ("yes", "true", "1", "on")
FALSE_WORDS = ("no", "false", "0", "off", "")


def read_fields(given: Mapping[str, object]) -> dict[str, object]:
    """``given`` with every value in its field's type: words become enums, ISO times become UTC instants.

    Raises ``Invalid`` with one sentence that names the field, what was given and what is allowed.
    """
    return {_OTHER_NAMES.get(name, name): read_field(name, value) for name, value in given.items()}


def read_field(name: str, value: object) -> object:
    """One value in its field's type; see ``read_fields``."""
    name = _OTHER_NAMES.get(name, name)
    reader = READERS.get(name)
    if reader is None:
        raise Invalid(
            f"A feedback record has no field “{name}” that can be set; allowed: {', '.join(sorted(READERS))}.",
            code="unknown_field",
            field=name,
        )
    return reader(name, value)


def word(value: object) -> str:
    """A field's value as an event keeps it: enum words, ISO times in UTC, yes or no, empty for nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, tuple):
        return ", ".join(str(part) for part in cast("tuple[object, ...]", value))
    return str(value)


def cleaned(record: Feedback) -> Feedback:
    """``record`` with text that every database can hold; itself, when there is nothing to clean."""
    dirty = {
        name: _clean(value)
        for name in Feedback.__dataclass_fields__
        if type(value := getattr(record, name)) is str and value != _clean(value)
    }
    return replace(record, **dirty) if dirty else record  # pyright: ignore[reportArgumentType]


def read_relation(value: object) -> Relation:
    """How an article and a record hang together; raises ``Invalid``."""
    return cast(Relation, _choice(Relation, empty=False)("relation", value))


def read_level(name: str, value: object) -> Level:
    """Impact or urgency, which must be given; raises ``Invalid``."""
    return cast(Level, _choice(Level, empty=False)(name, value))


def read_priority(value: object) -> Priority:
    """A priority, which must be given; raises ``Invalid``."""
    return cast(Priority, _choice(Priority, empty=False)("priority", value))


def read_instant(name: str, value: object) -> datetime | None:
    """An instant in UTC from a zone-aware time or its ISO 8601 text; None for nothing. Raises ``Invalid``."""
    if value is None or value == "":
        return None
    moment = value
    if isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value.strip())
        except ValueError:
            moment = None
    if not isinstance(moment, datetime) or moment.tzinfo is None:
        raise Invalid(
            f"“{_shown(value)}” is no time for {_label(name)}; write it with its zone, as 2026-11-18T09:30+00:00.",
            code="invalid_time",
            field=name,
        )
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise Invalid(
            f"The year of {_label(name)} is out of range.", code="invalid_time", field=name
        ) from None


Reader = Callable[[str, object], object]


def _clean(value: object) -> str:
    """Text that every database can hold: NUL and lone surrogates do not survive any of them."""
    text = "" if value is None else str(value)
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def _line(name: str, value: object) -> str:
    return " ".join(_clean(value).split())


def _text(name: str, value: object) -> str:
    return _clean(value).replace("\r\n", "\n").strip("\n")


def _title(name: str, value: object) -> str:
    title = _line(name, value)
    if not title:
        raise Invalid("A feedback record needs a title: say in a line what the caller sees.", code="no_title")
    if len(title) > LONGEST_TITLE:
        raise Invalid(
            f"The title has {len(title)} characters and may have {LONGEST_TITLE};"
            " put the rest into the description.",
            code="long_title",
        )
    return title


def _choice(kind: type[StrEnum], *, empty: bool = True) -> Reader:
    def read(name: str, value: object) -> object:
        asked = _line(name, value).casefold()
        plain = re.sub(r"[\s_]+", "-", asked)
        for member in kind:
            if member.value.casefold() in (asked, plain):
                return member
        if not asked and empty:
            return None
        allowed = ", ".join(member.value for member in kind if member.value)
        raise Invalid(
            f"“{_shown(value)}” is no {_label(name)}; allowed: {allowed}.",
            code="invalid_choice",
            field=name,
            allowed=tuple(member.value for member in kind),
        )

    return read


def _count(largest: int) -> Reader:
    def read(name: str, value: object) -> object:
        text = _line(name, value)
        if not text:
            return None
        if isinstance(value, bool) or not re.fullmatch(r"\d{1,12}", text) or int(text) > largest:
            raise Invalid(
                f"“{_shown(value)}” is no {_label(name)}; write a whole number from 0 to {largest}.",
                code="invalid_number",
                field=name,
            )
        return int(text)

    return read


def _level_number(name: str, value: object) -> object:
    return _count(99)(name, value) or 0


def _flag(name: str, value: object) -> object:
    if isinstance(value, bool):
        return value
    text = _line(name, value).casefold()
    if text in TRUE_WORDS:
        return True
    if text in FALSE_WORDS:
        return False
    raise Invalid(
        f"“{_shown(value)}” is no answer for {_label(name)}; allowed: yes, no.", code="invalid_choice"
    )


def _tags(name: str, value: object) -> object:
    given = re.split(r"[,;\n]", value) if isinstance(value, str) else value or ()
    if not isinstance(given, (list, tuple, set, frozenset)):
        raise Invalid(
            f"“{_shown(value)}” are no tags; write words with commas between them.", code="invalid_tags"
        )
    parts = cast("Iterable[object]", given)
    return tuple(dict.fromkeys(tag for tag in (_line(name, part) for part in parts) if tag))


def _label(name: str) -> str:
    return name.replace("_", " ")


def _shown(value: object) -> str:
    text = _clean(value)
    return text if len(text) <= 60 else text[:57] + "…"


READERS: Mapping[str, Reader] = {
    "title": _title,
    "description": _text,
    "source": _choice(Source, empty=False),
    "category": _choice(Category),
    "state": _choice(State, empty=False),
    "decision": _choice(Decision),
    "impact": _choice(Level),
    "urgency": _choice(Level),
    "priority": _choice(Priority),
    "priority_override": _text,
    "component": _line,
    "environment": _line,
    "reporter": _line,
    "reporter_contact": _line,
    "affected_users": _count(LARGEST_COUNT),
    "caused_by_release": _choice(YesNoUnknown, empty=False),
    "root_cause": _text,
    "resolution": _text,
    "owner": _line,
    "target": _line,
    "resolver": _choice(Resolver),
    "escalation_level": _level_number,
    "plan_accepted": _flag,
    "external_key": _line,
    "external_url": _line,
    "fingerprint": _line,
    "tags": _tags,
    "reported_at": read_instant,
    "responded_at": read_instant,
    "resolved_at": read_instant,
    "informed_at": read_instant,
    "closed_at": read_instant,
}
