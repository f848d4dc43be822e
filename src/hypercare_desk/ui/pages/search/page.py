"""The search page: results with every keystroke, the article beside them, its outcome by one key."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from PySide6.QtCore import QByteArray, QEvent, QItemSelectionModel, QModelIndex, QObject, Qt, QTimer, Slot
from PySide6.QtGui import QAction, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QApplication,
    QLineEdit,
    QListView,
    QMenu,
    QSplitter,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from hypercare_desk.domain.article import Article, Kind
from hypercare_desk.domain.changes import Changes
from hypercare_desk.domain.errors import DeskError, NotFound
from hypercare_desk.domain.feedback import Relation
from hypercare_desk.domain.search import Found, Hit
from hypercare_desk.services.knowledge import KnowledgeService
from hypercare_desk.services.progress import Progress
from hypercare_desk.ui.pages.page import Command, Page, Surroundings
from hypercare_desk.ui.pages.search.no_result import NoResult
from hypercare_desk.ui.pages.search.reading import Reading, ReadingPane, caller_steps
from hypercare_desk.ui.pages.search.results import ResultDelegate, ResultsModel, Shown, kind_label, words
from hypercare_desk.ui.widgets.basics import NoticeBar, column, label, row

_DEBOUNCE_MS = 60
_FIRST = 50
_ARM_MS = 400


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a query job brings back: hits with their passages read, and how it was asked."""

    asked: str
    found: Found
    shown: tuple[Shown, ...]
    nearest: tuple[Hit, ...] = ()
    gap: Hit | None = None


class SearchPage(Page):
    """Home. The focus stays in the field; arrows, page keys and Enter are routed from it."""

    name = "search"

    def __init__(self, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(around, parent)
        theme = around.theme
        self.field = QLineEdit()
        self.field.setObjectName("searchField")
        self.field.setClearButtonEnabled(True)
        self.field.setPlaceholderText(
            self.tr("What does the caller say? Words, an error code, a pasted message")
        )
        self.field.setAccessibleName(self.tr("Search"))
        self.field.setMaxLength(20_000)
        self.field.installEventFilter(self)
        self.field.textChanged.connect(self._on_typed)
        self._count = label("", "small")
        self._filters: dict[str, str] = {}
        self._filter_buttons: dict[str, QToolButton] = {}
        self._call = ""
        self._call_label = label("", "small")
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
        self._splitter.addWidget(self.list)
        self._splitter.addWidget(self.reading)
        self._states = QStackedWidget()
        self._states.addWidget(self._splitter)
        self._states.addWidget(self.no_result)
        self._splitter.setSizes([560, 700])
        self._splitter.setStretchFactor(1, 1)
        head = column(row(self.field), self._make_filters(), spacing=10, margins=(20, 16, 20, 12))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(self._notice)
        layout.addWidget(self._states, 1)
        self._pause = QTimer(self, singleShot=True, interval=_DEBOUNCE_MS)
        self._pause.timeout.connect(self._ask)
        self._armed = QTimer(self, singleShot=True, interval=_ARM_MS)
        self._answer: _Answer | None = None
        self._enter_waits = False
        self._limit = _FIRST
        self._connect()
        self._restore()
        self._show_home()

    # --- building --------------------------------------------------------------------------------------------

    def _delegate(self) -> ResultDelegate:
        made = ResultDelegate(self.around.theme, self)
        made.today = self.around.desk.clock.today()
        return made

    def _make_filters(self) -> QWidget:
        settings = self.around.desk.settings
        kinds = [("", self.tr("All kinds"))] + [(k.value, k.label) for k in Kind]
        kinds += [("feedback", self.tr("Feedback record")), ("post-mortem", self.tr("Post-mortem"))]
        areas = [("", self.tr("Any area"))] + [(name, name) for name in settings.components]
        trust = [("", self.tr("Any confidence"))] + [
            (c, words(c)) for c in ("validated", "not-validated", "wip")
        ]
        audiences = [("", self.tr("Any audience"))] + [
            (a, a.capitalize()) for a in ("support", "team", "everyone")
        ]
        made = [
            self._filter("kind", kinds),
            self._filter("component", areas),
            self._filter("confidence", trust),
            self._filter("audience", audiences),
        ]
        holder = QWidget()
        holder.setLayout(row(*made, None, self._call_label, self._count))
        return holder

    def _filter(self, key: str, choices: list[tuple[str, str]]) -> QToolButton:
        made = QToolButton()
        made.setProperty("filter", True)
        made.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        made.setText(f"{choices[0][1]}  ▾")
        made.setAccessibleName(choices[0][1])
        menu = QMenu(made)
        for value, text in choices:
            menu.addAction(text, lambda v=value, t=text: self._on_filter(key, v, t))
        made.setMenu(menu)
        self._filter_buttons[key] = made
        return made

    def _connect(self) -> None:
        self.reading.copy_requested.connect(self._copy_steps)
        self.reading.solved_requested.connect(lambda: self._used(True))
        self.reading.not_helpful_requested.connect(lambda: self._used(False))
        self.reading.edit_requested.connect(self.around.navigator.open)
        self.reading.view.article_requested.connect(self.around.navigator.open)
        self.no_result.gap_requested.connect(self._make_gap)
        self.no_result.join_requested.connect(self._join_gap)
        self.no_result.word_removed.connect(self._remove_word)
        self.no_result.hit_requested.connect(self.around.navigator.open)
        for key, run in (
            ("Ctrl+Shift+Return", lambda: self._used(False)),
            ("Ctrl+Shift+M", self._make_gap),
            ("Ctrl+J", self._join_gap),
            ("Ctrl+Shift+K", self._link),
            ("F2", self._open_current),
        ):
            action = QAction(self, shortcut=QKeySequence(key))
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            action.triggered.connect(lambda _checked=False, run=run: run())
            self.addAction(action)

    def _restore(self) -> None:
        state = self.around.memory.value("search/splitter")
        if isinstance(state, QByteArray):
            self._splitter.restoreState(state)

    # --- the page's contract ---------------------------------------------------------------------------------

    def show_target(self, target: str, text: str = "") -> None:
        if target.startswith("FB-"):
            self._set_call(target)
        if text:
            self.field.setText(text)
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    def refresh(self) -> None:
        self._ask()

    def new(self) -> None:
        self.around.navigator.go("feedback", "new", self.field.text())

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
        nothing = "" if self._current_hit() else self.tr("no article is chosen")
        return (
            Command(
                self.tr("Copy the steps to read to the caller"), self._copy_steps, "Enter", "ph.copy", nothing
            ),
            Command(
                self.tr("It solved the call"), lambda: self._used(True), "Ctrl+Enter", "ph.thumbs-up", nothing
            ),
            Command(
                self.tr("It did not help"),
                lambda: self._used(False),
                "Ctrl+Shift+Enter",
                "ph.thumbs-down",
                nothing,
            ),
            Command(self.tr("Link to the call record"), self._link, "Ctrl+Shift+K", "ph.link", nothing),
            Command(self.tr("Log what was not found"), self._make_gap, "Ctrl+Shift+M", "ph.file-dotted"),
        )

    def concerned(self, changes: Changes) -> bool:
        return bool(changes.articles or changes.feedback or changes.postmortems or changes.everything)

    def on_changes(self, changes: Changes) -> None:
        self._ask()

    # --- asking ----------------------------------------------------------------------------------------------

    def query(self) -> str:
        """The field's text with the filters chosen."""
        chosen = " ".join(
            f'{key}:"{value}"' if " " in value else f"{key}:{value}" for key, value in self._filters.items()
        )
        return f"{self.field.text().strip()} {chosen}".strip()

    @Slot(str)
    def _on_typed(self, _text: str) -> None:
        self._limit = _FIRST
        self._pause.start()

    def _ask(self) -> None:
        self._pause.stop()
        asked, limit, words_only = self.query(), self._limit, self.field.text().strip()
        if not asked:
            self._show_home()
            return
        search = self.around.desk.search

        def look(_progress: Progress) -> _Answer:
            found = search.find(asked, limit=limit)
            shown = tuple(Shown(hit, hit.heading(), hit.passage()) for hit in found.hits)
            if found.hits:
                return _Answer(asked, found, shown)
            nearest = search.similar(words_only, 3).hits
            gap = next((hit for hit in nearest if hit.confidence == "wip"), None)
            return _Answer(asked, found, (), nearest, gap)

        self.around.jobs.read(look, self._on_answer, key="search", failed=self._on_failed)

    def _on_failed(self, fault: DeskError) -> None:
        self._notice.say("red", fault.message, (self.tr("Try again"), self._ask))

    def _on_answer(self, answer: _Answer) -> None:
        self._answer = answer
        self._notice.hide()
        keep = self._current_hit()
        self.model.show(answer.shown)
        more = self.tr("{0:,} results").format(answer.found.total)
        self._count.setText(f"{more} · {answer.found.milliseconds:.0f} ms" if answer.found.hits else "")
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
            self._choose(same if same is not None and self.list.hasFocus() else self.model.next_hit(-1, 1))
        elif self.field.text().strip():
            gap = answer.gap
            self.no_result.show_query(self.field.text().strip(), answer.found.words, answer.nearest, gap)
            self._states.setCurrentWidget(self.no_result)
            self._armed.start()
        if self._enter_waits:
            self._enter_waits = False
            self._on_enter()

    def _show_home(self) -> None:
        """Nothing typed: what was changed last, to read or to open."""
        desk = self.around.desk

        def look(_progress: Progress) -> _Answer:
            rows = sorted(
                desk.knowledge.list(),
                key=lambda r: (str(r.fields.updated.on or ""), r.fields.id),
                reverse=True,
            )[:30]
            found = (
                desk.search.find(" OR ".join(f"id:{r.fields.id}" for r in rows[:30]), limit=30)
                if rows
                else Found("")
            )
            order = {row.fields.id: at for at, row in enumerate(rows)}
            hits = sorted(found.hits, key=lambda hit: order.get(hit.id, 99))
            return _Answer("", found, tuple(Shown(h, h.heading(), h.passage()) for h in hits))

        self.around.jobs.read(look, self._on_home, key="search", failed=self._on_failed)

    def _on_home(self, answer: _Answer) -> None:
        self._answer = None
        self._count.setText("")
        self._notice.hide()
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

        def read(_progress: Progress) -> Reading | None:
            if hit.id.startswith(("FB-", "PM-")):
                return None
            article = desk.knowledge.read(hit.id)
            return _reading(desk.knowledge, article)

        self.around.jobs.read(read, self._on_read, key="reading", failed=self._on_unreadable)

    def _on_read(self, reading: Reading | None) -> None:
        if reading:
            self.reading.show_reading(reading, self.around.desk.clock.today())

    def _on_unreadable(self, fault: DeskError) -> None:
        if not isinstance(fault, NotFound):
            self.around.messages.fault(fault.message)

    def _open_current(self) -> None:
        if hit := self._current_hit():
            self.around.navigator.open(hit.id)

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
        if not reading.steps_text:
            self.around.messages.note(self.tr("{0} has no steps to read to the caller.").format(hit.id))
            return
        QGuiApplication.clipboard().setText(reading.steps_text)
        self.around.messages.done(self.tr("Copied the steps of {0} to read to the caller").format(hit.id))
        self._count_search()

    def _count_search(self) -> None:
        if self._answer and self.field.text().strip():
            query, total = self.field.text().strip(), self._answer.found.total
            self.around.jobs.write("", lambda _p: self.around.desk.search.made(query, total))

    def _used(self, solved: bool) -> None:
        hit = self._current_hit()
        if hit is None or hit.id.startswith(("FB-", "PM-")):
            self.around.messages.note(self.tr("Choose the article first."))
            return
        desk, query, call = self.around.desk, self.field.text().strip(), self._call

        def work(_progress: Progress) -> None:
            desk.knowledge.used(hit.id, solved, query, call)
            if call:
                desk.feedback.link(call, hit.id, Relation.SOLVED_BY if solved else Relation.DID_NOT_HELP)

        said = self.tr("{0} solved it") if solved else self.tr("{0} did not help: noted")
        self.around.jobs.write("", work, lambda _r: self.around.messages.done(said.format(hit.id)))
        self._count_search()

    def _link(self) -> None:
        hit = self._current_hit()
        if hit is None:
            return
        if not self._call:
            self.around.messages.note(self.tr("No call is open: Ctrl+N makes a record from this search."))
            return
        call, desk = self._call, self.around.desk
        self.around.jobs.write(
            "",
            lambda _p: desk.feedback.link(call, hit.id, Relation.RELATED),
            lambda _r: self.around.messages.done(self.tr("Linked {0} to {1}").format(hit.id, call)),
        )

    def _set_call(self, feedback_id: str) -> None:
        self._call = feedback_id
        self._call_label.setText(self.tr("Outcome goes to call {0}").format(feedback_id))

    def _make_gap(self) -> None:
        query = self.field.text().strip()
        if not query:
            return
        desk = self.around.desk

        def done(article: Article) -> None:
            open_it = lambda: self.around.navigator.open(article.id)  # noqa: E731
            self.around.messages.done(
                self.tr("Logged the gap as {0}").format(article.id), self.tr("Open"), open_it
            )
            self._ask()

        self.around.jobs.write("", lambda _p: desk.gaps.make(query), done)

    def _join_gap(self) -> None:
        gap = self._answer.gap if self._answer else None
        query = self.field.text().strip()
        if gap is None or not query:
            return
        said = self.tr("Counted with {0}").format(gap.id)
        desk = self.around.desk
        self.around.jobs.write(
            "", lambda _p: desk.gaps.join(query, gap.id), lambda _r: self.around.messages.done(said)
        )

    def _remove_word(self, word: str) -> None:
        self.field.setText(
            re.sub(rf"\b{re.escape(word)}\b\s*", "", self.field.text(), flags=re.IGNORECASE).strip()
        )

    # --- small slots -----------------------------------------------------------------------------------------

    def _on_filter(self, key: str, value: str, text: str) -> None:
        if value:
            self._filters[key] = value
        else:
            self._filters.pop(key, None)
        made = self._filter_buttons[key]
        made.setText(f"{text}  ▾")
        made.setAccessibleName(text)
        made.setProperty("chosen", bool(value))
        made.style().unpolish(made)
        made.style().polish(made)
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

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.field and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            key, plain = (
                event.key(),
                event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier),
            )
            if plain and key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
                at = self.list.currentIndex().row()
                self._choose(self.model.next_hit(at, -1 if key == Qt.Key.Key_Up else 1))
                return True
            if plain and key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
                self.reading.scroll(-1 if key == Qt.Key.Key_PageUp else 1)
                return True
            if plain and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._on_enter()
                return True
            if plain and key == Qt.Key.Key_Escape:
                self.field.clear()
                return True
        return super().eventFilter(watched, event)


def _reading(knowledge: KnowledgeService, article: Article) -> Reading:
    steps, rest = caller_steps(article.body)
    html = knowledge.preview(rest, article)
    return Reading(article, html, knowledge.preview(steps, article) if steps else "", _plain(steps))


def _plain(markdown: str) -> str:
    """Steps as they are pasted into a chat: numbered lines without Markdown's marks."""
    return re.sub(r"(\*\*|__|`|\*(?=\S)|(?<=\S)\*)", "", markdown).strip()
