"""The bus of changes: what services touched, here or in another process, told on the GUI thread."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal

from hypercare_desk.services.desk import Desk


class ChangesBus(QObject):
    """``changed`` carries ``Changes`` to whoever cares, on the GUI thread, whatever thread they were made on."""

    changed = Signal(object)
    _announced = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._announced.connect(self.changed, Qt.ConnectionType.QueuedConnection)
        self._stop: Callable[[], None] | None = None

    def follow(self, desk: Desk) -> None:
        """Pass on what the services of ``desk`` announce."""
        self.leave()
        self._stop = desk.announcer.listen(self._announced.emit)

    def leave(self) -> None:
        """Stop listening."""
        if self._stop:
            self._stop()
        self._stop = None
