"""From an answer in numbers to hits: rows, why each is there, and snippets that are made when somebody looks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from hypercare_desk.adapters.search.analysis import stemmer
from hypercare_desk.adapters.search.answers import Answer
from hypercare_desk.adapters.search.snippets import Marker
from hypercare_desk.adapters.search.view import View
from hypercare_desk.domain.search import Found, Hit, Tier

_MOST_READ = 512 * 1024  # bytes of a file that a snippet is looked for in
Uses = Mapping[str, tuple[int, int]]


class Dresser:
    """Makes hits of one view's documents."""

    def __init__(self, view: View, kb: Path, language: str, uses: Uses) -> None:
        self._view = view
        self._kb = kb
        self._language = language
        self._uses = uses

    def found(self, text: str, answer: Answer, milliseconds: float) -> Found:
        """The answer as the port promises it."""
        ranked = answer.ranked
        marker = self._marker(answer)
        hits = tuple(
            [
                self._hit(document, score, tier, marker)
                for document, score, tier in zip(ranked.documents, ranked.scores, ranked.tiers, strict=True)
            ]
        )
        return Found(text, hits, ranked.total, answer.suggestion, answer.words, 0, milliseconds)

    def _hit(self, document: int, score: float, tier: Tier, marker: Callable[[], Marker]) -> Hit:
        row = self._view.row(document)
        used, solved = self._uses.get(row.id, (0, 0))
        return Hit(
            row.id,
            row.kind,
            row.title,
            score,
            tier,
            row.path,
            row.status,
            row.confidence,
            row.audience,
            row.component,
            row.release,
            row.valid_until,
            row.updated,
            row.validated,
            used,
            solved,
            lambda: marker().passage(self._body(document, row.path)),
            lambda: marker().mark(row.title),
        )

    def _body(self, document: int, path: str) -> str:
        """The text of a document, from its file; empty when the file has gone since."""
        if not path:
            segment, number = self._view.place(document)
            return segment.text(number)
        try:
            with (self._kb / path).open("rb") as source:
                return source.read(_MOST_READ).decode("utf-8", "replace")
        except (OSError, ValueError):
            return ""

    def _marker(self, answer: Answer) -> Callable[[], Marker]:
        made: list[Marker] = []

        def marker() -> Marker:
            if not made:
                made.append(Marker(answer.terms, answer.beginnings, stemmer(self._language)))
            return made[0]

        return marker
