"""One post-mortem as a form that is saved as it is written."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from PySide6.QtCore import Qt, QTimer, Signal, SignalInstance
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QFormLayout,
    QHeaderView,
    QLineEdit,
    QListWidget,
    QPlainTextEdit,
    QScrollArea,
    QTableView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from hypercare_desk.domain.postmortem import Postmortem, PostmortemStatus
from hypercare_desk.ui.pages.postmortems.timeline import EVENT, SOURCE, STAR, TIME, TimelineModel
from hypercare_desk.ui.theme import Theme
from hypercare_desk.ui.widgets.basics import (
    Chip,
    NoticeBar,
    column,
    frame,
    label,
    may_shrink,
    row,
    rule,
)

_TEXTS = (
    ("summary", "Summary"),
    ("impact", "Impact"),
    ("lead_up", "What led up to it"),
    ("trigger", "Trigger"),
    ("detection", "Detection"),
    ("response", "Response"),
    ("recovery", "Recovery"),
)
_LISTS = (
    ("conditions", "Contributing conditions"),
    ("went_well", "What went well"),
    ("went_badly", "What went badly"),
    ("lucky", "Where we were lucky"),
    ("questions", "Open questions"),
    ("lessons", "Lessons"),
)
_LINES = (("owner", "Owner"), ("facilitator", "Facilitator"), ("note_taker", "Note-taker"))
_SAVE_MS = 700
_OUTLINE_FROM = 860


class Paper(QWidget):
    """``changed`` carries fields; lines, stars and actions are requests of their own."""

    changed = Signal(object)
    line_typed = Signal(str)
    action_typed = Signal(str)
    action_toggled = Signal(int, bool)
    open_requested = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._item: Postmortem | None = None
        self._quiet = False
        self._areas: dict[str, QPlainTextEdit] = {}
        self._lines: dict[str, QLineEdit] = {}
        self.notice = NoticeBar()
        self._id = label("", "mono")
        self._title = QLineEdit()
        self._title.setObjectName("titleField")
        self._title.setAccessibleName(self.tr("Title"))
        self._severity = Chip()
        self._status = QComboBox()
        self._status.setAccessibleName(self.tr("Status"))
        for status in PostmortemStatus:
            self._status.addItem(status.value.replace("-", " ").capitalize(), status)
        self._figures = row(spacing=0)
        self.timeline = TimelineModel(theme, self)
        self.table = _TimelineTable(self.timeline)
        self._actions = QTableWidget(0, 6)
        self._outline = QListWidget()
        self._saving = QTimer(self, singleShot=True, interval=_SAVE_MS)
        self._scroll = QScrollArea()
        self._build()
        self._saving.timeout.connect(self.flush)
        self._title.textEdited.connect(self._later)
        self._status.activated.connect(lambda _at: self.changed.emit({"status": self._status.currentData()}))
        self.timeline.edited.connect(lambda rows: self.changed.emit({"timeline": rows}))
        self.timeline.refused.connect(lambda sentence: self.notice.say("red", sentence))
        self._outline.currentRowChanged.connect(self._on_outline)

    def _build(self) -> None:
        head = row(self._id, self._title, self._severity, self._status, margins=(20, 10, 20, 10))
        inside = QWidget()
        inside.setObjectName("form")
        self._body = QVBoxLayout(inside)
        self._body.setContentsMargins(22, 14, 22, 20)
        self._body.setSpacing(8)
        figures = frame("card")
        figures.setLayout(self._figures)
        self._body.addWidget(figures)
        self._places: list[QWidget] = []
        for key, words in _TEXTS[:2]:
            self._area(key, words, 3)
        self._heading(
            self.tr("Timeline"),
            self.tr("Space stars a line for the pack; Delete takes it away; F2 edits a cell"),
        )
        self._body.addWidget(self.table)
        self.new_line = self._typed(
            self.tr("Add a line"),
            self.tr("Add a line: 07:55 what happened. Enter keeps it, Ctrl+Enter comes here"),
            self.line_typed,
        )
        self._area(*_LISTS[0], 4, self.tr("one a line: what made it possible, in the system, not in people"))
        for key, words in _TEXTS[2:]:
            self._area(key, words, 2)
        for key, words in _LISTS[1:5]:
            self._area(key, words, 3, self.tr("one a line"))
        self._heading(self.tr("Actions"), self.tr("each with an owner and a day; Enter marks it done"))
        self._build_actions()
        self.new_action = self._typed(
            self.tr("Add an action"),
            self.tr("Add an action: what is to be done @owner 2026-12-01"),
            self.action_typed,
        )
        self._area(*_LISTS[5], 3, self.tr("one a line; LL-0001 links to its article"))
        people = QFormLayout()
        for key, words in _LINES:
            field = QLineEdit()
            field.setAccessibleName(self.tr(words))
            field.textEdited.connect(self._later)
            self._lines[key] = field
            people.addRow(self.tr(words), field)
        self._heading(self.tr("Roles"), "")
        self._body.addLayout(people)
        self._links = label("", wrap=True)
        self._links.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
        self._links.linkActivated.connect(self.open_requested)
        self._heading(self.tr("Records"), "")
        self._body.addWidget(self._links)
        self._body.addStretch(1)
        self._scroll.setWidgetResizable(True)
        self._scroll.setWidget(inside)
        self._outline.setMaximumWidth(190)
        self._outline.setAccessibleName(self.tr("Parts"))
        middle = row(self._outline, rule(vertical=True), self._scroll, spacing=0)
        middle.setStretch(2, 1)
        layout = column(head, self.notice, rule(), middle, spacing=0)
        layout.setStretch(3, 1)
        self.setLayout(layout)

    def _build_actions(self) -> None:
        table = self._actions
        table.setHorizontalHeaderLabels(["", "Action", "Type", "Owner", "Due", "Key"])
        table.setAccessibleName(self.tr("Actions"))
        table.verticalHeader().hide()
        table.setShowGrid(False)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        table.setColumnWidth(0, 84)
        table.setMinimumHeight(120)
        table.setTabKeyNavigation(False)
        table.itemActivated.connect(self._on_action)
        self._body.addWidget(table)

    def _typed(self, name: str, hint: str, typed: SignalInstance) -> QLineEdit:
        """A field whose text is an item when Enter is pressed; it stays ready for the next."""
        field = QLineEdit()
        field.setAccessibleName(name)
        field.setPlaceholderText(hint)

        def entered() -> None:
            if text := field.text().strip():
                field.clear()
                typed.emit(text)

        field.returnPressed.connect(entered)
        self._body.addWidget(field)
        return field

    def take_line(self) -> None:
        """Ctrl+Enter: keep the line or the action that is typed, or go where one is typed."""
        for field in (self.new_line, self.new_action):
            if field.text().strip():
                field.returnPressed.emit()
                return
        self._show_field(self.new_line)

    def take_action(self) -> None:
        """Go where an action is typed."""
        self._show_field(self.new_action)

    def _show_field(self, field: QLineEdit) -> None:
        self._scroll.ensureWidgetVisible(field)
        field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _heading(self, words: str, hint: str, *tools: QWidget) -> None:
        head = label(words, "section")
        self._places.append(head)
        self._outline.addItem(words)
        self._body.addSpacing(6)
        self._body.addLayout(row(head, label(hint, "small"), None, *tools))

    def _area(self, key: str, words: str, lines: int, hint: str = "") -> None:
        self._heading(self.tr(words), hint)
        area = QPlainTextEdit()
        area.setAccessibleName(self.tr(words))
        area.setTabChangesFocus(True)
        area.setFixedHeight(area.fontMetrics().lineSpacing() * lines + 18)
        area.textChanged.connect(self._later)
        self._areas[key] = area
        self._body.addWidget(area)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._outline.setVisible(self.width() >= _OUTLINE_FROM)

    # --- showing ---------------------------------------------------------------------------------------------

    @property
    def item(self) -> Postmortem | None:
        """The paper that is shown."""
        return self._item

    def show_item(self, item: Postmortem) -> None:
        """Show a paper; what is being typed in the same one stays."""
        same = self._item is not None and self._item.id == item.id
        pending = self.pending() if same else {}
        self._item, self._quiet = item, True
        self._id.setText(item.id)
        if "title" not in pending:
            self._title.setText(item.title)
            self._title.setCursorPosition(0)
        hue = {"P1": "red", "P2": "orange", "P3": "yellow"}.get(item.severity, "slate")
        self._severity.set(item.severity or "–", hue)
        self._status.setCurrentIndex(self._status.findData(item.status))
        for key, _ in _TEXTS:
            self._put(key, getattr(item, key), pending)
        for key, _ in _LISTS:
            self._put(key, "\n".join(getattr(item, key)), pending)
        for key, field in self._lines.items():
            if key not in pending and field.text() != getattr(item, key):
                field.setText(getattr(item, key))
        self.timeline.show(item.timeline)
        self.table.fit()
        self._show_figures(item)
        self._show_actions(item)
        links = " ".join(f'<a href="{one}">{one}</a>' for one in item.feedback_ids)
        self._links.setText(links or self.tr("No record is tied to it."))
        self._quiet = False

    def pending(self) -> Mapping[str, object]:
        """Fields that were typed and are not saved yet."""
        item = self._item
        if item is None:
            return {}
        now: dict[str, object] = {"title": self._title.text().strip() or item.title}
        now |= {key: self._areas[key].toPlainText() for key, _ in _TEXTS}
        now |= {
            key: tuple(line.strip() for line in self._areas[key].toPlainText().splitlines() if line.strip())
            for key, _ in _LISTS
        }
        now |= {key: field.text().strip() for key, field in self._lines.items()}
        return {key: value for key, value in now.items() if value != getattr(item, key)}

    def flush(self) -> None:
        """Save what was typed."""
        self._saving.stop()
        if pending := self.pending():
            self.changed.emit(dict(pending))

    def _put(self, key: str, text: str, pending: Mapping[str, object]) -> None:
        area = self._areas[key]
        if key not in pending and area.toPlainText() != text:
            area.setPlainText(text)

    def _show_figures(self, item: Postmortem) -> None:
        while (old := self._figures.takeAt(0)) is not None:
            if (widget := old.widget()) is not None:
                widget.deleteLater()
        told = (
            (self.tr("To detect"), _span(item.time_to_detect)),
            (self.tr("To mitigate"), _span(item.time_to_mitigate)),
            (self.tr("To resolve"), _span(item.time_to_resolve)),
            (self.tr("Users"), f"{item.users_affected:,}" if item.users_affected is not None else "–"),
            (self.tr("Business figure"), item.business_figure or "–"),
        )
        for words, value in told:
            cell = QWidget()
            figure = label(value, "section", wrap=True)
            may_shrink(figure)
            cell.setLayout(column(label(words, "small"), figure, spacing=2, margins=(12, 8, 12, 8)))
            self._figures.addWidget(cell, 1)

    def _show_actions(self, item: Postmortem) -> None:
        table = self._actions
        table.setRowCount(len(item.actions))
        for at, action in enumerate(item.actions):
            done = action.done_on is not None
            icon = self._theme.icon(
                "ph.check-circle-fill" if done else "ph.circle", "green.mark" if done else "text2"
            )
            due = action.due.strftime("%d %b") if action.due else "–"
            words = (
                self.tr("Done") if done else self.tr("Open"),
                action.text,
                action.type.value.capitalize(),
                action.owner or self.tr("no owner"),
                due,
                action.external_key,
            )
            for column_number, text in enumerate(words):
                cell = QTableWidgetItem(icon, text) if column_number == 0 else QTableWidgetItem(text)
                cell.setData(Qt.ItemDataRole.UserRole, action.number)
                cell.setToolTip(text)
                table.setItem(at, column_number, cell)
        height = (
            table.horizontalHeader().height() + sum(table.rowHeight(r) for r in range(table.rowCount())) + 6
        )
        table.setFixedHeight(max(64, height))

    # --- slots -----------------------------------------------------------------------------------------------

    def _later(self, *_: object) -> None:
        if not self._quiet:
            self._saving.start()

    def _on_action(self, cell: QTableWidgetItem) -> None:
        item, number = self._item, cell.data(Qt.ItemDataRole.UserRole)
        action = next((a for a in item.actions if a.number == number), None) if item else None
        if action:
            self.action_toggled.emit(action.number, action.done_on is None)

    def _on_outline(self, at: int) -> None:
        if 0 <= at < len(self._places):
            self._scroll.verticalScrollBar().setValue(max(0, self._places[at].y() - 8))


class _TimelineTable(QTableView):
    def __init__(self, model: TimelineModel) -> None:
        super().__init__()
        self._timeline = model
        self.setModel(model)
        self.setAccessibleName(self.tr("Timeline"))
        self.verticalHeader().hide()
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.horizontalHeader().setDefaultAlignment(
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        )
        self.horizontalHeader().setSectionResizeMode(EVENT, QHeaderView.ResizeMode.Stretch)
        for at, width in ((STAR, 34), (TIME, 108), (SOURCE, 170)):
            self.setColumnWidth(at, width)
        self.clicked.connect(lambda index: model.star(index.row()) if index.column() == STAR else None)

    def fit(self) -> None:
        """As high as its lines, within reason: the page scrolls, not the table."""
        rows = self._timeline.rowCount()
        height = (
            self.horizontalHeader().sizeHint().height()
            + rows * self.verticalHeader().defaultSectionSize()
            + 4
        )
        self.setFixedHeight(max(70, min(height, 460)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            self._timeline.star(self.currentIndex().row())
        elif event.key() == Qt.Key.Key_Delete:
            self._timeline.remove(self.currentIndex().row())
        else:
            super().keyPressEvent(event)


def _span(time: timedelta | None) -> str:
    if time is None:
        return "–"
    minutes = round(time.total_seconds() / 60)
    return f"{minutes // 60} h {minutes % 60:02} min" if minutes >= 60 else f"{minutes} min"
