"""The post-mortems page: papers with their due days at the left, the chosen one beside them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from hypercare_desk.domain.changes import Changes
from hypercare_desk.domain.errors import Conflict, DeskError
from hypercare_desk.domain.postmortem import Postmortem, TimelineEntry
from hypercare_desk.ui.pages.page import Command, Page, Surroundings
from hypercare_desk.ui.pages.postmortems.paper import Paper
from hypercare_desk.ui.pages.postmortems.typed import typed_action, typed_line
from hypercare_desk.ui.widgets.ask import ask_text
from hypercare_desk.ui.widgets.basics import EmptyState, button, column, label, row, rule


class PostmortemsPage(Page):
    """Everything is saved as it is written; Ctrl+Enter adds a line to the timeline."""

    name = "postmortems"

    def __init__(self, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(around, parent)
        self._items: dict[str, Postmortem] = {}
        self._wanted = ""
        self._list = QListWidget()
        self._list.setAccessibleName(self.tr("Post-mortems"))
        self._list.setWordWrap(True)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.currentItemChanged.connect(self._on_current)
        self.paper = Paper(around.theme)
        self._empty = EmptyState(around.theme, "ph.clock-counter-clockwise")
        self._empty.say(
            self.tr("No post-mortem has been held. Begin one for every P1 and P2, while memories are fresh."),
            self.tr("Begin a post-mortem"),
            self.new,
        )
        new = self._new = button(self.tr("New post-mortem"), "Ctrl+N", primary=True)
        new.clicked.connect(self.new)
        head = row(label(self.tr("Post-mortems"), "title"), None, new, margins=(20, 14, 20, 10))
        self._splitter = QSplitter(Qt.Orientation.Horizontal, childrenCollapsible=False)
        self._splitter.addWidget(self._list)
        self._splitter.addWidget(self.paper)
        self._splitter.setSizes([250, 900])
        self._splitter.setStretchFactor(1, 1)
        self._states = QStackedWidget()
        self._states.addWidget(self._splitter)
        self._states.addWidget(self._empty)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(column(head))
        layout.addWidget(rule())
        layout.addWidget(self._states, 1)
        self.paper.changed.connect(self._change)
        self.paper.line_typed.connect(self._add_line)
        self.paper.action_typed.connect(self._add_action)
        self.paper.action_toggled.connect(self._toggle)
        self.paper.open_requested.connect(around.navigator.open)
        state = around.memory.value("postmortems/splitter")
        if isinstance(state, QByteArray):
            self._splitter.restoreState(state)
        typed = around.memory.value("postmortems/typed")
        if isinstance(typed, list) and len(typed) == 2:  # what was half typed when the window was closed
            self.paper.new_line.setText(str(typed[0]))
            self.paper.new_action.setText(str(typed[1]))
        self.refresh()

    def show_target(self, target: str, text: str = "") -> None:
        if target == "new":
            self._begin(text, ())
        elif target:
            self._wanted = target
            self._choose()
        self._list.setFocus()

    def refresh(self) -> None:
        desk = self.around.desk
        self.around.jobs.read(lambda _p: desk.postmortems.list(), self._show, key="postmortems")

    def new(self) -> None:
        self._begin("", ())

    def finish(self) -> None:
        if self.paper.item is not None:
            self.paper.take_line()

    def editing_parts(self) -> Sequence[QWidget]:
        return (self._new, self.paper)

    def save(self) -> None:
        self.paper.flush()

    def panes(self) -> Sequence[QWidget]:
        return (self._list, self.paper)

    def commands(self) -> Sequence[Command]:
        nothing = "" if self.paper.item else self.tr("no post-mortem is open")
        return (
            Command(self.tr("Add to the timeline"), self.finish, "Ctrl+Enter", "ph.plus", nothing, True),
            Command(self.tr("Add an action"), self.paper.take_action, "", "ph.check-square", nothing, True),
        )

    def reference(self) -> str:
        item = self.paper.item
        return f"{item.id}, {item.title}" if item else ""

    def remember(self) -> None:
        self.around.memory.setValue("postmortems/splitter", self._splitter.saveState())
        self.paper.flush()
        self.around.memory.setValue(
            "postmortems/typed", [self.paper.new_line.text(), self.paper.new_action.text()]
        )

    def concerned(self, changes: Changes) -> bool:
        return bool(changes.postmortems or changes.everything)

    # --- showing ---------------------------------------------------------------------------------------------

    def _show(self, items: Sequence[Postmortem]) -> None:
        chosen = self.paper.item
        self._wanted = self._wanted or (chosen.id if chosen else "")
        self._items = {item.id: item for item in items}
        self._states.setCurrentIndex(0 if items else 1)
        self._list.blockSignals(True)
        self._list.clear()
        for item in reversed(items):
            open_actions = sum(action.done_on is None for action in item.actions)
            told = [item.severity, item.status.value.replace("-", " ")]
            if open_actions:
                told.append(self.tr("{0} actions open").format(open_actions))
            line = QListWidgetItem(f"{item.id}  {item.title}\n{' · '.join(part for part in told if part)}")
            line.setData(Qt.ItemDataRole.UserRole, item.id)
            line.setToolTip(item.title)
            self._list.addItem(line)
        self._list.blockSignals(False)
        self._choose()

    def _choose(self) -> None:
        rows = range(self._list.count())
        wanted = next(
            (r for r in rows if self._list.item(r).data(Qt.ItemDataRole.UserRole) == self._wanted), 0
        )
        if self._list.count():
            self._list.setCurrentRow(wanted)
            self._on_current(self._list.currentItem(), None)
            self._wanted = ""

    def _on_current(self, line: QListWidgetItem | None, _before: QListWidgetItem | None) -> None:
        item = self._items.get(line.data(Qt.ItemDataRole.UserRole)) if line else None
        if item is None:
            return
        if self.paper.item is not None and self.paper.item.id != item.id:
            self.paper.flush()
        self.paper.show_item(item)

    # --- changing --------------------------------------------------------------------------------------------

    def _write(self, work: Callable[[], Postmortem], said: str = "") -> None:
        def done(item: Postmortem) -> None:
            self._items[item.id] = item
            if self.paper.item is not None and self.paper.item.id == item.id:
                self.paper.show_item(item)
            if said:
                self.around.messages.done(said)

        self.around.jobs.write("", lambda _p: work(), done, failed=self._on_refused)

    def _on_refused(self, fault: DeskError) -> None:
        if isinstance(fault, Conflict):
            self.paper.notice.say("amber", fault.message, (self.tr("Reload"), self.refresh))
        else:
            self.paper.notice.say("red", fault.message)

    def _change(self, fields: dict[str, Any]) -> None:
        item, desk = self.paper.item, self.around.desk
        if item is None:
            return
        self._write(lambda: desk.postmortems.change(item.id, **fields))
        if len(fields.get("timeline", item.timeline)) < len(item.timeline):
            gone = next(line for line in item.timeline if line not in fields["timeline"])
            self.around.messages.undoable(
                self.tr("Took “{0}” out of the timeline").format(gone.event[:40]),
                lambda: self._put_line(gone),
            )

    def _put_line(self, line: TimelineEntry) -> None:
        item, desk = self.paper.item, self.around.desk
        if item is not None:
            rows = tuple(sorted((*item.timeline, line), key=lambda one: one.at))
            self._write(lambda: desk.postmortems.change(item.id, timeline=rows))

    def _begin(self, words: str, records: Sequence[str]) -> None:
        desk = self.around.desk

        def done(item: Postmortem) -> None:
            self._wanted = item.id
            self.refresh()

        def then(title: str) -> None:
            self.around.jobs.write(
                "",
                lambda _p: desk.postmortems.new(title, feedback_ids=tuple(records)),
                done,
                failed=self._on_refused,
            )

        ask_text(self, self.tr("New post-mortem"), self.tr("What happened, without blame?"), then, words)

    def _add_line(self, text: str) -> None:
        item, desk = self.paper.item, self.around.desk
        if item is not None:
            at, event = typed_line(text, item.started_at or desk.clock.now())
            self._write(
                lambda: desk.postmortems.add_timeline(item.id, event, at=at), self.tr("Added to the timeline")
            )

    def _add_action(self, text: str) -> None:
        item, desk = self.paper.item, self.around.desk
        if item is not None:
            words, owner, due = typed_action(text)
            self._write(
                lambda: desk.postmortems.add_action(item.id, words, owner=owner, due=due),
                self.tr("Added an action"),
            )

    def _toggle(self, number: int, done: bool) -> None:
        item, desk = self.paper.item, self.around.desk
        if item is not None:
            day = desk.clock.today() if done else None
            self._write(lambda: desk.postmortems.change_action(item.id, number, done_on=day))
