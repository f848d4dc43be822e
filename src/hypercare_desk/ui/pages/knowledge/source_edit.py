"""The Markdown source: line numbers, bold and italic, lists that go on, ``[[`` completion, drop and paste."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QMimeData, QPoint, QRect, QSize, QStringListModel, Qt, Signal, Slot
from PySide6.QtGui import (
    QFont,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextCursor,
    QTextFormat,
)
from PySide6.QtWidgets import QCompleter, QPlainTextEdit, QTextEdit, QWidget

from hypercare_desk.ui.pages.knowledge.highlighter import MarkdownHighlighter
from hypercare_desk.ui.theme import Theme

_OPEN_LINK = re.compile(r"\[\[([^\]\[]*)$")
_LIST_LINE = re.compile(r"^(\s*)(?:([-*+])|(\d+)([.)]))(\s+)(\[[ xX]\]\s+)?(.*)$")


class SourceEdit(QPlainTextEdit):
    """``pasted`` carries what an attachment is to be made of: a file name to suggest and its bytes.

    ``link_typed`` carries what stands after ``[[`` so far; whoever knows articles answers with ``offer_links``.
    """

    pasted = Signal(str, bytes)
    link_typed = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("source")
        self.setAccessibleName(self.tr("Text of the article, in Markdown"))
        self.setTabChangesFocus(False)
        self._theme = theme
        self._gutter = _Gutter(self)
        self._highlighter = MarkdownHighlighter(self.document(), theme)
        self._completer = QCompleter(QStringListModel([], self), self)
        self._completer.setWidget(self)
        self._completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        popup = self._completer.popup()
        assert popup is not None
        self._popup = popup
        self._popup.setAccessibleName(self.tr("Articles to link to"))
        self._completer.activated.connect(self._on_completed)
        self.blockCountChanged.connect(self._fit_gutter)
        self.updateRequest.connect(self._on_update)
        self.cursorPositionChanged.connect(self._mark_line)
        theme.changed.connect(self._on_theme)
        self._on_theme()

    def text(self) -> str:
        """What stands there, character for character: ``toPlainText`` turns no-break spaces into plain ones."""
        return self.document().toRawText().replace("\u2029", "\n").replace("\u2028", "\n")

    def put_text(self, text: str) -> None:
        """Make the text ``text`` by changing only what differs; typing before it can still be undone."""
        now = self.text()
        if text == now:
            return
        most = min(len(now), len(text))
        start = next((at for at in range(most) if now[at] != text[at]), most)
        most -= start
        same = next((at for at in range(most) if now[-1 - at] != text[-1 - at]), most)
        cursor = QTextCursor(self.document())
        cursor.setPosition(_units(now[:start]))
        cursor.setPosition(_units(now[: len(now) - same]), QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText(text[start : len(text) - same])

    def begin_link(self) -> None:
        """Write ``[[`` and offer articles."""
        self.insertPlainText("[[")
        self.setFocus()
        self._ask_links()

    def wrap(self, mark: str) -> None:
        """Put ``mark`` around the selection or the word under the cursor, or take it away again."""
        cursor = self.textCursor()
        if not cursor.hasSelection():
            cursor.select(QTextCursor.SelectionType.WordUnderCursor)
        text = cursor.selectedText()
        size = len(mark)
        if len(text) >= 2 * size and text.startswith(mark) and text.endswith(mark):
            cursor.insertText(text[size:-size])
        else:
            cursor.insertText(f"{mark}{text}{mark}")
            if not text:
                cursor.movePosition(QTextCursor.MoveOperation.Left, n=size)
                self.setTextCursor(cursor)

    def begin_lines(self, prefix: Callable[[int], str]) -> None:
        """Put ``prefix(n)`` before each selected line (n counts from 1)."""
        cursor = self.textCursor()
        first = self.document().findBlock(cursor.selectionStart())
        last = self.document().findBlock(cursor.selectionEnd())
        cursor.beginEditBlock()
        block, number = first, 1
        while block.isValid() and block.blockNumber() <= last.blockNumber():
            QTextCursor(block).insertText(prefix(number))
            block, number = block.next(), number + 1
        cursor.endEditBlock()

    def go_to_line(self, line: int) -> None:
        """Put the cursor on a line (1-based) and show it."""
        block = self.document().findBlockByNumber(max(0, line - 1))
        if block.isValid():
            self.setTextCursor(QTextCursor(block))
            self.centerCursor()
            self.setFocus()

    # --- Qt's own --------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.isReadOnly():
            super().keyPressEvent(event)
            return
        if self._popup.isVisible() and event.key() in (
            Qt.Key.Key_Return,
            Qt.Key.Key_Enter,
            Qt.Key.Key_Escape,
            Qt.Key.Key_Tab,
        ):
            event.ignore()
            return
        control = event.modifiers() == Qt.KeyboardModifier.ControlModifier
        if control and event.key() == Qt.Key.Key_B:
            self.wrap("**")
        elif control and event.key() == Qt.Key.Key_I:
            self.wrap("*")
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self._new_line(event)
        elif event.key() == Qt.Key.Key_Escape:
            self.focusNextChild()  # Tab writes a tab here: Escape leaves
            return
        else:
            super().keyPressEvent(event)
        self._ask_links()

    def event(self, event: QEvent) -> bool:
        """Ctrl+Z is the text's while typing can be undone, then the window's."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.matches(QKeySequence.StandardKey.Undo)
            and not self.document().isUndoAvailable()
        ):
            event.ignore()
            return False
        return super().event(event)

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return source.hasImage() or source.hasUrls() or super().canInsertFromMimeData(source)

    def insertFromMimeData(self, source: QMimeData) -> None:
        from hypercare_desk.ui.pages.knowledge.incoming import files_of

        files = files_of(source)
        for name, data in files:
            self.pasted.emit(name, data)
        if not files:
            super().insertFromMimeData(source)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        area = self.contentsRect()
        self._gutter.setGeometry(QRect(area.left(), area.top(), self.gutter_width(), area.height()))

    # --- the gutter ------------------------------------------------------------------------------------------

    def gutter_width(self) -> int:
        """Room for the largest line number."""
        digits = max(2, len(str(self.blockCount())))
        return 16 + self.fontMetrics().horizontalAdvance("9") * digits

    def paint_gutter(self, event: QPaintEvent) -> None:
        """Numbers of the lines that are shown; the current one darker."""
        painter = QPainter(self._gutter)
        painter.fillRect(event.rect(), self._theme.color("surface"))
        block = self.firstVisibleBlock()
        top = self.blockBoundingGeometry(block).translated(self.contentOffset()).top()
        current = self.textCursor().blockNumber()
        font = QFont(self.font())
        painter.setFont(font)
        while block.isValid() and top <= event.rect().bottom():
            height = self.blockBoundingRect(block).height()
            if block.isVisible() and top + height >= event.rect().top():
                here = block.blockNumber() == current
                painter.setPen(self._theme.color("text" if here else "text2"))
                box = QRect(0, round(top), self._gutter.width() - 8, self.fontMetrics().height())
                painter.drawText(box, Qt.AlignmentFlag.AlignRight, str(block.blockNumber() + 1))
            block = block.next()
            top += height

    @Slot()
    def _fit_gutter(self) -> None:
        self.setViewportMargins(self.gutter_width(), 0, 0, 0)

    @Slot(QRect, int)
    def _on_update(self, rect: QRect, dy: int) -> None:
        if dy:
            self._gutter.scroll(0, dy)
        else:
            self._gutter.update(0, rect.y(), self._gutter.width(), rect.height())

    @Slot()
    def _mark_line(self) -> None:
        mark = QTextEdit.ExtraSelection()
        mark.format.setBackground(self._theme.color("hover"))  # type: ignore[attr-defined]
        mark.format.setProperty(QTextFormat.Property.FullWidthSelection, True)  # type: ignore[attr-defined]
        cursor = self.textCursor()
        cursor.clearSelection()
        mark.cursor = cursor  # type: ignore[attr-defined]
        self.setExtraSelections([mark])
        self._gutter.update()

    @Slot()
    def _on_theme(self) -> None:
        self.setFont(self._theme.font("mono"))
        self._fit_gutter()
        self._mark_line()

    # --- typing ----------------------------------------------------------------------------------------------

    def _new_line(self, event: QKeyEvent) -> None:
        """Enter in a list begins the next item; on an empty item it ends the list."""
        cursor = self.textCursor()
        line = cursor.block().text()
        found = _LIST_LINE.match(line)
        if found is None or not cursor.atBlockEnd():
            super().keyPressEvent(event)
            return
        indent, bullet, number, dot, blank, task, text = found.groups()
        if not text.strip():
            cursor.select(QTextCursor.SelectionType.BlockUnderCursor)
            cursor.insertText("\n" if cursor.selectedText().startswith("\u2029") else "")
            return
        head = f"{bullet}" if bullet else f"{int(number) + 1}{dot}"
        cursor.insertText(f"\n{indent}{head}{blank}{'[ ] ' if task else ''}")
        self.ensureCursorVisible()

    def _open_link(self) -> str | None:
        cursor = self.textCursor()
        found = _OPEN_LINK.search(cursor.block().text()[: cursor.positionInBlock()])
        return found.group(1) if found else None

    def _ask_links(self) -> None:
        typed = self._open_link()
        if typed is None:
            self._popup.hide()
        else:
            self.link_typed.emit(typed)

    def offer_links(self, typed: str, lines: Sequence[str]) -> None:
        """Offer ``lines`` (each begins with an id) for what was typed, if that still stands before the cursor."""
        if self._open_link() != typed:
            return
        model = self._completer.model()
        assert isinstance(model, QStringListModel)
        model.setStringList(list(lines))
        if not lines:
            self._popup.hide()
            return
        self._completer.setCompletionPrefix("")
        self._popup.setCurrentIndex(self._completer.completionModel().index(0, 0))
        box = self.cursorRect()
        box.translate(QPoint(self.gutter_width(), 0))
        box.setWidth(min(420, self.width() - 40))
        self._completer.complete(box)

    @Slot(str)
    def _on_completed(self, line: str) -> None:
        cursor = self.textCursor()
        before = cursor.block().text()[: cursor.positionInBlock()]
        found = _OPEN_LINK.search(before)
        if found is None:
            return
        cursor.movePosition(
            QTextCursor.MoveOperation.Left, QTextCursor.MoveMode.KeepAnchor, len(found.group(1))
        )
        after = cursor.block().text()[self.textCursor().positionInBlock() :]
        cursor.insertText(line.split(" ", 1)[0] + ("" if after.startswith("]]") else "]]"))
        self.setTextCursor(cursor)


def _units(text: str) -> int:
    """Positions in a document count UTF-16 units."""
    return len(text.encode("utf-16-le", errors="surrogatepass")) // 2


class _Gutter(QWidget):
    def __init__(self, edit: SourceEdit) -> None:
        super().__init__(edit)
        self._edit = edit

    def sizeHint(self) -> QSize:
        return QSize(self._edit.gutter_width(), 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        self._edit.paint_gutter(event)
