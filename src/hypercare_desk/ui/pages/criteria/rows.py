"""The criteria as a table: state, rule, value, target, trend, evidence; grouped by what they are about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPointF,
    QRectF,
    Qt,
)
from PySide6.QtGui import QFont, QPainter, QPen
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from hypercare_desk.domain.exit_criteria import CriterionResult, CriterionState
from hypercare_desk.ui.theme import Theme

_Index = QModelIndex | QPersistentModelIndex
ResultRole = Qt.ItemDataRole.UserRole + 1
TrendRole = Qt.ItemDataRole.UserRole + 2
COLUMNS = ("State", "", "Criterion", "", "Now", "Target", "Trend", "Evidence")
STATE, IDENTITY, TITLE, MANDATORY, NOW, TARGET, TREND, EVIDENCE = range(8)
Trend = Sequence[tuple[date, float | None]]
_HUES = {
    CriterionState.MET: "green",
    CriterionState.AT_RISK: "amber",
    CriterionState.NOT_MET: "red",
    CriterionState.NO_DATA: "slate",
    CriterionState.WAIVED: "violet",
}


def hue_of(state: CriterionState) -> str:
    """The hue of a criterion's state."""
    return _HUES[state]


def figure(value: float | None, unit: str) -> str:
    """A value with its unit, as short as it can be read: ``99.95 %``, ``480.6 ms``, ``0``; a dash without one."""
    if value is None:
        return "–"
    text = f"{value:,.2f}".rstrip("0").rstrip(".")
    short = {"records": "", "cycles": "", "days": " d"}.get(unit, f" {unit}" if unit else "")
    return text + short


def target_of(result: CriterionResult) -> str:
    """The rule's target, e.g. ``≥ 99.9 %``."""
    sign = {"<=": "≤", ">=": "≥"}.get(result.operator.value, result.operator.value)
    return f"{sign} {figure(result.threshold, result.unit)}"


@dataclass(frozen=True, slots=True)
class Group:
    """What a set of metrics is about."""

    title: str
    metrics: frozenset[str]


class CriteriaModel(QAbstractTableModel):
    """One row a criterion, in the order of the evaluation."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows: Sequence[CriterionResult] = ()
        self._trends: Mapping[str, Trend] = {}

    def show(self, rows: Sequence[CriterionResult], trends: Mapping[str, Trend]) -> None:
        """Replace all rows."""
        self.beginResetModel()
        self._rows, self._trends = rows, trends
        self.endResetModel()

    def result(self, row: int) -> CriterionResult | None:
        """The criterion in a row."""
        return self._rows[row] if 0 <= row < len(self._rows) else None

    def row_of(self, criterion_id: str) -> int:
        """The row of a criterion, or -1."""
        return next((at for at, row in enumerate(self._rows) if row.id == criterion_id), -1)

    def trend(self, criterion_id: str) -> Trend:
        """A criterion's daily values, oldest first."""
        return self._trends.get(criterion_id, ())

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section]
        if role == Qt.ItemDataRole.DecorationRole and section == MANDATORY:
            return self._theme.icon("ph.lock-simple")
        if role == Qt.ItemDataRole.ToolTipRole and section == MANDATORY:
            return "Mandatory"
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row, column = self._rows[index.row()], index.column()
        if role == ResultRole:
            return row
        if role == TrendRole:
            return self.trend(row.id)
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(row, column)
        if role == Qt.ItemDataRole.DecorationRole:
            if column == STATE:
                return self._theme.icon(self._theme.state(row.state.value)[1], f"{hue_of(row.state)}.mark")
            if column == MANDATORY and row.mandatory:
                return self._theme.icon("ph.lock-simple")
        if role == Qt.ItemDataRole.ForegroundRole:
            return self._foreground(row, column)
        if role == Qt.ItemDataRole.FontRole:
            return self._font(column)
        if role == Qt.ItemDataRole.TextAlignmentRole and column == NOW:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ToolTipRole:
            return row.why
        if role == Qt.ItemDataRole.AccessibleTextRole:
            mandatory = ", mandatory" if row.mandatory else ""
            value = figure(row.value, row.unit)
            return (
                f"{row.state.value}, {row.id}, {row.title}{mandatory}, now {value}, target {target_of(row)}"
            )
        return None

    def _text(self, row: CriterionResult, column: int) -> str:
        count = len(row.evidence.ids)
        return (
            row.state.value.capitalize(),
            row.id,
            row.title,
            "",
            figure(row.value, row.unit),
            target_of(row),
            "",
            f"{count:,}" if count else "–",
        )[column]

    def _foreground(self, row: CriterionResult, column: int) -> object:
        if column == STATE:
            return self._theme.hue(hue_of(row.state)).fg
        return self._theme.color("text" if column in (TITLE, NOW) else "text2")

    def _font(self, column: int) -> QFont | None:
        if column == IDENTITY:
            return self._theme.font("mono")
        if column in (STATE, NOW):
            font = self._theme.font("body")
            font.setWeight(QFont.Weight.DemiBold if column == NOW else QFont.Weight.Medium)
            return font
        return None


class SparklineDelegate(QStyledItemDelegate):
    """Paints a criterion's trend with its target dashed; words instead where there are no two points."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        super().paint(painter, option, index)
        result, trend = index.data(ResultRole), index.data(TrendRole)
        if not isinstance(result, CriterionResult):
            return
        box = QRectF(option.rect).adjusted(8, 8, -8, -8)
        values = [value for _, value in trend]
        known = [value for value in values if value is not None]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if len(known) < 2:
            painter.setPen(self._theme.color("text2"))
            painter.setFont(self._theme.font("small"))
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, "no points")
        else:
            self._line(painter, box, values, result.threshold)
        painter.restore()

    def _line(self, painter: QPainter, box: QRectF, values: Sequence[float | None], target: float) -> None:
        known = [value for value in values if value is not None]
        low, high = min(*known, target), max(*known, target)
        room = (high - low) or 1.0

        def height(value: float) -> float:
            return box.bottom() - (value - low) / room * box.height()

        painter.setPen(QPen(self._theme.color("control"), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(box.left(), height(target)), QPointF(box.right(), height(target)))
        painter.setPen(QPen(self._theme.color("chart_a"), 1.5))
        step = box.width() / max(1, len(values) - 1)
        before: QPointF | None = None
        for at, value in enumerate(values):
            here = QPointF(box.left() + at * step, height(value)) if value is not None else None
            if before is not None and here is not None:
                painter.drawLine(before, here)
            before = here or before
        if before is not None:
            painter.setBrush(self._theme.color("chart_a"))
            painter.drawEllipse(before, 2.5, 2.5)
