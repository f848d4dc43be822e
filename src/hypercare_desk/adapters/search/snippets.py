"""Snippets: the passage of a text that holds most of the query's words, with the words marked."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from hypercare_desk.adapters.search.analysis import cut, take_apart
from hypercare_desk.domain.article import without_comments
from hypercare_desk.domain.search import Marked

_LENGTH = 220  # characters of a passage
_LONGEST_TEXT = 400_000
_MOST_SPANS = 4000
_WORD = re.compile(r"[^\W_]+(?:['’\-_./\\@+#][^\W_]+)*")
_FRONT_MATTER = re.compile(r"\A---\r?\n.*?\n(?:---|\.\.\.)[ \t]*\r?\n", re.DOTALL)
_NOISE = (
    (re.compile(r"!\[([^\]]*)\]\([^)\s]*[^)]*\)"), r"\1"),
    (re.compile(r"\[([^\]]*)\]\([^)\s]*[^)]*\)"), r"\1"),
    (re.compile(r"<[/!]?[a-zA-Z][^<>\n]{0,200}>|&nbsp;"), " "),
    (
        re.compile(
            r"^[ \t]*(?:#{1,6}[ \t]+|[-*+][ \t]+|>[ \t]?|```.*$|~~~.*$|\|[-:| ]+\|[ \t]*$)", re.MULTILINE
        ),
        "",
    ),
    (re.compile(r"(\*\*|__|`)"), ""),
)


class Marker:
    """Finds the words of one query in texts."""

    def __init__(self, terms: Sequence[str], beginnings: Sequence[str], stem: Callable[[str], str]) -> None:
        self._terms = frozenset(terms)
        self._beginnings = tuple(b for b in beginnings if b)
        self._stem = stem
        self._known: dict[str, str] = {}

    def spans(self, text: str) -> list[tuple[int, int, str]]:
        """Start, end and the term of each word in ``text`` that the query asks for."""
        found: list[tuple[int, int, str]] = []
        for word in _WORD.finditer(text):
            term = self._term(word.group())
            if term:
                found.append((word.start(), word.end(), term))
                if len(found) >= _MOST_SPANS:
                    break
        return found

    def _term(self, word: str) -> str:
        term = self._known.get(word)
        if term is None:
            term = self._known[word] = self._find(word)
        return term

    def _find(self, word: str) -> str:
        for chunk in cut(word):
            pieces = take_apart(chunk)
            for surface in (pieces.code, *pieces.words, *pieces.extras):
                if not surface:
                    continue
                for term in (surface, self._stem(surface)):
                    if term in self._terms:
                        return term
                if any(surface.startswith(beginning) for beginning in self._beginnings):
                    return surface
        return ""

    def mark(self, text: str) -> Marked:
        """The whole text with its marks."""
        return Marked(text, tuple((start, end) for start, end, _ in self.spans(text)))

    def passage(self, text: str) -> Marked:
        """The best passage of Markdown ``text``, on one line, without markup."""
        plain = plain_text(text)
        spans = self.spans(plain)
        if not spans:
            return Marked(_shorten(plain, 0))
        start = self._best(spans)
        begin = _sentence_start(plain, start)
        piece = plain[begin : begin + _LENGTH]
        if begin + _LENGTH < len(plain):
            piece = piece[: max(piece.rfind(" "), _LENGTH // 2)].rstrip() + " …"
        marks = tuple((s - begin, e - begin) for s, e, _ in spans if s >= begin and e <= begin + len(piece))
        return Marked(piece, marks)

    @staticmethod
    def _best(spans: list[tuple[int, int, str]]) -> int:
        """Start of the window that holds most different words, then most words; the earliest of equals."""
        best, best_value = spans[0][0], (0, 0)
        low = 0
        for high in range(len(spans)):
            while spans[high][1] - spans[low][0] > _LENGTH - 40:
                low += 1
            low = min(low, high)
            value = (len({term for _, _, term in spans[low : high + 1]}), min(high - low, 6))
            if value > best_value:
                best, best_value = spans[low][0], value
        return best


def plain_text(text: str) -> str:
    """Markdown without front matter and most markup, on one line."""
    text = without_comments(_FRONT_MATTER.sub("", text[:_LONGEST_TEXT], count=1))
    for pattern, replacement in _NOISE:
        text = pattern.sub(replacement, text)
    return " ".join(text.split())


def _sentence_start(text: str, at: int) -> int:
    """A place shortly before ``at`` where a sentence or at least a word begins."""
    floor = max(0, at - 60)
    for stop in (". ", ": ", "? ", "! "):
        found = text.rfind(stop, floor, at)
        if found >= 0:
            return found + 2
    if at - floor < 60:
        return floor
    blank = text.find(" ", floor, at)
    return blank + 1 if blank >= 0 else at


def _shorten(text: str, start: int) -> str:
    piece = text[start : start + _LENGTH]
    if len(text) <= start + _LENGTH:
        return piece
    return piece[: max(piece.rfind(" "), _LENGTH // 2)].rstrip() + " …"
