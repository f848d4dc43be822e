"""What to look at before a pack is issued, what has changed since it was built, and what it was made with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from hypercare_desk.domain.handoff import PackDiff, PackSection, Verification
from hypercare_desk.ui.pages.handoff.reading import PackState
from hypercare_desk.ui.theme import Theme
from hypercare_desk.ui.widgets.basics import button, label, row, rule

_SHOWN = 12


class IssuesPane(QScrollArea):
    """``open_requested`` carries an item's id, ``mend_requested`` a section that is missing; ``verify_requested``
    asks for a file to check."""

    open_requested = Signal(str)
    mend_requested = Signal(object)
    verify_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._state = PackState()
        self._verification: Verification | None = None
        self._about = ""
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(self.tr("Before you issue it"))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        theme.changed.connect(self._fill)

    def show_state(self, state: PackState, verification: Verification | None, about: str) -> None:
        """Show a pack's doubts; ``verification`` is None until it is known, ``about`` says what it was made with."""
        self._state, self._verification, self._about = state, verification, about
        self._fill()

    def first(self) -> QWidget:
        """The first thing that takes the focus."""
        form = self.widget()
        parts = form.findChildren(QWidget) if form else []
        return next((p for p in parts if p.focusPolicy() & Qt.FocusPolicy.TabFocus and p.isEnabled()), self)

    def _fill(self) -> None:
        form = QWidget()
        form.setObjectName("form")
        layout = QVBoxLayout(form)
        layout.setContentsMargins(18, 14, 18, 16)
        layout.setSpacing(8)
        state = self._state
        if state.pack is not None:
            heading = self.tr("In this issued pack") if state.issued else self.tr("Before you issue it")
            self._section(layout, heading, self._doubts())
            self._section(layout, self.tr("Changed since it was built"), self._since_built())
            if state.earlier is not None:
                words = self.tr("Changed since version {0}").format(state.earlier.version)
                self._section(layout, words, self._since_earlier(state.since_earlier))
            layout.addSpacing(6)
            layout.addWidget(label(self._about, "small", wrap=True))
            check = button(self.tr("Verify a file…"))
            check.setToolTip(self.tr("Tell whether a PDF is a pack of this workspace, and whole"))
            check.clicked.connect(self.verify_requested)
            layout.addLayout(row(check, None, margins=(0, 6, 0, 0)))
        layout.addStretch(1)
        bar = self.verticalScrollBar()
        at = bar.value()
        self.setWidget(form)
        bar.setValue(at)

    # --- what stands in the way --------------------------------------------------------------------------------

    def _doubts(self) -> Iterable[QLayout]:
        state = self._state
        for section in state.missing:
            yield self._missing(section)
        if state.blocking:
            words = self._count(len(state.blocking), self.tr("criterion is"), self.tr("criteria are"))
            yield self._line(
                "red",
                "ph.x-circle-fill",
                self.tr("{0} not met or without data").format(words),
                state.blocking,
            )
        if state.conditions:
            words = self._count(len(state.conditions), self.tr("criterion is"), self.tr("criteria are"))
            yield self._line(
                "amber", "ph.warning-fill", self.tr("{0} at risk or waived").format(words), state.conditions
            )
        if state.unvalidated:
            words = self._count(len(state.unvalidated), self.tr("article is"), self.tr("articles are"))
            yield self._line(
                "amber",
                "ph.circle-half-fill",
                self.tr("{0} not validated").format(words),
                [a.id for a in state.unvalidated],
                self.tr("marked in the text"),
                {a.id: a.title for a in state.unvalidated},
            )
        if state.expired:
            words = self._count(len(state.expired), self.tr("article is"), self.tr("articles are"))
            yield self._line(
                "amber",
                "ph.hourglass-low",
                self.tr("{0} past their date").format(words),
                [e.id for e in state.expired],
                "",
                {e.id: f"{e.title}: {e.reason}" for e in state.expired},
            )
        if not state.missing:
            yield self._line("green", "ph.check-circle-fill", self.tr("No mandatory section is empty"))
        if not (state.unvalidated or state.expired):
            told = self.tr("All {0} articles are validated and in date").format(state.articles)
            yield self._line("green", "ph.check-circle-fill", told)

    def _missing(self, section: PackSection) -> QLayout:
        words = self.tr("Section {0} {1} is empty").format(section.number, section.title)
        action = button(self.tr("Mend it"), flat=True)
        action.setAccessibleName(self.tr("Mend section {0}").format(section.title))
        action.setToolTip(section.mend)
        action.clicked.connect(lambda: self.mend_requested.emit(section))
        return self._line("red", "ph.x-circle-fill", words, detail=section.mend, action=action)

    # --- what changed ------------------------------------------------------------------------------------------

    def _since_built(self) -> Iterable[QLayout]:
        found = self._verification
        if found is None:
            missing = self._state.file is None
            words = self.tr("The PDF is no longer where it was written.") if missing else self.tr("Looking…")
            yield self._line("slate", "ph.circle-dashed-bold", words)
            return
        if not found.whole:
            yield self._line("red", "ph.x-circle-fill", found.sentence)
        for sentence in found.changed[:_SHOWN]:
            item, _, rest = sentence.removeprefix("Criterion ").partition(" ")
            yield self._line("blue", "ph.pencil-simple", "", [item.rstrip(":")], rest)
        if len(found.changed) > _SHOWN:
            more = self.tr("and {0} more").format(len(found.changed) - _SHOWN)
            yield self._line("slate", "ph.dots-three", more)
        if not found.changed:
            yield self._line("green", "ph.check-circle-fill", self.tr("Nothing: it is up to date"))

    def _since_earlier(self, diff: PackDiff) -> Iterable[QLayout]:
        rows: Sequence[tuple[str, str, Sequence[str]]] = (
            ("ph.plus-circle", self.tr("{0} added"), diff.added),
            ("ph.pencil-circle", self.tr("{0} changed"), diff.changed),
            ("ph.minus-circle", self.tr("{0} taken out"), diff.removed),
        )
        for icon, words, ids in rows:
            if ids:
                yield self._line("slate", icon, words.format(len(ids)), ids)
        for sentence in diff.criteria:
            item, _, rest = sentence.partition(" ")
            yield self._line("slate", "ph.gauge", "", [item], rest)
        if diff == PackDiff():
            yield self._line("slate", "ph.equals", self.tr("Nothing"))

    # --- lines -------------------------------------------------------------------------------------------------

    def _section(self, layout: QVBoxLayout, heading: str, lines: Iterable[QLayout]) -> None:
        if layout.count():
            layout.addSpacing(10)
        layout.addWidget(label(heading, "section", wrap=True))
        for number, line in enumerate(lines):
            if number:
                layout.addWidget(rule())
            layout.addLayout(line)

    def _line(
        self,
        hue: str,
        icon: str,
        words: str,
        ids: Sequence[str] = (),
        detail: str = "",
        titles: dict[str, str] | None = None,
        action: QPushButton | None = None,
    ) -> QLayout:
        theme = self._theme
        picture = QLabel()
        side = round(16 * theme.scale)
        picture.setPixmap(theme.icon(icon, f"{hue}.mark").pixmap(QSize(side, side)))
        picture.setAlignment(Qt.AlignmentFlag.AlignTop)
        body = QVBoxLayout()
        body.setSpacing(2)
        if words:
            body.addWidget(label(words, wrap=True))
        if ids:
            body.addWidget(self._links(ids, detail, titles or {}))
        elif detail:
            body.addWidget(label(detail, "small", wrap=True))
        if action is not None:
            body.addLayout(row(action, None))
        made = row(picture, body, spacing=10, margins=(0, 3, 0, 3))
        made.setStretch(1, 1)
        return made

    def _links(self, ids: Sequence[str], detail: str, titles: dict[str, str]) -> QLabel:
        colour = self._theme.color("accent").name()
        shown = " ".join(
            f'<a href="{i}" title="{titles.get(i, i)}" style="color:{colour};text-decoration:none">{i}</a>'
            for i in ids[:_SHOWN]
        )
        if len(ids) > _SHOWN:
            shown += " " + self.tr("and {0} more").format(len(ids) - _SHOWN)
        made = label(shown + (f" · {detail}" if detail else ""), "small", wrap=True)
        made.setTextFormat(Qt.TextFormat.RichText)
        made.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextBrowserInteraction | Qt.TextInteractionFlag.TextSelectableByMouse
        )
        made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        made.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        made.setAccessibleName(", ".join(titles.get(i, i) for i in ids[:_SHOWN]))
        made.linkActivated.connect(self.open_requested)
        return made

    @staticmethod
    def _count(number: int, one: str, many: str) -> str:
        return f"{number} {one if number == 1 else many}"


def framed(pane: QWidget, heading: Sequence[QWidget | None]) -> QFrame:
    """A pane below a small heading line."""
    made = QFrame()
    made.setObjectName("pane")
    layout = QVBoxLayout(made)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    layout.addLayout(row(*heading, margins=(16, 10, 16, 8)))
    layout.addWidget(rule())
    layout.addWidget(pane, 1)
    return made
