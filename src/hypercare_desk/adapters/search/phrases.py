"""Phrases: words that follow each other, in titles, aliases, codes and symptoms, or anywhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from hypercare_desk.adapters.search.analysis import stemmer
from hypercare_desk.adapters.search.matching import holding_all
from hypercare_desk.adapters.search.parts import Array
from hypercare_desk.adapters.search.query import Phrase
from hypercare_desk.adapters.search.segment import Range, Segment, follow
from hypercare_desk.adapters.search.view import View

_MOST_HEADS = 4000
_MOST_BODIES = 800  # bodies read to verify one phrase
_NONE = np.zeros(0, np.int64)


class Phrases:
    """Looks for phrases in one view."""

    def __init__(self, view: View, language: str) -> None:
        self._view = view
        self._stem = stemmer(language)

    def in_heads(self, phrase: Phrase, candidates: Array) -> Array:
        """Those of the candidates (ascending) that have the phrase in title, alias, code or symptoms."""
        found: list[Array] = []
        for base, segment in zip(self._view.bases, self._view.segments, strict=True):
            low, high = np.searchsorted(candidates, (base, base + segment.documents))
            if low < high:
                ranges = self._ranges(segment, phrase)
                if ranges:
                    found.append(
                        segment.follow_in_heads(candidates[low:high][:_MOST_HEADS] - base, ranges) + base
                    )
        return np.concatenate(found) if found else _NONE

    def anywhere(self, phrase: Phrase, allowed: Array | None = None) -> Array:
        """Documents with the phrase in any text; ``allowed`` masks those worth a look."""
        view = self._view
        if len(phrase.words) == 1 and not phrase.unfinished:
            return view.term(self._stem(phrase.words[0])).documents
        key = ("phrase", phrase)
        known = view.places.get(key) if allowed is None else None
        if known is not None:
            return known
        lists = [
            view.term(self._stem(word)).documents
            for word in phrase.words[: len(phrase.words) - phrase.unfinished]
        ]
        if phrase.unfinished:
            lists.append(view.prefix(phrase.words[-1]).documents)
        candidates = holding_all(view.size, lists)
        if allowed is not None:
            candidates = candidates[allowed[candidates]]
        heads = self.in_heads(phrase, candidates)
        todo = np.setdiff1d(candidates, heads)[:_MOST_BODIES]
        ranges = {id(segment): self._ranges(segment, phrase) for segment in view.segments}
        hits = [document for document in todo.tolist() if self._in_body(document, ranges)]
        found = np.union1d(heads, np.array(hits, np.int64)).astype(np.int64)
        if allowed is None:
            view.places.put(key, found, found.nbytes + 200)
        return found

    def _ranges(self, segment: Segment, phrase: Phrase) -> list[Range] | None:
        """For each word the numbers of its terms; None if one is not in the segment."""
        ranges: list[Range] = []
        for at, word in enumerate(phrase.words):
            number = segment.terms.find(self._stem(word).encode("utf-8", "replace"))
            if phrase.unfinished and at == len(phrase.words) - 1:
                low, high = segment.terms.range(word.encode("utf-8", "replace"))
                ranges.append((low, high, number))
            else:
                ranges.append((number, number + 1, number))
            low, high, _ = ranges[-1]
            if number < 0 and (low == high or high == 0):
                return None
        return ranges

    def _in_body(self, document: int, ranges: Mapping[int, Sequence[Range] | None]) -> bool:
        segment, number = self._view.place(document)
        wanted = ranges[id(segment)]
        return bool(wanted) and len(follow(segment.body(number), wanted)) > 0
