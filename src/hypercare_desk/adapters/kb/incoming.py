"""Many articles at once: written unseen first, then put in place in one short sweep, or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from hypercare_desk.adapters.kb import files
from hypercare_desk.adapters.kb.article_file import changed, fresh, parse, version_of
from hypercare_desk.adapters.kb.attachments import FOLDER
from hypercare_desk.adapters.kb.catalogue import Catalogue
from hypercare_desk.domain.article import Article, ArticleDraft, slug
from hypercare_desk.domain.errors import Conflict, Invalid
from hypercare_desk.services.ports import Incoming
from hypercare_desk.services.progress import Progress

# From this many files on, asking the system to write everything out costs less than an fsync each (2 ms).
_SYNC_TOGETHER = 64
_OWN_KEYS = frozenset({"id", "kind", "title", "status", "confidence"})


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A file that waits to be placed at ``path``; ``before`` is the version it replaces, "" for a new one. A file
    without an article is an attachment."""

    staged: Path
    path: str
    before: str
    article: Article | None = None


class PreparedFiles:
    """Articles that are on disk but not yet among the others; leaving the ``with`` block unplaced drops them."""

    def __init__(
        self,
        root: Path,
        catalogue: Catalogue,
        locate: Callable[[str], str | None],
        items: Sequence[Incoming],
        attachments: Mapping[str, Path],
        progress: Progress,
    ) -> None:
        self._root = root
        self._catalogue = catalogue
        self._locate = locate
        self._progress = progress
        self._waiting: list[_Waiting] = []
        self._made: list[Path] = []
        self._placed = False
        try:
            self._stage(items, attachments)
        except OSError as error:
            self.discard()
            raise files.disk_fault(error, "The import") from error
        except BaseException:
            self.discard()
            raise

    @property
    def articles(self) -> Sequence[Article]:
        """What the files hold, in the order given."""
        return [waiting.article for waiting in self._waiting if waiting.article]

    @property
    def paths(self) -> Sequence[str]:
        """Every file that is written, relative to ``kb/``."""
        return [waiting.path for waiting in self._waiting]

    def place(self) -> None:
        """Rename every file into place; undone as a whole if one cannot be. Raises ``Conflict``, ``Unavailable``."""
        undo: list[Callable[[], None]] = []
        try:
            with files.writing(self._root):
                for waiting in self._waiting:
                    self._place_one(waiting, undo)
                for folder in {(self._root / waiting.path).parent for waiting in self._waiting}:
                    files.sync_folder(folder)
        except OSError as error:
            _undo(undo)
            raise files.disk_fault(error, "The import") from error
        except BaseException:
            _undo(undo)
            raise
        self._placed = True
        for waiting in self._waiting:
            if waiting.article:
                stat = (self._root / waiting.path).stat()
                self._catalogue.note(waiting.article, stat.st_size, stat.st_mtime_ns)

    def discard(self) -> None:
        """Drop what has not been placed, and the folders that were made for it."""
        if self._placed:
            return
        for waiting in self._waiting:
            files.discard(waiting.staged)
        for folder in reversed(self._made):
            files.discard_folder(folder)

    def __enter__(self) -> PreparedFiles:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.discard()

    def _stage(self, items: Sequence[Incoming], attachments: Mapping[str, Path]) -> None:
        total = len(items) + len(attachments)
        for number, item in enumerate(items, start=1):
            path, data, before = self._content(item)
            self._add(path, data, before, parse(data, path).article)
            if number % 50 == 0:
                self._progress.step(number, total, "Writing articles")
        for number, (name, source) in enumerate(attachments.items(), start=len(items) + 1):
            self._copy(f"{FOLDER}/{files.checked_path(name)}", source)
            self._progress.step(number, total, "Copying pictures")
        _make_durable([waiting.staged for waiting in self._waiting])

    def _content(self, item: Incoming) -> tuple[str, bytes, str]:
        """Path, bytes, and the version that is to be replaced."""
        draft = item.draft
        if item.expected is None:
            path = f"{draft.fields.kind}/{draft.fields.id}-{slug(draft.fields.title)}.md"
        else:
            found = self._locate(draft.fields.id)
            if found is None:
                raise Invalid(f"{draft.fields.id} is gone, so it cannot be updated.", code="gone")
            path = found
        if item.original is None:
            return path, fresh(draft), item.expected or ""
        # The folder and the name give defaults, so the original is read under the name that it is going to have.
        parsed = parse(item.original, path)
        whole = ArticleDraft(draft.fields, parsed.article.body)
        return path, changed(parsed, whole, _OWN_KEYS), item.expected or ""

    def _add(self, path: str, data: bytes, before: str, article: Article) -> None:
        staged = self._beside(path)
        self._waiting.append(_Waiting(staged, path, before, article))
        staged.write_bytes(data)

    def _copy(self, path: str, source: Path) -> None:
        """Stage a copy, unless the same file is there already."""
        target = files.inside(self._root, path)
        data_there = target.read_bytes() if target.is_file() else None
        staged = self._beside(path)
        self._waiting.append(_Waiting(staged, path, version_of(data_there) if data_there is not None else ""))
        shutil.copyfile(source, staged)
        if data_there is not None and staged.read_bytes() == data_there:
            files.discard(staged)
            self._waiting.pop()

    def _beside(self, path: str) -> Path:
        """A name for the unseen file, in the folder of ``path``, which is made if need be."""
        folder = files.inside(self._root, path).parent
        missing = [above for above in (folder, *folder.parents) if not above.exists()]
        folder.mkdir(parents=True, exist_ok=True)
        self._made.extend(reversed(missing))
        return folder / f"{files.TEMPORARY}{os.getpid()}-{len(self._waiting)}-{os.urandom(4).hex()}"

    def _place_one(self, waiting: _Waiting, undo: list[Callable[[], None]]) -> None:
        target = files.inside(self._root, waiting.path)
        there = target.read_bytes() if target.is_file() else None
        if (version_of(there) if there is not None else "") != waiting.before:
            raise _conflict(waiting, there or b"")
        waiting.staged.replace(target)
        if there is None:
            undo.append(lambda: files.discard(target))
        else:
            undo.append(lambda: files.write_atomic(target, there))


def _undo(steps: Sequence[Callable[[], None]]) -> None:
    for step in reversed(steps):
        step()


def _make_durable(paths: Sequence[Path]) -> None:
    """Have the system write all of them out, so that a rename can never be on disk before its file's text."""
    if len(paths) >= _SYNC_TOGETHER and files.sync_file_system(paths[0].parent):
        return
    for path in paths:
        with path.open("rb+") as file:
            os.fsync(file.fileno())


def _conflict(waiting: _Waiting, there: bytes) -> Conflict:
    theirs = parse(there, waiting.path).article
    mine = waiting.article.draft() if waiting.article else waiting.path
    return Conflict(
        f"{waiting.path} was changed while it was being imported: nothing was overwritten. Import again.",
        mine=mine,
        theirs=theirs,
        path=waiting.path,
    )
