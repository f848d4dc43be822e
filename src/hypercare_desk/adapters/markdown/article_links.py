"""Links between articles: ``[[KI-0007]]``, ``[[KI-0007|words]]`` and ``[words](KI-0007)``."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree  # only builds elements; nothing is parsed with it

from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor
from markdown.treeprocessors import Treeprocessor

_ID = r"(?:KI|WA|FAQ|HT|SP|RF|LL|TN)-\d{4,9}"
_IN_BRACKETS = rf"\[\[({_ID})(?:\|([^\[\]\n]{{1,200}}))?\]\]"
_BARE = re.compile(_ID)


class ArticleLinks(Extension):
    """``resolve`` maps ids, and paths relative to ``kb/``, to targets; without it ids lead to ``desk:article/<id>``."""

    def __init__(self) -> None:
        super().__init__()
        self.resolve: Mapping[str, str] | None = None
        self.base = ""

    def extendMarkdown(self, md: Any) -> None:  # noqa: N802 - the library's name
        md.inlinePatterns.register(_Brackets(_IN_BRACKETS, self), "article_link", 175)
        md.treeprocessors.register(_Targets(md, self), "article_targets", 5)

    def target(self, article_id: str) -> str | None:
        """Where a link to the article leads; None if it is not to be linked."""
        if self.resolve is None:
            return f"desk:article/{article_id}"
        return self.resolve.get(article_id)

    def target_of_path(self, href: str) -> str | None:
        """Where a relative link to a file leads, if that file has become an article."""
        if not self.resolve or ":" in href or href.startswith(("/", "#")):
            return None
        path, mark, _ = href.partition("#")
        joined = posixpath.normpath(posixpath.join(self.base, unquote(path)))
        return self.resolve.get(joined) if path or not mark else None


class _Brackets(InlineProcessor):
    def __init__(self, pattern: str, links: ArticleLinks) -> None:
        super().__init__(pattern)
        self._links = links

    def handleMatch(self, m: re.Match[str], data: str) -> tuple[ElementTree.Element, int, int]:  # noqa: N802
        article_id, words = m.group(1), m.group(2)
        target = self._links.target(article_id)
        element = ElementTree.Element("a" if target else "span")
        element.set("class", "article-link" if target else "missing-link")
        if target:
            element.set("href", target)
        element.text = words or article_id
        return element, m.start(0), m.end(0)


class _Targets(Treeprocessor):
    """Runs after inline text has become elements."""

    def __init__(self, md: Any, links: ArticleLinks) -> None:
        super().__init__(md)
        self._links = links

    def run(self, root: ElementTree.Element) -> None:
        for element in root.iter("a"):
            href = element.get("href", "")
            if _BARE.fullmatch(href):
                target = self._links.target(href)
                if target:
                    element.set("href", target)
                    element.set("class", "article-link")
                else:
                    element.tag = "span"
                    element.set("class", "missing-link")
                    del element.attrib["href"]
            elif target := self._links.target_of_path(href):
                element.set("href", target)
                element.set("class", "article-link")
