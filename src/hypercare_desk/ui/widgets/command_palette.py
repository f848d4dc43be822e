"""The command palette: every action, page, article and record by a few letters of its name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QListView, QVBoxLayout, QWidget

from hypercare_desk.ui.theme import Theme

_Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: what it says, in which group, what it does; ``disabled`` says why it cannot be done now."""

    group: str
    text: str
    run: Callable[[], None]
    hint: str = ""
    icon: str = "ph.caret-right"
    disabled: str = ""


class _Entries(QAbstractListModel):
    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows: list[Entry] = []

    def show(self, rows: list[Entry]) -> None:
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def entry(self, at: int) -> Entry:
        return self._rows[at]

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        entry = self._rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            tail = f"   —   {entry.disabled or entry.hint}" if entry.disabled or entry.hint else ""
            return f"{entry.text}{tail}"
        if role == Qt.ItemDataRole.DecorationRole:
            return self._theme.icon(entry.icon)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{entry.group}: {entry.text}. {entry.disabled or entry.hint}"
        if role == Qt.ItemDataRole.SizeHintRole:
            return QSize(0, self._theme.size("row"))
        return None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        if self._rows[index.row()].disabled:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable


def letters_match(wanted: str, text: str) -> int:
    """How well ``text`` answers the letters typed: 0 not at all; beginnings of words beat letters in between."""
    wanted, text = wanted.casefold().strip(), text.casefold()
    if not wanted:
        return 1
    if text.startswith(wanted):
        return 1000 - len(text)
    if f" {wanted}" in text:
        return 800 - len(text)
    if wanted in text:
        return 600 - len(text)
    at = -1
    for letter in wanted.replace(" ", ""):
        at = text.find(letter, at + 1)
        if at < 0:
            return 0
    return max(1, 300 - len(text))


class CommandPalette(QFrame):
    """``asked`` is emitted with what was typed; the window answers with ``offer`` for what must be looked up."""

    asked = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("palette")
        self._over = parent
        self._commands: Sequence[Entry] = ()
        self._found: Sequence[Entry] = ()
        self._before: QWidget | None = None
        self.field = QLineEdit(
            placeholderText=self.tr("Go to, find or run…   > actions   # records   @ people")
        )
        self.field.setAccessibleName(self.tr("Go to, find or run"))
        self.field.textChanged.connect(self._on_typed)
        self.field.installEventFilter(self)
        self._model = _Entries(theme, self)
        self._list = QListView()
        self._list.setModel(self._model)
        self._list.setAccessibleName(self.tr("What was found"))
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setUniformItemSizes(True)
        self._list.clicked.connect(lambda index: self._run(index.row()))
        self._pause = QTimer(self, singleShot=True, interval=60)
        self._pause.timeout.connect(lambda: self.asked.emit(self.field.text()))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 6)
        layout.setSpacing(4)
        layout.addWidget(self.field)
        layout.addWidget(self._list)
        self.hide()

    def open(self, commands: Sequence[Entry], before: QWidget | None) -> None:
        """Show the palette with these commands; focus returns to ``before`` on Esc."""
        self._commands = commands
        self._found = ()
        self._before = before
        parent = self._over
        width = min(660, parent.width() - 40)
        height = min(440, parent.height() - 80)
        self.setGeometry((parent.width() - width) // 2, 56, width, height)
        self.field.clear()
        self._fill()
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def offer(self, text: str, found: Sequence[Entry]) -> None:
        """Add what was looked up for ``text``; ignored if something else has been typed since."""
        if text == self.field.text():
            self._found = found
            self._fill()

    def close_quietly(self) -> None:
        """Hide and give the focus back."""
        self.hide()
        if self._before:
            self._before.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.field and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            key = event.key()
            if key == Qt.Key.Key_Escape:
                self.close_quietly()
                return True
            if key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
                self._step(1 if key == Qt.Key.Key_Down else -1)
                return True
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._run(self._list.currentIndex().row())
                return True
        return super().eventFilter(watched, event)

    def _on_typed(self, text: str) -> None:
        self._found = ()
        self._fill()
        if len(text.strip()) > 1 and not text.startswith(">"):
            self._pause.start()

    def _fill(self) -> None:
        text = self.field.text()
        wanted = text.lstrip(">#@ ")
        shown: list[Entry] = []
        if not text.startswith(("#", "@")):
            scored = [(letters_match(wanted, entry.text), entry) for entry in self._commands]
            best = sorted((pair for pair in scored if pair[0]), key=lambda pair: -pair[0])
            shown = [entry for _, entry in best]
        self._model.show([*shown[: 8 if self._found else 40], *self._found])
        first = next((at for at in range(self._model.rowCount()) if not self._model.entry(at).disabled), 0)
        self._list.setCurrentIndex(self._model.index(first))

    def _step(self, by: int) -> None:
        at = self._list.currentIndex().row() + by
        while 0 <= at < self._model.rowCount() and self._model.entry(at).disabled:
            at += by
        if 0 <= at < self._model.rowCount():
            self._list.setCurrentIndex(self._model.index(at))

    def _run(self, at: int) -> None:
        if not 0 <= at < self._model.rowCount() or self._model.entry(at).disabled:
            return
        entry = self._model.entry(at)
        self.close_quietly()
        entry.run()
