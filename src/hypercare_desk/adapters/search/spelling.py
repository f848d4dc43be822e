"""Typos: words of the index that are one edit away from a word (two from eight letters); swapped letters are one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from hypercare_desk.adapters.search.parts import letters_of
from hypercare_desk.adapters.search.segment import Segment
from hypercare_desk.adapters.search.view import View

_MOST_COMPARED = 4000
_MOST_STEMMED = 600
_ROOT = 5
_ENDING = 4


def edits_allowed(word: str) -> int:
    """How many edits a word may be away; short words and codes none."""
    if len(word) < 4 or len(word) > 40 or any(c.isdigit() for c in word):
        return 0
    return 2 if len(word) >= 8 else 1


def nearest(view: View, word: str, most: int, stem: Callable[[str], str]) -> tuple[str, ...]:
    """Up to ``most`` words of the index, fewest edits first, then the most used.

    Where no word is near as it is written, stems are compared: the index may know only *received* of *recieve*.
    """
    allowed = edits_allowed(word)
    if not allowed:
        return ()
    found = _near(view, lambda segment: _near_in(segment, word, allowed))
    if not found:
        root = stem(word)
        found = _near(view, lambda segment: _near_stems_in(segment, root, stem)) if len(root) >= _ROOT else {}
    if not found:
        return ()
    fewest = min(edits for edits, _ in found.values())
    ranked = sorted(
        (other for other, (edits, _) in found.items() if edits == fewest),
        key=lambda other: (other[0] != word[0], -found[other][1]),
    )
    best = found[ranked[0]][1]
    return tuple(other for other in ranked if found[other][1] * 20 >= best)[:most]


def _near(view: View, look: Callable[[Segment], list[tuple[str, int, int]]]) -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for segment in view.segments:
        for other, edits, count in look(segment):
            before = found.get(other, (edits, 0))
            found[other] = (edits, before[1] + count)
    return found


def _near_stems_in(segment: Segment, root: str, stem: Callable[[str], str]) -> list[tuple[str, int, int]]:
    """Word, edits and count for words of one segment whose stem is one edit from ``root``; endings may differ."""
    from rapidfuzz.distance import OSA

    raw = root.encode()
    lengths = segment.surface_lengths()
    letters = segment.lazy("surface_letters")
    lost = np.bitwise_count(letters_of([raw])[0] & ~letters)
    fits = (lost <= 1) & (lengths >= len(raw) - 1) & (lengths <= len(raw) + _ENDING)
    near = np.flatnonzero(fits)
    counts = segment.lazy("surface_count")
    near = near[np.argsort(-counts[near])[:_MOST_STEMMED]]
    found: list[tuple[str, int, int]] = []
    for number in near.tolist():
        other = segment.surfaces[number].decode("utf-8", "replace")
        if OSA.distance(root, stem(other), score_cutoff=1) == 1:
            found.append((other, 1, int(counts[number])))
    return found


def _near_in(segment: Segment, word: str, allowed: int) -> list[tuple[str, int, int]]:
    """Word, edits and count for words of one segment."""
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    raw = word.encode()
    near = np.flatnonzero(np.abs(segment.surface_lengths() - np.int16(len(raw))) <= allowed)
    unlike = np.bitwise_count(segment.lazy("surface_letters")[near] ^ letters_of([raw])[0])
    near = near[unlike <= 2 * allowed]
    counts = segment.lazy("surface_count")
    if len(near) > _MOST_COMPARED:
        near = near[np.argsort(-counts[near])[:_MOST_COMPARED]]
    numbers: list[int] = near.tolist()
    others = [segment.surfaces[number].decode("utf-8", "replace") for number in numbers]
    matched = process.extract_iter(word, others, scorer=OSA.distance, score_cutoff=allowed)
    return [(other, int(edits), int(counts[numbers[at]])) for other, edits, at in matched if edits]
