"""The pages of the pack with what moves through them: page number, zoom, words to find."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIntValidator, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QComboBox, QFrame, QLineEdit, QToolButton, QVBoxLayout, QWidget

from hypercare_desk.ui.theme import Theme
from hypercare_desk.ui.widgets.basics import label, row, rule
from hypercare_desk.ui.widgets.pdf_view import PdfView, Run

_ROOMY = 420
_LEVELS = (50, 75, 100, 125, 150, 200, 300)


class PagesPane(QWidget):
    """``find_requested`` asks for the places of some words; ``page_changed`` tells the page in sight (from 0)."""

    find_requested = Signal(str)
    open_requested = Signal()
    page_changed = Signal(int)

    def __init__(self, theme: Theme, run: Run, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.view = PdfView(theme, run)
        self._back = self._tool("ph.caret-left", self.tr("Previous page"))
        self._on = self._tool("ph.caret-right", self.tr("Next page"))
        self.number = QLineEdit()
        self.number.setAccessibleName(self.tr("Page"))
        self.number.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._of = label("", "quiet")
        self._smaller = self._tool("ph.minus", self.tr("Smaller"))
        self._larger = self._tool("ph.plus", self.tr("Larger"))
        self.level = QComboBox()
        self.level.setAccessibleName(self.tr("Size of the pages"))
        self.level.addItem(self.tr("Fit width"), 0)
        for percent in _LEVELS:
            self.level.addItem(self.tr("{0} %").format(percent), percent)
        self._find = self._tool("ph.magnifying-glass", self.tr("Find in the pack (Ctrl+F)"))
        self._open = self._tool("ph.arrow-square-out", self.tr("Open the PDF in its own application"))
        self._bar = QFrame()
        self.words = QLineEdit()
        self.words.setPlaceholderText(self.tr("Find in the pack"))
        self.words.setAccessibleName(self.tr("Words to find in the pack"))
        self.words.setClearButtonEnabled(True)
        self._told = label("", "small")
        self._up = self._tool("ph.caret-up", self.tr("Previous match (Shift+F3)"))
        self._down = self._tool("ph.caret-down", self.tr("Next match (F3)"))
        self._close = self._tool("ph.x", self.tr("Close (Esc)"))
        self._assemble()
        self._connect()
        self._dress()

    def _assemble(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(
            row(
                self._back,
                self.number,
                self._of,
                self._on,
                None,
                self._smaller,
                self.level,
                self._larger,
                None,
                self._find,
                self._open,
                spacing=4,
                margins=(12, 4, 12, 4),
            )
        )
        self._bar.setLayout(
            row(self.words, self._told, self._up, self._down, self._close, spacing=4, margins=(12, 0, 12, 6))
        )
        self._bar.hide()
        layout.addWidget(self._bar)
        layout.addWidget(rule())
        layout.addWidget(self.view, 1)

    def _connect(self) -> None:
        view = self.view
        self._back.clicked.connect(lambda: view.go_to(max(0, view.page - 1)))
        self._on.clicked.connect(lambda: view.go_to(view.page + 1))
        self.number.returnPressed.connect(self._on_number)
        self.number.editingFinished.connect(self._show_page)
        self._smaller.clicked.connect(lambda: view.zoom_by(-1))
        self._larger.clicked.connect(lambda: view.zoom_by(1))
        self.level.activated.connect(lambda at: view.set_zoom(int(self.level.itemData(at)) / 100))
        self._find.clicked.connect(self.open_find)
        self._open.clicked.connect(self.open_requested)
        self.words.returnPressed.connect(self._on_words)
        self._up.clicked.connect(lambda: self.step(-1))
        self._down.clicked.connect(lambda: self.step(1))
        self._close.clicked.connect(self.close_find)
        for key, step in (("F3", 1), ("Shift+F3", -1)):
            made = QShortcut(QKeySequence(key), self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
            made.activated.connect(lambda step=step: self.step(step))
        leave = QShortcut(
            QKeySequence("Esc"), self._bar, context=Qt.ShortcutContext.WidgetWithChildrenShortcut
        )
        leave.activated.connect(self.close_find)
        view.page_changed.connect(lambda _page: self._show_page())
        view.page_changed.connect(self.page_changed)
        view.zoomed.connect(lambda _zoom: self._show_zoom())
        self._theme.changed.connect(self._dress)

    # --- finding ---------------------------------------------------------------------------------------------

    def open_find(self) -> None:
        """Put the cursor where words to find are typed."""
        self._bar.show()
        self.words.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.words.selectAll()

    def close_find(self) -> None:
        """Take the marks away and go back to the pages."""
        self._bar.hide()
        self.say_found("", 0)
        self.view.show_matches(())
        self.view.setFocus()

    def step(self, by: int) -> None:
        """To the next (1) or previous (-1) match."""
        self.view.next_match(by)
        self.say_found(self._found_words, self._found)

    def say_found(self, words: str, matches: int) -> None:
        """Tell how many places hold ``words``; nothing for empty words."""
        self._found_words, self._found = words, matches
        if not words:
            self._told.setText("")
        elif not matches:
            self._told.setText(self.tr("Not in the pack"))
        else:
            self._told.setText(self.tr("{0} of {1}").format(self.view.match, matches))

    _found_words, _found = "", 0

    def _on_words(self) -> None:
        words = self.words.text().strip()
        if words and words == self._found_words and self._found:
            self.step(1)
        elif words:
            self._told.setText(self.tr("Looking…"))
            self.find_requested.emit(words)

    # --- moving ----------------------------------------------------------------------------------------------

    def show_file(self) -> None:
        """The view holds another file: forget what was found, show its numbers."""
        self.say_found("", 0)
        self.number.setValidator(QIntValidator(1, max(1, self.view.pages), self.number))
        self._show_page()
        self._show_zoom()
        for part in (self.number, self.level, self._smaller, self._larger, self._find, self._open):
            part.setEnabled(self.view.file is not None)

    def _on_number(self) -> None:
        if self.number.text().isdigit():
            self.view.go_to(int(self.number.text()) - 1)
        self.view.setFocus()

    def _show_page(self) -> None:
        page, pages = self.view.page, self.view.pages
        self.number.setText(str(page + 1) if pages else "")
        self._of.setText(self.tr("of {0}").format(pages) if pages else "")
        self._back.setEnabled(page > 0)
        self._on.setEnabled(0 <= page < pages - 1)

    def _show_zoom(self) -> None:
        percent = round(self.view.zoom * 100)
        self.level.setItemText(0, self.tr("Fit width"))
        if self.view.fits:
            self.level.setCurrentIndex(0)
            return
        at = self.level.findData(percent)
        if at < 0:
            # A size between the steps is shown as it is, in place of no step.
            self.level.setCurrentIndex(-1)
            self.level.setPlaceholderText(self.tr("{0} %").format(percent))
        else:
            self.level.setCurrentIndex(at)

    # --- looks -----------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is little room, the size is chosen by the list alone, and the menus hold the rest."""
        super().resizeEvent(event)
        roomy = self.width() >= _ROOMY * self._theme.scale
        for tool in (self._smaller, self._larger, self._open):
            tool.setVisible(roomy)

    def _tool(self, icon: str, words: str) -> QToolButton:
        made = QToolButton()
        made.setProperty("icon_name", icon)
        made.setAccessibleName(words)
        made.setToolTip(words)
        return made

    def _dress(self) -> None:
        side = round(16 * self._theme.scale)
        for tool in self.findChildren(QToolButton):
            if name := tool.property("icon_name"):
                tool.setIcon(self._theme.icon(str(name)))
                tool.setIconSize(QSize(side, side))
        self._of.setMinimumWidth(self._of.fontMetrics().horizontalAdvance(self.tr("of {0}").format("0000")))
        self.level.setMinimumWidth(self.level.fontMetrics().horizontalAdvance(self.tr("Fit width")) + 52)
        self.number.setFixedWidth(self.number.fontMetrics().horizontalAdvance("0000") + 24)
