"""Which pack is shown: a menu of all that were built here, its standing, when and by whom it was made."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from hypercare_desk.domain.handoff import Pack
from hypercare_desk.ui.pages.handoff.reading import PackState
from hypercare_desk.ui.theme import Theme
from hypercare_desk.ui.widgets.basics import Chip, label, row

_SHOWN = 15


class PackChooser(QWidget):
    """``chosen`` carries a pack's id."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._button = QToolButton(popupMode=QToolButton.ToolButtonPopupMode.InstantPopup)
        self._button.setProperty("filter", True)
        self._button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._button.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the caret stands behind the words
        self._menu = QMenu(self)
        self._menu.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self._button.setMenu(self._menu)
        self._chip = Chip()
        self._told = label("", "quiet")
        self.setLayout(row(self._button, self._chip, self._told))
        theme.changed.connect(self._dress)
        self._dress()

    def show_state(self, state: PackState) -> None:
        """Show the pack of ``state``, or nothing without one."""
        pack = state.pack
        self.setVisible(pack is not None)
        if pack is None:
            return
        self._button.setText(f"{pack.id}  {self.tr('version {0}').format(pack.version)}")
        words, hue = self.standing(pack)
        self._button.setAccessibleName(self.tr("Pack {0}, {1}").format(pack.id, words))
        self._chip.set(words, hue)
        built = (pack.issued_at or pack.built_at).astimezone()
        self._told.setText(f"{built:%d %b, %H:%M}, {pack.who}")
        self._menu.clear()
        for other in state.packs[:_SHOWN]:
            text = f"{other.id}  {other.version}  ·  {self.standing(other)[0]}  ·  {other.built_at:%d %b %Y}"
            action = self._menu.addAction(text)
            action.setCheckable(True)
            action.setChecked(other.id == pack.id)
            action.triggered.connect(lambda _c=False, i=other.id: self.chosen.emit(i))

    def show_details(self, on: bool) -> None:
        """Whether there is room for the pack's standing, time and author; the menu tells them in any case."""
        self._chip.setVisible(on)
        self._told.setVisible(on)

    def standing(self, pack: Pack) -> tuple[str, str]:
        """What a pack is, as a word and its hue."""
        if pack.superseded_by:
            return self.tr("Superseded by {0}").format(pack.superseded_by), "slate"
        return (self.tr("Issued"), "green") if pack.issued_at else (self.tr("Draft"), "blue")

    def _dress(self) -> None:
        self._button.setIcon(self._theme.icon("ph.caret-down"))
