"""The feedback page: saved views, the filter line, the table, and the record beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from PySide6.QtCore import QByteArray, QItemSelectionModel, QModelIndex, QPoint, Qt, QTimer, Slot
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QInputDialog,
    QLineEdit,
    QMenu,
    QSplitter,
    QStackedWidget,
    QTabBar,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from hypercare_desk.domain.article import Article, Kind
from hypercare_desk.domain.changes import Changes
from hypercare_desk.domain.errors import Conflict, DeskError
from hypercare_desk.domain.feedback import Feedback, Level, Relation, State
from hypercare_desk.domain.feedback_loop import ALLOWED_MOVES, is_reopening
from hypercare_desk.domain.triage import matrix_from_words
from hypercare_desk.services.progress import Progress
from hypercare_desk.ui.pages.feedback.detail import About, RecordDetail
from hypercare_desk.ui.pages.feedback.filtering import matcher, state_words
from hypercare_desk.ui.pages.feedback.rows import AGE, PRIORITY, PriorityDelegate, RecordsModel, sort_key
from hypercare_desk.ui.pages.page import Command, Page, Surroundings
from hypercare_desk.ui.widgets.basics import EmptyState, button, column, frame, label, row, rule

_WIDTHS = (86, 92, 330, 100, 110, 66, 120, 140, 90)


@dataclass(frozen=True, slots=True)
class _Held:
    """All records as last read, with what is counted over them."""

    records: Sequence[Feedback]
    articles: Mapping[str, str]
    now: datetime
    by_cell: Mapping[tuple[Level, Level], int]


@dataclass(frozen=True, slots=True)
class _Question:
    """What the table is to show: view, filter line, order."""

    view: int
    line: str
    column: int
    descending: bool


class FeedbackPage(Page):
    """Ctrl+Enter saves and goes on to the next record that waits for triage."""

    name = "feedback"

    def __init__(self, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(around, parent)
        theme, settings = around.theme, around.desk.settings
        self._held: _Held | None = None
        self._wanted = ""
        self._question = _Question(0, "", AGE, False)
        self._views = QTabBar()
        self._views.setExpanding(False)
        self._views.setDrawBase(False)
        self._views.setAccessibleName(self.tr("Views"))
        for words in self._view_names():
            self._views.addTab(words)
        self.field = QLineEdit()
        self.field.setPlaceholderText(
            self.tr("Filter by text, area:edi, p:1-2, age:>3d, state:new, owner:sme")
        )
        self.field.setAccessibleName(self.tr("Filter records"))
        self.field.setClearButtonEnabled(True)
        self._count = label("", "small")
        self.model = RecordsModel(theme, self)
        self.table = QTableView()
        self.table.setModel(self.model)
        self.table.setAccessibleName(self.tr("Feedback records"))
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setShowGrid(False)
        self.table.setWordWrap(False)
        self.table.setTabKeyNavigation(False)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(theme.size("row"))
        self.table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.table.setItemDelegateForColumn(PRIORITY, PriorityDelegate(theme, self))
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header = self.table.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionsClickable(True)
        header.setSortIndicatorShown(True)
        header.setSortIndicator(AGE, Qt.SortOrder.AscendingOrder)
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

    def _view_names(self) -> tuple[str, ...]:
        return (
            self.tr("Open"),
            self.tr("To triage"),
            self.tr("P1–P2"),
            self.tr("Mine"),
            self.tr("To be confirmed"),
            self.tr("Closed"),
            self.tr("All"),
        )

    def _assemble(self) -> None:
        new = button(self.tr("New record"), "Ctrl+N", primary=True)
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
            row(self.field, self._count),
            spacing=8,
            margins=(20, 14, 20, 10),
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(rule())
        layout.addWidget(self._states, 1)

    def _connect(self) -> None:
        self._views.currentChanged.connect(lambda at: self._ask(view=at))
        self.field.textChanged.connect(lambda _t: self._pause.start())
        self.field.returnPressed.connect(self._into_table)
        self._pause.timeout.connect(lambda: self._ask(line=self.field.text()))
        self.table.horizontalHeader().sortIndicatorChanged.connect(
            lambda at, order: self._ask(column=at, descending=order == Qt.SortOrder.DescendingOrder)
        )
        self.table.selectionModel().currentRowChanged.connect(self._on_current)
        self.table.customContextMenuRequested.connect(self._on_menu)
        detail = self.detail
        detail.changed.connect(self._change)
        detail.rated.connect(self._rate)
        detail.moved.connect(self._move)
        detail.link_requested.connect(self._link)
        detail.article_requested.connect(self._make_article)
        detail.open_requested.connect(self.around.navigator.open)
        detail.merge_requested.connect(self._merge)
        detail.inform_requested.connect(self._inform)
        for key, run in (("Ctrl+Shift+T", self.detail.matrix.take_focus), ("Ctrl+Shift+K", self._ask_link)):
            action = QAction(self, shortcut=QKeySequence(key))
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            action.triggered.connect(lambda _c=False, run=run: run())
            self.addAction(action)

    def _restore(self) -> None:
        memory = self.around.memory
        for at, width in enumerate(_WIDTHS):
            self.table.setColumnWidth(at, round(width * self.around.theme.scale))
        state = memory.value("feedback/columns")
        if isinstance(state, QByteArray):
            self.table.horizontalHeader().restoreState(state)
        state = memory.value("feedback/splitter")
        if isinstance(state, QByteArray):
            self._splitter.restoreState(state)

    # --- the page's contract ---------------------------------------------------------------------------------

    def show_target(self, target: str, text: str = "") -> None:
        if target == "new":
            self._make(text)
        elif target:
            self._wanted = target
            if self.model.row_of(target) < 0 and self._held:
                self._views.setCurrentIndex(self._views.count() - 1)
                self.field.clear()
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
        if pending := self.detail.pending():
            self._change(pending)

    def find_here(self) -> None:
        self.field.setFocus()
        self.field.selectAll()

    def commands(self) -> Sequence[Command]:
        nothing = "" if self._current() else self.tr("no record is chosen")
        return (
            Command(
                self.tr("Triage the record"),
                self.detail.matrix.take_focus,
                "Ctrl+Shift+T",
                "ph.gauge",
                nothing,
            ),
            Command(
                self.tr("Make an article from the record"), self._make_article, "", "ph.article", nothing
            ),
            Command(self.tr("Merge the record into another…"), self._merge, "", "ph.git-merge", nothing),
            Command(self.tr("Link the record…"), self._ask_link, "Ctrl+Shift+K", "ph.link", nothing),
            Command(
                self.tr("Search for an answer to the record"),
                lambda: self._search_for(),
                "",
                "ph.magnifying-glass",
                nothing,
            ),
        )

    def panes(self) -> Sequence[QWidget]:
        return (self.field, self.table, self.detail)

    def reference(self) -> str:
        record = self._current()
        return f"{record.id}, {record.title}" if record else ""

    def remember(self) -> None:
        self.around.memory.setValue("feedback/columns", self.table.horizontalHeader().saveState())
        self.around.memory.setValue("feedback/splitter", self._splitter.saveState())
        if pending := self.detail.pending():
            self._change(pending)

    def concerned(self, changes: Changes) -> bool:
        return bool(changes.feedback or changes.everything)

    # --- loading ---------------------------------------------------------------------------------------------

    def _load(self) -> None:
        desk = self.around.desk

        def look(_progress: Progress) -> _Held:
            records = desk.feedback.list("")
            articles: dict[str, str] = {}
            for link in desk.feedback.all_links():
                if not link.target_id.startswith("PM-"):
                    articles.setdefault(link.feedback_id, link.target_id)
            cells = Counter(
                (r.impact, r.urgency) for r in records if r.state.is_open and r.impact and r.urgency
            )
            return _Held(records, articles, desk.clock.now(), dict(cells))  # type: ignore[arg-type]

        self.around.jobs.read(look, self._on_loaded, key="feedback")

    def _on_loaded(self, held: _Held) -> None:
        self._held = held
        user = self.around.desk.user
        for at, words in enumerate(self._view_names()):
            count = sum(1 for record in held.records if _in_view(at, record, user))
            self._views.setTabText(at, f"{words}  {count:,}" if count else words)
        self._left.setText(
            self.tr("{0} left to triage").format(sum(r.state is State.NEW for r in held.records))
        )
        self._ask()

    def _ask(self, **changed: Any) -> None:
        self._question = replace(self._question, **changed)
        held, question, user = self._held, self._question, self.around.desk.user
        if held is None:
            return

        def look(progress: Progress) -> Sequence[Feedback]:
            fits = matcher(question.line, held.now)
            found = [r for r in held.records if _in_view(question.view, r, user) and fits(r)]
            progress.step(1, 2)
            key: Callable[[Feedback], Any] = sort_key(question.column, held.now, held.articles)
            return sorted(found, key=key, reverse=question.descending)

        self.around.jobs.read(look, self._on_answer, key="feedback-rows")

    def _on_answer(self, records: Sequence[Feedback]) -> None:
        held = self._held
        if held is None:
            return
        chosen = self._current()
        self._wanted = self._wanted or (chosen.id if chosen else "")
        self.model.show(records, held.articles, held.now)
        self._count.setText(f"{len(records):,}")
        if not held.records:
            self._empty.say(
                self.tr("Nothing has been reported yet. Note the first call, or bring in tickets."),
                self.tr("New record"),
                self.new,
            )
        elif not records:
            self._empty.say(self.tr("No record fits this view."), self.tr("Show all"), self._show_all)
        self._states.setCurrentIndex(0 if records else 1)
        self._choose_wanted()

    def _show_all(self) -> None:
        self.field.clear()
        self._views.setCurrentIndex(self._views.count() - 1)

    def _choose_wanted(self) -> None:
        at = self.model.row_of(self._wanted) if self._wanted else -1
        if at < 0 and not self._wanted.startswith("FB-"):
            at = 0
        if at >= 0 and self.model.rowCount():
            index = self.model.index(at, 0)
            flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
            self.table.selectionModel().setCurrentIndex(index, flags)
            self.table.scrollTo(index)
            self._wanted = ""

    def _current(self) -> Feedback | None:
        return self.model.record(self.table.currentIndex().row())

    def _selected(self) -> list[Feedback]:
        rows = self.table.selectionModel().selectedRows()
        return [record for index in rows if (record := self.model.record(index.row()))]

    @Slot(QModelIndex, QModelIndex)
    def _on_current(self, current: QModelIndex, _before: QModelIndex) -> None:
        record, held, desk = self.model.record(current.row()), self._held, self.around.desk
        if record is None or held is None:
            return

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

    def _write(self, said: str, work: Callable[[], Any], undo: Callable[[], None] | None = None) -> None:
        done = lambda _r: self.around.messages.done(said, self.tr("Undo") if undo else "", undo)  # noqa: E731
        self.around.jobs.write("", lambda _p: work(), done, failed=self._on_refused)

    def _on_refused(self, fault: DeskError) -> None:
        if isinstance(fault, Conflict):
            self.detail.notice.say("amber", fault.message, (self.tr("Reload"), self._load))
        else:
            self.around.messages.fault(fault.message)
        self._load()

    def _change(self, fields: dict[str, Any], why: str = "") -> None:
        record, desk = self._current(), self.around.desk
        if record is None:
            return
        before: dict[str, Any] = {key: getattr(record, key) for key in fields if key != "state"}
        names = ", ".join(key.replace("_", " ") for key in fields)

        def undo() -> None:
            self._write(
                self.tr("Put back {0} of {1}").format(names, record.id),
                lambda: desk.feedback.change(record.id, **before),
            )

        said = self.tr("Changed {0} of {1}").format(names, record.id)
        can_undo = "state" not in fields
        self._write(
            said, lambda: desk.feedback.change(record.id, why=why, **fields), undo if can_undo else None
        )

    def _rate(self, impact: Level, urgency: Level) -> None:
        record, desk = self._current(), self.around.desk
        if record is None:
            return
        said = self.tr("Triaged {0}").format(record.id)
        self._write(said, lambda: desk.feedback.triage(record.id, impact, urgency))

    def _move(self, state: State) -> None:
        record = self._current()
        if record is None or state is record.state:
            return
        why = ""
        if is_reopening(record.state, state):
            why, agreed = QInputDialog.getText(
                self, self.tr("Reopen {0}").format(record.id), self.tr("Why is it reopened?")
            )
            if not agreed:
                self._load()
                return
        desk = self.around.desk
        said = self.tr("{0} is {1} now").format(record.id, state_words(state).lower())
        self._write(said, lambda: desk.feedback.change(record.id, why=why, state=state))

    def _make(self, words: str) -> None:
        title, agreed = QInputDialog.getText(
            self,
            self.tr("New record"),
            self.tr("What does the caller say?"),
            QLineEdit.EchoMode.Normal,
            words,
        )
        if not agreed or not title.strip():
            return
        desk = self.around.desk

        def done(record: Feedback) -> None:
            self.around.messages.done(self.tr("Noted {0}").format(record.id))
            self._wanted = record.id
            self._views.setCurrentIndex(0)
            self._load()

        self.around.jobs.write(
            "", lambda _p: desk.feedback.record(title.strip(), source="call"), done, failed=self._on_refused
        )

    def _link(self, target: str) -> None:
        record, desk = self._current(), self.around.desk
        if record is None:
            return
        undo = lambda: self._write(  # noqa: E731
            self.tr("Untied {0} from {1}").format(target, record.id),
            lambda: desk.feedback.unlink(record.id, target),
        )
        said = self.tr("Linked {0} to {1}").format(target, record.id)
        self._write(said, lambda: desk.feedback.link(record.id, target, Relation.DOCUMENTED_IN), undo)

    def _ask_link(self) -> None:
        if self._current() is None:
            return
        target, agreed = QInputDialog.getText(
            self, self.tr("Link"), self.tr("Id of the article or post-mortem")
        )
        if agreed and target.strip():
            self._link(target.strip().upper())

    def _merge(self) -> None:
        chosen = self._selected() or ([self._current()] if self._current() else [])
        records = [record for record in chosen if record]
        if not records:
            return
        names = ", ".join(record.id for record in records)
        target, agreed = QInputDialog.getText(
            self, self.tr("Merge {0}").format(names), self.tr("Into which record?")
        )
        if not agreed or not target.strip():
            return
        into, desk = target.strip().upper(), self.around.desk

        def work() -> None:
            for record in records:
                desk.feedback.merge(record.id, into)

        self._write(self.tr("Merged {0} into {1}").format(names, into), work)

    def _make_article(self) -> None:
        record, desk = self._current(), self.around.desk
        if record is None:
            return
        body = "\n\n".join(
            f"## {name}\n\n{text}".rstrip()
            for name, text in (
                ("Symptoms", record.description or record.title),
                ("Error text", ""),
                ("Environment", record.environment),
                ("Cause", record.root_cause),
                ("Workaround", ""),
                ("Resolution", record.resolution),
                ("Status of the fix", ""),
            )
        )

        def work(_progress: Progress) -> Article:
            made = desk.knowledge.new(
                Kind.KNOWN_ISSUE,
                record.title,
                body=body + "\n",
                component=record.component,
                aliases=(record.title,),
            )
            desk.feedback.link(record.id, made.id, Relation.CAUSED_ARTICLE)
            return made

        self.around.jobs.write(
            "", work, lambda made: self.around.navigator.open(made.id), failed=self._on_refused
        )

    def _inform(self) -> None:
        record = self._current()
        if record is None:
            return
        text = self.tr("About {0} “{1}”: {2}").format(
            record.external_key or record.id, record.title, record.resolution or state_words(record.state)
        )
        QGuiApplication.clipboard().setText(text)
        desk = self.around.desk
        said = self.tr("Copied the message for the reporter of {0}").format(record.id)
        if State.INFORMED in ALLOWED_MOVES[record.state]:
            self._write(said, lambda: desk.feedback.change(record.id, state=State.INFORMED))
        else:
            self.around.messages.done(said)

    def _search_for(self) -> None:
        if record := self._current():
            self.around.navigator.go("search", record.id, record.title)

    def _on_menu(self, at: QPoint) -> None:
        record = self._current()
        if record is None:
            return
        menu = QMenu(self)
        menu.addAction(self.tr("Search for an answer"), self._search_for)
        menu.addAction(self.tr("Article from this record"), self._make_article)
        menu.addAction(self.tr("Merge…"), self._merge)
        menu.addSeparator()
        menu.addAction(self.tr("Copy"), self._copy_rows)
        menu.addAction(
            self.tr("Copy reference"), lambda: QGuiApplication.clipboard().setText(self.reference())
        )
        menu.popup(self.table.viewport().mapToGlobal(at))

    def _copy_rows(self) -> None:
        columns = range(self.model.columnCount())
        rows = [index.row() for index in self.table.selectionModel().selectedRows()]
        lines = ("\t".join(str(self.model.index(at, c).data() or "") for c in columns) for at in rows)
        QGuiApplication.clipboard().setText("\n".join(lines))


def _in_view(view: int, record: Feedback, user: str) -> bool:
    return (
        record.state.is_open,
        record.state is State.NEW,
        record.state.is_open and record.priority in ("P1", "P2"),
        record.state.is_open and record.owner == user,
        record.state is State.FIX_DEPLOYED,
        not record.state.is_open,
        True,
    )[view]
