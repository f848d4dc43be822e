"""The article store: ``services.ports.ArticleStore`` over a folder of Markdown files."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from hypercare_desk.adapters.kb import files
from hypercare_desk.adapters.kb.article_file import MAX_BYTES, Parsed, changed, fresh, parse
from hypercare_desk.adapters.kb.attachments import add_attachment
from hypercare_desk.adapters.kb.catalogue import Catalogue
from hypercare_desk.adapters.kb.incoming import PreparedFiles
from hypercare_desk.adapters.kb.templates import template_body
from hypercare_desk.domain.article import ARTICLE_ID, Article, ArticleDraft, ArticleFields, ArticleRow, slug
from hypercare_desk.domain.errors import Conflict, DeskError, Invalid, NotFound, Unavailable
from hypercare_desk.services.ports import Incoming
from hypercare_desk.services.progress import Progress, Silent


class FileStore:
    """Articles as files ``<kind>/<id>-<slug>.md`` below ``root``; the folder need not exist before the first save."""

    def __init__(self, root: Path, templates: Path | None = None, cache: Path | None = None) -> None:
        self._root = root
        self._templates = templates
        self._catalogue = Catalogue(root, cache)

    def sweep(self) -> int:
        """Remove what killed saves left behind; returns how many files. A read-only folder is left as it is."""
        return files.sweep(self._root)

    def rows(self, progress: Progress | None = None) -> Sequence[ArticleRow]:
        """Every article's row, ordered by prefix and number."""
        return self._catalogue.rows(progress)

    def problems(self) -> Mapping[str, str]:
        """Path → sentence for every Markdown file that is no readable article."""
        return self._catalogue.problems()

    def read(self, article_id: str) -> Article:
        """The article as it stands; raises ``NotFound``."""
        return self._read(article_id)[0].article

    def read_path(self, path: str) -> Article:
        """The article in the file ``path``; raises ``NotFound``, ``Invalid`` or ``Unavailable``."""
        return parse(self._bytes(path), path).article

    def parse(self, data: bytes, path: str) -> Article:
        """The article that a file ``path`` with these bytes would be; never fails."""
        return parse(data, path).article

    def links(self) -> Mapping[str, Sequence[str]]:
        """Article id → ids its body links to."""
        return self._catalogue.links()

    def save(self, draft: ArticleDraft, expected: str | None) -> Article:
        """Write atomically and return what is on disk now; see the port for the faults."""
        try:
            self._root.mkdir(parents=True, exist_ok=True)
            with files.writing(self._root):
                path, data = self._add(draft) if expected is None else self._change(draft, expected)
                return self._written(path, data)
        except OSError as error:
            raise files.disk_fault(error, f"{draft.fields.id} “{draft.fields.title:.60}”") from error

    def prepare(
        self,
        items: Sequence[Incoming],
        attachments: Mapping[str, Path] | None = None,
        progress: Progress | None = None,
    ) -> PreparedFiles:
        """Write articles beside the others, unseen, to be placed at once or not at all; see the port."""
        return PreparedFiles(
            self._root, self._catalogue, self._locate, items, attachments or {}, progress or Silent()
        )

    def add_many(
        self, drafts: Iterable[tuple[ArticleDraft, bytes | None]], progress: Progress | None = None
    ) -> Sequence[Article]:
        """Write new articles in one sweep: all of them or none."""
        items = [Incoming(draft, original) for draft, original in drafts]
        with self.prepare(items, progress=progress) as prepared:
            prepared.place()
            return prepared.articles

    def remove(self, article_id: str, expected: str) -> None:
        """Take the file away; raises ``NotFound``, ``Conflict`` or ``Unavailable``."""
        try:
            with files.writing(self._root):
                parsed, _ = self._read(article_id)
                if parsed.article.version != expected:
                    raise _conflict(parsed.article.draft(), parsed.article)
                target = self._root / parsed.article.path
                target.unlink()
                files.sync_folder(target.parent)
        except OSError as error:
            raise files.disk_fault(error, f"The removal of {article_id}") from error

    def scan(self) -> Iterator[tuple[str, int, int]]:
        """``(path, size, mtime in ns)`` of every Markdown file; reads no file."""
        return files.markdown_files(self._root)

    def stat(self, paths: Sequence[str]) -> Iterator[tuple[str, int, int]]:
        """``(path, size, mtime in ns)`` of those of ``paths`` that are there."""
        for path in paths:
            try:
                found = (self._root / path).stat()
            except OSError:
                continue
            yield path, found.st_size, found.st_mtime_ns

    def add_attachment(self, name: str, data: bytes) -> str:
        """Keep a file under ``attachments/``; returns its path relative to ``kb/``."""
        return add_attachment(self._root, name, data)

    def template(self, fields: ArticleFields) -> str:
        """The body a new article of this kind starts with: the workspace's own template, else the shipped one."""
        return template_body(fields.kind, self._root / "templates", self._templates)

    def _add(self, draft: ArticleDraft) -> tuple[str, bytes]:
        data = fresh(draft)
        # By name and memory only: reading 10,000 files to prove that a fresh id is fresh would make saving slow.
        there = self._catalogue.path_of(draft.fields.id) or next(self._named(draft.fields.id), None)
        if there is not None and self._holds(there, draft.fields.id):
            raise _conflict(draft, self.read_path(there))
        path = f"{draft.fields.kind}/{draft.fields.id}-{slug(draft.fields.title)}.md"
        return path, data

    def _change(self, draft: ArticleDraft, expected: str) -> tuple[str, bytes]:
        parsed, data = self._read(draft.fields.id)
        if parsed.article.version != expected:
            raise _conflict(draft, parsed.article)
        return parsed.article.path, changed(parsed, draft) or data

    def _written(self, path: str, data: bytes) -> Article:
        target = files.inside(self._root, path)
        if target.is_symlink():
            target = target.resolve()
        if not target.exists() or target.read_bytes() != data:
            target.parent.mkdir(parents=True, exist_ok=True)
            files.write_atomic(target, data)
        article = parse(data, path).article
        stat = target.stat()
        self._catalogue.note(article, stat.st_size, stat.st_mtime_ns)
        return article

    def _read(self, article_id: str) -> tuple[Parsed, bytes]:
        if not ARTICLE_ID.match(article_id):
            raise NotFound(f"There is no article {article_id:.40}: an id looks like KI-0007.", id=article_id)
        path = self._locate(article_id)
        if path is None:
            raise NotFound(f"There is no article {article_id}: it may have been removed.", id=article_id)
        data = self._bytes(path)
        return parse(data, path), data

    def _locate(self, article_id: str) -> str | None:
        """The path of an article: where it was last seen, else by file name, else by reading all that changed."""
        seen = self._catalogue.path_of(article_id)
        if seen and self._holds(seen, article_id):
            return seen
        if not seen:
            for path in sorted(self._named(article_id)):
                if self._holds(path, article_id):
                    return path
        row = next((row for row in self._catalogue.rows() if row.fields.id == article_id), None)
        return row.path if row else None

    def _named(self, article_id: str) -> Iterator[str]:
        start = article_id.lower()
        try:
            folders = [entry.name for entry in os.scandir(self._root) if entry.is_dir(follow_symlinks=False)]
        except OSError:
            return
        for folder in folders:
            if folder.startswith(".") or folder in ("attachments", "templates"):
                continue
            for name in os.listdir(self._root / folder):  # noqa: PTH208 - names alone, 50,000 of them
                if name.lower().startswith(start) and name[len(start) : len(start) + 1] in ("-", "."):
                    yield f"{folder}/{name}"

    def _holds(self, path: str, article_id: str) -> bool:
        try:
            return parse(self._bytes(path), path).article.id == article_id
        except DeskError:
            return False

    def _bytes(self, path: str) -> bytes:
        if any(part in ("", ".", "..") or part.startswith(".") for part in path.split("/")):
            raise Invalid(f"“{path:.80}” is no path of an article.", code="unsafe_path", path=path)
        target = files.inside(self._root, path)
        try:
            if target.stat().st_size > MAX_BYTES:
                raise Invalid(f"{path:.200} is larger than 16 MiB, so it is left alone.", code="too_large")
            return target.read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            raise NotFound(f"There is no file {path:.200} in the knowledge base.", path=path) from None
        except OSError as error:
            raise Unavailable(f"{path:.200} cannot be read: {error.strerror}.", path=path) from error


def _conflict(draft: ArticleDraft, theirs: Article) -> Conflict:
    return Conflict(
        f"{theirs.id} was changed by somebody else since you opened it: nothing was overwritten. "
        "Compare the two texts and save again.",
        mine=draft,
        theirs=theirs,
        id=theirs.id,
    )
