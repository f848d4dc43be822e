"""Panes at the side of the editor: the checklist, links both ways, history with difference and restore."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from html import escape

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QScrollArea, QTextBrowser, QVBoxLayout, QWidget

from hypercare_desk.domain.article import ArticleRow, CheckReport, Finding, Revision
from hypercare_desk.domain.feedback import Link
from hypercare_desk.ui.theme import Theme
from hypercare_desk.ui.widgets.basics import button, column, label, row

_ORDER = {False: 0, None: 1, True: 2}


class ChecksPane(QScrollArea):
    """Failures first, then what only a person can say, then what passes; ``line_requested`` jumps to the place."""

    line_requested = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self._theme = theme
        self._head = label("", "section")
        self._score = label("", "small")
        self._list = QListWidget()
        self._list.setAccessibleName(self.tr("Checks"))
        self._list.setWordWrap(True)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.itemActivated.connect(self._on_activated)
        self._list.itemClicked.connect(self._on_activated)
        inside = QWidget()
        inside.setObjectName("form")
        inside.setLayout(column(row(self._head, None, self._score), self._list, margins=(14, 12, 14, 12)))
        self.setWidget(inside)
        self._failed: list[int] = []
        self._at = -1

    def show_report(self, report: CheckReport) -> None:
        """Show what was checked."""
        scored = [finding for finding in report.findings if finding.passed is not None]
        passed = sum(bool(finding.passed) for finding in scored)
        self._head.setText(self.tr("{0} of {1} checks pass").format(passed, len(report.findings)))
        self._score.setText(self.tr("{0}, needs 70").format(report.score))
        self._list.clear()
        ordered = sorted(report.findings, key=lambda finding: _ORDER[finding.passed])
        self._failed = [finding.line or 1 for finding in ordered if finding.passed is False]
        self._at = -1
        for finding in ordered:
            self._list.addItem(self._item(finding))

    def next_failed(self, step: int) -> None:
        """Jump to the next or previous failed check (F8, Shift+F8)."""
        if self._failed:
            self._at = (self._at + step) % len(self._failed)
            self.line_requested.emit(self._failed[self._at])

    def _item(self, finding: Finding) -> QListWidgetItem:
        icon, hue, words = {
            True: ("ph.check-circle-fill", "green.mark", self.tr("passes")),
            False: ("ph.warning-fill", "amber.mark", self.tr("fails")),
            None: ("ph.square", "text2", self.tr("yours to say")),
        }[finding.passed]
        name = finding.item[:1].upper() + finding.item[1:]
        item = QListWidgetItem(
            self._theme.icon(icon, hue), f"{name}\n{finding.detail}" if finding.detail else name
        )
        item.setData(Qt.ItemDataRole.UserRole, finding.line)
        item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{name}: {words}. {finding.detail}")
        return item

    def _on_activated(self, item: QListWidgetItem) -> None:
        line = item.data(Qt.ItemDataRole.UserRole)
        if line:
            self.line_requested.emit(line)


class LinksPane(QWidget):
    """Articles that link here, and records this article hangs together with; ``open_requested`` opens one."""

    open_requested = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._list = QListWidget()
        self._list.setAccessibleName(self.tr("Links"))
        self._list.itemActivated.connect(lambda i: self.open_requested.emit(i.data(Qt.ItemDataRole.UserRole)))
        self._empty = label(
            self.tr("Nothing links here yet. Write [[ in another article to link to this one."),
            "quiet",
            wrap=True,
        )
        self.setLayout(column(self._empty, self._list, margins=(14, 12, 14, 12)))

    def show_links(self, articles: Sequence[ArticleRow], records: Sequence[Link]) -> None:
        """Show both ends."""
        self._list.clear()
        for article in articles:
            self._add("ph.article", article.fields.id, article.fields.title)
        for link in records:
            self._add("ph.tray", link.feedback_id, link.relation.value.replace("-", " "))
        self._list.setVisible(bool(articles or records))
        self._empty.setVisible(not (articles or records))

    def _add(self, icon: str, item_id: str, text: str) -> None:
        item = QListWidgetItem(self._theme.icon(icon), f"{item_id}  {text}")
        item.setData(Qt.ItemDataRole.UserRole, item_id)
        item.setToolTip(text)
        self._list.addItem(item)


class HistoryPane(QWidget):
    """Saved states, newest first; the chosen one as a difference to now; ``restore_requested`` brings it back."""

    revision_chosen = Signal(str)
    restore_requested = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._list = QListWidget()
        self._list.setAccessibleName(self.tr("Saved states"))
        self._list.currentItemChanged.connect(self._on_current)
        self._difference = QTextBrowser()
        self._difference.setAccessibleName(self.tr("What changed since"))
        self._restore = button(self.tr("Restore this state"))
        self._restore.setEnabled(False)
        self._restore.clicked.connect(self._on_restore)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 12, 14, 12)
        layout.addWidget(self._list, 2)
        layout.addWidget(self._difference, 3)
        layout.addLayout(row(self._restore, None))

    def show_history(self, revisions: Sequence[Revision]) -> None:
        """List the states."""
        self._list.clear()
        self._difference.clear()
        for revision in revisions:
            when = revision.when.astimezone().strftime("%Y-%m-%d %H:%M")
            item = QListWidgetItem(f"{when}   {revision.who}\n{revision.message.splitlines()[0]}")
            item.setData(Qt.ItemDataRole.UserRole, revision.revision)
            self._list.addItem(item)

    def show_difference(self, then: str, now: str) -> None:
        """Show what changed from ``then`` to ``now``."""
        self._difference.setHtml(difference_html(then, now, self._theme))

    def _on_current(self, item: QListWidgetItem | None, _before: QListWidgetItem | None) -> None:
        self._restore.setEnabled(item is not None and self._list.row(item) > 0)
        if item is not None:
            self.revision_chosen.emit(item.data(Qt.ItemDataRole.UserRole))

    def _on_restore(self) -> None:
        item = self._list.currentItem()
        if item is not None:
            self.restore_requested.emit(item.data(Qt.ItemDataRole.UserRole))


def difference_html(then: str, now: str, theme: Theme) -> str:
    """A line difference as HTML; added and removed lines are marked by sign and by colour."""
    lines = difflib.unified_diff(then.splitlines(), now.splitlines(), lineterm="", n=2)
    shown: list[str] = []
    for line in list(lines)[2:]:
        hue = {"+": "green", "-": "red"}.get(line[:1])
        text = escape(line) or "&nbsp;"
        if hue:
            colors = theme.hue(hue)
            text = f'<span style="background:{colors.tint.name()}; color:{colors.fg.name()};">{text}</span>'
        elif line.startswith("@@"):
            text = f'<span style="color:{theme.color("text2").name()};">…</span>'
        shown.append(text)
    words = "<br>".join(shown) or "No difference."
    return f"<div style=\"font-family:'{theme.font('mono').family()}'; white-space: pre-wrap;\">{words}</div>"
