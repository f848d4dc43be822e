"""The row under the field: what the search is narrowed to, which call its outcome goes to, and how much was found."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from hypercare_desk.domain.article import Kind
from hypercare_desk.settings import WorkspaceSettings
from hypercare_desk.ui.pages.search.results import words
from hypercare_desk.ui.widgets.basics import button, label, row

Choices = Sequence[tuple[str, str]]


class FilterRow(QWidget):
    """``changed`` when something else is chosen; ``call_left`` when outcomes shall not go to the call any more."""

    changed = Signal()
    call_left = Signal()

    def __init__(self, settings: WorkspaceSettings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chosen: dict[str, str] = {}
        self._buttons: dict[str, QToolButton] = {}
        self.count = label("", "small")
        self.call = button("", flat=True)
        self.call.clicked.connect(self.call_left)
        self.call.hide()
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
        self.setLayout(row(*made, None, self.call, self.count))

    def words(self) -> str:
        """What is chosen, as the query says it."""
        return " ".join(
            f'{key}:"{value}"' if " " in value else f"{key}:{value}" for key, value in self._chosen.items()
        )

    def controls(self) -> Sequence[QWidget]:
        """The controls in the order Tab walks through them."""
        return (*self._buttons.values(), self.call)

    def show_call(self, feedback_id: str) -> None:
        """Say which record the outcome goes to; none hides it."""
        self.call.setVisible(bool(feedback_id))
        self.call.setText(self.tr("Outcome goes to call {0}   ×").format(feedback_id))
        self.call.setAccessibleName(
            self.tr("Outcome goes to call {0}; press to leave it").format(feedback_id)
        )
        self.call.setToolTip(self.tr("Leave the call (Esc in the empty field)"))

    def _filter(self, key: str, choices: Choices) -> QToolButton:
        made = QToolButton()
        made.setProperty("filter", True)
        made.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        made.setText(f"{choices[0][1]}  ▾")
        made.setAccessibleName(choices[0][1])
        menu = QMenu(made)
        for value, text in choices:
            menu.addAction(text, lambda v=value, t=text: self._choose(key, v, t))
        made.setMenu(menu)
        self._buttons[key] = made
        return made

    def _choose(self, key: str, value: str, text: str) -> None:
        if value:
            self._chosen[key] = value
        else:
            self._chosen.pop(key, None)
        made = self._buttons[key]
        made.setText(f"{text}  ▾")
        made.setAccessibleName(text)
        made.setProperty("chosen", bool(value))
        made.style().unpolish(made)
        made.style().polish(made)
        self.changed.emit()
