"""Composition root: settings → adapters → Desk. The only place where services meet adapters.

Belongs here: making and opening workspaces, and what the shells need to know about folders of this user. Does not
belong here: rules (domain, services), and anything that is done inside an open workspace (``Desk``). Everything is
imported when it is first needed: ``hypercare-desk --help`` must feel instant.
"""

from __future__ import annotations

import getpass
import os
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from hypercare_desk.bootstrap.clocks import StillClock, SystemClock

if TYPE_CHECKING:
    from hypercare_desk.services.desk import Desk
    from hypercare_desk.services.ports import Clock
    from hypercare_desk.services.progress import Progress

__all__ = [
    "Demo",
    "StillClock",
    "SystemClock",
    "create_desk",
    "current_user",
    "find_workspace",
    "folder_state",
    "log_folder",
    "open_demo",
    "open_desk",
    "recent_workspaces",
    "remember_workspace",
    "restore_workspace",
]


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
    from hypercare_desk.bootstrap.assembly import assemble

    paths = workspace_paths(root)
    settings = read_settings(paths.settings)
    desk = assemble(paths, settings, clock or SystemClock(settings.time_zone), user or current_user(), create)
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


def recent_workspaces() -> tuple[Path, ...]:
    """The workspaces this user opened, the last one first."""
    from hypercare_desk.adapters import workspace

    return workspace.recent_workspaces()


def folder_state(folder: Path) -> tuple[bool, str]:
    """Whether ``folder`` can become a workspace, and a sentence about it."""
    from hypercare_desk.adapters import workspace

    return workspace.folder_state(folder)


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
