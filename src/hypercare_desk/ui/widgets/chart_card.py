"""A titled card around a chart: the same numbers as a table on request, copied or saved as picture or sheet."""

from __future__ import annotations

import csv
import io

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QImage, QImageWriter, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QMenu,
    QStackedWidget,
    QTableWidget,
    QTableWidgetItem,
    QToolButton,
    QWidget,
)

from hypercare_desk.ui.theme import Theme
from hypercare_desk.ui.widgets.basics import column, label, row
from hypercare_desk.ui.widgets.charts import Chart

FORMATS = ("png", "svg", "csv")
_SHARPER = 2


class ChartCard(QFrame):
    """``save_requested`` carries the chart that is to be saved as one of ``FORMATS``."""

    save_requested = Signal(object)

    def __init__(self, theme: Theme, title: str, chart: Chart, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self._theme = theme
        self.chart = chart
        self._title = title
        self._table: QTableWidget | None = None
        self._stack = QStackedWidget()
        self._stack.addWidget(chart)
        self.toggle = QToolButton()
        self.toggle.setCheckable(True)
        self.toggle.setAccessibleName(self.tr("{0}: show as a table").format(title))
        self.toggle.setToolTip(self.tr("Show as a table"))
        self._more = QToolButton(popupMode=QToolButton.ToolButtonPopupMode.InstantPopup)
        self._more.setAccessibleName(self.tr("{0}: copy or save").format(title))
        self._more.setToolTip(self.tr("Copy or save"))
        menu = QMenu(self._more)
        menu.addAction(self.tr("Copy the numbers"), self._copy_numbers)
        menu.addAction(self.tr("Copy the picture"), self._copy_picture)
        menu.addAction(self.tr("Save as PNG, SVG or CSV…"), lambda: self.save_requested.emit(chart))
        self._more.setMenu(menu)
        self._stack.setContentsMargins(0, 0, 0, 0)
        inside = column(self._stack, margins=(14, 0, 14, 12))
        self.setLayout(
            column(
                row(label(title, "section"), None, self.toggle, self._more, spacing=0, margins=(14, 6, 6, 2)),
                inside,
                spacing=0,
                margins=(1, 1, 1, 1),
            )
        )
        self.toggle.toggled.connect(self._on_toggled)
        theme.changed.connect(self._dress)
        self._dress()

    @property
    def table(self) -> QTableWidget:
        """The numbers as a table; made when it is first asked for."""
        if self._table is not None:
            return self._table
        made = self._table = QTableWidget()
        made.setAccessibleName(self.tr("{0} as a table").format(self._title))
        made.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        made.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        made.setShowGrid(False)
        made.setTabKeyNavigation(False)
        made.verticalHeader().hide()
        self._stack.addWidget(made)
        return made

    def refill(self) -> None:
        """The chart has other numbers: show them in the table, too."""
        if self.toggle.isChecked():
            self._fill()

    def _on_toggled(self, on: bool) -> None:
        if on:
            self._fill()
        self._stack.setCurrentWidget(self.table if on else self.chart)

    def _fill(self) -> None:
        numbers, shown = self.chart.table, self.table
        shown.setColumnCount(len(numbers.heads))
        shown.setHorizontalHeaderLabels(list(numbers.heads))
        shown.setRowCount(len(numbers.rows))
        for at, cells in enumerate(numbers.rows):
            for place, cell in enumerate(cells):
                item = QTableWidgetItem(cell)
                side = Qt.AlignmentFlag.AlignRight if place else Qt.AlignmentFlag.AlignLeft
                item.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
                shown.setItem(at, place, item)
        header = shown.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        if numbers.heads:
            header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        shown.verticalHeader().setDefaultSectionSize(self._theme.size("row_compact"))

    def _copy_numbers(self) -> None:
        QGuiApplication.clipboard().setText(self.chart.table.text())

    def _copy_picture(self) -> None:
        QGuiApplication.clipboard().setImage(_picture(self.chart, self._theme))

    def _dress(self) -> None:
        side = round(16 * self._theme.scale)
        for tool, icon in ((self.toggle, "ph.table"), (self._more, "ph.dots-three")):
            tool.setIcon(self._theme.icon(icon))
            tool.setIconSize(QSize(side, side))


def chart_bytes(chart: Chart, kind: str) -> bytes:
    """The chart as a file of one of ``FORMATS``."""
    if kind == "csv":
        out = io.StringIO()
        csv.writer(out).writerows(
            [_harmless(cell) for cell in row_] for row_ in (chart.table.heads, *chart.table.rows)
        )
        return out.getvalue().encode("utf-8-sig")
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    if kind == "svg":
        from PySide6.QtSvg import QSvgGenerator

        made = QSvgGenerator()
        made.setOutputDevice(buffer)
        made.setTitle(chart.accessibleName())
        made.setDescription(chart.accessibleDescription())
        made.setSize(chart.size())
        made.setViewBox(chart.rect())
        painter = QPainter(made)
        chart.paint(painter, QRectF(chart.rect()))
        painter.end()
    else:
        QImageWriter(buffer, QByteArray(b"png")).write(_picture(chart, chart.theme))
    buffer.close()
    return bytes(data.data())


def _picture(chart: Chart, theme: Theme) -> QImage:
    picture = QImage(chart.size() * _SHARPER, QImage.Format.Format_RGB32)
    picture.setDevicePixelRatio(_SHARPER)
    picture.fill(theme.color("surface"))
    painter = QPainter(picture)
    chart.paint(painter, QRectF(chart.rect()))
    painter.end()
    return picture


def _harmless(cell: str) -> str:
    """A cell that no sheet takes for a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
