"""A question with one line for an answer, which leaves the window running while it waits."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QInputDialog, QWidget


def ask_text(
    parent: QWidget, title: str, question: str, then: Callable[[str], None], words: str = ""
) -> QInputDialog:
    """Ask ``question``; ``then`` gets the answer without blanks around it, if there is one and it was agreed to."""
    dialog = QInputDialog(parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle(title)
    dialog.setLabelText(question)
    dialog.setTextValue(words)
    dialog.setMinimumWidth(420)

    def answered(text: str) -> None:
        if text.strip():
            then(text.strip())

    dialog.textValueSelected.connect(answered)
    dialog.setModal(True)
    dialog.show()
    return dialog
