"""One state of the index, opened for reading: segments side by side, numbered through. Immutable; caches inside."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Generic, TypeVar, cast

import numpy as np

from hypercare_desk.adapters.search.answers import Answer
from hypercare_desk.adapters.search.blocks import Damaged
from hypercare_desk.adapters.search.manifest import Manifest
from hypercare_desk.adapters.search.parts import Array, distinct, saturate
from hypercare_desk.adapters.search.rows import Row
from hypercare_desk.adapters.search.segment import Segment

V = TypeVar("V")
_CACHE_BYTES = 40 << 20
_ANSWER_BYTES = 12 << 20


class Cache(Generic[V]):
    """The most recently used values up to a number of bytes."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held = 0
        self._values: OrderedDict[object, tuple[V, int]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: object) -> V | None:
        """The value, now the most recently used."""
        with self._lock:
            found = self._values.get(key)
            if found is None:
                return None
            self._values.move_to_end(key)
            return found[0]

    def put(self, key: object, value: V, size: int) -> None:
        """Keep a value; the oldest ones go when it gets too much."""
        with self._lock:
            old = self._values.pop(key, None)
            self._held += size - (old[1] if old else 0)
            self._values[key] = (value, size)
            while self._held > self._most and len(self._values) > 1:
                self._held -= self._values.popitem(last=False)[1][1]


@dataclass(frozen=True, slots=True)
class Postings:
    """Documents (numbered through) and their pseudo-frequency; ``documents`` ascend, without the deleted ones."""

    documents: Array
    impact: Array
    gain: Array  # the saturated pseudo-frequency, which times the term's rarity is its score
    heads: Array  # documents that have it in title, aliases, codes or symptoms


def _postings(documents: Array, impact: Array, heads: Array) -> Postings:
    return Postings(documents, impact, saturate(impact), heads)


EMPTY = _postings(np.zeros(0, np.int64), np.zeros(0, np.float32), np.zeros(0, np.int64))


class View:
    """The segments of one generation."""

    def __init__(self, folder: Path, manifest: Manifest, old: View | None = None) -> None:
        """Open the segments; those that ``old`` has open already are taken from it. Raises ``Damaged``."""
        self.manifest = manifest
        known = dict(zip(old.files, old.segments, strict=True)) if old else {}
        self.files = tuple((manifest.index, entry.file) for entry in manifest.segments)
        opened: list[Segment] = []
        for name, entry in zip(self.files, manifest.segments, strict=True):
            segment = known.get(name)
            if segment is None:
                segment = Segment(folder / manifest.index / entry.file, (entry.size, entry.checksum))
            if segment.documents != entry.documents:
                raise Damaged(f"{entry.file} holds another number of documents than noted")
            opened.append(segment)
        self.segments = tuple(opened)
        sizes = [segment.documents for segment in opened]
        self.bases: list[int] = [sum(sizes[:n]) for n in range(len(sizes))]
        self.size = sum(sizes)
        self.alive = np.ones(self.size, bool)
        for base, entry in zip(self.bases, manifest.segments, strict=True):
            if entry.deleted:
                self.alive[base + np.array(entry.deleted, np.int64)] = False
        self.all_alive = bool(self.alive.all())
        self.documents = int(self.alive.sum())
        self.standing = self._column("standing", np.float32)
        self.is_record = self._column("is_record", bool)
        self.any_record = bool(self.is_record.any())
        self.prior = self.standing
        self.postings: Cache[Postings] = Cache(_CACHE_BYTES)
        self.places: Cache[Array] = Cache(8 << 20)  # of words in heads, and documents of phrases
        self.guesses: Cache[tuple[str, ...]] = Cache(100_000)
        self.answers: Cache[Answer] = Cache(_ANSWER_BYTES)  # people go back and forth while they type

    def set_uses(self, uses: Mapping[str, tuple[int, int]]) -> None:
        """Let articles that solved something stand a little higher (at most an eighth)."""
        prior = self.standing.copy()
        for article, (_, solved) in uses.items():
            if solved > 0:
                prior[self.keyword("id", article.lower())] *= 1 + min(0.125, 0.025 * math.log1p(solved))
        self.prior = prior
        self.answers = Cache(_ANSWER_BYTES)

    def _column(self, name: str, kind: type) -> Array:
        if not self.segments:
            return cast(Array, np.zeros(0, kind))
        columns: list[Array] = [getattr(segment, name) for segment in self.segments]
        return np.concatenate(columns)

    def place(self, document: int) -> tuple[Segment, int]:
        """The segment of a document and its number there."""
        number = bisect_right(self.bases, document) - 1
        return self.segments[number], document - self.bases[number]

    def row(self, document: int) -> Row:
        """The stored facts of a document."""
        segment, number = self.place(document)
        return segment.row(number)

    def keyword(self, name: str, value: str, prefix: bool = False) -> Array:
        """Living documents whose field has the value (or one beginning with it)."""
        found: list[Array] = [
            (segment.keyword_prefix if prefix else segment.keyword)(name, value) + base
            for base, segment in zip(self.bases, self.segments, strict=True)
        ]
        return self.living(np.concatenate(found)) if found else np.zeros(0, np.int64)

    def living(self, documents: Array) -> Array:
        """Those documents that are not deleted."""
        return documents if self.all_alive else documents[self.alive[documents]]

    def term(self, word: str) -> Postings:
        """Postings of one term."""
        known = self.postings.get(word)
        if known is not None:
            return known
        raw = word.encode("utf-8", "replace")
        documents: list[Array] = []
        impacts: list[Array] = []
        for base, segment in zip(self.bases, self.segments, strict=True):
            number = segment.terms.find(raw)
            if number >= 0:
                theirs, weights = segment.postings(number, number + 1)
                documents.append(theirs.astype(np.int64) + base)
                impacts.append(weights)
        return self._keep(word, documents, impacts)

    def frequency(self, word: str) -> int:
        """In about how many documents a term stands (deleted ones count, too)."""
        raw = word.encode("utf-8", "replace")
        total = 0
        for segment in self.segments:
            number = segment.terms.find(raw)
            if number >= 0:
                total += segment.frequency(number)
        return total

    def updated(self) -> Array:
        """The day of the last change of every document, as yyyymmdd."""
        return self._column("updated", np.int32)

    def values(self, name: str) -> tuple[str, ...]:
        """All values of a filter field."""
        return tuple(dict.fromkeys(v for segment in self.segments for v in segment.keyword_values(name)))

    def _keep(self, key: object, documents: list[Array], impacts: list[Array]) -> Postings:
        if not documents:
            found = EMPTY
        else:
            numbers = documents[0] if len(documents) == 1 else np.concatenate(documents)
            weights = impacts[0] if len(impacts) == 1 else np.concatenate(impacts)
            if not self.all_alive:
                keep = self.alive[numbers]
                numbers, weights = numbers[keep], weights[keep]
            found = _postings(numbers, np.abs(weights), numbers[weights < 0])
        self.postings.put(key, found, found.documents.nbytes * 2 + 200)
        return found

    def union(self, words: tuple[str, ...]) -> Postings:
        """Several terms as if they were one: their pseudo-frequencies are added."""
        key = ("union", words)
        known = self.postings.get(key)
        if known is not None:
            return known
        total = np.zeros(self.size, np.float32)
        for word in words:
            one = self.term(word)
            total[one.documents] += one.impact
        return self._from_dense(key, total, [self.term(word).heads for word in words])

    def prefix(self, prefix: str) -> Postings:
        """All terms that begin with ``prefix``, and terms of words as written that do, as if they were one."""
        key = ("prefix", prefix)
        known = self.postings.get(key)
        if known is not None:
            return known
        raw = prefix.encode("utf-8", "replace")
        total = np.zeros(self.size, np.float32)
        heads: list[Array] = []
        for base, segment in zip(self.bases, self.segments, strict=True):
            low, high = segment.terms.range(raw)
            theirs = total[base : base + segment.documents]
            runs = [(term, term + 1) for term in self._terms_beside(segment, raw, low, high)]
            for first, last in ((low, high), *runs) if high > low else runs:
                numbers, weights = segment.postings(first, last)
                heads.append(numbers[weights < 0].astype(np.int64) + base)
                theirs += np.bincount(numbers, np.abs(weights), segment.documents)
        if not self.all_alive:
            total[~self.alive] = 0
        return self._from_dense(key, total, heads)

    @staticmethod
    def _terms_beside(segment: Segment, prefix: bytes, low: int, high: int, most: int = 64) -> list[int]:
        """Terms outside ``low``..``high`` one of whose words as written begins with ``prefix``.

        A stem may be shorter than what is typed: *connectio* begins no term, but *connection* stands for *connect*.
        """
        first, last = segment.surfaces.range(prefix)
        theirs = segment.surface_term[first:last]
        outside = theirs[(theirs < low) | (theirs >= high)]
        return distinct(outside)[:most].tolist() if len(outside) else []

    def _from_dense(self, key: object, total: Array, heads: list[Array]) -> Postings:
        numbers = np.flatnonzero(total)
        in_heads = self.living(distinct(np.concatenate(heads))) if heads else EMPTY.heads
        found = _postings(numbers, total[numbers], in_heads)
        self.postings.put(key, found, found.documents.nbytes * 2 + 200)
        return found
