"""Helps while an article is typed: articles for ``[[``, attachments from what is pasted, the place, the preview."""

from __future__ import annotations

from itertools import islice

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QLabel

from hypercare_desk.domain.article import Article
from hypercare_desk.services.progress import Progress
from hypercare_desk.ui.pages.knowledge.source_edit import SourceEdit
from hypercare_desk.ui.pages.page import Surroundings
from hypercare_desk.ui.widgets.article_view import ArticleView

_OFFERED = 12
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg")


class SourceHelp(QObject):
    """Answers what ``source`` asks for, off the GUI thread."""

    def __init__(
        self, around: Surroundings, source: SourceEdit, preview: ArticleView, place: QLabel, article: Article
    ) -> None:
        super().__init__(source)
        self._around = around
        self._source = source
        self._preview = preview
        self._place = place
        self._article = article
        source.cursorPositionChanged.connect(self._show_place)
        source.verticalScrollBar().valueChanged.connect(self._follow)
        source.link_typed.connect(self._find_links)
        source.pasted.connect(self._attach)

    def _show_place(self) -> None:
        words = len(self._source.toPlainText().split())
        line = self._source.textCursor().blockNumber() + 1
        self._place.setText(self.tr("Line {0} · {1:,} words").format(line, words))

    def _follow(self, value: int) -> None:
        """Keep the preview at the same share of the text as the source."""
        bar, other = self._source.verticalScrollBar(), self._preview.verticalScrollBar()
        if bar.maximum():
            other.setValue(round(other.maximum() * value / bar.maximum()))

    def _find_links(self, typed: str) -> None:
        desk = self._around.desk

        def look(_progress: Progress) -> list[str]:
            wanted = typed.casefold().split()
            texts = (f"{row.fields.id}  {row.fields.title}" for row in desk.knowledge.list())
            fitting = (text for text in texts if all(part in text.casefold() for part in wanted))
            return list(islice(fitting, _OFFERED))

        self._around.jobs.read(look, lambda lines: self._source.offer_links(typed, lines), key="link-typed")

    def _attach(self, name: str, data: bytes) -> None:
        desk, article = self._around.desk, self._article

        def done(path: str) -> None:
            depth = article.link_base.count("/") + 1 if article.link_base else 0
            link = "../" * depth + path.replace(" ", "%20")
            picture = name.lower().endswith(_PICTURES)
            self._source.insertPlainText(f"{'!' if picture else ''}[{name.rpartition('.')[0]}]({link})")

        self._around.jobs.write("", lambda _p: desk.knowledge.attach(name, data), done)
