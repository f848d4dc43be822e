"""Analysis: text to words, the same way for documents and queries.

A text is first cut into *chunks* at blanks and most punctuation, by two passes over its bytes; each distinct chunk is
then taken apart once and remembered. Codes and paths keep inner ``- _ . / \\ @ + # '`` so that ``ORA-00054`` is one
chunk, which gives its parts (in reading order) and, beside them, the whole code, so that both are found.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

from hypercare_desk.adapters.search.folding import digraph, fold

LONGEST_WORD = 64  # letters kept of a word; longer runs are encoded data that nobody types
LONGEST_CHUNK = 3000  # bytes kept of a run without blanks (a paragraph of Chinese is one)
_KEPT = set(b"-_./\\@+#'")
_TABLE = bytes(c if c >= 128 or chr(c).isalnum() or c in _KEPT else 32 for c in range(256))

_CAMEL = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_LETTERS_DIGITS = re.compile(r"^([a-z]{1,6})(\d{3,})$")
# Scripts written without blanks: Thai, Lao, Burmese, Khmer, kana, Chinese characters, Hangul.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
    "\uf900-\ufaff\U00020000-\U0003134f]+"
)

_PIECE = re.compile(
    r"[cCfF]#(?!\w)|[cC]\+\+(?!\w)|" + _UNSPACED.pattern + r"|[^\W_]+(?:['’ʼ][^\W_]{1,3}(?![^\W_]))?"
)

STOP_WORDS = frozenset(
    word
    for line in (
        "a about after all also am an and any are as at be because been before being but by can could did do does",
        "doing done for from get gets getting had has have having he her here him his how i if in into is it its",
        "itself just like may me might my no nor not of off on one or our out over own same shall she should so",
        "some such than that the their them then there these they this those through to too under until up us very",
        "was way we were what when where whether which while who whom whose why will with within would yes you your",
        "yours",
    )
    for word in line.split()
)


@dataclass(frozen=True, slots=True)
class Pieces:
    """What one chunk gives: ``words`` in reading order, and ``extras`` that stand beside them (whole codes)."""

    words: tuple[str, ...]
    extras: tuple[str, ...] = ()
    code: str = ""  # the whole chunk, folded, when it is a code or a path


_NOTHING = Pieces(())


def cut(text: str) -> list[bytes]:
    """The chunks of ``text`` in order, undecoded; about 100 MB a second."""
    return text.encode("utf-8", "replace").translate(_TABLE).split()


def known_pieces(chunk: bytes) -> Pieces:
    """``take_apart`` for queries and titles, whose words come again and again."""
    return _known_pieces(chunk) if len(chunk) <= LONGEST_WORD else take_apart(chunk)


@lru_cache(maxsize=20_000)
def _known_pieces(chunk: bytes) -> Pieces:
    return take_apart(chunk)


def take_apart(chunk: bytes) -> Pieces:
    """The words of one chunk."""
    if chunk.isalpha() and (chunk.islower() or chunk[1:].islower() or chunk.isupper()):
        return Pieces((chunk[:LONGEST_WORD].decode().lower(),))
    text = chunk[:LONGEST_CHUNK].decode("utf-8", "ignore")
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
        if any(letter.isspace() for letter in text):
            return _joined([_take_apart_text(part) for part in text.split()])
    return _take_apart_text(text)


def _joined(many: list[Pieces]) -> Pieces:
    return Pieces(tuple(w for p in many for w in p.words), tuple(e for p in many for e in p.extras))


def _take_apart_text(text: str) -> Pieces:
    text = text.strip("-_./\\@+'" if text[:2].lower() in ("c+", "c#") else "-_./\\@+#'")
    words: list[str] = []
    extras: list[str] = []
    pieces = _PIECE.findall(text)
    for piece in pieces:
        _add_piece(piece, words, extras)
    if not words:
        return _NOTHING
    code = ""
    if len(pieces) > 1 and len(text) <= 120 and not _UNSPACED.search(text):
        code = _add_whole(text, pieces, extras)
    elif len(pieces) == 1 and any(c.isdigit() for c in words[0]):
        code = words[0]
    return Pieces(tuple(words), tuple(dict.fromkeys(extras)), code)


def _add_piece(piece: str, words: list[str], extras: list[str]) -> None:
    """One run of letters and digits, as people write it."""
    if piece.isascii():
        plain = piece.lower()
        if "'" in plain:
            head, _, tail = plain.partition("'")
            plain = head if tail == "s" else head + tail
        plain = plain[:LONGEST_WORD]
        words.append(plain)
        if len(piece) <= LONGEST_WORD and not (piece.islower() or piece.isupper() or piece[1:].islower()):
            parts = [p.lower() for p in _CAMEL.findall(piece)]
            if 1 < len(parts) <= 8:
                extras.extend(p for p in parts if len(p) > 1)
        number = _LETTERS_DIGITS.match(plain)
        if number:
            extras.append(number.group(2))
        return
    at = 0
    for run in _UNSPACED.finditer(piece):
        if run.start() > at:
            _add_folded(piece[at : run.start()], words, extras)
        _add_bigrams(run.group(), words, extras)
        at = run.end()
    if at < len(piece):
        _add_folded(piece[at:], words, extras)


def _add_folded(piece: str, words: list[str], extras: list[str]) -> None:
    piece = re.sub("['’ʼ](?:s$)?", "", piece)[:LONGEST_WORD]
    plain = fold(piece)
    if not plain:
        return
    words.append(plain)
    other = digraph(piece)
    if other and other != plain:
        extras.append(other)


def _add_bigrams(run: str, words: list[str], extras: list[str]) -> None:
    run = fold(run)
    if len(run) < 2:
        words.extend(run)
        return
    words.extend(run[i : i + 2] for i in range(len(run) - 1))
    extras.extend(run)


def _add_whole(text: str, pieces: list[str], extras: list[str]) -> str:
    """Adds the whole of a code, path, version or name, and its letters run together; returns it if it is a code."""
    whole = fold(text).replace("\\", "/")
    code = ""
    if any(c.isdigit() for c in whole) or any(c in "_/@" for c in whole) or _is_dotted_name(text):
        extras.append(whole)
        code = whole
    if len(pieces) <= 4 and len(whole) <= 40 and not re.search(r"[^\w-]", whole):
        extras.append(re.sub(r"[\W_]+", "", whole))
    return code


def _is_dotted_name(text: str) -> bool:
    """``outlook.exe`` or ``com.example.App``, not the end of one sentence run into the next."""
    return "." in text and not re.search(r"[a-z]\.[A-Z][a-z]", text)


@lru_cache(maxsize=4)
def stemmer(language: str) -> _Stemmer:
    """The stemmer of a language; only English words are cut (search.md, "What a person expects" 4)."""
    return _Stemmer(language)


class _Stemmer:
    """Word → term. Codes (anything with a digit or punctuation) and words of other scripts stay whole."""

    def __init__(self, language: str) -> None:
        self._english = language.lower().startswith("en")
        self._known: dict[str, str] = {}

    def __call__(self, word: str) -> str:
        if not self._english:
            return word
        term = self._known.get(word)
        if term is None:
            term = self._stem(word)
            if len(self._known) > 200_000:
                self._known.clear()
            self._known[word] = term
        return term

    @staticmethod
    def _stem(word: str) -> str:
        if len(word) < 4 or not (word.isascii() and word.isalpha()):
            return word
        return _porter()(word) or word


@lru_cache(maxsize=1)
def _porter() -> Callable[[str], str]:
    from whoosh.lang import porter  # pyright: ignore[reportMissingTypeStubs]

    return cast(Any, porter).stem
