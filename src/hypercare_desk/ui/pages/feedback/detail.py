"""One record: caller's words, where it stands, triage, what was decided, articles that may answer, history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from hypercare_desk.domain.feedback import (
    CATEGORY_LABELS,
    USUAL_ACTION,
    Category,
    Decision,
    Feedback,
    FeedbackEvent,
    Level,
    Link,
    Resolver,
    State,
    YesNoUnknown,
)
from hypercare_desk.domain.feedback_loop import ALLOWED_MOVES
from hypercare_desk.domain.search import Hit
from hypercare_desk.domain.targets import Due
from hypercare_desk.domain.triage import Matrix
from hypercare_desk.ui.pages.feedback.filtering import state_words
from hypercare_desk.ui.pages.feedback.matrix import TriageMatrix
from hypercare_desk.ui.pages.feedback.rows import priority_hue
from hypercare_desk.ui.theme import Theme
from hypercare_desk.ui.widgets.basics import Chip, NoticeBar, button, label, may_shrink, row

_CONFIDENCE_ICONS = {
    "validated": ("ph.circle-wavy-check-fill", "green.mark"),
    "not-validated": ("ph.circle-half-fill", "amber.mark"),
}


@dataclass(frozen=True, slots=True)
class About:
    """A record with all that is shown beside it."""

    record: Feedback
    events: Sequence[FeedbackEvent]
    links: Sequence[Link]
    similar: Sequence[Hit]
    due: Due
    open_by_cell: Mapping[tuple[Level, Level], int]


class RecordDetail(QScrollArea):
    """Changes are requests: ``changed`` carries fields, ``rated`` impact and urgency, ``moved`` a state."""

    changed = Signal(object)
    rated = Signal(object, object)
    moved = Signal(object)
    link_requested = Signal(str)
    article_requested = Signal()
    open_requested = Signal(str)
    merge_requested = Signal()
    inform_requested = Signal()

    def __init__(
        self,
        theme: Theme,
        matrix: Matrix,
        components: Sequence[str],
        people: Sequence[str],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._theme = theme
        self._about: About | None = None
        self._quiet = False
        self.notice = NoticeBar()
        self._id = label("", "mono")
        self._from = label("", "small")
        self._key = label("", "mono")
        self._priority = Chip()
        self._title = QLineEdit()
        self._title.setObjectName("titleField")
        self._title.setAccessibleName(self.tr("Title"))
        self._title.editingFinished.connect(lambda: self._change(title=self._title.text().strip()))
        self._words = QPlainTextEdit()
        self._words.setAccessibleName(self.tr("What the caller says"))
        self._words.setTabChangesFocus(True)
        self._words.setMaximumHeight(96)
        self._state = QComboBox()
        self._state.setAccessibleName(self.tr("State"))
        self._state.activated.connect(lambda _at: self.moved.emit(self._state.currentData()))
        self._due = label("", "small")
        self.matrix = TriageMatrix(theme, matrix)
        self.matrix.rated.connect(self.rated)
        self._category = self._choice("category", [(c, CATEGORY_LABELS[c]) for c in Category], none=True)
        self._action = label("", "small", wrap=True)
        self._release = self._choice("caused_by_release", [(v, v.value.capitalize()) for v in YesNoUnknown])
        self._decision = self._choice("decision", [(d, state_like(d.value)) for d in Decision], none=True)
        self._resolver = self._choice(
            "resolver", [(Resolver.UNKNOWN, "–"), (Resolver.HYPERCARE, "Hypercare"), (Resolver.BAU, "BAU")]
        )
        self._component = self._open_choice("component", components)
        self._owner = self._open_choice("owner", people)
        self._cause = self._line("root_cause")
        self._solution = self._line("resolution")
        self._similar = self._list(self.tr("Articles that may answer it"), 96)
        self._similar.itemActivated.connect(
            lambda i: self.link_requested.emit(i.data(Qt.ItemDataRole.UserRole))
        )
        self._links = self._list(self.tr("Links"), 64)
        self._links.itemActivated.connect(
            lambda i: self.open_requested.emit(i.data(Qt.ItemDataRole.UserRole))
        )
        self._history = self._list(self.tr("History"), 140)
        self._build()

    def _build(self) -> None:
        form = QFormLayout()
        form.setVerticalSpacing(7)
        form.setHorizontalSpacing(14)
        for words, field in (
            (self.tr("State"), self._state),
            (self.tr("Category"), self._category),
            (self.tr("Usual action"), self._action),
            (self.tr("Decision"), self._decision),
            (self.tr("Area"), self._component),
            (self.tr("Owner"), self._owner),
            (self.tr("By the release"), self._release),
            (self.tr("Solved by"), self._resolver),
            (self.tr("Root cause"), self._cause),
            (self.tr("Solution"), self._solution),
        ):
            form.addRow(words, field)
        combos = (self._state, self._category, self._decision, self._release, self._resolver)
        may_shrink(
            *combos, self._component, self._owner, self._cause, self._solution, self._title, self._from
        )
        article = button(self.tr("Article from this record"), flat=True)
        article.clicked.connect(self.article_requested)
        merge = button(self.tr("Merge…"), flat=True)
        merge.clicked.connect(self.merge_requested)
        inform = button(self.tr("Tell the reporter"), flat=True)
        inform.clicked.connect(self.inform_requested)
        inside = QWidget()
        inside.setObjectName("form")
        layout = QVBoxLayout(inside)
        layout.setContentsMargins(18, 12, 18, 12)
        layout.setSpacing(9)
        layout.addWidget(self.notice)
        head = row(self._id, self._from, self._key, self._priority)
        head.setStretch(1, 1)
        layout.addLayout(head)
        layout.addWidget(self._title)
        layout.addWidget(self._words)
        layout.addLayout(row(label(self.tr("Impact and urgency"), "section"), None, self._due))
        layout.addWidget(self.matrix)
        layout.addLayout(form)
        layout.addLayout(
            row(label(self.tr("May answer it"), "section"), None, label(self.tr("Enter links"), "small"))
        )
        layout.addWidget(self._similar)
        layout.addLayout(row(article, inform, merge, None, spacing=2))
        layout.addWidget(label(self.tr("Links"), "section"))
        layout.addWidget(self._links)
        layout.addWidget(label(self.tr("History"), "section"))
        layout.addWidget(self._history, 1)
        self.setWidget(inside)

    def show_about(self, about: About) -> None:
        """Show a record; what is being typed about the same one stays."""
        pending = self.pending() if self.record and self.record.id == about.record.id else {}
        self._about, self._quiet = about, True
        record = about.record
        self.notice.hide()
        self._id.setText(record.id)
        when = record.reported_at.astimezone().strftime("%d %b, %H:%M") if record.reported_at else ""
        told = (record.source.value.capitalize(), when, record.reporter)
        self._from.setText(", ".join(part for part in told if part))
        self._key.setText(record.external_key)
        self._priority.set(
            record.priority.value if record.priority else self.tr("Triage"), priority_hue(record.priority)
        )
        if "title" not in pending:
            self._title.setText(record.title)
            self._title.setCursorPosition(0)
            if not self._title.isReadOnly():  # where nothing can be written, it says why
                self._title.setToolTip(record.title)
        if "description" not in pending and self._words.toPlainText() != record.description:
            self._words.setPlainText(record.description)
        self._state.clear()
        self._state.addItem(state_words(record.state), record.state)
        for state in State:
            if state in ALLOWED_MOVES[record.state]:
                self._state.addItem(state_words(state), state)
        by = about.due.resolve_by
        self._due.setText(
            self.tr("solved by {0}").format(by.astimezone().strftime("%d %b, %H:%M")) if by else ""
        )
        self.matrix.show_rating(record.impact, record.urgency, about.open_by_cell)
        for box, value in (
            (self._category, record.category),
            (self._decision, record.decision),
            (self._release, record.caused_by_release),
            (self._resolver, record.resolver),
        ):
            box.setCurrentIndex(max(0, box.findData(value)))
        self._action.setText(USUAL_ACTION[record.category] if record.category else "–")
        for key, box in (("component", self._component), ("owner", self._owner)):
            if key not in pending:
                box.setCurrentText(getattr(record, key))
        for key, field in (("root_cause", self._cause), ("resolution", self._solution)):
            if key not in pending and field.text() != getattr(record, key):
                field.setText(getattr(record, key))
        self._fill_lists(about)
        self._quiet = False

    @property
    def record(self) -> Feedback | None:
        """The record that is shown."""
        return self._about.record if self._about else None

    def take_focus(self) -> None:
        """Put the cursor into the title (F2)."""
        self._title.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._title.selectAll()

    def pending(self) -> dict[str, object]:
        """Text that stands in the fields but is not saved yet."""
        if self._about is None:
            return {}
        record = self._about.record
        now = {
            "title": self._title.text().strip() or record.title,
            "description": self._words.toPlainText(),
            "component": self._component.currentText().strip(),
            "owner": self._owner.currentText().strip(),
            "root_cause": self._cause.text().strip(),
            "resolution": self._solution.text().strip(),
        }
        return {key: value for key, value in now.items() if value != getattr(record, key)}

    def _fill_lists(self, about: About) -> None:
        self._similar.clear()
        for hit in about.similar:
            icon, color = _CONFIDENCE_ICONS.get(hit.confidence, ("ph.pencil-line-bold", "slate.mark"))
            item = QListWidgetItem(self._theme.icon(icon, color), f"{hit.id}  {hit.title}")
            item.setData(Qt.ItemDataRole.UserRole, hit.id)
            item.setToolTip(self.tr("{0}: Enter links it").format(hit.title))
            self._similar.addItem(item)
        self._links.clear()
        for link in about.links:
            text = f"{link.target_id}  {link.relation.value.replace('-', ' ')}"
            item = QListWidgetItem(self._theme.icon("ph.link"), text)
            item.setData(Qt.ItemDataRole.UserRole, link.target_id)
            self._links.addItem(item)
        self._links.setVisible(bool(about.links))
        self._history.clear()
        for event in reversed(about.events):
            when = event.at.astimezone().strftime("%d %b %H:%M")
            moved = f"{event.old or '–'} → {event.new or '–'}"[:160]
            why = f"  ({event.why})" if event.why else ""
            self._history.addItem(f"{when}  {event.who}: {event.field.replace('_', ' ')} {moved}{why}")

    # --- fields ----------------------------------------------------------------------------------------------

    def _choice(self, field: str, choices: Sequence[tuple[object, str]], *, none: bool = False) -> QComboBox:
        made = QComboBox()
        made.setAccessibleName(field.replace("_", " ").capitalize())
        if none:
            made.addItem("–", None)
        for value, words in choices:
            made.addItem(words, value)
        made.activated.connect(lambda _at: self._change(**{field: made.currentData()}))
        return made

    def _open_choice(self, field: str, choices: Sequence[str]) -> QComboBox:
        made = QComboBox()
        made.setEditable(True)
        made.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        made.setAccessibleName(field.capitalize())
        made.addItems(["", *choices])
        made.activated.connect(lambda _at: self._change(**{field: made.currentText().strip()}))
        return made

    def _line(self, field: str) -> QLineEdit:
        made = QLineEdit()
        made.setAccessibleName(field.replace("_", " ").capitalize())
        made.editingFinished.connect(lambda: self._change(**{field: made.text().strip()}))
        return made

    def _list(self, name: str, height: int) -> QListWidget:
        made = QListWidget()
        made.setAccessibleName(name)
        made.setMaximumHeight(round(height * self._theme.scale))
        made.setMinimumHeight(min(height, 60))
        made.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        made.setTextElideMode(Qt.TextElideMode.ElideRight)
        return made

    def _change(self, **fields: object) -> None:
        if self._quiet or self._about is None:
            return
        record = self._about.record
        wanted = {key: value for key, value in fields.items() if getattr(record, key) != value}
        if wanted and wanted.get("title", "x"):
            self.changed.emit(wanted)


def state_like(value: str) -> str:
    """A value of several words as people write it."""
    return value.replace("-", " ").capitalize()
