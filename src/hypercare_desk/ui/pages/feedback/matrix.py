"""The triage matrix: impact by urgency, each cell the priority it gives and how many such records are open."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QPushButton, QWidget

from hypercare_desk.domain.feedback import Level, Priority
from hypercare_desk.domain.triage import Matrix, priority_of
from hypercare_desk.ui.pages.feedback.rows import priority_hue
from hypercare_desk.ui.theme import Theme
from hypercare_desk.ui.widgets.basics import label, may_shrink

_LEVELS = (Level.HIGH, Level.MEDIUM, Level.LOW)


class TriageMatrix(QWidget):
    """``rated`` carries impact and urgency; arrows walk through the cells, Enter or Space chooses."""

    rated = Signal(object, object)

    def __init__(self, theme: Theme, matrix: Matrix, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._matrix = matrix
        self._counts: Mapping[tuple[Level, Level], int] = {}
        self._group = QButtonGroup(self)
        self._group.setExclusive(False)
        self._cells: dict[tuple[int, int], QPushButton] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(4)
        for at, words in enumerate((self.tr("Now"), self.tr("Today"), self.tr("Can wait")), start=1):
            head = label(words, "small")
            head.setAlignment(Qt.AlignmentFlag.AlignCenter)
            grid.addWidget(head, 0, at)
        for at, words in enumerate((self.tr("Business"), self.tr("Team"), self.tr("One user")), start=1):
            grid.addWidget(label(words, "small"), at, 0)
        for down, impact in enumerate(_LEVELS):
            for across, urgency in enumerate(_LEVELS):
                cell = QPushButton()
                cell.setCheckable(True)
                may_shrink(cell)
                cell.installEventFilter(self)
                cell.clicked.connect(lambda _c=False, i=impact, u=urgency: self.rated.emit(i, u))
                self._group.addButton(cell)
                self._cells[down, across] = cell
                grid.addWidget(cell, down + 1, across + 1)
        for at in range(1, 4):
            grid.setColumnStretch(at, 1)
        theme.changed.connect(self._paint)
        self._chosen: tuple[Level, Level] | None = None
        self._paint()

    def show_rating(
        self, impact: Level | None, urgency: Level | None, counts: Mapping[tuple[Level, Level], int]
    ) -> None:
        """Mark the record's cell and show how many open records each cell holds."""
        self._chosen = (impact, urgency) if impact and urgency else None
        self._counts = counts
        self._paint()

    def take_focus(self) -> None:
        """Put the focus on the record's cell, or the middle one (Ctrl+Shift+T)."""
        at = next((at for at in self._cells if self._levels(at) == self._chosen), (1, 1))
        self._cells[at].setFocus(Qt.FocusReason.ShortcutFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            at = next((at for at, cell in self._cells.items() if cell is watched), None)
            step = {
                Qt.Key.Key_Up: (-1, 0),
                Qt.Key.Key_Down: (1, 0),
                Qt.Key.Key_Left: (0, -1),
                Qt.Key.Key_Right: (0, 1),
            }.get(Qt.Key(event.key()))
            if at and step:
                to = (at[0] + step[0], at[1] + step[1])
                if to in self._cells:
                    self._cells[to].setFocus(Qt.FocusReason.OtherFocusReason)
                return True
            if at and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
                self._cells[at].click()
                return True
        return super().eventFilter(watched, event)

    @staticmethod
    def _levels(at: tuple[int, int]) -> tuple[Level, Level]:
        return _LEVELS[at[0]], _LEVELS[at[1]]

    def _paint(self) -> None:
        for at, cell in self._cells.items():
            levels = self._levels(at)
            priority: Priority = priority_of(*levels, self._matrix)
            hue = self._theme.hue(priority_hue(priority))
            count = self._counts.get(levels, 0)
            cell.setText(self.tr("{0}   {1} open").format(priority.value, count))
            chosen = levels == self._chosen
            cell.setChecked(chosen)
            told = self.tr("{0}: impact {1}, urgency {2}, {3} open").format(priority.value, *levels, count)
            cell.setAccessibleName(told + (self.tr(", chosen") if chosen else ""))
            border = (
                f"2px solid {self._theme.color('accent').name()}"
                if chosen
                else f"1px solid {hue.tint.name()}"
            )
            cell.setStyleSheet(
                f"QPushButton {{ background: {hue.tint.name()}; color: {hue.fg.name()}; border: {border};"
                " min-height: 34px; padding: 0 4px; font-weight: 600; }"
                f" QPushButton:focus {{ border: 2px solid {self._theme.color('text').name()}; }}"
            )
