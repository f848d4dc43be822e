"""The views as tabs: the built-in ones, then filters that the user saved under a name."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSettings, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QTabBar, QToolButton, QWidget

from hypercare_desk.ui.pages.feedback.records import ALL, BUILT_IN
from hypercare_desk.ui.theme import Theme

_MEMORY = "feedback/filters"


@dataclass(frozen=True, slots=True)
class SavedFilter:
    """A filter under a name: on which built-in view it stands, and its line."""

    name: str
    view: int
    line: str


class ViewTabs(QTabBar):
    """``chosen`` carries the built-in view and the filter line of the tab (None keeps the line that stands there).

    ``forgotten`` carries a saved filter that was taken away, so that it can come back.
    """

    chosen = Signal(int, object)
    forgotten = Signal(object)

    def __init__(self, theme: Theme, memory: QSettings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._memory = memory
        self._saved: list[SavedFilter] = _read(str(memory.value(_MEMORY) or ""))
        self._names = (
            self.tr("Open"),
            self.tr("To triage"),
            self.tr("P1–P2"),
            self.tr("Mine"),
            self.tr("To be confirmed"),
            self.tr("Closed"),
            self.tr("All"),
        )
        self.setExpanding(False)
        self.setDrawBase(False)
        self.setUsesScrollButtons(True)
        self.setAccessibleName(self.tr("Views"))
        for words in self._names:
            self.addTab(words)
        for saved in self._saved:
            self._add(saved)
        self._before = 0
        self.currentChanged.connect(self._on_current)

    @property
    def saved(self) -> Sequence[tuple[int, str]]:
        """View and line of each saved filter, in the order of their tabs."""
        return tuple((one.view, one.line) for one in self._saved)

    @property
    def view(self) -> int:
        """The built-in view under the current tab."""
        at = self.currentIndex() - len(BUILT_IN)
        return self.currentIndex() if at < 0 else self._saved[at].view

    def save(self, name: str, line: str) -> None:
        """Keep the view that is shown with ``line`` under ``name``; one of that name is replaced."""
        made = SavedFilter(name[:40], self.view, line)
        at = next((at for at, one in enumerate(self._saved) if one.name == made.name), -1)
        if at >= 0:
            self._saved[at] = made
        else:
            at = len(self._saved)
            self.bring_back(made)
        self._keep()
        self.setCurrentIndex(len(BUILT_IN) + at)

    def bring_back(self, saved: SavedFilter) -> None:
        """Put a filter at the end of the tabs."""
        self._saved.append(saved)
        self._add(saved)
        self._keep()

    def forget(self, at: int) -> None:
        """Take the saved filter of a tab away; a built-in view stays."""
        place = at - len(BUILT_IN)
        if 0 <= place < len(self._saved):
            gone = self._saved.pop(place)
            self._keep()
            if self.currentIndex() == at:
                self.setCurrentIndex(ALL)
            self.removeTab(at)
            self.forgotten.emit(gone)

    def show_counts(self, counts: Sequence[int]) -> None:
        """Say how many records each tab shows."""
        names = (*self._names, *(one.name for one in self._saved))
        for at, (words, count) in enumerate(zip(names, counts, strict=False)):
            self.setTabText(at, f"{words}  {count:,}" if count else words)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Delete:
            self.forget(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def _add(self, saved: SavedFilter) -> None:
        at = self.addTab(saved.name)
        self.setTabToolTip(at, self.tr("{0} (Delete takes it away)").format(saved.line))
        close = QToolButton()
        close.setText("×")
        close.setAutoRaise(True)
        close.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        close.setAccessibleName(self.tr("Take the filter {0} away").format(saved.name))
        close.clicked.connect(lambda _c=False: self._on_close(close))
        self.setTabButton(at, QTabBar.ButtonPosition.RightSide, close)

    def _on_close(self, close: QToolButton) -> None:
        side = QTabBar.ButtonPosition.RightSide
        at = next((at for at in range(self.count()) if self.tabButton(at, side) is close), -1)
        self.forget(at)

    def _on_current(self, at: int) -> None:
        place = at - len(BUILT_IN)
        before, self._before = self._before, at
        if 0 <= place < len(self._saved):
            self.chosen.emit(self._saved[place].view, self._saved[place].line)
        else:  # a saved filter's line goes with its tab; a line that was typed stays
            self.chosen.emit(max(0, at), "" if before >= len(BUILT_IN) else None)

    def _keep(self) -> None:
        self._memory.setValue(_MEMORY, json.dumps([[one.name, one.view, one.line] for one in self._saved]))


def _read(text: str) -> list[SavedFilter]:
    try:
        return [
            SavedFilter(str(name), int(view), str(line))
            for name, view, line in json.loads(text or "[]")
            if 0 <= int(view) < len(BUILT_IN)
        ]
    except (ValueError, TypeError):
        return []
