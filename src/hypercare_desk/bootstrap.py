"""Composition root: settings → adapters → Desk. The only place where services meet adapters."""

from __future__ import annotations

import getpass
import os
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from hypercare_desk.domain.errors import Invalid

if TYPE_CHECKING:  # services and domain are imported when a workspace is opened: --help must feel instant
    from hypercare_desk.services.desk import Desk
    from hypercare_desk.services.ports import Clock, Database, UnitOfWork
    from hypercare_desk.settings import WorkspacePaths, WorkspaceSettings

DATABASE_URL_VARIABLE = "HYPERCARE_DESK_DATABASE_URL"


class SystemClock:
    """The machine's clock, with days counted in the workspace's time zone."""

    def __init__(self, time_zone: str) -> None:
        self._zone = ZoneInfo(time_zone)

    def now(self) -> datetime:
        return datetime.now(UTC)

    def today(self) -> date:
        return datetime.now(self._zone).date()


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


def create_desk(
    root: Path,
    *,
    system: str,
    go_live: date,
    planned_exit: date | None = None,
    user: str | None = None,
    clock: Clock | None = None,
) -> Desk:
    """Make a workspace in ``root`` and open it. Raises ``Invalid`` if one is there already."""
    from hypercare_desk.adapters.workspace import create_workspace_files

    create_workspace_files(root, system=system, go_live=go_live, planned_exit=planned_exit)
    desk = open_desk(root, user=user, clock=clock, create=True)
    try:
        desk.exit_criteria.install_defaults()
        desk.search.refresh()
    except BaseException:
        desk.close()
        raise
    return desk


def open_desk(
    root: Path,
    *,
    user: str | None = None,
    clock: Clock | None = None,
    create: bool = False,
    catch_up: bool = False,
) -> Desk:
    """Open the workspace in ``root``; with ``catch_up``, index first what changed while it was closed.

    Raises ``NotFound`` if there is none, ``Invalid`` if its settings hold mistakes, ``Unavailable`` if the disk or
    the database does not answer.
    """
    from hypercare_desk.adapters.settings_file import read_settings
    from hypercare_desk.adapters.workspace import workspace_paths

    paths = workspace_paths(root)
    settings = read_settings(paths.settings)
    desk = _assemble(
        paths, settings, clock or SystemClock(settings.time_zone), user or current_user(), create
    )
    if catch_up:
        try:
            desk.search.refresh()
        except BaseException:
            desk.close()
            raise
    return desk


def find_workspace(named: Path | None = None) -> Path:
    """The folder of the workspace that is meant (product.md §3); raises ``NotFound`` with what to do."""
    from hypercare_desk.adapters import workspace

    return workspace.find_workspace(named)


def remember_workspace(root: Path) -> None:
    """Note a workspace as the last one opened."""
    from hypercare_desk.adapters.workspace import remember_opened

    remember_opened(root)


def log_folder() -> Path:
    """Where the log file goes."""
    from hypercare_desk.adapters import workspace

    return workspace.log_folder()


def demo_folder() -> Path:
    """Where the demonstration goes when no folder is named."""
    from hypercare_desk.adapters.workspace import user_data_folder

    return user_data_folder() / "demo"


def current_user() -> str:
    """The name that changes are recorded under: the one configured for this user, else the login name."""
    from hypercare_desk.adapters.workspace import configured_user

    try:
        return configured_user() or getpass.getuser()
    except (OSError, KeyError):
        return "unknown"


def _assemble(
    paths: WorkspacePaths, settings: WorkspaceSettings, clock: Clock, user: str, create: bool
) -> Desk:
    from hypercare_desk.adapters.intake.markdown_folder import MarkdownFolders
    from hypercare_desk.adapters.kb import open_history, open_store
    from hypercare_desk.adapters.machine import ThisMachine
    from hypercare_desk.adapters.markdown import MarkdownRenderer
    from hypercare_desk.adapters.pdf import PdfRenderer
    from hypercare_desk.adapters.search import WhooshIndex, read_synonyms
    from hypercare_desk.services.backup import BackupService
    from hypercare_desk.services.desk import Announcer, Desk
    from hypercare_desk.services.doctor import DoctorService
    from hypercare_desk.services.exit_criteria import ExitCriteriaService
    from hypercare_desk.services.feedback import FeedbackService
    from hypercare_desk.services.gaps import GapService
    from hypercare_desk.services.handoff import HandoffService
    from hypercare_desk.services.intake import IntakeService
    from hypercare_desk.services.journal import JournalService
    from hypercare_desk.services.knowledge import KnowledgeService
    from hypercare_desk.services.postmortem import PostmortemService
    from hypercare_desk.services.search import SearchService

    def open_records() -> Database:
        from hypercare_desk.adapters.db import open_database

        return open_database(database_url(paths, settings), backups=paths.backups, clock=clock, create=create)

    announcer = Announcer()
    database = LazyDatabase(open_records)
    if create:
        with database.view():
            pass
    store = open_store(paths.kb)
    history = open_history(paths.kb)
    renderer = MarkdownRenderer()
    index = WhooshIndex(paths.index, paths.kb, settings.language, read_synonyms(paths.root / "synonyms.toml"))
    search = SearchService(
        index=index, store=store, database=database, clock=clock, user=user, announce=announcer
    )
    knowledge = KnowledgeService(
        store=store,
        history=history,
        renderer=renderer,
        search=search,
        database=database,
        clock=clock,
        user=user,
        announce=announcer,
    )
    criteria = ExitCriteriaService(
        database=database, store=store, settings=settings, clock=clock, user=user, announce=announcer
    )
    return Desk(
        paths=paths,
        settings=settings,
        clock=clock,
        user=user,
        database=database,
        announcer=announcer,
        search=search,
        knowledge=knowledge,
        gaps=GapService(knowledge=knowledge, search=search),
        intake=IntakeService(
            store=store,
            history=history,
            search=search,
            database=database,
            folders=MarkdownFolders(),
            clock=clock,
            user=user,
            announce=announcer,
        ),
        feedback=FeedbackService(
            database=database, search=search, settings=settings, clock=clock, user=user, announce=announcer
        ),
        exit_criteria=criteria,
        postmortems=PostmortemService(
            database=database, search=search, clock=clock, user=user, announce=announcer
        ),
        journal=JournalService(database=database, clock=clock, user=user, announce=announcer),
        handoff=HandoffService(
            database=database,
            store=store,
            renderer=renderer,
            pack_renderer=PdfRenderer(paths.kb),
            criteria=criteria,
            settings=settings,
            paths=paths,
            clock=clock,
            user=user,
            announce=announcer,
        ),
        backups=BackupService(database=database, paths=paths, clock=clock),
        doctor=DoctorService(
            paths=paths,
            settings=settings,
            database=database,
            store=store,
            search=search,
            machine=ThisMachine(),
            clock=clock,
        ),
        closers=(search.close, renderer.close, database.close),
    )


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
