"""Ranking: true BM25F over the postings, then tiers (search.md, "What a person expects" 2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hypercare_desk.adapters.search.feedback_terms import FEWEST_WORDS, add_borrowed
from hypercare_desk.adapters.search.matching import (
    BEGINNING_WEIGHT,
    SYNONYM_WEIGHT,
    TYPO_WEIGHT,
    Match,
    holding_all,
    rarity,
)
from hypercare_desk.adapters.search.parts import Array
from hypercare_desk.adapters.search.view import Postings, View
from hypercare_desk.domain.search import Tier

_TIER_STEP = 10_000.0  # larger than any score
_RECORD_STEP = 4_000.0  # records stand below articles of the same tier
_RECORD_FACTOR = 0.5  # and count half where words are missing
# Up to this many words "all words" stands strictly above "some words". In longer questions people use words that no
# article needs: there it is worth a little, which relevance on every judged collection bears out.
_STRICT_WORDS = 3
_ALL_WORDS_BONUS = 0.05


_TIERS = {int(tier): tier for tier in Tier}


@dataclass(frozen=True, slots=True)
class Ranked:
    """The best documents in order, with score and tier, and how many were found in all."""

    documents: list[int]
    scores: list[float]
    tiers: list[Tier]
    total: int


@dataclass(frozen=True, slots=True)
class Special:
    """Documents that stand above others, each found elsewhere: by id or code, by phrase."""

    exact: Array
    phrase: Array


def scores_of(view: View, matches: Sequence[Match]) -> Array:
    """BM25F score of every document."""
    scores = np.zeros(view.size, np.float32)
    for match in matches:
        begun_weight = BEGINNING_WEIGHT if len(match.whole.documents) else 1.0
        _add(view, scores, match.whole, 1.0)
        _add(view, scores, match.begun, begun_weight)
        _add(view, scores, match.beside, SYNONYM_WEIGHT)
        _add(view, scores, match.guessed, TYPO_WEIGHT)
    return scores


def _add(view: View, scores: Array, postings: Postings, weight: float) -> None:
    if len(postings.documents):
        scores[postings.documents] += postings.gain * np.float32(weight * rarity(view, postings))


def rank(
    view: View,
    matches: Sequence[Match],
    special: Special,
    allowed: Array | None,
    limit: int,
    *,
    borrow: bool = True,
) -> Ranked:
    """The best ``limit`` documents; ``allowed`` masks those that pass the filters; ``borrow``: feedback terms, too."""
    scores = scores_of(view, matches)
    words = sum(match.counts for match in matches)
    if words >= FEWEST_WORDS and borrow:
        add_borrowed(view, scores, words)
    for documents in (special.exact, special.phrase):
        scores[documents] = np.maximum(scores[documents], np.float32(1e-3))
    if allowed is not None:
        scores[~allowed] = 0
    scores *= view.prior
    total = int(np.count_nonzero(scores))
    if not total:
        return Ranked([], [], [], 0)
    tiers = _tiers(view, matches, special)
    steps = tiers
    if words > _STRICT_WORDS:
        steps = np.where(tiers == Tier.TYPO, Tier.TYPO, np.minimum(tiers, Tier.ALL_WORDS))
        scores[tiers == Tier.ALL_WORDS] *= 1 + _ALL_WORDS_BONUS
    order = scores - _TIER_STEP * steps
    if view.any_record:
        strict = steps < Tier.SOME_WORDS
        order[view.is_record & strict] -= _RECORD_STEP
        weak = view.is_record & ~strict
        order[weak] -= scores[weak] * (1 - _RECORD_FACTOR)
    order[scores == 0] = -np.inf
    count = min(limit, total)
    best = (
        np.argpartition(order, len(order) - count)[-count:] if count < len(order) else np.arange(len(order))
    )
    best = best[np.lexsort((best, -order[best]))][:count]
    shown = np.maximum.accumulate(tiers[best])  # whoever stands below a hit is never of a better tier
    return Ranked(
        best.tolist(), scores[best].astype(float).tolist(), [_TIERS[t] for t in shown.tolist()], total
    )


def _tiers(view: View, matches: Sequence[Match], special: Special) -> Array:
    """The tier of every document that has a score."""
    tiers = np.full(view.size, Tier.SOME_WORDS, np.int8)
    if any(len(match.guessed.documents) for match in matches):
        tiers[:] = Tier.TYPO
        for match in matches:
            for postings in (match.whole, match.begun, match.beside):
                tiers[postings.documents] = Tier.SOME_WORDS
    needed = [match for match in matches if match.counts]
    if needed:
        if any(len(match.begun.documents) for match in needed):
            either = [m.begun.documents if len(m.begun.documents) else m.whole.documents for m in needed]
            tiers[holding_all(view.size, either)] = Tier.PREFIX
        tiers[holding_all(view.size, [m.whole.documents for m in needed])] = Tier.ALL_WORDS
    tiers[special.phrase] = Tier.PHRASE
    tiers[special.exact] = Tier.EXACT
    return tiers
