"""The first tab: the table of all articles with saved views and filters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import QByteArray, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QLineEdit,
    QMenu,
    QStackedWidget,
    QTabBar,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from hypercare_desk.domain.article import ArticleRow, Confidence, Kind, Status
from hypercare_desk.ui.pages.knowledge.articles import (
    ArticleRole,
    ArticlesFilter,
    ArticlesModel,
    word,
)
from hypercare_desk.ui.pages.page import Surroundings
from hypercare_desk.ui.widgets.basics import EmptyState, button, column, label, row, rule


class AllArticles(QWidget):
    """``open_requested`` and ``retire_requested`` carry an id; ``new_requested`` a kind's value."""

    open_requested = Signal(str)
    retire_requested = Signal(str)
    new_requested = Signal(str)

    def __init__(self, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._around = around
        self.locked = False
        self._model = ArticlesModel(around.theme, self)
        self._model.today = around.desk.clock.today()
        self._filter = ArticlesFilter(self._model, self)
        self.table = QTableView()
        self.table.setModel(self._filter)
        self.table.setAccessibleName(self.tr("All articles"))
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setShowGrid(False)
        self.table.setWordWrap(False)
        self.table.setSortingEnabled(True)
        self.table.setTabKeyNavigation(False)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(around.theme.size("row"))
        self.table.horizontalHeader().setHighlightSections(False)
        self.table.horizontalHeader().setDefaultAlignment(
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        )
        self.table.activated.connect(lambda _index: self.open_chosen())
        delete = QAction(self.table, shortcut=QKeySequence(QKeySequence.StandardKey.Delete))
        delete.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        delete.triggered.connect(lambda _c=False: self._retire())
        self.table.addAction(delete)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.customContextMenuRequested.connect(self._on_menu)
        self.field = QLineEdit()
        self.field.setPlaceholderText(self.tr("Filter by title, id, caller's words, code or tag"))
        self.field.setAccessibleName(self.tr("Filter articles"))
        self.field.setClearButtonEnabled(True)
        self.field.textChanged.connect(lambda text: self._want(text=text))
        self.field.returnPressed.connect(self._into_table)
        self._views = QTabBar()
        self._views.setExpanding(False)
        self._views.setDrawBase(False)
        for words in (self.tr("All"), self.tr("Mine"), self.tr("Review due"), self.tr("Drafts")):
            self._views.addTab(words)
        self._views.currentChanged.connect(self._on_view)
        self._kind = self._choice(self.tr("All kinds"), [(k, k.label) for k in Kind])
        self._status = self._choice(self.tr("Any status"), [(s, word(s)) for s in Status])
        self._confidence = self._choice(self.tr("Any confidence"), [(c, word(c)) for c in Confidence])
        self._component = self._choice(
            self.tr("Any area"), [(name, name) for name in around.desk.settings.components]
        )
        self._count = label("", "small")
        self.new_button = button(self.tr("New article"), "Ctrl+N", primary=True)
        self.new_button.clicked.connect(self.choose_kind)
        self._empty = EmptyState(around.theme, "ph.books")
        self._states = QStackedWidget()
        self._states.addWidget(self.table)
        self._states.addWidget(self._empty)
        head = column(
            row(label(self.tr("Knowledge"), "title"), None, self._count, self.new_button),
            self._views,
            row(self.field, self._kind, self._status, self._confidence, self._component),
            spacing=8,
            margins=(20, 14, 20, 10),
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(rule())
        layout.addWidget(self._states, 1)
        self._restore()

    def show_rows(self, rows: Sequence[ArticleRow], due: Mapping[str, str]) -> None:
        """Show these articles; ``due`` says why some wait for review."""
        chosen = self._chosen()
        self._model.show(rows, due)
        self._views.setTabText(
            2, self.tr("Review due  {0}").format(len(due)) if due else self.tr("Review due")
        )
        self._say()
        if chosen:
            self._choose(chosen.fields.id)

    def choose_kind(self) -> None:
        """Ask which kind the new article is."""
        menu = QMenu(self)
        for kind in Kind:
            menu.addAction(kind.label, lambda k=kind: self.new_requested.emit(k.value))
        menu.popup(self.new_button.mapToGlobal(QPoint(0, self.new_button.height())))
        menu.setActiveAction(menu.actions()[0])

    def remember(self) -> None:
        """Keep column widths and order."""
        self._around.memory.setValue("knowledge/columns", self.table.horizontalHeader().saveState())

    def reference(self) -> str:
        """The chosen article as people refer to it."""
        chosen = self._chosen()
        return f"{chosen.fields.id}, {chosen.fields.title}" if chosen else ""

    def _restore(self) -> None:
        header = self.table.horizontalHeader()
        state = self._around.memory.value("knowledge/columns")
        if not (isinstance(state, QByteArray) and header.restoreState(state)):
            for column_number, width in enumerate((84, 420, 140, 100, 130, 110, 130, 100, 100)):
                self.table.setColumnWidth(column_number, round(width * self._around.theme.scale))
            self.table.sortByColumn(8, Qt.SortOrder.DescendingOrder)
        header.setStretchLastSection(True)

    def _choice(self, all_words: str, choices: Sequence[tuple[object, str]]) -> QComboBox:
        made = QComboBox()
        made.setAccessibleName(all_words)
        made.addItem(all_words, None)
        for value, words in choices:
            made.addItem(words, value)
        made.currentIndexChanged.connect(lambda _at: self._want())
        return made

    def _want(self, text: str | None = None) -> None:
        wanted = replace(
            self._filter.wanted,
            kind=None if (k := self._kind.currentData()) is None else Kind(k),
            status=None if (k := self._status.currentData()) is None else Status(k),
            confidence=None if (k := self._confidence.currentData()) is None else Confidence(k),
            component=self._component.currentData() or "",
            text=self.field.text() if text is None else text,
        )
        self._filter.want(wanted)
        self._say()

    def _on_view(self, at: int) -> None:
        mine = self._around.desk.user if at == 1 else ""
        self._status.setCurrentIndex(self._status.findData(Status.DRAFT) if at == 3 else 0)
        self._filter.want(replace(self._filter.wanted, owner=mine, only_due=at == 2))
        self._say()

    def _say(self) -> None:
        shown, there = self._filter.rowCount(), self._model.rowCount()
        self._count.setText(
            self.tr("{0:,} of {1:,}").format(shown, there) if shown != there else f"{there:,}"
        )
        if not there:
            words = self.tr(
                "There are no articles yet. The first one can be a draft: type what you know now."
            )
            self._empty.say(words, self.tr("New article"), self.choose_kind)
        elif not shown:
            self._empty.say(self.tr("No article fits these filters."), self.tr("Clear filters"), self._clear)
        self._states.setCurrentWidget(self.table if shown else self._empty)

    def _clear(self) -> None:
        self._views.setCurrentIndex(0)
        self.field.clear()
        for box in (self._kind, self._status, self._confidence, self._component):
            box.setCurrentIndex(0)

    def _chosen(self) -> ArticleRow | None:
        found = self.table.currentIndex().data(ArticleRole)
        return found if isinstance(found, ArticleRow) else None

    def _choose(self, article_id: str) -> None:
        for at in range(self._filter.rowCount()):
            found = self._filter.index(at, 0)
            if found.data(ArticleRole).fields.id == article_id:
                self.table.setCurrentIndex(found)
                return

    def _into_table(self) -> None:
        self.table.setFocus()
        self.table.selectRow(0)

    def open_chosen(self) -> None:
        """Open the article of the chosen row."""
        if chosen := self._chosen():
            self.open_requested.emit(chosen.fields.id)

    def _retire(self) -> None:
        if (chosen := self._chosen()) and not self.locked and chosen.fields.status is not Status.RETIRED:
            self.retire_requested.emit(chosen.fields.id)

    def _on_menu(self, at: QPoint) -> None:
        chosen = self._chosen()
        if chosen is None:
            return
        fields = chosen.fields
        line = "\t".join(
            (fields.id, fields.title, fields.kind.label, word(fields.status), word(fields.confidence))
        )
        menu = QMenu(self)
        menu.addAction(self.tr("Open"), self.open_chosen)
        if not self.locked:
            menu.addAction(self.tr("Retire   Delete"), self._retire)
        menu.addSeparator()
        menu.addAction(self.tr("Copy"), lambda: QGuiApplication.clipboard().setText(line))
        menu.addAction(
            self.tr("Copy reference"), lambda: QGuiApplication.clipboard().setText(self.reference())
        )
        menu.popup(self.table.viewport().mapToGlobal(at))
