"""Writes page numbers into laid out pages.

CSS could do it (``target-counter``), but WeasyPrint then lays out every page that names another one up to eight
times: three quarters of the time of a pack. Here the pages are laid out once, with room for a number wherever one
belongs; digits of the pack's font are all equally wide, so putting the numbers in moves nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

_BLANK = "\u2007"  # as wide as a digit
_PLACES = frozenset({"page", "range"})


def room(pages: int) -> str:
    """The text to lay out where a page number will stand, given a guess of how many pages there will be."""
    return "0" * max(3, len(str(pages)))


def write_page_numbers(pages: Iterable[Any]) -> None:
    """Put the numbers of the pages that links lead to where stylesheet and templates left room for them."""
    pages = list(pages)
    found: dict[str, int] = {}
    for number, page in enumerate(pages, start=1):
        for anchor in page.anchors:
            found.setdefault(anchor, number)
    for page in pages:
        for box in page._page_box.descendants():
            if box.element_tag == "a::after" and hasattr(box, "pango_layout"):
                _write(box, found)


def _write(box: Any, found: dict[str, int]) -> None:
    element = box.element
    kinds = set(element.get("class", "").split())
    if not kinds & _PLACES or not set(box.text) <= {"0", "–"}:
        return
    text = str(found.get(element.get("href", "").removeprefix("#"), ""))
    last = str(found.get(element.get("data-to", ""), ""))
    if last and last != text:
        text = f"{text}–{last}"
    text = text.ljust(len(box.text), _BLANK) if "inline" in kinds else text.rjust(len(box.text), _BLANK)
    box.text = box.pango_layout.text = text
