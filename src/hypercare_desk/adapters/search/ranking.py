"""Ranking: true BM25F over the postings, then tiers (search.md, "What a person expects" 2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hypercare_desk.adapters.search.answers import Ranked
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

_RECORD_STEP = np.float32(4_000)  # records stand below articles of the same tier
_NONE = np.zeros(0, np.int64)
_RECORD_FACTOR = 0.5  # and count half where words are missing
# Up to this many words "all words" stands strictly above "some words". In longer questions people use words that no
# article needs: there it is worth a little, which relevance on every judged collection bears out.
_STRICT_WORDS = 3
_ALL_WORDS_BONUS = 0.05


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
    picker = _Picker(view, scores, limit)
    if not total:
        return picker.ranked(0)
    complete = complete_documents(view, matches)
    picker.pick(special.exact, Tier.EXACT)
    picker.pick(special.phrase, Tier.PHRASE)
    if words <= _STRICT_WORDS:
        picker.pick(complete.whole, Tier.ALL_WORDS)
        picker.pick(complete.begun, Tier.PREFIX)
        picker.pick_rest(matches)
    else:
        scores[complete.whole] *= np.float32(1 + _ALL_WORDS_BONUS)
        picker.pick_rest(matches, complete)
    return picker.ranked(total)


@dataclass(frozen=True, slots=True)
class Complete:
    """Documents that hold every word that counts: as typed, or with the last one as a beginning."""

    whole: Array
    begun: Array


def complete_documents(view: View, matches: Sequence[Match]) -> Complete:
    """Which documents hold all the words."""
    needed = [match for match in matches if match.counts]
    if not needed:
        return Complete(_NONE, _NONE)
    whole = holding_all(view.size, [m.whole.documents for m in needed])
    if not any(len(match.begun.documents) for match in needed):
        return Complete(whole, _NONE)
    either = [m.begun.documents if len(m.begun.documents) else m.whole.documents for m in needed]
    return Complete(whole, holding_all(view.size, either))


class _Picker:
    """Takes the best documents tier by tier until there are enough. A document that was considered scores 0 then."""

    def __init__(self, view: View, scores: Array, limit: int) -> None:
        self._view = view
        self._scores = scores
        self._limit = limit
        self._documents: list[int] = []
        self._values: list[float] = []
        self._tiers: list[Tier] = []

    def pick(self, documents: Array, tier: Tier) -> None:
        """The best of ``documents``; records below articles."""
        if len(self._documents) >= self._limit or not len(documents):
            return
        values = self._scores[documents]
        here = values > 0
        if not here.all():
            documents, values = documents[here], values[here]
        order = values
        if self._view.any_record:
            order = values - _RECORD_STEP * self._view.is_record[documents]
        best = _best(order, documents, self._limit - len(self._documents))
        self._take(documents[best], values[best], [tier] * len(best))
        self._scores[documents] = 0

    def pick_rest(self, matches: Sequence[Match], complete: Complete | None = None) -> None:
        """The best of all others by score alone; what was only guessed comes last."""
        if len(self._documents) >= self._limit:
            return
        guesses = [match for match in matches if len(match.guessed.documents)]
        if guesses:
            typed = np.zeros(self._view.size, bool)
            for match in matches:
                for postings in (match.whole, match.begun, match.beside):
                    typed[postings.documents] = True
            self._pick_scored(np.flatnonzero((self._scores > 0) & typed), complete, Tier.SOME_WORDS)
            self._pick_scored(np.flatnonzero(self._scores), None, Tier.TYPO)
        else:
            self._pick_scored(np.flatnonzero(self._scores), complete, Tier.SOME_WORDS)

    def _pick_scored(self, documents: Array, complete: Complete | None, tier: Tier) -> None:
        room = self._limit - len(self._documents)
        if room <= 0 or not len(documents):
            return
        values = self._scores[documents]
        order = values
        if self._view.any_record:
            order = values * (1 - (1 - _RECORD_FACTOR) * self._view.is_record[documents]).astype(np.float32)
        best = _best(order, documents, room)
        chosen = documents[best]
        tiers = [tier] * len(chosen)
        if complete is not None:
            tiers = _never_better(chosen, complete)
        self._take(chosen, values[best], tiers)
        self._scores[chosen] = 0

    def _take(self, documents: Array, values: Array, tiers: Sequence[Tier]) -> None:
        self._documents += documents.tolist()
        self._values += values.tolist()
        self._tiers += tiers

    def ranked(self, total: int) -> Ranked:
        """What was taken."""
        return Ranked(self._documents, self._values, self._tiers, total)


def _best(order: Array, documents: Array, count: int) -> Array:
    """Places of the ``count`` largest values, largest first, earlier documents first among equals."""
    if count < len(order):
        best = np.argpartition(order, len(order) - count)[-count:]
    else:
        best = np.arange(len(order))
    return best[np.lexsort((documents[best], -order[best]))]


def _never_better(documents: Array, complete: Complete) -> list[Tier]:
    """The tier to show for each: whoever stands below a hit is never of a better tier."""
    whole, begun = set(complete.whole.tolist()), set(complete.begun.tolist())
    shown: list[Tier] = []
    least = Tier.ALL_WORDS
    for document in documents.tolist():
        tier = Tier.ALL_WORDS if document in whole else Tier.PREFIX if document in begun else Tier.SOME_WORDS
        least = max(least, tier)
        shown.append(least)
    return shown
