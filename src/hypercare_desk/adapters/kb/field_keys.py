"""Which front-matter key holds which field: reading keys into ``ArticleFields`` and back into values to write.

The layout is flat: ``created`` and ``created_by``, not a map. Dates are ISO days; a time behind the day is ignored.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import PurePosixPath
from typing import TypeVar

from hypercare_desk.adapters.kb.front_matter import FrontMatter, KeyText
from hypercare_desk.adapters.kb.yaml_shapes import Node
from hypercare_desk.domain.article import (
    ARTICLE_ID,
    KIND_OF_PREFIX,
    ArticleFields,
    Audience,
    Confidence,
    Kind,
    Stamp,
    Status,
    first_heading,
)

Value = str | tuple[str, ...] | date | None
WordT = TypeVar("WordT", bound=StrEnum)

TEXTS = (
    "owner",
    "component",
    "environment",
    "product",
    "release",
    "severity",
    "affects_from",
    "fixed_in",
    "imported_from",
)
LISTS = ("tags", "aliases", "codes")
ORDER = (
    "id",
    "kind",
    "title",
    "status",
    "confidence",
    "audience",
    "owner",
    "component",
    "environment",
    "product",
    "release",
    "severity",
    "tags",
    "aliases",
    "codes",
    "affects_from",
    "fixed_in",
    "valid_until",
    "review_by",
    "imported_from",
    "created",
    "created_by",
    "updated",
    "updated_by",
    "validated",
    "validated_by",
)
_DAY = re.compile(r"^(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].{0,40})?$")
_ID_IN_NAME = re.compile(r"^((?:KI|WA|FAQ|HT|SP|RF|LL|TN)-\d{4,9})(?:-.*)?\.md$", re.IGNORECASE)


def id_in_name(path: str) -> str:
    """The article id that a file name starts with (``KI-0007-title.md``), or empty."""
    found = _ID_IN_NAME.match(PurePosixPath(path).name)
    return found.group(1).upper() if found else ""


@dataclass(slots=True)
class _Reader:
    """Takes values out of front matter and notes, a sentence each, what it could not take."""

    matter: FrontMatter
    problems: list[str] = field(default_factory=list[str])

    def node(self, key: str) -> tuple[Node, KeyText] | None:
        found = self.matter.keys.get(key)
        if found is None or found.entry.value.empty:
            return None
        return found.entry.value, found

    def complain(self, key: str, what: str, found: KeyText) -> None:
        self.problems.append(f"Front matter, line {found.line}: the key {key} {what}; it is kept as it is.")

    def text(self, key: str) -> str:
        found = self.node(key)
        if not found:
            return ""
        value, where = found
        if value.shape == "text":
            return value.text.strip()
        if value.shape == "list" and len(value.items) == 1 and value.items[0].shape == "text":
            return value.items[0].text.strip()
        self.complain(key, "should be one text", where)
        return ""

    def texts(self, key: str, separator: str) -> tuple[str, ...]:
        found = self.node(key)
        if not found:
            return ()
        value, where = found
        if value.shape == "text":
            parts = value.text.split(separator)
        elif value.shape == "list" and all(item.shape == "text" for item in value.items):
            parts = [item.text for item in value.items if not item.empty]
        else:
            self.complain(key, "should be a list of texts", where)
            return ()
        return tuple(dict.fromkeys(part.strip() for part in parts if part.strip()))

    def day(self, key: str) -> date | None:
        found = self.node(key)
        if not found:
            return None
        match = _DAY.match(found[0].text) if found[0].shape == "text" else None
        try:
            if match:
                return date(int(match.group(1)), int(match.group(2)), int(match.group(3)))
        except ValueError:
            pass
        self.complain(key, f"is “{found[0].text:.40}” and should be a day such as 2026-11-30", found[1])
        return None

    def word(self, key: str, words: Callable[[str], WordT], default: WordT) -> WordT:
        found = self.node(key)
        if not found:
            return default
        value, where = found
        given = re.sub(r"[\s_]+", "-", value.text.strip().casefold())[:80] if value.shape == "text" else ""
        try:
            return words(given)
        except ValueError:
            allowed = ", ".join(type(default))
            self.complain(
                key, f"is “{value.text:.40}” and should be one of {allowed} ({default} is used)", where
            )
            return default


def read_fields(matter: FrontMatter, body: str, path: str) -> tuple[ArticleFields, tuple[str, ...]]:
    """The fields of the file at ``path``, with defaults from its name and folder, and what was not understood."""
    reader = _Reader(matter, list(matter.problems))
    article_id = reader.text("id")
    if article_id and not ARTICLE_ID.match(article_id):
        reader.complain("id", f"is “{article_id:.40}” and should look like KI-0007", matter.keys["id"])
        article_id = ""
    article_id = article_id or id_in_name(path)
    fields = ArticleFields(
        title=" ".join(reader.text("title").split()) or fallback_title(body, path),
        kind=reader.word("kind", Kind, _kind_from(article_id, path)),
        id=article_id,
        status=reader.word("status", Status, Status.DRAFT),
        confidence=reader.word("confidence", Confidence, Confidence.NOT_VALIDATED),
        audience=reader.word("audience", Audience, Audience.SUPPORT),
        tags=reader.texts("tags", ","),
        aliases=reader.texts("aliases", "\n"),
        codes=reader.texts("codes", ","),
        valid_until=reader.day("valid_until"),
        review_by=reader.day("review_by"),
        created=Stamp(reader.day("created"), reader.text("created_by")),
        updated=Stamp(reader.day("updated"), reader.text("updated_by")),
        validated=Stamp(reader.day("validated"), reader.text("validated_by")),
        **{key: reader.text(key) for key in TEXTS},
    )
    return fields, tuple(reader.problems)


def fallback_title(body: str, path: str) -> str:
    """A title for a text without one: its first heading, else its file's name."""
    return first_heading(body) or PurePosixPath(path).stem.replace("_", " ").strip() or "Untitled"


def values_of(fields: ArticleFields) -> Mapping[str, Value]:
    """Key → value for every key the application knows; empty text, empty list and None mean: not set."""
    values: dict[str, Value] = {
        "id": fields.id,
        "kind": str(fields.kind),
        "title": fields.title,
        "status": str(fields.status),
        "confidence": str(fields.confidence),
        "audience": str(fields.audience),
        "tags": fields.tags,
        "aliases": fields.aliases,
        "codes": fields.codes,
        "valid_until": fields.valid_until,
        "review_by": fields.review_by,
    }
    for key in TEXTS:
        values[key] = getattr(fields, key)
    for key in ("created", "updated", "validated"):
        stamp: Stamp = getattr(fields, key)
        values[key], values[f"{key}_by"] = stamp.on, stamp.by
    return values


def _kind_from(article_id: str, path: str) -> Kind:
    prefix = article_id.partition("-")[0]
    if prefix in KIND_OF_PREFIX:
        return KIND_OF_PREFIX[prefix]
    folder = PurePosixPath(path).parts[0] if "/" in path else ""
    return Kind(folder) if folder in set(Kind) else Kind.REFERENCE
