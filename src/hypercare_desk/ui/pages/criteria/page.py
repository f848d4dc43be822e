"""The exit criteria page: where the exit stands, why, what it rests on, and who signed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QByteArray, QModelIndex, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QBrush, QGuiApplication, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QSizePolicy,
    QSplitter,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from hypercare_desk.domain.changes import Changes
from hypercare_desk.domain.exit_criteria import CriterionResult, CriterionState, SignOff, Verdict, Waiver
from hypercare_desk.services.progress import Progress
from hypercare_desk.ui.pages.criteria.detail import CriterionDetail
from hypercare_desk.ui.pages.criteria.dialogs import MeasureDialog, SignDialog, WaiverDialog
from hypercare_desk.ui.pages.criteria.rows import (
    EVIDENCE,
    TREND,
    CriteriaModel,
    SparklineDelegate,
    Trend,
    hue_of,
)
from hypercare_desk.ui.pages.page import Command, Page, Surroundings
from hypercare_desk.ui.theme import Theme
from hypercare_desk.ui.widgets.basics import EmptyState, button, column, label, lock_controls, row, rule

_DAYS = 14
_NARROW = 1100


@dataclass(frozen=True, slots=True)
class _State:
    """What the page shows."""

    verdict: Verdict
    trends: Mapping[str, Trend]
    waivers: Sequence[Waiver]
    sign_offs: Sequence[SignOff]
    outdated: frozenset[str]
    measured: frozenset[str]


class CriteriaPage(Page):
    """F5 evaluates; Ctrl+Enter adds a value to the chosen criterion."""

    name = "criteria"

    def __init__(self, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(around, parent)
        theme = around.theme
        self._state: _State | None = None
        self._wanted = ""
        self._told = label("", "quiet")
        self._evaluate = button(self.tr("Evaluate"), "F5")
        self._evaluate.clicked.connect(self.refresh)
        self._bar = _StateBar(theme)
        self._blocked = label("", "small")
        self.model = CriteriaModel(theme, self)
        self.table = QTableView()
        self.table.setModel(self.model)
        self.table.setAccessibleName(self.tr("Exit criteria"))
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setShowGrid(False)
        self.table.setWordWrap(False)
        self.table.setTabKeyNavigation(False)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(theme.size("row"))
        self.table.horizontalHeader().setHighlightSections(False)
        self.table.horizontalHeader().setDefaultAlignment(
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        )
        self.table.setItemDelegateForColumn(TREND, SparklineDelegate(theme, self))
        self.table.selectionModel().currentChanged.connect(self._on_current)
        self.detail = CriterionDetail(theme)
        self.detail.setMinimumWidth(270)
        self._splitter = QSplitter(Qt.Orientation.Horizontal, childrenCollapsible=False)
        self._splitter.addWidget(self.table)
        self._splitter.addWidget(self.detail)
        self._splitter.setStretchFactor(0, 1)
        self._splitter.setSizes([860, 360])
        self._signing = row(spacing=12, margins=(20, 10, 20, 10))
        self._empty = EmptyState(theme, "ph.gauge")
        self._pages = QStackedWidget()
        self._pages.addWidget(self._splitter)
        self._pages.addWidget(self._empty)
        self._assemble()
        self._restore()
        self._load(evaluate=False)

    def _assemble(self) -> None:
        head = column(
            row(label(self.tr("Exit criteria"), "title"), self._told, None, self._evaluate),
            row(self._bar, None, self._blocked),
            spacing=10,
            margins=(20, 14, 20, 12),
        )
        foot = self._signers = QFrame()
        foot.setObjectName("paneSunken")
        foot.setLayout(self._signing)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(rule())
        layout.addWidget(self._pages, 1)
        layout.addWidget(foot)
        self.detail.waive_requested.connect(self._waive)
        self.detail.revoke_requested.connect(self._revoke)
        self.detail.measure_requested.connect(self._measure)
        self.detail.open_requested.connect(self._open_evidence)

    def _restore(self) -> None:
        header = self.table.horizontalHeader()
        scale = self.around.theme.scale
        for at, width in enumerate((98, 60, 240, 30, 104, 86, 104, 70)):
            self.table.setColumnWidth(at, round(width * scale))
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        state = self.around.memory.value("criteria/splitter")
        if isinstance(state, QByteArray):
            self._splitter.restoreState(state)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.width() < _NARROW
        self.table.setColumnHidden(EVIDENCE, narrow)
        self.table.setColumnWidth(TREND, round((76 if narrow else 104) * self.around.theme.scale))

    # --- the page's contract ---------------------------------------------------------------------------------

    def show_target(self, target: str, text: str = "") -> None:
        self._wanted = target
        self._choose_wanted()
        self.table.setFocus()

    def refresh(self) -> None:
        self._load(evaluate=not self.locked)

    def finish(self) -> None:
        self._measure()

    def commands(self) -> Sequence[Command]:
        nothing = "" if self._current() else self.tr("no criterion is chosen")
        return (
            Command(self.tr("Evaluate all criteria"), self.refresh, "F5", "ph.arrows-clockwise"),
            Command(self.tr("Add a measured value"), self._measure, "Ctrl+Enter", "ph.plus", nothing, True),
            Command(self.tr("Waive the criterion…"), self._waive, "", "ph.flag-banner", nothing, True),
            *(self._signing_command(role) for role in self.around.desk.settings.sign_off_roles),
        )

    def _signing_command(self, role: str) -> Command:
        words = self.tr("Sign as {0}…").format(role)
        return Command(words, lambda: self._sign(role), "", "ph.pen-nib", "", True)

    def editing_parts(self) -> Sequence[QWidget]:
        return (self.detail, self._signers)

    def panes(self) -> Sequence[QWidget]:
        return (self.table, self.detail)

    def reference(self) -> str:
        result = self._current()
        return f"{result.id}, {result.title}: {result.state.value}. {result.why}" if result else ""

    def remember(self) -> None:
        self.around.memory.setValue("criteria/splitter", self._splitter.saveState())

    def concerned(self, changes: Changes) -> bool:
        return bool(changes.criteria or changes.settings or changes.everything)

    def on_changes(self, changes: Changes) -> None:
        self._load(evaluate=False)

    # --- loading ---------------------------------------------------------------------------------------------

    def _load(self, *, evaluate: bool) -> None:
        service = self.around.desk.exit_criteria

        def look(_progress: Progress) -> _State:
            verdict = service.evaluate(keep=evaluate)
            signed = service.sign_offs()
            return _State(
                verdict,
                service.trends(_DAYS),
                service.waivers(),
                signed,
                frozenset(s.id for s in signed if service.is_outdated(s, verdict)),
                frozenset(entry.metric for entry in service.catalogue() if entry.measured),
            )

        if evaluate:
            self.around.jobs.write(self.tr("Evaluating criteria"), look, self._show)
        else:
            self.around.jobs.read(look, self._show, key="criteria")

    def _show(self, state: _State) -> None:
        chosen = self._current()
        self._wanted = self._wanted or (chosen.id if chosen else "")
        self._state = state
        verdict = state.verdict
        at = verdict.as_of.astimezone().strftime("%d %b, %H:%M")
        self._told.setText(self.tr("Evaluated {0}").format(at))
        self._bar.show_verdict(verdict)
        self.model.show(verdict.criteria, state.trends)
        bad = [
            c.id
            for c in verdict.criteria
            if c.mandatory and c.state in (CriterionState.NOT_MET, CriterionState.NO_DATA)
        ]
        self._blocked.setText(
            self.tr("Blocked by {0}").format(" ".join(bad)) if bad else self.tr("Nothing blocks the exit")
        )
        self._fill_signing(state)
        self._empty.say(self.tr("There are no criteria yet."), self.tr("Use the catalogue's"), self._install)
        self._pages.setCurrentIndex(0 if verdict.criteria else 1)
        self._choose_wanted()

    def _fill_signing(self, state: _State) -> None:
        while (item := self._signing.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.deleteLater()
        self._signing.addWidget(label(self.tr("Sign-off"), "section"))
        for role in self.around.desk.settings.sign_off_roles:
            signed = next((s for s in reversed(state.sign_offs) if s.role == role), None)
            if signed is None:
                words = self.tr("not signed")
            else:
                words = (
                    f"{signed.decision.value.replace('-', ' ')}, {signed.who}, {signed.at.astimezone():%d %b}"
                )
                if signed.id in state.outdated:
                    words = self.tr("{0}: signed over an older state").format(words)
            made = button(f"{role}: {words}", flat=True)
            made.setToolTip(self.tr("Sign as {0}").format(role))
            made.clicked.connect(lambda _c=False, r=role: self._sign(r))
            self._signing.addWidget(made)
        self._signing.addStretch(1)
        if self.locked:
            lock_controls(self._signers, self.locked)

    def _choose_wanted(self) -> None:
        row_number = self.model.row_of(self._wanted) if self._wanted else 0
        if 0 <= row_number < self.model.rowCount():
            self.table.setCurrentIndex(self.model.index(row_number, 0))
            self._wanted = ""

    def _current(self) -> CriterionResult | None:
        return self.model.result(self.table.currentIndex().row())

    @Slot(QModelIndex, QModelIndex)
    def _on_current(self, current: QModelIndex, _before: QModelIndex) -> None:
        result = self.model.result(current.row())
        if result and self._state:
            self.detail.show_result(
                result,
                self.model.trend(result.id),
                self._state.waivers,
                measured=result.metric in self._state.measured,
            )

    # --- deciding --------------------------------------------------------------------------------------------

    def _write(self, said: str, work: Callable[[], Any]) -> None:
        self.around.jobs.write("", lambda _p: work(), lambda _r: self._written(said))

    def _written(self, said: str) -> None:
        self.around.messages.done(said)
        self.refresh()

    def _waive(self) -> None:
        result = self._current()
        if result is None:
            return
        desk = self.around.desk
        dialog = WaiverDialog(result, desk.settings.sign_off_roles, desk.clock.today(), self)

        def accepted() -> None:
            said = self.tr("Waived {0} until {1}").format(result.id, dialog.expires_on)
            values = (result.id, dialog.reason, dialog.owner, dialog.approver, dialog.expires_on)
            self._write(said, lambda: desk.exit_criteria.waive(*values))

        self._open(dialog, accepted)

    def _revoke(self, waiver_id: str) -> None:
        desk = self.around.desk
        self._write(
            self.tr("Ended waiver {0}").format(waiver_id), lambda: desk.exit_criteria.revoke(waiver_id)
        )

    def _measure(self) -> None:
        result = self._current()
        if result is None or self._state is None or result.metric not in self._state.measured:
            self.around.messages.note(
                self.tr("Choose a criterion that is measured; this one is computed from records.")
            )
            return
        desk = self.around.desk
        dialog = MeasureDialog(result, self)

        def accepted() -> None:
            value, sample, source, note = dialog.value, dialog.sample, dialog.source, dialog.note
            self._write(
                self.tr("Added a value to {0}").format(result.id),
                lambda: desk.exit_criteria.measure(
                    result.metric, value, sample=sample, source=source, note=note
                ),
            )

        self._open(dialog, accepted)

    def _sign(self, role: str) -> None:
        if self._state is None:
            return
        desk, verdict = self.around.desk, self._state.verdict
        told = self.tr("{0}: {1} of {2} criteria met").format(
            verdict.light, verdict.count(CriterionState.MET), len(verdict.criteria)
        )
        dialog = SignDialog(role, desk.user, told, self)

        def accepted() -> None:
            decision, note = dialog.decision, dialog.note
            self._write(
                self.tr("Signed as {0}").format(role),
                lambda: desk.exit_criteria.sign(role, decision, "", note),
            )

        self._open(dialog, accepted)

    def _open(self, dialog: Any, accepted: Callable[[], None]) -> None:
        dialog.accepted.connect(accepted)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _open_evidence(self, item_id: str) -> None:
        prefix = item_id.partition("-")[0]
        if prefix.isupper():
            self.around.navigator.open(item_id)
        else:
            QGuiApplication.clipboard().setText(item_id)
            self.around.messages.note(self.tr("Copied {0}").format(item_id))

    def _install(self) -> None:
        desk = self.around.desk
        self._write(self.tr("Took over the catalogue's criteria"), desk.exit_criteria.install_defaults)


class _StateBar(QWidget):
    """How many criteria are in which state: a bar and the numbers in words."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._counts: dict[CriterionState, int] = {}
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(
            330 + sum(metrics.horizontalAdvance(t) + 44 for t in self._texts()), metrics.height() + 6
        )

    def show_verdict(self, verdict: Verdict) -> None:
        """Show the counts of an evaluation."""
        self._counts = {state: verdict.count(state) for state in CriterionState}
        self.setAccessibleName(", ".join(self._texts()))
        self.updateGeometry()
        self.update()

    def _texts(self) -> list[str]:
        return [f"{count} {state.value}" for state, count in self._counts.items()]

    def paintEvent(self, event: QPaintEvent) -> None:
        total = sum(self._counts.values())
        if not total:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = self.height() / 2
        x, wide = 0.0, 300.0
        for state, count in self._counts.items():
            if count:
                share = wide * count / total
                color = self._theme.hue(hue_of(state)).mark
                hatched = state is CriterionState.NO_DATA
                brush = QBrush(color, Qt.BrushStyle.Dense4Pattern if hatched else Qt.BrushStyle.SolidPattern)
                painter.fillRect(QRectF(x, middle - 4, share - 2, 8), brush)
                x += share
        x = wide + 16
        for state, text in zip(self._counts, self._texts(), strict=True):
            icon = self._theme.icon(self._theme.state(state.value)[1], f"{hue_of(state)}.mark")
            icon.paint(painter, round(x), round(middle - 8), 16, 16)
            painter.setPen(self._theme.hue(hue_of(state)).fg)
            width = painter.fontMetrics().horizontalAdvance(text)
            painter.drawText(QRectF(x + 21, 0, width + 4, self.height()), Qt.AlignmentFlag.AlignVCenter, text)
            x += width + 40
