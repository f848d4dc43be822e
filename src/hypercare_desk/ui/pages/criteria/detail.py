"""One criterion: its rule, why it has its state, its trend, what it was computed from, its waiver."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFormLayout,
    QFrame,
    QListWidget,
    QListWidgetItem,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from hypercare_desk.domain.exit_criteria import CriterionResult, CriterionState, Waiver
from hypercare_desk.ui.pages.criteria.rows import Trend, hue_of, target_of
from hypercare_desk.ui.pages.criteria.trend_chart import TrendChart
from hypercare_desk.ui.theme import Theme
from hypercare_desk.ui.widgets.basics import Chip, button, label, row

_SHOWN = 200


class CriterionDetail(QScrollArea):
    """Every button is a request; ``open_requested`` carries the id of a piece of evidence."""

    waive_requested = Signal()
    revoke_requested = Signal(str)
    measure_requested = Signal()
    open_requested = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._theme = theme
        self._waiver_id = ""
        self._id = label("", "mono")
        self._state = Chip()
        self._mandatory = Chip(self.tr("Mandatory"), "outline")
        self._title = label("", "section", wrap=True)
        self._why = QFrame()
        self._why_words = label("", wrap=True)
        self._why.setLayout(row(self._why_words, margins=(12, 8, 12, 8)))
        self._facts = QFormLayout()
        self._facts.setVerticalSpacing(6)
        self._facts.setHorizontalSpacing(16)
        self.chart = TrendChart(theme)
        self._measure = button(self.tr("Add a value"), "Ctrl+Enter")
        self._measure.clicked.connect(self.measure_requested)
        self._evidence = QListWidget()
        self._evidence.setAccessibleName(self.tr("Evidence"))
        self._evidence.setMinimumHeight(120)
        self._evidence.itemActivated.connect(
            lambda i: self.open_requested.emit(i.data(Qt.ItemDataRole.UserRole))
        )
        self._note = label("", "small", wrap=True)
        self._waive = button(self.tr("Waive…"))
        self._waive.clicked.connect(self.waive_requested)
        self._revoke = button(self.tr("End the waiver"))
        self._revoke.clicked.connect(lambda: self.revoke_requested.emit(self._waiver_id))
        inside = QWidget()
        inside.setObjectName("form")
        layout = QVBoxLayout(inside)
        layout.setContentsMargins(18, 14, 18, 14)
        layout.setSpacing(10)
        layout.addLayout(row(self._id, self._state, self._mandatory, None))
        layout.addWidget(self._title)
        layout.addLayout(self._facts)
        layout.addWidget(self.chart)
        layout.addWidget(self._why)
        layout.addLayout(row(label(self.tr("Evidence"), "section"), None, self._measure))
        layout.addWidget(self._note)
        layout.addWidget(self._evidence, 1)
        layout.addLayout(row(self._waive, self._revoke, None))
        self.setWidget(inside)

    def show_result(
        self, result: CriterionResult, trend: Trend, waivers: Sequence[Waiver], *, measured: bool
    ) -> None:
        """Show a criterion; ``measured`` says whether values can be typed in."""
        self._id.setText(result.id)
        self._state.set(result.state.value.capitalize(), hue_of(result.state))
        self._mandatory.setVisible(result.mandatory)
        self._title.setText(result.title)
        self._fill_facts(result)
        self.chart.show_trend(result, trend)
        tone = {CriterionState.NOT_MET: "red", CriterionState.AT_RISK: "amber"}.get(result.state, "blue")
        self._why.setProperty("bar", tone)
        self._why.style().unpolish(self._why)
        self._why.style().polish(self._why)
        self._why_words.setText(result.why)
        self._measure.setVisible(measured)
        self._evidence.clear()
        for item_id in result.evidence.ids[:_SHOWN]:
            item = QListWidgetItem(self._theme.icon("ph.file-text"), item_id)
            item.setData(Qt.ItemDataRole.UserRole, item_id)
            self._evidence.addItem(item)
        more = len(result.evidence.ids) - _SHOWN
        told = (
            self.tr("{0} and {1:,} more").format(result.evidence.note, more)
            if more > 0
            else result.evidence.note
        )
        self._note.setText(told)
        self._evidence.setVisible(bool(result.evidence.ids))
        self._waiver_id = next((w.id for w in waivers if w.id == result.waiver_id), "")
        self._waive.setVisible(result.state in (CriterionState.NOT_MET, CriterionState.NO_DATA))
        self._revoke.setVisible(bool(self._waiver_id))

    def _fill_facts(self, result: CriterionResult) -> None:
        while self._facts.rowCount():
            self._facts.removeRow(0)
        window = (
            self.tr("last {0} days").format(result.window_days)
            if result.window_days
            else self.tr("as of now")
        )
        for name, text in (
            (self.tr("Rule"), f"{target_of(result)}, {window}"),
            (self.tr("Counted"), self.tr("{0:,} observations").format(result.sample)),
            (self.tr("Owner"), result.owner or "–"),
        ):
            self._facts.addRow(label(name, "quiet"), label(text, wrap=True))
