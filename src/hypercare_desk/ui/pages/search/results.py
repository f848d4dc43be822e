"""The results: a model of hits under tier headings, and the delegate that paints them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from hypercare_desk.domain.search import Hit, Marked, Tier
from hypercare_desk.ui.theme import Theme
from hypercare_desk.ui.widgets.kinds import KIND_ICONS, kind_label

_Index = QModelIndex | QPersistentModelIndex
HitRole = Qt.ItemDataRole.UserRole + 1
_RECORDS = "Records and post-mortems"


@dataclass(frozen=True, slots=True)
class Shown:
    """A hit with its passage and title already read: painting does no I/O."""

    hit: Hit
    title: Marked
    passage: Marked


@dataclass(frozen=True, slots=True)
class Heading:
    """A tier's heading between hits; cannot be selected."""

    text: str


def group_of(tier: Tier, kind: str) -> str:
    """The heading a hit stands under."""
    if kind in ("feedback", "post-mortem") and tier is not Tier.EXACT:
        return _RECORDS
    return {
        Tier.EXACT: "Exact code",
        Tier.PHRASE: "Exact words",
        Tier.ALL_WORDS: "All words",
        Tier.PREFIX: "Word beginnings and spelling",
        Tier.SOME_WORDS: "Some of the words",
        Tier.TYPO: "Word beginnings and spelling",
    }[tier]


class ResultsModel(QAbstractListModel):
    """Hits under the heading of their group, in the order given; records and post-mortems stand below articles."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows: list[Shown | Heading] = []

    def show(self, hits: Sequence[Shown], heading: str = "") -> None:
        """Replace all rows; with ``heading``, all stand under that one."""
        groups: dict[str, list[Shown | Heading]] = {}
        for shown in hits:
            group = heading or group_of(shown.hit.tier, shown.hit.kind)
            groups.setdefault(group, [Heading(group)]).append(shown)
        records = groups.pop(_RECORDS, [])
        rows = [row for group in (*groups.values(), records) for row in group]
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def shown(self, row: int) -> Shown | None:
        """The hit in a row; None for a heading."""
        found = self._rows[row] if 0 <= row < len(self._rows) else None
        return found if isinstance(found, Shown) else None

    def next_hit(self, row: int, step: int) -> int:
        """The nearest row with a hit from ``row`` in direction ``step``; ``row`` itself if there is none."""
        at = row + step
        while 0 <= at < len(self._rows):
            if isinstance(self._rows[at], Shown):
                return at
            at += step
        return row

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = self._rows[index.row()]
        if role == HitRole:
            return row
        if isinstance(row, Heading):
            return (
                row.text
                if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole)
                else None
            )
        if role == Qt.ItemDataRole.DisplayRole:
            return row.hit.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{row.hit.id}: {row.hit.title}"
        if role == Qt.ItemDataRole.AccessibleTextRole:
            hit = row.hit
            return f"{kind_label(hit.kind)}, {hit.title}, {words(hit.confidence)}, {solved_words(hit)}"
        return None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        if isinstance(self._rows[index.row()], Heading):
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren


def words(state: str) -> str:
    """A state's value as people write it (``not-validated`` → Not validated; ``wip`` → WIP)."""
    return "WIP" if state == "wip" else state.replace("-", " ").capitalize()


def solved_words(hit: Hit) -> str:
    """How often the article helped; empty if it was never tried."""
    return f"Solved {hit.solved} of {hit.used}" if hit.used else ""


class ResultDelegate(QStyledItemDelegate):
    """Paints a hit in three lines (title, passage, why it is here) or a heading in one."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.today = date.min

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        metrics = QFontMetrics(self._theme.font("body"))
        if isinstance(index.data(HitRole), Heading):
            return QSize(0, metrics.height() + 12)
        return QSize(0, max(self._theme.size("list_row"), metrics.height() * 3 + 30))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        row = index.data(HitRole)
        painter.save()
        painter.setClipRect(option.rect)
        if isinstance(row, Heading):
            self._paint_heading(painter, option.rect, row.text)
        elif isinstance(row, Shown):
            selected = bool(option.state & QStyle.StateFlag.State_Selected)
            self._paint_hit(painter, option.rect, row, selected)
        painter.restore()

    def _paint_heading(self, painter: QPainter, rect: QRect, text: str) -> None:
        painter.fillRect(rect, self._theme.color("sunken"))
        painter.setPen(self._theme.color("text2"))
        font = self._theme.font("caption")
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        painter.drawText(rect.adjusted(20, 0, -12, 0), Qt.AlignmentFlag.AlignVCenter, text)
        painter.setPen(self._theme.color("border"))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())

    def _paint_hit(self, painter: QPainter, rect: QRect, row: Shown, selected: bool) -> None:
        theme, hit = self._theme, row.hit
        painter.fillRect(rect, theme.color("selected" if selected else "surface"))
        if selected:
            painter.fillRect(rect.x(), rect.y(), 3, rect.height(), theme.color("accent"))
        painter.setPen(theme.color("border"))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        title_font = theme.font("body")
        title_font.setWeight(QFont.Weight.DemiBold)
        small = theme.font("small")
        mono = theme.font("mono")
        line = QFontMetrics(title_font).height()
        gap = (rect.height() - 3 * line) // 4
        x, y, right = rect.x() + 48, rect.y() + gap + 1, rect.right() - 12
        icon = theme.icon(KIND_ICONS.get(hit.kind, "ph.file"), "text2")
        icon.paint(painter, rect.x() + 20, y, 18, 18)
        id_width = QFontMetrics(mono).horizontalAdvance(hit.id)
        painter.setFont(mono)
        painter.setPen(theme.color("text2"))
        painter.drawText(
            QRect(right - id_width, y, id_width + 2, line), Qt.AlignmentFlag.AlignVCenter, hit.id
        )
        self._marked(painter, QRect(x, y, right - id_width - 12 - x, line), row.title, title_font, "text")
        y += line + gap
        self._marked(painter, QRect(x, y, right - x, line), row.passage, theme.font("body"), "text2")
        self._paint_why(painter, QRect(x, y + line + gap, right - x, line), hit, small)

    def _paint_why(self, painter: QPainter, rect: QRect, hit: Hit, font: QFont) -> None:
        theme = self._theme
        painter.setFont(font)
        metrics = QFontMetrics(font)
        x = rect.x()
        if hit.confidence:
            hue, icon = theme.state(hit.confidence)
            theme.icon(icon, f"{_hue_name(hit.confidence)}.mark").paint(painter, x, rect.y() + 2, 14, 14)
            x += 19
            x = self._word(painter, rect, x, words(hit.confidence), hue.fg, metrics)
        elif hit.status:
            x = self._word(painter, rect, x, words(hit.status), theme.color("text2"), metrics)
        for text in (hit.component, solved_words(hit), hit.validated or hit.updated):
            if text:
                x = self._word(painter, rect, x, text, theme.color("text2"), metrics)
        if hit.status == "retired":
            x = self._word(painter, rect, x, "Retired", theme.hue("slate").fg, metrics)
        if hit.valid_until:
            over = hit.valid_until < self.today.isoformat()
            text = f"Workaround ended {hit.valid_until}" if over else f"Works until {hit.valid_until}"
            self._word(painter, rect, x, text, theme.hue("red" if over else "amber").fg, metrics)

    @staticmethod
    def _word(painter: QPainter, rect: QRect, x: int, text: str, color: object, metrics: QFontMetrics) -> int:
        room = rect.right() - x
        if room < 30:
            return x
        painter.setPen(color)  # type: ignore[arg-type]
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRect(x, rect.y(), room, rect.height()), Qt.AlignmentFlag.AlignVCenter, shown)
        return x + metrics.horizontalAdvance(shown) + 14

    def _marked(self, painter: QPainter, rect: QRect, marked: Marked, font: QFont, color: str) -> None:
        """One line of text, elided, with its matches on the hit colour and in bold."""
        text = " ".join(marked.text.split()) if "\n" in marked.text else marked.text
        marks = marked.marks if text == marked.text else ()
        bold = QFont(font)
        bold.setWeight(QFont.Weight.DemiBold)
        x, end = rect.x(), rect.right()
        for start, stop, hit in _pieces(text, marks):
            piece = text[start:stop]
            use = bold if hit else font
            metrics = QFontMetrics(use)
            width = metrics.horizontalAdvance(piece)
            cut = x + width > end
            if cut:
                piece = metrics.elidedText(piece, Qt.TextElideMode.ElideRight, end - x)
                width = metrics.horizontalAdvance(piece)
            painter.setFont(use)
            if hit and piece:
                painter.fillRect(QRect(x - 1, rect.y(), width + 2, rect.height()), self._theme.color("hit"))
                painter.setPen(self._theme.color("on_hit"))
            else:
                painter.setPen(self._theme.color(color))
            painter.drawText(
                QRect(x, rect.y(), width + 2, rect.height()), Qt.AlignmentFlag.AlignVCenter, piece
            )
            x += width
            if cut:
                return


def _hue_name(state: str) -> str:
    return {"validated": "green", "not-validated": "amber"}.get(state, "slate")


def _pieces(text: str, marks: Sequence[tuple[int, int]]) -> list[tuple[int, int, bool]]:
    pieces: list[tuple[int, int, bool]] = []
    at = 0
    for start, stop in marks:
        if start > at:
            pieces.append((at, start, False))
        pieces.append((start, stop, True))
        at = stop
    if at < len(text):
        pieces.append((at, len(text), False))
    return pieces
