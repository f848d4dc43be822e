"""The pack's sections as a list: number, title, state, page; Enter or a click shows the section's first page."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPalette
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from hypercare_desk.ui.pages.handoff.reading import SectionLine, SectionState
from hypercare_desk.ui.theme import Theme

_Index = QModelIndex | QPersistentModelIndex
LineRole = Qt.ItemDataRole.UserRole + 1
LOOKS: dict[SectionState, tuple[str, str]] = {
    SectionState.COMPLETE: ("green", "ph.check-circle-fill"),
    SectionState.DOUBTFUL: ("amber", "ph.warning-fill"),
    SectionState.MISSING: ("red", "ph.x-circle-fill"),
    SectionState.ABSENT: ("slate", "ph.circle-dashed-bold"),
    SectionState.LEFT_OUT: ("slate", "ph.minus-bold"),
}
"""Each state's hue and icon; the word is in the tooltip and the accessible text."""


class SectionsModel(QAbstractListModel):
    """One row a section."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: Sequence[SectionLine] = ()

    def show(self, rows: Sequence[SectionLine]) -> None:
        """Replace all rows; the model is reset only if their number changes."""
        if len(rows) != len(self._rows):
            self.beginResetModel()
            self._rows = rows
            self.endResetModel()
        elif rows:
            self._rows = rows
            self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))

    def line(self, row: int) -> SectionLine | None:
        """The section in a row."""
        return self._rows[row] if 0 <= row < len(self._rows) else None

    def row_at(self, page: int) -> int:
        """The row of the section that a page (from 0) belongs to, or -1."""
        begun = [
            (line.page, at)
            for at, line in enumerate(self._rows)
            if line.page is not None and line.page <= page
        ]
        return max(begun, default=(0, -1))[1]

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        line = self.line(index.row())
        if line is None:
            return None
        if role == LineRole:
            return line
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{line.section.number} {line.section.title}"
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            said = [f"{line.section.number} {line.section.title}", line.state.value.lower()]
            said += [f"page {line.page + 1}"] if line.page is not None else []
            said += [" ".join(line.doubtful)] if line.doubtful else []
            return ", ".join(said)
        return None


class SectionsDelegate(QStyledItemDelegate):
    """Paints a section in one line; what is not printed is quiet."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(120, max(self._theme.size("row_compact"), option.fontMetrics.height() + 10))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        line = index.data(LineRole)
        if not isinstance(line, SectionLine):
            return
        theme, box = self._theme, QRect(option.rect)
        painter.save()
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if chosen:
            painter.fillRect(box, theme.color("selected"))
            painter.fillRect(QRect(box.left(), box.top(), 3, box.height()), theme.color("accent"))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(box, theme.color("hover"))
        quiet = line.state in (SectionState.ABSENT, SectionState.LEFT_OUT)
        metrics = QFontMetrics(theme.font("body"))
        digits = metrics.horizontalAdvance("00")
        left = box.left() + 16
        painter.setFont(theme.font("body"))
        painter.setPen(theme.color("text2"))
        middle = Qt.AlignmentFlag.AlignVCenter
        number = QRect(left, box.top(), digits + 2, box.height())
        painter.drawText(number, middle | Qt.AlignmentFlag.AlignRight, str(line.section.number))
        page = f"{line.page + 1}" if line.page is not None else "–"
        wide = metrics.horizontalAdvance("000")
        at_page = QRect(box.right() - 16 - wide, box.top(), wide, box.height())
        painter.drawText(at_page, middle | Qt.AlignmentFlag.AlignRight, page)
        side = round(16 * theme.scale)
        at_icon = QRect(at_page.left() - side - 8, box.center().y() - side // 2 + 1, side, side)
        hue, icon = LOOKS[line.state]
        theme.icon(icon, f"{hue}.mark").paint(painter, at_icon)
        font = theme.font("body")
        font.setWeight(QFont.Weight.Medium if chosen else QFont.Weight.Normal)
        painter.setFont(font)
        words = line.section.title
        if quiet:
            words = f"{words} · {line.state.value.lower()}"
        else:
            painter.setPen(theme.color("text"))
        at_title = QRect(number.right() + 10, box.top(), at_icon.left() - number.right() - 18, box.height())
        words = QFontMetrics(font).elidedText(words, Qt.TextElideMode.ElideRight, at_title.width())
        painter.drawText(at_title, middle, words)
        painter.restore()

    def initStyleOption(self, option: QStyleOptionViewItem, index: _Index) -> None:
        super().initStyleOption(option, index)
        option.palette.setColor(QPalette.ColorRole.Highlight, self._theme.color("selected"))
