"""Working with articles: read, write, publish, validate, retire, check, look back.

A save goes to the file first, then to the history, then to the index. The file is the truth: when history or index
cannot follow, the save stands, the fault is logged and told through ``warn``, and both catch up later.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from hypercare_desk.domain import checklist
from hypercare_desk.domain.article import (
    Article,
    ArticleDraft,
    ArticleFields,
    ArticleFilter,
    ArticleRow,
    CheckReport,
    Confidence,
    Kind,
    Revision,
    Stamp,
    Status,
    linked_files,
    linked_ids,
)
from hypercare_desk.domain.changes import Changes
from hypercare_desk.domain.errors import Conflict, DeskError, Invalid, NotFound
from hypercare_desk.services.ports import ArticleStore, Clock, Database, History, Renderer
from hypercare_desk.services.progress import Progress, Report, heard
from hypercare_desk.services.search import SearchService

log = logging.getLogger(__name__)

SOLVED_TO_VALIDATE = 3
PEOPLE_TO_VALIDATE = 2


@dataclass(frozen=True, slots=True)
class Due:
    """An article that waits for somebody's review, and why."""

    row: ArticleRow
    reason: str


class KnowledgeService:
    """The articles of a workspace, in the name of ``user``."""

    def __init__(
        self,
        *,
        store: ArticleStore,
        history: History,
        renderer: Renderer,
        search: SearchService,
        database: Database,
        clock: Clock,
        user: str,
        announce: Callable[[Changes], None] = lambda changes: None,
        warn: Callable[[str], None] = lambda sentence: None,
    ) -> None:
        self._store = store
        self._history = history
        self._renderer = renderer
        self._search = search
        self._database = database
        self._clock = clock
        self._user = user
        self._announce = announce
        self._warn = warn

    # --- reading ---------------------------------------------------------------------------------------------

    def read(self, article_id: str) -> Article:
        """The article as it stands on disk; raises ``NotFound``."""
        return self._store.read(article_id)

    def list(self, which: ArticleFilter | None = None) -> Sequence[ArticleRow]:
        """Rows of the articles that fit, ordered by id."""
        which = which or ArticleFilter()
        return [row for row in self._store.rows() if _fits(row.fields, which)]

    def html(self, article: Article | str) -> str:
        """The body as safe HTML; links to articles lead to ``desk:article/<id>``, images are relative to ``kb/``."""
        shown = self.read(article) if isinstance(article, str) else article
        return self._renderer.html(shown.body, resolve=self._targets(shown), base=shown.link_base)

    def preview(self, body: str, article: Article | None = None) -> str:
        """A body that is being written, as safe HTML."""
        return self._renderer.html(body, base=article.link_base if article else "attachments")

    def links_to(self, article_id: str) -> Sequence[ArticleRow]:
        """Rows of the articles whose text links to this one."""
        linking = {source for source, targets in self._store.links().items() if article_id in targets}
        return [row for row in self._store.rows() if row.fields.id in linking]

    def problems(self) -> Mapping[str, str]:
        """Path under ``kb/`` → sentence, for files that are no readable article."""
        return self._store.problems()

    def history(self, article_id: str) -> Sequence[Revision]:
        """Saved states, newest first; raises ``NotFound`` for an unknown article, ``Unavailable`` if git cannot."""
        return self._history.log(self.read(article_id).path)

    def read_revision(self, article_id: str, revision: str) -> Article:
        """The article as it was at a revision; raises ``NotFound`` or ``Unavailable``."""
        path = self.read(article_id).path
        return self._store.parse(self._history.read(path, revision), path)

    def due(self) -> Sequence[Due]:
        """The review queue: past ``review_by``, or valid until a day that is over; retired ones are left out."""
        today = self._clock.today()
        rows = (row for row in self._store.rows() if row.fields.status is not Status.RETIRED)
        return [Due(row, reason) for row in rows if (reason := _due_reason(row.fields, today))]

    # --- writing ---------------------------------------------------------------------------------------------

    def new(self, kind: Kind | str, title: str, *, body: str | None = None, **fields: Any) -> Article:
        """A new article, saved at once, with the kind's template as its text unless ``body`` is given.

        ``fields`` are those of ``ArticleFields``. Raises ``Invalid`` or ``Unavailable``.
        """
        try:
            wanted = ArticleFields(title=" ".join(title.split()), kind=Kind(kind), **fields)
        except ValueError:
            allowed = ", ".join(Kind)
            raise Invalid(
                f"“{kind}” is no kind of article; allowed: {allowed}.", code="invalid_choice"
            ) from None
        text = self._store.template(wanted) if body is None else body
        return self.save(ArticleDraft(wanted, text))

    def save(self, draft: ArticleDraft, expected: str | None = None) -> Article:
        """Save a draft over the version it started from, or as a new article when it has no id yet.

        Returns the article as it is on disk now. Raises ``Conflict`` with both texts when the file changed since,
        ``Invalid`` for what may not be saved, ``Unavailable`` when the disk refuses; nothing is lost in any case.
        A validated article whose text changes is no longer validated.
        """
        if expected is None:
            return self._save_new(draft)
        if not draft.fields.id:
            raise Invalid("A changed article needs its id.", code="id_missing")
        before = self._store.read(draft.fields.id)
        if before.version == expected and draft == before.draft():
            return before
        fields = _settled(draft, before, Stamp(self._clock.today(), self._user))
        try:
            after = self._store.save(ArticleDraft(fields, draft.body), expected)
        except Invalid as fault:
            if fault.code != "front_matter_unwritable" or draft.fields != before.fields:
                raise
            # Front matter that nobody can write to must not keep the author's text from being saved.
            after = self._store.save(draft, expected)
        except Conflict as conflict:
            # The author gets back what the author wrote, without today's stamps.
            raise Conflict(conflict.message, mine=draft, theirs=conflict.theirs, id=draft.fields.id) from None
        self._saved([after], f"Change {after.id}: {after.title}")
        return after

    def add_many(
        self, drafts: Sequence[ArticleDraft], message: str, progress: Progress | None = None
    ) -> Sequence[Article]:
        """Keep many new articles at once, ids and stamps as they come, as one change in the history; all or none."""
        added = self._store.add_many(((draft, None) for draft in drafts), progress)
        self._saved(added, message)
        return added

    def publish(self, article_id: str) -> Article:
        """A draft or an article in review becomes the text that everybody sees; raises ``Invalid`` if retired."""
        article = self.read(article_id)
        if article.status is Status.RETIRED:
            raise Invalid(f"{article_id} is retired: restore an earlier state of it first.", code="retired")
        return self._move(article, "Publish", status=Status.PUBLISHED)

    def submit(self, article_id: str) -> Article:
        """A draft asks for review; raises ``Invalid`` for any other."""
        article = self.read(article_id)
        if article.status is not Status.DRAFT:
            raise Invalid(
                f"{article_id} is {article.status}, and only a draft can be handed in.", code="no_draft"
            )
        return self._move(article, "Hand in", status=Status.IN_REVIEW)

    def validate(self, article_id: str) -> Article:
        """Somebody who knows has checked the article: it is validated from today on."""
        article = self.read(article_id)
        if article.status is Status.RETIRED:
            raise Invalid(f"{article_id} is retired, so it cannot be validated.", code="retired")
        stamp = Stamp(self._clock.today(), self._user)
        return self._move(article, "Validate", confidence=Confidence.VALIDATED, validated=stamp)

    def retire(self, article_id: str) -> Article:
        """Take the article out of use; its file and history stay, and links to it work."""
        article = self.read(article_id)
        return self._move(article, "Retire", status=Status.RETIRED, confidence=Confidence.ARCHIVED)

    def used(self, article_id: str, solved: bool, query: str = "", feedback_id: str = "") -> Article:
        """Count that the article helped or did not; three times solved by two people validates it (product.md §4)."""
        article = self.read(article_id)
        self._search.used(article_id, solved, query, feedback_id)
        if not solved or article.confidence not in (Confidence.WIP, Confidence.NOT_VALIDATED):
            return article
        since = article.fields.updated.on
        with self._database.view() as work:
            uses = [use for use in work.uses.all(article_id=article_id) if use.solved]
        counted = [use for use in uses if since is None or use.at.date() >= since]
        if len(counted) < SOLVED_TO_VALIDATE or len({use.who for use in counted}) < PEOPLE_TO_VALIDATE:
            return article
        stamp = Stamp(self._clock.today(), f"{len(counted)} × solved it")
        return self._move(article, "Validate", confidence=Confidence.VALIDATED, validated=stamp)

    def restore(self, article_id: str, revision: str) -> Article:
        """Bring back the text and facts of an earlier state, as a new change; where it stands in its life stays."""
        now = self.read(article_id)
        then = self.read_revision(article_id, revision)
        kept = replace(
            then.fields,
            id=now.id,
            kind=now.kind,
            status=Status.DRAFT if now.status is Status.RETIRED else now.status,
            confidence=Confidence.NOT_VALIDATED if now.status is Status.RETIRED else now.confidence,
            created=now.fields.created,
            updated=now.fields.updated,
            validated=now.fields.validated,
        )
        return self.save(ArticleDraft(kept, then.body), now.version)

    def attach(self, name: str, data: bytes) -> str:
        """Keep a file with the articles; returns its path relative to ``kb/``. Raises ``Invalid``."""
        path = self._store.add_attachment(name, data)
        self._record([path], f"Attach {name}")
        return path

    # --- checking --------------------------------------------------------------------------------------------

    def check(self, article_id: str) -> CheckReport:
        """The quality checklist over one article; raises ``NotFound``."""
        ids = {row.fields.id for row in self._store.rows()}
        return self._check(self.read(article_id), ids)

    def check_all(self, progress: Progress | Report | None = None) -> Sequence[CheckReport]:
        """The checklist over every article that is not retired, by id."""
        progress = heard(progress)
        rows = self._store.rows()
        ids = {row.fields.id for row in rows}
        wanted = [row for row in rows if row.fields.status is not Status.RETIRED]
        reports: list[CheckReport] = []
        for number, row in enumerate(wanted, start=1):
            progress.step(number, len(wanted), "Checking articles")
            reports.append(self._check(self._store.read_path(row.path), ids))
        return reports

    # --- inside ----------------------------------------------------------------------------------------------

    def _targets(self, article: Article) -> Mapping[str, str]:
        """Where the links of a text lead: articles that exist, and imported files that have become articles."""
        targets: dict[str, str] = {}
        for article_id in linked_ids(article.body):
            with suppress(NotFound):
                targets[article_id] = f"desk:article/{self._store.read(article_id).id}"
        wanted = set(linked_files(article.body, article.link_base))
        if wanted:
            for row in self._store.rows():
                origin = f"attachments/{row.fields.imported_from}" if row.fields.imported_from else row.path
                if origin in wanted:
                    targets[origin] = f"desk:article/{row.fields.id}"
        return targets

    def _check(self, article: Article, ids: set[str]) -> CheckReport:
        near = self._near_duplicates(article)
        return checklist.check(article, checklist.Surroundings(ids, near))

    def _near_duplicates(self, article: Article) -> Sequence[tuple[str, str]]:
        """Articles of the same kind with nearly the same title: same words but for order, case and little words."""
        words = checklist.title_words(article.title)
        found = self._search.similar(article.title, 10, (article.kind.value,))
        return [
            (hit.id, hit.title)
            for hit in found.hits
            if hit.id != article.id and words and checklist.title_words(hit.title) == words
        ]

    def _save_new(self, draft: ArticleDraft) -> Article:
        today = Stamp(self._clock.today(), self._user)
        created = draft.fields.created if draft.fields.created.on else today
        fields = replace(draft.fields, created=created, updated=today)
        if not fields.title.strip():
            raise Invalid("An article needs a title.", code="title_missing")
        if not fields.id:
            with self._database.work() as work:
                fields = replace(fields, id=work.next_id(fields.kind.prefix)[0])
                work.commit()
        after = self._store.save(ArticleDraft(fields, draft.body), None)
        self._saved([after], f"Add {after.id}: {after.title}")
        return after

    def _move(self, article: Article, verb: str, **fields: Any) -> Article:
        wanted = replace(article.fields, **fields)
        if wanted == article.fields:
            return article
        wanted = replace(wanted, updated=Stamp(self._clock.today(), self._user))
        after = self._store.save(ArticleDraft(wanted, article.body), article.version)
        self._saved([after], f"{verb} {after.id}: {after.title}")
        return after

    def _saved(self, articles: Sequence[Article], message: str) -> None:
        self._record([article.path for article in articles], message)
        self._search.index_articles(articles)
        self._announce(Changes(articles=frozenset(article.id for article in articles)))

    def _record(self, paths: Sequence[str], message: str) -> None:
        try:
            self._history.commit(paths, message, self._user)
        except DeskError as fault:
            log.warning("History: %s", fault)
            self._warn(fault.message)


def _settled(draft: ArticleDraft, before: Article, stamp: Stamp) -> ArticleFields:
    """The draft's fields with the stamps of this save and the confidence that follows from it."""
    fields = replace(draft.fields, updated=stamp)
    if fields.confidence is not Confidence.VALIDATED:
        return fields
    if before.confidence is not Confidence.VALIDATED:
        return replace(fields, validated=stamp)
    if draft.body != before.body:
        return replace(fields, confidence=Confidence.NOT_VALIDATED)
    return fields


def _fits(fields: ArticleFields, which: ArticleFilter) -> bool:
    words = which.text.casefold()
    return (
        which.kind in (None, fields.kind)
        and which.status in (None, fields.status)
        and which.confidence in (None, fields.confidence)
        and (not which.component or which.component.casefold() == fields.component.casefold())
        and (not which.tag or which.tag.casefold() in (tag.casefold() for tag in fields.tags))
        and (
            not words or any(words in text.casefold() for text in (fields.id, fields.title, *fields.aliases))
        )
    )


def _due_reason(fields: ArticleFields, today: date) -> str:
    if fields.valid_until and fields.valid_until < today:
        return f"valid until {fields.valid_until.isoformat()}"
    if fields.review_by and fields.review_by < today:
        return f"review was due on {fields.review_by.isoformat()}"
    return ""
