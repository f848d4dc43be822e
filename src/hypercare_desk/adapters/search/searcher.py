"""One question to one view: parse, match, filter, rank."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from hypercare_desk.adapters.search.analysis import STOP_WORDS, cut, known_pieces, stemmer
from hypercare_desk.adapters.search.answers import Answer, Ranked
from hypercare_desk.adapters.search.builder import exact_form
from hypercare_desk.adapters.search.feedback_terms import LONG_QUESTION
from hypercare_desk.adapters.search.matching import Match, Matcher, holding_all
from hypercare_desk.adapters.search.parts import Array, distinct
from hypercare_desk.adapters.search.phrases import Phrases
from hypercare_desk.adapters.search.query import Clause, Filter, Phrase, Query, Word, kind_values, parse
from hypercare_desk.adapters.search.ranking import Special, rank
from hypercare_desk.adapters.search.view import View
from hypercare_desk.domain.search import Tier

_MOST_CLAUSES = 16  # the rarest words of a long query; the rest would only cost time
_MOST_CONSIDERED = 64
_NONE = np.zeros(0, np.int64)
_LONGEST_KEPT = 2500  # characters of a query whose answer is kept


class Searcher:
    """Answers questions; made anew for each, holds nothing."""

    def __init__(self, view: View, language: str, synonyms: Mapping[str, Sequence[str]]) -> None:
        self._view = view
        self._stem = stemmer(language)
        self._language = language
        self._matcher = Matcher(view, language, synonyms)

    def find(self, text: str, limit: int, kinds: Sequence[str], typing: bool) -> Answer:
        """The answer to a query."""
        key = (text, limit, tuple(kinds), typing)
        known = self._view.answers.get(key)
        if known is not None:
            return known
        answer = self._find(text, limit, kinds, typing)
        if len(text) <= _LONGEST_KEPT:
            self._view.answers.put(key, answer, answer.size + len(text))
        return answer

    def _find(self, text: str, limit: int, kinds: Sequence[str], typing: bool) -> Answer:
        query = parse(text, typing)
        allowed = self._allowed(query, kinds)
        if not query.clauses and not query.phrases:
            return Answer(self._filtered_only(allowed, limit))
        matches = self._matches(query.clauses)
        allowed = self._with_phrases(query, allowed)
        special = Special(self._exact(query), self._in_phrase(query, matches))
        # A pasted trace has words enough of its own; a few key words should stay what they are.
        borrow = len(query.clauses) <= _MOST_CLAUSES and len(text.split()) >= LONG_QUESTION
        ranked = rank(self._view, matches, special, allowed, limit, borrow=borrow)
        return self._answer(ranked, query, matches)

    def similar(self, text: str, limit: int, kinds: Sequence[str]) -> Answer:
        """What shares the rarest words with ``text``."""
        words = dict.fromkeys(word for chunk in cut(text[:20_000]) for word in known_pieces(chunk).words)
        clauses = [Clause((Word(word),)) for word in list(words)[:400] if word not in STOP_WORDS]
        matches = [m for m in self._matches(clauses, most=25, guess=False) if len(m.whole.documents)]
        allowed = self._allowed(Query(), kinds)
        ranked = rank(self._view, matches, Special(_NONE, _NONE), allowed, limit, borrow=False)
        return self._answer(ranked, Query(tuple(clauses)), matches)

    def _answer(self, ranked: Ranked, query: Query, matches: Sequence[Match]) -> Answer:
        words = [word for clause in query.clauses for word in clause.words]
        terms = [*map(self._matcher.term, words), *(word.surface for word in words)]
        terms += [self._stem(match.instead) for match in matches if match.instead]
        beginnings = [word.surface for word in words if word.unfinished]
        if query.phrases:
            beginnings.append(query.phrases[-1].words[-1])
        counts = tuple([(m.word, m.frequency) for m in matches if m.counts])
        return Answer(
            ranked, tuple(dict.fromkeys(terms)), tuple(beginnings), counts, _suggestion(query, matches)
        )

    def _matches(
        self, clauses: Sequence[Clause], most: int = _MOST_CLAUSES, guess: bool = True
    ) -> list[Match]:
        """A match for each clause; of many only the rarest words, codes first."""
        if len(clauses) > most:
            clauses, guess = self._rarest(clauses, most), False
        matches = [self._matcher.match(clause, guess) for clause in clauses]
        return _codes_or_parts(clauses, matches) if any(clause.part_of for clause in clauses) else matches

    def _rarest(self, clauses: Sequence[Clause], most: int) -> list[Clause]:
        """The rarest that are in the index, codes first. Only the longest words are looked up: they are the rarest."""
        ordered = sorted(
            range(len(clauses)), key=lambda n: (_is_plain(clauses[n]), -len(clauses[n].words[0].surface))
        )
        counted: list[tuple[bool, int, int]] = []
        for number in ordered[:_MOST_CONSIDERED]:
            frequency = self._view.frequency(self._matcher.term(clauses[number].words[0]))
            if frequency:
                counted.append((_is_plain(clauses[number]), frequency, number))
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
        return distinct(np.concatenate(found)) if found else _NONE

    def _in_phrase(self, query: Query, matches: Sequence[Match]) -> Array:
        """Documents that have the whole query, or a quoted phrase of it, in title, alias, code or symptoms."""
        wanted = [phrase for phrase in query.phrases if len(phrase.words) > 1]
        if query.plain and any(word not in STOP_WORDS for word in query.plain):
            if len(query.plain) == 1:
                return self._view.keyword("=name", query.whole)
            wanted.append(Phrase(query.plain, query.unfinished))
        if not wanted:
            return _NONE
        needed = [match for match in matches if match.counts]
        lists = [distinct(np.concatenate((m.whole.heads, m.begun.heads))) for m in needed]
        candidates = holding_all(self._view.size, lists) if lists else _NONE
        if not len(candidates):
            return _NONE
        phrases = Phrases(self._view, self._language)
        return distinct(np.concatenate([phrases.in_heads(phrase, candidates) for phrase in wanted]))

    def _filtered_only(self, allowed: Array | None, limit: int) -> Ranked:
        """Filters without words: what was changed last comes first."""
        if allowed is None:
            return Ranked([], [], [], 0)
        numbers = np.flatnonzero(allowed)
        days = self._view.updated()[numbers]
        best = numbers[np.lexsort((numbers, -days))][:limit].tolist()
        return Ranked(best, [0.0] * len(best), [Tier.ALL_WORDS] * len(best), len(numbers))


def _is_plain(clause: Clause) -> bool:
    """Whether it is a plain word or number rather than a code."""
    word = clause.words[0]
    return not word.code or word.surface.isdigit()


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
