"""Writing: Whoosh's writer, lock and table of contents, with segments written as whole columns."""
# Whoosh has no type information.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUntypedBaseClass=false

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from whoosh.filedb.filestore import FileStorage
from whoosh.index import TOC, FileIndex, clean_files
from whoosh.writing import SegmentWriter

from hypercare_desk.adapters.search.blocks import Damaged, write_arrays
from hypercare_desk.adapters.search.builder import Builder
from hypercare_desk.adapters.search.codec import ArrayCodec, ArraySegment, schema
from hypercare_desk.adapters.search.manifest import Manifest, SegmentEntry
from hypercare_desk.adapters.search.merging import merge
from hypercare_desk.adapters.search.parts import Array, Parts, arrays_of
from hypercare_desk.adapters.search.segment import Segment
from hypercare_desk.domain.search import Document

_INDEX_NAME = "MAIN"
_BATCH_CHARACTERS = 48_000_000  # text gathered before a segment is written; keeps a rebuild under a gigabyte
_BATCH_DOCUMENTS = 16_000
_SIZES = (64, 800, 20_000)  # documents; merging seven segments of 64 takes about 20 ms
_MANY = 6  # segments of about one size that are left side by side


class ArrayWriter(SegmentWriter):
    """One writing session on an index folder; holds Whoosh's lock until ``commit`` or ``cancel``."""

    def __init__(
        self,
        index: FileIndex,
        language: str,
        entries: Sequence[SegmentEntry],
        known: Mapping[str, Segment] | None = None,
    ) -> None:
        """``entries``: the segments as committed; ``known``: segments that are open already, by file name."""
        super().__init__(index, codec=ArrayCodec(), compound=False, timeout=0.0)
        storage: Any = index.storage
        self.folder = Path(storage.folder)
        self._language = language
        self._builder = Builder(language)
        self._entries = {entry.file: entry for entry in entries}
        self._open: dict[str, Segment] = dict(known or {})
        self.publish: Callable[[int, int, tuple[SegmentEntry, ...]], None] = _unpublished

    def add(self, document: Document) -> None:
        """Add one document; one with the same key must have been deleted before."""
        self._builder.add(document)
        if self._builder.characters > _BATCH_CHARACTERS or len(self._builder) >= _BATCH_DOCUMENTS:
            self.flush()

    def delete_keys(self, keys: Sequence[str]) -> int:
        """Mark the documents with these keys as deleted; returns how many there were."""
        gone = 0
        for segment in self.segments:
            reader = self.reader_of(segment)
            for key in keys:
                for number in reader.keyword("key", key).tolist():
                    if not segment.is_deleted(number):
                        segment.delete_document(number)
                        gone += 1
        return gone

    def flush(self) -> None:
        """Write what was gathered as a segment of its own."""
        if len(self._builder):
            self.segments.append(self._write(self._builder.finish()))
            self._builder = Builder(self._language)

    def adopt(self, sources: Sequence[tuple[Segment, Array]]) -> None:
        """Take over documents of another index's segments."""
        self.segments.append(self._write(merge(sources)))

    def merge_down(self, everything: bool = False, thorough: bool = False) -> None:
        """Keep segments few: empty ones go, small ones are put together (``everything``: all, into one).

        ``thorough``: large segments of which a third is deleted are written again, too.
        """
        self.segments = [s for s in self.segments if s.doc_count()]
        if everything:
            chosen = [s for s in self.segments if len(self.segments) > 1 or s.has_deletions()]
        else:
            worn = [s for s in self.segments if thorough and s.deleted_count() * 3 > s.doc_count_all()]
            chosen = list({s.segment_id(): s for s in (*self._crowded(thorough), *worn)}.values())
        if chosen:
            sources = [(self.reader_of(s), _alive(s)) for s in chosen]
            merged = self._write(merge(sources))
            self.segments = [s for s in self.segments if s not in chosen] + [merged]

    def _crowded(self, thorough: bool) -> list[ArraySegment]:
        """Too many segments of about one size: small ones often, large ones only when nobody waits for a save."""
        for limit in _SIZES if thorough else _SIZES[:-1]:
            alike = [s for s in self.segments if s.doc_count_all() <= limit]
            if len(alike) > _MANY:
                return alike
        return []

    def reader_of(self, segment: ArraySegment) -> Segment:
        """The arrays of a segment."""
        file = segment.file(self.folder)
        reader = self._open.get(file.name)
        if reader is None:
            entry = self._entries.get(file.name)
            reader = self._open[file.name] = Segment(file, (entry.size, entry.checksum) if entry else None)
        return reader

    def _write(self, parts: Parts) -> ArraySegment:
        segment = ArraySegment(self.indexname)
        segment.set_doc_count(parts.documents)
        arrays, facts = arrays_of(parts, self._average(parts))
        file = segment.file(self.folder)
        size, checksum = write_arrays(file, arrays, facts)
        self._entries[file.name] = SegmentEntry(file.name, size, checksum, parts.documents)
        return segment

    def _average(self, parts: Parts) -> Array:
        """Mean field lengths over the whole index, the new segment included."""
        sums = parts.lengths.sum(axis=1).astype(np.float64)
        counts = (parts.lengths > 0).sum(axis=1).astype(np.float64)
        for segment in self.segments:
            reader = self.reader_of(segment)
            sums += reader.length_sums
            counts += reader.length_counts
        return np.maximum(sums / np.maximum(counts, 1), 1).astype(np.float32)

    def finish(self) -> None:
        """Write what is left and commit."""
        self.flush()
        self._close_segment()
        self._commit_toc(self.segments)
        self._finish()

    def _commit_toc(self, segments: list[ArraySegment]) -> None:
        """Whoosh's list of segments, then the manifest (the commit), and only then old files go."""
        toc = TOC(self.schema, segments, self.generation)
        toc.write(self.storage, self.indexname)
        name = str(TOC._filename(self.indexname, self.generation))  # pyright: ignore[reportPrivateUsage]
        checksum = zlib.crc32((self.folder / name).read_bytes())
        entries = tuple(self._entry(segment) for segment in segments)
        self.publish(self.generation, checksum, entries)
        clean_files(self.storage, self.indexname, self.generation, segments)

    def _entry(self, segment: ArraySegment) -> SegmentEntry:
        old = self._entries[segment.file(self.folder).name]
        return SegmentEntry(old.file, old.size, old.checksum, old.documents, tuple(sorted(segment.deleted)))

    def abandon(self) -> None:
        """Give up after a fault: nothing was changed, and the lock is free again whatever went wrong."""
        try:
            self.cancel()
        finally:
            if self.writelock and self.writelock.fd is not None:
                self.writelock.release()


def create_index(folder: Path) -> FileIndex:
    """A new, empty Whoosh index in ``folder``."""
    folder.mkdir(parents=True, mode=0o700, exist_ok=True)
    return FileIndex.create(FileStorage(str(folder)), schema(), _INDEX_NAME)


def open_index(folder: Path, manifest: Manifest) -> FileIndex:
    """The Whoosh index that ``manifest`` speaks of; raises ``Damaged``.

    Whoosh's list of segments is a pickle, so its checksum is compared before it is loaded. A list that is newer than
    the manifest is one whose commit did not finish: it goes.
    """
    try:
        names = {int(p.stem.rsplit("_", 1)[1]): p for p in folder.glob(f"_{_INDEX_NAME}_*.toc")}
        for generation, path in names.items():
            if generation > manifest.generation:
                path.unlink()
        if zlib.crc32(names[manifest.generation].read_bytes()) != manifest.toc:
            raise Damaged("Whoosh's list of segments is damaged")
        return FileIndex(FileStorage(str(folder)), schema(), _INDEX_NAME)
    except Damaged:
        raise
    except Exception as error:
        raise Damaged(f"Whoosh cannot open the index: {error}") from error


def _unpublished(generation: int, toc: int, entries: tuple[SegmentEntry, ...]) -> None:
    raise NotImplementedError(f"Nobody takes generation {generation} ({toc}, {len(entries)} segments)")


def _alive(segment: ArraySegment) -> Array:
    mask = np.ones(segment.doc_count_all(), bool)
    mask[list(segment.deleted)] = False
    return mask
