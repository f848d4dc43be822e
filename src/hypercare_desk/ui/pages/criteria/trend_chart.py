"""A criterion's values day by day as bars, its target dotted; the same numbers as text for who cannot see it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from hypercare_desk.domain.exit_criteria import CriterionResult
from hypercare_desk.ui.pages.criteria.rows import Trend, figure, target_of
from hypercare_desk.ui.theme import Theme


class TrendChart(QWidget):
    """Shows up to 14 days."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._result: CriterionResult | None = None
        self._trend: Trend = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(280, 150)

    def show_trend(self, result: CriterionResult, trend: Trend) -> None:
        """Show a criterion."""
        self._result, self._trend = result, trend
        known = [(day, value) for day, value in trend if value is not None]
        self.setVisible(len(known) > 1)
        told = "; ".join(f"{day:%d %b}: {figure(value, result.unit)}" for day, value in known)
        self.setAccessibleName(self.tr("Trend of {0}, target {1}").format(result.title, target_of(result)))
        self.setAccessibleDescription(told)
        self.setToolTip(told.replace("; ", "\n"))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        result = self._result
        if result is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = self._theme.font("caption")
        painter.setFont(font)
        metrics = painter.fontMetrics()
        values = [value for _, value in self._trend]
        known = [value for value in values if value is not None]
        top = max(*known, result.threshold, 0.0001) if known else 1.0
        low = min(0.0, *known) if known else 0.0
        if known and min(known) > 0.9 * top:  # percentages close to each other: show where they differ
            low = min(*known, result.threshold) - (top - min(*known, result.threshold) or 1.0) * 0.5
        box = QRectF(4, metrics.height() + 4, self.width() - 8, self.height() - 2 * metrics.height() - 10)
        step = box.width() / max(1, len(values))

        def height(value: float) -> float:
            return box.bottom() - (value - low) / ((top - low) or 1.0) * box.height()

        painter.setPen(QPen(self._theme.color("grid"), 1))
        painter.drawLine(box.bottomLeft(), box.bottomRight())
        for at, (day, value) in enumerate(self._trend):
            x = box.left() + at * step
            if value is not None:
                weekend = day.isoweekday() > 5
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(self._theme.color("border" if weekend else "chart_a"))
                bar = QRectF(
                    x + step * 0.18, height(value), step * 0.64, max(1.0, box.bottom() - height(value))
                )
                painter.drawRoundedRect(bar, 1.5, 1.5)
            painter.setPen(self._theme.color("text2"))
            if at % 2 == 0 or step > 26:
                foot = QRectF(x, box.bottom() + 2, step, metrics.height())
                painter.drawText(foot.adjusted(-6, 0, 6, 0), Qt.AlignmentFlag.AlignCenter, str(day.day))
        painter.setPen(QPen(self._theme.color("text"), 1, Qt.PenStyle.DotLine))
        y = height(result.threshold)
        painter.drawLine(QPointF(box.left(), y), QPointF(box.right(), y))
        painter.setPen(self._theme.color("text"))
        words = self.tr("Target {0}").format(target_of(result))
        above = QRectF(box.left(), y - metrics.height() - 1, box.width(), metrics.height())
        painter.drawText(above, Qt.AlignmentFlag.AlignRight, words)
