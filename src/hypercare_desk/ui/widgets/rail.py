"""The rail: one checkable button a page, with a badge for what waits for somebody."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from hypercare_desk.ui.theme import Theme


class RailButton(QToolButton):
    """A page's button; ``badge`` is filled when it asks for somebody, plain when it only counts."""

    def __init__(self, theme: Theme, page: str, words: str, icon: str, key: str) -> None:
        super().__init__()
        self.page = page
        self._theme = theme
        self._icon_name = icon
        self._badge = ""
        self._filled = False
        self._name = words
        self._key = key
        self.setProperty("rail", True)
        self.setCheckable(True)
        self.setText("  " + words)
        self.setAccessibleName(words)
        self.setIconSize(QSize(18, 18))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.toggled.connect(self.repaint_icon)
        self.repaint_icon()

    def narrow(self, on: bool) -> None:
        """Icon only, the words as tooltip."""
        style = Qt.ToolButtonStyle
        self.setToolButtonStyle(style.ToolButtonIconOnly if on else style.ToolButtonTextBesideIcon)
        self.setToolTip(f"{self._name} ({self._key})")

    def set_badge(self, text: str, *, filled: bool) -> None:
        """Show a count; empty for none."""
        self._badge, self._filled = text, filled
        self.setAccessibleDescription(text)
        self.update()

    def repaint_icon(self) -> None:
        """The icon for the state and theme in force."""
        name = f"{self._icon_name}-fill" if self.isChecked() else self._icon_name
        self.setIcon(self._theme.icon(name, "accent" if self.isChecked() else "text2"))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._badge:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = QFont(self._theme.font("caption"))
        painter.setFont(font)
        narrow = self.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonIconOnly
        width = painter.fontMetrics().horizontalAdvance(self._badge) + 12
        height = painter.fontMetrics().height() + 2
        x = self.width() - width - (2 if narrow else 8)
        y = 2 if narrow else (self.height() - height) / 2
        box = QRectF(x, y, width, height)
        if self._filled:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.color("accent_fill"))
            painter.drawRoundedRect(box, height / 2, height / 2)
            painter.setPen(self._theme.color("on_accent"))
        elif narrow:
            return
        else:
            painter.setPen(self._theme.color("text2"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self._badge)


class Rail(QFrame):
    """``page_requested`` names the page that was chosen."""

    page_requested = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("rail")
        self._theme = theme
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self._buttons: dict[str, RailButton] = {}
        self._list = QVBoxLayout(self)
        self._list.setContentsMargins(8, 10, 8, 10)
        self._list.setSpacing(2)
        self._gap = QWidget()
        self._gap.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self._list.addWidget(self._gap)
        theme.changed.connect(self._paint)

    def add(self, page: str, words: str, icon: str, key: str, *, last: bool = False) -> None:
        """Add a page's button; ``last`` puts it at the foot."""
        made = RailButton(self._theme, page, words, icon, key)
        made.clicked.connect(lambda: self.page_requested.emit(page))
        self._group.addButton(made)
        self._buttons[page] = made
        at = self._list.count() if last else self._list.indexOf(self._gap)
        self._list.insertWidget(at, made)

    def choose(self, page: str) -> None:
        """Check the button of the page that is shown."""
        if page in self._buttons:
            self._buttons[page].setChecked(True)

    def badge(self, page: str, text: str, *, filled: bool = False) -> None:
        """Show a count at a page."""
        if page in self._buttons:
            self._buttons[page].set_badge(text, filled=filled)

    def narrow(self, on: bool) -> None:
        """Below 1200 px: icons only."""
        self.setFixedWidth(self._theme.size("rail_narrow" if on else "rail"))
        self._list.setContentsMargins(*((4, 10, 4, 10) if on else (8, 10, 8, 10)))
        for made in self._buttons.values():
            made.narrow(on)

    def _paint(self) -> None:
        for made in self._buttons.values():
            made.repaint_icon()
            made.update()
