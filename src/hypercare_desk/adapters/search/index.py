"""The search index of a workspace: finds, updates, rebuilds and mends itself (port ``SearchIndex``)."""

from __future__ import annotations

import logging
import shutil
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from hypercare_desk.adapters.search.answers import Answer
from hypercare_desk.adapters.search.blocks import Damaged
from hypercare_desk.adapters.search.folders import (
    locked,
    make_private,
    new_index_name,
    set_aside,
    sweep,
)
from hypercare_desk.adapters.search.hits import Dresser
from hypercare_desk.adapters.search.manifest import (
    Manifest,
    SegmentEntry,
    read_manifest,
    stamp,
    write_manifest,
)
from hypercare_desk.adapters.search.marks import Mark, read_marks, write_marks
from hypercare_desk.adapters.search.parts import Array
from hypercare_desk.adapters.search.searcher import Searcher
from hypercare_desk.adapters.search.segment import Segment
from hypercare_desk.adapters.search.view import View
from hypercare_desk.domain.errors import Unavailable
from hypercare_desk.domain.search import Document, Found, IndexStatus
from hypercare_desk.services.progress import Progress, Silent

_LOG = logging.getLogger(__name__)
_LOOK_EVERY = 0.2  # seconds between looks for a new generation written by another process
_WAIT_TO_WRITE = 30.0
_MOST_HITS = 1000
_BULK = 200  # documents in one update after which large segments may be tidied, too


class WhooshIndex:
    """A Whoosh index in ``folder`` (private, disposable) over the articles in ``kb``."""

    def __init__(
        self,
        folder: Path,
        kb: Path,
        language: str = "en",
        synonyms: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        """``language``: the workspace's; only English is stemmed. ``synonyms``: word → words that mean the same."""
        self._folder = folder
        self._kb = kb
        self._language = language or "en"
        self._synonyms = {w.casefold(): tuple(x.casefold() for x in xs) for w, xs in (synonyms or {}).items()}
        self._lock = threading.RLock()
        self._write_lock = threading.RLock()
        self._rebuild_lock = threading.Lock()
        self._view: View | None = None
        self._stamp: tuple[int, int, int] | None = None
        self._looked = 0.0
        self._note = ""
        self._uses: dict[str, tuple[int, int]] = {}

    # --- reading -------------------------------------------------------------------------------------------------

    def find(self, query: str, limit: int = 20, *, kinds: Sequence[str] = (), typing: bool = True) -> Found:
        """Answer ``query``; never raises for odd syntax. A damaged index answers with nothing and is set aside."""
        most = max(0, min(limit, _MOST_HITS))
        return self._ask(query, lambda searcher: searcher.find(query, most, kinds, typing))

    def similar(self, text: str, limit: int = 10, *, kinds: Sequence[str] = ()) -> Found:
        """What is most like ``text``."""
        most = max(0, min(limit, _MOST_HITS))
        return self._ask(text, lambda searcher: searcher.similar(text, most, kinds))

    def _ask(self, query: str, question: Callable[[Searcher], Answer]) -> Found:
        started = time.perf_counter()
        view = self._current()
        if view is None or not view.size:
            return Found(query=query)
        try:
            answer = question(Searcher(view, self._language, self._synonyms))
            dresser = Dresser(view, self._kb, self._language, self._uses)
            return dresser.found(query, answer, (time.perf_counter() - started) * 1000)
        except Damaged as error:
            self._give_up(error, view.manifest.index)
            return Found(query=query)

    def _current(self) -> View | None:
        """The newest view; looks for another process's commit at most five times a second."""
        now = time.monotonic()
        if now - self._looked < _LOOK_EVERY and self._looked:
            return self._view
        with self._lock:
            self._looked = now
            seen = stamp(self._folder)
            if seen != self._stamp:
                self._reopen()
            return self._view

    def _reopen(self) -> None:
        """Open what the manifest names; a writer may replace it meanwhile, so try again before calling it damaged."""
        failure: Damaged | None = None
        for attempt in range(4):
            seen = stamp(self._folder)
            try:
                manifest = read_manifest(self._folder)
                if manifest is None:
                    self._view, self._stamp = None, seen
                    return
                if manifest.language != self._language:
                    raise Damaged(f"The index was made for the language {manifest.language!r}")
                view = View(self._folder, manifest, self._view)
                view.set_uses(self._uses)
                self._view, self._stamp = view, seen
                return
            except Damaged as error:
                failure = error
                if stamp(self._folder) == seen and attempt:
                    break
        assert failure is not None
        self._give_up(failure, None)

    def _give_up(self, error: Damaged, index: str | None) -> None:
        """Set a damaged index aside; the service builds a new one when it sees ``status().healthy`` is False."""
        _LOG.warning("The search index is set aside: %s", error)
        with self._lock:
            if index is not None and self._view is not None and self._view.manifest.index != index:
                return
            set_aside(self._folder, index)
            self._view, self._stamp = None, stamp(self._folder)
            self._note = f"The search index was set aside and must be built again: {error}."

    def status(self) -> IndexStatus:
        """How the index is."""
        view = self._current()
        size = sum(entry.size for entry in view.manifest.segments) if view else 0
        healthy = view is not None and view.manifest.complete
        note = "" if healthy else self._note or "The search index is not whole yet; it must be built."
        return IndexStatus(view.documents if view else 0, 0, size, healthy, note)

    def marks(self) -> Mapping[str, Mark]:
        """Key → mark of what is indexed; empty when there is no index, so that everything counts as changed."""
        view = self._current()
        return read_marks(self._folder / view.manifest.index) if view else {}

    def remember(self, marks: Mapping[str, Mark], gone: Iterable[str] = ()) -> None:
        """Note marks beside the index they belong to: they go when it goes."""
        view = self._current()
        if view is None:
            return
        with self._write_lock:
            try:
                write_marks(self._folder / view.manifest.index, marks, gone)
            except OSError as error:
                raise Unavailable(
                    f"The search index in {self._folder} cannot be written: {error.strerror}.",
                    code="index_read_only",
                ) from error

    def set_uses(self, uses: Mapping[str, tuple[int, int]]) -> None:
        """Times used and times solved, by article id."""
        with self._lock:
            self._uses = dict(uses)
            if self._view is not None:
                self._view.set_uses(self._uses)

    def close(self) -> None:
        """Let go of files (they close with their last reader)."""
        with self._lock:
            self._view, self._stamp, self._looked = None, None, 0.0

    # --- writing -------------------------------------------------------------------------------------------------

    def update(
        self, changed: Iterable[Document], gone: Iterable[str] = (), progress: Progress | None = None
    ) -> None:
        """Index documents in place of older ones with the same key; found when this returns. All or nothing."""
        latest = {document.key: document for document in changed}
        keys = [*latest, *gone]
        if not keys:
            return
        make_private(self._folder)
        with self._write_lock, locked(self._folder, "write", _WAIT_TO_WRITE, "writing the search index"):
            try:
                self._write(latest, keys, progress or Silent())
            except Damaged as error:
                self._give_up(error, None)
                self._write(latest, keys, progress or Silent())
            except OSError as error:
                raise _worded(error, self._folder) from error

    def _write(self, changed: Mapping[str, Document], keys: Sequence[str], progress: Progress) -> None:
        from hypercare_desk.adapters.search.writer import ArrayWriter, create_index, open_index

        manifest = read_manifest(self._folder)
        if manifest is None or manifest.language != self._language:
            if manifest is not None:
                raise Damaged(f"The index was made for the language {manifest.language!r}")
            manifest = Manifest(new_index_name(), 0, self._language, complete=False)
            index = create_index(self._folder / manifest.index)
        else:
            index = open_index(self._folder / manifest.index, manifest)
        writer = ArrayWriter(index, self._language, manifest.segments, self._opened(manifest))
        writer.publish = self._publisher(manifest)
        try:
            writer.delete_keys(keys)
            for number, document in enumerate(changed.values()):
                if number % 100 == 0:
                    progress.step(number, len(changed), "indexing")
                writer.add(document)
            writer.flush()
            writer.merge_down(thorough=len(keys) >= _BULK)
            writer.finish()
        except BaseException:
            writer.abandon()
            raise
        self._look_now()

    def _opened(self, manifest: Manifest) -> dict[str, Segment]:
        """Segments of this index that are open for reading, by file name."""
        view = self._view
        if view is None or view.manifest.index != manifest.index:
            return {}
        return {file: segment for (_, file), segment in zip(view.files, view.segments, strict=True)}

    def _publisher(self, before: Manifest) -> Callable[[int, int, tuple[SegmentEntry, ...]], None]:
        def publish(generation: int, toc: int, entries: tuple[SegmentEntry, ...]) -> None:
            after = replace(before, generation=generation, toc=toc, segments=entries)
            write_manifest(self._folder, after)

        return publish

    def _look_now(self) -> None:
        with self._lock:
            self._looked = 0.0
            view = self._current()
            if view is not None and view.manifest.complete:
                self._note = ""

    def rebuild(self, documents: Iterable[Document], progress: Progress | None = None) -> None:
        """Build everything again in a folder of its own, take over what was saved meanwhile, then switch."""
        make_private(self._folder)
        told = progress or Silent()
        with self._rebuild_lock, locked(self._folder, "rebuild", 1.0, "building the search index"):
            before = self._current()
            sweep(self._folder, before.manifest.index if before else None)
            name = new_index_name()
            try:
                built = self._build(name, documents, told)
                with (
                    self._write_lock,
                    locked(self._folder, "write", _WAIT_TO_WRITE, "writing the search index"),
                ):
                    built = self._take_over(built, before)
                    write_manifest(self._folder, built)
                    self._look_now()
            except BaseException as error:
                shutil.rmtree(self._folder / name, ignore_errors=True)
                if isinstance(error, OSError):
                    raise _worded(error, self._folder) from error
                raise
            sweep(self._folder, name)

    def _build(self, name: str, documents: Iterable[Document], progress: Progress) -> Manifest:
        """A whole index in the folder ``name``, which nobody reads yet."""
        from hypercare_desk.adapters.search.writer import ArrayWriter, create_index

        published: list[Manifest] = []
        index = create_index(self._folder / name)
        writer = ArrayWriter(index, self._language, ())
        writer.publish = lambda generation, toc, entries: published.append(
            Manifest(name, generation, self._language, toc, entries)
        )
        seen: set[str] = set()
        total = len(documents) if isinstance(documents, Sequence) else 0
        try:
            for number, document in enumerate(documents):
                if number % 100 == 0:
                    progress.step(number, total, "indexing")
                if document.key not in seen:
                    seen.add(document.key)
                    writer.add(document)
            writer.flush()
            writer.merge_down(everything=True)
            writer.finish()
        except BaseException:
            writer.abandon()
            raise
        return published[0]

    def _take_over(self, built: Manifest, before: View | None) -> Manifest:
        """What other saves did to the old index since the rebuild began, done to the new one, too."""
        from hypercare_desk.adapters.search.writer import ArrayWriter, open_index

        try:
            now = read_manifest(self._folder)
            if now is None or before is None or now == before.manifest or now.index != before.manifest.index:
                return built
            after = View(self._folder, now, before)
            old_files = set(before.files)
            fresh = [
                (segment, after.alive[base : base + segment.documents])
                for file, base, segment in zip(after.files, after.bases, after.segments, strict=True)
                if file not in old_files
            ]
            keys_now = {key for segment, alive in _with_alive(after) for key in _keys(segment, alive)}
            keys_before = {key for segment, alive in _with_alive(before) for key in _keys(segment, alive)}
            changed = {key for segment, alive in fresh for key in _keys(segment, alive)}
        except Damaged:
            return built
        writer = ArrayWriter(open_index(self._folder / built.index, built), self._language, built.segments)
        published: list[Manifest] = []
        writer.publish = lambda generation, toc, entries: published.append(
            Manifest(built.index, generation, self._language, toc, entries)
        )
        try:
            writer.delete_keys([*changed, *(keys_before - keys_now)])
            if changed:
                writer.adopt(fresh)
            writer.finish()
        except BaseException:
            writer.abandon()
            raise
        return published[0]


def _with_alive(view: View) -> Iterator[tuple[Segment, Array]]:
    for base, segment in zip(view.bases, view.segments, strict=True):
        yield segment, view.alive[base : base + segment.documents]


def _keys(segment: Segment, alive: Array) -> list[str]:
    return [key for key, here in zip(segment.keys(), alive.tolist(), strict=True) if here]


def _worded(error: OSError, folder: Path) -> Unavailable:
    """A full or read-only disk as a sentence."""
    return Unavailable(
        f"The search index in {folder} cannot be written: {error.strerror}. Free some space there and try again.",
        code="index_not_written",
    )
