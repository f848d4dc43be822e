"""Small things that people write and expect: task lists, ``~~struck~~``, bare web addresses, and the pictures of
Microsoft Learn (``:::image source="…" alt-text="…":::``)."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree  # only builds elements; nothing is parsed with it

from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor, SimpleTagInlineProcessor
from markdown.treeprocessors import Treeprocessor

_TASK = re.compile(r"^\[([ xX])\][ \t]+")
_ADDRESS = r"(?<![\w(<\[\"'=/])(https?://[^\s<>\"'`\])]{3,500}[^\s<>\"'`\]).,;:!?*_])"
_PICTURE = r":::image[ ]([^\n]{1,1000}?):::"
_PICTURE_PART = re.compile(r'\b(source|alt-text)="([^"]{0,500})"')
_BOX = {" ": "☐", "x": "☑"}


class SmallSyntax(Extension):
    """Boxes are characters, not form fields: they look the same on screen and on paper."""

    def extendMarkdown(self, md: Any) -> None:  # noqa: N802 - the library's name
        md.treeprocessors.register(_Tasks(md), "tasks", 24)
        md.inlinePatterns.register(SimpleTagInlineProcessor(r"(~~)([^~\n]{1,2000})~~", "del"), "struck", 60)
        md.inlinePatterns.register(_Pictures(_PICTURE), "learn_picture", 172)
        md.inlinePatterns.register(_Addresses(_ADDRESS), "bare_address", 110)


class _Tasks(Treeprocessor):
    """Runs before inline text is read, so items still hold their source."""

    def run(self, root: ElementTree.Element) -> None:
        for item in root.iter("li"):
            holder = item[0] if not (item.text or "").strip() and len(item) and item[0].tag == "p" else item
            found = _TASK.match(holder.text or "")
            if found:
                item.set("class", "task")
                holder.text = f"{_BOX[found.group(1).lower()]} {(holder.text or '')[found.end() :]}"


class _Addresses(InlineProcessor):
    def handleMatch(self, m: re.Match[str], data: str) -> tuple[ElementTree.Element, int, int]:  # noqa: N802
        element = ElementTree.Element("a", {"href": m.group(1)})
        element.text = m.group(1)
        return element, m.start(1), m.end(1)


class _Pictures(InlineProcessor):
    def handleMatch(self, m: re.Match[str], data: str) -> tuple[ElementTree.Element, int, int]:  # noqa: N802
        parts = dict(_PICTURE_PART.findall(m.group(1)))
        element = ElementTree.Element(
            "img", {"src": parts.get("source", ""), "alt": parts.get("alt-text", "")}
        )
        return element, m.start(0), m.end(0)
