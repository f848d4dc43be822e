"""The feedback page: saved views, the filter line, the table, and the record beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QByteArray, QModelIndex, QPoint, Qt, QTimer, Slot
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import (
    QLineEdit,
    QMenu,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from hypercare_desk.domain.changes import Changes
from hypercare_desk.domain.errors import Conflict, DeskError
from hypercare_desk.domain.feedback import Feedback, Level, State
from hypercare_desk.domain.triage import matrix_from_words
from hypercare_desk.services.progress import Progress
from hypercare_desk.ui.pages.feedback import asking
from hypercare_desk.ui.pages.feedback.bulk_bar import BulkBar
from hypercare_desk.ui.pages.feedback.changing import Changing
from hypercare_desk.ui.pages.feedback.detail import About, RecordDetail
from hypercare_desk.ui.pages.feedback.new_record import NewRecord
from hypercare_desk.ui.pages.feedback.records import ALL, Held, Question, load, rows, update
from hypercare_desk.ui.pages.feedback.rows import AGE, RecordsModel
from hypercare_desk.ui.pages.feedback.table import RecordsTable
from hypercare_desk.ui.pages.feedback.view_tabs import SavedFilter, ViewTabs
from hypercare_desk.ui.pages.page import Command, Page, Surroundings
from hypercare_desk.ui.widgets.ask import ask_text
from hypercare_desk.ui.widgets.basics import EmptyState, button, column, frame, label, row, rule


class FeedbackPage(Page):
    """Ctrl+Enter saves and goes on to the next record that waits for triage."""

    name = "feedback"

    def __init__(self, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(around, parent)
        theme, settings = around.theme, around.desk.settings
        self._held: Held | None = None
        self._wanted = ""
        self._question = Question(0, "", AGE, False)
        self._views = ViewTabs(theme, around.memory)
        self._changing = Changing(around, self)
        self._new_record: NewRecord | None = None
        self._stale: set[str] = set()
        self._loading = self._explicit = False
        self.field = QLineEdit()
        self.field.setPlaceholderText(
            self.tr("Filter by text, area:edi, p:1-2, age:>3d, state:new, owner:sme")
        )
        self.field.setAccessibleName(self.tr("Filter records"))
        self.field.setClearButtonEnabled(True)
        self._save_filter = button(self.tr("Save filter…"), flat=True)
        self._save_filter.setEnabled(False)
        self._save_filter.clicked.connect(self._ask_name)
        self._count = label("", "small")
        self._bulk = BulkBar(settings.sign_off_roles, around.desk.user)
        self.model = RecordsModel(theme, self)
        self.table = RecordsTable(theme, self.model, around.memory)
        self.detail = RecordDetail(
            theme, matrix_from_words(settings.matrix), settings.components, settings.sign_off_roles
        )
        self.detail.setMinimumWidth(330)
        self._left = label("", "small")
        self._next = button(self.tr("Save and next"), "Ctrl+Enter", primary=True)
        self._empty = EmptyState(theme, "ph.tray")
        self._states = QStackedWidget()
        self._pause = QTimer(self, singleShot=True, interval=120)
        self._assemble()
        self._connect()
        self._restore()
        self._load()

    def _assemble(self) -> None:
        new = self._new = button(self.tr("New record"), "Ctrl+N", primary=True)
        new.clicked.connect(self.new)
        right = QWidget()
        foot = frame("paneSunken")
        foot.setLayout(row(self._next, None, self._left, margins=(18, 10, 18, 10)))
        right.setLayout(column(self.detail, foot, spacing=0))
        self._next.clicked.connect(self.finish)
        self._splitter = QSplitter(Qt.Orientation.Horizontal, childrenCollapsible=False)
        self._splitter.addWidget(self.table)
        self._splitter.addWidget(right)
        self._splitter.setStretchFactor(0, 1)
        self._splitter.setSizes([780, 440])
        self._states.addWidget(self._splitter)
        self._states.addWidget(self._empty)
        head = column(
            row(label(self.tr("Feedback"), "title"), None, new),
            self._views,
            row(self.field, self._save_filter, self._count),
            spacing=8,
            margins=(20, 14, 20, 10),
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(rule())
        layout.addWidget(self._bulk)
        layout.addWidget(self._states, 1)

    def _connect(self) -> None:
        self._views.chosen.connect(self._on_view)
        self._views.forgotten.connect(self._on_forgotten)
        self.field.textChanged.connect(self._on_line)
        self.field.returnPressed.connect(self._into_table)
        self._pause.timeout.connect(lambda: self._ask(line=self.field.text()))
        self.table.horizontalHeader().sortIndicatorChanged.connect(
            lambda at, order: self._ask(column=at, descending=order == Qt.SortOrder.DescendingOrder)
        )
        self.table.selectionModel().currentRowChanged.connect(self._on_current)
        self.table.selectionModel().selectionChanged.connect(self._on_selection)
        self.table.customContextMenuRequested.connect(self._on_menu)
        detail = self.detail
        changing = self._changing
        detail.changed.connect(self._change)
        detail.rated.connect(self._rate)
        detail.moved.connect(self._move)
        detail.link_requested.connect(self._link)
        detail.article_requested.connect(self._make_article)
        detail.open_requested.connect(self.around.navigator.open)
        detail.merge_requested.connect(self._merge)
        detail.inform_requested.connect(lambda: changing.inform(detail.record) if detail.record else None)
        changing.refused.connect(self._on_refused)
        changing.noted.connect(self._on_noted)
        self._bulk.asked.connect(self._change_chosen)
        self._bulk.owner_requested.connect(self._ask_owner)
        self._bulk.merge_requested.connect(self._merge)
        for key, run in (("Ctrl+Shift+T", self.detail.matrix.take_focus), ("Ctrl+Shift+K", self._ask_link)):
            action = QAction(self, shortcut=QKeySequence(key))
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            action.triggered.connect(lambda _c=False, run=run: run())
            self.addAction(action)

    def _restore(self) -> None:
        header = self.table.horizontalHeader()
        descending = header.sortIndicatorOrder() == Qt.SortOrder.DescendingOrder
        self._question = replace(self._question, column=header.sortIndicatorSection(), descending=descending)
        state = self.around.memory.value("feedback/splitter")
        if isinstance(state, QByteArray):
            self._splitter.restoreState(state)

    # --- the page's contract ---------------------------------------------------------------------------------

    def show_target(self, target: str, text: str = "") -> None:
        if target == "new":
            self._make(text)
        elif target:
            self._wanted, self._explicit = target, True
            if self.model.row_of(target) < 0 and self._held:
                self._show_all()
            self._choose_wanted()
        self.table.setFocus()

    def refresh(self) -> None:
        self._load()

    def new(self) -> None:
        self._make("")

    def finish(self) -> None:
        self.save()
        self._go_to_next()

    def save(self) -> None:
        if self.detail.record and (pending := self.detail.pending()):
            self._changing.change(self.detail.record, pending)

    def edit(self) -> None:
        self.detail.take_focus()

    def editing_parts(self) -> Sequence[QWidget]:
        return (self._new, self._next, self._bulk, self.detail)

    def find_here(self) -> None:
        self.field.setFocus()
        self.field.selectAll()

    def commands(self) -> Sequence[Command]:
        tr = self.tr
        none = "" if self.table.current else tr("no record is chosen")
        line = "" if self.field.text().strip() else tr("nothing is filtered")
        triage, search = self.detail.matrix.take_focus, self._search_for
        return (
            Command(tr("Triage the record"), triage, "Ctrl+Shift+T", "ph.gauge", none, True),
            Command(tr("Article from the record"), self._make_article, "", "ph.article", none, True),
            Command(tr("Merge the chosen records…"), self._merge, "", "ph.git-merge", none, True),
            Command(tr("Link the record…"), self._ask_link, "Ctrl+Shift+K", "ph.link", none, True),
            Command(tr("Owner of the chosen records…"), self._ask_owner, "", "ph.user", none, True),
            Command(tr("Search for an answer"), search, "", "ph.magnifying-glass", none),
            Command(tr("Save the filter…"), self._ask_name, "", "ph.funnel", line),
        )

    def panes(self) -> Sequence[QWidget]:
        return (self.field, self.table, self.detail)

    def reference(self) -> str:
        record = self.table.current
        return f"{record.id}, {record.title}" if record else ""

    def remember(self) -> None:
        self.table.remember()
        self.around.memory.setValue("feedback/splitter", self._splitter.saveState())
        self.save()
        if self._new_record is not None:
            self._new_record.remember()

    def concerned(self, changes: Changes) -> bool:
        return bool(changes.feedback or changes.everything)

    def on_changes(self, changes: Changes) -> None:
        self._stale |= changes.feedback
        self._load() if changes.everything else self._again()

    # --- loading ---------------------------------------------------------------------------------------------

    def _load(self) -> None:
        desk, saved = self.around.desk, self._views.saved
        self._stale.clear()
        self._loading = True
        self.around.jobs.read(lambda _p: load(desk, saved), self._on_loaded, key="feedback")

    def _again(self) -> None:
        """Read again what changed and count again; a question that is dropped for a later one leaves nothing out."""
        desk, held, saved, stale = self.around.desk, self._held, self._views.saved, frozenset(self._stale)
        if held is None or self._loading:
            self._load()
            return

        def done(fresh: Held) -> None:
            self._stale -= stale
            self._on_loaded(fresh)

        self.around.jobs.read(lambda _p: update(desk, held, stale, saved), done, key="feedback")

    def _on_loaded(self, held: Held) -> None:
        self._held, self._loading = held, False
        self._views.show_counts(held.counts)
        self._left.setText(self.tr("{0} left to triage").format(f"{held.untriaged:,}"))
        self._ask()

    def _ask(self, **changed: Any) -> None:
        self._question = replace(self._question, **changed)
        held, question, user = self._held, self._question, self.around.desk.user
        if held is not None:
            self.around.jobs.read(
                lambda progress: rows(held, question, user, progress), self._on_answer, key="feedback-rows"
            )

    def _on_answer(self, records: Sequence[Feedback]) -> None:
        held = self._held
        if held is None:
            return
        chosen, several = self.table.current, self.table.selected()
        self._wanted = self._wanted or (chosen.id if chosen else "")
        self.model.show(records, held.articles, held.now)
        if self._explicit and self._wanted and self.model.row_of(self._wanted) < 0:
            self._explicit = False
            if any(record.id == self._wanted for record in held.records):
                self._show_all()
                return
        self._count.setText(f"{len(records):,}")
        if not held.records:
            words = self.tr("Nothing has been reported yet. Note the first call, or bring in tickets.")
            self._empty.say(words, self.tr("New record"), self.new)
        elif not records:
            self._empty.say(self.tr("No record fits this view."), self.tr("Show all"), self._show_all)
        self._states.setCurrentIndex(0 if records else 1)
        self._choose_wanted()
        if len(several) > 1:
            self.table.choose_again(several)

    def _show_all(self) -> None:
        self.field.clear()
        self._views.setCurrentIndex(ALL)
        self._ask(view=ALL, line="")

    def _on_view(self, view: int, line: str | None) -> None:
        if line is not None and line != self.field.text():
            self.field.setText(line)
            self._pause.stop()
        self._ask(view=view, line=self.field.text())

    def _on_line(self, line: str) -> None:
        self._save_filter.setEnabled(bool(line.strip()))
        self._pause.start()

    def _ask_name(self) -> None:
        title, question = self.tr("Save filter"), self.tr("Name of the tab")
        ask_text(self, title, question, self._keep_filter, self.field.text().strip())

    def _keep_filter(self, name: str) -> None:
        self._views.save(name, self.field.text().strip())
        self._again()

    def _on_forgotten(self, gone: SavedFilter) -> None:
        def bring_back() -> None:
            self._views.bring_back(gone)
            self._again()

        self.around.messages.undoable(self.tr("Took the filter {0} away").format(gone.name), bring_back)
        self._again()

    def _choose_wanted(self) -> None:
        at = self.model.row_of(self._wanted) if self._wanted else -1
        if at < 0 and not self._wanted.startswith("FB-"):
            at = 0
        if at >= 0 and self.model.rowCount():
            self.table.choose(at)
            self._wanted, self._explicit = "", False

    @Slot(QModelIndex, QModelIndex)
    def _on_current(self, current: QModelIndex, _before: QModelIndex) -> None:
        record, held, desk = self.model.record(current.row()), self._held, self.around.desk
        if record is None or held is None:
            return
        shown = self.detail.record
        if shown is not None and shown.id != record.id:
            self.save()  # what was typed about the record that is left

        def look(_progress: Progress) -> About:
            now = desk.feedback.get(record.id)
            like = desk.feedback.similar(f"{now.title} {now.description[:600]}", 6)
            links = desk.feedback.links(now.id)
            linked = {link.target_id for link in links}
            offered = [hit for hit in like.hits if hit.id not in linked and hit.id != now.id][:4]
            events = desk.feedback.events(now.id, with_duplicates=True)
            return About(now, events, links, offered, desk.feedback.due(now), held.by_cell)

        self.around.jobs.read(look, self.detail.show_about, key="record")

    def _go_to_next(self) -> None:
        here = self.table.currentIndex().row()
        rows = [*range(here + 1, self.model.rowCount()), *range(max(0, here))]
        waiting = next((at for at in rows if (r := self.model.record(at)) and r.state is State.NEW), None)
        if waiting is None:
            self.around.messages.note(self.tr("Nothing is left to triage here."))
            return
        self.table.selectRow(waiting)

    def _into_table(self) -> None:
        self._ask(line=self.field.text())
        self.table.setFocus()

    # --- changing --------------------------------------------------------------------------------------------

    def _on_refused(self, fault: DeskError) -> None:
        if isinstance(fault, Conflict):
            self.detail.notice.say("amber", fault.message, (self.tr("Reload"), self._load))
        else:
            self.around.messages.fault(fault.message)
        self._load()

    def _change(self, fields: dict[str, Any]) -> None:
        if record := self.detail.record:
            self._changing.change(record, fields)

    def _rate(self, impact: Level, urgency: Level) -> None:
        if (record := self.detail.record) and not self.locked:
            self._changing.rate(record, impact, urgency)

    def _move(self, state: State) -> None:
        if record := self.detail.record:
            asking.move(self, self._changing, record, state, self._reload_record)

    def _make(self, words: str) -> None:
        if self._new_record is not None:
            self._new_record.raise_()
            self._new_record.activateWindow()
            return
        made = self._new_record = NewRecord(self.around, words, self)
        made.made.connect(self._changing.make)
        made.open_requested.connect(self.around.navigator.open)
        made.finished.connect(self._on_new_record_gone)
        made.show()

    def _on_new_record_gone(self) -> None:
        self._new_record = None
        self.table.setFocus()

    def _on_noted(self, feedback_id: str) -> None:
        self._wanted = feedback_id
        self._views.setCurrentIndex(0)
        self.field.clear()

    def _link(self, target: str) -> None:
        if (record := self.detail.record) and not self.locked:
            self._changing.link(record, target)

    def _ask_link(self) -> None:
        if (record := self.detail.record) and not self.locked:
            asking.link(self, self._changing, record)

    def _chosen(self) -> list[Feedback]:
        current = self.table.current
        return self.table.selected() or ([current] if current else [])

    def _change_chosen(self, words: str, fields: dict[str, Any]) -> None:
        if (records := self._chosen()) and not self.locked:
            self._changing.change_many(records, words, fields)

    def _ask_owner(self) -> None:
        words = self.tr("Owner is {0}")
        asking.owner(self, lambda name: self._change_chosen(words.format(name), {"owner": name}))

    def _merge(self) -> None:
        if (records := self._chosen()) and not self.locked:
            asking.merge(self, self._changing, records)

    def _make_article(self) -> None:
        if (record := self.detail.record) and not self.locked:
            self._changing.make_article(record)

    def _reload_record(self) -> None:
        self._on_current(self.table.currentIndex(), QModelIndex())

    def _on_selection(self, *_: object) -> None:
        self._bulk.show_count(len(self.table.selectionModel().selectedRows()))

    def _search_for(self) -> None:
        if record := self.table.current:
            self.around.navigator.go("search", record.id, record.title)

    def _on_menu(self, at: QPoint) -> None:
        record = self.table.current
        if record is None:
            return
        menu = QMenu(self)
        menu.addAction(self.tr("Search for an answer"), self._search_for)
        if not self.locked:
            menu.addAction(self.tr("Article from this record"), self._make_article)
            menu.addAction(self.tr("Merge…"), self._merge)
            menu.addSeparator()
            self._bulk.fill(menu)
        menu.addSeparator()
        menu.addAction(self.tr("Copy"), self.table.copy_rows)
        menu.addAction(
            self.tr("Copy reference"), lambda: QGuiApplication.clipboard().setText(self.reference())
        )
        menu.popup(self.table.viewport().mapToGlobal(at))
