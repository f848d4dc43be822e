"""The main window: assembles header, rail, pages and status bar, and connects them. No page's work is done here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QByteArray, QEvent, QSettings, Qt, Signal, Slot
from PySide6.QtGui import QAction, QCloseEvent, QKeySequence, QResizeEvent, QUndoStack
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QMainWindow,
    QMenu,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from hypercare_desk.domain.changes import Changes
from hypercare_desk.domain.exit_criteria import CriterionState, Verdict
from hypercare_desk.services.desk import Desk
from hypercare_desk.ui.changes_bus import ChangesBus
from hypercare_desk.ui.jobs import Jobs, JobState
from hypercare_desk.ui.messages import Message, Messages
from hypercare_desk.ui.navigator import Navigator, Place
from hypercare_desk.ui.outside_watch import OutsideWatch
from hypercare_desk.ui.pages.page import Command, Page, Surroundings
from hypercare_desk.ui.theme import Theme
from hypercare_desk.ui.undoing import offer
from hypercare_desk.ui.widgets.command_palette import CommandPalette, Entry
from hypercare_desk.ui.widgets.header import Header
from hypercare_desk.ui.widgets.rail import Rail
from hypercare_desk.ui.widgets.status_bar import StatusBar

_NARROW_BELOW = 1200


class PageMaker(Protocol):
    """Makes a page on its first visit."""

    def __call__(self, around: Surroundings) -> Page: ...


@dataclass(frozen=True, slots=True)
class PageEntry:
    """A page of the rail: its words, icon, key and maker."""

    name: str
    words: str
    icon: str
    key: str
    make: PageMaker


class MainWindow(QMainWindow):
    """One workspace's window. ``workspace_requested`` asks the application to open or make another one."""

    workspace_requested = Signal(str)
    about_requested = Signal()

    def __init__(
        self,
        desk: Desk,
        entries: tuple[PageEntry, ...],
        theme: Theme,
        memory: QSettings,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._desk = desk
        self._entries = {entry.name: entry for entry in entries}
        self._theme = theme
        self._memory = memory
        self._pages: dict[str, Page] = {}
        self._locked = ""
        self.jobs = Jobs(self)
        self.bus = ChangesBus(self)
        self.messages = Messages(self)
        self.navigator = Navigator(self)
        self.undo = QUndoStack(self)
        self._around = Surroundings(
            desk, self.jobs, self.bus, self.messages, self.navigator, theme, memory, self.undo
        )
        self._workspace_menu = QMenu(self)
        self._menu = QMenu(self)
        self._header = Header(theme, self._workspace_menu, self._menu)
        self._rail = Rail(theme)
        self._stack = QStackedWidget()
        self._status = StatusBar(theme)
        self._assemble()
        self._palette = CommandPalette(theme, self)
        self._connect()
        self._make_actions()
        self._restore()
        self._fill_header()
        self.bus.follow(desk)
        self._watch = OutsideWatch(desk, self.jobs, self)
        self.jobs.read(lambda _p: len(desk.drafts.all()), self._on_drafts)

    # --- assembly --------------------------------------------------------------------------------------------

    def _assemble(self) -> None:
        self.setWindowTitle(self.tr("{0} – Hypercare Desk").format(self._desk.settings.system))
        self.setMinimumSize(1024, 640)
        for entry in self._entries.values():
            self._rail.add(entry.name, entry.words, entry.icon, entry.key, last=entry.name == "settings")
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self._rail)
        middle.addWidget(self._stack, 1)
        body = QWidget()
        layout = QVBoxLayout(body)
        layout.setSpacing(0)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._header)
        layout.addLayout(middle, 1)
        layout.addWidget(self._status)
        self.setCentralWidget(body)

    def _connect(self) -> None:
        self._header.palette_requested.connect(self._on_palette)
        self._header.criteria_requested.connect(lambda: self.navigator.go("criteria"))
        self._header.waiting_requested.connect(lambda: self.navigator.go("dashboard"))
        self._rail.page_requested.connect(self.navigator.go)
        self._status.cancel_requested.connect(self.jobs.cancel)
        self._palette.asked.connect(self._on_palette_asked)
        self.jobs.progressed.connect(self._on_job)
        self.jobs.ended.connect(self._status.end_job)
        self.jobs.failed.connect(self.messages.fault)
        self.messages.told.connect(self._on_message)
        self.navigator.moved.connect(self._on_moved)
        self.bus.changed.connect(self._on_changed)
        self._theme.changed.connect(self._keep_theme)

    def _make_actions(self) -> None:
        standard = QKeySequence.StandardKey
        page, writing = self._on_page, self._on_writing_page
        rows: tuple[tuple[str, str | QKeySequence.StandardKey, Callable[[], object]], ...] = (
            (self.tr("Command palette"), "Ctrl+K", self._on_palette),
            (self.tr("Search"), "Ctrl+L", lambda: self.navigator.go("search")),
            (self.tr("New on this page"), standard.New, writing(lambda shown: shown.new())),
            (self.tr("Open workspace…"), standard.Open, lambda: self.workspace_requested.emit("open")),
            (self.tr("Save"), standard.Save, writing(lambda shown: shown.save())),
            (self.tr("Print…"), standard.Print, self._on_print),
            (self.tr("Finish the current item"), "Ctrl+Return", writing(lambda shown: shown.finish())),
            (self.tr("Edit"), "F2", page(lambda shown: shown.edit())),
            (self.tr("Find here"), standard.Find, page(lambda shown: shown.find_here())),
            (self.tr("Undo"), standard.Undo, self._on_undo),
            (self.tr("Redo"), standard.Redo, self._on_redo),
            (self.tr("Back"), standard.Back, self.navigator.back),
            (self.tr("Forward"), standard.Forward, self.navigator.forward),
            (self.tr("Next pane"), "F6", lambda: self._on_pane(1)),
            (self.tr("Previous pane"), "Shift+F6", lambda: self._on_pane(-1)),
            (self.tr("Refresh, evaluate, build"), "F5", page(lambda shown: shown.refresh())),
            (self.tr("Copy reference"), "Ctrl+Shift+C", self._on_copy_reference),
            (self.tr("Text larger"), standard.ZoomIn, lambda: self._zoom(0.1)),
            (self.tr("Text smaller"), standard.ZoomOut, lambda: self._zoom(-0.1)),
            (self.tr("Text normal"), "Ctrl+0", lambda: self._theme.set(scale=1.0)),
            (self.tr("Light or dark"), "", self._switch_theme),
            (self.tr("Full screen"), "F11", self._on_full_screen),
            (self.tr("Keys and help"), standard.HelpContents, lambda: self.about_requested.emit()),
            (self.tr("Quit"), "Ctrl+Q", self.close),
        )
        self._commands: list[Command] = []
        for text, key, run in rows:
            action = QAction(text, self)
            if key:
                action.setShortcut(QKeySequence(key))
            action.triggered.connect(lambda _checked=False, run=run: run())
            self.addAction(action)
            self._menu.addAction(action)
            shown = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            self._commands.append(Command(text, action.trigger, shown))
        menu = QAction(self.tr("Menu"), self, shortcut=QKeySequence("F10"))
        menu.triggered.connect(self._header.open_menu)
        self.addAction(menu)
        for entry in self._entries.values():
            action = QAction(entry.words, self, shortcut=QKeySequence(entry.key))
            action.triggered.connect(lambda _checked=False, name=entry.name: self.navigator.go(name))
            self.addAction(action)
        for text, what in (
            (self.tr("Open workspace…"), "open"),
            (self.tr("New workspace…"), "new"),
            (self.tr("Try the demo"), "demo"),
        ):
            self._workspace_menu.addAction(text, lambda what=what: self.workspace_requested.emit(what))

    def _restore(self) -> None:
        geometry = self._memory.value("window/geometry")
        if isinstance(geometry, QByteArray) and not geometry.isEmpty():
            self.restoreGeometry(geometry)
        else:
            self.resize(1440, 900)
        self._rail.narrow(self.width() < _NARROW_BELOW)

    # --- header and rail -------------------------------------------------------------------------------------

    def _fill_header(self) -> None:
        settings = self._desk.settings
        self._header.show_workspace(settings.system)
        today = self._desk.clock.today()
        days = (settings.planned_exit - settings.go_live).days + 1 if settings.planned_exit else None
        self._header.show_day((today - settings.go_live).days + 1, days)
        self._status.show_role(self._desk.user)
        self._count()

    def _count(self) -> None:
        def look(_progress: object) -> tuple[str, int, int, int, Verdict | None, int]:
            desk = self._desk
            status = desk.search.status()
            articles = len(desk.knowledge.list())
            new = desk.feedback.count("new")
            drafts = sum(item.status.value == "draft" for item in desk.postmortems.list())
            return desk.database.read_only, articles, new, drafts, desk.exit_criteria.latest(), status.behind

        self.jobs.read(look, self._on_counted, key="counts")

    def _on_counted(self, counted: tuple[str, int, int, int, Verdict | None, int]) -> None:
        locked, articles, new, drafts, verdict, behind = counted
        if locked != self._locked:
            self._locked = locked
            self._header.show_workspace(self._desk.settings.system, locked)
            for page in self._pages.values():
                page.lock(locked)
        self._rail.badge("knowledge", f"{articles:,}" if articles else "")
        self._rail.badge("feedback", str(new) if new else "", filled=True)
        self._rail.badge("postmortems", str(drafts) if drafts else "", filled=True)
        self._header.show_waiting(new + drafts)
        if verdict and verdict.criteria:
            self._header.show_light(verdict.light, verdict.count(CriterionState.MET), len(verdict.criteria))
        words = self.tr("Index up to date") if not behind else self.tr("Index behind by {0}").format(behind)
        self._status.show_index(self.tr("{0} · {1:,} articles").format(words, articles))

    # --- slots -----------------------------------------------------------------------------------------------

    @property
    def page(self) -> Page | None:
        """The page that is shown."""
        shown = self._stack.currentWidget()
        return shown if isinstance(shown, Page) else None

    def _on_page(self, call: Callable[[Page], None]) -> Callable[[], None]:
        def run() -> None:
            if self.page:
                call(self.page)

        return run

    def _on_writing_page(self, call: Callable[[Page], None]) -> Callable[[], None]:
        """As ``_on_page``, unless nothing can be written: then the reason is said."""

        def run() -> None:
            if self.page and self._locked and self.page.editing_parts():
                self.messages.note(self._locked)
            elif self.page:
                call(self.page)

        return run

    def _on_print(self) -> None:
        if self.page and not self.page.print():
            self.messages.note(self.tr("There is nothing to print here: open an article, or save the pack."))

    def _on_full_screen(self) -> None:
        if self.page and self.page.full_screen():
            return
        self.showNormal() if self.isFullScreen() else self.showFullScreen()

    def catch_up(self) -> None:
        """Look for what was changed while the workspace was closed."""
        self._watch.look()

    @Slot(object)
    def _on_moved(self, place: Place) -> None:
        entry = self._entries.get(place.page)
        if entry is None:
            return
        if place.page not in self._pages:
            made = self._pages[place.page] = entry.make(self._around)
            self._stack.addWidget(made)
            made.lock(self._locked)
        page = self._pages[place.page]
        self._stack.setCurrentWidget(page)
        self._rail.choose(place.page)
        page.show_target(place.target, place.text)

    def _on_drafts(self, count: int) -> None:
        if count:
            words = self.tr("1 draft was not saved") if count == 1 else self.tr("{0} drafts were not saved")
            self.messages.done(
                words.format(count), self.tr("Open"), lambda: self.navigator.go("knowledge", "drafts")
            )

    @Slot(object)
    def _on_changed(self, _changes: Changes) -> None:
        self._count()

    @Slot(object)
    def _on_job(self, state: JobState) -> None:
        self._status.show_job(state.number, state.name, state.done, state.total, state.what)

    @Slot(object)
    def _on_message(self, message: Message) -> None:
        action = message.action
        if action is not None and message.undoes:
            action = offer(self.undo, message.text, action, message.again)
        self._status.say(message.text, message.tone.value, message.label, action)

    @Slot()
    def _on_palette(self) -> None:
        commands = [*self._commands, *(self.page.commands() if self.page else ())]
        entries = [
            Entry(
                self.tr("Do"), c.text, c.run, c.key, c.icon, c.disabled or (self._locked if c.writes else "")
            )
            for c in commands
        ]
        entries += [
            Entry(self.tr("Go to"), e.words, lambda n=e.name: self.navigator.go(n), e.key, e.icon)
            for e in self._entries.values()
        ]
        self._palette.open(entries, QApplication.focusWidget())

    @Slot(str)
    def _on_palette_asked(self, text: str) -> None:
        kind = "feedback" if text.startswith("#") else None
        wanted = text.lstrip("#@> ")

        def done(found: object) -> None:
            hits = getattr(found, "hits", ())
            self._palette.offer(
                text,
                [
                    Entry(
                        self.tr("Articles"),
                        hit.title,
                        lambda i=hit.id: self.navigator.open(i),
                        hit.id,
                        "ph.article",
                    )
                    for hit in hits
                ],
            )

        self.jobs.read(lambda _p: self._desk.search.find(wanted, limit=12, kind=kind), done, key="palette")

    def _on_undo(self) -> None:
        if self.undo.canUndo():
            self.undo.undo()
        else:
            self.messages.note(self.tr("There is nothing to undo."))

    def _on_redo(self) -> None:
        if self.undo.canRedo():
            self.undo.redo()
        else:
            self.messages.note(self.tr("There is nothing to redo."))

    def _on_pane(self, step: int) -> None:
        shown = self.page.panes() if self.page else ()
        panes = [pane for pane in (*shown, self._status.action) if pane.isVisible()]
        if not panes:
            return
        focus = QApplication.focusWidget()
        at = next(
            (i for i, pane in enumerate(panes) if focus and (pane is focus or pane.isAncestorOf(focus))),
            -step,
        )
        panes[(at + step) % len(panes)].setFocus(Qt.FocusReason.TabFocusReason)

    def _on_copy_reference(self) -> None:
        reference = self.page.reference() if self.page else ""
        if reference:
            QApplication.clipboard().setText(reference)
            self.messages.done(self.tr("Copied {0}").format(reference))

    def _switch_theme(self) -> None:
        QSettings().setValue("theme/choice", "light" if self._theme.dark else "dark")
        self._theme.set(dark=not self._theme.dark)

    def _zoom(self, by: float) -> None:
        self._theme.set(scale=round(self._theme.scale + by, 2))

    @Slot()
    def _keep_theme(self) -> None:
        self._rail.narrow(self.width() < _NARROW_BELOW)
        QSettings().setValue("theme/scale", self._theme.scale)

    # --- Qt's own --------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._rail.narrow(self.width() < _NARROW_BELOW)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and self.isActiveWindow() and hasattr(self, "_watch"):
            self._watch.look()

    def closeEvent(self, event: QCloseEvent) -> None:
        for page in self._pages.values():
            page.remember()
        self._memory.setValue("window/geometry", self.saveGeometry())
        self._watch.stop()
        self.bus.leave()
        self.jobs.close()
        self._desk.close()
        super().closeEvent(event)
