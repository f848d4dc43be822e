"""Many articles at once: written unseen first, then put in place in one short sweep, or not at all."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from hypercare_desk.adapters.kb import files
from hypercare_desk.adapters.kb.article_file import changed, fresh, parse
from hypercare_desk.adapters.kb.catalogue import Catalogue
from hypercare_desk.domain.article import Article, ArticleDraft, slug
from hypercare_desk.domain.errors import Conflict, Invalid
from hypercare_desk.services.ports import Incoming
from hypercare_desk.services.progress import Progress, Silent

# Below this many files an fsync each costs less than asking the system to write everything out.
_SYNC_TOGETHER = 64
_OWN_KEYS = frozenset({"id", "kind", "title", "status", "confidence"})


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A file that waits to be placed; ``before`` is what it replaces, None for a new one."""

    staged: Path
    target: Path
    data: bytes
    before: bytes | None
    article: Article


class PreparedFiles:
    """Articles that are on disk but not yet among the others; leaving the ``with`` block unplaced drops them."""

    def __init__(
        self,
        root: Path,
        catalogue: Catalogue,
        locate: Callable[[str], str | None],
        items: Iterable[Incoming],
        progress: Progress | None,
    ) -> None:
        self._root = root
        self._catalogue = catalogue
        self._locate = locate
        self._waiting: list[_Waiting] = []
        self._placed = False
        try:
            self._stage(items, progress or Silent())
        except OSError as error:
            self.discard()
            raise files.disk_fault(error, "The import") from error
        except BaseException:
            self.discard()
            raise

    @property
    def articles(self) -> Sequence[Article]:
        """What the files hold, in the order given."""
        return [waiting.article for waiting in self._waiting]

    def place(self) -> None:
        """Rename every file into place; undone as a whole if one cannot be. Raises ``Conflict``, ``Unavailable``."""
        done: list[_Waiting] = []
        try:
            with files.writing(self._root):
                for waiting in self._waiting:
                    _check_unchanged(waiting)
                    waiting.staged.replace(waiting.target)
                    done.append(waiting)
                for folder in {waiting.target.parent for waiting in self._waiting}:
                    files.sync_folder(folder)
        except OSError as error:
            _undo(done)
            raise files.disk_fault(error, "The import") from error
        except BaseException:
            _undo(done)
            raise
        self._placed = True
        for waiting in self._waiting:
            stat = waiting.target.stat()
            self._catalogue.note(waiting.article, stat.st_size, stat.st_mtime_ns)

    def discard(self) -> None:
        """Drop what has not been placed."""
        if not self._placed:
            for waiting in self._waiting:
                files.discard(waiting.staged)

    def __enter__(self) -> PreparedFiles:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.discard()

    def _stage(self, items: Iterable[Incoming], progress: Progress) -> None:
        self._root.mkdir(parents=True, exist_ok=True)
        folders: set[Path] = set()
        for number, item in enumerate(items, start=1):
            path, data, before = self._content(item)
            target = files.inside(self._root, path)
            if target.parent not in folders:
                target.parent.mkdir(parents=True, exist_ok=True)
                folders.add(target.parent)
            staged = _write_unsynced(target.parent, number, data)
            self._waiting.append(_Waiting(staged, target, data, before, parse(data, path).article))
            if number % 50 == 0:
                progress.step(number, 0, "Writing articles")
        _make_durable([waiting.staged for waiting in self._waiting])

    def _content(self, item: Incoming) -> tuple[str, bytes, bytes | None]:
        draft = item.draft
        before: bytes | None = None
        if item.expected is None:
            path = f"{draft.fields.kind}/{draft.fields.id}-{slug(draft.fields.title)}.md"
        else:
            found = self._locate(draft.fields.id)
            if found is None:
                raise Invalid(f"{draft.fields.id} is gone, so it cannot be updated.")
            path = found
            before = (self._root / path).read_bytes()
            if parse(before, path).article.version != item.expected:
                raise _conflict(draft, parse(before, path).article)
        if item.original is None:
            return path, fresh(draft), before
        # The folder and the name give defaults, so the original is read under the name that it is going to have.
        parsed = parse(item.original, path)
        body = ArticleDraft(draft.fields, parsed.article.body)
        return path, changed(parsed, body, _OWN_KEYS), before


def _check_unchanged(waiting: _Waiting) -> None:
    now = waiting.target.read_bytes() if waiting.target.exists() else None
    if now != waiting.before:
        theirs = parse(now or b"", waiting.target.name).article
        raise _conflict(waiting.article.draft(), theirs)


def _undo(done: list[_Waiting]) -> None:
    for waiting in reversed(done):
        if waiting.before is None:
            files.discard(waiting.target)
        else:
            files.write_atomic(waiting.target, waiting.before)


def _write_unsynced(folder: Path, number: int, data: bytes) -> Path:
    staged = folder / f"{files.TEMPORARY}{os.getpid()}-{number}-{os.urandom(4).hex()}"
    try:
        staged.write_bytes(data)
    except BaseException:
        files.discard(staged)
        raise
    return staged


def _make_durable(paths: Sequence[Path]) -> None:
    """Have the system write all of them out, so that a rename can never be on disk before its file's text."""
    if len(paths) >= _SYNC_TOGETHER and sys.platform == "linux":
        os.sync()
        return
    for path in paths:
        with path.open("rb+") as file:
            os.fsync(file.fileno())


def _conflict(draft: ArticleDraft, theirs: Article) -> Conflict:
    return Conflict(
        f"{draft.fields.id} was changed while it was being imported: nothing was overwritten. Import again.",
        mine=draft,
        theirs=theirs,
        id=draft.fields.id,
    )
