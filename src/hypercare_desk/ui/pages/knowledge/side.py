"""Beside the text: checks, fields, links and history of the article, looked up off the GUI thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtWidgets import QTabWidget, QWidget

from hypercare_desk.domain.article import Article, ArticleRow, CheckReport, Revision
from hypercare_desk.domain.feedback import Link
from hypercare_desk.services.progress import Progress
from hypercare_desk.ui.pages.knowledge.fields_form import FieldsForm
from hypercare_desk.ui.pages.knowledge.side_panes import ChecksPane, HistoryPane, LinksPane
from hypercare_desk.ui.pages.page import Surroundings


@dataclass(frozen=True, slots=True)
class _About:
    """What is looked up beside an article."""

    report: CheckReport
    linking: Sequence[ArticleRow]
    records: Sequence[Link]
    history: Sequence[Revision]


class Side(QTabWidget):
    """``text`` gives what stands in the source now: a saved state is compared with it."""

    def __init__(self, around: Surroundings, text: Callable[[], str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._around = around
        self._text = text
        self._article_id = ""
        settings = around.desk.settings
        self.checks = ChecksPane(around.theme)
        self.fields = FieldsForm(settings.components, settings.environments)
        self.links = LinksPane(around.theme)
        self.history = HistoryPane(around.theme)
        self.addTab(self.checks, self.tr("Checks"))
        self.addTab(self.fields, self.tr("Fields"))
        self.addTab(self.links, self.tr("Links"))
        self.addTab(self.history, self.tr("History"))
        self.tabBar().setAccessibleName(self.tr("Beside the text"))
        self.setMinimumWidth(230)
        self.links.open_requested.connect(around.navigator.open)
        self.history.revision_chosen.connect(self._show_revision)

    def look(self, article: Article) -> None:
        """Look up what hangs together with ``article`` as it is on disk."""
        self._article_id = article.id
        desk = self._around.desk

        def look(_progress: Progress) -> _About:
            knowledge = desk.knowledge
            records = desk.feedback.links_of(article.id)
            return _About(
                knowledge.check(article.id),
                knowledge.links_to(article.id),
                records,
                knowledge.history(article.id),
            )

        self._around.jobs.read(look, self._show, key=f"about-{article.id}", failed=lambda _f: None)

    def _show(self, about: _About) -> None:
        self.checks.show_report(about.report)
        self.links.show_links(about.linking, about.records)
        self.history.show_history(about.history)
        count = len(about.linking) + len(about.records)
        self.setTabText(2, self.tr("Links  {0}").format(count) if count else self.tr("Links"))

    def _show_revision(self, revision: str) -> None:
        desk, article_id = self._around.desk, self._article_id
        self._around.jobs.read(
            lambda _p: desk.knowledge.read_revision(article_id, revision).body,
            lambda body: self.history.show_difference(body, self._text()),
            key=f"revision-{article_id}",
        )
