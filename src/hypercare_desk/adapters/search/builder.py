"""Building a segment from documents: words are counted in whole columns, not one posting at a time."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

import numpy as np

from hypercare_desk.adapters.search.analysis import cut, known_pieces, stemmer, take_apart
from hypercare_desk.adapters.search.fields import FIELDS, zones
from hypercare_desk.adapters.search.folding import fold
from hypercare_desk.adapters.search.parts import SEPARATOR, Array, Parts
from hypercare_desk.adapters.search.rows import RECORD_KINDS, day_number, keywords, pack_row, standing
from hypercare_desk.domain.search import Document

_TF_MOST = 255


class _Chunks(dict[bytes, int]):
    """Chunk → number; a chunk met for the first time is taken apart. Number 0 is the separator."""

    def __init__(self) -> None:
        super().__init__()
        self.surfaces: dict[str, int] = {"": 0}
        self.words: list[list[int]] = [[0]]
        self.extras: list[list[int]] = [[]]

    def __missing__(self, chunk: bytes) -> int:
        pieces = take_apart(chunk)
        number = len(self.words)
        self.words.append([self._surface(word) for word in pieces.words])
        self.extras.append([self._surface(word) for word in pieces.extras])
        self[chunk] = number
        return number

    def whole(self, name: str) -> int:
        """An id as one word, with its number beside it: its letters stand in every id and say nothing."""
        key = b"\0" + name.encode("utf-8", "replace")
        number = self.get(key)
        if number is None:
            pieces = take_apart(name.encode("utf-8", "replace"))
            number = self[key] = len(self.words)
            numbers = [word for word in pieces.words if word.isdigit()]
            self.words.append([self._surface(pieces.code or fold(name))] if name else [])
            self.extras.append([self._surface(word) for word in numbers])
        return number

    def _surface(self, word: str) -> int:
        return self.surfaces.setdefault(word, len(self.surfaces))


class Builder:
    """Collects documents; ``finish`` gives the segment's parts."""

    def __init__(self, language: str) -> None:
        self._stem = stemmer(language)
        self._chunks = _Chunks()
        self._fields: list[list[Array]] = [[] for _ in FIELDS]
        self._heads: list[Array] = []
        self._rows: list[bytes] = []
        self._texts: list[bytes] = []
        self._keywords: dict[bytes, list[int]] = {}
        self._facts: list[tuple[int, float, bool]] = []
        self.characters = 0

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, document: Document) -> None:
        """Count the words of one document."""
        number = len(self._rows)
        texts = zones(document)
        self.characters += len(texts.body)
        columns: tuple[Array, ...] = (
            self._cut(texts.title),
            self._cut_many(texts.aliases),
            np.append(self._cut_many(texts.codes), np.array([0, self._chunks.whole(document.id)], np.int32)),
            self._cut(texts.labels),
            self._cut(texts.symptoms),
            self._cut(texts.headings),
            self._cut(texts.body),
        )
        for column, chunks in zip(self._fields, columns, strict=True):
            column.append(chunks)
        gap = np.zeros(1, np.int32)
        self._heads.append(
            np.concatenate((columns[0], gap, columns[1], gap, columns[2], gap, columns[4], gap))
        )
        self._rows.append(pack_row(document))
        self._texts.append(b"" if document.path else document.body.encode("utf-8", "replace"))
        for name, value in keywords(document):
            entry = f"{name}\0{value}".encode("utf-8", "replace")
            self._keywords.setdefault(entry, []).append(number)
        for name, value in ("code", document.id), *(("code", c) for c in document.codes):
            self._add_exact(name, value, number)
        for value in (document.title, *document.aliases):
            self._add_exact("name", value, number)
        self._facts.append((day_number(document.updated), standing(document), document.kind in RECORD_KINDS))

    def _add_exact(self, name: str, value: str, number: int) -> None:
        whole = exact_form(value)
        if whole:
            numbers = self._keywords.setdefault(f"={name}\0{whole}".encode(), [])
            if not numbers or numbers[-1] != number:
                numbers.append(number)

    def _cut(self, text: str) -> Array:
        chunks = cut(text)
        return np.fromiter(map(self._chunks.__getitem__, chunks), np.int32, len(chunks))

    def _cut_many(self, texts: Sequence[str]) -> Array:
        if not texts:
            return np.zeros(0, np.int32)
        columns: list[Array] = []
        for text in texts:
            columns += (self._cut(text), np.zeros(1, np.int32))
        return np.concatenate(columns[:-1])

    def finish(self) -> Parts:
        """The parts of the segment."""
        known = self._chunks
        surfaces = [surface.encode("utf-8", "replace") for surface in known.surfaces]
        terms = [self._stem(surface).encode("utf-8", "replace") for surface in known.surfaces]
        ordered = sorted(set(terms[1:]))
        place = {term: number for number, term in enumerate(ordered)}
        term_of = np.fromiter((place.get(term, SEPARATOR) for term in terms), np.int32, len(terms))
        term_of[0] = SEPARATOR
        words = _Ragged(known.words)
        extras = _Ragged(known.extras)
        count = len(self._rows)
        posting_term, posting_document, tf, lengths, seen, body = self._postings(
            words, extras, term_of, count, len(ordered)
        )
        head, head_ends = _heads(self._heads, words, term_of)
        order = sorted(range(1, len(surfaces)), key=surfaces.__getitem__)
        entries = sorted(self._keywords)
        facts = self._facts
        return Parts(
            documents=count,
            terms=ordered,
            posting_term=posting_term,
            posting_document=posting_document,
            tf=tf,
            lengths=lengths,
            surfaces=[surfaces[i] for i in order],
            surface_term=term_of[order],
            surface_count=seen[order],
            head=head,
            head_ends=head_ends,
            body=body,
            body_ends=_ends(lengths[-1]),
            rows=self._rows,
            texts=self._texts,
            keywords=entries,
            keyword_documents=[np.array(sorted(set(self._keywords[entry])), np.int32) for entry in entries],
            updated=np.array([f[0] for f in facts], np.int32),
            standing=np.array([f[1] for f in facts], np.float32),
            is_record=np.array([f[2] for f in facts], np.uint8),
        )

    def _postings(
        self, words: _Ragged, extras: _Ragged, term_of: Array, count: int, terms: int
    ) -> tuple[Array, Array, Array, Array, Array, Array]:
        """Postings by term and document with a frequency per field; then field lengths, uses of each surface, and the
        terms of the bodies in reading order."""
        small = (terms + 1) * max(count, 1) < 2**31
        kind = np.int32 if small else np.int64
        lengths = np.zeros((len(FIELDS), count), np.int32)
        seen = np.zeros(len(term_of), np.int64)
        by_field: list[tuple[Array, Array]] = []
        body = np.zeros(0, np.int32)
        for number, cuts in enumerate(self._fields):
            chunks = np.concatenate(cuts) if cuts else np.zeros(0, np.int32)
            documents = np.repeat(np.arange(count, dtype=kind), [len(c) for c in cuts])
            keys: list[Array] = []
            for ragged in (words, extras):
                surfaces, owners = ragged.expand(chunks, documents)
                real = term_of[surfaces]
                if ragged is words:
                    body = real  # the last field's stays
                    lengths[number] = np.bincount(owners[real >= 0], minlength=count)
                seen += np.bincount(surfaces, minlength=len(term_of))
                keep = real >= 0
                keys.append(real[keep].astype(kind) * kind(count) + owners[keep])
            by_field.append(_counted(np.concatenate(keys)))
        union = _counted(np.concatenate([keys for keys, _ in by_field]))[0]
        tf = np.zeros((len(FIELDS), len(union)), np.uint8)
        for number, (known, counts) in enumerate(by_field):
            tf[number, np.searchsorted(union, known)] = np.minimum(counts, _TF_MOST)
        each = max(count, 1)
        return (union // each).astype(np.int32), (union % each).astype(np.int32), tf, lengths, seen, body


def _heads(columns: Sequence[Array], words: _Ragged, term_of: Array) -> tuple[Array, Array]:
    """Each document's head as terms in reading order, and where each ends (beginning with 0)."""
    count = len(columns)
    chunks = np.concatenate(columns) if columns else np.zeros(0, np.int32)
    owners = np.repeat(np.arange(count, dtype=np.int32), [len(c) for c in columns])
    surfaces, owners = words.expand(chunks, owners)
    return term_of[surfaces], _ends(np.bincount(owners, minlength=count))


def _ends(lengths: Array) -> Array:
    return np.concatenate((np.zeros(1, np.int64), np.cumsum(lengths, dtype=np.int64)))


class _Ragged:
    """Lists of different lengths in one column, looked up by number all at once."""

    def __init__(self, lists: list[list[int]]) -> None:
        self.sizes = np.fromiter(map(len, lists), np.int32, len(lists))
        self._starts = np.fromiter(accumulate(map(len, lists[:-1]), initial=0), np.int32, len(lists))
        self._mostly_empty = int(np.count_nonzero(self.sizes)) * 2 < len(lists)
        self._all = np.fromiter((n for one in lists for n in one), np.int32, int(self.sizes.sum()))

    def expand(self, numbers: Array, owners: Array) -> tuple[Array, Array]:
        """The lists of ``numbers``, one after the other, and the owner of each element."""
        sizes = self.sizes[numbers]
        if self._mostly_empty:
            there = np.flatnonzero(sizes)
            numbers, owners, sizes = numbers[there], owners[there], sizes[there]
        ends = np.cumsum(sizes, dtype=np.int32)
        begins = np.repeat(self._starts[numbers] - (ends - sizes), sizes)
        begins += np.arange(len(begins), dtype=np.int32)
        return self._all[begins], np.repeat(owners, sizes)


def _counted(keys: Array) -> tuple[Array, Array]:
    """The distinct keys in order, and how often each came."""
    ordered = np.sort(keys)
    starts = (
        np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1]))
        if len(ordered)
        else np.zeros(0, np.int64)
    )
    return ordered[starts], np.diff(np.append(starts, len(ordered)))


def exact_form(text: str) -> str:
    """A short text as one string that equals that of any other way to write it: its words with single blanks."""
    words = [word for chunk in cut(text[:400]) for word in known_pieces(chunk).words]
    return " ".join(words)
