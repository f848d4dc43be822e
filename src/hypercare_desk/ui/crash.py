"""The crash dialog: a bug is shown with its details and where the log lies, never swallowed."""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

log = logging.getLogger(__name__)


class CrashDialog(QDialog):
    """Says that something broke, that what was saved is safe, and shows the details to copy."""

    def __init__(self, details: str, log_file: Path | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Something broke"))
        self.resize(720, 420)
        where = self.tr(" The log is {0}.").format(log_file) if log_file else ""
        words = QLabel(
            self.tr(
                "A mistake in Hypercare Desk stopped what you were doing. Everything saved is safe; drafts are kept."
            )
            + where,
            wordWrap=True,
        )
        words.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
        text = QPlainTextEdit(details, readOnly=True)
        text.setAccessibleName(self.tr("Details of the mistake"))
        text.setProperty("read", True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        copy = buttons.addButton(self.tr("Copy details"), QDialogButtonBox.ButtonRole.ActionRole)
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(details))
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        for part in (words, text, buttons):
            layout.addWidget(part)


class CrashReporter(QObject):
    """Catches what nobody caught, on any thread, logs it and shows one dialog at a time."""

    _broke = Signal(str)

    def __init__(self, log_file: Path | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._log_file = log_file
        self._open: CrashDialog | None = None
        self._broke.connect(self._on_broke, Qt.ConnectionType.QueuedConnection)

    def install(self) -> None:
        """Become the process's exception hook."""
        sys.excepthook = self._hook
        threading.excepthook = lambda a: self._hook(a.exc_type, a.exc_value or a.exc_type(), a.exc_traceback)

    @Slot(object)
    def report(self, fault: BaseException) -> None:
        """Log and show a fault that was caught at an edge."""
        self._hook(type(fault), fault, fault.__traceback__)

    def _hook(self, kind: type[BaseException], fault: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, fault, trace)
            return
        log.critical("Unhandled", exc_info=(kind, fault, trace))
        self._broke.emit("".join(traceback.format_exception(kind, fault, trace)))

    @Slot(str)
    def _on_broke(self, details: str) -> None:
        if self._open is None:
            self._open = CrashDialog(details, self._log_file)
            self._open.finished.connect(self._on_finished)
            self._open.show()

    @Slot()
    def _on_finished(self) -> None:
        self._open = None
