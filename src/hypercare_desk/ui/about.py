"""Keys and about: every shortcut in a table, the version, and the licences of what the application is made of."""

from __future__ import annotations

from importlib import metadata

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QTabWidget,
    QWidget,
)

from hypercare_desk import __version__
from hypercare_desk.ui.widgets.basics import column, label

_MADE_OF = (
    "PySide6-Essentials",
    "SQLAlchemy",
    "alembic",
    "Whoosh-Reloaded",
    "numpy",
    "Markdown",
    "Pygments",
    "nh3",
    "weasyprint",
    "Jinja2",
    "matplotlib",
    "QtAwesome",
    "PyYAML",
    "ruamel.yaml",
    "pygit2",
    "pypdfium2",
    "platformdirs",
    "rapidfuzz",
    "charset-normalizer",
    "rich",
)


class AboutBox(QDialog):
    """F1. Three tabs: keys, about, licences."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Keys and help"))
        self.resize(620, 520)
        tabs = QTabWidget()
        tabs.addTab(self._keys(parent), self.tr("Keys"))
        about = QWidget()
        words = self.tr(
            "Known issues, workarounds and lessons of a go-live's first weeks, found in a keystroke; exit criteria"
            " computed from records; one pack for the team that takes over.\n\nThe MIT licence applies. Nothing is"
            " sent anywhere unless you set up a remote yourself."
        )
        about.setLayout(
            column(
                label(self.tr("Hypercare Desk {0}").format(__version__), "title"),
                label(words, wrap=True),
                None,
                margins=(16, 16, 16, 16),
                spacing=12,
            )
        )
        tabs.addTab(about, self.tr("About"))
        tabs.addTab(self._licences(), self.tr("Licences"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        self.setLayout(column(tabs, buttons, margins=(12, 12, 12, 12)))

    def _keys(self, window: QWidget) -> QTableWidget:
        rows = [
            (action.shortcut().toString(), action.text())
            for action in window.actions()
            if not action.shortcut().isEmpty()
        ]
        rows += [
            ("Enter", self.tr("Search: copy the steps to read to the caller, or log the gap")),
            ("Ctrl+Shift+Enter", self.tr("Search: it did not help")),
            ("Ctrl+J", self.tr("Search: join the gap logged before")),
            ("Ctrl+Shift+M", self.tr("Search: log a gap although there are results")),
            ("Ctrl+Shift+K", self.tr("Link record or article")),
            ("Ctrl+Shift+T", self.tr("Feedback: triage matrix")),
            ("Ctrl+B, Ctrl+I", self.tr("Editor: bold, italic")),
            ("F8, Shift+F8", self.tr("Editor: next, previous failed check")),
            ("F3, Shift+F3", self.tr("Editor: next, previous place of what is searched for")),
            ("Ctrl+Tab, Ctrl+Shift+Tab", self.tr("Knowledge: next, previous tab")),
            ("Ctrl+W", self.tr("Knowledge: close the tab")),
            ("Delete", self.tr("Timeline: take a line away; Knowledge: retire the chosen article")),
            ("Space", self.tr("Timeline: star a line")),
            ("Escape", self.tr("Close the palette, clear the search, leave the call")),
        ]
        return _table((self.tr("Key"), self.tr("Does")), rows, self.tr("Keys"))

    def _licences(self) -> QTableWidget:
        rows: list[tuple[str, str]] = []
        for name in _MADE_OF:
            try:
                told = metadata.metadata(name)
            except metadata.PackageNotFoundError:
                continue
            words = told.json.get("license_expression") or told.json.get("license") or ""
            licence = str(words).split("\n")[0]
            classifiers = [
                c.split(" :: ")[-1] for c in told.get_all("Classifier") or () if c.startswith("License")
            ]
            rows.append((f"{told['Name']} {told['Version']}", licence[:80] or ", ".join(classifiers)))
        return _table((self.tr("Part"), self.tr("Licence")), rows, self.tr("Licences"))


def _table(heads: tuple[str, str], rows: list[tuple[str, str]], name: str) -> QTableWidget:
    made = QTableWidget(len(rows), 2)
    made.setAccessibleName(name)
    made.setHorizontalHeaderLabels(list(heads))
    made.verticalHeader().hide()
    made.setShowGrid(False)
    made.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
    made.setTabKeyNavigation(False)
    made.setColumnWidth(0, 190)
    made.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
    for at, (left, right) in enumerate(rows):
        made.setItem(at, 0, QTableWidgetItem(left))
        made.setItem(at, 1, QTableWidgetItem(right))
    return made
