"""What a query found, as numbers: what ranking gives, and what is kept and made into hits."""

from __future__ import annotations

from dataclasses import dataclass

from hypercare_desk.domain.search import Tier


@dataclass(frozen=True, slots=True)
class Ranked:
    """The best documents in order, with score and tier, and how many were found in all."""

    documents: list[int]
    scores: list[float]
    tiers: list[Tier]
    total: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What a query found, small enough to be kept: numbers, and the terms and beginnings of words to mark."""

    ranked: Ranked
    terms: tuple[str, ...] = ()
    beginnings: tuple[str, ...] = ()
    words: tuple[tuple[str, int], ...] = ()
    suggestion: str = ""

    @property
    def size(self) -> int:
        """About how many bytes it takes."""
        return 600 + 120 * len(self.ranked.documents) + 100 * (len(self.terms) + len(self.words))
