"""What can be done with several chosen records at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QMenu, QToolButton, QWidget

from hypercare_desk.domain.feedback import CATEGORY_LABELS, Category, State
from hypercare_desk.ui.pages.feedback.filtering import state_words
from hypercare_desk.ui.widgets.basics import button, label, row


class BulkBar(QFrame):
    """Shown while several rows are chosen. ``asked`` carries words for what is done and the fields to set."""

    asked = Signal(str, object)
    owner_requested = Signal()
    merge_requested = Signal()

    def __init__(self, people: Sequence[str], user: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("paneSunken")
        self._people = list(dict.fromkeys((user, *people)))
        self._count = label("", "section")
        merge = button(self.tr("Merge…"), flat=True)
        merge.clicked.connect(self.merge_requested)
        self.setLayout(
            row(
                self._count,
                self._menu(self.tr("Owner"), self._fill_owners),
                self._menu(self.tr("State"), self._fill_states),
                self._menu(self.tr("Category"), self._fill_categories),
                merge,
                None,
                margins=(20, 6, 12, 6),
            )
        )
        self.hide()

    def show_count(self, count: int) -> None:
        """Say how many are chosen; fewer than two hide the bar."""
        self.setVisible(count > 1)
        self._count.setText(self.tr("{0} chosen").format(f"{count:,}"))

    def fill(self, menu: QMenu) -> None:
        """Add the same to a context menu."""
        for words, fill in (
            (self.tr("Owner"), self._fill_owners),
            (self.tr("State"), self._fill_states),
            (self.tr("Category"), self._fill_categories),
        ):
            fill(menu.addMenu(words))

    def _menu(self, words: str, fill: Callable[[QMenu], None]) -> QToolButton:
        made = QToolButton()
        made.setProperty("filter", True)
        made.setText(f"{words}  ▾")
        made.setAccessibleName(self.tr("{0} of the chosen records").format(words))
        made.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(made)
        fill(menu)
        made.setMenu(menu)
        return made

    def _fill_owners(self, menu: QMenu) -> None:
        for name in self._people:
            words = self.tr("Owner is {0}").format(name)
            menu.addAction(name, lambda n=name, w=words: self.asked.emit(w, {"owner": n}))
        menu.addAction(self.tr("Nobody"), lambda: self.asked.emit(self.tr("No owner"), {"owner": ""}))
        menu.addSeparator()
        menu.addAction(self.tr("Somebody else…"), self.owner_requested.emit)

    def _fill_states(self, menu: QMenu) -> None:
        for state in State:
            if state not in (State.NEW, State.MERGED):
                words = self.tr("State is {0}").format(state_words(state).lower())
                menu.addAction(state_words(state), lambda s=state, w=words: self.asked.emit(w, {"state": s}))

    def _fill_categories(self, menu: QMenu) -> None:
        for category in Category:
            words = self.tr("Category is {0}").format(CATEGORY_LABELS[category].lower())
            menu.addAction(
                CATEGORY_LABELS[category],
                lambda c=category, w=words: self.asked.emit(w, {"category": c}),
            )
