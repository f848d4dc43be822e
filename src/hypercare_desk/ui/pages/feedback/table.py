"""The table of records: columns as they were left, several rows chosen at once, rows copied as text."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QByteArray, QItemSelection, QItemSelectionModel, QSettings, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from hypercare_desk.domain.feedback import Feedback
from hypercare_desk.ui.pages.feedback.rows import AGE, PRIORITY, PriorityDelegate, RecordsModel
from hypercare_desk.ui.theme import Theme

_WIDTHS = (86, 92, 330, 100, 110, 66, 120, 140, 90)
_MOST_CHOSEN_AGAIN = 500
_MEMORY = "feedback/columns"


class RecordsTable(QTableView):
    """Sorting is asked for by the header and done by the page's job."""

    def __init__(
        self, theme: Theme, model: RecordsModel, memory: QSettings, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._records = model
        self._memory = memory
        self.setModel(model)
        self.setAccessibleName(self.tr("Feedback records"))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(theme.size("row"))
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setItemDelegateForColumn(PRIORITY, PriorityDelegate(theme, self))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionsClickable(True)
        header.setSortIndicatorShown(True)
        for at, width in enumerate(_WIDTHS):
            self.setColumnWidth(at, round(width * theme.scale))
        state = memory.value(_MEMORY)
        if not (isinstance(state, QByteArray) and header.restoreState(state)):
            header.setSortIndicator(AGE, Qt.SortOrder.AscendingOrder)

    def remember(self) -> None:
        """Keep widths and order."""
        self._memory.setValue(_MEMORY, self.horizontalHeader().saveState())

    @property
    def current(self) -> Feedback | None:
        """The record of the current row."""
        return self._records.record(self.currentIndex().row())

    def selected(self) -> list[Feedback]:
        """The records of the chosen rows, top to bottom."""
        at = sorted(index.row() for index in self.selectionModel().selectedRows())
        return [record for row in at if (record := self._records.record(row))]

    def choose(self, row: int) -> None:
        """Make a row the current and only chosen one."""
        index = self._records.index(row, 0)
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        self.selectionModel().setCurrentIndex(index, flags)
        self.scrollTo(index)

    def choose_again(self, records: Sequence[Feedback]) -> None:
        """Choose the rows of these records besides the current one; very many are not looked for."""
        if len(records) > _MOST_CHOSEN_AGAIN:
            return
        wanted = {record.id for record in records}
        last = self._records.columnCount() - 1
        chosen = QItemSelection()
        for row in self._records.rows_of(wanted):
            chosen.select(self._records.index(row, 0), self._records.index(row, last))
        self.selectionModel().select(chosen, QItemSelectionModel.SelectionFlag.Select)

    def copy_rows(self) -> None:
        """Copy the chosen rows as tab-separated text."""
        columns = range(self._records.columnCount())
        at = sorted(index.row() for index in self.selectionModel().selectedRows())
        lines = ("\t".join(str(self._records.index(row, c).data() or "") for c in columns) for row in at)
        QGuiApplication.clipboard().setText("\n".join(lines))
