"""Composition root: settings → adapters → Desk. The only place where services meet adapters."""

from __future__ import annotations

import getpass
import os
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from hypercare_desk.domain.errors import Invalid

if TYPE_CHECKING:  # services and domain are imported when a workspace is opened: --help must feel instant
    from hypercare_desk.services.desk import Desk
    from hypercare_desk.services.ports import Clock, Database, UnitOfWork
    from hypercare_desk.services.progress import Progress
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


class StillClock(SystemClock):
    """A clock that stands at one instant: what ``SOURCE_DATE_EPOCH`` asks for."""

    def __init__(self, time_zone: str, moment: datetime) -> None:
        super().__init__(time_zone)
        self._moment = moment

    def now(self) -> datetime:
        return self._moment

    def today(self) -> date:
        return self._moment.astimezone(self._zone).date()


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


@dataclass(frozen=True)
class Demo:
    """The open demonstration; ``lines`` say what it was filled with, empty when it was there already."""

    desk: Desk
    lines: tuple[str, ...]


def create_desk(
    root: Path,
    *,
    system: str,
    go_live: date,
    planned_exit: date | None = None,
    user: str | None = None,
    clock: Clock | None = None,
    settings_text: str = "",
) -> Desk:
    """Make a workspace in ``root`` and open it. Raises ``Invalid`` if one is there already; nothing stays then, nor
    after any other fault."""
    from hypercare_desk.adapters.workspace import create_workspace_files, discard_workspace_files

    root = create_workspace_files(
        root, system=system, go_live=go_live, planned_exit=planned_exit, text=settings_text
    )
    desk: Desk | None = None
    try:
        desk = open_desk(root, user=user, clock=clock, create=True)
        desk.exit_criteria.install_defaults()
        desk.search.refresh()
    except BaseException:
        if desk:
            desk.close()
        discard_workspace_files(root)
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


def restore_workspace(source: Path, folder: Path, progress: Progress | None = None) -> Path:
    """The workspace in the backup file ``source`` as ``folder``, whole or not at all; returns the folder."""
    from hypercare_desk.adapters.archive import ZipArchives
    from hypercare_desk.services.backup import restore

    return restore(ZipArchives(), source, folder, progress).root


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


def open_demo(folder: Path | None = None, *, fresh: bool = False, progress: Progress | None = None) -> Demo:
    """The demonstration in ``folder`` (default: in the user's data folder): the one that is there, or a new one.

    Its days are counted from today, or from ``SOURCE_DATE_EPOCH``. Raises ``Invalid`` for a folder that holds
    anything else, ``Unavailable``, ``Cancelled``; what was not finished is made anew the next time.
    """
    from hypercare_desk.adapters.demo_content import demo_settings, load_demo
    from hypercare_desk.adapters.demo_folder import demo_is_whole, prepare_demo
    from hypercare_desk.adapters.workspace import user_data_folder
    from hypercare_desk.services.demo import demo_days, fill_demo
    from hypercare_desk.services.demo.days import ZONE

    folder = folder or user_data_folder() / "demo"
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    still = datetime.fromtimestamp(int(epoch), UTC) if epoch.isdigit() and len(epoch) <= 11 else None
    clock = StillClock(ZONE, still) if still else SystemClock(ZONE)
    if not prepare_demo(folder, fresh=fresh):
        return Demo(open_desk(folder, clock=clock), ())
    days = demo_days(clock.today(), clock.now())
    desk = create_desk(
        folder,
        system="Order to cash",
        go_live=days.go_live,
        planned_exit=days.planned_exit,
        clock=clock,
        settings_text=demo_settings(days),
    )
    try:
        filled = fill_demo(desk, load_demo(days), progress)
        demo_is_whole(desk.paths.root)
    except BaseException:
        desk.close()
        raise
    return Demo(desk, filled.lines)


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
    from hypercare_desk.adapters.archive import ZipArchives
    from hypercare_desk.adapters.db.quick import QuickSqlite
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
    in_file = database_url(paths, settings) == f"sqlite:///{paths.database}"
    search = SearchService(
        index=index,
        store=store,
        database=database,
        clock=clock,
        user=user,
        announce=announcer,
        quick=QuickSqlite(paths.database, paths.backups, clock) if in_file else None,
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
        backups=BackupService(database=database, archives=ZipArchives(), paths=paths, clock=clock),
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
