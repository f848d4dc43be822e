"""The six figures in one strip: name, value, what a criterion says of it, how it moved. Each opens what is behind."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QEnterEvent,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QFrame, QGridLayout, QSizePolicy, QWidget

from hypercare_desk.ui.pages.dashboard.rows import Figure
from hypercare_desk.ui.theme import Theme


class FigureStrip(QFrame):
    """``chosen`` carries the figure that is opened."""

    chosen = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self._theme = theme
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(1, 1, 1, 1)
        self._grid.setSpacing(0)
        self.cells: list[_Cell] = []

    def show_figures(self, figures: Sequence[Figure]) -> None:
        """Show these figures."""
        while len(self.cells) < len(figures):
            cell = _Cell(self._theme, self)
            cell.chosen.connect(self.chosen)
            self.cells.append(cell)
        for cell, figure in zip(self.cells, figures, strict=True):
            cell.show_figure(figure)
        self.arrange(self._columns)

    _columns = 6

    def arrange(self, columns: int) -> None:
        """Lay the figures out in so many columns."""
        self._columns = columns
        for at, cell in enumerate(self.cells):
            cell.edges = (at % columns > 0, at >= columns)
            self._grid.addWidget(cell, at // columns, at % columns)
        for at in range(6):
            self._grid.setColumnStretch(at, 1 if at < columns else 0)


class _Cell(QWidget):
    chosen = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._figure = Figure("", "")
        self.edges: tuple[bool, bool] = (False, False)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.updateGeometry)

    def show_figure(self, figure: Figure) -> None:
        """Show a figure."""
        self._figure = figure
        said = [figure.title, figure.value, figure.state, figure.detail]
        self.setAccessibleName(", ".join(part for part in said if part))
        self.setToolTip(self.accessibleName())
        self.update()

    def sizeHint(self) -> QSize:
        high = sum(QFontMetrics(self._theme.font(role)).height() for role in ("small", "figure", "small"))
        return QSize(150, high + 26)

    def minimumSizeHint(self) -> QSize:
        return QSize(100, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, figure = self._theme, self._figure
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.underMouse():
            painter.fillRect(self.rect().adjusted(2, 2, -2, -2), theme.color("hover"))
        painter.setPen(QPen(theme.color("border"), 1))
        if self.edges[0]:
            painter.drawLine(0, 0, 0, self.height())
        if self.edges[1]:
            painter.drawLine(0, 0, self.width(), 0)
        left, wide = 14, self.width() - 22
        small, large = theme.font("small"), theme.font("figure")
        y = 10
        y += self._text(painter, small, "text2", left, y, wide, figure.title)
        used = QFontMetrics(large).horizontalAdvance(figure.value)
        if figure.state:
            self._state(painter, left + used + 10, y, wide - used - 10)
        y += self._text(painter, large, "text", left, y, wide, figure.value)
        if figure.icon:
            side = round(13 * theme.scale)
            high = QFontMetrics(small).height()
            theme.icon(figure.icon).paint(painter, left, y + (high - side) // 2 + 1, side, side)
            self._text(painter, small, "text2", left + side + 5, y, wide - side - 5, figure.detail)
        else:
            self._text(painter, small, "text2", left, y, wide, figure.detail)
        if self.hasFocus():
            painter.setPen(QPen(theme.color("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(3, 3, -3, -3), 5, 5)

    def _state(self, painter: QPainter, x: int, y: int, room: int) -> None:
        """The criterion's state: icon and word, the icon alone where there is no room."""
        theme = self._theme
        hue, icon = theme.state(self._figure.state)
        side = round(13 * theme.scale)
        high = QFontMetrics(theme.font("figure")).height()
        name = next(n for n in _HUES if theme.hue(n).mark == hue.mark)
        theme.icon(icon, f"{name}.mark").paint(painter, x, y + (high - side) // 2 + 1, side, side)
        font = theme.font("small")
        font.setWeight(QFont.Weight.Medium)
        words = self._figure.state.capitalize()
        if QFontMetrics(font).horizontalAdvance(words) <= room - side - 5:
            painter.setFont(font)
            painter.setPen(hue.fg)
            painter.drawText(QRectF(x + side + 5, y + 1, room, high), Qt.AlignmentFlag.AlignVCenter, words)

    @staticmethod
    def _draw(painter: QPainter, font: QFont, box: QRectF, words: str) -> None:
        painter.setFont(font)
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, words)

    def _text(self, painter: QPainter, font: QFont, color: str, x: int, y: int, wide: int, words: str) -> int:
        metrics = QFontMetrics(font)
        painter.setPen(self._theme.color(color))
        shown = metrics.elidedText(words, Qt.TextElideMode.ElideRight, wide)
        self._draw(painter, font, QRectF(x, y, wide, metrics.height()), shown)
        return metrics.height() + 2

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.chosen.emit(self._figure)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.chosen.emit(self._figure)
        else:
            super().keyPressEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        self.update()

    def leaveEvent(self, event: object) -> None:
        self.update()


_HUES = ("green", "amber", "red", "slate", "violet", "orange", "yellow", "blue")
