"""Find and replace in the source: Ctrl+F opens it, F3 goes on, Esc closes it."""

from __future__ import annotations

from PySide6.QtGui import QAction, QKeySequence, QTextCursor, QTextDocument
from PySide6.QtWidgets import QFrame, QLineEdit, QPlainTextEdit, QWidget

from hypercare_desk.ui.widgets.basics import button, label, row


class FindBar(QFrame):
    """Works on one text; hidden until ``open`` is called."""

    def __init__(self, text: QPlainTextEdit, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = text
        self._find = QLineEdit()
        self._find.setPlaceholderText(self.tr("Find"))
        self._find.setAccessibleName(self.tr("Find"))
        self._replace = QLineEdit()
        self._replace.setPlaceholderText(self.tr("Replace with"))
        self._replace.setAccessibleName(self.tr("Replace with"))
        self._said = label("", "small")
        one = button(self.tr("Replace"))
        everywhere = button(self.tr("Replace all"))
        close = button(self.tr("Close"), flat=True)
        self._find.returnPressed.connect(lambda: self.go(1))
        one.clicked.connect(self._replace_one)
        everywhere.clicked.connect(self._replace_all)
        close.clicked.connect(self.close_bar)
        self.setLayout(
            row(self._find, self._replace, one, everywhere, self._said, close, margins=(8, 4, 8, 4))
        )
        for key, run in (
            ("F3", lambda: self.go(1)),
            ("Shift+F3", lambda: self.go(-1)),
        ):
            action = QAction(text, shortcut=QKeySequence(key))
            action.triggered.connect(lambda _c=False, run=run: run())
            text.addAction(action)
        escape = QAction(self, shortcut=QKeySequence("Escape"))
        escape.triggered.connect(self.close_bar)
        self.addAction(escape)
        self.hide()

    def open(self) -> None:
        """Show the bar with the selection as what to find."""
        chosen = self._text.textCursor().selectedText()
        if chosen and "\u2029" not in chosen:
            self._find.setText(chosen)
        self.show()
        self._find.setFocus()
        self._find.selectAll()

    def close_bar(self) -> None:
        """Hide and go back to the text."""
        self.hide()
        self._text.setFocus()

    def go(self, step: int) -> bool:
        """The next (or previous) place, around the end; False if there is none."""
        wanted = self._find.text()
        if not wanted:
            return False
        flags = QTextDocument.FindFlag.FindBackward if step < 0 else QTextDocument.FindFlag(0)
        if self._text.find(wanted, flags):
            self._said.clear()
            return True
        end = QTextCursor.MoveOperation.End if step < 0 else QTextCursor.MoveOperation.Start
        before = self._text.textCursor()
        self._text.moveCursor(end)
        if self._text.find(wanted, flags):
            self._said.setText(self.tr("Went around"))
            return True
        self._text.setTextCursor(before)
        self._said.setText(self.tr("Not found"))
        return False

    def _replace_one(self) -> None:
        cursor = self._text.textCursor()
        if cursor.selectedText().casefold() == self._find.text().casefold() and cursor.hasSelection():
            cursor.insertText(self._replace.text())
        self.go(1)

    def _replace_all(self) -> None:
        wanted = self._find.text()
        if not wanted:
            return
        cursor = QTextCursor(self._text.document())
        cursor.beginEditBlock()
        count = 0
        found = self._text.document().find(wanted, 0)
        while not found.isNull():
            found.insertText(self._replace.text())
            count += 1
            found = self._text.document().find(wanted, found)
        cursor.endEditBlock()
        self._said.setText(self.tr("{0:,} replaced").format(count))
