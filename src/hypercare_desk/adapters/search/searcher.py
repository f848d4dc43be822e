"""One question to one view: parse, match, rank, and dress the hits."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from hypercare_desk.adapters.search.analysis import STOP_WORDS, cut, stemmer, take_apart
from hypercare_desk.adapters.search.builder import exact_form
from hypercare_desk.adapters.search.matching import Match, Matcher
from hypercare_desk.adapters.search.parts import Array
from hypercare_desk.adapters.search.phrases import Phrases
from hypercare_desk.adapters.search.query import Clause, Filter, Phrase, Query, Word, kind_values, parse
from hypercare_desk.adapters.search.ranking import Ranked, Special, rank
from hypercare_desk.adapters.search.snippets import Marker
from hypercare_desk.adapters.search.view import View
from hypercare_desk.domain.search import Found, Hit, Tier

_MOST_CLAUSES = 16  # the rarest words of a long query; the rest would only cost time
_MOST_CONSIDERED = 150
_NONE = np.zeros(0, np.int64)
Uses = Mapping[str, tuple[int, int]]


class Searcher:
    """Answers questions; made anew for each, holds nothing."""

    def __init__(
        self, view: View, kb: Path, language: str, synonyms: Mapping[str, Sequence[str]], uses: Uses
    ) -> None:
        self._view = view
        self._kb = kb
        self._stem = stemmer(language)
        self._language = language
        self._matcher = Matcher(view, language, synonyms)
        self._uses = uses

    def find(self, text: str, limit: int, kinds: Sequence[str], typing: bool) -> Found:
        """The answer to a query."""
        started = time.perf_counter()
        query = parse(text, typing)
        allowed = self._allowed(query, kinds)
        if not query.clauses and not query.phrases:
            return self._filtered_only(text, query, allowed, limit, started)
        matches = self._matches(query.clauses)
        allowed = self._with_phrases(query, allowed)
        special = Special(self._exact(query), self._in_phrase(query))
        borrow = len(query.clauses) <= _MOST_CLAUSES  # a pasted trace has words enough of its own
        ranked = rank(self._view, matches, special, allowed, limit, borrow=borrow)
        return Found(
            query=text,
            hits=self._hits(ranked, query, matches),
            total=ranked.total,
            suggestion=_suggestion(query, matches),
            words=tuple((m.word, m.frequency) for m in matches if m.counts),
            milliseconds=(time.perf_counter() - started) * 1000,
        )

    def similar(self, text: str, limit: int, kinds: Sequence[str]) -> Found:
        """What shares the rarest words with ``text``."""
        started = time.perf_counter()
        words = dict.fromkeys(word for chunk in cut(text[:20_000]) for word in take_apart(chunk).words)
        clauses = [Clause((Word(word),)) for word in list(words)[:400] if word not in STOP_WORDS]
        matches = [m for m in self._matches(clauses, most=25, guess=False) if len(m.whole.documents)]
        if not matches:
            return Found(query=text)
        allowed = self._allowed(Query(), kinds)
        ranked = rank(self._view, matches, Special(_NONE, _NONE), allowed, limit, borrow=False)
        query = Query(tuple(clauses))
        return Found(
            query=text,
            hits=self._hits(ranked, query, matches),
            total=ranked.total,
            milliseconds=(time.perf_counter() - started) * 1000,
        )

    def _matches(
        self, clauses: Sequence[Clause], most: int = _MOST_CLAUSES, guess: bool = True
    ) -> list[Match]:
        """A match for each clause; of many only the rarest words, codes first."""
        if len(clauses) > most:
            clauses = self._rarest(clauses, most)
        matches = [self._matcher.match(clause, guess) for clause in clauses]
        return _codes_or_parts(clauses, matches) if any(clause.part_of for clause in clauses) else matches

    def _rarest(self, clauses: Sequence[Clause], most: int) -> list[Clause]:
        view = self._view
        counted: list[tuple[bool, int, int]] = []
        for number, clause in enumerate(clauses[:_MOST_CONSIDERED]):
            frequency = view.frequency(self._matcher.term(clause.words[0]))
            code = clause.words[0].code and not clause.words[0].surface.isdigit()
            if frequency:
                counted.append((not code, frequency, number))
        chosen = sorted(number for _, _, number in sorted(counted)[:most])
        return [clauses[number] for number in chosen] or list(clauses[:most])

    def _allowed(self, query: Query, kinds: Sequence[str]) -> Array | None:
        """The mask of documents that pass the filters; None when there are no filters."""
        view = self._view
        masks: list[Array] = []
        if kinds:
            masks.append(self._any_of("kind", [k for kind in kinds for k in kind_values(kind)]))
        same: dict[tuple[str, bool], list[Filter]] = {}
        for one in query.filters:
            same.setdefault((one.name, one.excluded), []).append(one)
        for (name, excluded), filters in same.items():
            mask = np.zeros(view.size, bool)
            for one in filters:
                mask |= self._filter_mask(name, one)
            masks.append(~mask if excluded else mask)
        if query.excluded:
            phrases = Phrases(view, self._language)
            for phrase in query.excluded:
                mask = np.ones(view.size, bool)
                mask[phrases.anywhere(phrase)] = False
                masks.append(mask)
        if not masks:
            return None
        allowed = masks[0] & view.alive
        for mask in masks[1:]:
            allowed &= mask
        return allowed

    def _filter_mask(self, name: str, one: Filter) -> Array:
        view = self._view
        if name == "updated":
            days = view.updated()
            return (days >= max(one.low, 1)) & (days <= one.high)
        if name == "kind":
            return self._any_of("kind", kind_values(one.value, view.values("kind")))
        mask = np.zeros(view.size, bool)
        value = one.value
        if name in ("status", "confidence", "audience"):
            value = value.replace(" ", "-").replace("_", "-")
        exact = view.keyword(name, value)
        mask[exact if len(exact) else view.keyword(name, value, prefix=True)] = True
        return mask

    def _any_of(self, name: str, values: Sequence[str]) -> Array:
        mask = np.zeros(self._view.size, bool)
        for value in values:
            mask[self._view.keyword(name, value.casefold())] = True
        return mask

    def _with_phrases(self, query: Query, allowed: Array | None) -> Array | None:
        """Quoted phrases must be there."""
        phrases = Phrases(self._view, self._language)
        for phrase in query.phrases:
            mask = np.zeros(self._view.size, bool)
            found = phrases.anywhere(phrase, allowed)
            if not len(found) and not phrase.unfinished:
                found = phrases.anywhere(Phrase(phrase.words, True), allowed)
            mask[found] = True
            allowed = mask if allowed is None else allowed & mask
        return allowed

    def _exact(self, query: Query) -> Array:
        """Documents whose id or code is asked for."""
        view = self._view
        found: list[Array] = []
        if query.whole:
            found.append(view.keyword("=code", query.whole))
        for code in query.codes[:8]:
            if not code.isdigit():
                found.append(view.keyword("=code", exact_form(code)))
        found = [f for f in found if len(f)]
        if not found and len(query.codes) == 1 and exact_form(query.codes[0]) == query.whole:
            found.append(view.term(query.codes[0]).documents)
        return np.unique(np.concatenate(found)) if found else _NONE

    def _in_phrase(self, query: Query) -> Array:
        """Documents that have the whole query, or a quoted phrase of it, in title, alias, code or symptoms."""
        phrases = Phrases(self._view, self._language)
        found: list[Array] = [phrases.in_heads(phrase) for phrase in query.phrases if len(phrase.words) > 1]
        if query.plain and any(word not in STOP_WORDS for word in query.plain):
            if len(query.plain) == 1:
                found.append(self._view.keyword("=name", query.whole))
            else:
                found.append(phrases.in_heads(Phrase(query.plain)))
                if query.unfinished:
                    found.append(phrases.in_heads(Phrase(query.plain, True)))
        return np.unique(np.concatenate(found)) if found else _NONE

    def _filtered_only(
        self, text: str, query: Query, allowed: Array | None, limit: int, started: float
    ) -> Found:
        """Filters without words: what was changed last comes first."""
        if allowed is None:
            return Found(query=text)
        numbers = np.flatnonzero(allowed)
        days = self._view.updated()[numbers]
        best = numbers[np.lexsort((numbers, -days))][:limit]
        ranked = Ranked(best.tolist(), [0.0] * len(best), [Tier.ALL_WORDS] * len(best), len(numbers))
        hits = self._hits(ranked, query, [])
        return Found(
            query=text, hits=hits, total=len(numbers), milliseconds=(time.perf_counter() - started) * 1000
        )

    def _hits(self, ranked: Ranked, query: Query, matches: Sequence[Match]) -> tuple[Hit, ...]:
        marker = self._marker(query, matches)
        return tuple(
            self._hit(document, score, tier, marker)
            for document, score, tier in zip(ranked.documents, ranked.scores, ranked.tiers, strict=True)
        )

    def _hit(self, document: int, score: float, tier: Tier, marker: Callable[[], Marker]) -> Hit:
        view = self._view
        row = view.row(document)
        used, solved = self._uses.get(row.id, (0, 0))
        return Hit(
            id=row.id,
            kind=row.kind,
            title=row.title,
            score=score,
            tier=tier,
            path=row.path,
            status=row.status,
            confidence=row.confidence,
            audience=row.audience,
            component=row.component,
            release=row.release,
            valid_until=row.valid_until,
            updated=row.updated,
            validated=row.validated,
            used=used,
            solved=solved,
            passage=lambda: marker().passage(self._body(document, row.path)),
            heading=lambda: marker().mark(row.title),
        )

    def _body(self, document: int, path: str) -> str:
        """The text of a document, from its file; empty when the file has gone since."""
        if not path:
            segment, number = self._view.place(document)
            return segment.text(number)
        file = self._kb / path
        try:
            with file.open("rb") as source:
                return source.read(512 * 1024).decode("utf-8", "replace")
        except OSError:
            return ""

    def _marker(self, query: Query, matches: Sequence[Match]) -> Callable[[], Marker]:
        made: list[Marker] = []

        def marker() -> Marker:
            if not made:
                words = [word for clause in query.clauses for word in clause.words]
                terms = [self._matcher.term(word) for word in words] + [word.surface for word in words]
                terms += [self._stem(match.instead) for match in matches if match.instead]
                beginnings = [word.surface for word in words if word.unfinished]
                if query.phrases:
                    beginnings.append(query.phrases[-1].words[-1])
                made.append(Marker(terms, beginnings, self._stem))
            return made[0]

        return marker


def _codes_or_parts(clauses: Sequence[Clause], matches: Sequence[Match]) -> list[Match]:
    """A code that is in the index stands for its parts; the parts of one that is not stand for it."""
    wholes = {clause.part_of for clause in clauses if clause.part_of}
    found = {match.word for match in matches if match.word in wholes and match.frequency}
    return [
        match
        for clause, match in zip(clauses, matches, strict=True)
        if (clause.part_of not in found if clause.part_of else match.word not in wholes or match.frequency)
    ]


def _suggestion(query: Query, matches: Sequence[Match]) -> str:
    """The query with its unknown words put right, when that changes anything."""
    instead = {match.word: match.instead for match in matches if match.instead}
    if not instead or not query.plain:
        return ""
    return " ".join(instead.get(word, word) for word in query.plain)
