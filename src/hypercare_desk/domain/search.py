"""What a search answers: hits with the reason they are there, in tiers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum


class Tier(IntEnum):
    """Why a hit stands where it stands; lower is better (search.md, "What a person expects" 2)."""

    EXACT = 1
    PHRASE = 2
    ALL_WORDS = 3
    PREFIX = 4
    SOME_WORDS = 5
    TYPO = 6


@dataclass(frozen=True, slots=True)
class Marked:
    """Text with the character ranges ``(start, end)`` in it that match the query."""

    text: str
    marks: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """One thing to be found: an article, a feedback record or a post-mortem.

    ``key`` is unique in the index: for articles the path under ``kb/``, for records ``record:<id>``.
    ``path`` is the file to read snippets from (relative to ``kb/``), empty when ``body`` is kept elsewhere.
    Dates are ISO ``yyyy-mm-dd`` or empty.
    """

    key: str
    id: str
    kind: str
    title: str
    body: str
    path: str = ""
    aliases: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    status: str = ""
    confidence: str = ""
    audience: str = ""
    component: str = ""
    owner: str = ""
    release: str = ""
    valid_until: str = ""
    updated: str = ""
    validated: str = ""


@dataclass(frozen=True)
class Hit:
    """One result. ``score`` compares only inside one answer; ``snippet`` and ``title_marked`` are made on demand.

    ``used``/``solved`` count how often somebody said the article helped or was tried.
    """

    id: str
    kind: str
    title: str
    score: float
    tier: Tier
    path: str = ""
    status: str = ""
    confidence: str = ""
    audience: str = ""
    component: str = ""
    release: str = ""
    valid_until: str = ""
    updated: str = ""
    validated: str = ""
    used: int = 0
    solved: int = 0
    passage: Callable[[], Marked] = field(default=lambda: Marked(""), repr=False, compare=False)
    heading: Callable[[], Marked] = field(default=lambda: Marked(""), repr=False, compare=False)

    @property
    def snippet(self) -> str:
        """The best passage of the text as plain text (read when asked for)."""
        return self.passage().text


@dataclass(frozen=True, slots=True)
class Found:
    """The answer to one query. ``total`` counts all matches; ``suggestion`` is a "did you mean" or empty.

    ``words`` gives per query word how many documents hold it; ``stale`` is how many documents the index is behind.
    """

    query: str
    hits: tuple[Hit, ...] = ()
    total: int = 0
    suggestion: str = ""
    words: tuple[tuple[str, int], ...] = ()
    stale: int = 0
    milliseconds: float = 0.0


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """The health of the index: documents in it, how many files it is behind, bytes on disk, what was repaired."""

    documents: int
    behind: int
    bytes: int
    healthy: bool
    note: str = ""
