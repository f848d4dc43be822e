"""A card of lines: icon, words, what is behind them, a tag at the end; arrows move, Enter or a click opens."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFocusEvent, QFont, QFontMetrics, QGuiApplication, QPainter, QPen
from PySide6.QtWidgets import (
    QFrame,
    QListView,
    QMenu,
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from hypercare_desk.ui.pages.dashboard.rows import Line
from hypercare_desk.ui.theme import Theme
from hypercare_desk.ui.widgets.basics import Chip, button, column, label, row

_Index = QModelIndex | QPersistentModelIndex
LineRole = Qt.ItemDataRole.UserRole + 1


class LinesModel(QAbstractListModel):
    """One row a line; shows the first few unless asked for all."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: Sequence[Line] = ()

    def show(self, rows: Sequence[Line]) -> None:
        """Replace all rows."""
        if rows == self._rows:
            return
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def line(self, row_number: int) -> Line | None:
        """The line in a row."""
        return self._rows[row_number] if 0 <= row_number < len(self._rows) else None

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        line = self.line(index.row())
        if line is None:
            return None
        if role == LineRole:
            return line
        if role == Qt.ItemDataRole.DisplayRole:
            return line.text
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{line.text}\n{line.detail}" if line.detail else line.text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(part for part in (line.text, line.detail, line.tag) if part)
        return None


class LinesDelegate(QStyledItemDelegate):
    """Paints a line: one row of words, or two where something stands behind them."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme

    def height(self, line: Line) -> int:
        """How high a line is."""
        text = QFontMetrics(self._theme.font("body")).height()
        small = QFontMetrics(self._theme.font("small")).height() + 1 if line.detail else 0
        return max(text + small + 12, self._theme.size("row_compact"))

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        line = index.data(LineRole)
        return QSize(80, self.height(line) if isinstance(line, Line) else 0)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        line = index.data(LineRole)
        if not isinstance(line, Line):
            return
        theme, box = self._theme, QRect(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        view = option.widget
        focused = view is not None and view.hasFocus()
        if option.state & QStyle.StateFlag.State_Selected and focused:
            painter.fillRect(box, theme.color("selected"))
        elif option.state & QStyle.StateFlag.State_MouseOver and line.page:
            painter.fillRect(box, theme.color("hover"))
        if index.row():
            painter.setPen(QPen(theme.color("grid"), 1))
            painter.drawLine(box.left() + 14, box.top(), box.right() - 14, box.top())
        side = round(16 * theme.scale)
        body, small = theme.font("body"), theme.font("small")
        text_height = QFontMetrics(body).height()
        top = box.top() + 6 if line.detail else box.top() + (box.height() - text_height) // 2
        icon = QRect(box.left() + 14, top + (text_height - side) // 2, side, side)
        theme.icon(line.icon, f"{line.hue}.mark").paint(painter, icon)
        left, right = icon.right() + 11, box.right() - 14
        if line.tag:
            right = self._tag(painter, line, QRect(left, box.top(), right - left, box.height()), top) - 10
        painter.setFont(body)
        painter.setPen(theme.color("text"))
        words = QFontMetrics(body).elidedText(line.text, Qt.TextElideMode.ElideRight, right - left)
        painter.drawText(QRect(left, top, right - left, text_height), Qt.AlignmentFlag.AlignVCenter, words)
        if line.detail:
            painter.setFont(small)
            painter.setPen(theme.color("text2"))
            below = QRect(left, top + text_height + 1, right - left, QFontMetrics(small).height())
            words = QFontMetrics(small).elidedText(line.detail, Qt.TextElideMode.ElideRight, below.width())
            painter.drawText(below, Qt.AlignmentFlag.AlignVCenter, words)
        painter.restore()

    def _tag(self, painter: QPainter, line: Line, room: QRect, top: int) -> int:
        """Paint the tag at the right; returns its left edge."""
        theme = self._theme
        font = theme.font("small")
        font.setWeight(QFont.Weight.Medium)
        metrics = QFontMetrics(font)
        wide = metrics.horizontalAdvance(line.tag) + (14 if line.tag_hue else 0)
        high = metrics.height() + 4
        middle = top + QFontMetrics(theme.font("body")).height() // 2
        if line.detail:
            middle = room.center().y() + 1
        at = QRectF(room.right() - wide, middle - high / 2, wide, high)
        painter.setFont(font)
        if line.tag_hue:
            hue = theme.hue(line.tag_hue)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(hue.tint)
            painter.drawRoundedRect(at, 4, 4)
            painter.setPen(hue.fg)
        else:
            painter.setPen(theme.color("text2"))
        painter.drawText(at, Qt.AlignmentFlag.AlignCenter, line.tag)
        return round(at.left())


class LinesView(QListView):
    """As high as its lines; the page scrolls, not the card. ``chosen`` carries the line that is opened."""

    chosen = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lines = LinesModel(self)
        self._painter = LinesDelegate(theme, self)
        self.setModel(self.lines)
        self.setItemDelegate(self._painter)
        self.setMouseTracking(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._on_menu)
        self.clicked.connect(self._on_chosen)
        self.activated.connect(self._on_activated)
        self.lines.modelReset.connect(self.updateGeometry)
        theme.changed.connect(self._on_theme)

    def sizeHint(self) -> QSize:
        rows = [self.lines.line(number) for number in range(self.lines.rowCount())]
        return QSize(200, sum(self._painter.height(line) for line in rows if line) + 6)

    def minimumSizeHint(self) -> QSize:
        return QSize(80, self.sizeHint().height())

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if not self.currentIndex().isValid() and self.lines.rowCount():
            self.setCurrentIndex(self.lines.index(0))

    def _on_theme(self) -> None:
        self.doItemsLayout()
        self.updateGeometry()

    def _on_chosen(self, index: QModelIndex) -> None:
        if line := self.lines.line(index.row()):
            self.chosen.emit(line)

    def _on_activated(self, index: QModelIndex) -> None:
        # A click has been told by ``clicked`` already where the desktop activates by single click.
        if not self.style().styleHint(QStyle.StyleHint.SH_ItemView_ActivateItemOnSingleClick, None, self):
            self._on_chosen(index)

    def _on_menu(self, at: QPoint) -> None:
        index = self.indexAt(at)
        line = self.lines.line((index if index.isValid() else self.currentIndex()).row())
        if line is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if line.page:
            menu.addAction(self.tr("Open"), lambda: self.chosen.emit(line))
        words = "\t".join(part for part in (line.text, line.detail, line.tag) if part)
        menu.addAction(self.tr("Copy"), lambda: QGuiApplication.clipboard().setText(words))
        if line.target:
            menu.addAction(
                self.tr("Copy {0}").format(line.target),
                lambda: QGuiApplication.clipboard().setText(line.target),
            )
        menu.popup(self.viewport().mapToGlobal(at))


class LinesCard(QFrame):
    """A titled card of lines: the first ``most`` of them, all on request; a quiet sentence where there are none."""

    chosen = Signal(object)

    def __init__(
        self, theme: Theme, title: str, nothing: str, most: int = 6, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self._most = most
        self._all = False
        self._rows: Sequence[Line] = ()
        self.title = label(title, "section")
        self._count = Chip("", "blue")
        self._more: QPushButton = button("", flat=True)
        self._nothing = label(nothing, "quiet", wrap=True)
        self._nothing.setContentsMargins(14, 2, 14, 12)
        self._above = label("", "small", wrap=True)
        self._above.setContentsMargins(14, 0, 14, 4)
        self.view = LinesView(theme)
        self.view.setAccessibleName(title)
        self.setLayout(
            column(
                row(self.title, self._count, None, self._more, margins=(14, 10, 8, 4)),
                self._above,
                self._nothing,
                self.view,
                None,
                spacing=0,
                margins=(1, 1, 1, 4),
            )
        )
        self._more.clicked.connect(self._on_more)
        self.view.chosen.connect(self.chosen)
        self.show_lines(())

    def show_lines(self, rows: Sequence[Line], title: str = "", counted: str = "") -> None:
        """Show these lines, under another title and with a sentence above them where given."""
        self._rows = rows
        if title:
            self.title.setText(title)
        self._above.setText(counted or self._above.text())
        self._above.setVisible(bool(self._above.text()))
        self.view.lines.show(rows if self._all else rows[: self._most])
        self.view.setVisible(bool(rows))
        self._nothing.setVisible(not rows)
        self._count.setVisible(bool(rows))
        self._count.setText(str(len(rows)))
        self._more.setVisible(len(rows) > self._most)
        words = self.tr("Fewer") if self._all else self.tr("All {0}").format(len(rows))
        self._more.setText(words)
        self._more.setAccessibleName(f"{self.title.text()}: {words}")

    def _on_more(self) -> None:
        self._all = not self._all
        self.show_lines(self._rows)
