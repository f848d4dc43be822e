"""The form for the front matter: every key the application knows, as controls; lists are written with commas."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFormLayout, QLabel, QLineEdit, QScrollArea, QWidget

from hypercare_desk.domain.article import ArticleFields, Audience, Confidence, Status
from hypercare_desk.ui.pages.knowledge.articles import word
from hypercare_desk.ui.widgets.basics import label

_TEXTS = (
    ("owner", "Owner"),
    ("component", "Area"),
    ("environment", "Environment"),
    ("product", "Product"),
    ("release", "Release"),
    ("severity", "Severity"),
    ("affects_from", "Affects from"),
    ("fixed_in", "Fixed in"),
)
_LISTS = (("aliases", "Caller's words"), ("codes", "Error codes"), ("tags", "Tags"))
_DAYS = (("valid_until", "Valid until"), ("review_by", "Review by"))


class FieldsForm(QScrollArea):
    """``edited`` is emitted with every change; ``fields`` gives what stands there, over the fields it began with."""

    edited = Signal()

    def __init__(
        self, components: Sequence[str], environments: Sequence[str], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self._before: ArticleFields | None = None
        self._quiet = False
        self._status = self._choice([(s.value, word(s)) for s in Status])
        self._confidence = self._choice([(c.value, word(c)) for c in Confidence])
        self._audience = self._choice([(a.value, a.value.capitalize()) for a in Audience])
        self._texts: dict[str, QLineEdit | QComboBox] = {}
        self._faults: dict[str, QLabel] = {}
        inside = QWidget()
        inside.setObjectName("form")
        form = QFormLayout(inside)
        form.setContentsMargins(14, 12, 14, 12)
        form.setVerticalSpacing(8)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        form.addRow(self.tr("Status"), self._named(self._status, self.tr("Status")))
        form.addRow(self.tr("Confidence"), self._named(self._confidence, self.tr("Confidence")))
        form.addRow(self.tr("Audience"), self._named(self._audience, self.tr("Audience")))
        for key, words in _TEXTS:
            choices = {"component": components, "environment": environments}.get(key, ())
            self._add(form, key, words, self._suggesting(choices) if choices else QLineEdit())
        for key, words in _LISTS:
            field = QLineEdit()
            field.setPlaceholderText(self.tr("separated by ; "))
            self._add(form, key, words, field)
        for key, words in _DAYS:
            field = QLineEdit()
            field.setPlaceholderText(self.tr("yyyy-mm-dd"))
            self._add(form, key, words, field)
            self._faults[key] = label("", "small", wrap=True)
            self._faults[key].hide()
            form.addRow("", self._faults[key])
        self._stamps = label("", "small", wrap=True)
        form.addRow(self._stamps)
        self.setWidget(inside)

    def show_fields(self, fields: ArticleFields) -> None:
        """Fill the form."""
        self._before, self._quiet = fields, True
        for box, value in (
            (self._status, fields.status.value),
            (self._confidence, fields.confidence.value),
            (self._audience, fields.audience.value),
        ):
            box.setCurrentIndex(box.findData(value))
        for key, _ in _TEXTS:
            self._set(key, getattr(fields, key))
        for key, _ in _LISTS:
            self._set(key, "; ".join(getattr(fields, key)))
        for key, _ in _DAYS:
            day: date | None = getattr(fields, key)
            self._set(key, day.isoformat() if day else "")
        told = (("Created", fields.created), ("Changed", fields.updated), ("Validated", fields.validated))
        self._stamps.setText(
            "\n".join(f"{what} {stamp.on.isoformat()} by {stamp.by}" for what, stamp in told if stamp.on)
        )
        self._quiet = False

    def fields(self) -> ArticleFields:
        """The fields as they stand; a day that is no day keeps its old value and is marked."""
        assert self._before is not None
        lists = {
            key: tuple(part.strip() for part in self._get(key).split(";") if part.strip())
            for key, _ in _LISTS
        }
        return replace(
            self._before,
            status=Status(self._status.currentData()),
            confidence=Confidence(self._confidence.currentData()),
            audience=Audience(self._audience.currentData()),
            **{key: self._get(key).strip() for key, _ in _TEXTS},
            **lists,
            **{key: self._day(key) for key, _ in _DAYS},
        )

    def words(self) -> Mapping[str, str]:
        """All that stands in the form, as it was typed."""
        kept = {key: self._get(key) for key in self._texts}
        kept["status"] = str(self._status.currentData())
        kept["confidence"] = str(self._confidence.currentData())
        kept["audience"] = str(self._audience.currentData())
        return kept

    def put_words(self, words: Mapping[str, str]) -> None:
        """Bring back what ``words`` gave; what it does not know stays."""
        for key, text in words.items():
            if key in self._texts:
                self._set(key, text)
        for key, box in (
            ("status", self._status),
            ("confidence", self._confidence),
            ("audience", self._audience),
        ):
            if (at := box.findData(words.get(key))) >= 0:
                box.setCurrentIndex(at)
        self._on_edited()

    def faults(self) -> Sequence[str]:
        """Sentences on what cannot be saved as it stands."""
        return [mark.text() for mark in self._faults.values() if mark.text()]

    def _day(self, key: str) -> date | None:
        text = self._get(key).strip()
        mark = self._faults[key]
        try:
            day = date.fromisoformat(text) if text else None
            mark.clear()
        except ValueError:
            day = getattr(self._before, key)
            mark.setText(self.tr("“{0}” is no day: write it as 2026-11-30.").format(text[:20]))
        mark.setVisible(bool(mark.text()))
        return day

    def _add(self, form: QFormLayout, key: str, words: str, field: QLineEdit | QComboBox) -> None:
        self._texts[key] = field
        changed = field.textEdited if isinstance(field, QLineEdit) else field.currentTextChanged
        changed.connect(self._on_edited)
        form.addRow(self.tr(words), self._named(field, self.tr(words)))

    def _choice(self, choices: list[tuple[str, str]]) -> QComboBox:
        made = QComboBox()
        for value, words in choices:
            made.addItem(words, value)
        made.currentIndexChanged.connect(self._on_edited)
        return made

    def _suggesting(self, choices: Sequence[str]) -> QComboBox:
        made = QComboBox()
        made.setEditable(True)
        made.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        made.addItems(["", *choices])
        return made

    def _named(self, field: QWidget, words: str) -> QWidget:
        field.setAccessibleName(words)
        return field

    def _get(self, key: str) -> str:
        field = self._texts[key]
        return field.text() if isinstance(field, QLineEdit) else field.currentText()

    def _set(self, key: str, text: str) -> None:
        field = self._texts[key]
        setter: Callable[[str], None] = (
            field.setText if isinstance(field, QLineEdit) else field.setCurrentText
        )
        setter(text)

    def _on_edited(self, *_: object) -> None:
        if not self._quiet:
            self.edited.emit()
