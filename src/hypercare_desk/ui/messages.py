"""The one way to speak to the user: a line in the status bar, with Undo or Details where there is something to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QObject, Signal


class Tone(StrEnum):
    """How a message is meant."""

    DONE = "done"
    NOTE = "note"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Message:
    """One message; ``action`` with its label is offered beside it (Undo, Details, Open).

    ``undoes`` says that the action undoes what was done, and ``again`` does it once more.
    """

    text: str
    tone: Tone = Tone.NOTE
    label: str = ""
    action: Callable[[], None] | None = None
    undoes: bool = False
    again: Callable[[], None] | None = None


class Messages(QObject):
    """Faults stay until dismissed; everything else goes after 8 s. Messages never take the focus."""

    told = Signal(object)

    def done(self, text: str, label: str = "", action: Callable[[], None] | None = None) -> None:
        """Something was done; ``action`` undoes it or opens it."""
        self.told.emit(Message(text, Tone.DONE, label, action))

    def undoable(self, text: str, undo: Callable[[], None], again: Callable[[], None] | None = None) -> None:
        """Something was done that Ctrl+Z takes back and Redo, with ``again``, does once more."""
        self.told.emit(Message(text, Tone.DONE, self.tr("Undo"), undo, True, again))

    def note(self, text: str) -> None:
        """Something worth knowing."""
        self.told.emit(Message(text))

    def fault(self, text: str, label: str = "", action: Callable[[], None] | None = None) -> None:
        """An expected fault, in its own sentence."""
        self.told.emit(Message(text, Tone.FAULT, label, action))
