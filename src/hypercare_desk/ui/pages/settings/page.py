"""The settings page: a list of parts at the left, the chosen one's form at the right; changes hold at once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSettings, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QFormLayout,
    QListWidget,
    QScrollArea,
    QSlider,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from hypercare_desk.domain.changes import Changes
from hypercare_desk.domain.search import IndexStatus
from hypercare_desk.services.progress import Progress
from hypercare_desk.ui.pages.page import Command, Page, Surroundings
from hypercare_desk.ui.theme import system_is_dark
from hypercare_desk.ui.widgets.basics import button, column, label, row, rule

_SYSTEM, _LIGHT, _DARK = "system", "light", "dark"


class SettingsPage(Page):
    """Look, workspace, index and backup."""

    name = "settings"

    def __init__(self, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(around, parent)
        self._list = QListWidget()
        self._list.setMaximumWidth(200)
        self._list.setResizeMode(QListWidget.ResizeMode.Adjust)
        self._list.setAccessibleName(self.tr("Parts of the settings"))
        self._stack = QStackedWidget()
        self._theme_choice = QComboBox()
        self._size = QSlider(Qt.Orientation.Horizontal)
        self._size_words = label()
        self._index = label("", wrap=True)
        for words, part in (
            (self.tr("General"), self._general()),
            (self.tr("Workspace"), self._workspace()),
            (self.tr("Index"), self._index_part()),
            (self.tr("Backup"), self._backup()),
        ):
            self._list.addItem(words)
            self._stack.addWidget(part)
        self._list.currentRowChanged.connect(self._stack.setCurrentIndex)
        self._list.setCurrentRow(0)
        middle = row(self._list, rule(vertical=True), self._stack, spacing=0)
        middle.setStretch(2, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(row(label(self.tr("Settings"), "title"), None, margins=(20, 14, 20, 12)))
        layout.addWidget(rule())
        layout.addLayout(middle, 1)
        around.theme.changed.connect(self._show_look)
        self.refresh()

    # --- the page's contract ---------------------------------------------------------------------------------

    def show_target(self, target: str, text: str = "") -> None:
        self._list.setFocus()

    def refresh(self) -> None:
        search = self.around.desk.search
        self.around.jobs.read(lambda _p: search.status(), self._show_index, key="index-status")

    def panes(self) -> Sequence[QWidget]:
        return (self._list, self._stack)

    def commands(self) -> Sequence[Command]:
        return (
            Command(self.tr("Rebuild the index"), self._rebuild, "", "ph.database"),
            Command(self.tr("Back up the workspace…"), self._save_backup, "", "ph.archive"),
        )

    def concerned(self, changes: Changes) -> bool:
        return bool(changes.articles or changes.everything)

    # --- parts -----------------------------------------------------------------------------------------------

    def _general(self) -> QWidget:
        for value, words in (
            (_SYSTEM, self.tr("As the desktop has it")),
            (_LIGHT, self.tr("Light")),
            (_DARK, self.tr("Dark")),
        ):
            self._theme_choice.addItem(words, value)
        kept = QSettings().value("theme/choice", _SYSTEM)
        self._theme_choice.setCurrentIndex(max(0, self._theme_choice.findData(kept)))
        self._theme_choice.activated.connect(self._choose_theme)
        self._size.setRange(90, 200)
        self._size.setSingleStep(5)
        self._size.setPageStep(10)
        self._size.setMaximumWidth(260)
        self._size.sliderReleased.connect(self._choose_size)
        self._size.actionTriggered.connect(
            lambda _a: self._size_words.setText(f"{self._size.sliderPosition()} %")
        )
        self._size.valueChanged.connect(lambda _v: None if self._size.isSliderDown() else self._choose_size())
        self._show_look()
        form = _form()
        _add(form, self.tr("Theme"), self._theme_choice)
        form.addRow(
            self.tr("Text size"), row(_named(self._size, self.tr("Text size")), self._size_words, None)
        )
        who = label(self.around.desk.user)
        form.addRow(self.tr("You are"), who)
        hint = self.tr("Changes are recorded under this name. It is no login.")
        return _part(self.tr("General"), form, label(hint, "small", wrap=True))

    def _workspace(self) -> QWidget:
        desk = self.around.desk
        settings, paths = desk.settings, desk.paths
        form = _form()
        facts = (
            (self.tr("System"), settings.system),
            (self.tr("Go-live"), settings.go_live.isoformat()),
            (self.tr("Planned exit"), settings.planned_exit.isoformat() if settings.planned_exit else "–"),
            (self.tr("Time zone"), settings.time_zone),
            (self.tr("Language of articles"), settings.language),
            (self.tr("Areas"), ", ".join(settings.components) or "–"),
            (
                self.tr("Records"),
                self.tr("shared database") if settings.database_url else str(paths.database),
            ),
            (self.tr("Folder"), str(paths.root)),
        )
        for name, text in facts:
            form.addRow(label(name, "quiet"), label(text, wrap=True))
        open_file = button(self.tr("Open workspace.toml"))
        open_file.clicked.connect(lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(paths.settings))))
        copy = button(self.tr("Copy the folder's path"))
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(str(paths.root)))
        hint = self.tr(
            "Matrix, targets, escalation, areas and calendar stand in workspace.toml; they hold at the next start."
        )
        return _part(self.tr("Workspace"), form, label(hint, "small", wrap=True), row(open_file, copy, None))

    def _index_part(self) -> QWidget:
        rebuild = button(self.tr("Rebuild"))
        rebuild.clicked.connect(self._rebuild)
        hint = self.tr(
            "The index is made from the files and may be deleted at any time. Search answers while it is rebuilt."
        )
        return _part(self.tr("Index"), self._index, label(hint, "small", wrap=True), row(rebuild, None))

    def _backup(self) -> QWidget:
        save = button(self.tr("Back up to a file…"))
        save.clicked.connect(self._save_backup)
        hint = self.tr(
            "Articles with their history, records, settings and packs in one file. Restore it with:"
            " hypercare-desk restore FILE DIR"
        )
        return _part(self.tr("Backup"), label(hint, wrap=True), row(save, None))

    # --- doing -----------------------------------------------------------------------------------------------

    def _show_look(self) -> None:
        percent = round(self.around.theme.scale * 100)
        self._size.blockSignals(True)
        self._size.setValue(percent)
        self._size.blockSignals(False)
        self._size_words.setText(f"{percent} %")

    def _choose_theme(self, _at: int) -> None:
        choice = self._theme_choice.currentData()
        QSettings().setValue("theme/choice", choice)
        self.around.theme.set(dark=system_is_dark() if choice == _SYSTEM else choice == _DARK)

    def _choose_size(self) -> None:
        self.around.theme.set(scale=self._size.value() / 100)

    def _show_index(self, status: IndexStatus) -> None:
        health = self.tr("healthy") if status.healthy else self.tr("being mended")
        told = self.tr("{0:,} documents, {1:,.1f} MB, {2}; behind by {3:,}.").format(
            status.documents, status.bytes / 1e6, health, status.behind
        )
        self._index.setText(f"{told} {status.note}".strip())

    def _rebuild(self) -> None:
        search = self.around.desk.search

        def done(count: int) -> None:
            self.around.messages.done(self.tr("Indexed {0:,} documents").format(count))
            self.refresh()

        self.around.jobs.write(self.tr("Rebuilding the index"), search.rebuild, done)

    def _save_backup(self) -> None:
        desk = self.around.desk
        name = f"{desk.paths.root.name}-{desk.clock.today()}.zip"
        chosen, _ = QFileDialog.getSaveFileName(self, self.tr("Back up to"), str(Path.home() / name))
        if not chosen:
            return

        def work(progress: Progress) -> object:
            return desk.backups.write(Path(chosen), progress)

        said = self.tr("Backed up to {0}").format(chosen)
        self.around.jobs.write(self.tr("Backing up"), work, lambda _r: self.around.messages.done(said))


def _form() -> QFormLayout:
    made = QFormLayout()
    made.setVerticalSpacing(10)
    made.setHorizontalSpacing(20)
    return made


def _add(form: QFormLayout, words: str, field: QWidget) -> None:
    form.addRow(words, _named(field, words))


def _named(field: QWidget, words: str) -> QWidget:
    field.setAccessibleName(words)
    return field


def _part(title: str, *parts: QWidget | QFormLayout | QVBoxLayout | object) -> QScrollArea:
    inside = QWidget()
    inside.setObjectName("form")
    inside.setLayout(column(label(title, "section"), *parts, None, spacing=12, margins=(24, 16, 24, 16)))  # type: ignore[arg-type]
    made = QScrollArea()
    made.setWidgetResizable(True)
    made.setWidget(inside)
    return made
