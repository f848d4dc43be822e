"""The records as a table model over a frozen list that a job has filtered and sorted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from datetime import UTC, datetime

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QRectF, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from hypercare_desk.domain.feedback import CATEGORY_LABELS, Feedback, Priority, State
from hypercare_desk.ui.pages.feedback.filtering import age_hours, age_words, state_words
from hypercare_desk.ui.theme import Theme

_Index = QModelIndex | QPersistentModelIndex
RecordRole = Qt.ItemDataRole.UserRole + 1
COLUMNS = ("No.", "Priority", "What the caller says", "Area", "State", "Age", "Owner", "Category", "Article")
NUMBER, PRIORITY, TITLE, AREA, STATE, AGE, OWNER, CATEGORY, ARTICLE = range(9)
_STATE_ORDER = {state: at for at, state in enumerate(State)}
PRIORITY_HUES = {Priority.P1: "red", Priority.P2: "orange", Priority.P3: "yellow"}


def priority_hue(priority: Priority | None) -> str:
    """The hue of a priority; slate for P4, P5 and none."""
    return PRIORITY_HUES.get(priority, "slate") if priority else "slate"


def sort_key(column: int, now: datetime, articles: Mapping[str, str]) -> Callable[[Feedback], object]:
    """What records are ordered by in a column; records without a value come last.

    Keys are plain words and numbers: comparing those, 100,000 records are ordered before the window could stumble.
    """
    keys: dict[int, Callable[[Feedback], object]] = {
        NUMBER: lambda r: r.id.rpartition("-")[2].zfill(10),
        PRIORITY: lambda r: r.priority.value if r.priority else "P0",
        TITLE: lambda r: r.title.casefold(),
        AREA: lambda r: r.component.casefold(),
        STATE: lambda r: _STATE_ORDER[r.state],
        AGE: lambda r: age_hours(r, now),
        OWNER: lambda r: r.owner.casefold(),
        CATEGORY: lambda r: CATEGORY_LABELS[r.category] if r.category else "~",
        ARTICLE: lambda r: articles.get(r.id, "~"),
    }
    return keys[column]


class RecordsModel(QAbstractTableModel):
    """Rows as given; ``sort_requested`` work is the page's, so that 100,000 rows never stall the window."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows: Sequence[Feedback] = ()
        self._articles: Mapping[str, str] = {}
        self._now = datetime.now(UTC)

    def show(self, rows: Sequence[Feedback], articles: Mapping[str, str], now: datetime) -> None:
        """Replace all rows; ``articles`` maps a record to the article it is linked to."""
        self.beginResetModel()
        self._rows, self._articles, self._now = rows, articles, now
        self.endResetModel()

    def record(self, row: int) -> Feedback | None:
        """The record in a row."""
        return self._rows[row] if 0 <= row < len(self._rows) else None

    def row_of(self, feedback_id: str) -> int:
        """The row of a record, or -1."""
        return next((at for at, record in enumerate(self._rows) if record.id == feedback_id), -1)

    def rows_of(self, feedback_ids: Set[str]) -> list[int]:
        """The rows of these records, those that are shown."""
        return [at for at, record in enumerate(self._rows) if record.id in feedback_ids]

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
        record, column = self._rows[index.row()], index.column()
        if role == RecordRole:
            return record
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(record, column)
        if role == Qt.ItemDataRole.ForegroundRole:
            if column == ARTICLE and record.id in self._articles:
                return self._theme.color("accent")
            return self._theme.color("text" if column in (TITLE, STATE) else "text2")
        if role == Qt.ItemDataRole.FontRole and column in (NUMBER, ARTICLE):
            return self._theme.font("mono")
        if role == Qt.ItemDataRole.TextAlignmentRole and column == AGE:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ToolTipRole:
            return record.title if column == TITLE else self._text(record, column)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            priority = record.priority.value if record.priority else "not triaged"
            return f"{record.id}, {priority}, {record.title}, {state_words(record.state)}"
        return None

    def _text(self, record: Feedback, column: int) -> str:
        return (
            record.id,
            record.priority.value if record.priority else "Triage",
            record.title,
            record.component,
            state_words(record.state),
            age_words(age_hours(record, self._now)),
            record.owner,
            CATEGORY_LABELS[record.category] if record.category else "",
            self._articles.get(record.id, "–"),
        )[column]


class PriorityDelegate(QStyledItemDelegate):
    """A priority as sign and word on its tint; a dashed box where triage is still to do."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        record = index.data(RecordRole)
        text, option.text = str(index.data()), ""  # type: ignore[attr-defined]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = self._theme.font("small")
        painter.setFont(font)
        metrics = painter.fontMetrics()
        priority = record.priority if isinstance(record, Feedback) else None
        width = metrics.horizontalAdvance(text) + (32 if priority else 14)
        height = metrics.height() + 6
        rect = option.rect  # type: ignore[attr-defined]
        selected = self._theme.color("selected")
        if option.state & option.state.State_Selected:  # type: ignore[attr-defined]
            painter.fillRect(rect, selected)
        painter.setPen(self._theme.color("grid"))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        box = QRectF(rect.x() + 6, rect.center().y() - height / 2 + 1, width, height)
        if priority is None:
            painter.setPen(QPen(self._theme.color("control"), 1, Qt.PenStyle.DashLine))
            painter.drawRoundedRect(box, 4, 4)
            painter.setPen(self._theme.color("text2"))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
        else:
            hue_name = priority_hue(priority)
            hue = self._theme.hue(hue_name)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(hue.tint)
            painter.drawRoundedRect(box, 4, 4)
            icon = self._theme.icon(self._theme.state(priority.value)[1], f"{hue_name}.fg")
            icon.paint(painter, round(box.x()) + 6, round(box.center().y()) - 6, 12, 12)
            painter.setPen(hue.fg)
            painter.drawText(box.adjusted(22, 0, -4, 0), Qt.AlignmentFlag.AlignVCenter, text)
        painter.restore()
