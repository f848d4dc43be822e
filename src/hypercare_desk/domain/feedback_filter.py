"""Which feedback records a list shows, read from the words that people and programs hand in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import cast

from hypercare_desk.domain.errors import Invalid
from hypercare_desk.domain.feedback import Category, FeedbackFilter, Source, State
from hypercare_desk.domain.feedback_fields import read_field, read_instant, read_priority

_STATUS_WORDS = ("", "open", "closed")


def read_filter(status: str | None, filters: Mapping[str, object]) -> FeedbackFilter:
    """The filter for a ``status`` (open, closed, a state, empty or None for all) and words by name; raises ``Invalid``.

    Several priorities are one text with commas or a list of words.
    """
    known = {"priority", "category", "component", "source", "text", "since", "until", "external_key"}
    unknown = filters.keys() - known - {"limit", "offset"}
    if unknown:
        raise Invalid(
            f"Records cannot be filtered by “{min(unknown)}”; allowed: {', '.join(sorted(known))}, limit, offset.",
            code="unknown_filter",
        )
    plain = (status or "").strip().casefold()
    wanted = "" if plain in ("all", "any") else plain
    if wanted not in _STATUS_WORDS:
        wanted = cast(State, read_field("state", wanted)).value
    given = filters.get("priority")
    several: Iterable[object] = (
        given.split(",") if isinstance(given, str) else cast("Iterable[object]", given or ())
    )
    return FeedbackFilter(
        status=wanted,
        priority=tuple(read_priority(one) for one in several if one),
        category=cast("Category | None", read_field("category", filters.get("category"))),
        component=str(filters.get("component") or ""),
        source=cast(Source, read_field("source", filters["source"])) if filters.get("source") else None,
        text=str(filters.get("text") or ""),
        since=read_instant("since", filters.get("since")),
        until=read_instant("until", filters.get("until")),
        external_key=str(filters.get("external_key") or ""),
        limit=_whole(filters, "limit"),
        offset=_whole(filters, "offset"),
    )


def _whole(filters: Mapping[str, object], name: str) -> int:
    value = filters.get(name) or 0
    if isinstance(value, int) and value >= 0:
        return value
    raise Invalid(f"“{value}” is no {name}; write a whole number from 0.", code="invalid_number")
