"""What an open workspace is made of: each adapter and each service, made when it is first asked for."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from hypercare_desk.domain.errors import Invalid
from hypercare_desk.services.desk import Announcer, Desk
from hypercare_desk.services.search import SearchService

if TYPE_CHECKING:
    from hypercare_desk.adapters.kb.history import GitHistory
    from hypercare_desk.adapters.kb.store import FileStore
    from hypercare_desk.adapters.markdown import MarkdownRenderer
    from hypercare_desk.services.backup import BackupService
    from hypercare_desk.services.doctor import DoctorService
    from hypercare_desk.services.drafts import DraftService
    from hypercare_desk.services.exit_criteria import ExitCriteriaService
    from hypercare_desk.services.feedback import FeedbackService
    from hypercare_desk.services.gaps import GapService
    from hypercare_desk.services.handoff import HandoffService
    from hypercare_desk.services.intake import IntakeService
    from hypercare_desk.services.journal import JournalService
    from hypercare_desk.services.knowledge import KnowledgeService
    from hypercare_desk.services.ports import Clock, Database, UnitOfWork
    from hypercare_desk.services.postmortem import PostmortemService
    from hypercare_desk.settings import WorkspacePaths, WorkspaceSettings

DATABASE_URL_VARIABLE = "HYPERCARE_DESK_DATABASE_URL"


def assemble(
    paths: WorkspacePaths, settings: WorkspaceSettings, clock: Clock, user: str, create: bool
) -> Desk:
    """The workspace, open; with ``create`` its records are made now."""
    makers = Assembly(paths, settings, clock, user, create)
    if create:
        with makers.database.view():
            pass
    return Desk(
        paths=paths,
        settings=settings,
        clock=clock,
        user=user,
        database=makers.database,
        announcer=makers.announcer,
        makers=makers,
    )


class Assembly:
    """Implements ``services.desk.Makers``. Imports are inside: a search of the command line pays for searching only."""

    def __init__(
        self, paths: WorkspacePaths, settings: WorkspaceSettings, clock: Clock, user: str, create: bool
    ) -> None:
        self._paths = paths
        self._settings = settings
        self._clock = clock
        self._user = user
        self._create = create
        self.announcer = Announcer()
        self.database = LazyDatabase(self._open_records)

    @cached_property
    def _store(self) -> FileStore:
        from hypercare_desk.adapters.kb import open_store

        return open_store(self._paths.kb, cache=self._paths.cache)

    @cached_property
    def _history(self) -> GitHistory:
        from hypercare_desk.adapters.kb import open_history

        return open_history(self._paths.kb, clock=self._clock)

    @cached_property
    def _renderer(self) -> MarkdownRenderer:
        from hypercare_desk.adapters.markdown import MarkdownRenderer

        return MarkdownRenderer()

    def search(self, desk: Desk) -> SearchService:
        from hypercare_desk.adapters.db.quick import QuickSqlite
        from hypercare_desk.adapters.search import WhooshIndex, read_synonyms

        paths = self._paths
        synonyms = read_synonyms(paths.root / "synonyms.toml")
        in_file = database_url(paths, self._settings) == f"sqlite:///{paths.database}"
        return SearchService(
            index=WhooshIndex(paths.index, paths.kb, self._settings.language, synonyms),
            store=self._store,
            database=self.database,
            clock=self._clock,
            user=self._user,
            announce=self.announcer,
            quick=QuickSqlite(paths.database, paths.backups, self._clock) if in_file else None,
        )

    def knowledge(self, desk: Desk) -> KnowledgeService:
        from hypercare_desk.services.knowledge import KnowledgeService

        return KnowledgeService(
            store=self._store,
            history=self._history,
            renderer=self._renderer,
            search=desk.search,
            database=self.database,
            clock=self._clock,
            user=self._user,
            announce=self.announcer,
        )

    def gaps(self, desk: Desk) -> GapService:
        from hypercare_desk.services.gaps import GapService

        return GapService(knowledge=desk.knowledge, search=desk.search)

    def drafts(self, desk: Desk) -> DraftService:
        from hypercare_desk.adapters.draft_files import JsonDrafts
        from hypercare_desk.services.drafts import DraftService

        return DraftService(files=JsonDrafts(self._paths.data / "drafts"), clock=self._clock)

    def intake(self, desk: Desk) -> IntakeService:
        from hypercare_desk.adapters.intake.markdown_folder import MarkdownFolders
        from hypercare_desk.services.intake import IntakeService

        return IntakeService(
            store=self._store,
            history=self._history,
            search=desk.search,
            database=self.database,
            folders=MarkdownFolders(),
            clock=self._clock,
            user=self._user,
            kb=self._paths.kb,
            announce=self.announcer,
        )

    def feedback(self, desk: Desk) -> FeedbackService:
        from hypercare_desk.services.feedback import FeedbackService

        return FeedbackService(
            database=self.database,
            search=desk.search,
            settings=self._settings,
            clock=self._clock,
            user=self._user,
            announce=self.announcer,
            find_article=lambda article_id: desk.knowledge.read(article_id),
        )

    def exit_criteria(self, desk: Desk) -> ExitCriteriaService:
        from hypercare_desk.services.exit_criteria import ExitCriteriaService

        return ExitCriteriaService(
            database=self.database,
            store=self._store,
            settings=self._settings,
            clock=self._clock,
            user=self._user,
            announce=self.announcer,
        )

    def postmortems(self, desk: Desk) -> PostmortemService:
        from hypercare_desk.services.postmortem import PostmortemService

        return PostmortemService(
            database=self.database,
            search=desk.search,
            clock=self._clock,
            user=self._user,
            announce=self.announcer,
        )

    def journal(self, desk: Desk) -> JournalService:
        from hypercare_desk.services.journal import JournalService

        return JournalService(
            database=self.database, clock=self._clock, user=self._user, announce=self.announcer
        )

    def handoff(self, desk: Desk) -> HandoffService:
        from hypercare_desk.adapters.pdf import PdfRenderer
        from hypercare_desk.services.handoff import HandoffService

        return HandoffService(
            database=self.database,
            store=self._store,
            renderer=self._renderer,
            pack_renderer=PdfRenderer(self._paths.kb),
            criteria=desk.exit_criteria,
            settings=self._settings,
            paths=self._paths,
            clock=self._clock,
            user=self._user,
            announce=self.announcer,
        )

    def backups(self, desk: Desk) -> BackupService:
        from hypercare_desk.adapters.archive import ZipArchives
        from hypercare_desk.services.backup import BackupService

        return BackupService(
            database=self.database, archives=ZipArchives(), paths=self._paths, clock=self._clock
        )

    def doctor(self, desk: Desk) -> DoctorService:
        from hypercare_desk.adapters.machine import ThisMachine
        from hypercare_desk.services.doctor import DoctorService

        url = database_url(self._paths, self._settings)
        in_file = url == f"sqlite:///{self._paths.database}"
        return DoctorService(
            paths=self._paths,
            settings=replace(self._settings, database_url="" if in_file else url),
            database=self.database,
            store=self._store,
            search=desk.search,
            machine=ThisMachine(),
            clock=self._clock,
        )

    def close(self) -> None:
        """Let go of the renderer's process and of the database, if they were ever needed."""
        if "_renderer" in vars(self):
            self._renderer.close()
        self.database.close()

    def _open_records(self) -> Database:
        from hypercare_desk.adapters.db import open_database

        url = database_url(self._paths, self._settings)
        return open_database(url, backups=self._paths.backups, clock=self._clock, create=self._create)


class LazyDatabase:
    """A database that is opened when it is first needed: a search that only reads the index never waits for it."""

    def __init__(self, opener: Callable[[], Database]) -> None:
        self._opener = opener
        self._opened: Database | None = None
        self._lock = threading.Lock()

    def _database(self) -> Database:
        with self._lock:
            if self._opened is None:
                self._opened = self._opener()
            return self._opened

    def work(self) -> AbstractContextManager[UnitOfWork]:
        return self._database().work()

    def view(self) -> AbstractContextManager[UnitOfWork]:
        return self._database().view()

    def backup(self, target: Path) -> Path:
        return self._database().backup(target)

    def check(self) -> Sequence[str]:
        return self._database().check()

    @property
    def read_only(self) -> str:
        return self._database().read_only

    def data_version(self) -> int:
        return self._database().data_version()

    def close(self) -> None:
        with self._lock:
            if self._opened is not None:
                self._opened.close()


def database_url(paths: WorkspacePaths, settings: WorkspaceSettings) -> str:
    """Where the records are: the environment's word, then ``workspace.toml``'s, then the embedded SQLite file."""
    url = os.environ.get(DATABASE_URL_VARIABLE, "") or settings.database_url
    if not url:
        return f"sqlite:///{paths.database}"
    if not url.startswith(("sqlite:", "postgresql")):
        raise Invalid(
            f"The database URL must start with sqlite: or postgresql: (set in {DATABASE_URL_VARIABLE} or under"
            " database.url in workspace.toml).",
            code="database_url",
        )
    return url
