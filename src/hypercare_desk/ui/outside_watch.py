"""Noticing what other programs change in the workspace: files under ``kb/`` and records in the database."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Slot

from hypercare_desk.domain.changes import Changes
from hypercare_desk.services.desk import Desk
from hypercare_desk.ui.jobs import Jobs

_POLL_MS = 1000
_RESCAN_MS = 30_000


class OutsideWatch(QObject):
    """Notices what other programs change: files under ``kb/`` by watching folders, records by ``data_version``.

    Folders, not files, are watched (a file is lost after one atomic replace); size and time of every file are compared
    on focus and every 30 s besides.
    """

    def __init__(self, desk: Desk, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._jobs = jobs
        self._refreshing = False
        self._again = False
        self._version: int | None = None
        self._watcher = QFileSystemWatcher(self)
        self._watcher.directoryChanged.connect(self._soon)
        self._settle = QTimer(self, singleShot=True, interval=250)
        self._settle.timeout.connect(self.look)
        self._poll = QTimer(self, interval=_POLL_MS)
        self._poll.timeout.connect(self._ask_version)
        self._rescan = QTimer(self, interval=_RESCAN_MS)
        self._rescan.timeout.connect(self.look)
        self._arm()
        self._poll.start()
        self._rescan.start()

    @Slot()
    def look(self) -> None:
        """Compare files and records with the index now, off the GUI thread."""
        if self._refreshing:
            self._again = True
            return
        self._refreshing = True
        self._arm()
        self._jobs.write(
            "",
            lambda progress: self._desk.search.refresh(progress),
            self._on_refreshed,
            failed=self._on_failed,
        )

    def stop(self) -> None:
        """Watch no longer."""
        for timer in (self._settle, self._poll, self._rescan):
            timer.stop()

    @Slot()
    def _soon(self) -> None:
        self._settle.start()

    def _arm(self) -> None:
        kb = self._desk.paths.kb
        folders = [str(path) for path in (kb, *_folders(kb))]
        missing = set(folders) - set(self._watcher.directories())
        if missing:
            self._watcher.addPaths(sorted(missing))

    def _on_refreshed(self, _touched: object) -> None:
        self._refreshing = False
        if self._again:
            self._again = False
            self.look()

    def _on_failed(self, _fault: object) -> None:
        self._refreshing = False

    @Slot()
    def _ask_version(self) -> None:
        self._jobs.read(
            lambda _progress: self._desk.database.data_version(), self._on_version, key="data-version"
        )

    def _on_version(self, version: int) -> None:
        before, self._version = self._version, version
        if before is not None and before != version:
            self._desk.announcer(Changes(everything=True))
            self.look()


def _folders(kb: Path) -> list[Path]:
    if not kb.is_dir():
        return []
    return [path for path in kb.iterdir() if path.is_dir() and not path.name.startswith(".")]
