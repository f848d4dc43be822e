"""Undo of what was done: each message that offers Undo is also the newest entry of the workspace's one stack."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QUndoCommand, QUndoStack

Action = Callable[[], None]


class Done(QUndoCommand):
    """Something that has been done already. Without ``again`` it can be undone once and never redone."""

    def __init__(self, text: str, put_back: Action, again: Action | None = None) -> None:
        super().__init__(text)
        self._put_back = put_back
        self._again = again
        self._stands = True

    def redo(self) -> None:
        """Do it again; pushing it does nothing, because it stands already."""
        if not self._stands and self._again:
            self._stands = True
            self._again()

    def undo(self) -> None:
        """Put back what was there before, unless that was done."""
        if not self._stands:
            return
        self._stands = False
        self.setObsolete(self._again is None)
        self._put_back()


def offer(stack: QUndoStack, text: str, put_back: Action, again: Action | None = None) -> Action:
    """Push what was done on ``stack``; returns the action of its message, which undoes it even if newer things stand.

    An entry that was undone through its message does nothing when the stack comes to it.
    """
    done = Done(text, put_back, again)
    stack.push(done)

    def undo() -> None:
        at = stack.index() - 1
        if at >= 0 and stack.command(at) is done:
            stack.undo()
        else:
            done.undo()

    return undo
