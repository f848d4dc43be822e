"""A new record: the caller's words, and beside them the articles and records that may say the same already."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFormLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QWidget,
)

from hypercare_desk.domain.feedback import Source
from hypercare_desk.domain.search import Hit
from hypercare_desk.ui.pages.page import Surroundings
from hypercare_desk.ui.widgets.basics import button, column, label, row
from hypercare_desk.ui.widgets.kinds import KIND_ICONS, kind_label

_PAUSE_MS = 200
_OFFERED = 6
_MEMORY = "feedback/new"


@dataclass(frozen=True, slots=True)
class Told:
    """What was written down; ``article`` is the article that answers it, if one was chosen."""

    title: str
    description: str
    source: str
    reporter: str
    component: str
    article: str = ""


class NewRecord(QDialog):
    """Does not stop the window. ``made`` carries what to keep, ``open_requested`` a record that is the same one.

    What was typed and not made into a record comes back the next time, after a closed window too.
    """

    made = Signal(object)
    open_requested = Signal(str)

    def __init__(self, around: Surroundings, words: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._around = around
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("New record"))
        self.resize(880, 430)
        self._title = QLineEdit()
        self._description = QPlainTextEdit()
        self._description.setTabChangesFocus(True)
        self._source = QComboBox()
        for source in Source:
            self._source.addItem(source.value.replace("-", " ").capitalize(), source.value)
        self._source.setCurrentIndex(self._source.findData(Source.CALL.value))
        self._reporter = QLineEdit()
        self._component = QComboBox()
        self._component.setEditable(True)
        self._component.addItems(["", *around.desk.settings.components])
        form = QFormLayout()
        form.setVerticalSpacing(8)
        for said, field in (
            (self.tr("What the caller says"), self._title),
            (self.tr("In full"), self._description),
            (self.tr("Source"), self._source),
            (self.tr("Reporter"), self._reporter),
            (self.tr("Area"), self._component),
        ):
            field.setAccessibleName(said)
            form.addRow(said, field)
        self._like = QListWidget()
        self._like.setAccessibleName(self.tr("May be known already"))
        self._like.setMinimumWidth(300)
        self._like.setWordWrap(True)
        self._like.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._like.itemActivated.connect(self._on_like)
        self._told = label(self.tr("Type, and what is like it appears here."), "small", wrap=True)
        keep = button(self.tr("Make record"), "Ctrl+Enter", primary=True)
        keep.clicked.connect(self._on_keep)
        cancel = button(self.tr("Cancel"), "Esc")
        cancel.clicked.connect(self.reject)
        keep.setDefault(True)
        cancel.setAutoDefault(False)
        right = column(label(self.tr("May be known already"), "section"), self._told, self._like)
        both = row(form, right, spacing=20)
        both.setStretch(0, 3)
        both.setStretch(1, 2)
        self.setLayout(column(both, row(None, cancel, keep), spacing=14, margins=(20, 16, 20, 16)))
        finish = QAction(self, shortcut=QKeySequence("Ctrl+Return"))
        finish.triggered.connect(lambda _c=False: self._on_keep())
        self.addAction(finish)
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self._ask)
        self._title.textChanged.connect(lambda _t: self._pause.start())
        self._description.textChanged.connect(self._pause.start)
        self._bring_back(words)

    def remember(self) -> None:
        """Keep what was typed, in case the window goes away before it is made into a record."""
        words = [self._title.text(), self._description.toPlainText(), self._reporter.text()]
        self._around.memory.setValue(_MEMORY, json.dumps(words) if any(words) else "")

    def reject(self) -> None:
        self._around.memory.setValue(_MEMORY, "")
        super().reject()

    def _bring_back(self, words: str) -> None:
        kept = _read(str(self._around.memory.value(_MEMORY) or ""))
        if words:
            self._title.setText(" ".join(words.split())[:200])
        elif kept:
            self._title.setText(kept[0])
            self._description.setPlainText(kept[1])
            self._reporter.setText(kept[2])
        self._title.setFocus()

    def _ask(self) -> None:
        words = f"{self._title.text()} {self._description.toPlainText()[:600]}".strip()
        if not words:
            self._show(())
            return
        feedback = self._around.desk.feedback
        self._around.jobs.read(
            lambda _p: feedback.similar(words, _OFFERED).hits,
            self._show,
            key="new-record",
            failed=lambda _f: None,
        )

    def _show(self, hits: Sequence[Hit]) -> None:
        self._like.clear()
        for hit in hits:
            icon = self._around.theme.icon(KIND_ICONS.get(hit.kind, "ph.file"))
            item = QListWidgetItem(icon, f"{hit.id}  {hit.title}")
            item.setData(Qt.ItemDataRole.UserRole, hit.id)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{kind_label(hit.kind)}, {hit.id}, {hit.title}")
            item.setToolTip(hit.title)
            self._like.addItem(item)
        self._told.setText(
            self.tr("Enter on an article makes the record with a link to it; on a record, opens that one.")
            if hits
            else self.tr("Nothing like it is known yet.")
        )

    def _on_like(self, item: QListWidgetItem) -> None:
        chosen = str(item.data(Qt.ItemDataRole.UserRole))
        if chosen.startswith("FB-"):
            self.remember()
            self.open_requested.emit(chosen)
            self.accept()
        elif not chosen.startswith("PM-"):
            self._on_keep(chosen)

    def _on_keep(self, article: str | bool = "") -> None:
        title = " ".join(self._title.text().split())
        if not title:
            self._told.setText(self.tr("Say in a line what the caller sees."))
            self._title.setFocus()
            return
        self.made.emit(
            Told(
                title,
                self._description.toPlainText().strip(),
                str(self._source.currentData()),
                self._reporter.text().strip(),
                self._component.currentText().strip(),
                article if isinstance(article, str) else "",
            )
        )
        self._around.memory.setValue(_MEMORY, "")
        self.accept()


def _read(text: str) -> tuple[str, str, str] | None:
    try:
        title, description, reporter = json.loads(text)
    except (ValueError, TypeError):
        return None
    return str(title), str(description), str(reporter)
