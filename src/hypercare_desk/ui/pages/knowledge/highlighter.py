"""Colours for Markdown source: headings, emphasis, code, links, lists, quotes; fenced code as one block."""

from __future__ import annotations

import re

from PySide6.QtGui import QColor, QFont, QSyntaxHighlighter, QTextCharFormat, QTextDocument

from hypercare_desk.ui.theme import Theme

_FENCE = re.compile(r"^\s{0,3}(```|~~~)")
_HEADING = re.compile(r"^#{1,6}\s.*$")
_QUOTE = re.compile(r"^\s*>.*$")
_LIST = re.compile(r"^\s*(?:[-*+]|\d+[.)])(?=\s)")
_INLINE = (
    ("strong", re.compile(r"(\*\*|__)(?=\S).+?(?<=\S)\1")),
    ("emphasis", re.compile(r"(?<![*\w])\*(?=[^*\s]).+?(?<=[^*\s])\*(?!\*)")),
    ("code", re.compile(r"`[^`]+`")),
    ("link", re.compile(r"\[\[[^\]]+\]\]|!?\[[^\]]*\]\([^)\s]*\)|<https?://[^>]+>")),
)
_PLAIN, _IN_CODE = 0, 1


class MarkdownHighlighter(QSyntaxHighlighter):
    """Follows the theme; a line is looked at alone, fences carry over."""

    def __init__(self, document: QTextDocument, theme: Theme) -> None:
        super().__init__(document)
        self._theme = theme
        self._formats: dict[str, QTextCharFormat] = {}
        self._make_formats()
        theme.changed.connect(self._on_theme)

    def highlightBlock(self, text: str) -> None:
        inside = self.previousBlockState() == _IN_CODE
        fence = bool(_FENCE.match(text))
        if inside or fence:
            self.setFormat(0, len(text), self._formats["code"])
            self.setCurrentBlockState(_IN_CODE if inside != fence else _PLAIN)
            return
        self.setCurrentBlockState(_PLAIN)
        if _HEADING.match(text):
            self.setFormat(0, len(text), self._formats["heading"])
            return
        if _QUOTE.match(text):
            self.setFormat(0, len(text), self._formats["quote"])
        if mark := _LIST.match(text):
            self.setFormat(mark.start(), mark.end() - mark.start(), self._formats["list"])
        for name, pattern in _INLINE:
            for found in pattern.finditer(text):
                self.setFormat(found.start(), found.end() - found.start(), self._formats[name])

    def _make_formats(self) -> None:
        theme = self._theme
        self._formats = {
            "heading": _format(theme.color("accent"), bold=True),
            "quote": _format(theme.hue("green").fg),
            "list": _format(theme.color("accent"), bold=True),
            "strong": _format(theme.color("text"), bold=True),
            "emphasis": _format(theme.color("text"), italic=True),
            "code": _format(theme.hue("orange").fg, behind=theme.color("sunken")),
            "link": _format(theme.hue("amber").fg),
        }

    def _on_theme(self) -> None:
        self._make_formats()
        self.rehighlight()


def _format(
    color: QColor, *, bold: bool = False, italic: bool = False, behind: QColor | None = None
) -> QTextCharFormat:
    made = QTextCharFormat()
    made.setForeground(color)
    if bold:
        made.setFontWeight(QFont.Weight.DemiBold)
    made.setFontItalic(italic)
    if behind is not None:
        made.setBackground(behind)
    return made
