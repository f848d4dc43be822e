"""One text to HTML: Python-Markdown with the product's extensions, then the sanitiser. Unbounded in time: use the
renderer, which runs this in a child process."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import markdown

from hypercare_desk.adapters.markdown.article_links import ArticleLinks
from hypercare_desk.adapters.markdown.callouts import Callouts
from hypercare_desk.adapters.markdown.list_layout import ListLayout
from hypercare_desk.adapters.markdown.sanitiser import sanitised
from hypercare_desk.adapters.markdown.small_syntax import SmallSyntax


def render(text: str, resolve: Mapping[str, str] | None, base: str) -> str:
    """``text`` as sanitised HTML; ``resolve`` and ``base`` as in ``services.ports.Renderer``."""
    parser, links = _parser()
    links.resolve = resolve
    links.base = base
    parser.reset()
    return sanitised(parser.convert(text.replace("\x00", "\ufffd")), base)


@cache
def _parser() -> tuple[Any, ArticleLinks]:
    links = ArticleLinks()
    parser = markdown.Markdown(
        extensions=[
            "tables",
            "fenced_code",
            "toc",
            "admonition",
            "footnotes",
            "attr_list",
            "def_list",
            "sane_lists",
            "codehilite",
            ListLayout(),
            Callouts(),
            SmallSyntax(),
            links,
        ],
        extension_configs={"codehilite": {"guess_lang": False}, "toc": {"permalink": False}},
        output_format="html",
    )
    return parser, links
