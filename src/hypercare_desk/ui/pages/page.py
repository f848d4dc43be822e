"""What every page is: a widget that is given its surroundings, shows a target, and offers commands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QUndoStack
from PySide6.QtWidgets import QWidget

from hypercare_desk.domain.changes import Changes
from hypercare_desk.services.desk import Desk
from hypercare_desk.ui.changes_bus import ChangesBus
from hypercare_desk.ui.jobs import Jobs
from hypercare_desk.ui.messages import Messages
from hypercare_desk.ui.navigator import Navigator
from hypercare_desk.ui.theme import Theme
from hypercare_desk.ui.widgets.basics import lock_controls


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a page works with. ``memory`` keeps sizes and choices of this workspace between starts; ``undo`` is the
    workspace's one stack of actions."""

    desk: Desk
    jobs: Jobs
    bus: ChangesBus
    messages: Messages
    navigator: Navigator
    theme: Theme
    memory: QSettings
    undo: QUndoStack


@dataclass(frozen=True, slots=True)
class Command:
    """Something the palette and the menu offer. ``disabled`` says why not now, or is empty; ``writes`` means that it
    changes the workspace, and is not offered in one that is read-only."""

    text: str
    run: Callable[[], None]
    key: str = ""
    icon: str = "ph.caret-right"
    disabled: str = ""
    writes: bool = False


class Page(QWidget):
    """A page of the stack. Subclasses build themselves in ``__init__`` and load in ``show_target`` or ``refresh``."""

    name = ""

    def __init__(self, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.around = around
        self.locked = ""
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        around.bus.changed.connect(self._on_changed)

    def show_target(self, target: str, text: str = "") -> None:
        """Show the item ``target`` (or the page as it is when empty); ``text`` is what to start from."""

    def refresh(self) -> None:
        """F5: load again (evaluate, build) what the page shows."""

    def new(self) -> None:
        """Ctrl+N: begin a new item of this page."""

    def finish(self) -> None:
        """Ctrl+Enter: finish the current item."""

    def save(self) -> None:
        """Ctrl+S: save what is edited."""

    def edit(self) -> None:
        """F2: edit or open the chosen item."""

    def print(self) -> bool:
        """Ctrl+P: print what is read; False if the page has nothing to print."""
        return False

    def full_screen(self) -> bool:
        """F11: show what the page has for a full screen; False if it has nothing of its own."""
        return False

    def find_here(self) -> None:
        """Ctrl+F: put the cursor where this page is searched or filtered."""

    def commands(self) -> Sequence[Command]:
        """What the palette offers for this page, now."""
        return ()

    def panes(self) -> Sequence[QWidget]:
        """The widgets F6 walks through, left to right."""
        return ()

    def reference(self) -> str:
        """Ctrl+Shift+C: what to copy to point somebody at the current item; empty if there is none."""
        return ""

    def remember(self) -> None:
        """Keep sizes and drafts; called before the window closes and before the workspace is left."""

    def editing_parts(self) -> Sequence[QWidget]:
        """Whatever only serves to change something; it is locked in a workspace that is read-only."""
        return ()

    def lock(self, reason: str) -> None:
        """Nothing can be written, and ``reason`` says why; reading, searching and copying go on."""
        self.locked = reason
        if reason:
            for part in self.editing_parts():
                lock_controls(part, reason)

    def concerned(self, changes: Changes) -> bool:
        """Whether these changes mean that the page must load again."""
        return False

    def on_changes(self, changes: Changes) -> None:
        """Load again what changed; called only when ``concerned`` and visible, or later when shown again."""
        self.refresh()

    def _on_changed(self, changes: Changes) -> None:
        if self.concerned(changes):
            self.on_changes(changes)
