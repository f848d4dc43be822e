"""What a query job brings back: hits with their passages read, and how it was asked."""

from __future__ import annotations

from dataclasses import dataclass

from hypercare_desk.domain.search import Found, Hit
from hypercare_desk.services.desk import Desk
from hypercare_desk.services.search import SearchService
from hypercare_desk.ui.pages.search.results import Shown

_LATEST = 30


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to ``asked``; where nothing was found, what comes nearest and the gap logged before."""

    asked: str
    found: Found
    shown: tuple[Shown, ...]
    nearest: tuple[Hit, ...] = ()
    gap: Hit | None = None


def look_up(search: SearchService, asked: str, words: str, limit: int) -> Answer:
    """Ask; ``words`` is the query without its filters."""
    found = search.find(asked, limit=limit)
    shown = tuple(Shown(hit, hit.heading(), hit.passage()) for hit in found.hits)
    if found.hits:
        return Answer(asked, found, shown)
    nearest = search.similar(words, 3).hits
    gap = next((hit for hit in nearest if hit.confidence == "wip"), None)
    return Answer(asked, found, (), tuple(nearest), gap)


def latest(desk: Desk) -> Answer:
    """The articles that were changed last, newest first."""
    rows = sorted(
        desk.knowledge.list(), key=lambda r: (str(r.fields.updated.on or ""), r.fields.id), reverse=True
    )[:_LATEST]
    if not rows:
        return Answer("", Found(""), ())
    found = desk.search.find(" OR ".join(f"id:{r.fields.id}" for r in rows), limit=_LATEST)
    order = {row.fields.id: at for at, row in enumerate(rows)}
    hits = sorted(found.hits, key=lambda hit: order.get(hit.id, _LATEST))
    return Answer("", found, tuple(Shown(h, h.heading(), h.passage()) for h in hits))
