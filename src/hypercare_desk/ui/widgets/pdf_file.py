"""A PDF that is open for looking at: sizes, bookmarks, pages as pictures, text and where words stand in it.

PDFium may be used by one thread at a time in a whole process, whatever document it works on: everything here runs
under ``PDFIUM``, and so must whatever else reads a PDF beside an open window.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtGui import QImage

from hypercare_desk.domain.errors import Invalid, NotFound

PDFIUM = threading.RLock()
_MOST_MATCHES = 2000
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Bookmark:
    """An entry of the outline: its words, its page (from 0) and how deep it lies (from 0)."""

    title: str
    page: int
    level: int


@dataclass(frozen=True, slots=True)
class Match:
    """One place where the words stand: the page (from 0), and boxes in points from the page's upper left corner."""

    page: int
    boxes: tuple[Box, ...]


class PdfFile:
    """An open PDF. Its bytes are in memory, so that the file may be replaced meanwhile. Any thread may ask."""

    def __init__(
        self, document: Any, sizes: tuple[tuple[float, float], ...], outline: tuple[Bookmark, ...]
    ) -> None:
        self._document = document
        self.sizes = sizes
        self.outline = outline

    @classmethod
    def open(cls, path: Path) -> PdfFile:
        """Read the file; raises ``NotFound``, or ``Invalid`` if it is no PDF."""
        import pypdfium2

        try:
            data = path.read_bytes()
        except OSError as fault:
            raise NotFound(f"{path} cannot be read: {fault.strerror or fault}.") from fault
        with PDFIUM:
            try:
                document = pypdfium2.PdfDocument(data)
            except pypdfium2.PdfiumError as fault:
                raise Invalid(f"{path} is no PDF, or it is damaged.", code="not_a_pdf") from fault
            sizes = tuple(document.get_page_size(number) for number in range(len(document)))
            return cls(document, sizes, _outline(document))

    def picture(self, page: int, scale: float) -> QImage:
        """A page as a picture, ``scale`` px to the point; a null picture once the file is closed."""
        with PDFIUM:
            if self._document is None:
                return QImage()
            with closing(self._document[page]) as opened:
                bitmap = opened.render(scale=scale, prefer_bgrx=True)
                with closing(bitmap):
                    seen = QImage(
                        bitmap.buffer, bitmap.width, bitmap.height, bitmap.stride, QImage.Format.Format_RGB32
                    )
                    return seen.copy()

    def text(self, page: int) -> str:
        """The words of a page in reading order; empty once the file is closed."""
        with PDFIUM:
            if self._document is None:
                return ""
            with closing(self._document[page]) as opened, closing(opened.get_textpage()) as words:
                return str(words.get_text_range()).replace("\r\n", "\n")

    def find(self, words: str, stop: Callable[[], bool]) -> tuple[Match, ...]:
        """Where ``words`` stand, upper and lower case alike, page by page; what was found so far once ``stop()``."""
        found: list[Match] = []
        for page in range(len(self.sizes)):
            if stop() or len(found) >= _MOST_MATCHES:
                break
            with PDFIUM:
                if self._document is None:
                    break
                with closing(self._document[page]) as opened, closing(opened.get_textpage()) as text:
                    found += _matches(text, words, page, self.sizes[page][1])
        return tuple(found)

    def link(self, page: int, x: float, y: float) -> Match | None:
        """Where a link at a point of a page leads inside the file; ``x`` and ``y`` in points from the upper left."""
        import pypdfium2.raw as raw

        with PDFIUM:
            if self._document is None:
                return None
            height = self.sizes[page][1]
            with closing(self._document[page]) as opened:
                found = raw.FPDFLink_GetLinkAtPoint(opened, x, height - y)
                target = raw.FPDFLink_GetDest(self._document, found) if found else None
                if not target and found:
                    action = raw.FPDFLink_GetAction(found)
                    target = raw.FPDFAction_GetDest(self._document, action) if action else None
                number = raw.FPDFDest_GetDestPageIndex(self._document, target) if target else -1
                if not 0 <= number < len(self.sizes):
                    return None
                return Match(number, _place(raw, target, self.sizes[number][1]))

    def close(self) -> None:
        """Let go of the memory; later questions get empty answers."""
        with PDFIUM:
            if self._document is not None:
                self._document.close()
            self._document = None


def _place(raw: Any, target: Any, height: float) -> tuple[Box, ...]:
    """The point that a link leads to, as a box without size; nothing if it leads to the page as a whole."""
    from ctypes import c_float, c_int

    has = [c_int() for _ in range(3)]
    at = [c_float() for _ in range(3)]
    if not raw.FPDFDest_GetLocationInPage(target, *has, *at) or not has[1].value:
        return ()
    return ((at[0].value, height - at[1].value, 0.0, 0.0),)


def _outline(document: Any) -> tuple[Bookmark, ...]:
    found: list[Bookmark] = []
    for entry in document.get_toc(max_depth=3):
        target = entry.get_dest()
        page = target.get_index() if target is not None else None
        if page is not None:
            found.append(Bookmark(str(entry.get_title()), int(page), int(entry.level)))
    return tuple(found)


def _matches(text: Any, words: str, page: int, height: float) -> list[Match]:
    found: list[Match] = []
    with closing(text.search(words, match_case=False)) as searcher:
        while (hit := searcher.get_next()) is not None:
            boxes: list[Box] = []
            for number in range(text.count_rects(*hit)):
                left, bottom, right, top = text.get_rect(number)
                boxes.append((left, height - top, right - left, top - bottom))
            found.append(Match(page, tuple(boxes)))
    return found
