"""The fields of the index: what each holds, how much a word in it weighs, and how its length counts.

True BM25F (Robertson, Zaragoza and Taylor 2004): the weighted frequencies of all fields are added before saturation.
Symptoms, error text and headings are part of the body, too, so their weight comes on top of the body's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from hypercare_desk.domain.search import Document


@dataclass(frozen=True, slots=True)
class Field:
    """One field: ``weight`` of a word in it, and ``b``, how far a long field makes each word count less (0–1).

    ``in_head``: its text is kept in the head, where the tier of phrases looks.
    """

    name: str
    weight: float
    b: float
    in_head: bool = False


FIELDS: tuple[Field, ...] = (
    Field("title", 7.0, 0.4, True),
    Field("aliases", 5.0, 0.4, True),
    Field("codes", 7.0, 0.0, True),
    Field("labels", 0.6, 0.3),
    Field("symptoms", 0.5, 0.5, True),
    Field("headings", 0.3, 0.5),
    Field("body", 1.0, 0.8),
)
NAMES: tuple[str, ...] = tuple(f.name for f in FIELDS)
K1 = 2.3

_SYMPTOMS = frozenset(
    (
        "symptom",
        "symptoms",
        "error text",
        "error",
        "error message",
        "error messages",
        "question",
        "problem",
        "when to use",
        "meaning",
        "fehlermeldung",
        "symptome",
    )
)
_HEADING = re.compile(r"^(#{1,6})[ \t]+(.+?)[ \t]*#*[ \t]*$", re.MULTILINE)
_LINK_TARGET = re.compile(
    r"\]\([^)\s]{1,2000}(?:\s+\"[^\"\n]{0,200}\")?\)"  # the address behind a link
    r"|<[/!]?[a-zA-Z][^<>\n]{0,200}>"  # an HTML tag
    r"|&[a-z]{2,6};"
)


@dataclass(frozen=True, slots=True)
class Zones:
    """The texts of one document, by field; ``aliases`` and ``codes`` are kept apart for phrases."""

    title: str
    aliases: tuple[str, ...]
    codes: tuple[str, ...]
    labels: str
    symptoms: str
    headings: str
    body: str


def zones(document: Document) -> Zones:
    """The texts of ``document`` as the index sees them: addresses behind links and HTML tags are left out."""
    body = document.body
    if "](" in body or "<" in body or "&" in body:
        body = _LINK_TARGET.sub(_between, body)
    symptoms: list[str] = []
    headings: list[str] = []
    if "#" in body:
        begun = -1
        for found in _HEADING.finditer(body):
            headings.append(found.group(2))
            if begun >= 0 and len(found.group(1)) <= 2:
                symptoms.append(body[begun : found.start()])
                begun = -1
            if len(found.group(1)) == 2 and found.group(2).strip().lower() in _SYMPTOMS:
                begun = found.end()
        if begun >= 0:
            symptoms.append(body[begun:])
    labels = " ".join((*document.tags, document.component, document.release))
    return Zones(
        document.title,
        document.aliases,
        document.codes,
        labels,
        "\n".join(symptoms),
        "\n".join(headings),
        body,
    )


def _between(found: re.Match[str]) -> str:
    return "] " if found.group().startswith("]") else " "
