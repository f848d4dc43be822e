"""Fits one article's rendered HTML into the pack: splits it at its headings, keeps only what the pack may hold.

The renderer has sanitised the text already; this is a second allow-list, written out element by element, so that
nothing reaches the PDF library that is not named here, whoever made the snapshot.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from html import escape
from html.parser import HTMLParser

from hypercare_desk.adapters.pdf.column_widths import ColumnWidths
from hypercare_desk.domain.handoff import attachment_path

_HEADINGS = {"h1": 4, "h2": 4, "h3": 5, "h4": 6, "h5": 6, "h6": 6}
_VOID = frozenset({"br", "hr", "img"})
_KEPT = frozenset(
    [
        "p",
        "ul",
        "ol",
        "li",
        "blockquote",
        "pre",
        "code",
        "em",
        "strong",
        "b",
        "i",
        "del",
        "s",
        "sub",
        "sup",
        "kbd",
        "mark",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "dl",
        "dt",
        "dd",
        "hr",
        "br",
        "img",
        "a",
        "div",
    ]
)
_BECOMES = {
    "summary": "p",
    "details": "div",
    "section": "div",
    "figure": "div",
    "figcaption": "p",
    "tt": "code",
}
_SILENCED = frozenset({"script", "style", "svg", "math", "template", "iframe", "object", "noscript", "title"})
_DEPTH = 40
_ARTICLE_HREF = re.compile(r"(?:^|[:/#])((?:KI|WA|FAQ|HT|SP|RF|LL|TN)-\d{4,9})(?:\.md)?$")
_MENTION = re.compile(r"\b(?:(?:KI|WA|FAQ|HT|SP|RF|LL|TN)-\d{4,9}|FB-\d{4,9}|PM-\d{4,9})\b")
_CLASSES = frozenset(
    {"admonition", "admonition-title", "note", "warning", "danger", "tip", "important", "caution", "footnote"}
)
_ALIGN = re.compile(r"text-align\s*:\s*(right|center)")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of an article under one heading; the first one may have none. ``html`` is safe to print as it is."""

    heading: str
    anchor: str
    html: str


def article_parts(
    html: str, article_id: str, title: str, anchors: Collection[str], pictures: Collection[str]
) -> list[Part]:
    """The parts of an article, in order; parts without any text are left out.

    ``anchors`` are ids of articles, records and post-mortems that the pack holds (mentions of them become links);
    ``pictures`` are attachments that may be printed. A leading heading that repeats the title is dropped.
    """
    writer = _Writer(article_id, anchors, pictures)
    writer.feed(html)
    writer.close()
    parts = writer.finish()
    if parts and not parts[0].heading:
        return [p for p in parts if p.html.strip()]
    return [p for p in parts if p.html.strip() or p.heading.casefold() != title.casefold()]


class _Writer(HTMLParser):
    """Writes allowed elements, balanced, into the current part."""

    def __init__(self, article_id: str, anchors: Collection[str], pictures: Collection[str]) -> None:
        super().__init__(convert_charrefs=True)
        self._id = article_id
        self._anchors = anchors
        self._pictures = pictures
        self._out: list[str] = []
        self._open: list[str] = []
        self._parts: list[Part] = []
        self._heading = ""
        self._anchor = ""
        self._title: list[str] | None = None
        self._silent = 0
        self._text = False
        self._level = 3
        self._tables: list[ColumnWidths] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENCED:
            self._silent += 1
            return
        if self._silent:
            return
        found = {name: value or "" for name, value in attrs}
        if tag in _HEADINGS:
            self._start_heading(tag)
        elif self._title is not None:
            return
        elif tag == "img":
            self._picture(found)
        elif tag == "input":
            self._emit("☑ " if "checked" in found else "☐ ")
        else:
            self._start_element(_BECOMES.get(tag, tag), found)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _SILENCED:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENCED:
            self._silent = max(0, self._silent - 1)
            return
        if self._silent:
            return
        if tag in _HEADINGS:
            self._end_heading()
            return
        tag = _BECOMES.get(tag, tag)
        if tag in self._open and tag not in _VOID:
            while True:
                last = self._open.pop()
                self._emit(f"</{last}>")
                if last == "table":
                    self._end_table()
                if last == tag:
                    break

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        if self._title is not None:
            self._title.append(data)
            return
        if data.strip():
            self._text = True
            if self._tables:
                self._tables[-1].text(data)
        if {"a", "code", "pre"} & set(self._open):
            self._emit(escape(data))
        else:
            self._emit(_with_links(data, self._known))

    def finish(self) -> list[Part]:
        """Close what is open and give all parts."""
        self._end_heading()
        self._end_part()
        return self._parts

    def _known(self, mention: str) -> bool:
        return mention in self._anchors and mention != self._id

    def _start_heading(self, tag: str) -> None:
        level = min(_HEADINGS[tag], self._level + 1)
        if level == 4 and not self._open:
            self._end_part()
        self._level = level
        self._title = []

    def _end_heading(self) -> None:
        if self._title is None:
            return
        words = _SPACE.sub(" ", "".join(self._title)).strip()
        self._title = None
        if not words:
            return
        if self._level == 4 and not self._open:
            self._heading = words
            self._anchor = f"{self._id}--{len(self._parts) + 1}"
        elif self._open:
            self._emit(f"<strong>{escape(words)}</strong><br>")
        else:
            self._text = True
            self._emit(f"<h{self._level}>{escape(words)}</h{self._level}>")

    def _end_part(self) -> None:
        while self._open:
            last = self._open.pop()
            self._emit(f"</{last}>")
            if last == "table":
                self._end_table()
        html = "".join(self._out) if self._text else ""
        if html or self._heading:
            self._parts.append(Part(self._heading, self._anchor, html))
        self._out, self._heading, self._anchor, self._text = [], "", "", False

    def _start_element(self, tag: str, found: dict[str, str]) -> None:
        if tag not in _KEPT or len(self._open) >= _DEPTH:
            return
        if tag == "table":
            self._tables.append(ColumnWidths(len(self._out)))
        elif self._tables and tag == "tr":
            self._tables[-1].row()
        elif self._tables and tag in ("td", "th"):
            self._tables[-1].cell(found.get("colspan", ""))
        self._emit(f"<{tag}{self._attributes(tag, found)}>")
        if tag == "hr":
            self._text = True
        if tag not in _VOID:
            self._open.append(tag)

    def _end_table(self) -> None:
        """Give the table its columns' widths, and a smaller type if it has many."""
        widths = self._tables.pop()
        self._out[widths.place] = widths.opening()

    def _attributes(self, tag: str, found: dict[str, str]) -> str:
        kept: dict[str, str] = {}
        if found.get("id"):
            kept["id"] = self._inner(found["id"])
        if tag == "a" and found.get("href"):
            kept |= self._link(found["href"])
        elif tag == "ol" and found.get("start", "").isdigit():
            kept["start"] = found["start"][:9]
        elif tag in ("td", "th"):
            kept |= {n: found[n][:2] for n in ("colspan", "rowspan") if found.get(n, "").isdigit()}
            align = _ALIGN.search(found.get("style", "")) or re.fullmatch(
                "(right|center)", found.get("align", "")
            )
            if align:
                kept["class"] = align.group(1)
        elif tag == "div":
            names = [name for name in found.get("class", "").split() if name in _CLASSES]
            if names:
                kept["class"] = " ".join(names)
        return "".join(f' {name}="{escape(value)}"' for name, value in kept.items())

    def _link(self, href: str) -> dict[str, str]:
        href = href.strip()
        to_article = _ARTICLE_HREF.search(href)
        if to_article:
            return {"href": f"#{to_article.group(1)}"} if to_article.group(1) in self._anchors else {}
        if href.startswith("#"):
            return {"href": f"#{self._inner(href[1:])}"} if href[1:] else {}
        scheme = href.split(":", 1)[0].casefold()
        return {"href": href} if ":" in href and scheme in ("http", "https", "mailto") else {}

    def _inner(self, name: str) -> str:
        return f"{self._id}--{re.sub(r'[^A-Za-z0-9_-]', '-', name)[:80]}"

    def _picture(self, found: dict[str, str]) -> None:
        self._text = True
        alt = _SPACE.sub(" ", found.get("alt", "")).strip()[:300]
        path = attachment_path(found.get("src", ""))
        if path in self._pictures:
            self._emit(f'<img src="pack:attachment/{escape(path)}" alt="{escape(alt or path)}">')
        else:
            self._emit(
                f'<span class="nopic">[Picture not in this workspace{": " if alt else ""}{escape(alt)}]</span>'
            )

    def _emit(self, text: str) -> None:
        self._out.append(text)


def _with_links(text: str, known: Callable[[str], bool]) -> str:
    """``text`` escaped, with mentions of what the pack holds as links."""
    out: list[str] = []
    end = 0
    for mention in _MENTION.finditer(text):
        if known(mention.group()):
            out.append(escape(text[end : mention.start()], quote=False))
            out.append(f'<a href="#{mention.group()}">{mention.group()}</a>')
            end = mention.end()
    out.append(escape(text[end:], quote=False))
    return "".join(out)
