"""The header: workspace, day counter, exit light, palette, what waits, menu."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QMenu, QProgressBar, QPushButton, QToolButton, QWidget

from hypercare_desk.ui.theme import Theme
from hypercare_desk.ui.widgets.basics import label, row, rule

_LIGHTS = {"Not ready": "red", "Ready with conditions": "amber", "Ready": "green"}


class Header(QFrame):
    """Shows where the hypercare stands; every part is a request that the window answers."""

    palette_requested = Signal()
    criteria_requested = Signal()
    waiting_requested = Signal()

    def __init__(
        self, theme: Theme, workspace_menu: QMenu, main_menu: QMenu, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("header")
        self._theme = theme
        self._workspace = QToolButton(toolButtonStyle=Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._workspace.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._workspace.setMenu(workspace_menu)
        self._workspace.setAccessibleName(self.tr("Workspace"))
        self._day = label()
        self._progress = QProgressBar(textVisible=False)
        self._progress.setFixedWidth(80)
        self._progress.setAccessibleName(self.tr("Days of hypercare gone by"))
        self._light = QPushButton()
        self._light.clicked.connect(self.criteria_requested)
        self._light.hide()
        self._palette = QPushButton(self.tr("Go to, find or run…    Ctrl+K"))
        self._palette.setMinimumWidth(220)
        self._palette.clicked.connect(self.palette_requested)
        self._bell = self._tool(self.tr("What waits for somebody"))
        self._bell.clicked.connect(self.waiting_requested)
        self._menu = self._tool(self.tr("Menu (F10)"))
        self._menu.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._menu.setMenu(main_menu)
        self.setLayout(
            row(
                self._workspace,
                rule(vertical=True),
                self._day,
                self._progress,
                8,
                self._light,
                None,
                self._palette,
                self._bell,
                self._menu,
                margins=(10, 7, 12, 7),
            )
        )
        self.setMinimumHeight(theme.size("header"))
        theme.changed.connect(self._paint)
        self._words = ("", "")
        self._waiting = 0
        self._paint()

    def show_workspace(self, system: str, locked: str = "") -> None:
        """Name the workspace; ``locked`` says why nothing can be written, or is empty."""
        self._workspace.setText(system)
        self._workspace.setToolTip(locked)
        self._locked = bool(locked)
        self._paint()

    def show_day(self, day: int, days: int | None) -> None:
        """Show which day of how many it is; a day before the first counts down to go-live."""
        if day < 1:
            self._day.setText(self.tr("Go-live in {0} days").format(1 - day))
        elif days:
            self._day.setText(self.tr("Day <b>{0}</b> of {1}").format(day, days))
        else:
            self._day.setText(self.tr("Day <b>{0}</b>").format(day))
        self._progress.setVisible(bool(days))
        self._progress.setRange(0, days or 1)
        self._progress.setValue(max(0, min(day, days or 1)))

    def show_light(self, light: str, met: int, total: int) -> None:
        """Show the exit light with how many criteria are met."""
        self._words = (light, self.tr("{0} of {1} met").format(met, total))
        self._light.setVisible(bool(light))
        self._paint()

    def show_waiting(self, count: int) -> None:
        """Mark the bell when something waits."""
        self._waiting = count
        self._paint()

    def open_menu(self) -> None:
        """Open the main menu (F10)."""
        self._menu.showMenu()

    def _tool(self, name: str) -> QToolButton:
        made = QToolButton()
        made.setAccessibleName(name)
        made.setToolTip(name)
        made.setIconSize(QSize(18, 18))
        return made

    def _paint(self) -> None:
        theme = self._theme
        locked = getattr(self, "_locked", False)
        self._workspace.setIcon(theme.icon("ph.lock-simple" if locked else "ph.briefcase", "text"))
        self._palette.setIcon(theme.icon("ph.command"))
        self._bell.setIcon(
            theme.icon(
                "ph.bell-ringing-bold" if self._waiting else "ph.bell", "accent" if self._waiting else "text2"
            )
        )
        self._bell.setToolTip(
            self.tr("{0} things wait for somebody").format(self._waiting)
            if self._waiting
            else self.tr("Nothing waits")
        )
        self._menu.setIcon(theme.icon("ph.list"))
        light, counts = self._words
        hue = theme.hue(_LIGHTS.get(light, "slate"))
        icon = {"Ready": "ph.check-circle-fill", "Ready with conditions": "ph.warning-fill"}.get(
            light, "ph.x-circle-fill"
        )
        self._light.setIcon(theme.icon(icon, f"{_LIGHTS.get(light, 'slate')}.mark"))
        self._light.setText(self.tr("Exit: {0}  |  {1}").format(light[:1].lower() + light[1:], counts))
        self._light.setAccessibleName(self._light.text())
        self._light.setStyleSheet(
            f"QPushButton {{ background: {hue.tint.name()}; color: {hue.fg.name()}; font-weight: 600;"
            f" border: 1px solid {hue.tint.name()}; }} QPushButton:focus {{ border: 2px solid {hue.fg.name()}; }}"
        )
