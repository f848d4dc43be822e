"""The application: one process a workspace, theme, crash dialog, and the window or the first-run page."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, QSettings, Qt, Signal, Slot
from PySide6.QtNetwork import QLocalServer, QLocalSocket
from PySide6.QtWidgets import QApplication

from hypercare_desk.services.desk import Desk
from hypercare_desk.ui.crash import CrashReporter
from hypercare_desk.ui.main_window import MainWindow
from hypercare_desk.ui.registry import page_entries
from hypercare_desk.ui.theme import Theme, system_is_dark


class Opener(Protocol):
    """What the application needs of the composition root."""

    def open_desk(self, root: Path) -> Desk: ...

    def note_opened(self, root: Path) -> None: ...


class SingleInstance(QObject):
    """One window a workspace: a second start tells the first to come forward, with what it was asked for."""

    asked = Signal(str)

    def __init__(self, root: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        digest = hashlib.sha256(str(root.resolve()).encode("utf-8", "surrogateescape")).hexdigest()[:20]
        self._name = f"hypercare-desk-{digest}"
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._on_connection)

    def is_first(self, words: str = "") -> bool:
        """True for the first start; otherwise ``words`` are handed to the first one and False comes back."""
        socket = QLocalSocket()
        socket.connectToServer(self._name)
        if socket.waitForConnected(300):
            socket.write(words.encode("utf-8", "replace") or b"\n")
            socket.waitForBytesWritten(300)
            return False
        QLocalServer.removeServer(self._name)
        self._server.listen(self._name)
        return True

    @Slot()
    def _on_connection(self) -> None:
        socket = self._server.nextPendingConnection()
        socket.readyRead.connect(
            lambda: self.asked.emit(bytes(socket.readAll().data()).decode("utf-8").strip())
        )
        socket.disconnected.connect(socket.deleteLater)


def make_application(arguments: Sequence[str] = ()) -> tuple[QApplication, Theme]:
    """The ``QApplication`` in Fusion, and the theme as it was left or as the desktop has it."""
    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else QApplication([sys.argv[0], *arguments])
    app.setApplicationName("hypercare-desk")
    app.setApplicationDisplayName("Hypercare Desk")
    app.setDesktopFileName("hypercare-desk")
    app.setStyle("Fusion")
    kept = QSettings()
    dark = kept.value("theme/dark")
    scale = kept.value("theme/scale")
    theme = Theme(
        dark=system_is_dark() if dark is None else str(dark).lower() == "true",
        scale=float(str(scale)) if scale is not None else 1.0,
        parent=app,
    )
    theme.apply()
    app.styleHints().colorSchemeChanged.connect(lambda scheme: theme.set(dark=scheme == Qt.ColorScheme.Dark))
    return app, theme


def workspace_memory(desk: Desk) -> QSettings:
    """Where sizes and choices of this workspace's window are kept (the user's data folder, never the workspace)."""
    return QSettings(str(desk.paths.data / "window.ini"), QSettings.Format.IniFormat)


def run(root: Path, opener: Opener, log_file: Path | None = None, *, page: str = "search") -> int:
    """Open the window of the workspace ``root`` and stay until it is closed; returns the exit status."""
    app, theme = make_application()
    reporter = CrashReporter(log_file, app)
    reporter.install()
    instance = SingleInstance(root, app)
    if not instance.is_first(page):
        return 0
    desk = opener.open_desk(root)
    opener.note_opened(root)
    window = MainWindow(desk, page_entries(), theme, workspace_memory(desk))
    window.jobs.broke.connect(reporter.report)
    instance.asked.connect(lambda _words: _raise(window))
    window.navigator.go(page)
    window.show()
    return app.exec()


def _raise(window: MainWindow) -> None:
    window.showNormal() if window.isMinimized() else window.show()
    window.raise_()
    window.activateWindow()
