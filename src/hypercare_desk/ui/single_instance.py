"""One window a workspace: a second start tells the first to come forward."""

from __future__ import annotations

import hashlib
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtNetwork import QLocalServer, QLocalSocket

_WAIT_MS = 300


class SingleInstance(QObject):
    """``asked`` carries what a second start was asked for."""

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
        if socket.waitForConnected(_WAIT_MS):
            socket.write(words.encode("utf-8", "replace") or b"\n")
            socket.waitForBytesWritten(_WAIT_MS)
            socket.disconnectFromServer()
            return False
        QLocalServer.removeServer(self._name)  # left behind by a process that was killed
        self._server.listen(self._name)
        return True

    @Slot()
    def _on_connection(self) -> None:
        socket = self._server.nextPendingConnection()
        socket.readyRead.connect(
            lambda: self.asked.emit(bytes(socket.readAll().data()).decode("utf-8").strip())
        )
        socket.disconnected.connect(socket.deleteLater)
