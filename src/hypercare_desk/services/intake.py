"""Bringing in what exists elsewhere. Nothing is half-imported, and importing the same again changes nothing.

The order of an import: read and decide; take ids; write unseen; note in the database what comes from where; put all
files in place in one short sweep; one commit to the history; one update of the index. Stopped before the sweep, nothing
is there. Killed between note and sweep, the next import finds notes without articles and makes them, with the same ids.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from hypercare_desk.domain.article import (
    ARTICLE_ID,
    KIND_OF_PREFIX,
    Article,
    ArticleDraft,
    ArticleFields,
    ArticleRow,
    Confidence,
    Kind,
    Stamp,
    slug,
)
from hypercare_desk.domain.changes import Changes
from hypercare_desk.domain.errors import DeskError, Invalid
from hypercare_desk.domain.intake import ForeignText, ImportItem, ImportReport, Outcome
from hypercare_desk.services.ports import (
    ArticleStore,
    Clock,
    Database,
    History,
    Incoming,
    MarkdownFolders,
    Prepared,
)
from hypercare_desk.services.progress import Progress, Report, heard
from hypercare_desk.services.search import SearchService

log = logging.getLogger(__name__)

_HALF = 32
"""Hex digits kept of a SHA-256 in a fingerprint: half of it, twice (source and article)."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is to become of one foreign text; ``item`` is its line in the report, ``row`` the article it updates."""

    text: ForeignText
    item: ImportItem
    row: ArticleRow | None = None


class IntakeService:
    """Imports, in the name of ``user``."""

    def __init__(
        self,
        *,
        store: ArticleStore,
        history: History,
        search: SearchService,
        database: Database,
        folders: MarkdownFolders,
        clock: Clock,
        user: str,
        kb: Path | None = None,
        announce: Callable[[Changes], None] = lambda changes: None,
    ) -> None:
        self._store = store
        self._history = history
        self._search = search
        self._database = database
        self._folders = folders
        self._clock = clock
        self._user = user
        self._kb = kb.resolve() if kb else None
        self._announce = announce

    def markdown(
        self,
        folder: Path | str,
        dry_run: bool = False,
        progress: Progress | Report | None = None,
        *,
        kind: Kind | None = None,
    ) -> ImportReport:
        """Every Markdown file below ``folder`` becomes an article, with its pictures; ``kind`` overrides the guess.

        A file that was imported before and has changed updates its article, unless that was edited here since: then
        it is skipped and says so. Raises ``NotFound``, ``Unavailable``, ``Cancelled``; nothing is half-done then.
        """
        folder = Path(folder).expanduser().resolve()
        progress = heard(progress)
        source = f"markdown:{folder}"
        plans = self._plans(folder, source, progress)
        wanted = [plan for plan in plans if plan.item.outcome in (Outcome.CREATED, Outcome.UPDATED)]
        if dry_run or not wanted:
            return ImportReport.of(str(folder), (plan.item for plan in plans), dry_run=dry_run)
        name = f"{slug(folder.name, 40)}-{hashlib.sha256(str(folder).encode()).hexdigest()[:8]}"
        wanted = self._with_ids(wanted, kind)
        incoming = [self._incoming(plan, name) for plan in wanted]
        pictures = {f"{name}/{path}": folder / path for plan in wanted for path in plan.text.attachments}
        with self._store.prepare(incoming, pictures, progress) as prepared:
            self._place(prepared, source, wanted)
            articles, paths = prepared.articles, prepared.paths
        notes = self._follow(articles, paths, f"Import {len(articles)} articles from {folder.name}", progress)
        ids = {plan.text.source: plan.item for plan in wanted}
        items = (ids.get(plan.text.source, plan.item) for plan in plans)
        return ImportReport.of(str(folder), items, notes=notes)

    def _plans(self, folder: Path, source: str, progress: Progress) -> Sequence[_Plan]:
        """Read every file and decide."""
        if self._kb and folder.is_relative_to(self._kb):
            raise Invalid(
                f"{folder} holds this workspace's own articles: import from a folder outside it.",
                code="own_folder",
            )
        paths = [path for path in self._folders.paths(folder) if not self._is_own(folder / path)]
        with self._database.view() as work:
            known = work.imports.known(source)
        rows = {row.fields.id: row for row in self._store.rows()} if known else {}
        plans: list[_Plan] = []
        for number, path in enumerate(paths, start=1):
            progress.step(number, len(paths), "Reading files")
            plans.append(_decided(self._folders.read(folder, path), known, rows))
        return _moved(plans, known, rows)

    def _is_own(self, file: Path) -> bool:
        """Whether the file is an article of this workspace already, or was brought in with one."""
        return self._kb is not None and file.is_relative_to(self._kb)

    def _with_ids(self, plans: Sequence[_Plan], kind: Kind | None) -> list[_Plan]:
        """Give ids to the new ones; they are spent even if the import stops later."""
        kinds = [kind or plan.text.fields.kind for plan in plans]
        fresh: dict[Kind, list[str]] = {}
        with self._database.work() as work:
            for one in dict.fromkeys(kinds):
                count = sum(
                    1 for its, plan in zip(kinds, plans, strict=True) if its is one and not plan.item.id
                )
                fresh[one] = list(reversed(work.next_id(one.prefix, count))) if count else []
            work.commit()
        given: list[_Plan] = []
        for its, plan in zip(kinds, plans, strict=True):
            article_id = plan.item.id or fresh[its].pop()
            given.append(replace(plan, item=replace(plan.item, id=article_id)))
        return given

    def _incoming(self, plan: _Plan, name: str) -> Incoming:
        """The article that a foreign text becomes, or the new text of the article that it became before."""
        fields, here = plan.text.fields, plan.row.fields if plan.row else None
        today = Stamp(self._clock.today(), self._user)
        wanted = replace(
            fields,
            id=plan.item.id,
            kind=KIND_OF_PREFIX[plan.item.id.partition("-")[0]],
            created=fields.created if fields.created.on else today,
            updated=fields.updated if fields.updated.on else today,
            imported_from=f"{name}/{plan.text.source}",
        )
        if here:
            wanted = _kept_standing(wanted, here)
        expected = plan.row.version if plan.row else None
        return Incoming(ArticleDraft(wanted, ""), plan.text.data, expected)

    def _place(self, prepared: Prepared, source: str, plans: Sequence[_Plan]) -> None:
        """Note what comes from where, then put the files in place; the note is taken back if they cannot be."""
        notes = {
            plan.text.source: (article.id, _fingerprint(plan.text, article.version))
            for plan, article in zip(plans, prepared.articles, strict=True)
        }
        with self._database.work() as work:
            before = work.imports.known(source)
            work.imports.remember(source, notes)
            work.commit()
        try:
            prepared.place()
        except DeskError:
            with self._database.work() as work:
                work.imports.remember(source, {key: before.get(key, (notes[key][0], "")) for key in notes})
                work.commit()
            raise

    def _follow(
        self, articles: Sequence[Article], paths: Sequence[str], message: str, progress: Progress
    ) -> Sequence[str]:
        """History and index go after the files; neither can undo them. Returns what could not follow."""
        notes: list[str] = []
        try:
            self._history.commit(paths, message, self._user)
        except DeskError as fault:
            log.warning("History: %s", fault)
            notes.append(fault.message)
        self._search.index_articles(articles, progress)
        self._announce(Changes(articles=frozenset(article.id for article in articles)))
        return notes


def _decided(
    text: ForeignText, known: Mapping[str, tuple[str, str]], rows: Mapping[str, ArticleRow]
) -> _Plan:
    """New, changed, the same, or to be left alone."""
    article_id, fingerprint = known.get(text.source, ("", ""))
    said = " ".join(text.notes)
    if text.skip:
        return _Plan(text, ImportItem(text.source, article_id, Outcome.SKIPPED, text.skip))
    if not ARTICLE_ID.match(article_id):
        return _Plan(text, ImportItem(text.source, "", Outcome.CREATED, said))
    row = rows.get(article_id)
    if row is None:
        said = f"{article_id} was gone. {said}".strip()
        return _Plan(text, ImportItem(text.source, article_id, Outcome.CREATED, said))
    imported, _, version = fingerprint.partition(":")
    if imported == text.fingerprint[:_HALF]:
        return _Plan(text, ImportItem(text.source, article_id, Outcome.UNCHANGED))
    if version != row.version[:_HALF]:
        why = f"The file has changed, and so has {article_id} here: compare them by hand; nothing was overwritten."
        return _Plan(text, ImportItem(text.source, article_id, Outcome.SKIPPED, why))
    return _Plan(text, ImportItem(text.source, article_id, Outcome.UPDATED, said), row)


def _moved(
    plans: Sequence[_Plan], known: Mapping[str, tuple[str, str]], rows: Mapping[str, ArticleRow]
) -> list[_Plan]:
    """``plans``, but a new file with the bytes of one that is gone is that one at another place, not another article.

    An article that was edited here since keeps its text and the place it came from.
    """
    here = {plan.text.source for plan in plans}
    taken = {known[source][0] for source in here if source in known}
    gone = {
        fingerprint.partition(":")[0]: (source, article_id)
        for source, (article_id, fingerprint) in known.items()
        if source not in here and article_id in rows and article_id not in taken
    }
    followed: list[_Plan] = []
    for plan in plans:
        fits = plan.item.outcome is Outcome.CREATED and not plan.item.id
        source, article_id = gone.pop(plan.text.fingerprint[:_HALF], ("", "")) if fits else ("", "")
        if article_id:
            row, said = rows[article_id], f"Moved from {source}."
            untouched = known[source][1].partition(":")[2] == row.version[:_HALF]
            outcome = Outcome.UPDATED if untouched else Outcome.UNCHANGED
            plan = _Plan(plan.text, ImportItem(plan.text.source, article_id, outcome, said), row)
        followed.append(plan)
    return followed


def _fingerprint(text: ForeignText, version: str) -> str:
    return f"{text.fingerprint[:_HALF]}:{version[:_HALF]}"


def _kept_standing(fields: ArticleFields, here: ArticleFields) -> ArticleFields:
    """A new text under an article that exists: where it stands in its life stays, but it has to be checked again."""
    validated = here.confidence is Confidence.VALIDATED
    return replace(
        fields,
        status=here.status,
        confidence=Confidence.NOT_VALIDATED if validated else here.confidence,
        created=here.created,
        validated=here.validated,
    )
