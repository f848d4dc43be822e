"""The decision to issue a pack: what is missing and not validated in it is named first."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QLayout, QVBoxLayout, QWidget

from hypercare_desk.ui.pages.handoff.reading import PackState
from hypercare_desk.ui.theme import Theme
from hypercare_desk.ui.widgets.basics import label, row


class IssueDialog(QDialog):
    """Asked once; Cancel is what Enter does while something mandatory is missing."""

    def __init__(
        self, theme: Theme, state: PackState, changed: int, system: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setWindowTitle(self.tr("Issue the handoff pack"))
        self.setMinimumWidth(480)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(10)
        # Qt's smallest height for wrapped text is that of the narrowest column; ours is set when it is shown.
        layout.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        layout.addWidget(
            label(self.tr("Issue the handoff pack of {0}?").format(system), "section", wrap=True)
        )
        for hue, icon, words in self.reasons(state, changed):
            picture = QLabel()
            side = round(16 * theme.scale)
            picture.setPixmap(theme.icon(icon, f"{hue}.mark").pixmap(QSize(side, side)))
            line = row(picture, label(words, wrap=True), spacing=10)
            line.setStretch(1, 1)
            layout.addLayout(line)
        told = self.tr(
            "It is made anew from what the workspace holds now, written into the packs folder and never changed again;"
            " packs issued earlier are marked as superseded. This cannot be undone."
        )
        layout.addWidget(label(told, "quiet", wrap=True))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.issue_button = buttons.addButton(self.tr("Issue pack"), QDialogButtonBox.ButtonRole.AcceptRole)
        hesitant = bool(state.missing or state.blocking)
        self.default_button = (
            buttons.button(QDialogButtonBox.StandardButton.Cancel) if hesitant else self.issue_button
        )
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout.addStretch(1)
        layout.addWidget(buttons)
        self._wide = round(500 * theme.scale)

    def showEvent(self, event: QShowEvent) -> None:
        """As high as its sentences: wrapped text tells its height only for a given width, in its final font."""
        super().showEvent(event)
        if layout := self.layout():
            self.resize(self._wide, layout.totalHeightForWidth(self._wide))
        self.default_button.setDefault(True)
        self.default_button.setFocus()

    def reasons(self, state: PackState, changed: int) -> Sequence[tuple[str, str, str]]:
        """What to know before deciding: hue, icon, sentence."""
        found: list[tuple[str, str, str]] = []
        if state.pack is None:
            found.append(("slate", "ph.info", self.tr("No pack was built yet, so nobody has looked at it.")))
        for section in state.missing:
            words = self.tr("Section {0} {1} is empty.").format(section.number, section.title)
            found.append(("red", "ph.x-circle-fill", words))
        if state.blocking:
            words = self.tr("Not met or without data: {0}.").format(_listed(state.blocking))
            found.append(("red", "ph.x-circle-fill", words))
        if state.unvalidated:
            words = self.tr("Not validated: {0}.").format(_listed([a.id for a in state.unvalidated]))
            found.append(("amber", "ph.circle-half-fill", words))
        if state.expired:
            words = self.tr("Past their date: {0}.").format(_listed([e.id for e in state.expired]))
            found.append(("amber", "ph.hourglass-low", words))
        if changed:
            words = self.tr("The preview was built before {0}; what has changed will be in the pack.")
            words = words.format(
                self.tr("1 change") if changed == 1 else self.tr("{0} changes").format(changed)
            )
            found.append(("blue", "ph.arrows-clockwise", words))
        if not found:
            found.append(
                (
                    "green",
                    "ph.check-circle-fill",
                    self.tr("Nothing is missing, all is validated and in date."),
                )
            )
        return found


def _listed(ids: Sequence[str], shown: int = 10) -> str:
    rest = len(ids) - shown
    return ", ".join(ids[:shown]) + (f" and {rest} more" if rest > 0 else "")
