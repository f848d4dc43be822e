"""The reading pane: head, the steps to read to the caller, the article, and what to say about it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from hypercare_desk.ui.pages.search.readable import Plain, Reading
from hypercare_desk.ui.pages.search.results import words
from hypercare_desk.ui.theme import Theme
from hypercare_desk.ui.widgets.article_view import ArticleView
from hypercare_desk.ui.widgets.basics import Chip, button, column, frame, label, row
from hypercare_desk.ui.widgets.kinds import KIND_ICONS, kind_label


class ReadingPane(QWidget):
    """Shows one article; every button is a request."""

    copy_requested = Signal()
    solved_requested = Signal()
    not_helpful_requested = Signal()
    edit_requested = Signal(str)

    def __init__(self, theme: Theme, kb: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("pane")
        self._theme = theme
        self._reading: Reading | None = None
        self._plain: Plain | None = None
        self._kind_icon = QLabel()
        self._id = label("", "mono")
        self._kind = label("", "quiet")
        self._confidence = Chip()
        self._by = label("", "small")
        self._title = label("", "title", wrap=True)
        self._chips = row(spacing=6)
        self._say = frame("sayCard")
        self._say_title = label(self.tr("Say to the caller"), "section")
        self._say_hint = label(self.tr("Enter copies these steps"), "small")
        self._steps = QLabel(wordWrap=True, textFormat=Qt.TextFormat.RichText)
        self._steps.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._steps.setAccessibleName(self.tr("Say to the caller"))
        self._steps.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self._say.setLayout(
            column(
                row(self._say_title, None, self._say_hint), self._steps, spacing=6, margins=(14, 10, 14, 12)
            )
        )
        self.view = ArticleView(theme, kb)
        self.view.setAccessibleName(self.tr("Article"))
        self._copy = button(self.tr("Copy caller steps"), self.tr("Enter"), primary=True)
        self._solved = button(self.tr("Solved it"), "Ctrl+Enter")
        self._helpless = button(self.tr("Did not help"), "Ctrl+Shift+Enter")
        self._edit = button(self.tr("Open"), "F2", flat=True)
        self._copy.clicked.connect(self.copy_requested)
        self._solved.clicked.connect(self.solved_requested)
        self._helpless.clicked.connect(self.not_helpful_requested)
        self._edit.clicked.connect(self._on_edit)
        head = column(
            row(self._kind_icon, self._id, self._kind, self._confidence, self._by, None, self._edit),
            self._title,
            self._chips,
            self._say,
            spacing=8,
            margins=(20, 14, 20, 8),
        )
        body = row(self.view, margins=(20, 0, 12, 0))
        self._foot = frame("paneSunken")
        self._foot.setLayout(row(self._copy, self._solved, self._helpless, None, margins=(20, 10, 20, 10)))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addLayout(body, 1)
        layout.addWidget(self._foot)
        theme.changed.connect(self._paint)

    @property
    def reading(self) -> Reading | None:
        """The article that is shown; None while a record or a post-mortem is."""
        return self._reading

    def controls(self) -> tuple[QWidget, ...]:
        """The controls in the order Tab walks through them."""
        return (self._edit, self.view, self._copy, self._solved, self._helpless)

    def outcome_buttons(self) -> tuple[QWidget, ...]:
        """The buttons that note what came of a search."""
        return (self._solved, self._helpless)

    def show_plain(self, plain: Plain) -> None:
        """Show what is no article: it can be read and opened, and nothing is said to a caller from it."""
        self._reading, self._plain = None, plain
        self._id.setText(plain.id)
        self._kind.setText(kind_label(plain.kind))
        self._by.setText(plain.told)
        self._title.setText(plain.title)
        self._confidence.hide()
        self._clear_chips()
        self._say.hide()
        self._foot.hide()
        self.view.show_html(plain.html, "")
        self._paint()

    def show_reading(self, reading: Reading, today: date) -> None:
        """Show an article."""
        self._reading, self._plain = reading, None
        self._confidence.show()
        self._foot.show()
        fields = reading.article.fields
        self._id.setText(fields.id)
        self._kind.setText(kind_label(fields.kind.value))
        stamp = fields.validated if fields.validated.on else fields.updated
        by = self.tr("by {0}, ").format(stamp.by) if stamp.by else ""
        self._by.setText(by + (stamp.on.strftime("%-d %b %Y") if stamp.on else ""))
        self._title.setText(fields.title)
        self._clear_chips()
        for text in (
            fields.environment,
            fields.release,
            fields.component,
            fields.audience.value.capitalize(),
        ):
            if text:
                self._chips.addWidget(Chip(text, "outline"))
        if fields.valid_until:
            over = fields.valid_until < today
            word = self.tr("Ended {0}") if over else self.tr("Works until {0}")
            self._chips.addWidget(
                Chip(word.format(fields.valid_until.strftime("%-d %b")), "red" if over else "amber")
            )
        self._chips.addStretch(1)
        self._say.setVisible(bool(reading.steps_html))
        self._steps.setText(reading.steps_html)
        self.view.show_html(reading.html, reading.article.path)
        self.view.verticalScrollBar().setValue(0)
        self._paint()

    def _clear_chips(self) -> None:
        while (item := self._chips.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.deleteLater()

    def scroll(self, pages: int) -> None:
        """Scroll the article by pages, from the search field."""
        bar = self.view.verticalScrollBar()
        bar.setValue(bar.value() + pages * max(40, self.view.viewport().height() - 40))

    def _paint(self) -> None:
        if self._plain:
            icon = self._theme.icon(KIND_ICONS.get(self._plain.kind, "ph.file"))
            self._kind_icon.setPixmap(icon.pixmap(QSize(16, 16)))
        if self._reading is None:
            return
        fields = self._reading.article.fields
        self._kind_icon.setPixmap(
            self._theme.icon(KIND_ICONS.get(fields.kind.value, "ph.file")).pixmap(QSize(16, 16))
        )
        hue = {"validated": "green", "not-validated": "amber"}.get(fields.confidence.value, "slate")
        self._confidence.set(words(fields.confidence.value), hue)
        self._say_title.setStyleSheet(f"color: {self._theme.color('accent').name()};")

    def _on_edit(self) -> None:
        if self._reading:
            self.edit_requested.emit(self._reading.article.id)
        elif self._plain:
            self.edit_requested.emit(self._plain.id)
