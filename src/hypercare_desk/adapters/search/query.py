"""Reading what was typed: words, "phrases", -excluded, OR, and filters such as ``kind:workaround``. Never raises.

Half-typed syntax means what it will probably become: an open quote is a phrase still being typed, ``kind:`` without a
value filters nothing, an unknown ``name:value`` is text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from hypercare_desk.adapters.search.analysis import STOP_WORDS, Pieces, cut, known_pieces
from hypercare_desk.domain.article import KIND_OF_PREFIX, LABELS

MOST_CHARACTERS = 6000
_MOST_WORDS = 400
_MOST_FILTERS = 30
_MOST_PHRASES = 6
FILTERS = (
    "kind",
    "status",
    "confidence",
    "component",
    "audience",
    "tag",
    "owner",
    "release",
    "code",
    "id",
    "updated",
)
_TOKEN = re.compile(r'(-)?(?:([A-Za-z]{2,10}):(?=[^\s/\\]|$))?(?:"([^"]*)("?)|([^\s"]+)|(?<=:)(?=\s|$))')
_RANGE = re.compile(
    r"^(<=|>=|<|>|=)?(\d{4}(?:-\d{1,2}(?:-\d{1,2})?)?)?(\.\.)?(\d{4}(?:-\d{1,2}(?:-\d{1,2})?)?)?$"
)
_KIND_WORDS = {
    "record": "feedback",
    "records": "feedback",
    "fb": "feedback",
    "pm": "post-mortem",
    "postmortem": "post-mortem",
    "howto": "how-to",
    "runbook": "how-to",
}


@dataclass(frozen=True, slots=True)
class Word:
    """One word looked for. ``surface`` as folded; ``code``: part of a code, never stemmed; ``typed`` to the end?"""

    surface: str
    code: bool = False
    unfinished: bool = False


@dataclass(frozen=True, slots=True)
class Clause:
    """What a document should hold: any of the words (more than one after OR). ``counts``: needed for "all words".

    ``part_of``: the code this word is a part of; it is only looked for when the whole code is nowhere.
    """

    words: tuple[Word, ...]
    counts: bool = True
    phrases: tuple[Phrase, ...] = ()
    part_of: str = ""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that must follow each other; the last may be unfinished."""

    words: tuple[str, ...]
    unfinished: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """``name:value``; for ``updated`` the days (as yyyymmdd) from ``low`` to ``high``, both included."""

    name: str
    value: str = ""
    excluded: bool = False
    low: int = 0
    high: int = 99999999


@dataclass(frozen=True, slots=True)
class Query:
    """A query, taken apart. ``plain`` holds the words in order, stop words too, when the query is nothing but words."""

    clauses: tuple[Clause, ...] = ()
    phrases: tuple[Phrase, ...] = ()
    excluded: tuple[Phrase, ...] = ()
    filters: tuple[Filter, ...] = ()
    plain: tuple[str, ...] = ()
    whole: str = ""
    codes: tuple[str, ...] = ()
    unfinished: bool = False


def parse(text: str, typing: bool = True) -> Query:
    """Take a query apart; ``typing``: the last word may be unfinished."""
    text = text[:MOST_CHARACTERS]
    typing = typing and bool(text) and not (text[-1].isspace() or text[-1] in ".?!,;:)")
    reader = _Reader(typing)
    tokens = list(_TOKEN.finditer(text))[:_MOST_WORDS]
    last = len(tokens) - 1
    for number, token in enumerate(tokens):
        reader.read(token, number == last)
    return reader.query(text)


class _Reader:
    """Collects the parts of a query, token by token."""

    def __init__(self, typing: bool) -> None:
        self._typing = typing
        self._clauses: list[Clause] = []
        self._phrases: list[Phrase] = []
        self._excluded: list[Phrase] = []
        self._filters: list[Filter] = []
        self._plain: list[str] = []
        self._codes: list[str] = []
        self._either = False
        self._syntax = False

    def read(self, token: re.Match[str], last: bool) -> None:
        minus, name, quoted, closing, bare = token.groups()
        value = quoted if quoted is not None else (bare or "")
        if name and name.lower() in FILTERS:
            self._syntax = True
            self._filter(name.lower(), value, bool(minus))
        elif minus:
            self._syntax = True
            self._exclude(value)
        elif quoted is not None and not name:
            self._syntax = True
            self._phrase(value, (last and self._typing) or not closing, last)
        elif bare == "OR":
            self._either = bool(self._clauses)
        elif bare not in ("AND", "NOT"):
            self._text(f"{name}:{value}" if name else value, last and self._typing)

    def _filter(self, name: str, value: str, excluded: bool) -> None:
        if not value.strip() or len(self._filters) >= _MOST_FILTERS:
            return
        if name == "updated":
            days = _days(value)
            if days:
                self._filters.append(Filter(name, "", excluded, *days))
            return
        self._filters.append(Filter(name, value.strip().casefold()[:200], excluded))

    def _exclude(self, value: str) -> None:
        words = tuple(word for chunk in cut(value) for word in known_pieces(chunk).words)
        if words:
            phrase = Phrase(words[:12])
            if phrase not in self._excluded and len(self._excluded) < _MOST_PHRASES * 2:
                self._excluded.append(phrase)

    def _phrase(self, value: str, unfinished: bool, last: bool) -> None:
        words = tuple(word for chunk in cut(value) for word in known_pieces(chunk).words)[:12]
        if not words:
            return
        phrase = Phrase(words, unfinished and last and not value[-1:].isspace())
        if phrase in self._phrases or len(self._phrases) >= _MOST_PHRASES:
            return
        if self._either and self._clauses:
            before = self._clauses.pop()
            self._clauses.append(Clause(before.words, True, (*before.phrases, phrase)))
            self._either = False
            return
        self._phrases.append(phrase)
        self._clauses.extend(
            Clause((Word(word, unfinished=phrase.unfinished and number == len(words) - 1),))
            for number, word in enumerate(words)
        )

    def _text(self, value: str, unfinished: bool) -> None:
        chunks = cut(value)
        for number, chunk in enumerate(chunks):
            pieces = known_pieces(chunk)
            self._add(pieces, unfinished and number == len(chunks) - 1)

    def _add(self, pieces: Pieces, unfinished: bool) -> None:
        if not pieces.words:
            return
        self._plain.extend(pieces.words)
        words = [
            Word(word, not word.isalpha(), unfinished and number == len(pieces.words) - 1)
            for number, word in enumerate(pieces.words)
        ]
        if self._either and self._clauses:
            before = self._clauses.pop()
            self._clauses.append(Clause((*before.words, *words), True, before.phrases))
            self._either = False
        else:
            part_of = pieces.code if len(words) > 1 else ""
            self._clauses.extend(Clause((word,), part_of=part_of) for word in words)
        if pieces.code:
            self._codes.append(pieces.code)
        beside = [pieces.code] if pieces.code and len(pieces.words) > 1 else []
        beside += [e for e in pieces.extras if e not in beside and (len(pieces.words) > 1 or not e.isdigit())]
        for extra in beside[:3]:
            if len(extra) > 1:
                self._clauses.append(
                    Clause((Word(extra, True, unfinished and extra == pieces.code),), counts=False)
                )

    def query(self, text: str) -> Query:
        clauses = _without_stop_words(_distinct(self._clauses))
        plain = () if self._syntax or len(self._plain) > 40 else tuple(self._plain)
        return Query(
            tuple(clauses),
            tuple(self._phrases),
            tuple(self._excluded),
            tuple(self._filters),
            plain,
            " ".join(self._plain),
            tuple(dict.fromkeys(self._codes)),
            self._typing,
        )


def _distinct(clauses: list[Clause]) -> list[Clause]:
    """Each word once; when one of two is unfinished (the last), it is the one that goes."""
    found: dict[tuple[str, ...], Clause] = {}
    for clause in clauses:
        found.setdefault(
            (*(word.surface for word in clause.words), *(str(p) for p in clause.phrases)), clause
        )
    return list(found.values())


def _without_stop_words(clauses: list[Clause]) -> list[Clause]:
    """Stop words go, but only when other words remain; one that is still being typed may become another word."""
    kept = [
        clause
        for clause in clauses
        if len(clause.words) != 1 or clause.words[0].surface not in STOP_WORDS or clause.phrases
    ]
    return kept if any(clause.counts for clause in kept) else clauses


def kind_values(value: str, known: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The kinds that ``value`` may mean: a prefix (KI), a label (Known issue), the word itself or its beginning."""
    plain = re.sub(r"[\s_]+", "-", value.strip().casefold())
    kinds = {kind.value: LABELS[kind].casefold().replace(" ", "-") for kind in LABELS}
    of_prefix = KIND_OF_PREFIX.get(plain.upper())
    if of_prefix:
        return (of_prefix.value,)
    if plain in kinds:
        return (plain,)
    if plain in _KIND_WORDS:
        return (_KIND_WORDS[plain],)
    every = {**kinds, "feedback": "feedback", "post-mortem": "post-mortem", **{kind: kind for kind in known}}
    found = tuple(kind for kind, label in every.items() if kind.startswith(plain) or label.startswith(plain))
    if found:
        return found
    return tuple(_KIND_WORDS[w] for w in _KIND_WORDS if w.startswith(plain))[:1] or (plain,)


def _days(value: str) -> tuple[int, int] | None:
    """``>2026-01-01``, ``<=2026``, ``2026-01..2026-03``, ``2026-02``: first and last day as yyyymmdd."""
    found = _RANGE.match(value.strip())
    if not found:
        return None
    sign, first, dots, second = found.groups()
    if dots:
        low = _bound(first, first_day=True) if first else 0
        high = _bound(second, first_day=False) if second else 99999999
        return (low, high)
    if not first:
        return None
    start, end = _bound(first, first_day=True), _bound(first, first_day=False)
    ranges = {">": (end + 1, 99999999), ">=": (start, 99999999), "<": (0, start - 1), "<=": (0, end)}
    return ranges.get(sign or "", (start, end))


def _bound(text: str, first_day: bool) -> int:
    parts = [int(part) for part in text.split("-")]
    year, month, day = (*parts, *([1, 1] if first_day else [12, 31])[len(parts) - 1 :])[:3]
    try:
        return int(date(year, month, day).strftime("%Y%m%d"))
    except ValueError:
        return year * 10000 + month * 100 + day
