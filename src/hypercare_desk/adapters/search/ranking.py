"""Ranking: true BM25F over the postings, then tiers (search.md, "What a person expects" 2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

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


def rank(view: View, matches: Sequence[Match], special: Special, allowed: Array | None, limit: int) -> Ranked:
    """The best ``limit`` documents; ``allowed`` masks those that pass the filters."""
    scores = scores_of(view, matches)
    for documents in (special.exact, special.phrase):
        scores[documents] = np.maximum(scores[documents], np.float32(1e-3))
    if allowed is not None:
        scores[~allowed] = 0
    scores *= view.prior
    total = int(np.count_nonzero(scores))
    if not total:
        return Ranked([], [], [], 0)
    tiers = _tiers(view, matches, special)
    order = scores - _TIER_STEP * tiers
    if view.any_record:
        strict = tiers < Tier.SOME_WORDS
        order[view.is_record & strict] -= _RECORD_STEP
        weak = view.is_record & ~strict
        order[weak] -= scores[weak] * (1 - _RECORD_FACTOR)
    order[scores == 0] = -np.inf
    count = min(limit, total)
    best = (
        np.argpartition(order, len(order) - count)[-count:] if count < len(order) else np.arange(len(order))
    )
    best = best[np.lexsort((best, -order[best]))][:count]
    return Ranked(
        best.tolist(), scores[best].astype(float).tolist(), [Tier(int(t)) for t in tiers[best]], total
    )


def _tiers(view: View, matches: Sequence[Match], special: Special) -> Array:
    """The tier of every document that has a score."""
    guessed = any(len(match.guessed.documents) for match in matches)
    tiers = np.full(view.size, Tier.SOME_WORDS, np.int8)
    if guessed:
        tiers[:] = Tier.TYPO
        for match in matches:
            tiers[match.whole.documents] = Tier.SOME_WORDS
            tiers[match.begun.documents] = Tier.SOME_WORDS
    needed = [match for match in matches if match.counts]
    if needed and not guessed:
        begun = [m for m in needed if len(m.begun.documents)]
        if begun:
            either = [m.begun.documents if len(m.begun.documents) else m.whole.documents for m in needed]
            tiers[holding_all(view.size, either)] = Tier.PREFIX
        tiers[holding_all(view.size, [m.whole.documents for m in needed])] = Tier.ALL_WORDS
    tiers[special.phrase] = Tier.PHRASE
    tiers[special.exact] = Tier.EXACT
    return tiers
