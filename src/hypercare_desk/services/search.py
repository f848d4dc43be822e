"""Searching: keystroke to hits, and keeping the index in step with files and records.

The index is disposable. Files under ``kb/`` and the database are the truth; ``refresh`` compares what is indexed with
what lies there by (path, size, mtime, sha256) and indexes only the difference.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from hypercare_desk.domain.article import Article, without_comments
from hypercare_desk.domain.changes import Changes
from hypercare_desk.domain.errors import DeskError
from hypercare_desk.domain.feedback import ArticleUse, Feedback, FeedbackFilter, SearchMade
from hypercare_desk.domain.postmortem import Postmortem
from hypercare_desk.domain.search import Document, Found, IndexStatus
from hypercare_desk.services.ports import ArticleStore, Clock, Database, SearchIndex
from hypercare_desk.services.progress import Progress, Report, heard

log = logging.getLogger(__name__)

FEEDBACK = "feedback"
POSTMORTEM = "post-mortem"
RECORDS_MARK = "@records"
"""Key under which the index remembers up to which instant (ns) records were indexed."""

Mark = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class _Difference:
    """What a scan of ``kb/`` says against the index."""

    changed: tuple[tuple[str, int, int], ...]
    gone: tuple[str, ...]


class QuickRecords(Protocol):
    """The records as a search needs them, where that is quicker than opening the database."""

    def stamp(self) -> str:
        """Changes whenever a record that can be found is added, changed or removed; empty where it is not known."""
        ...

    def uses(self) -> Mapping[str, tuple[int, int]] | None:
        """Article id → (times used, times it solved); None if the database has to be asked."""
        ...

    def count(self, made: SearchMade) -> bool:
        """Keep one finished search; False if the database has to do it."""
        ...


class SearchService:
    """Finds articles, records and post-mortems; counts searches and uses; keeps the index current."""

    def __init__(
        self,
        *,
        index: SearchIndex,
        store: ArticleStore,
        database: Database,
        clock: Clock,
        user: str,
        announce: Callable[[Changes], None] = lambda changes: None,
        quick: QuickRecords | None = None,
    ) -> None:
        self._quick = quick
        self._uses_loaded = False
        self._index = index
        self._store = store
        self._database = database
        self._clock = clock
        self._user = user
        self._announce = announce
        self._lane = threading.Lock()
        self._mending: threading.Thread | None = None

    # --- asking ----------------------------------------------------------------------------------------------

    def find(self, query: str, limit: int = 20, kind: str | None = None, *, typing: bool = True) -> Found:
        """Answer ``query``, best first; never raises for what was typed. ``typing``: the last word may go on."""
        found = self._index.find(query, limit, kinds=(kind,) if kind else (), typing=typing)
        if not self._index.status().healthy:
            self._mend()
        return found

    def similar(self, text: str, limit: int = 10, kinds: Sequence[str] = ()) -> Found:
        """What is most like ``text``, of the given kinds (articles, records, post-mortems alike if none)."""
        return self._index.similar(text, limit, kinds=kinds)

    def status(self) -> IndexStatus:
        """The index's health, with how many files it is behind counted now."""
        status = self._index.status()
        difference = self._difference()
        behind = len(difference.changed) + len(difference.gone)
        return IndexStatus(status.documents, behind, status.bytes, status.healthy, status.note)

    # --- counting --------------------------------------------------------------------------------------------

    def made(self, query: str, hits: int, gap_id: str = "") -> None:
        """Count one finished search; its text and number of hits feed the gap report."""
        search = SearchMade(query[:500], self._clock.now(), self._user, hits, gap_id)
        if self._quick and self._quick.count(search):
            return
        with self._database.work() as work:
            work.searches.add(search)
            work.commit()

    def used(self, article_id: str, solved: bool, query: str = "", feedback_id: str = "") -> None:
        """Count that an article solved the matter, or did not; shown with its hits from now on."""
        use = ArticleUse(article_id, self._clock.now(), self._user, solved, query[:500], feedback_id)
        with self._database.work() as work:
            work.uses.add(use)
            work.commit()
        self.load_uses()
        self._announce(Changes(articles=frozenset({article_id})))

    def load_uses(self) -> None:
        """Hand the use counts of the database to the index."""
        counts = self._quick.uses() if self._quick else None
        self._index.set_uses(self._counted_uses() if counts is None else counts)
        self._uses_loaded = True

    def _counted_uses(self) -> Mapping[str, tuple[int, int]]:
        counts: dict[str, tuple[int, int]] = {}
        with self._database.view() as work:
            for use in work.uses.all():
                used, solved = counts.get(use.article_id, (0, 0))
                counts[use.article_id] = (used + 1, solved + use.solved)
        return counts

    # --- keeping in step -------------------------------------------------------------------------------------

    def rebuild(self, progress: Progress | Report | None = None) -> int:
        """Everything again from files and records; the old index answers meanwhile. Returns the documents indexed."""
        with self._lane:
            return self._rebuild(heard(progress))

    def refresh(self, progress: Progress | Report | None = None) -> int:
        """Index what changed since the last time, and only that; returns how many documents were touched."""
        progress = heard(progress)
        with self._lane:
            if not self._index.marks():
                return self._rebuild(progress)
            touched = self._refresh_files(progress)
            if not self._uses_loaded:
                self.load_uses()
            return touched + self._refresh_records()

    def index_articles(self, articles: Iterable[Article], progress: Progress | None = None) -> None:
        """Make saved articles findable. A fault leaves the index behind, never the save: it mends itself later."""
        with self._lane:
            self._index_articles(list(articles), (), progress)

    def forget(self, paths: Iterable[str]) -> None:
        """Drop articles whose files (paths under ``kb/``) are gone."""
        with self._lane:
            self._index_articles([], tuple(paths), None)

    def index_feedback(self, records: Iterable[Feedback]) -> None:
        """Make feedback records findable."""
        self._index_records([_of_feedback(record) for record in records])

    def index_postmortems(self, items: Iterable[Postmortem]) -> None:
        """Make post-mortems findable."""
        self._index_records([_of_postmortem(item) for item in items])

    def close(self) -> None:
        """Wait for a repair that is under way and let go of the index."""
        if self._mending:
            self._mending.join()
        self._index.close()

    # --- inside ----------------------------------------------------------------------------------------------

    def _rebuild(self, progress: Progress) -> int:
        """Articles are findable afterwards even if the records do not answer; that fault is raised at the end."""
        faults: list[DeskError] = []
        files = list(self._store.scan())
        seen: dict[str, Mark] = {}
        moment = self._clock.now()
        total = len(files)

        def documents() -> Iterator[Document]:
            for number, (path, size, mtime) in enumerate(files, start=1):
                article = self._readable(path)
                seen[path] = (size, mtime, article.version if article else "")
                if article:
                    yield _of_article(article)
                if number % 50 == 0 or number == total:
                    progress.step(number, total, "Indexing articles")
            try:
                yield from self._record_documents(None)
            except DeskError as fault:
                faults.append(fault)

        stamp = self._stamp()
        self._index.rebuild(documents())
        if not faults:
            seen[RECORDS_MARK] = _instant(moment, stamp)
        self._index.remember(seen)
        if faults:
            raise faults[0]
        self.load_uses()
        self._announce(Changes(everything=True))
        return self._index.status().documents

    def _difference(self) -> _Difference:
        marks = self._index.marks()
        there: set[str] = set()
        changed: list[tuple[str, int, int]] = []
        for path, size, mtime in self._store.scan():
            there.add(path)
            mark = marks.get(path)
            if mark is None or mark[0] != size or mark[1] != mtime:
                changed.append((path, size, mtime))
        gone = tuple(key for key in marks if key not in there and not key.startswith(("@", "record:")))
        return _Difference(tuple(changed), gone)

    def _refresh_files(self, progress: Progress) -> int:
        difference = self._difference()
        if not difference.changed and not difference.gone:
            return 0
        marks = self._index.marks()
        seen: dict[str, Mark] = {}
        articles: list[Article] = []
        unreadable: list[str] = []
        total = len(difference.changed)
        for number, (path, size, mtime) in enumerate(difference.changed, start=1):
            article = self._readable(path)
            seen[path] = (size, mtime, article.version if article else "")
            if article is None:
                unreadable.append(path)
            elif path not in marks or marks[path][2] != article.version:
                articles.append(article)
            progress.step(number, total, "Reading changed articles")
        gone = (*difference.gone, *unreadable)
        if articles or gone:
            self._index.update((_of_article(article) for article in articles), gone, progress)
        self._index.remember(seen, difference.gone)
        touched = frozenset(article.id for article in articles)
        self._announce(Changes(articles=touched, everything=bool(gone)))
        return len(articles) + len(gone)

    def _refresh_records(self) -> int:
        mark = self._index.marks().get(RECORDS_MARK)
        stamp = self._stamp()
        if mark and stamp and mark[2] == stamp:
            return 0
        moment = self._clock.now()
        since = datetime.fromtimestamp(mark[1] / 1e9, UTC) if mark else None
        documents = list(self._record_documents(since))
        if documents:
            self._index.update(documents)
        if documents or stamp:
            self._index.remember({RECORDS_MARK: _instant(moment, stamp)})
        return len(documents)

    def _stamp(self) -> str:
        return self._quick.stamp() if self._quick else ""

    def _record_documents(self, since: datetime | None) -> Iterator[Document]:
        with self._database.view() as work:
            records = work.feedback.find(FeedbackFilter(updated_since=since))
            postmortems = [
                item
                for item in work.postmortems.all()
                if since is None or (item.updated_at is not None and item.updated_at >= since)
            ]
        yield from (_of_feedback(record) for record in records)
        yield from (_of_postmortem(item) for item in postmortems)

    def _index_articles(
        self, articles: list[Article], gone: tuple[str, ...], progress: Progress | None
    ) -> None:
        try:
            self._index.update((_of_article(article) for article in articles), gone, progress)
            wanted = {article.path: article.version for article in articles}
            sizes = {path: (size, mtime) for path, size, mtime in self._store.stat(tuple(wanted))}
            marks = {path: (*sizes[path], sha) for path, sha in wanted.items() if path in sizes}
            self._index.remember(marks, gone)
        except (DeskError, OSError) as fault:
            log.warning("The index is behind: %s", fault)

    def _index_records(self, documents: list[Document]) -> None:
        try:
            with self._lane:
                self._index.update(documents)
        except (DeskError, OSError) as fault:
            log.warning("The index is behind: %s", fault)

    def _readable(self, path: str) -> Article | None:
        try:
            return self._store.read_path(path)
        except (DeskError, OSError) as fault:
            log.info("Left out of the index: %s", fault)
            return None

    def _mend(self) -> None:
        """Rebuild in the background, once, while answers come from what there is."""
        if self._mending and self._mending.is_alive():
            return

        def mend() -> None:
            try:
                self.rebuild()
            except (DeskError, OSError) as fault:
                log.warning("The index could not be mended: %s", fault)

        self._mending = threading.Thread(target=mend, name="index-mending", daemon=True)
        self._mending.start()


def _instant(moment: datetime, stamp: str) -> Mark:
    return (0, int(moment.timestamp() * 1e9), stamp)


def _of_article(article: Article) -> Document:
    fields = article.fields
    return Document(
        key=article.path,
        id=article.id or article.path,
        kind=fields.kind.value,
        title=fields.title,
        body=without_comments(article.body),
        path=article.path,
        aliases=fields.aliases,
        codes=fields.codes,
        tags=fields.tags,
        status=fields.status.value,
        confidence=fields.confidence.value,
        audience=fields.audience.value,
        component=fields.component,
        owner=fields.owner,
        release=fields.release,
        valid_until=fields.valid_until.isoformat() if fields.valid_until else "",
        updated=fields.updated.on.isoformat() if fields.updated.on else "",
        validated=fields.validated.on.isoformat() if fields.validated.on else "",
    )


def _of_feedback(record: Feedback) -> Document:
    body = "\n\n".join(part for part in (record.description, record.root_cause, record.resolution) if part)
    keys = tuple(key for key in (record.external_key, record.fingerprint) if key)
    return Document(
        key=f"record:{record.id}",
        id=record.id,
        kind=FEEDBACK,
        title=record.title,
        body=body,
        codes=keys,
        tags=record.tags,
        status=record.state.value,
        component=record.component,
        owner=record.owner,
        updated=record.updated_at.date().isoformat() if record.updated_at else "",
    )


def _of_postmortem(item: Postmortem) -> Document:
    told = (
        item.summary,
        item.impact,
        item.lead_up,
        item.trigger,
        item.detection,
        item.response,
        item.recovery,
        item.notes,
        *item.conditions,
        *item.went_well,
        *item.went_badly,
        *item.lucky,
        *item.questions,
        *item.lessons,
        *(entry.event for entry in item.timeline),
        *(action.text for action in item.actions),
    )
    return Document(
        key=f"record:{item.id}",
        id=item.id,
        kind=POSTMORTEM,
        title=item.title,
        body="\n\n".join(part for part in told if part),
        status=item.status.value,
        owner=item.owner,
        updated=item.updated_at.date().isoformat() if item.updated_at else "",
    )
