"""Lists as editors and git hosts read them, laid out as Python-Markdown wants them.

Python-Markdown asks for four blanks below a list item, a blank line before a list, and fences at the margin. People
indent by the width of the marker and put code fences under steps. This rewrites the layout before parsing: each line
below an item is indented by four per level, and fenced code under an item is rendered at once, in its place.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from markdown.extensions import Extension
from markdown.extensions.codehilite import CodeHilite
from markdown.preprocessors import Preprocessor

_ITEM = re.compile(r"^( *)([-*+]|\d{1,9}[.)])( +|$)(.*)$")
_FENCE = re.compile(r"^( *)(`{3,}|~{3,})[ ]*([\w+#.-]*)[^`\n]*$")
_RULE = re.compile(r"^ {0,3}(?:(?:\* *){3,}|(?:- *){3,}|(?:_ *){3,})$")
_HEADING = re.compile(r"^ {0,3}#{1,6}(?:\s|$)")
_FOLD = re.compile(
    r"^ {0,12}(?:<details(?: open)?>\s*)?(?:<summary>[^\n]{0,500}</summary>|<details(?: open)?>|</details>)\s*$"
)
_MAX_LEVELS = 10


class ListLayout(Extension):
    """Runs before fenced code is read, so that it can take fences out of items."""

    def extendMarkdown(self, md: Any) -> None:  # noqa: N802 - the library's name
        md.preprocessors.register(_Layout(md), "list_layout", 28)


class _Level(NamedTuple):
    """An open list item: the column its text begins in, and whether its list is numbered."""

    column: int
    numbered: bool


class _Layout(Preprocessor):
    def run(self, lines: list[str]) -> list[str]:
        out: list[str] = []
        levels: list[_Level] = []
        number = 0
        while number < len(lines):
            line = lines[number].expandtabs(4)
            fence = _FENCE.match(line)
            if fence:
                number = self._fence(lines, number, fence, levels, out)
                continue
            if _FOLD.match(line):
                # A fold's marks stand alone, so that the text between them is read as Markdown.
                out.extend(["", _indented(len(levels), self.md.htmlStash.store(line.strip())), ""])
            else:
                self._line(line, levels, out)
            number += 1
        return out

    def _line(self, line: str, levels: list[_Level], out: list[str]) -> None:
        text = line.lstrip(" ")
        if not text.strip():
            out.append("")
            return
        indent = len(line) - len(text)
        item = None if _RULE.match(line) else _ITEM.match(line)
        after_text = bool(out) and bool(out[-1].strip())
        if not item and levels and after_text and indent < levels[-1].column and not _HEADING.match(line):
            # A lazy line goes on with the paragraph above it.
            out.append(_indented(len(levels), text))
            return
        if item and after_text and not levels and _continues_text(item, out[-1]):
            item = None
        numbered: bool | None = None
        while levels and indent < levels[-1].column:
            numbered = levels.pop().numbered
        inner = indent - (levels[-1].column if levels else 0)
        if not item or inner >= 4 or len(levels) >= _MAX_LEVELS:
            out.append(_indented(len(levels), " " * inner + text))
            return
        level = _Level(_text_column(item), item.group(2)[0].isdigit())
        if after_text and (not _ITEM.match(out[-1]) or numbered not in (None, level.numbered)):
            out.append("")
        out.append(_indented(len(levels), f"{item.group(2).replace(')', '.')} {item.group(4)}"))
        levels.append(level)

    def _fence(
        self, lines: list[str], number: int, fence: re.Match[str], levels: list[_Level], out: list[str]
    ) -> int:
        """Copy a fence at the margin as it is; put one under an item, or indented, in its place as ready HTML."""
        indent, mark, language = len(fence.group(1)), fence.group(2), fence.group(3)
        while levels and indent < levels[-1].column:
            levels.pop()
        inside: list[str] = []
        end = number + 1
        closing = re.compile(rf"^ *{re.escape(mark[0])}{{{len(mark)},}} *$")
        while end < len(lines) and not closing.match(lines[end].expandtabs(4)):
            inside.append(lines[end])
            end += 1
        if indent == 0:
            out.extend(["", *lines[number : end + 1], ""])
            return end + 1
        code = "\n".join(_outdented(line, indent) for line in inside)
        html = CodeHilite(code, lang=language or None, guess_lang=False).hilite()
        out.extend(["", _indented(len(levels), self.md.htmlStash.store(html)), ""])
        return end + 1


def _text_column(item: re.Match[str]) -> int:
    marker, gap, text = item.group(2), item.group(3), item.group(4)
    width = len(gap) if 1 <= len(gap) <= 4 and text else 1
    return len(item.group(1)) + len(marker) + width


def _continues_text(item: re.Match[str], before: str) -> bool:
    """A number other than 1 in the middle of a paragraph (a year, a version) begins no list."""
    marker = item.group(2)
    return marker[0].isdigit() and marker[:-1] != "1" and not _ITEM.match(before)


def _indented(levels: int, text: str) -> str:
    return "    " * levels + text


def _outdented(line: str, indent: int) -> str:
    wide = line.expandtabs(4)
    return wide[min(indent, len(wide) - len(wide.lstrip(" "))) :]
