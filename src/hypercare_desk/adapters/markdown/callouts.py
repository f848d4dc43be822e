"""Callouts as many knowledge bases write them: ``> [!NOTE]`` and a bare ``[!NOTE]`` paragraph."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree  # only builds elements; nothing is parsed with it

from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor

_SORTS = "note|tip|important|warning|caution"
_MARK = re.compile(rf"^\s*\[!({_SORTS})\][ \t]*(?:\n|$)?", re.IGNORECASE)
_LINE = re.compile(rf"^(\s{{0,20}}(?:>\s?)*)\[!(?:{_SORTS})\]\s*$", re.IGNORECASE)


class Callouts(Extension):
    """Turns both forms into what ``!!! note`` gives: a box with a title."""

    def extendMarkdown(self, md: Any) -> None:  # noqa: N802 - the library's name
        md.preprocessors.register(_OwnParagraph(md), "callout_lines", 22)
        md.treeprocessors.register(_Boxes(md), "callouts", 25)


class _OwnParagraph(Preprocessor):
    """A blank line behind the mark, so that a list or table below it is read as one."""

    def run(self, lines: list[str]) -> list[str]:
        out: list[str] = []
        for line in lines:
            out.append(line)
            found = _LINE.match(line)
            if found and ">" in found.group(1):
                out.append(found.group(1).rstrip())
        return out


class _Boxes(Treeprocessor):
    """Runs before inline text is read, so paragraphs still hold their source."""

    def run(self, root: ElementTree.Element) -> None:
        for parent in list(root.iter()):
            for child in list(parent):
                if child.tag == "blockquote" and len(child) and child[0].tag == "p":
                    self._box(child, child[0])
                elif child.tag == "p" and parent.tag != "blockquote" and _MARK.match(child.text or ""):
                    box = ElementTree.Element("div")
                    box.tail = child.tail
                    child.tail = None
                    parent[list(parent).index(child)] = box
                    box.append(child)
                    self._box(box, child)

    def _box(self, box: ElementTree.Element, first: ElementTree.Element) -> None:
        found = _MARK.match(first.text or "")
        if not found:
            return
        sort = found.group(1).lower()
        box.tag = "div"
        box.set("class", f"admonition {sort}")
        title = ElementTree.Element("p", {"class": "admonition-title"})
        title.text = sort.capitalize()
        first.text = (first.text or "")[found.end() :]
        if not first.text.strip() and not len(first):
            box.remove(first)
        box.insert(0, title)
