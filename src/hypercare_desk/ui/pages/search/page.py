"""The search page: results with every keystroke, the article beside them, its outcome by one key."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from itertools import pairwise

from PySide6.QtCore import QByteArray, QItemSelectionModel, QModelIndex, Qt, QTimer, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QApplication,
    QListView,
    QMenu,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from hypercare_desk.domain.changes import Changes
from hypercare_desk.domain.errors import DeskError, NotFound
from hypercare_desk.domain.search import Hit
from hypercare_desk.services.progress import Progress
from hypercare_desk.ui.pages.page import Command, Page, Surroundings
from hypercare_desk.ui.pages.search.asking import Answer, latest, look_up
from hypercare_desk.ui.pages.search.filters import FilterRow
from hypercare_desk.ui.pages.search.no_result import NoResult
from hypercare_desk.ui.pages.search.outcomes import Outcomes
from hypercare_desk.ui.pages.search.readable import (
    Plain,
    Reading,
    plain_postmortem,
    plain_record,
    read_article,
)
from hypercare_desk.ui.pages.search.reading import ReadingPane
from hypercare_desk.ui.pages.search.results import ResultDelegate, ResultsModel
from hypercare_desk.ui.pages.search.search_field import SearchField
from hypercare_desk.ui.printing import print_document
from hypercare_desk.ui.widgets.basics import NoticeBar, button, column, row
from hypercare_desk.ui.widgets.kinds import kind_label

_DEBOUNCE_MS = 60
_FIRST = 50
_ARM_MS = 400


class SearchPage(Page):
    """Home. The focus stays in the field; arrows, page keys and Enter are routed from it."""

    name = "search"

    def __init__(self, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(around, parent)
        theme = around.theme
        self.field = SearchField()
        self.field.textChanged.connect(self._on_typed)
        self.field.stepped.connect(self._step)
        self.field.scrolled.connect(lambda by: self.reading.scroll(by))
        self.field.entered.connect(self._on_enter)
        self.field.escaped.connect(self._on_escape)
        self._filters = FilterRow(around.desk.settings)
        self._outcomes = Outcomes(around, self)
        self._notice = NoticeBar()
        self.model = ResultsModel(theme, self)
        self.list = QListView()
        self.list.setModel(self.model)
        self.list.setItemDelegate(self._delegate())
        self.list.setAccessibleName(self.tr("Results"))
        self.list.setUniformItemSizes(False)
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.list.selectionModel().currentChanged.connect(self._on_current)
        self.list.activated.connect(lambda _index: self._on_enter())
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self._on_menu)
        self.reading = ReadingPane(theme, around.desk.paths.kb)
        self.no_result = NoResult(theme)
        self._splitter = QSplitter(Qt.Orientation.Horizontal, childrenCollapsible=False)
        self._more = button("", flat=True)
        self._more.clicked.connect(lambda: self._show_more())
        self._more.hide()
        results = QWidget()
        results.setLayout(column(self.list, self._more, spacing=0))
        self._splitter.addWidget(results)
        self._splitter.addWidget(self.reading)
        self._states = QStackedWidget()
        self._states.addWidget(self._splitter)
        self._states.addWidget(self.no_result)
        self._splitter.setSizes([560, 700])
        self._splitter.setStretchFactor(1, 1)
        head = column(row(self.field), self._filters, spacing=10, margins=(20, 16, 20, 12))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(self._notice)
        layout.addWidget(self._states, 1)
        self._pause = QTimer(self, singleShot=True, interval=_DEBOUNCE_MS)
        self._pause.timeout.connect(self._ask)
        self._armed = QTimer(self, singleShot=True, interval=_ARM_MS)
        self._answer: Answer | None = None
        self._enter_waits = False
        self._limit = _FIRST
        self._keep = False
        self._connect()
        self._restore()
        self._show_home()

    # --- building --------------------------------------------------------------------------------------------

    def _delegate(self) -> ResultDelegate:
        made = ResultDelegate(self.around.theme, self)
        made.today = self.around.desk.clock.today()
        return made

    def _connect(self) -> None:
        self.reading.copy_requested.connect(self._copy_steps)
        self.reading.solved_requested.connect(lambda: self._used(True))
        self.reading.not_helpful_requested.connect(lambda: self._used(False))
        self.reading.edit_requested.connect(self.around.navigator.open)
        self.reading.view.article_requested.connect(self.around.navigator.open)
        self.no_result.gap_requested.connect(self._make_gap)
        self.no_result.join_requested.connect(self._join_gap)
        self._filters.changed.connect(self._on_filter)
        self._filters.call_left.connect(self._leave_call)
        self._outcomes.call_changed.connect(self._filters.show_call)
        self._outcomes.gap_made.connect(self._ask)
        self.no_result.word_removed.connect(self._remove_word)
        self.no_result.hit_requested.connect(self.around.navigator.open)
        for key, run in (
            ("Ctrl+Shift+Return", lambda: self._used(False)),
            ("Ctrl+Shift+M", self._make_gap),
            ("Ctrl+J", self._join_gap),
            ("Ctrl+Shift+K", self._link),
        ):
            action = QAction(self, shortcut=QKeySequence(key))
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            action.triggered.connect(lambda _checked=False, run=run: run())
            self.addAction(action)

        order = (self.field, *self._filters.controls(), self.list, self._more, *self.reading.controls())
        for before, after in pairwise(order):
            self.setTabOrder(before, after)

    def _restore(self) -> None:
        state = self.around.memory.value("search/splitter")
        if isinstance(state, QByteArray):
            self._splitter.restoreState(state)

    # --- the page's contract ---------------------------------------------------------------------------------

    def show_target(self, target: str, text: str = "") -> None:
        if target.startswith("FB-"):
            self._outcomes.set_call(target)
        if text:
            self.field.setText(text)
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    def refresh(self) -> None:
        self._ask()

    def new(self) -> None:
        """A record of this call; without a word about it, the form of the feedback page."""
        if query := self.field.text().strip():
            self._outcomes.begin_call(query)
        else:
            self.around.navigator.go("feedback", "new")

    def edit(self) -> None:
        self._open_current()

    def print(self) -> bool:
        reading = self.reading.reading
        if reading:
            fields = reading.article.fields
            print_document(self, self.reading.view.document(), f"{fields.id} {fields.title}")
        return reading is not None

    def editing_parts(self) -> Sequence[QWidget]:
        return self.reading.outcome_buttons()

    def finish(self) -> None:
        self._used(True)

    def find_here(self) -> None:
        self.show_target("")

    def panes(self) -> Sequence[QWidget]:
        return (self.field, self.list, self.reading.view)

    def remember(self) -> None:
        self.around.memory.setValue("search/splitter", self._splitter.saveState())

    def reference(self) -> str:
        hit = self._current_hit()
        return f"{hit.id}, {hit.title}" if hit else ""

    def commands(self) -> Sequence[Command]:
        tr = self.tr
        chosen = "" if self._current_hit() else tr("no article is chosen")
        asked = "" if self.field.text().strip() else tr("nothing was searched for")
        call = "" if self._outcomes.call else tr("no call is open")
        helped, failed = lambda: self._used(True), lambda: self._used(False)
        copy, gap = self._copy_steps, self._make_gap
        return (
            Command(tr("Copy the steps to read to the caller"), copy, "Enter", "ph.copy", chosen),
            Command(tr("It solved the call"), helped, "Ctrl+Enter", "ph.thumbs-up", chosen, True),
            Command(tr("It did not help"), failed, "Ctrl+Shift+Enter", "ph.thumbs-down", chosen, True),
            Command(tr("Link to the call record"), self._link, "Ctrl+Shift+K", "ph.link", chosen, True),
            Command(tr("Log what was not found"), gap, "Ctrl+Shift+M", "ph.file-dotted", asked, True),
            Command(tr("Leave the call"), self._leave_call, "Esc", "ph.phone-disconnect", call),
        )

    def concerned(self, changes: Changes) -> bool:
        return bool(changes.articles or changes.feedback or changes.postmortems or changes.everything)

    def on_changes(self, changes: Changes) -> None:
        self._keep = True
        self._ask()

    # --- asking ----------------------------------------------------------------------------------------------

    def query(self) -> str:
        """The field's text with the filters chosen."""
        return f"{self.field.text().strip()} {self._filters.words()}".strip()

    @Slot(str)
    def _on_typed(self, _text: str) -> None:
        self._limit = _FIRST
        self._outcomes.typed()
        self._pause.start()

    def _ask(self) -> None:
        self._pause.stop()
        asked, limit, words_only = self.query(), self._limit, self.field.text().strip()
        if not asked:
            self._show_home()
            return
        search = self.around.desk.search
        self.around.jobs.read(
            lambda _p: look_up(search, asked, words_only, limit),
            self._on_answer,
            key="search",
            failed=self._on_failed,
        )

    def _on_failed(self, fault: DeskError) -> None:
        self._notice.say("red", fault.message, (self.tr("Try again"), self._ask))

    def _on_answer(self, answer: Answer) -> None:
        self._answer = answer
        self._notice.hide()
        keep = self._current_hit()
        self.model.show(answer.shown)
        told = self.tr("{0:,} results").format(answer.found.total)
        self._filters.count.setText(
            f"{told} · {answer.found.milliseconds:.0f} ms" if answer.found.hits else ""
        )
        self._offer_more(answer.found.total - len(answer.shown))
        if answer.found.suggestion:
            self._notice.say(
                "blue",
                self.tr("Did you mean <b>{0}</b>?").format(escape(answer.found.suggestion)),
                (self.tr("Search for it"), lambda s=answer.found.suggestion: self.field.setText(s)),
            )
        if answer.shown:
            self._states.setCurrentWidget(self._splitter)
            self.reading.show()
            rows = range(self.model.rowCount())
            same = next(
                (r for r in rows if keep and (s := self.model.shown(r)) and s.hit.id == keep.id), None
            )
            stay = same is not None and (self._keep or self.list.hasFocus())
            self._choose(same if stay and same is not None else self.model.next_hit(-1, 1))
            self._keep = False
        elif self.field.text().strip():
            gap = answer.gap
            self.no_result.show_query(self.field.text().strip(), answer.found.words, answer.nearest, gap)
            self._states.setCurrentWidget(self.no_result)
            self._armed.start()
        if self._enter_waits:
            self._enter_waits = False
            self._on_enter()

    def _offer_more(self, left: int) -> None:
        self._more.setVisible(left > 0)
        words = self.tr("Show {0:,} more of {1:,}").format(min(left, _FIRST), left)
        self._more.setText(words)
        self._more.setAccessibleName(words)

    def _show_more(self) -> None:
        """The next rows below those that are shown; the chosen one stays chosen."""
        self._limit += _FIRST
        self._keep = True
        self._ask()

    def _show_home(self) -> None:
        """Nothing typed: what was changed last, to read or to open."""
        desk = self.around.desk

        self.around.jobs.read(lambda _p: latest(desk), self._on_home, key="search", failed=self._on_failed)

    def _on_home(self, answer: Answer) -> None:
        self._answer = None
        self._filters.count.setText("")
        self._notice.hide()
        self._more.hide()
        self.model.show(answer.shown, self.tr("Changed last"))
        self._choose(self.model.next_hit(-1, 1))
        self._states.setCurrentWidget(self._splitter)
        self.reading.setVisible(bool(answer.shown))
        if not answer.shown:
            self._notice.say(
                "blue",
                self.tr("There are no articles yet. Write the first one, or bring in a folder of Markdown."),
                (self.tr("Write an article"), lambda: self.around.navigator.go("knowledge", "new")),
            )

    # --- choosing --------------------------------------------------------------------------------------------

    def _current_hit(self) -> Hit | None:
        shown = self.model.shown(self.list.currentIndex().row())
        return shown.hit if shown else None

    def _choose(self, at: int) -> None:
        index = self.model.index(at)
        self.list.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self.list.scrollTo(self.model.index(max(0, at - 1)) if at <= 1 else index)

    @Slot(QModelIndex, QModelIndex)
    def _on_current(self, current: QModelIndex, _before: QModelIndex) -> None:
        shown = self.model.shown(current.row())
        if shown is None:
            return
        desk, hit = self.around.desk, shown.hit

        def read(_progress: Progress) -> Reading | Plain:
            if hit.id.startswith("FB-"):
                return plain_record(desk.feedback.get(hit.id))
            if hit.id.startswith("PM-"):
                return plain_postmortem(desk.postmortems.get(hit.id))
            article = desk.knowledge.read(hit.id)
            return read_article(desk.knowledge, article)

        self.around.jobs.read(read, self._on_read, key="reading", failed=self._on_unreadable)

    def _on_read(self, reading: Reading | Plain) -> None:
        if isinstance(reading, Plain):
            self.reading.show_plain(reading)
        else:
            self.reading.show_reading(reading, self.around.desk.clock.today())

    def _on_unreadable(self, fault: DeskError) -> None:
        if not isinstance(fault, NotFound):
            self.around.messages.fault(fault.message)

    def _open_current(self) -> None:
        if hit := self._current_hit():
            self.around.navigator.open(hit.id)

    def _step(self, by: int) -> None:
        """Up and down from the field; past the last row come the next ones."""
        at = self.list.currentIndex().row()
        to = self.model.next_hit(at, by)
        self._choose(to)
        if to == at and by > 0 and self._more.isVisibleTo(self):
            self._show_more()

    # --- outcomes --------------------------------------------------------------------------------------------

    def _on_enter(self) -> None:
        if self._pause.isActive() or (self._answer and self._answer.asked != self.query()):
            self._enter_waits = True
            self._ask()
            return
        if self._current_hit():
            self._copy_steps()
        elif self._states.currentWidget() is self.no_result and not self._armed.isActive():
            self._make_gap()

    def _copy_steps(self) -> None:
        reading, hit = self.reading.reading, self._current_hit()
        if hit is None:
            return
        if reading is None or reading.article.id != hit.id:
            self._open_current()
            return
        self._outcomes.copy_steps(reading, *self._asked())

    def _asked(self) -> tuple[str, int]:
        return self.field.text().strip(), self._answer.found.total if self._answer else 0

    def _used(self, solved: bool) -> None:
        if not self._refused():
            self._outcomes.used(self._current_hit(), solved, *self._asked())

    def _link(self) -> None:
        if not self._refused():
            self._outcomes.link(self._current_hit())

    def _on_escape(self) -> None:
        self.field.clear() if self.field.text() else self._leave_call()

    def _leave_call(self) -> None:
        self._outcomes.set_call("")
        self.field.setFocus()

    def _make_gap(self) -> None:
        if not self._refused():
            self._outcomes.make_gap(self.field.text().strip())

    def _join_gap(self) -> None:
        if not self._refused():
            self._outcomes.join_gap(self.field.text().strip(), self._answer.gap if self._answer else None)

    def _refused(self) -> bool:
        """Whether nothing can be written, which is said."""
        if self.locked:
            self.around.messages.note(self.locked)
        return bool(self.locked)

    def _remove_word(self, word: str) -> None:
        self.field.setText(
            re.sub(rf"\b{re.escape(word)}\b\s*", "", self.field.text(), flags=re.IGNORECASE).strip()
        )

    # --- small slots -----------------------------------------------------------------------------------------

    def _on_filter(self) -> None:
        self._limit = _FIRST
        self._ask()
        self.field.setFocus()

    def _on_menu(self, at: object) -> None:
        hit = self._current_hit()
        if hit is None:
            return
        menu = QMenu(self)
        menu.addAction(self.tr("Open"), self._open_current)
        menu.addAction(self.tr("Copy caller steps"), self._copy_steps)
        reference = f"{hit.id}, {hit.title}"
        menu.addAction(self.tr("Copy reference"), lambda: QApplication.clipboard().setText(reference))
        menu.addAction(
            self.tr("Copy"),
            lambda: QApplication.clipboard().setText(f"{hit.id}\t{kind_label(hit.kind)}\t{hit.title}"),
        )
        menu.popup(self.list.viewport().mapToGlobal(at))  # type: ignore[arg-type]
