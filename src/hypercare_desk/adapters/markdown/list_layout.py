"""Lists as editors and git hosts read them, laid out as Python-Markdown wants them.

Python-Markdown asks for four blanks below a list item, a blank line before a list, and fences at the margin. People
indent by the width of the marker and put code fences under steps. This rewrites the layout before parsing: each line
below an item is indented by four per level, and fenced code under an item is rendered at once, in its place.
"""

from __future__ import annotations

import re
from typing import Any

from markdown.extensions import Extension
from markdown.extensions.codehilite import CodeHilite
from markdown.preprocessors import Preprocessor

_ITEM = re.compile(r"^( *)([-*+]|\d{1,9}[.)])( +|$)(.*)$")
_FENCE = re.compile(r"^( *)(`{3,}|~{3,})[ ]*([\w+#.-]*)[^`\n]*$")
_RULE = re.compile(r"^ {0,3}(?:(?:\* *){3,}|(?:- *){3,}|(?:_ *){3,})$")
_HEADING = re.compile(r"^ {0,3}#{1,6}(?:\s|$)")
_MAX_LEVELS = 10


class ListLayout(Extension):
    """Runs before fenced code is read, so that it can take fences out of items."""

    def extendMarkdown(self, md: Any) -> None:  # noqa: N802 - the library's name
        md.preprocessors.register(_Layout(md), "list_layout", 28)


class _Layout(Preprocessor):
    def run(self, lines: list[str]) -> list[str]:
        out: list[str] = []
        levels: list[int] = []
        number = 0
        while number < len(lines):
            line = lines[number].expandtabs(4)
            fence = _FENCE.match(line)
            if fence:
                number = self._fence(lines, number, fence, levels, out)
                continue
            self._line(line, levels, out)
            number += 1
        return out

    def _line(self, line: str, levels: list[int], out: list[str]) -> None:
        if not line.strip():
            out.append("")
            return
        indent = len(line) - len(line.lstrip(" "))
        item = None if _RULE.match(line) else _ITEM.match(line)
        blank_before = not out or not out[-1].strip()
        if not item and levels and not blank_before and indent < levels[-1] and not _HEADING.match(line):
            # A lazy line goes on with the paragraph above it.
            out.append(_indented(len(levels), line.strip()))
            return
        if item and _continues_text(item, levels, out, blank_before):
            item = None
        while levels and indent < levels[-1]:
            levels.pop()
        inner = indent - (levels[-1] if levels else 0)
        if item and inner < 4 and len(levels) < _MAX_LEVELS:
            self._item(item, indent, levels, out, blank_before)
            return
        out.append(_indented(len(levels), " " * inner + line.strip()))

    def _item(
        self, item: re.Match[str], indent: int, levels: list[int], out: list[str], blank_before: bool
    ) -> None:
        marker, gap, text = item.group(2), item.group(3), item.group(4)
        if not blank_before and not levels and out and not _ITEM.match(out[-1]):
            out.append("")
        mark = marker.replace(")", ".")
        out.append(_indented(len(levels), f"{mark} {text}"))
        width = len(gap) if 1 <= len(gap) <= 4 and text else 1
        levels.append(indent + len(marker) + width)

    def _fence(
        self, lines: list[str], number: int, fence: re.Match[str], levels: list[int], out: list[str]
    ) -> int:
        """Copy a fence at the margin as it is; put one under an item, or indented, in its place as ready HTML."""
        indent, mark, language = len(fence.group(1)), fence.group(2), fence.group(3)
        while levels and indent < levels[-1]:
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


def _continues_text(item: re.Match[str], levels: list[int], out: list[str], blank_before: bool) -> bool:
    """A number other than 1 in the middle of a paragraph (a year, a version) begins no list."""
    marker = item.group(2)
    if blank_before or levels or not marker[0].isdigit():
        return False
    return marker[:-1] != "1" and bool(out) and not _ITEM.match(out[-1])


def _indented(levels: int, text: str) -> str:
    return "    " * levels + text


def _outdented(line: str, indent: int) -> str:
    wide = line.expandtabs(4)
    return wide[min(indent, len(wide) - len(wide.lstrip(" "))) :]
