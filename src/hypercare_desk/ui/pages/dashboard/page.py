"""The dashboard page: figures, what needs a decision, what ends, what was asked in vain; every line opens its item."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QGuiApplication, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QGridLayout,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from hypercare_desk.domain.changes import Changes
from hypercare_desk.domain.errors import DeskError, Unavailable
from hypercare_desk.services.progress import Progress
from hypercare_desk.ui.pages.dashboard.figure_strip import FigureStrip
from hypercare_desk.ui.pages.dashboard.line_list import LinesCard
from hypercare_desk.ui.pages.dashboard.reading import Snapshot, read_dashboard
from hypercare_desk.ui.pages.dashboard.rows import Figure, Line
from hypercare_desk.ui.pages.page import Command, Page, Surroundings
from hypercare_desk.ui.widgets.basics import EmptyState, NoticeBar, button, column, label, row
from hypercare_desk.ui.widgets.chart_card import FORMATS, ChartCard, chart_bytes
from hypercare_desk.ui.widgets.charts import Bar, BarsChart, Chart, Day, DaysChart

_SETTLE_MS = 600
_TWO_COLUMNS_BELOW = 1080
_ONE_COLUMN_BELOW = 640
_SHOWN_DAYS = 28


class DashboardPage(Page):
    """F5 reads anew; Ctrl+Shift+C copies the figures in one line."""

    name = "dashboard"

    def __init__(self, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(around, parent)
        theme = around.theme
        self.snapshot: Snapshot | None = None
        self._behind = False
        self._columns = 0
        self._told = label("", "quiet")
        self.copy_button = button(self.tr("Copy summary"), "Ctrl+Shift+C")
        self.refresh_button = button(self.tr("Refresh"), "F5")
        self._notice = NoticeBar()
        self.strip = FigureStrip(theme)
        words = (self.tr("Day"), self.tr("New"), self.tr("Solved"), self.tr("Open at day end"))
        self.days = DaysChart(theme, self.tr("Records per day"), words)
        self.days_card = ChartCard(theme, self.tr("Records per day"), self.days)
        self.ageing = BarsChart(theme, self.tr("Open records by age"), (self.tr("Age"), self.tr("Open")))
        self.ageing_card = ChartCard(theme, self.tr("Open records by age"), self.ageing)
        heads = (self.tr("Category"), self.tr("Records"), self.tr("Running share"))
        self.categories = BarsChart(theme, self.tr("Records by category"), heads)
        self.categories_card = ChartCard(theme, self.tr("Records by category"), self.categories)
        self.decisions = LinesCard(
            theme, self.tr("Needs a decision"), self.tr("Nothing waits for a decision.")
        )
        self.criteria = LinesCard(
            theme, self.tr("Exit criteria"), self.tr("All criteria are met, or none are set up yet."), 5
        )
        self.unanswered = LinesCard(
            theme, self.tr("Searches without an answer"), self.tr("Every search found something.")
        )
        self.ending = LinesCard(
            theme,
            self.tr("Ending soon"),
            self.tr("No workaround, review or waiver ends in the next two weeks."),
        )
        self.follow_ups = LinesCard(
            theme, self.tr("Open post-mortem actions"), self.tr("No action of a post-mortem is open.")
        )
        self.articles = LinesCard(theme, self.tr("Most used articles"), self.tr("No article was used yet."))
        self.journal = LinesCard(
            theme, self.tr("Journal"), self.tr("Decisions, hotfixes and notes of the journal appear here.")
        )
        self._scroll = QScrollArea()
        self._form = QFrame()
        self._grid = QGridLayout(self._form)
        self._empty = EmptyState(theme, "ph.squares-four")
        self._stack = QStackedWidget()
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._assemble()
        self._connect()
        self._load()

    def _assemble(self) -> None:
        self._form.setObjectName("form")
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(12)
        inside = QWidget()
        inside.setObjectName("form")
        inside.setLayout(column(self.strip, self._form, None, spacing=12, margins=(20, 2, 10, 20)))
        self._scroll.setWidget(inside)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._stack.addWidget(self._scroll)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(QWidget())
        self._stack.setCurrentIndex(2)
        head = row(
            label(self.tr("Dashboard"), "title"),
            self._told,
            None,
            self.copy_button,
            self.refresh_button,
            margins=(20, 12, 20, 10),
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(self._notice)
        layout.addWidget(self._stack, 1)
        self._arrange(3)

    def _connect(self) -> None:
        self.copy_button.clicked.connect(self._copy_summary)
        self.refresh_button.clicked.connect(self.refresh)
        self.strip.chosen.connect(self._on_figure)
        for card in self.cards():
            card.chosen.connect(self._on_line)
        for card in (self.days_card, self.ageing_card, self.categories_card):
            card.save_requested.connect(self._save_chart)
        self._settle.timeout.connect(self._load)
        self.around.theme.changed.connect(self._fit)

    def cards(self) -> Sequence[LinesCard]:
        """The cards of lines, in reading order."""
        return (
            self.decisions,
            self.criteria,
            self.unanswered,
            self.ending,
            self.follow_ups,
            self.articles,
            self.journal,
        )

    # --- the page's contract ---------------------------------------------------------------------------------

    def show_target(self, target: str, text: str = "") -> None:
        self.decisions.view.setFocus() if self.decisions.view.isVisible() else self.refresh_button.setFocus()

    def refresh(self) -> None:
        self._load()

    def panes(self) -> Sequence[QWidget]:
        return (*self.strip.cells[:1], *(card.view for card in self.cards()))

    def reference(self) -> str:
        return self.snapshot.summary() if self.snapshot else ""

    def commands(self) -> Sequence[Command]:
        return (
            Command(self.tr("Copy the dashboard's summary"), self._copy_summary, "Ctrl+Shift+C", "ph.copy"),
            Command(self.tr("Refresh the dashboard"), self.refresh, "F5", "ph.arrows-clockwise"),
        )

    def concerned(self, changes: Changes) -> bool:
        return bool(changes)

    def on_changes(self, changes: Changes) -> None:
        if self.isVisible():
            self._settle.start()
        else:
            self._behind = True

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._behind:
            self._behind = False
            self._settle.start()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    @Slot()
    def _fit(self) -> None:
        wide = self.width() / self.around.theme.scale
        self._told.setVisible(wide >= _ONE_COLUMN_BELOW)
        self._arrange(3 if wide >= _TWO_COLUMNS_BELOW else 2 if wide >= _ONE_COLUMN_BELOW else 1)

    # --- loading ---------------------------------------------------------------------------------------------

    def _load(self) -> None:
        desk = self.around.desk
        self.around.jobs.read(
            lambda _p: read_dashboard(desk), self._show, failed=self._on_failed, key="dashboard"
        )

    def _on_failed(self, fault: DeskError) -> None:
        self._notice.say("red", fault.message, (self.tr("Try again"), self._load))

    def _show(self, snapshot: Snapshot) -> None:
        self._notice.hide()
        self.snapshot = snapshot
        at = snapshot.as_of.astimezone()
        self._told.setText(self.tr("{0}, as of {1}").format(f"{at:%a} {at.day} {at:%b %Y}", f"{at:%H:%M}"))
        if snapshot.empty:
            self._empty.say(
                self.tr("Nothing was recorded yet: the first records, searches and entries appear here."),
                self.tr("Record feedback"),
                lambda: self.around.navigator.go("feedback", "new"),
            )
        self._stack.setCurrentIndex(1 if snapshot.empty else 0)
        self.strip.show_figures(snapshot.figures)
        self._show_charts(snapshot)
        counted = ", ".join(f"{count} {state}" for state, count in snapshot.states if count)
        title = self.tr("Exit: {0}").format(snapshot.light.lower()) if counted else self.tr("Exit criteria")
        self.criteria.show_lines(snapshot.criteria, title, counted)
        self.decisions.show_lines(snapshot.decisions)
        self.unanswered.show_lines(snapshot.unanswered)
        self.ending.show_lines(snapshot.ending)
        self.follow_ups.show_lines(snapshot.actions)
        self.articles.show_lines(snapshot.articles)
        self.journal.show_lines(snapshot.journal)

    def _show_charts(self, snapshot: Snapshot) -> None:
        numbers = snapshot.numbers
        shown = numbers.days[-_SHOWN_DAYS:]
        few = len(shown) <= 10
        days: list[Day] = []
        for at, day in enumerate(shown):
            name = f"{day.day:%a} {day.day.day}" if few else f"{day.day.day} {day.day:%b}"
            if at == len(shown) - 1:
                name = self.tr("Today")
            words = f"{day.day:%a} {day.day.day} {day.day:%b}"
            days.append(Day(name, words, day.new, day.solved, day.open, day.workday))
        self.days.show_days(days)
        self.ageing.show_bars([Bar(share.label, share.count) for share in numbers.ageing])
        self.categories.show_bars(
            [Bar(s.label, s.count, self.tr("{0} %").format(round(s.running))) for s in numbers.categories]
        )
        for card in (self.days_card, self.ageing_card, self.categories_card):
            card.refill()

    def _arrange(self, columns: int) -> None:
        """Three columns where there is room, else two or one; what needs a decision is always in the first row."""
        if columns == self._columns:
            return
        self._columns = columns
        places: Sequence[tuple[QWidget, int, int, int, int]]
        if columns == 3:
            places = (
                (self.days_card, 0, 0, 1, 2),
                (self.decisions, 0, 2, 1, 1),
                (self.criteria, 1, 0, 1, 1),
                (self.unanswered, 1, 1, 1, 1),
                (self.ending, 1, 2, 1, 1),
                (self.ageing_card, 2, 0, 1, 1),
                (self.categories_card, 2, 1, 1, 1),
                (self.follow_ups, 2, 2, 1, 1),
                (self.articles, 3, 0, 1, 1),
                (self.journal, 3, 1, 1, 2),
            )
        elif columns == 1:
            parts = (self.decisions, self.criteria, self.days_card, self.unanswered, self.ending)
            parts += (self.categories_card, self.ageing_card, self.follow_ups, self.articles, self.journal)
            places = tuple((part, at, 0, 1, 1) for at, part in enumerate(parts))
        else:
            places = (
                (self.decisions, 0, 0, 1, 1),
                (self.criteria, 0, 1, 1, 1),
                (self.days_card, 1, 0, 1, 2),
                (self.unanswered, 2, 0, 1, 1),
                (self.ending, 2, 1, 1, 1),
                (self.categories_card, 3, 0, 1, 1),
                (self.ageing_card, 3, 1, 1, 1),
                (self.follow_ups, 4, 0, 1, 1),
                (self.articles, 4, 1, 1, 1),
                (self.journal, 5, 0, 1, 2),
            )
        for part, line, place, lines, wide in places:
            self._grid.addWidget(part, line, place, lines, wide)
        for at in range(3):
            self._grid.setColumnStretch(at, 1 if at < columns else 0)
        self.strip.arrange({3: 6, 2: 3, 1: 2}[columns])

    # --- opening and copying ---------------------------------------------------------------------------------

    @Slot(object)
    def _on_figure(self, figure: Figure) -> None:
        self.around.navigator.go(figure.page, figure.target)

    @Slot(object)
    def _on_line(self, line: Line) -> None:
        if line.page:
            self.around.navigator.go(line.page, line.target, line.start)

    def _copy_summary(self) -> None:
        if self.snapshot:
            QGuiApplication.clipboard().setText(self.snapshot.summary())
            self.around.messages.done(self.tr("Copied the dashboard's summary"))

    @Slot(object)
    def _save_chart(self, chart: Chart) -> None:
        dialog = QFileDialog(self, self.tr("Save the chart"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters([f"{kind.upper()} (*.{kind})" for kind in FORMATS])
        dialog.setDefaultSuffix(FORMATS[0])
        dialog.filterSelected.connect(
            lambda chosen: dialog.setDefaultSuffix(chosen.partition(" ")[0].lower())
        )
        dialog.selectFile(chart.accessibleName())
        dialog.fileSelected.connect(lambda name: self.save_chart(chart, Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def save_chart(self, chart: Chart, to: Path) -> None:
        """Write a chart into the file ``to``, in the format that its ending names."""
        kind = to.suffix.lower().lstrip(".")
        data = chart_bytes(chart, kind if kind in FORMATS else FORMATS[0])

        def write(_progress: Progress) -> None:
            try:
                to.write_bytes(data)
            except OSError as fault:
                raise Unavailable(f"{to} cannot be written: {fault.strerror or fault}.") from fault

        told = self.tr("Saved {0}").format(to)
        self.around.jobs.write("", write, lambda _n: self.around.messages.done(told))
