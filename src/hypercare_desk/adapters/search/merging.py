"""Merging segments: several become one, without their deleted documents."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from hypercare_desk.adapters.search.fields import FIELDS
from hypercare_desk.adapters.search.parts import SEPARATOR, Array, Parts
from hypercare_desk.adapters.search.segment import Segment, Sorted


def merge(sources: Sequence[tuple[Segment, Array]]) -> Parts:
    """One segment's parts out of several; each source is a segment and a mask of the documents to keep."""
    places: list[Array] = []
    count = 0
    for _, keep in sources:
        place = np.where(keep, count + np.cumsum(keep) - 1, -1).astype(np.int32)
        places.append(place)
        count += int(keep.sum())
    terms, term_maps = _union([segment.terms for segment, _ in sources])
    posting_term, posting_document, tf = _postings(sources, places, term_maps, count)
    used = np.unique(posting_term)
    renumber = np.full(len(terms), SEPARATOR, np.int32)
    renumber[used] = np.arange(len(used), dtype=np.int32)
    terms = [terms[int(n)] for n in used]
    term_maps = [renumber[m] for m in term_maps]
    surfaces, surface_term, surface_count = _surfaces(sources, term_maps)
    head, head_ends = _stream("head", sources, term_maps)
    body, body_ends = _stream("body", sources, term_maps)
    entries, entry_documents = _keywords(sources, places)
    kept = [(segment, np.flatnonzero(keep)) for segment, keep in sources]
    return Parts(
        documents=count,
        terms=terms,
        posting_term=renumber[posting_term],
        posting_document=posting_document,
        tf=tf,
        lengths=np.concatenate([segment.lengths()[:, numbers] for segment, numbers in kept], axis=1),
        surfaces=surfaces,
        surface_term=surface_term,
        surface_count=surface_count,
        head=head,
        head_ends=head_ends,
        body=body,
        body_ends=body_ends,
        rows=[raw for segment, numbers in kept for raw in _texts(segment, "row", numbers)],
        texts=[raw for segment, numbers in kept for raw in _texts(segment, "text", numbers)],
        keywords=entries,
        keyword_documents=entry_documents,
        updated=np.concatenate([segment.updated[numbers] for segment, numbers in kept]),
        standing=np.concatenate([segment.standing[numbers] for segment, numbers in kept]),
        is_record=np.concatenate([segment.is_record[numbers] for segment, numbers in kept]),
    )


def _union(lists: Sequence[Sorted]) -> tuple[list[bytes], list[Array]]:
    """All entries of sorted lists, sorted, and for each list the new number of every entry."""
    plain = [[one[n] for n in range(len(one))] for one in lists]
    every: set[bytes] = set()
    merged = sorted(every.union(*plain))
    place = {entry: number for number, entry in enumerate(merged)}
    return merged, [np.fromiter(map(place.__getitem__, one), np.int32, len(one)) for one in plain]


def _postings(
    sources: Sequence[tuple[Segment, Array]], places: Sequence[Array], maps: Sequence[Array], count: int
) -> tuple[Array, Array, Array]:
    keys: list[Array] = []
    frequencies: list[Array] = []
    for (segment, _), place, new in zip(sources, places, maps, strict=True):
        documents = place[segment.file.part("posting_document")]
        terms = np.repeat(new, np.diff(segment.posting_start)).astype(np.int64)
        keep = documents >= 0
        keys.append(terms[keep] * max(count, 1) + documents[keep])
        frequencies.append(np.stack([segment.field_frequencies(f)[keep] for f in range(len(FIELDS))]))
    key = np.concatenate(keys)
    order = np.argsort(key, kind="stable")
    key = key[order]
    tf = np.concatenate(frequencies, axis=1)[:, order]
    return (key // max(count, 1)).astype(np.int32), (key % max(count, 1)).astype(np.int32), tf


def _surfaces(
    sources: Sequence[tuple[Segment, Array]], maps: Sequence[Array]
) -> tuple[list[bytes], Array, Array]:
    """Words as written, those whose term is still in use; counts of deleted documents stay in (they only rank)."""
    merged, surface_maps = _union([segment.surfaces for segment, _ in sources])
    term = np.full(len(merged), SEPARATOR, np.int32)
    count = np.zeros(len(merged), np.int64)
    for (segment, _), place, new in zip(sources, surface_maps, maps, strict=True):
        theirs = new[segment.surface_term]
        term[place] = np.maximum(term[place], theirs)
        count[place] += segment.lazy("surface_count")
    keep = np.flatnonzero(term >= 0)
    return [merged[int(n)] for n in keep], term[keep], count[keep]


def _stream(
    name: str, sources: Sequence[tuple[Segment, Array]], maps: Sequence[Array]
) -> tuple[Array, Array]:
    pieces: list[Array] = []
    sizes: list[Array] = []
    for (segment, keep), new in zip(sources, maps, strict=True):
        with_separator = np.append(new, np.int32(SEPARATOR))  # term -1 looks up the last element
        length = np.diff(segment.file.part(f"{name}_ends"))
        pieces.append(with_separator[segment.file.part(name)][np.repeat(keep, length)])
        sizes.append(length[keep])
    ends = np.concatenate((np.zeros(1, np.int64), np.cumsum(np.concatenate(sizes), dtype=np.int64)))
    return np.concatenate(pieces), ends


def _keywords(
    sources: Sequence[tuple[Segment, Array]], places: Sequence[Array]
) -> tuple[list[bytes], list[Array]]:
    found: dict[bytes, list[Array]] = {}
    for (segment, _), place in zip(sources, places, strict=True):
        documents = place[segment.file.part("keyword_document")]
        starts = segment.keyword_from.tolist()
        for number in range(len(segment.keywords)):
            mine = documents[starts[number] : starts[number + 1]]
            mine = mine[mine >= 0]
            if len(mine):
                found.setdefault(segment.keywords[number], []).append(mine)
    entries = sorted(found)
    return entries, [np.concatenate(found[entry]) for entry in entries]


def _texts(segment: Segment, name: str, numbers: Iterable[int]) -> list[bytes]:
    data = segment.file.part(f"{name}_text").tobytes()
    starts = segment.file.part(f"{name}_start").tolist()
    return [data[starts[n] : starts[n + 1]] for n in numbers]
