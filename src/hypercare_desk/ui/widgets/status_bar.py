"""The status bar: the newest message and what can be done about it; jobs with progress and cancel; index; user."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, QTimer, Signal, Slot
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QMenu,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from hypercare_desk.ui.theme import Theme
from hypercare_desk.ui.widgets.basics import button, label, row, rule

_STAY_MS = 8000
_ICONS = {"done": ("ph.check-circle-fill", "green.mark"), "fault": ("ph.x-circle-fill", "red.mark")}


class StatusBar(QFrame):
    """``cancel_requested`` carries a job's number. Faults stay until dismissed; other messages go after 8 s."""

    cancel_requested = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("statusBar")
        self.setMinimumHeight(theme.size("status_bar"))
        self._theme = theme
        self._tone = ""
        self._picture = QLabel()
        self._message = label("", "small")
        self._message.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._act = button("", flat=True)
        self._dismiss = button(self.tr("Dismiss"), flat=True)
        self._dismiss.clicked.connect(self.clear)
        self._act.clicked.connect(self._on_act)
        self._action: Callable[[], None] | None = None
        self._timer = QTimer(self, singleShot=True, interval=_STAY_MS)
        self._timer.timeout.connect(self.clear)
        self._jobs: dict[int, tuple[str, int, int]] = {}
        self._job = label("", "small")
        self._bar = QProgressBar(textVisible=False)
        self._bar.setFixedWidth(110)
        self._bar.setAccessibleName(self.tr("Progress"))
        self._count = label("", "small")
        self._cancel = button(self.tr("Cancel"), flat=True)
        self._cancel.clicked.connect(self._on_cancel)
        self._more = QToolButton()
        self._more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._more.setAccessibleName(self.tr("All jobs"))
        self._index = label("", "small")
        self._role = label("", "small")
        self.setLayout(
            row(
                self._picture,
                self._message,
                self._act,
                self._dismiss,
                self._job,
                self._bar,
                self._count,
                self._cancel,
                self._more,
                rule(vertical=True),
                self._index,
                rule(vertical=True),
                self._role,
                margins=(12, 2, 12, 2),
            )
        )
        self.layout().setStretch(1, 1)  # type: ignore[union-attr]
        theme.changed.connect(self._paint)
        self.clear()
        self._show_jobs()

    def say(
        self, text: str, tone: str, action_label: str = "", action: Callable[[], None] | None = None
    ) -> None:
        """Show a message; it is spoken by a screen reader and never takes the focus."""
        self._tone = tone
        self._message.setText(text)
        self._message.setToolTip(text)
        self._action = action
        self._act.setText(action_label)
        self._act.setAccessibleName(action_label)
        self._act.setVisible(action is not None)
        self._dismiss.setVisible(tone == "fault")
        if tone == "fault":
            self._timer.stop()
        else:
            self._timer.start()
        self._paint()
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self._message, text))

    @Slot()
    def clear(self) -> None:
        """Forget the message."""
        self._timer.stop()
        self._tone = ""
        self._action = None
        self._message.clear()
        self._act.hide()
        self._dismiss.hide()
        self._paint()

    @property
    def action(self) -> QPushButton:
        """The button of what the message offers; F6 ends there."""
        return self._act

    def show_job(self, number: int, name: str, done: int, total: int, what: str) -> None:
        """Show how far a job is."""
        self._jobs[number] = (what or name, done, total)
        self._show_jobs()

    def end_job(self, number: int) -> None:
        """A job is over."""
        self._jobs.pop(number, None)
        self._show_jobs()

    def show_index(self, text: str) -> None:
        """What the index holds or lacks."""
        self._index.setText(text)

    def show_role(self, text: str) -> None:
        """Under which name changes are recorded."""
        self._role.setText(text)

    def _show_jobs(self) -> None:
        shown = bool(self._jobs)
        for part in (self._job, self._bar, self._count, self._cancel):
            part.setVisible(shown)
        self._more.setVisible(len(self._jobs) > 1)
        if not shown:
            return
        number = min(self._jobs)
        name, done, total = self._jobs[number]
        self._job.setText(name)
        self._bar.setRange(0, total)
        self._bar.setValue(done)
        self._count.setText(self.tr("{0:,} of {1:,}").format(done, total) if total else "")
        if len(self._jobs) > 1:
            self._more.setText(f"+{len(self._jobs) - 1}")
            menu = QMenu(self._more)
            for other, (words, _, _) in self._jobs.items():
                menu.addAction(
                    self.tr("Cancel {0}").format(words), lambda n=other: self.cancel_requested.emit(n)
                )
            self._more.setMenu(menu)

    def _paint(self) -> None:
        icon, color = _ICONS.get(self._tone, ("ph.info", "text2"))
        self._picture.setVisible(bool(self._tone))
        self._picture.setPixmap(self._theme.icon(icon, color).pixmap(QSize(14, 14)))

    @Slot()
    def _on_act(self) -> None:
        action = self._action
        self.clear()
        if action:
            action()

    @Slot()
    def _on_cancel(self) -> None:
        if self._jobs:
            self.cancel_requested.emit(min(self._jobs))
