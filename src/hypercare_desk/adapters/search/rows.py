"""What the index keeps of a document to show a result without opening its file."""

from __future__ import annotations

import json
from dataclasses import dataclass

from hypercare_desk.domain.search import Document

RECORD_KINDS = frozenset({"feedback", "post-mortem", "postmortem"})


@dataclass(frozen=True, slots=True)
class Row:
    """The stored facts of one document, in the order they are written."""

    key: str
    id: str
    kind: str
    title: str
    path: str
    status: str
    confidence: str
    audience: str
    component: str
    release: str
    valid_until: str
    updated: str
    validated: str


def pack_row(document: Document) -> bytes:
    """The stored facts as bytes (a JSON list)."""
    facts = (
        document.key,
        document.id,
        document.kind,
        document.title,
        document.path,
        document.status,
        document.confidence,
        document.audience,
        document.component,
        document.release,
        document.valid_until,
        document.updated,
        document.validated,
    )
    return json.dumps(facts, ensure_ascii=True, separators=(",", ":")).encode()


def unpack_row(raw: bytes) -> Row:
    """The facts again; raises ``ValueError`` or ``TypeError`` for bytes that ``pack_row`` did not make."""
    return Row(*json.loads(raw))


def standing(document: Document) -> float:
    """How far a document's state lifts or lowers it (a factor near 1): KCS puts what is validated first."""
    factor = {"validated": 1.03, "wip": 0.96, "archived": 0.55}.get(document.confidence, 1.0)
    if document.status == "retired":
        factor *= 0.55
    return factor


def day_number(day: str) -> int:
    """``2026-11-02`` as 20261102; 0 for anything that is no date."""
    digits = day[:10].replace("-", "")
    return int(digits) if len(digits) == 8 and digits.isascii() and digits.isdigit() else 0


def keywords(document: Document) -> list[tuple[str, str]]:
    """Field and value pairs that filters look up; values in lower case."""
    single = (
        ("key", document.key),
        ("id", document.id.lower()),
        ("kind", document.kind.lower()),
        ("status", document.status.lower()),
        ("confidence", document.confidence.lower()),
        ("audience", document.audience.lower()),
        ("component", document.component.casefold()),
        ("owner", document.owner.casefold()),
        ("release", document.release.casefold()),
    )
    several = [("tag", tag.casefold()) for tag in document.tags] + [
        ("code", c.casefold()) for c in document.codes
    ]
    return [(name, value) for name, value in (*single, *several) if value]
