"""Reading one segment: terms, postings, words as written, filters, rows. Everything read is checked (see blocks)."""

from __future__ import annotations

from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from hypercare_desk.adapters.search.blocks import ArrayFile, Damaged
from hypercare_desk.adapters.search.fields import FIELDS, NAMES
from hypercare_desk.adapters.search.parts import Array, distinct
from hypercare_desk.adapters.search.rows import Row, unpack_row

_STEP = 64


class Sorted:
    """A sorted list of byte strings that lie in one block of bytes: look-up by bisection, nothing unpacked.

    Every 64th string is kept apart, so that most of the bisection runs over a plain list.
    """

    def __init__(self, text: bytes, starts: Array) -> None:
        if len(starts) == 0 or int(starts[-1]) != len(text):
            raise Damaged("A list of words does not fit its index")
        self._text = text
        self._starts = starts.astype(np.int64).data
        self._steps = [self[number] for number in range(0, len(self), _STEP)]

    def __len__(self) -> int:
        return len(self._starts) - 1

    def __getitem__(self, number: int) -> bytes:
        return self._text[self._starts[number] : self._starts[number + 1]]

    def place(self, word: bytes) -> int:
        """How many entries are smaller than ``word``."""
        step = bisect_left(self._steps, word)
        low, high = max(step - 1, 0) * _STEP, min(step * _STEP, len(self))
        while low < high:
            middle = (low + high) // 2
            if self[middle] < word:
                low = middle + 1
            else:
                high = middle
        return low

    def find(self, word: bytes) -> int:
        """Its number, or -1."""
        at = self.place(word)
        return at if at < len(self) and self[at] == word else -1

    def range(self, prefix: bytes) -> tuple[int, int]:
        """Numbers of the first entry that begins with ``prefix`` and of the first after those."""
        return self.place(prefix), self.place(prefix + b"\xff\xff")


Range = tuple[int, int, int]
"""The terms that a word of a phrase may be: from, up to (not included), and one more (-1: none)."""


class Segment:
    """One immutable segment; safe to use from several threads."""

    def __init__(self, path: Path, expected: tuple[int, int] | None = None) -> None:
        self.file = ArrayFile(path, expected)
        facts: dict[str, Any] = self.file.facts
        self.documents = int(facts["documents"])
        self.length_sums = np.array(facts["length_sums"], np.float64)
        self.length_counts = np.array(facts["length_counts"], np.float64)
        self.terms = self._sorted("term")
        self.surfaces = self._sorted("surface")
        self.keywords = self._sorted("keyword")
        self.posting_start = self.file.part("posting_start")
        self.keyword_from = self.file.part("keyword_from")
        self.row_start = self.file.part("row_start")
        self.standing = self.file.part("standing")
        self.is_record = self.file.part("is_record").astype(bool)
        self.updated = self.file.part("updated")
        self.surface_term = self.file.part("surface_term")
        self._rows: OrderedDict[int, Row] = OrderedDict()
        self._lazy: dict[str, Array] = {}
        self._check()

    def _check(self) -> None:
        """Counts that must agree, lest a wrong file of the right shape answers."""
        file = self.file
        same = (
            len(self.posting_start) == len(self.terms) + 1,
            len(self.keyword_from) == len(self.keywords) + 1,
            len(self.row_start) == self.documents + 1,
            len(self.surface_term) == len(self.surfaces),
            file.count("standing") == file.count("is_record") == self.documents,
            int(self.posting_start[-1]) == file.count("posting_document") == file.count("posting_impact"),
        )
        if not all(same):
            raise Damaged(f"{file.path.name} contradicts itself")

    def _sorted(self, name: str) -> Sorted:
        return Sorted(self.file.part(f"{name}_text").tobytes(), self.file.part(f"{name}_start"))

    def lazy(self, name: str) -> Array:
        """A whole array, read when first asked for and kept."""
        array = self._lazy.get(name)
        if array is None:
            array = self._lazy[name] = self.file.part(name)
        return array

    def frequency(self, term: int) -> int:
        """In how many documents (deleted ones, too) a term stands."""
        return int(self.posting_start[term + 1] - self.posting_start[term])

    def postings(self, first: int, last: int) -> tuple[Array, Array]:
        """Documents and impacts of the terms ``first`` to ``last`` (not included), term after term.

        An impact below zero says that the term stands in the document's head, too.
        """
        start, stop = int(self.posting_start[first]), int(self.posting_start[last])
        return self.file.part("posting_document", start, stop), self.file.part("posting_impact", start, stop)

    def field_frequencies(self, field: int) -> Array:
        """Frequency in one field for every posting; read whole (for merging and for Whoosh's own readers)."""
        name = NAMES[field]
        values, where = self.lazy(f"tf_{name}"), self.lazy(f"tf_{name}_at")
        count = int(self.posting_start[-1])
        if len(values) == count:
            return values
        dense = np.zeros(count, np.uint8)
        dense[where] = values
        return dense

    def surface_lengths(self) -> Array:
        """Length in bytes of every word as written."""
        array = self._lazy.get("surface_lengths")
        if array is None:
            array = self._lazy["surface_lengths"] = np.diff(self.file.part("surface_start")).astype(np.int16)
        return array

    def lengths(self) -> Array:
        """Field lengths, (fields, documents)."""
        return self.lazy("lengths").reshape(len(FIELDS), self.documents)

    def keyword(self, name: str, value: str) -> Array:
        """Documents whose field ``name`` has exactly ``value``."""
        number = self.keywords.find(f"{name}\0{value}".encode("utf-8", "replace"))
        return self._keyword_documents(number, number + 1) if number >= 0 else np.zeros(0, np.int32)

    def keyword_prefix(self, name: str, value: str) -> Array:
        """Documents with a value of field ``name`` that begins with ``value``; a document may come twice."""
        return self._keyword_documents(*self.keywords.range(f"{name}\0{value}".encode("utf-8", "replace")))

    def keyword_values(self, name: str) -> list[str]:
        """All values of a field."""
        low, high = self.keywords.range(f"{name}\0".encode())
        return [self.keywords[n].split(b"\0", 1)[1].decode("utf-8", "replace") for n in range(low, high)]

    def _keyword_documents(self, first: int, last: int) -> Array:
        return self.file.part("keyword_document", int(self.keyword_from[first]), int(self.keyword_from[last]))

    def row(self, document: int) -> Row:
        """The stored facts of a document."""
        row = self._rows.get(document)
        if row is None:
            raw = self.file.part("row_text", int(self.row_start[document]), int(self.row_start[document + 1]))
            try:
                row = unpack_row(raw.tobytes())
            except (ValueError, TypeError) as error:
                raise Damaged(f"{self.file.path.name} has an unreadable row") from error
            if len(self._rows) > 4000:
                self._rows.clear()
            self._rows[document] = row
        return row

    def text(self, document: int) -> str:
        """The body of a document that has no file."""
        starts = self.lazy("text_start")
        raw = self.file.part("text_text", int(starts[document]), int(starts[document + 1]))
        return raw.tobytes().decode("utf-8", "replace")

    def follow_in_heads(self, documents: Array, ranges: Sequence[Range]) -> Array:
        """Those of the documents in whose title, aliases, codes or symptoms terms of the ranges follow each other."""
        head, ends = self.lazy("head"), self.lazy("head_ends")
        starts, sizes = ends[documents], ends[documents + 1] - ends[documents]
        shifts = np.cumsum(sizes) - sizes
        total = int(sizes.sum())
        if total * 2 < len(head):
            head = head[np.repeat(starts - shifts, sizes) + np.arange(total)]
            at = follow(head, ranges)
            return (
                np.unique(documents[np.searchsorted(shifts, at, side="right") - 1])
                if len(at)
                else documents[:0]
            )
        at = follow(head, ranges)
        owners = distinct(np.searchsorted(ends, at, side="right") - 1)
        return owners[np.isin(owners, documents)]

    def body(self, document: int) -> Array:
        """Term numbers of the body in reading order."""
        ends = self.lazy("body_ends")
        return self.file.part("body", int(ends[document]), int(ends[document + 1]))

    def keys(self) -> list[str]:
        """The key of every document, by number."""
        return [self.row(number).key for number in range(self.documents)]


def follow(stream: Array, ranges: Sequence[Range]) -> Array:
    """Positions in ``stream`` where terms of the ranges follow each other (a separator is never a term)."""
    at: Array | None = None
    for shift, (first, last, other) in enumerate(ranges):
        if at is None:
            part = stream[: max(len(stream) - len(ranges) + 1, 0)]
        else:
            part = stream[at + shift]
        if last == first + 1 == other + 1:
            here = part == first
        else:
            here = ((part >= first) & (part < last)) | ((part == other) & (part >= 0))
        at = np.flatnonzero(here) if at is None else at[here]
        if not len(at):
            return at
    return at if at is not None else np.zeros(0, np.int64)
