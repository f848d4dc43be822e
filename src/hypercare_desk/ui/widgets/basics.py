"""Small shared widgets: labels by role, chips, buttons that show their key, rules, empty states, notice bars."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from hypercare_desk.ui.theme import Theme


def label(text: str = "", role: str = "body", *, wrap: bool = False, parent: QWidget | None = None) -> QLabel:
    """A selectable label in a type role of the style sheet (title, section, small, caption, mono, quiet)."""
    made = QLabel(text, parent)
    made.setProperty("role", role)
    made.setWordWrap(wrap)
    made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    if wrap:
        made.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
    return made


def rule(*, vertical: bool = False) -> QFrame:
    """A hairline."""
    made = QFrame()
    made.setObjectName("ruleVertical" if vertical else "rule")
    return made


def may_shrink(*fields: QWidget) -> None:
    """Let fields become as narrow as their place, whatever their longest text is."""
    for field in fields:
        field.setMinimumWidth(40)
        policy = field.sizePolicy()
        policy.setHorizontalPolicy(QSizePolicy.Policy.Ignored)
        field.setSizePolicy(policy)


def frame(name: str) -> QFrame:
    """A frame that the style sheet knows by ``name`` (card, sayCard, sunken, paneSunken, pane)."""
    made = QFrame()
    made.setObjectName(name)
    return made


def lock_controls(part: QWidget, reason: str) -> None:
    """Make ``part`` and all in it read-only: text stays selectable, buttons and choices are off and say why."""
    for control in (part, *part.findChildren(QWidget)):
        if isinstance(control, QComboBox | QAbstractButton | QAbstractSpinBox):
            control.setEnabled(False)
            control.setToolTip(reason)
        elif isinstance(control, QLineEdit | QPlainTextEdit):
            control.setReadOnly(True)
            control.setToolTip(reason)


class Chip(QLabel):
    """A state as word on its tint; the word carries the meaning, the hue backs it up."""

    def __init__(self, text: str = "", hue: str = "slate", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Maximum)
        self.setProperty("hue", hue)

    def set(self, text: str, hue: str) -> None:
        """Show another word in another hue."""
        self.setText(text)
        if self.property("hue") != hue:
            self.setProperty("hue", hue)
            self.style().unpolish(self)
            self.style().polish(self)


class _Button(QPushButton):
    """Enter presses it, as Space does, outside dialogs too."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self.click()
        else:
            super().keyPressEvent(event)


def button(text: str, key: str = "", *, primary: bool = False, flat: bool = False) -> QPushButton:
    """A push button; its key is shown after its words and in its tooltip (the shortcut itself is the window's)."""
    made = _Button(f"{text}   {key}" if key else text)
    made.setProperty("primary", primary)
    made.setProperty("flat", flat)
    made.setAccessibleName(text)
    made.setCursor(Qt.CursorShape.PointingHandCursor if flat else Qt.CursorShape.ArrowCursor)
    if key:
        made.setToolTip(f"{text} ({key})")
    return made


def row(
    *parts: QWidget | QLayout | int | None,
    spacing: int = 8,
    margins: tuple[int, int, int, int] = (0, 0, 0, 0),
) -> QHBoxLayout:
    """Parts side by side; None stretches, a number is a gap in px."""
    layout = QHBoxLayout()
    _fill(layout, parts, spacing, margins)
    return layout


def column(
    *parts: QWidget | QLayout | int | None,
    spacing: int = 8,
    margins: tuple[int, int, int, int] = (0, 0, 0, 0),
) -> QVBoxLayout:
    """Parts below each other; None stretches, a number is a gap in px."""
    layout = QVBoxLayout()
    _fill(layout, parts, spacing, margins)
    return layout


def _fill(
    layout: QHBoxLayout | QVBoxLayout,
    parts: tuple[QWidget | QLayout | int | None, ...],
    spacing: int,
    margins: tuple[int, int, int, int],
) -> None:
    layout.setSpacing(spacing)
    layout.setContentsMargins(*margins)
    for part in parts:
        if part is None:
            layout.addStretch(1)
        elif isinstance(part, int):
            layout.addSpacing(part)
        elif isinstance(part, QWidget):
            layout.addWidget(part)
        else:
            layout.addLayout(part)


class EmptyState(QWidget):
    """What an empty place says: one sentence, one button with the next step."""

    def __init__(self, theme: Theme, icon: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._name = icon
        self._picture = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        self._words = label("", "quiet", wrap=True)
        self._words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._words.setMinimumWidth(260)
        self._words.setMaximumWidth(420)
        self._button = button("", primary=True)
        self._action: Callable[[], None] | None = None
        self._button.clicked.connect(self._on_clicked)
        centred = column(
            None,
            self._picture,
            row(None, self._words, None),
            row(None, self._button, None),
            None,
            spacing=12,
            margins=(24, 24, 24, 24),
        )
        self.setLayout(centred)
        theme.changed.connect(self._paint)
        self._paint()

    def say(self, words: str, action: str = "", run: Callable[[], None] | None = None) -> None:
        """Show ``words`` and, if given, a button that runs ``run``."""
        self._words.setText(words)
        self._button.setText(action)
        self._button.setAccessibleName(action)
        self._button.setVisible(bool(action))
        self._action = run

    def _paint(self) -> None:
        self._picture.setPixmap(self._theme.icon(self._name, "control").pixmap(QSize(40, 40)))

    def _on_clicked(self) -> None:
        if self._action:
            self._action()


class NoticeBar(QFrame):
    """A coloured bar above a page's content: what happened, what is safe, what to do."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = label("", wrap=True)
        self._buttons = row(spacing=4)
        layout = row(self._words, self._buttons, margins=(20, 6, 12, 6))
        layout.setStretch(0, 1)
        self.setLayout(layout)
        self.hide()

    def say(self, tone: str, words: str, *actions: tuple[str, Callable[[], None]]) -> None:
        """Show ``words`` in ``tone`` (amber, red, blue) with flat buttons for ``actions``."""
        self.setProperty("bar", tone)
        self.style().unpolish(self)
        self.style().polish(self)
        self._words.setText(words)
        while (item := self._buttons.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.deleteLater()
        for text, run in actions:
            made = button(text, flat=True)
            made.clicked.connect(run)
            self._buttons.addWidget(made)
        self.show()
