"""Charts painted from plain numbers in the colours of the theme; marks and hatching back the colours up.

Each chart says its numbers in words, too (accessible description), and gives them as a table.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QFont, QFontMetricsF, QHelpEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from hypercare_desk.ui.theme import Theme


@dataclass(frozen=True, slots=True)
class Table:
    """A chart's numbers: the heads of the columns, and the rows as they are read out."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def text(self) -> str:
        """Tab-separated, to be pasted into a sheet."""
        return "\n".join("\t".join(cells) for cells in (self.heads, *self.rows))

    def spoken(self) -> str:
        """A sentence a row."""
        said = (
            ", ".join(
                f"{head} {cell}" if at else cell
                for at, (head, cell) in enumerate(zip(self.heads, cells, strict=True))
            )
            for cells in self.rows
        )
        return "; ".join(said)


class Chart(QWidget):
    """What every chart is: a name, numbers as a table, a picture of them in the theme's colours."""

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self._table = Table((), ())
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        theme.changed.connect(self._on_theme)

    @property
    def table(self) -> Table:
        """The numbers that are shown."""
        return self._table

    def take(self, table: Table) -> None:
        """Show other numbers; the subclass keeps them in the form that it paints."""
        self._table = table
        self.setAccessibleDescription(table.spoken())
        self.updateGeometry()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self.paint(painter, QRectF(self.rect()))

    def paint(self, painter: QPainter, box: QRectF) -> None:
        """Paint into ``box``, here or into a file."""
        raise NotImplementedError

    def tip(self, x: float, y: float) -> str:
        """What stands at a point, in words."""
        return ""

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            words = self.tip(event.pos().x(), event.pos().y())
            if words:
                QToolTip.showText(event.globalPos(), words, self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)

    def _on_theme(self) -> None:
        self.updateGeometry()
        self.update()


@dataclass(frozen=True, slots=True)
class Day:
    """One day: its name below the axis, what is said of it, new and solved records, those open at its end."""

    name: str
    words: str
    new: int
    solved: int
    open: int
    workday: bool = True


class DaysChart(Chart):
    """Two bars a day, new (filled; hatched on days off) and solved (hollow), and a line of what is open."""

    def __init__(
        self, theme: Theme, name: str, heads: tuple[str, str, str, str], parent: QWidget | None = None
    ) -> None:
        super().__init__(theme, name, parent)
        self._heads = heads
        self._days: Sequence[Day] = ()
        self._plot = QRectF()

    def show_days(self, days: Sequence[Day]) -> None:
        """Show these days, oldest first."""
        self._days = days
        rows = tuple((d.words, f"{d.new:,}", f"{d.solved:,}", f"{d.open:,}") for d in days)
        self.take(Table(self._heads, rows))

    def sizeHint(self) -> QSize:
        return QSize(520, 250)

    def minimumSizeHint(self) -> QSize:
        return QSize(240, 190)

    def tip(self, x: float, y: float) -> str:
        if not self._days or not self._plot.contains(QPointF(x, y)):
            return ""
        at = int((x - self._plot.left()) / self._plot.width() * len(self._days))
        day = self._days[min(at, len(self._days) - 1)]
        _, new, solved, left = self._heads
        return f"{day.words}\n{new} {day.new}\n{solved} {day.solved}\n{left} {day.open}"

    def paint(self, painter: QPainter, box: QRectF) -> None:
        theme = self.theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = theme.font("caption")
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        top = nice(max((max(d.new, d.solved, d.open) for d in self._days), default=0))
        legend = metrics.height() + 10
        gutter = metrics.horizontalAdvance(f"{top:,}") + 10
        plot = box.adjusted(gutter, legend + 4, -4, -metrics.height() - 8)
        self._plot = plot
        self._legend(painter, QRectF(box.left(), box.top(), box.width(), legend), metrics)
        self._grid(painter, box, plot, top, metrics)
        if not self._days:
            return
        step = plot.width() / len(self._days)
        wide = min(22.0, step * 0.36)

        def height(value: int) -> float:
            return plot.bottom() - value / top * plot.height()

        for at, day in enumerate(self._days):
            middle = plot.left() + (at + 0.5) * step
            self._bars(painter, day, middle, wide, plot.bottom(), height)
        self._line(
            painter,
            [QPointF(plot.left() + (n + 0.5) * step, height(d.open)) for n, d in enumerate(self._days)],
        )
        self._names(painter, plot, step, font)

    def _legend(self, painter: QPainter, box: QRectF, metrics: QFontMetricsF) -> None:
        theme, x = self.theme, box.right()
        for kind, words in reversed(list(zip("nso", self._heads[1:], strict=True))):
            x -= metrics.horizontalAdvance(words)
            painter.setPen(theme.color("text2"))
            painter.drawText(
                QRectF(x, box.top(), 400, metrics.height() + 4), Qt.AlignmentFlag.AlignVCenter, words
            )
            y = box.top() + metrics.height() / 2 + 2
            x -= 6
            if kind == "o":
                self._mark(painter, QPointF(x - 9, y), line=18)
                x -= 18
            else:
                swatch = QRectF(x - 10, y - 5, 10, 10)
                self._swatch(painter, swatch, filled=kind == "n")
                x -= 10
            x -= 16

    def _swatch(self, painter: QPainter, box: QRectF, *, filled: bool, off: bool = False) -> None:
        theme = self.theme
        color = theme.color("chart_a" if filled else "chart_b")
        if filled:
            painter.setPen(Qt.PenStyle.NoPen if not off else QPen(color, 1))
            painter.setBrush(QBrush(color, Qt.BrushStyle.BDiagPattern) if off else QBrush(color))
        else:
            painter.setPen(QPen(color, 1.2))
            painter.setBrush(theme.hue("green").tint)
        painter.drawRoundedRect(box, 1.5, 1.5)

    def _grid(self, painter: QPainter, box: QRectF, plot: QRectF, top: int, metrics: QFontMetricsF) -> None:
        theme = self.theme
        for number in ticks(top):
            y = plot.bottom() - number / top * plot.height()
            painter.setPen(QPen(theme.color("control" if number == 0 else "grid"), 1))
            painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
            painter.setPen(theme.color("text2"))
            at = QRectF(box.left(), y - metrics.height() / 2, plot.left() - box.left() - 6, metrics.height())
            painter.drawText(at, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, f"{number:,}")

    def _bars(
        self,
        painter: QPainter,
        day: Day,
        middle: float,
        wide: float,
        foot: float,
        height: Callable[[int], float],
    ) -> None:
        for value, left, filled in ((day.new, middle - wide - 0.5, True), (day.solved, middle + 0.5, False)):
            if value:
                top = height(value)
                self._swatch(painter, QRectF(left, top, wide, foot - top), filled=filled, off=not day.workday)

    def _line(self, painter: QPainter, points: Sequence[QPointF]) -> None:
        painter.setPen(QPen(self.theme.color("text"), 1.5))
        for before, here in itertools.pairwise(points):
            painter.drawLine(before, here)
        for point in points:
            self._mark(painter, point)

    def _mark(self, painter: QPainter, at: QPointF, line: float = 0.0) -> None:
        painter.setPen(QPen(self.theme.color("text"), 1.5))
        if line:
            painter.drawLine(QPointF(at.x() - line / 2, at.y()), QPointF(at.x() + line / 2, at.y()))
        painter.setBrush(self.theme.color("surface"))
        painter.drawEllipse(at, 2.6, 2.6)

    def _names(self, painter: QPainter, plot: QRectF, step: float, font: QFont) -> None:
        """As many days named as there is room for, the last one always and strongly."""
        metrics = QFontMetricsF(font)
        last = len(self._days) - 1
        strong = QFont(font)
        strong.setWeight(QFont.Weight.DemiBold)
        widest = max(QFontMetricsF(strong).horizontalAdvance(d.name) for d in self._days)
        every = max(1, ceil((widest + 8) / step))
        for at, day in enumerate(self._days):
            if (last - at) % every:
                continue
            painter.setFont(strong if at == last else font)
            painter.setPen(self.theme.color("text" if at == last else "text2"))
            middle = plot.left() + (at + 0.5) * step
            left = min(middle - widest / 2 - 4, plot.right() + 4 - widest - 8)
            box = QRectF(left, plot.bottom() + 4, widest + 8, metrics.height() + 2)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, day.name)


@dataclass(frozen=True, slots=True)
class Bar:
    """One lying bar: its label, its number, a note behind it (a share, the running share)."""

    label: str
    value: int
    note: str = ""


class BarsChart(Chart):
    """Lying bars in the order given, each with its figure and its note."""

    def __init__(
        self, theme: Theme, name: str, heads: tuple[str, ...], parent: QWidget | None = None
    ) -> None:
        super().__init__(theme, name, parent)
        self._heads = heads
        self._bars: Sequence[Bar] = ()

    def show_bars(self, bars: Sequence[Bar]) -> None:
        """Show these bars."""
        self._bars = bars
        self.take(
            Table(self._heads, tuple((b.label, f"{b.value:,}", b.note)[: len(self._heads)] for b in bars))
        )

    def _row(self) -> float:
        return QFontMetricsF(self.theme.font("small")).height() + 9

    def sizeHint(self) -> QSize:
        return QSize(260, round(self._row() * max(1, len(self._bars)) + 4))

    def minimumSizeHint(self) -> QSize:
        return QSize(180, self.sizeHint().height())

    def tip(self, x: float, y: float) -> str:
        at = int(y / self._row())
        if 0 <= at < len(self._bars):
            bar = self._bars[at]
            return f"{bar.label}: {bar.value:,}" + (f", {bar.note}" if bar.note else "")
        return ""

    def paint(self, painter: QPainter, box: QRectF) -> None:
        theme = self.theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = theme.font("small")
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        if not self._bars:
            return
        most = max((b.value for b in self._bars), default=0) or 1
        names = min(box.width() * 0.42, max(metrics.horizontalAdvance(b.label) for b in self._bars) + 4)
        notes = max(metrics.horizontalAdvance(b.note) for b in self._bars)
        figures = max(metrics.horizontalAdvance(f"{b.value:,}") for b in self._bars) + 8
        room = max(20.0, box.width() - names - 10 - figures - notes - (10 if notes else 0))
        for at, bar in enumerate(self._bars):
            y = box.top() + at * self._row()
            line = QRectF(box.left(), y, names, self._row())
            painter.setPen(theme.color("text"))
            words = metrics.elidedText(bar.label, Qt.TextElideMode.ElideRight, names)
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, words)
            left = box.left() + names + 10
            wide = room * bar.value / most
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("chart_a"))
            painter.drawRoundedRect(QRectF(left, y + self._row() / 2 - 5, max(wide, 1.0), 10), 1.5, 1.5)
            painter.setPen(theme.color("text"))
            figure = QRectF(left + wide + 6, y, figures, self._row())
            painter.drawText(figure, Qt.AlignmentFlag.AlignVCenter, f"{bar.value:,}")
            if bar.note:
                painter.setPen(theme.color("text2"))
                note = QRectF(box.right() - notes, y, notes, self._row())
                painter.drawText(note, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, bar.note)


def nice(most: float) -> int:
    """A round number at or a little above ``most`` that divides into four or five even steps."""
    if most <= 4:
        return 4
    unit = 10 ** floor(log10(most / 4))
    step = next(s * unit for s in (1, 2, 2.5, 5, 10) if s * unit * 4 >= most and float(s * unit).is_integer())
    return round(step * 4)


def ticks(top: int) -> list[int]:
    """The numbers beside the axis."""
    return [round(top * part / 4) for part in range(5)]
