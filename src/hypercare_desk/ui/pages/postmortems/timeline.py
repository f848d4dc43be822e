"""The timeline as a table that is edited in place: star, time, event, source."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from hypercare_desk.domain.postmortem import TimelineEntry
from hypercare_desk.ui.theme import Theme

_Index = QModelIndex | QPersistentModelIndex
COLUMNS = ("", "Time", "Event", "Source")
STAR, TIME, EVENT, SOURCE = range(4)
_FORMATS = ("%Y-%m-%d %H:%M", "%d %b %H:%M", "%H:%M")


class TimelineModel(QAbstractTableModel):
    """``edited`` carries the whole timeline after a change; ``refused`` a sentence."""

    edited = Signal(object)
    refused = Signal(str)

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows: tuple[TimelineEntry, ...] = ()

    def show(self, rows: tuple[TimelineEntry, ...]) -> None:
        """Replace all lines."""
        if rows != self._rows:
            self.beginResetModel()
            self._rows = rows
            self.endResetModel()

    @property
    def rows(self) -> tuple[TimelineEntry, ...]:
        """The lines as they stand."""
        return self._rows

    def star(self, row: int) -> None:
        """Star a line, or take its star away; starred lines go into the pack."""
        if 0 <= row < len(self._rows):
            self._put(row, replace(self._rows[row], starred=not self._rows[row].starred))

    def remove(self, row: int) -> None:
        """Take a line away."""
        if 0 <= row < len(self._rows):
            self.edited.emit((*self._rows[:row], *self._rows[row + 1 :]))

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

    def flags(self, index: _Index) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return flags if index.column() == STAR else flags | Qt.ItemFlag.ItemIsEditable

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        entry, column = self._rows[index.row()], index.column()
        local = entry.at.astimezone()
        if role == Qt.ItemDataRole.DisplayRole:
            missing = "" if entry.source else self.tr("Add a source")
            return ("", local.strftime("%d %b %H:%M"), entry.event, entry.source or missing)[column]
        if role == Qt.ItemDataRole.EditRole:
            return ("", local.strftime("%Y-%m-%d %H:%M"), entry.event, entry.source)[column]
        if role == Qt.ItemDataRole.DecorationRole:
            if column == STAR:
                icon = "ph.star-fill" if entry.starred else "ph.star"
                return self._theme.icon(icon, "amber.mark" if entry.starred else "text2")
            if column == SOURCE and not entry.source:
                return self._theme.icon("ph.warning", "amber.mark")
        if role == Qt.ItemDataRole.ForegroundRole:
            if column == SOURCE and not entry.source:
                return self._theme.hue("amber").fg
            return self._theme.color("text" if column == EVENT else "text2")
        if role == Qt.ItemDataRole.ToolTipRole and column == EVENT:
            return entry.event
        if role == Qt.ItemDataRole.AccessibleTextRole:
            star = "starred, " if entry.starred else ""
            return f"{star}{local:%H:%M}, {entry.event}, {entry.source or 'no source'}"
        return None

    def setData(self, index: _Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.EditRole:
            return False
        entry, text = self._rows[index.row()], str(value).strip()
        if index.column() == TIME:
            moment = read_time(text, entry.at.astimezone())
            if moment is None:
                self.refused.emit(
                    self.tr("“{0}” is no time: write it as 2026-11-06 07:55 or 07:55.").format(text[:30])
                )
                return False
            changed = replace(entry, at=moment)
        elif index.column() == EVENT:
            if not text:
                return False
            changed = replace(entry, event=text)
        else:
            changed = replace(entry, source=text)
        if changed != entry:
            self._put(index.row(), changed)
        return True

    def _put(self, row: int, entry: TimelineEntry) -> None:
        rows = (*self._rows[:row], entry, *self._rows[row + 1 :])
        self.edited.emit(tuple(sorted(rows, key=lambda one: one.at)))


def read_time(text: str, near: datetime) -> datetime | None:
    """A time as people type it, on the day of ``near`` when only hours are given; None if it is none."""
    for form in _FORMATS:
        try:
            found = datetime.strptime(text, form).replace(tzinfo=near.tzinfo)
        except ValueError:
            continue
        if form == "%H:%M":
            return near.replace(hour=found.hour, minute=found.minute, second=0, microsecond=0)
        return found.replace(year=near.year) if form == "%d %b %H:%M" else found
    return None
