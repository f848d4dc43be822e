"""The three panes of the handoff page: sections, pages, doubts; side by side, or two where there is little room."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QSettings, Qt
from PySide6.QtWidgets import QAbstractItemView, QLabel, QListView, QSplitter, QWidget

from hypercare_desk.ui.pages.handoff.issues_pane import IssuesPane, framed
from hypercare_desk.ui.pages.handoff.pages_pane import PagesPane
from hypercare_desk.ui.pages.handoff.sections import SectionsDelegate, SectionsModel
from hypercare_desk.ui.theme import Theme
from hypercare_desk.ui.widgets.basics import label
from hypercare_desk.ui.widgets.pdf_view import Run

NARROW = 740
"""Below this width, in px at 100 %, the doubts stand below the sections."""
_KEY = "handoff/splitter"


class PackPanes(QSplitter):
    """Holds the panes and remembers how wide they were made."""

    def __init__(self, theme: Theme, run: Run, memory: QSettings, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._theme = theme
        self._memory = memory
        self.setChildrenCollapsible(False)
        self.model = SectionsModel(self)
        self.sections = QListView()
        self.sections.setModel(self.model)
        self.sections.setItemDelegate(SectionsDelegate(theme, self))
        self.sections.setAccessibleName(self.tr("Sections of the pack"))
        self.sections.setMouseTracking(True)
        self.sections.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.sections.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.counted: QLabel = label("", "small")
        self.pages = PagesPane(theme, run)
        self.doubts = IssuesPane(theme)
        self._left = QSplitter(Qt.Orientation.Vertical)
        self._left.setChildrenCollapsible(False)
        heading = label(self.tr("Sections"), "section")
        self._left.addWidget(framed(self.sections, (heading, None, self.counted)))
        for part, least in ((self._left, 200), (self.pages, 400), (self.doubts, 200)):
            part.setMinimumWidth(least)
            self.addWidget(part)
        for at, stretch in enumerate((0, 1, 0)):
            self.setStretchFactor(at, stretch)
        state = memory.value(_KEY)
        self._moved = isinstance(state, QByteArray) and self.restoreState(state)
        self.splitterMoved.connect(self._on_moved)

    def arrange(self, wide: int) -> bool:
        """Make the best of ``wide`` px unless somebody has set the widths; tells whether it is narrow."""
        scale = self._theme.scale
        narrow = wide < NARROW * scale
        home = self._left if narrow else self
        if self.doubts.parentWidget() is not home:
            home.addWidget(self.doubts)
            self._left.setSizes([1, 1])
        if not self._moved:
            side = round(min(290 * scale, wide * 0.25))
            self.setSizes([wide * 2 // 5, wide * 3 // 5] if narrow else [side, wide - 2 * side, side])
        return narrow

    def remember(self) -> None:
        """Keep the widths, if somebody has set them."""
        if self._moved:
            self._memory.setValue(_KEY, self.saveState())

    def _on_moved(self) -> None:
        self._moved = True
