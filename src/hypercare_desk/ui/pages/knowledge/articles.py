"""All articles: a table with saved views, filters by kind, status, confidence and area, and a line to filter by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
)

from hypercare_desk.domain.article import ArticleRow, Confidence, Kind, Status
from hypercare_desk.ui.theme import Theme

_Index = QModelIndex | QPersistentModelIndex
ArticleRole = Qt.ItemDataRole.UserRole + 1
SortRole = Qt.ItemDataRole.UserRole + 2
COLUMNS = ("Id", "Title", "Kind", "Status", "Confidence", "Area", "Owner", "Review by", "Updated")
_KIND_ICONS = {
    Kind.KNOWN_ISSUE: "ph.bug",
    Kind.WORKAROUND: "ph.bandaids",
    Kind.FAQ: "ph.question",
    Kind.HOW_TO: "ph.list-numbers",
    Kind.SUPPORT_PROCEDURE: "ph.file-text",
    Kind.REFERENCE: "ph.article",
    Kind.LESSON: "ph.lightbulb",
    Kind.TRAINING_NOTE: "ph.graduation-cap",
}


def word(value: Status | Confidence) -> str:
    """A status or confidence as people write it."""
    return "WIP" if value is Confidence.WIP else value.value.replace("-", " ").capitalize()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the table shows; None or empty means any. ``due`` holds ids with the reason they wait for review."""

    kind: Kind | None = None
    status: Status | None = None
    confidence: Confidence | None = None
    component: str = ""
    tag: str = ""
    owner: str = ""
    text: str = ""
    only_due: bool = False


class ArticlesModel(QAbstractTableModel):
    """Rows of articles; why one waits for review is told with its review day."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows: Sequence[ArticleRow] = ()
        self._due: Mapping[str, str] = {}
        self.today = date.min

    def show(self, rows: Sequence[ArticleRow], due: Mapping[str, str]) -> None:
        """Replace all rows."""
        self.beginResetModel()
        self._rows = rows
        self._due = due
        self.endResetModel()

    def due(self, article_id: str) -> str:
        """Why an article waits for review, or empty."""
        return self._due.get(article_id, "")

    def row(self, at: int) -> ArticleRow:
        """The article in a row of this model."""
        return self._rows[at]

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section]
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row, column = self._rows[index.row()], index.column()
        if role == ArticleRole:
            return row
        if role in (Qt.ItemDataRole.DisplayRole, SortRole):
            return self._text(row, column)
        if role == Qt.ItemDataRole.DecorationRole:
            return self._icon(row, column)
        if role == Qt.ItemDataRole.ForegroundRole:
            if column == 7 and row.fields.id in self._due:
                return self._theme.hue("amber").fg
            return self._theme.color("text" if column == 1 else "text2")
        if role == Qt.ItemDataRole.FontRole and column == 0:
            return self._theme.font("mono")
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._due.get(row.fields.id) if column == 7 else self._text(row, column)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{COLUMNS[column]}: {self._text(row, column)}"
        return None

    def _text(self, row: ArticleRow, column: int) -> str:
        fields = row.fields
        days = {7: fields.review_by, 8: fields.updated.on}
        if column in days:
            day = days[column]
            return day.isoformat() if day else ""
        return (
            fields.id,
            fields.title,
            fields.kind.label,
            word(fields.status),
            word(fields.confidence),
            fields.component,
            fields.owner,
        )[column]

    def _icon(self, row: ArticleRow, column: int) -> object:
        if column == 2:
            return self._theme.icon(_KIND_ICONS[row.fields.kind])
        if column == 4:
            hue = {Confidence.VALIDATED: "green", Confidence.NOT_VALIDATED: "amber"}.get(
                row.fields.confidence, "slate"
            )
            return self._theme.icon(self._theme.state(row.fields.confidence.value)[1], f"{hue}.mark")
        return None


class ArticlesFilter(QSortFilterProxyModel):
    """Shows the rows that fit ``Wanted``."""

    def __init__(self, model: ArticlesModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._wanted = Wanted()
        self.setSourceModel(model)
        self.setSortRole(SortRole)
        self.setSortCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)

    @property
    def wanted(self) -> Wanted:
        """What is shown now."""
        return self._wanted

    def want(self, wanted: Wanted) -> None:
        """Show other rows."""
        self.beginFilterChange()
        self._wanted = wanted
        self.endFilterChange()

    def filterAcceptsRow(self, source_row: int, source_parent: _Index) -> bool:
        wanted, fields = self._wanted, self._model.row(source_row).fields
        if wanted.only_due and not self._model.due(fields.id):
            return False
        exact = (
            (wanted.kind, fields.kind),
            (wanted.status, fields.status),
            (wanted.confidence, fields.confidence),
            (wanted.component or None, fields.component),
            (wanted.owner or None, fields.owner),
        )
        if any(asked is not None and asked != has for asked, has in exact):
            return False
        if wanted.tag and wanted.tag not in fields.tags:
            return False
        text = wanted.text.casefold()
        within = " ".join(
            (fields.id, fields.title, fields.component, *fields.tags, *fields.aliases, *fields.codes)
        )
        return all(part in within.casefold() for part in text.split())
