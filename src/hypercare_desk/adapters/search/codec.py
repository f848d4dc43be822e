"""How Whoosh stores a segment here: a codec whose files are the arrays that the ranking reads.

Whoosh keeps the index (schema, list of segments, generations, lock, commit); its own codec pickles and compresses
blocks of 128 postings, which is slow to write and slower to read. This is the one file that knows Whoosh's internals
(pinned: the interfaces of ``whoosh.codec.base``); its readers serve Whoosh's public searcher, and a test compares
that with what the ranking reads.
"""
# Whoosh has no type information.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUntypedBaseClass=false, reportIncompatibleMethodOverride=false

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from whoosh import fields as whoosh_fields
from whoosh.codec import base
from whoosh.formats import Frequency
from whoosh.matching import ListMatcher
from whoosh.reading import TermInfo, TermNotFound

from hypercare_desk.adapters.search.fields import NAMES
from hypercare_desk.adapters.search.parts import Array
from hypercare_desk.adapters.search.segment import Segment

EXTENSION = ".arr"
KEY = "key"


class CountedWords(whoosh_fields.FieldType):
    """A text field whose words are counted by the builder; Whoosh never analyses it."""

    def __init__(self) -> None:
        self.format = Frequency()
        self.scorable = True
        self.stored = False
        self.analyzer = None

    def self_parsing(self) -> bool:
        return False


def schema() -> whoosh_fields.Schema:
    """The fields as Whoosh knows them: the key of a document, and the counted texts."""
    counted = {name: CountedWords() for name in NAMES}
    return whoosh_fields.Schema(**{KEY: whoosh_fields.ID(unique=True, stored=True)}, **counted)


class ArraySegment(base.Segment):
    """One segment in Whoosh's table of contents (pickled there: names and numbers only)."""

    def __init__(self, indexname: str) -> None:
        super().__init__(indexname)
        self.count = 0
        self.deleted: set[int] = set()

    def codec(self) -> ArrayCodec:
        return ArrayCodec()

    def should_assemble(self) -> bool:
        return False

    def set_doc_count(self, count: int) -> None:
        self.count = count

    def doc_count_all(self) -> int:
        return self.count

    def deleted_count(self) -> int:
        return len(self.deleted)

    def deleted_docs(self) -> Iterator[int]:
        return iter(self.deleted)

    def delete_document(self, docnum: int, delete: bool = True) -> None:
        if delete:
            self.deleted.add(docnum)
        else:
            self.deleted.discard(docnum)

    def is_deleted(self, docnum: int) -> bool:
        return docnum in self.deleted

    def file(self, folder: Path) -> Path:
        """The file of this segment."""
        return folder / str(self.make_filename(EXTENSION))


class ArrayCodec(base.Codec):
    """Writers do nothing (``writer.ArrayWriter`` writes whole columns); readers read the arrays."""

    length_stats = False

    def per_document_writer(self, storage: Any, segment: ArraySegment) -> _Idle:
        return _Idle()

    def field_writer(self, storage: Any, segment: ArraySegment) -> _Idle:
        return _Idle()

    def postings_writer(self, dbfile: Any, byteids: bool = False) -> None:
        raise NotImplementedError("Postings are written in whole columns")

    def postings_reader(
        self, dbfile: Any, terminfo: Any, format_: Any, term: Any = None, scorer: Any = None
    ) -> None:
        raise NotImplementedError("Postings are read through the terms reader")

    def terms_reader(self, storage: Any, segment: ArraySegment) -> TermsReader:
        return TermsReader(Segment(segment.file(Path(storage.folder))))

    def per_document_reader(self, storage: Any, segment: ArraySegment) -> DocumentReader:
        return DocumentReader(Segment(segment.file(Path(storage.folder))), segment)

    def new_segment(self, storage: Any, indexname: str) -> ArraySegment:
        return ArraySegment(indexname)


class _Idle:
    """Stands where Whoosh's writer wants a codec's writer; the columns are written at commit."""

    is_closed = False

    def close(self) -> None:
        self.is_closed = True


class TermsReader(base.TermsReader):
    """Whoosh's view of the vocabulary and the postings."""

    def __init__(self, segment: Segment) -> None:
        self._segment = segment

    def _postings(self, fieldname: str, text: bytes) -> tuple[Array, Array]:
        """Documents and frequencies of a term in one field; empty if it is not there."""
        segment = self._segment
        if fieldname == KEY:
            found = segment.keyword(KEY, text.decode("utf-8", "replace"))
            return found, np.ones(len(found), np.uint8)
        number = segment.terms.find(text)
        if number < 0 or fieldname not in NAMES:
            return np.zeros(0, np.int32), np.zeros(0, np.uint8)
        start, stop = int(segment.posting_start[number]), int(segment.posting_start[number + 1])
        counts = segment.field_frequencies(NAMES.index(fieldname))[start:stop]
        documents = segment.file.part("posting_document", start, stop)
        return documents[counts > 0], counts[counts > 0]

    def __contains__(self, term: tuple[str, bytes]) -> bool:
        return len(self._postings(*term)[0]) > 0

    def indexed_field_names(self) -> list[str]:
        return [KEY, *NAMES]

    def terms(self) -> Iterator[tuple[str, bytes]]:
        for name in sorted(self.indexed_field_names()):
            yield from ((name, text) for field, text in self.terms_from(name, b"") if field == name)

    def terms_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[str, bytes]]:
        segment = self._segment
        if fieldname == KEY:
            values = (value.encode() for value in segment.keyword_values(KEY))
        else:
            values = (segment.terms[n] for n in range(segment.terms.range(prefix)[0], len(segment.terms)))
        for text in values:
            if text >= prefix and (fieldname, text) in self:
                yield fieldname, text

    def items(self) -> Iterator[tuple[tuple[str, bytes], TermInfo]]:
        return ((term, self.term_info(*term)) for term in self.terms())

    def items_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[tuple[str, bytes], TermInfo]]:
        return ((term, self.term_info(*term)) for term in self.terms_from(fieldname, prefix))

    def term_info(self, fieldname: str, text: bytes) -> TermInfo:
        documents, counts = self._postings(fieldname, text)
        if not len(documents):
            raise TermNotFound(f"No term {fieldname}:{text!r}")
        return TermInfo(
            weight=int(counts.sum()),
            df=len(documents),
            minlength=1,
            maxlength=1,
            maxweight=int(counts.max()),
            minid=int(documents[0]),
            maxid=int(documents[-1]),
        )

    def matcher(self, fieldname: str, text: bytes, format_: Any, scorer: Any = None) -> ListMatcher:
        documents, counts = self._postings(fieldname, text)
        if not len(documents):
            raise TermNotFound(f"No term {fieldname}:{text!r}")
        return ListMatcher(
            documents.tolist(),
            counts.astype(float).tolist(),
            scorer=scorer,
            term=(fieldname, text),
            terminfo=self.term_info(fieldname, text),
        )

    def close(self) -> None:
        """The file is closed with its last reader."""


class DocumentReader(base.PerDocumentReader):
    """Whoosh's view of the documents: deletions, field lengths, the stored key."""

    def __init__(self, segment: Segment, told: ArraySegment) -> None:
        self._segment = segment
        self._told = told

    def close(self) -> None:
        """The file is closed with its last reader."""

    def doc_count(self) -> int:
        return int(self._told.doc_count())

    def doc_count_all(self) -> int:
        return self._told.doc_count_all()

    def has_deletions(self) -> bool:
        return bool(self._told.has_deletions())

    def is_deleted(self, docnum: int) -> bool:
        return self._told.is_deleted(docnum)

    def deleted_docs(self) -> Iterator[int]:
        return self._told.deleted_docs()

    def doc_field_length(self, docnum: int, fieldname: str, default: int = 0) -> int:
        return int(self._column(fieldname)[docnum]) or default

    def field_length(self, fieldname: str) -> int:
        return int(self._column(fieldname).sum())

    def min_field_length(self, fieldname: str) -> int:
        return int(self._column(fieldname).min(initial=0))

    def max_field_length(self, fieldname: str) -> int:
        return int(self._column(fieldname).max(initial=0))

    def stored_fields(self, docnum: int) -> dict[str, str]:
        return {KEY: self._segment.row(docnum).key}

    def _column(self, fieldname: str) -> Array:
        if fieldname not in NAMES:
            return np.zeros(self._segment.documents, np.int32)
        return self._segment.lengths()[NAMES.index(fieldname)]
