"""The parts of one segment in memory, before they are written: what building and merging both end with."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import numpy as np
import numpy.typing as npt

from hypercare_desk.adapters.search.fields import FIELDS, K1

Array = npt.NDArray[Any]
SEPARATOR = -1  # stands between the texts of a document's head in its stream of terms


@dataclass(frozen=True, slots=True)
class Parts:
    """One segment.

    ``terms`` and ``surfaces`` are UTF-8, sorted by bytes; postings are sorted by term, then document. ``tf`` is
    (fields, postings), ``lengths`` is (fields, documents). ``head`` (title, aliases, codes, symptoms) and ``body`` hold
    each document's terms in reading order, up to its end in ``head_ends`` and ``body_ends`` (which begin with 0).
    ``keywords`` are ``field NUL value``, sorted.
    """

    documents: int
    terms: list[bytes]
    posting_term: Array
    posting_document: Array
    tf: Array
    lengths: Array
    surfaces: list[bytes]
    surface_term: Array
    surface_count: Array
    head: Array
    head_ends: Array
    body: Array
    body_ends: Array
    rows: list[bytes]
    texts: list[bytes]
    keywords: list[bytes]
    keyword_documents: list[Array]
    updated: Array
    standing: Array
    is_record: Array


def averages(lengths: Array) -> Array:
    """The mean length of each field over the documents that have it (1 when none has)."""
    having = np.maximum((lengths > 0).sum(axis=1), 1)
    return np.maximum(lengths.sum(axis=1) / having, 1.0).astype(np.float32)


def impacts(tf: Array, posting_document: Array, lengths: Array, average: Array) -> Array:
    """The BM25F pseudo-frequency of each posting: weighted, length-normalised frequencies added over the fields."""
    total = np.zeros(tf.shape[1], np.float32)
    for number, field in enumerate(FIELDS):
        frequencies = tf[number]
        where = np.flatnonzero(frequencies)
        if not len(where):
            continue
        norm = field.weight / ((1 - field.b) + field.b * lengths[number] / average[number])
        total[where] += frequencies[where] * norm[posting_document[where]].astype(np.float32)
    return total


def saturate(frequency: Array) -> Array:
    """BM25's saturation of a pseudo-frequency, in [0, K1 + 1)."""
    return frequency * np.float32(K1 + 1) / (frequency + np.float32(K1))


def arrays_of(parts: Parts, average: Array) -> tuple[dict[str, Array], dict[str, Any]]:
    """The arrays of the segment's file, and its facts. ``average``: mean field lengths of the whole index."""
    terms = len(parts.terms)
    starts = np.searchsorted(parts.posting_term, np.arange(terms + 1)).astype(np.int64)
    ids = parts.posting_document.astype(np.int32)
    arrays: dict[str, Array] = {
        **_texts("term", parts.terms),
        "posting_start": starts,
        "posting_document": ids,
        "posting_impact": _signed(impacts(parts.tf, ids, parts.lengths, average), parts.tf),
    }
    for number, field in enumerate(FIELDS):
        where = np.flatnonzero(parts.tf[number]).astype(np.int32)
        dense = len(where) * 4 > len(ids)
        arrays[f"tf_{field.name}_at"] = np.zeros(0, np.int32) if dense else where
        arrays[f"tf_{field.name}"] = parts.tf[number] if dense else parts.tf[number][where]
    arrays |= {
        "lengths": parts.lengths.astype(np.int32).ravel(),
        **_texts("surface", parts.surfaces),
        "surface_term": parts.surface_term.astype(np.int32),
        "surface_count": parts.surface_count.astype(np.int32),
        "surface_letters": letters_of(parts.surfaces),
        "head": parts.head.astype(np.int32),
        "head_ends": parts.head_ends.astype(np.int64),
        "body": parts.body.astype(np.int32),
        "body_ends": parts.body_ends.astype(np.int64),
        **_texts("row", parts.rows),
        **_texts("text", parts.texts),
        **_texts("keyword", parts.keywords),
        "keyword_from": np.fromiter(
            accumulate((len(d) for d in parts.keyword_documents), initial=0),
            np.int64,
            len(parts.keywords) + 1,
        ),
        "keyword_document": (
            np.concatenate(parts.keyword_documents).astype(np.int32)
            if parts.keyword_documents
            else np.zeros(0, np.int32)
        ),
        "updated": parts.updated.astype(np.int32),
        "standing": parts.standing.astype(np.float32),
        "is_record": parts.is_record.astype(np.uint8),
    }
    facts = {
        "documents": parts.documents,
        "length_sums": parts.lengths.sum(axis=1).tolist(),
        "length_counts": (parts.lengths > 0).sum(axis=1).tolist(),
    }
    return arrays, facts


def _signed(impact: Array, tf: Array) -> Array:
    """Impacts, negative where the term stands in the head: phrases are first looked for there."""
    in_head = np.zeros(len(impact), bool)
    for number, field in enumerate(FIELDS):
        if field.in_head:
            in_head |= tf[number] > 0
    return np.where(in_head, -impact, impact).astype(np.float32)


def distinct(numbers: Array) -> Array:
    """The different numbers, ascending (numpy's own ``unique`` hashes, which is slower for what is nearly sorted)."""
    if len(numbers) < 2:
        return numbers
    ordered = np.sort(numbers)
    keep = np.empty(len(ordered), bool)
    keep[0] = True
    np.not_equal(ordered[1:], ordered[:-1], out=keep[1:])
    return ordered[keep]


def letters_of(words: list[bytes]) -> Array:
    """A 64-bit set of the bytes in each word (one bit for each value modulo 64), to rule out unlike words fast."""
    if not words:
        return np.zeros(0, np.uint64)
    data = np.frombuffer(b"".join(words), np.uint8)
    bits = np.left_shift(np.uint64(1), (data & 63).astype(np.uint64))
    starts = np.fromiter(accumulate((len(w) for w in words[:-1]), initial=0), np.int64, len(words))
    return np.bitwise_or.reduceat(bits, starts)


def _texts(name: str, texts: list[bytes]) -> dict[str, Array]:
    ends = np.fromiter(accumulate(map(len, texts), initial=0), np.int64, len(texts) + 1)
    return {f"{name}_text": np.frombuffer(b"".join(texts), np.uint8), f"{name}_start": ends}
