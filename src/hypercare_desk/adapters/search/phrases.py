"""Phrases: words that follow each other, in titles, aliases, codes and symptoms, or anywhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from hypercare_desk.adapters.search.analysis import stemmer
from hypercare_desk.adapters.search.matching import holding_all
from hypercare_desk.adapters.search.parts import Array
from hypercare_desk.adapters.search.query import Phrase
from hypercare_desk.adapters.search.segment import Segment
from hypercare_desk.adapters.search.view import View

_MOST_BODIES = 800  # bodies read to verify one phrase
_NONE = np.zeros(0, np.int64)


class Phrases:
    """Looks for phrases in one view."""

    def __init__(self, view: View, language: str) -> None:
        self._view = view
        self._stem = stemmer(language)

    def in_heads(self, phrase: Phrase) -> Array:
        """Documents with the phrase in title, alias, code or symptoms."""
        found = [
            self._head_matches(number, segment, phrase) + base
            for number, (base, segment) in enumerate(zip(self._view.bases, self._view.segments, strict=True))
        ]
        return self._view.living(np.concatenate(found)) if found else _NONE

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
        heads = self.in_heads(phrase)
        todo = np.setdiff1d(candidates, heads)[:_MOST_BODIES]
        ranges = {id(segment): self._ranges(segment, phrase) for segment in view.segments}
        hits = [document for document in todo.tolist() if self._in_body(document, ranges)]
        found = np.union1d(heads, np.array(hits, np.int64)).astype(np.int64)
        if allowed is None:
            view.places.put(key, found, found.nbytes + 200)
        return found

    def _ranges(self, segment: Segment, phrase: Phrase) -> list[tuple[int, int]] | None:
        """For each word the numbers of its terms, from and up to; None if one is not in the segment."""
        ranges: list[tuple[int, int]] = []
        for at, word in enumerate(phrase.words):
            if phrase.unfinished and at == len(phrase.words) - 1:
                ranges.append(segment.terms.range(word.encode("utf-8", "replace")))
            else:
                number = segment.terms.find(self._stem(word).encode("utf-8", "replace"))
                ranges.append((number, number + 1) if number >= 0 else (0, 0))
            if ranges[-1][0] == ranges[-1][1]:
                return None
        return ranges

    def _head_matches(self, number: int, segment: Segment, phrase: Phrase) -> Array:
        ranges = self._ranges(segment, phrase)
        if ranges is None:
            return _NONE
        positions: list[Array] = []
        for shift, (first, last) in enumerate(ranges):
            key = ("head", number, first, last)
            known = self._view.places.get(key)
            if known is None:
                known = segment.head_positions(first, last)
                self._view.places.put(key, known, known.nbytes + 200)
            positions.append(known - shift)
        ordered = sorted(positions, key=len)
        found = ordered[0]
        for other in ordered[1:]:
            if not len(found) or not len(other):
                return _NONE
            at = np.minimum(np.searchsorted(other, found), len(other) - 1)
            found = found[other[at] == found]
        return np.unique(segment.head_owners(found)) if len(found) else _NONE

    def _in_body(self, document: int, ranges: Mapping[int, Sequence[tuple[int, int]] | None]) -> bool:
        segment, number = self._view.place(document)
        wanted = ranges[id(segment)]
        return bool(wanted) and len(follow(segment.body(number), wanted)) > 0


def follow(stream: Array, ranges: Sequence[tuple[int, int]]) -> Array:
    """Positions in ``stream`` where terms of each range follow each other."""
    at: Array | None = None
    for shift, (first, last) in enumerate(ranges):
        if at is None:
            part = stream[: max(len(stream) - len(ranges) + 1, 0)]
            at = np.flatnonzero((part >= first) & (part < last))
        else:
            part = stream[at + shift]
            at = at[(part >= first) & (part < last)]
        if not len(at):
            return _NONE
    return at if at is not None else _NONE
