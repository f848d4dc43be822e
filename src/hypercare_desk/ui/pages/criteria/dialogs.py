"""Decisions about a criterion: a waiver, a measured value, a signature. Each says what is still missing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import QDate, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QDateEdit,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QLineEdit,
    QPlainTextEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from hypercare_desk.domain.exit_criteria import CriterionResult, ExitDecision
from hypercare_desk.ui.widgets.basics import label


class _Form(QDialog):
    """A dialog with rows, a sentence that says what is wrong, and OK named for what it does."""

    def __init__(self, title: str, accept: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setMinimumWidth(460)
        self.rows = QFormLayout()
        self.rows.setVerticalSpacing(10)
        self._fault = label("", "small", wrap=True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.accept_button = buttons.addButton(accept, QDialogButtonBox.ButtonRole.AcceptRole)
        self.accept_button.setDefault(True)
        self.accept_button.clicked.connect(self._on_accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(12)
        layout.addLayout(self.rows)
        layout.addWidget(self._fault)
        layout.addWidget(buttons)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not self._on_a_button():
            self._on_accept()
        else:
            super().keyPressEvent(event)

    def _on_a_button(self) -> bool:
        return isinstance(self.focusWidget(), QAbstractButton)

    def field(self, words: str, field: QWidget) -> None:
        """Add a named row."""
        field.setAccessibleName(words)
        self.rows.addRow(words, field)

    def missing(self) -> str:
        """A sentence on what is missing, or empty."""
        return ""

    def _on_accept(self) -> None:
        self._fault.setText(self.missing())
        if not self._fault.text():
            self.accept()


class WaiverDialog(_Form):
    """Reason, owner, approver (never the owner) and the day the waiver lapses."""

    def __init__(
        self, result: CriterionResult, people: Sequence[str], today: date, parent: QWidget | None = None
    ) -> None:
        super().__init__(f"Waive {result.id}", "Waive", parent)
        self._reason = QPlainTextEdit()
        self._reason.setTabChangesFocus(True)
        self._reason.setMaximumHeight(90)
        self._owner, self._approver = QComboBox(), QComboBox()
        for box in (self._owner, self._approver):
            box.setEditable(True)
            box.addItems(["", *people])
        self._owner.setCurrentText(result.owner)
        self._until = QDateEdit(QDate(today.year, today.month, today.day).addDays(14))
        self._until.setCalendarPopup(True)
        self._until.setDisplayFormat("d MMM yyyy")
        self.field(self.tr("Criterion"), label(f"{result.title}: {result.why}", "quiet", wrap=True))
        self.field(self.tr("Reason"), self._reason)
        self.field(self.tr("Owner"), self._owner)
        self.field(self.tr("Approved by"), self._approver)
        self.field(self.tr("Ends on"), self._until)

    @property
    def reason(self) -> str:
        return self._reason.toPlainText().strip()

    @property
    def owner(self) -> str:
        return self._owner.currentText().strip()

    @property
    def approver(self) -> str:
        return self._approver.currentText().strip()

    @property
    def expires_on(self) -> date:
        day = self._until.date()
        return date(day.year(), day.month(), day.day())

    def missing(self) -> str:
        if not self.reason:
            return self.tr("Say why the criterion may be left unmet.")
        if not self.owner or not self.approver:
            return self.tr("Name an owner and who approves.")
        if self.owner.casefold() == self.approver.casefold():
            return self.tr("The owner cannot approve: name somebody else.")
        return ""


class MeasureDialog(_Form):
    """One measured value with how many observations stand behind it and where it comes from."""

    def __init__(self, result: CriterionResult, parent: QWidget | None = None) -> None:
        super().__init__("Add a measured value", "Add", parent)
        self._value = QDoubleSpinBox()
        self._value.setRange(-1e9, 1e9)
        self._value.setDecimals(3)
        self._value.setSuffix(f" {result.unit}" if result.unit else "")
        self._sample = QSpinBox()
        self._sample.setRange(1, 1_000_000_000)
        self._source, self._note = QLineEdit(), QLineEdit()
        self.field(self.tr("Criterion"), label(result.title, "quiet", wrap=True))
        self.field(self.tr("Value"), self._value)
        self.field(self.tr("Observations"), self._sample)
        self.field(self.tr("Source"), self._source)
        self.field(self.tr("Note"), self._note)

    @property
    def value(self) -> float:
        return self._value.value()

    @property
    def sample(self) -> int:
        return self._sample.value()

    @property
    def source(self) -> str:
        return self._source.text().strip()

    @property
    def note(self) -> str:
        return self._note.text().strip()

    def missing(self) -> str:
        return "" if self.source else self.tr("Say where the value comes from: it is the evidence.")


class SignDialog(_Form):
    """A role signs a decision over the evaluation that is shown."""

    def __init__(self, role: str, user: str, told: str, parent: QWidget | None = None) -> None:
        super().__init__(f"Sign as {role}", "Sign", parent)
        self._decision = QComboBox()
        for decision, words in (
            (ExitDecision.EXIT, self.tr("Exit hypercare")),
            (ExitDecision.EXIT_WITH_WAIVERS, self.tr("Exit with waivers")),
            (ExitDecision.EXTEND, self.tr("Extend hypercare")),
        ):
            self._decision.addItem(words, decision)
        self._note = QLineEdit()
        self.field(self.tr("Over"), label(told, "quiet", wrap=True))
        self.field(self.tr("Signed by"), label(user))
        self.field(self.tr("Decision"), self._decision)
        self.field(self.tr("Note"), self._note)

    @property
    def decision(self) -> ExitDecision:
        return ExitDecision(self._decision.currentData())

    @property
    def note(self) -> str:
        return self._note.text().strip()
