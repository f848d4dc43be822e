"""Nothing found: the words with how often each occurs, the same gap logged before, the nearest articles, one key."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QLabel, QLayout, QPushButton, QVBoxLayout, QWidget

from hypercare_desk.domain.search import Hit
from hypercare_desk.ui.pages.search.results import words
from hypercare_desk.ui.theme import Theme
from hypercare_desk.ui.widgets.basics import Chip, button, column, frame, label, row
from hypercare_desk.ui.widgets.kinds import KIND_ICONS, kind_label


class NoResult(QWidget):
    """``gap_requested`` logs the search; ``join_requested`` counts it with a gap that is there already."""

    gap_requested = Signal()
    join_requested = Signal()
    word_removed = Signal(str)
    hit_requested = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._title = label("", "title", wrap=True)
        self._told = label(
            self.tr("Looked for exact words, word beginnings, codes and spelling."), "quiet", wrap=True
        )
        self._words = row(spacing=6)
        self._same = frame("card")
        self._same_words = label("", wrap=True)
        join = button(self.tr("Join this gap"), "Ctrl+J")
        join.clicked.connect(self.join_requested)
        self._same.setLayout(row(self._same_words, None, join, margins=(14, 10, 12, 10)))
        self._same_title = label(self.tr("Someone may have asked already"), "section")
        self._near_title = label(self.tr("Nearest if words are dropped"), "section")
        self._near = QVBoxLayout()
        self._near.setSpacing(0)
        left = QWidget()
        left.setLayout(
            column(
                self._title,
                self._told,
                self._words,
                8,
                self._same_title,
                self._same,
                8,
                self._near_title,
                self._near,
                None,
                spacing=8,
                margins=(28, 24, 28, 20),
            )
        )
        log = button(self.tr("Log gap"), self.tr("Enter"), primary=True)
        log.clicked.connect(self.gap_requested)
        self._gap_title = label("", wrap=True)
        makes = frame("card")
        makes.setLayout(
            column(
                label(self.tr("Enter creates"), "caption"),
                row(
                    label(self.tr("A known issue with no resolution yet, named")), None, Chip("WIP", "slate")
                ),
                self._gap_title,
                label(
                    self.tr("The search is counted, so that the gap shows in the gap report."),
                    "quiet",
                    wrap=True,
                ),
                spacing=8,
                margins=(14, 12, 14, 12),
            )
        )
        right = frame("sunken")
        right.setMinimumWidth(320)
        right.setMaximumWidth(480)
        right.setLayout(
            column(
                label(self.tr("Log a gap"), "section"),
                label(
                    self.tr("Press Enter now; details can wait until the call is over."), "quiet", wrap=True
                ),
                makes,
                row(log, None),
                None,
                spacing=12,
                margins=(24, 24, 24, 20),
            )
        )
        both = row(left, right, spacing=0)
        both.setStretch(0, 3)
        both.setStretch(1, 2)
        self.setLayout(both)

    def show_query(
        self, query: str, counts: Sequence[tuple[str, int]], nearest: Sequence[Hit], gap: Hit | None
    ) -> None:
        """Show the state for ``query``; ``gap`` is the same gap if it was logged before."""
        short = query if len(query) <= 80 else query[:79] + "…"
        self._title.setText(self.tr("No article matches “{0}”").format(short))
        self._gap_title.setText(f"“{short}”")
        _clear(self._words)
        for word, count in counts[:8]:
            found = self.tr("{0:,}").format(count) if count else self.tr("not found")
            chip = QPushButton(f"{word}  {found}  ×")
            chip.setAccessibleName(self.tr("Remove {0} from the search").format(word))
            chip.clicked.connect(lambda _c=False, w=word: self.word_removed.emit(w))
            self._words.addWidget(chip)
        self._words.addStretch(1)
        self._same.setVisible(gap is not None)
        self._same_title.setVisible(gap is not None)
        if gap:
            self._same_words.setText(f"{gap.title}\n{gap.id}")
        _clear(self._near)
        self._near_title.setVisible(bool(nearest))
        for hit in nearest:
            self._near.addWidget(self._line(hit))

    def _line(self, hit: Hit) -> QWidget:
        picture = QLabel()
        picture.setPixmap(self._theme.icon(KIND_ICONS.get(hit.kind, "ph.file")).pixmap(QSize(18, 18)))
        title = button(hit.title, flat=True)
        title.clicked.connect(lambda _c=False: self.hit_requested.emit(hit.id))
        why = " · ".join(
            part for part in (kind_label(hit.kind), words(hit.confidence), hit.component) if part
        )
        line = QWidget()
        line.setLayout(
            row(
                picture,
                column(row(title, None), row(10, label(why, "small"), None), spacing=0),
                None,
                label(hit.id, "mono"),
                margins=(0, 8, 0, 8),
            )
        )
        line.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        return line


def _clear(layout: QLayout) -> None:
    while (item := layout.takeAt(0)) is not None:
        if (old := item.widget()) is not None:
            old.deleteLater()
