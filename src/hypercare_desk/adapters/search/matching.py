"""From the words of a query to documents: whole words, other spellings, beginnings of words, typos, synonyms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hypercare_desk.adapters.search.analysis import stemmer
from hypercare_desk.adapters.search.folding import other_spellings
from hypercare_desk.adapters.search.parts import Array
from hypercare_desk.adapters.search.query import Clause, Word
from hypercare_desk.adapters.search.spelling import nearest
from hypercare_desk.adapters.search.view import EMPTY, Postings, View

SYNONYM_WEIGHT = 0.5
TYPO_WEIGHT = 0.5
BEGINNING_WEIGHT = 0.15  # of words that go on, when the word is also there as typed
_SPELLINGS = 3
_FEW = 2  # a word in no more documents than this may be a typo that somebody else made, too,
_MORE_THAN = 25  # if a word like it is in that many times more


@dataclass(frozen=True, slots=True)
class Match:
    """What one clause finds. ``whole``: the word as typed (any inflection); ``begun``: words that begin with it;
    ``beside``: synonyms; ``guessed``: by a typo. ``instead`` is the likeliest right spelling, if it was guessed."""

    word: str
    counts: bool
    whole: Postings
    begun: Postings = EMPTY
    beside: Postings = EMPTY
    guessed: Postings = EMPTY
    instead: str = ""
    code: bool = False

    @property
    def frequency(self) -> int:
        """How many documents hold the word, whole or begun."""
        return max(len(self.whole.documents), len(self.begun.documents))


class Matcher:
    """Looks up clauses in one view."""

    def __init__(self, view: View, language: str, synonyms: Mapping[str, Sequence[str]]) -> None:
        self._view = view
        self._stem = stemmer(language)
        self._synonyms = synonyms

    def term(self, word: Word) -> str:
        """The term a word stands for in the index."""
        return word.surface if word.code else self._stem(word.surface)

    def match(self, clause: Clause, guess: bool = True) -> Match:
        """What the clause finds, each way; ``guess``: also by typo."""
        view = self._view
        terms = tuple(dict.fromkeys(self.term(word) for word in clause.words))
        whole = view.term(terms[0]) if len(terms) == 1 else view.union(terms)
        name = clause.words[0].surface
        code = any(word.code for word in clause.words)
        if len(whole.documents) == 0:
            others = tuple(
                term
                for word in clause.words
                if not word.code
                for term in map(self._stem, other_spellings(word.surface))
                if len(view.term(term).documents)
            )
            if others:
                whole = view.union(others[:_SPELLINGS])
        begun = EMPTY
        last = clause.words[-1]
        if last.unfinished or (code and clause.counts and not len(whole.documents) and len(name) > 3):
            begun = view.prefix(last.surface)
        beside = self._beside(clause)
        guessed, instead = EMPTY, ""
        few = max(len(whole.documents), len(begun.documents))
        if guess and few <= _FEW and clause.counts and len(clause.words) == 1 and not clause.phrases:
            guessed, instead = self._guess(name)
            if few and len(guessed.documents) < _MORE_THAN * few:
                guessed, instead = EMPTY, ""
        return Match(name, clause.counts, whole, begun, beside, guessed, instead, code)

    def _beside(self, clause: Clause) -> Postings:
        if not self._synonyms:
            return EMPTY
        words: list[str] = []
        for word in clause.words:
            words += self._synonyms.get(word.surface, ())
        terms = tuple(dict.fromkeys(self._stem(word) for word in words[:8]))
        return self._view.union(terms) if terms else EMPTY

    def _guess(self, word: str) -> tuple[Postings, str]:
        found = self._view.guesses.get(word)
        if found is None:
            found = nearest(self._view, word, _SPELLINGS, self._stem)
            self._view.guesses.put(word, found, 200)
        if not found:
            return EMPTY, ""
        terms = tuple(dict.fromkeys(self._stem(other) for other in found))
        return self._view.union(terms), found[0]


def rarity(view: View, postings: Postings) -> float:
    """BM25's inverse document frequency, never negative."""
    return float(np.log1p((view.size - len(postings.documents) + 0.5) / (len(postings.documents) + 0.5)))


def holding_all(size: int, lists: Sequence[Array]) -> Array:
    """Documents that are in every one of the lists."""
    ordered = sorted(lists, key=len)
    found = ordered[0]
    for other in ordered[1:]:
        if len(found) == 0:
            break
        if len(found) * 20 < len(other):
            at = np.searchsorted(other, found)
            at[at == len(other)] = 0
            found = found[other[at] == found]
        else:
            here = np.zeros(size, bool)
            here[other] = True
            found = found[here[found]]
    return found
