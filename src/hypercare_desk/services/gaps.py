"""Gaps: a search that found nothing becomes a work-in-progress article with the caller's words as its first alias."""

from __future__ import annotations

from hypercare_desk.domain.article import Article, Confidence, Kind
from hypercare_desk.domain.errors import Invalid
from hypercare_desk.services.knowledge import KnowledgeService
from hypercare_desk.services.search import SearchService


class GapService:
    """Makes gap articles, and joins a search to a gap that is there already."""

    def __init__(self, *, knowledge: KnowledgeService, search: SearchService) -> None:
        self._knowledge = knowledge
        self._search = search

    def make(self, query: str) -> Article:
        """A WIP known issue named and aliased by ``query``; the search is counted with it. Raises ``Invalid``."""
        words = " ".join(query.split())[:200]
        if not words:
            raise Invalid(
                "A gap needs the words that were searched for: type them first.", code="empty_query"
            )
        article = self._knowledge.new(Kind.KNOWN_ISSUE, words, aliases=(words,), confidence=Confidence.WIP)
        self._search.made(words, 0, article.id)
        return article

    def join(self, query: str, article_id: str) -> None:
        """Count a search as asking for the same as the gap ``article_id``. Raises ``NotFound``."""
        self._search.made(query, 0, self._knowledge.read(article_id).id)
