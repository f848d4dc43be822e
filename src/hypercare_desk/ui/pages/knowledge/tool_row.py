"""The row of marks over the source: heading, bold, italic, code, lists, link; each is a key or a click."""

from __future__ import annotations

from PySide6.QtWidgets import QToolButton, QWidget

from hypercare_desk.ui.pages.knowledge.source_edit import SourceEdit
from hypercare_desk.ui.theme import Theme
from hypercare_desk.ui.widgets.basics import row


class ToolRow(QWidget):
    """Marks what is selected in ``source``; ``place`` stands at the right end."""

    def __init__(
        self, theme: Theme, source: SourceEdit, place: QWidget, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._tools: list[tuple[QToolButton, str]] = []
        tools = (
            ("ph.text-h", self.tr("Heading"), lambda: source.begin_lines(lambda n: "## ")),
            ("ph.text-bolder", self.tr("Bold (Ctrl+B)"), lambda: source.wrap("**")),
            ("ph.text-italic", self.tr("Italic (Ctrl+I)"), lambda: source.wrap("*")),
            ("ph.code", self.tr("Code"), lambda: source.wrap("`")),
            ("ph.list-numbers", self.tr("Numbered steps"), lambda: source.begin_lines(lambda n: f"{n}. ")),
            ("ph.list-bullets", self.tr("List"), lambda: source.begin_lines(lambda n: "- ")),
            ("ph.link", self.tr("Link to an article"), lambda: source.begin_link()),
        )
        layout = row(spacing=2, margins=(8, 4, 12, 4))
        for icon, words, run in tools:
            made = QToolButton()
            made.setToolTip(words)
            made.setAccessibleName(words)
            made.clicked.connect(lambda _c=False, run=run: run())
            self._tools.append((made, icon))
            layout.addWidget(made)
        layout.addStretch(1)
        layout.addWidget(place)
        self.setLayout(layout)
        theme.changed.connect(self._paint)
        self._paint()

    def _paint(self) -> None:
        for made, icon in self._tools:
            made.setIcon(self._theme.icon(icon))
