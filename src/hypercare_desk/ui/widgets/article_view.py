"""The article view: sanitised HTML in a text browser that loads nothing but this workspace's attachments."""

from __future__ import annotations

import re
from pathlib import Path

from PySide6.QtCore import QByteArray, QUrl, Signal
from PySide6.QtGui import QImage, QTextDocument
from PySide6.QtWidgets import QTextBrowser, QWidget

from hypercare_desk.ui.theme import Theme

_LARGEST_IMAGE = 20 * 1024 * 1024


class ArticleView(QTextBrowser):
    """``article_requested`` carries the id of a linked article; ``outside_requested`` a web or mail address."""

    article_requested = Signal(str)
    outside_requested = Signal(str)

    def __init__(self, theme: Theme, kb: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._kb = kb.resolve()
        self._folder = self._kb
        self._html = ""
        self._nothing = QImage(1, 1, QImage.Format.Format_ARGB32)
        self._nothing.fill(0)
        self.setOpenLinks(False)
        self.setOpenExternalLinks(False)
        self.document().setDocumentMargin(0)
        self.anchorClicked.connect(self._on_anchor)
        theme.changed.connect(self._paint)

    def show_html(self, html: str, path: str = "") -> None:
        """Show an article's HTML; ``path`` (under ``kb/``) is what its pictures are relative to."""
        self._folder = (self._kb / path).parent
        self._html = html
        self._paint()

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        """Pictures inside ``kb/`` only; everything else is an empty picture, never a file or a network call."""
        if kind != QTextDocument.ResourceType.ImageResource.value:
            return QByteArray()
        url = QUrl(name)
        if url.scheme() not in ("", "file") or url.host():
            return self._nothing
        wanted = (self._folder / url.path().lstrip("/")).resolve()
        try:
            inside = wanted.is_relative_to(self._kb) and wanted.stat().st_size <= _LARGEST_IMAGE
        except OSError:
            return self._nothing
        image = QImage(str(wanted)) if inside else self._nothing
        width = max(200, self.viewport().width() - 24)
        return image.scaledToWidth(width) if image.width() > width else image

    def _paint(self) -> None:
        self.document().setDefaultStyleSheet(article_style(self._theme))
        at = self.verticalScrollBar().value()
        self.setHtml(for_text_browser(self._html, self._theme))
        self.verticalScrollBar().setValue(at)

    def _on_anchor(self, url: QUrl) -> None:
        text = url.toString()
        if url.scheme() == "desk":
            self.article_requested.emit(text.removeprefix("desk:").lstrip("/").removeprefix("article/"))
        elif url.scheme() in ("http", "https", "mailto"):
            self.outside_requested.emit(text)
        elif text.startswith("#"):
            self.scrollToAnchor(text[1:])


def article_style(theme: Theme) -> str:
    """The style sheet of an article's text, within what QTextBrowser understands."""
    c = {
        name: theme.color(name).name()
        for name in ("text", "text2", "accent", "border", "sunken", "on_hit", "hit")
    }
    read = theme.font("read").pointSizeF()
    return f"""
    body {{ color: {c["text"]}; font-size: {read:.2f}pt; line-height: 145%; }}
    p, li {{ line-height: 145%; }}
    p {{ margin: 0 0 8px 0; }}
    .h1 {{ font-size: {read * 1.25:.2f}pt; font-weight: 600; margin: 4px 0 8px 0; }}
    .h2 {{ font-size: {read * 1.08:.2f}pt; font-weight: 600; margin: 14px 0 4px 0; }}
    .h3 {{ font-size: {read:.2f}pt; font-weight: 600; margin: 10px 0 4px 0; }}
    a {{ color: {c["accent"]}; text-decoration: none; }}
    code, pre {{ font-family: "{theme.font("mono").family()}"; font-size: {read * 0.92:.2f}pt; }}
    code, pre {{ background: {c["sunken"]}; }}
    blockquote {{ color: {c["text2"]}; margin: 4px 0 8px 14px; }}
    th {{ font-weight: 600; text-align: left; }}
    ul, ol {{ margin: 0 0 8px 0; -qt-list-indent: 1; }}
    """


_HEADING = re.compile(r'<h([1-6])(?:[^>]*?\bid="([^"]*)")?[^>]*>(.*?)</h\1>', re.DOTALL)
_PRE = re.compile(r"<pre[^>]*>(.*?)</pre>", re.DOTALL)
_TABLE = re.compile(r"<table[^>]*>")
_QUOTE = re.compile(r"<blockquote[^>]*>(.*?)</blockquote>", re.DOTALL)


def for_text_browser(html: str, theme: Theme) -> str:
    """HTML that QTextBrowser draws well: blocks with a background as one-cell tables, tables with a rule."""
    html = _HEADING.sub(_heading, html)
    border, sunken = theme.color("border").name(), theme.color("sunken").name()
    html = _TABLE.sub(
        f'<table border="1" cellspacing="0" cellpadding="6" style="border-collapse:collapse; border-color:{border};">',
        html,
    )
    html = _PRE.sub(
        lambda m: (
            f'<table width="100%" cellspacing="0" cellpadding="8"><tr><td bgcolor="{sunken}">'
            f'<pre style="white-space: pre-wrap; margin: 0;">{m.group(1).rstrip()}</pre></td></tr></table><p></p>'
        ),
        html,
    )
    return _QUOTE.sub(
        lambda m: (
            f'<table cellspacing="0" cellpadding="8"><tr><td bgcolor="{border}" width="3"></td>'
            f"<td>{m.group(1)}</td></tr></table>"
        ),
        html,
    )


def _heading(found: re.Match[str]) -> str:
    """A heading as a paragraph: QTextBrowser would grow a heading's own size again."""
    level = min(3, int(found.group(1)))
    anchor = f'<a name="{found.group(2)}"></a>' if found.group(2) else ""
    return f'<p class="h{level}">{anchor}{found.group(3)}</p>'
