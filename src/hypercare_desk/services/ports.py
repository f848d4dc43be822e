"""Ports: what the services need of the world, as protocols. Adapters implement them; tests have fakes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Protocol, TypeVar

from hypercare_desk.domain.article import Article, ArticleDraft, ArticleFields, ArticleRow, Revision
from hypercare_desk.domain.exit_criteria import Criterion, Measurement, SignOff, Verdict, Waiver
from hypercare_desk.domain.feedback import (
    ArticleUse,
    Feedback,
    FeedbackEvent,
    FeedbackFilter,
    Link,
    SearchMade,
)
from hypercare_desk.domain.handoff import Pack
from hypercare_desk.domain.intake import ForeignText
from hypercare_desk.domain.journal import (
    Announcement,
    JournalEntry,
    Risk,
    RosterEntry,
    Survey,
    TrainingSession,
    TransferItem,
)
from hypercare_desk.domain.postmortem import Postmortem
from hypercare_desk.domain.search import Document, Found, IndexStatus
from hypercare_desk.services.progress import Progress

T = TypeVar("T")


class Clock(Protocol):
    """The time, so that tests can hold it still."""

    def now(self) -> datetime:
        """This instant, UTC-aware."""
        ...

    def today(self) -> date:
        """The day it is in the workspace's time zone."""
        ...


# --- knowledge -----------------------------------------------------------------------------------------------


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


# --- search --------------------------------------------------------------------------------------------------


class SearchIndex(Protocol):
    """The disposable index. Every method may be called from any thread; writes are serial."""

    def find(self, query: str, limit: int = 20, *, kinds: Sequence[str] = (), typing: bool = True) -> Found:
        """Answer ``query`` (operators and filters included); never raises for odd or half-typed syntax."""
        ...

    def update(
        self, changed: Iterable[Document], gone: Iterable[str] = (), progress: Progress | None = None
    ) -> None:
        """Index these documents in place of older ones with the same key, and forget the keys ``gone``."""
        ...

    def rebuild(self, documents: Iterable[Document], progress: Progress | None = None) -> None:
        """Everything again, beside the old index, which answers until the new one is whole."""
        ...

    def status(self) -> IndexStatus:
        """How the index is; cheap."""
        ...

    def marks(self) -> Mapping[str, tuple[int, int, str]]:
        """Key → (size, mtime in ns, sha256) of what is indexed, to find what changed."""
        ...

    def remember(self, marks: Mapping[str, tuple[int, int, str]], gone: Iterable[str] = ()) -> None:
        """Note the marks of what has been indexed (or merely touched)."""
        ...

    def set_uses(self, uses: Mapping[str, tuple[int, int]]) -> None:
        """Article id → (times used, times it solved), shown with hits and a mild prior in ranking."""
        ...

    def similar(self, text: str, limit: int = 10, *, kinds: Sequence[str] = ()) -> Found:
        """What is most like ``text``: for "similar articles and records"."""
        ...

    def close(self) -> None:
        """Let go of files."""
        ...


# --- records -------------------------------------------------------------------------------------------------


class Rows(Protocol[T]):
    """A table of frozen rows of one kind, keyed by their ``id``."""

    def get(self, row_id: str) -> T:
        """The row; raises ``NotFound``."""
        ...

    def add(self, row: T) -> T:
        """Insert; an empty ``id`` is given the next one of the table's prefix. Returns the row as stored."""
        ...

    def add_many(self, rows: Iterable[T]) -> int:
        """Insert many at once; returns how many."""
        ...

    def change(self, row: T) -> T:
        """Write ``row`` over the stored version ``row.version``; raises ``Conflict`` if that is not the latest.
        Returns the row with its new version."""
        ...

    def remove(self, row_id: str) -> None:
        """Delete; raises ``NotFound``."""
        ...

    def all(self, **equal: object) -> Sequence[T]:
        """Rows whose columns equal the given values, ordered by id."""
        ...


class FeedbackRows(Rows[Feedback], Protocol):
    """Feedback records with their events."""

    def find(self, which: FeedbackFilter) -> Sequence[Feedback]:
        """Records, newest reported first."""
        ...

    def count(self, which: FeedbackFilter) -> int:
        """How many ``find`` would give without its limit."""
        ...

    def by_external_keys(self, keys: Sequence[str]) -> Mapping[str, Feedback]:
        """External key → record, for the keys that exist."""
        ...

    def record_events(self, events: Iterable[FeedbackEvent]) -> None:
        """Append; never changed afterwards."""
        ...

    def events(self, feedback_id: str = "") -> Sequence[FeedbackEvent]:
        """Events of one record (or all), in order of writing."""
        ...


class LinkRows(Protocol):
    """Ties between records and articles or post-mortems."""

    def add(self, link: Link) -> bool:
        """Insert; False if it is there already."""
        ...

    def remove(self, feedback_id: str, target_id: str, relation: str) -> bool: ...

    def of_feedback(self, feedback_id: str) -> Sequence[Link]: ...

    def of_target(self, target_id: str) -> Sequence[Link]: ...

    def all(self) -> Sequence[Link]: ...


class LogRows(Protocol[T]):
    """An append-only log without ids (uses, searches, measurements), in order of time."""

    def add(self, row: T) -> None: ...

    def add_many(self, rows: Iterable[T]) -> int: ...

    def all(
        self, since: datetime | None = None, until: datetime | None = None, **equal: object
    ) -> Sequence[T]:
        """Rows with ``since <= at < until``."""
        ...


class EvaluationRows(Protocol):
    """Every evaluation ever made; never changed."""

    def add(self, verdict: Verdict) -> Verdict: ...

    def latest(self) -> Verdict | None: ...

    def all(self, since: datetime | None = None) -> Sequence[Verdict]: ...


class ImportRows(Protocol):
    """What was imported from where: makes importing twice change nothing."""

    def known(self, source: str) -> Mapping[str, tuple[str, str]]:
        """Key inside the source → (id here, fingerprint of what was imported)."""
        ...

    def remember(self, source: str, items: Mapping[str, tuple[str, str]]) -> None: ...


class UnitOfWork(Protocol):
    """One transaction over all records. Leaving the ``with`` block without ``commit`` undoes everything."""

    feedback: FeedbackRows
    links: LinkRows
    uses: LogRows[ArticleUse]
    searches: LogRows[SearchMade]
    criteria: Rows[Criterion]
    measurements: LogRows[Measurement]
    evaluations: EvaluationRows
    waivers: Rows[Waiver]
    sign_offs: Rows[SignOff]
    postmortems: Rows[Postmortem]
    journal: Rows[JournalEntry]
    announcements: Rows[Announcement]
    roster: Rows[RosterEntry]
    training: Rows[TrainingSession]
    transfer: Rows[TransferItem]
    surveys: Rows[Survey]
    risks: Rows[Risk]
    packs: Rows[Pack]
    imports: ImportRows

    def next_id(self, prefix: str, count: int = 1) -> Sequence[str]:
        """``count`` ids of this prefix, never given before and never again, even if the transaction's rows go."""
        ...

    def raise_floor(self, prefix: str, number: int) -> None:
        """See that every further id of this prefix has a number above ``number``: for articles made elsewhere."""
        ...

    def commit(self) -> None:
        """Make it so. Raises ``Unavailable`` when the database cannot."""
        ...


class Database(Protocol):
    """The record store of a workspace."""

    def work(self) -> AbstractContextManager[UnitOfWork]:
        """A writing transaction."""
        ...

    def view(self) -> AbstractContextManager[UnitOfWork]:
        """A reading transaction: one consistent state, nothing can be written."""
        ...

    def backup(self, target: Path) -> Path:
        """A consistent copy of the database in ``target`` (a file)."""
        ...

    def check(self) -> Sequence[str]:
        """Sentences on what is wrong; empty when all is well."""
        ...

    @property
    def read_only(self) -> str:
        """Why nothing can be written (a sentence), or empty."""
        ...

    def data_version(self) -> int:
        """Changes when another process has written."""
        ...

    def close(self) -> None: ...


class Archives(Protocol):
    """Whole workspaces in one file each."""

    def write(
        self,
        root: Path,
        database: Path,
        target: Path,
        facts: Mapping[str, str],
        progress: Progress | None = None,
    ) -> Path:
        """Everything under ``root`` but its database, with the copy ``database`` in its place, as the file ``target``:
        whole, or not there. Raises ``Unavailable`` when the disk refuses."""
        ...

    def extract(self, source: Path, folder: Path, progress: Progress | None = None) -> Mapping[str, str]:
        """What ``write`` put into ``source``, as ``folder`` (absent or empty), whole or not at all; returns its facts.
        Raises ``Invalid`` for what is no backup, is damaged, or is meant to do harm; ``Unavailable``."""
        ...


# --- handoff -------------------------------------------------------------------------------------------------


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


class PackRenderer(Protocol):
    """Turns a frozen snapshot into a PDF in a child process."""

    def render(self, snapshot_json: str, out: Path, progress: Progress | None = None) -> int:
        """Write the PDF to ``out`` atomically; returns its pages. Same snapshot, same bytes. Cancel and failure leave
        nothing behind. Raises ``Unavailable`` with a sentence when the PDF library cannot work here."""
        ...

    def pictures(self, paths: Iterable[str]) -> Mapping[str, str]:
        """Path → SHA-256, for those attachments (relative to ``kb/``) that a pack may print."""
        ...

    def attachments(self, pdf: Path) -> Mapping[str, bytes]:
        """Files attached to a PDF, by name; raises ``NotFound`` or, if it is no PDF, ``Invalid``."""
        ...

    def fingerprint(self, pdf: Path) -> str:
        """The SHA-256 (hex) of a file's bytes; raises ``NotFound``."""
        ...


# --- the machine ---------------------------------------------------------------------------------------------


class Machine(Protocol):
    """What there is to know about the computer and its folders. Nothing here raises for a folder that is absent."""

    def versions(self) -> Mapping[str, str]:
        """Name → version of the application, Python, SQLite and the libraries that matter."""
        ...

    def why_no_pdf(self) -> str:
        """Why packs cannot be made here and what to install (a sentence), or empty."""
        ...

    def writable(self, folder: Path) -> bool:
        """Whether a file could be made in ``folder``."""
        ...

    def private(self, folder: Path) -> bool:
        """Whether nobody but this user may enter ``folder``."""
        ...

    def free_bytes(self, folder: Path) -> int:
        """Room left on the disk that ``folder`` lies on."""
        ...

    def newest_file(self, folder: Path) -> tuple[Path, datetime] | None:
        """The file in ``folder`` that was written last, and when (UTC); None if there is none."""
        ...

    def written(self, file: Path) -> datetime | None:
        """When a file was written last (UTC); None if there is none."""
        ...

    def sha256(self, file: Path) -> str:
        """The SHA-256 (hex) of a file's bytes; empty if it cannot be read."""
        ...
