"""Articles: their files, their history, foreign folders, drafts, and Markdown as HTML."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from hypercare_desk.domain.article import Article, ArticleDraft, ArticleFields, ArticleRow, Revision
from hypercare_desk.domain.intake import ForeignText
from hypercare_desk.services.progress import Progress


@dataclass(frozen=True, slots=True)
class Incoming:
    """An article to be written with many others. ``original`` is a whole foreign file: its body and its own keys,
    comments and order stay, the fields' keys are written into its front matter (the draft's body is not used).
    ``expected`` is the version to be replaced, None for a new article."""

    draft: ArticleDraft
    original: bytes | None = None
    expected: str | None = None


class Prepared(AbstractContextManager["Prepared"], Protocol):
    """Articles that are written but not yet among the others; leaving the ``with`` block unplaced drops them."""

    @property
    def articles(self) -> Sequence[Article]:
        """What will be there, in the order given."""
        ...

    @property
    def paths(self) -> Sequence[str]:
        """Every file that is written, attachments too, relative to ``kb/``."""
        ...

    def place(self) -> None:
        """Put all in place in one short sweep, or none. Raises ``Conflict`` or ``Unavailable``."""
        ...


class ArticleStore(Protocol):
    """Articles as Markdown files under ``kb/``: the file is the truth."""

    def rows(self, progress: Progress | None = None) -> Sequence[ArticleRow]:
        """Every article's row, ordered by id; files that cannot be read are left out (see ``problems``)."""
        ...

    def problems(self) -> Mapping[str, str]:
        """Path → sentence, for every file under ``kb/`` that is no readable article."""
        ...

    def read(self, article_id: str) -> Article:
        """The article as it stands; raises ``NotFound``."""
        ...

    def read_path(self, path: str) -> Article:
        """The article in the file ``path`` (relative to ``kb/``); raises ``NotFound`` or ``Invalid``."""
        ...

    def parse(self, data: bytes, path: str) -> Article:
        """The article that a file ``path`` with these bytes would be; never fails (see ``Article.problems``)."""
        ...

    def links(self) -> Mapping[str, Sequence[str]]:
        """Article id → ids its body links to, for articles that link to any."""
        ...

    def save(self, draft: ArticleDraft, expected: str | None) -> Article:
        """Write atomically (temporary file, fsync, rename) and return what is on disk now.

        ``expected`` is the version the author started from, None for a new article. Raises ``Conflict`` (``mine``
        the draft, ``theirs`` the Article on disk) when the file changed since, ``Invalid`` for what may not be
        saved, ``Unavailable`` when the disk refuses; the old file is whole in every case.
        """
        ...

    def add_many(
        self, drafts: Iterable[tuple[ArticleDraft, bytes | None]], progress: Progress | None = None
    ) -> Sequence[Article]:
        """Write new articles in one sweep, all or none. Bytes are a whole foreign file (see ``Incoming``)."""
        ...

    def prepare(
        self,
        items: Sequence[Incoming],
        attachments: Mapping[str, Path] | None = None,
        progress: Progress | None = None,
    ) -> Prepared:
        """Write articles beside the others, unseen, to be placed at once or not at all; with copies of files, by their
        path below ``kb/attachments/``. Raises as ``save`` does; nothing is left behind then, nor after a cancel."""
        ...

    def remove(self, article_id: str, expected: str) -> None:
        """Take the file away (history keeps it)."""
        ...

    def scan(self) -> Iterator[tuple[str, int, int]]:
        """``(path, size, mtime in ns)`` of every Markdown file under ``kb/``; reads no file."""
        ...

    def stat(self, paths: Sequence[str]) -> Iterator[tuple[str, int, int]]:
        """The same for these paths only; those that are gone are left out."""
        ...

    def add_attachment(self, name: str, data: bytes) -> str:
        """Keep a file under ``kb/attachments/``; returns its path relative to ``kb/``. Raises ``Invalid``."""
        ...

    def template(self, fields: ArticleFields) -> str:
        """The body a new article of this kind starts with."""
        ...


class MarkdownFolders(Protocol):
    """Folders of Markdown from elsewhere, with or without front matter."""

    def paths(self, folder: Path) -> Sequence[str]:
        """Paths of the Markdown files below ``folder`` in order; hidden things and links that lead outside are left
        out. Raises ``NotFound`` or ``Unavailable``."""
        ...

    def read(self, folder: Path, path: str) -> ForeignText:
        """One of them, as far as it can be understood; never fails for what is in the file."""
        ...


class History(Protocol):
    """What ``kb/`` was: each save is a commit by the user."""

    def commit(self, paths: Sequence[str], message: str, who: str) -> str:
        """Record the files ``paths`` (relative to ``kb/``; gone ones as removed); returns the revision."""
        ...

    def log(self, path: str) -> Sequence[Revision]:
        """Revisions of one file, newest first."""
        ...

    def read(self, path: str, revision: str) -> bytes:
        """The file's bytes at a revision; raises ``NotFound``."""
        ...


class Renderer(Protocol):
    """Markdown to safe HTML: one renderer for screen and PDF."""

    def html(self, markdown: str, *, resolve: Mapping[str, str] | None = None, base: str = "") -> str:
        """Sanitised HTML. ``resolve`` maps article ids to link targets (``desk:article/KI-0007`` without it). Image
        sources come out relative to ``kb/``: they are resolved against the folder ``base`` (``Article.link_base``).
        Hostile text is bounded in time; text that cannot be rendered in 2 s comes back escaped, as plain text, with a
        sentence."""
        ...

    def html_many(
        self,
        texts: Sequence[str],
        progress: Progress | None = None,
        *,
        resolve: Mapping[str, str] | None = None,
        bases: Sequence[str] = (),
    ) -> Sequence[str]:
        """The same for many texts at once; ``bases`` has one folder per text, or none."""
        ...

    def close(self) -> None:
        """Let go of the child process; the next call starts another."""
        ...


class DraftFiles(Protocol):
    """What is being written, outside the workspace; ``name`` is an article's id."""

    def write(self, name: str, words: Mapping[str, object]) -> None:
        """Keep ``words`` whole in the place of what had that name. Raises ``Unavailable``."""
        ...

    def read(self, name: str) -> Mapping[str, object]:
        """What was kept; empty when there is nothing readable."""
        ...

    def remove(self, name: str) -> None:
        """Keep it no longer."""
        ...

    def names(self) -> Sequence[str]:
        """The names of all that is kept."""
        ...
