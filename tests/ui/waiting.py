"""Waiting in an event loop. ``QTest.qWait`` keeps the interpreter's lock and starves the threads of jobs."""

from PySide6.QtCore import QEventLoop, QTimer


def wait(milliseconds: int) -> None:
    """Let the window go on for so long."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()
