"""The conflict view: both texts side by side when somebody else saved first; neither is lost."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPlainTextEdit, QPushButton, QTextBrowser, QWidget

from hypercare_desk.ui.pages.knowledge.side_panes import difference_html
from hypercare_desk.ui.theme import Theme
from hypercare_desk.ui.widgets.basics import column, label, row


class Choice(StrEnum):
    """What the author decided."""

    LATER = "later"
    MINE = "mine"
    THEIRS = "theirs"
    BOTH = "both"


class ConflictDialog(QDialog):
    """``choice`` says what was decided; the right-hand text can be edited before it is kept."""

    def __init__(
        self, theme: Theme, title: str, mine: str, theirs: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.choice = Choice.LATER
        self.setWindowTitle(self.tr("Changed by somebody else"))
        self.resize(1080, 640)
        theirs_view = QPlainTextEdit(theirs)
        theirs_view.setReadOnly(True)
        theirs_view.setProperty("read", True)
        theirs_view.setAccessibleName(self.tr("The text on disk"))
        self._mine = QPlainTextEdit(mine)
        self._mine.setAccessibleName(self.tr("Your text"))
        difference = QTextBrowser()
        difference.setHtml(difference_html(theirs, mine, theme))
        difference.setAccessibleName(self.tr("The difference"))
        difference.setMaximumHeight(180)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        buttons.rejected.connect(self.reject)
        for words, choice in (
            (self.tr("Save my text"), Choice.MINE),
            (self.tr("Keep both"), Choice.BOTH),
            (self.tr("Take the text on disk"), Choice.THEIRS),
        ):
            made: QPushButton = buttons.addButton(words, QDialogButtonBox.ButtonRole.AcceptRole)
            made.clicked.connect(lambda _c=False, c=choice: self._decide(c))
        said = self.tr("“{0}” was saved by somebody else while you were writing. Both texts are here.")
        left = column(label(self.tr("On disk"), "section"), theirs_view)
        right = column(label(self.tr("Yours"), "section"), self._mine)
        self.setLayout(
            column(
                label(said.format(title), wrap=True),
                row(left, right, spacing=12),
                label(self.tr("From the text on disk to yours"), "caption"),
                difference,
                buttons,
                spacing=10,
                margins=(16, 14, 16, 14),
            )
        )

    @property
    def text(self) -> str:
        """The author's text as it stands in the dialog."""
        return self._mine.toPlainText()

    def _decide(self, choice: Choice) -> None:
        self.choice = choice
        self.accept()
