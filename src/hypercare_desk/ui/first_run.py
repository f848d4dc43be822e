"""The first-run window: make a workspace, open one, open a recent one, or try the demonstration."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QDate, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QDateEdit,
    QFileDialog,
    QFormLayout,
    QFrame,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from hypercare_desk.ui.theme import Theme
from hypercare_desk.ui.widgets.basics import button, column, frame, label, row

FolderCheck = Callable[[Path], tuple[bool, str]]


class FirstRun(QWidget):
    """``create_requested`` carries folder, system, go-live and planned exit; ``open_requested`` a folder."""

    create_requested = Signal(object, str, object, object)
    open_requested = Signal(object)
    demo_requested = Signal()

    def __init__(
        self,
        theme: Theme,
        recent: Sequence[Path],
        check: FolderCheck,
        default_parent: Path,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWindowTitle(self.tr("Hypercare Desk"))
        self.setMinimumSize(900, 560)
        self.resize(1080, 680)
        self._theme = theme
        self._check = check
        self._parent = default_parent
        self._folder_edited = False
        left = self._make_form()
        right = self._make_choices(recent)
        both = row(left, right, spacing=40, margins=(48, 24, 48, 32))
        both.setStretch(0, 3)
        both.setStretch(1, 2)
        both.setAlignment(left, Qt.AlignmentFlag.AlignTop)
        both.setAlignment(right, Qt.AlignmentFlag.AlignTop)
        head = column(
            label(self.tr("Welcome to Hypercare Desk"), "title"),
            label(
                self.tr(
                    "Known issues, workarounds and lessons, found in a keystroke; exit criteria from records;"
                    " one pack for the team that takes over."
                ),
                "quiet",
                wrap=True,
            ),
            margins=(48, 36, 48, 0),
            spacing=6,
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(head)
        layout.addLayout(both, 1)
        self._on_named(self._system.text())
        self._system.setFocus()

    def refuse(self, sentence: str) -> None:
        """Say why the folder could not be made or opened."""
        self._state.setText(sentence)

    def _make_form(self) -> QFrame:
        self._system = QLineEdit(placeholderText=self.tr("Order to cash"))
        self._system.setAccessibleName(self.tr("System that goes live"))
        self._system.textChanged.connect(self._on_named)
        self._go_live = _day_field(QDate.currentDate())
        self._go_live.setAccessibleName(self.tr("Go-live"))
        self._exit = _day_field(QDate.currentDate().addDays(28))
        self._exit.setAccessibleName(self.tr("Planned exit"))
        self._go_live.dateChanged.connect(lambda day: self._exit.setDate(day.addDays(28)))
        self._folder = QLineEdit()
        self._folder.setAccessibleName(self.tr("Folder"))
        self._folder.textEdited.connect(self._on_folder_edited)
        browse = button(self.tr("Browse…"))
        browse.clicked.connect(self._on_browse)
        self._state = label("", "small", wrap=True)
        self._create = button(self.tr("Create workspace"), "Enter", primary=True)
        self._create.clicked.connect(self._on_create)
        for field in (self._system, self._folder):
            field.returnPressed.connect(self._on_create)
        form = QFormLayout()
        form.setVerticalSpacing(12)
        form.setHorizontalSpacing(16)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        form.addRow(self.tr("System"), self._system)
        form.addRow(self.tr("Go-live"), self._go_live)
        form.addRow(self.tr("Planned exit"), self._exit)
        form.addRow(self.tr("Folder"), row(self._folder, browse))
        card = frame("card")
        card.setLayout(
            column(
                label(self.tr("Make a workspace"), "section"),
                form,
                self._state,
                row(self._create, None),
                None,
                spacing=14,
                margins=(20, 16, 20, 20),
            )
        )
        return card

    def _make_choices(self, recent: Sequence[Path]) -> QFrame:
        open_button = button(self.tr("Open a workspace…"), "Ctrl+O")
        open_button.setShortcut("Ctrl+O")
        open_button.clicked.connect(self._on_open)
        demo = button(self.tr("Try the demonstration"))
        demo.clicked.connect(self.demo_requested)
        self._recent = QListWidget()
        self._recent.setAccessibleName(self.tr("Recent workspaces"))
        for path in recent:
            item = QListWidgetItem(self._theme.icon("ph.briefcase"), f"{path.name}\n{path.parent}")
            item.setData(Qt.ItemDataRole.UserRole, path)
            item.setSizeHint(QSize(0, 46))
            self._recent.addItem(item)
        self._recent.itemActivated.connect(
            lambda i: self.open_requested.emit(i.data(Qt.ItemDataRole.UserRole))
        )
        nothing = label(self.tr("Workspaces you open are listed here."), "quiet", wrap=True)
        self._recent.setVisible(bool(recent))
        nothing.setVisible(not recent)
        card = frame("card")
        card.setLayout(
            column(
                label(self.tr("Open"), "section"),
                row(open_button, None),
                QLabel(),
                label(self.tr("Recent"), "section"),
                self._recent,
                nothing,
                None,
                label(self.tr("See it with a believable hypercare of three weeks:"), "quiet", wrap=True),
                row(demo, None),
                spacing=10,
                margins=(20, 16, 20, 20),
            )
        )
        return card

    def _on_named(self, text: str) -> None:
        if not self._folder_edited:
            name = "".join(c for c in text.strip().lower() if c.isalnum() or c in " -_") or "hypercare"
            self._folder.setText(str(self._parent / name))
        self._look()

    def _on_folder_edited(self, _text: str) -> None:
        self._folder_edited = True
        self._look()

    def _look(self) -> None:
        usable, sentence = self._check(Path(self._folder.text().strip() or "."))
        self._state.setText(sentence)
        self._create.setEnabled(bool(self._system.text().strip()) and usable)

    def _on_browse(self) -> None:
        chosen = QFileDialog.getExistingDirectory(
            self, self.tr("Folder for the workspace"), str(self._parent)
        )
        if chosen:
            self._folder_edited = True
            self._folder.setText(chosen)
            self._look()

    def _on_open(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, self.tr("Open a workspace"), str(self._parent))
        if chosen:
            self.open_requested.emit(Path(chosen))

    def _on_create(self) -> None:
        if self._create.isEnabled():
            self.create_requested.emit(
                Path(self._folder.text().strip()),
                self._system.text().strip(),
                self._go_live.date().toPython(),
                self._exit.date().toPython(),
            )


def _day_field(day: QDate) -> QDateEdit:
    made = QDateEdit(day)
    made.setCalendarPopup(True)
    made.setDisplayFormat("d MMM yyyy")
    return made
