"""The application: theme, crash dialog, one window a workspace, and the first-run window where there is none."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from PySide6.QtCore import QObject, QSettings, Qt, QTimer
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox

from hypercare_desk.domain.errors import DeskError, NotFound, Unavailable
from hypercare_desk.services.desk import Desk
from hypercare_desk.services.progress import Progress
from hypercare_desk.ui.about import AboutBox
from hypercare_desk.ui.crash import CrashReporter
from hypercare_desk.ui.first_run import FirstRun
from hypercare_desk.ui.jobs import Jobs
from hypercare_desk.ui.main_window import MainWindow
from hypercare_desk.ui.registry import page_entries
from hypercare_desk.ui.single_instance import SingleInstance
from hypercare_desk.ui.theme import Theme, system_is_dark

_NEEDED_ON_X11 = (
    "libxcb-cursor.so.0",
    "libxcb-icccm.so.4",
    "libxcb-keysyms.so.1",
    "libxcb-shape.so.0",
    "libxkbcommon-x11.so.0",
)


class World(Protocol):
    """What the window needs of the composition root (``hypercare_desk.bootstrap`` is one)."""

    def find_workspace(self, named: Path | None = None) -> Path: ...

    def open_desk(self, root: Path) -> Desk: ...

    def create_desk(
        self, root: Path, *, system: str, go_live: date, planned_exit: date | None = None
    ) -> Desk: ...

    def open_demo(self, folder: Path | None = None, *, progress: Progress | None = None) -> Any: ...

    def remember_workspace(self, root: Path) -> None: ...

    def recent_workspaces(self) -> tuple[Path, ...]: ...

    def folder_state(self, folder: Path) -> tuple[bool, str]: ...

    def log_folder(self) -> Path: ...


def run(world: World, named: Path | None = None) -> int:
    """Show the workspace that is meant, or the first-run window; returns the exit status when all is closed.

    Raises ``NotFound`` for a workspace that was named and is none, ``Unavailable`` where no window can open.
    """
    try:
        root: Path | None = world.find_workspace(named)
    except NotFound:
        if named is not None or os.environ.get("HYPERCARE_DESK_WORKSPACE"):
            raise
        root = None
    check_platform()
    app, theme = make_application()
    application = Application(world, app, theme)
    if root is None:
        application.show_first_run()
    elif not application.open(root):
        return 0
    return app.exec()


def check_platform() -> None:
    """Qt ends the process without a word when a library of X11 is missing: say it first.

    Raises ``Unavailable``.
    """
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM", "xcb") not in ("", "xcb"):
        return
    if not os.environ.get("DISPLAY"):
        return
    missing: list[str] = []
    for name in _NEEDED_ON_X11:
        try:
            ctypes.CDLL(name)
        except OSError:
            missing.append(name)
    if missing:
        raise Unavailable(
            f"The window cannot open because this machine lacks {', '.join(missing)}: on Debian, install libxcb-cursor0"
            " libxcb-icccm4 libxcb-keysyms1 libxcb-shape0 libxkbcommon-x11-0 (./desk does it).",
            code="x11_libraries",
        )


def make_application(arguments: Sequence[str] = ()) -> tuple[QApplication, Theme]:
    """The ``QApplication`` in Fusion, and the theme as it was left or as the desktop has it."""
    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else QApplication([sys.argv[0], *arguments])
    app.setOrganizationName("hypercare-desk")
    app.setApplicationName("hypercare-desk")
    app.setApplicationDisplayName("Hypercare Desk")
    app.setDesktopFileName("hypercare-desk")
    app.setStyle("Fusion")
    kept = QSettings()
    choice, scale = kept.value("theme/choice", "system"), kept.value("theme/scale")
    theme = Theme(
        dark=system_is_dark() if choice == "system" else choice == "dark",
        scale=float(str(scale)) if scale is not None else 1.0,
        parent=app,
    )
    theme.apply()

    def follow(scheme: Qt.ColorScheme) -> None:
        if QSettings().value("theme/choice", "system") == "system":
            theme.set(dark=scheme == Qt.ColorScheme.Dark)

    app.styleHints().colorSchemeChanged.connect(follow)
    return app, theme


def workspace_memory(desk: Desk) -> QSettings:
    """Where sizes and choices of this workspace's window are kept (the user's data folder, never the workspace)."""
    return QSettings(str(desk.paths.data / "window.ini"), QSettings.Format.IniFormat)


class Application(QObject):
    """Opens windows and goes from one workspace to another."""

    def __init__(self, world: World, app: QApplication, theme: Theme) -> None:
        super().__init__(app)
        self._world = world
        self._app = app
        self._theme = theme
        self._window: MainWindow | None = None
        self._first: FirstRun | None = None
        self._instance: SingleInstance | None = None
        self._jobs = Jobs(self)
        self._reporter = CrashReporter(world.log_folder() / "hypercare-desk.log", self)
        self._reporter.install()
        self._jobs.broke.connect(self._reporter.report)
        app.aboutToQuit.connect(self._jobs.close)

    @property
    def window(self) -> MainWindow | None:
        """The window that is open."""
        return self._window

    def open(self, root: Path, page: str = "search") -> bool:
        """Open the window of ``root``; False if another process has it open, which then comes forward.

        Raises ``DeskError`` kinds when it cannot be opened.
        """
        instance = SingleInstance(root, self)
        if not instance.is_first(page):
            return False
        self._show(self._world.open_desk(root), instance, page)
        return True

    def show_first_run(self) -> None:
        """Show the window that makes or opens a workspace."""
        first = FirstRun(
            self._theme, self._world.recent_workspaces(), self._world.folder_state, _parent_folder()
        )
        first.create_requested.connect(self._create)
        first.open_requested.connect(self._try_open)
        first.demo_requested.connect(self._demo)
        self._first = first
        first.show()

    def _show(self, desk: Desk, instance: SingleInstance, page: str = "search") -> None:
        window = MainWindow(desk, page_entries(), self._theme, workspace_memory(desk))
        window.jobs.broke.connect(self._reporter.report)
        window.workspace_requested.connect(self._on_workspace)
        window.about_requested.connect(lambda: AboutBox(window).open())
        instance.asked.connect(lambda _words: _raise(window))
        old, self._window, self._instance = self._window, window, instance
        window.navigator.go(page)
        window.show()
        if self._first is not None:
            self._first.close()
            self._first = None
        if old is not None:
            old.close()
        # What was changed while the workspace was closed is looked for once the window is there.
        QTimer.singleShot(0, window.catch_up)
        self._world.remember_workspace(desk.paths.root)

    def _try_open(self, root: Path) -> None:
        try:
            if not self.open(self._world.find_workspace(root)) and self._first is not None:
                self._first.close()
        except DeskError as fault:
            self._refuse(fault)

    def _create(self, root: Path, system: str, go_live: date, planned_exit: date) -> None:
        self._make(
            lambda _p: self._world.create_desk(
                root, system=system, go_live=go_live, planned_exit=planned_exit
            )
        )

    def _demo(self) -> None:
        self._make(lambda progress: self._world.open_demo(progress=progress).desk)

    def _make(self, work: Callable[[Progress], Desk]) -> None:
        if self._first is not None:
            self._first.setEnabled(False)
            self._first.refuse(self.tr("One moment…"))

        def made(desk: Desk) -> None:
            instance = SingleInstance(desk.paths.root, self)
            if instance.is_first():
                self._show(desk, instance)
            else:
                desk.close()
                if self._first is not None:
                    self._first.close()

        self._jobs.write("", work, made, failed=self._refuse)

    def _refuse(self, fault: DeskError) -> None:
        if self._first is not None:
            self._first.setEnabled(True)
            self._first.refuse(fault.message)
        else:
            QMessageBox.warning(self._window, self.tr("Hypercare Desk"), fault.message)

    def _on_workspace(self, what: str) -> None:
        if what == "open":
            chosen = QFileDialog.getExistingDirectory(
                self._window, self.tr("Open a workspace"), str(_parent_folder())
            )
            if chosen:
                self._try_open(Path(chosen))
        elif what == "demo":
            self._demo()
        else:
            self.show_first_run()


def _parent_folder() -> Path:
    documents = Path.home() / "Documents"
    return documents if documents.is_dir() else Path.home()


def _raise(window: MainWindow) -> None:
    window.showNormal() if window.isMinimized() else window.show()
    window.raise_()
    window.activateWindow()
