"""Folding: one spelling for letters that people type in different ways (case, accents, German and Nordic letters)."""

from __future__ import annotations

import unicodedata
from itertools import product

# Letters that NFKD leaves whole, with the plain letter people type for them.
_PLAIN = str.maketrans(
    {"ø": "o", "æ": "ae", "œ": "oe", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ı": "i", "ħ": "h"}
)
# Letters that are also written with two: the other way to spell them.
_DIGRAPHS = {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "æ": "a"}
_DIGRAPH_OF = {"ae": "a", "oe": "o", "ue": "u", "aa": "a"}
_VARIANTS_AT_MOST = 4


def fold(word: str) -> str:
    """The word in lower case and without accents; ``ß`` becomes ``ss``. ASCII words only change case."""
    if word.isascii():
        return word.lower()
    lowered = unicodedata.normalize("NFKC", word).casefold()
    if lowered.isascii():
        return lowered
    split = unicodedata.normalize("NFKD", lowered.translate(_PLAIN))
    return "".join(letter for letter in split if not _is_accent(letter))


def digraph(word: str) -> str:
    """The word with its umlauts and Nordic letters written as two letters, or empty if it has none."""
    if word.isascii():
        return ""
    lowered = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", word).casefold())
    if not any(letter in _DIGRAPHS for letter in lowered):
        return ""
    return fold("".join(_DIGRAPHS.get(letter, letter) for letter in lowered))


def other_spellings(folded: str) -> tuple[str, ...]:
    """Spellings a folded word may have in a text: ``ueber`` for ``uber`` and the other way round.

    At most four, fewest changes first; meant for words that are not in the index as they are.
    """
    places: list[tuple[int, int, str]] = []
    at = 0
    while at < len(folded) and len(places) < 3:
        pair = folded[at : at + 2]
        if pair in _DIGRAPH_OF:
            places.append((at, 2, _DIGRAPH_OF[pair]))
            at += 2
            continue
        if folded[at] in "aou":
            places.append((at, 1, folded[at] + ("a" if folded[at] == "å" else "e")))
        at += 1
    found: list[str] = []
    choices = sorted(product((False, True), repeat=len(places)), key=sum)
    for choice in choices[1:]:
        word = folded
        for taken, (start, length, text) in reversed(list(zip(choice, places, strict=True))):
            if taken:
                word = word[:start] + text + word[start + length :]
        found.append(word)
    return tuple(found[:_VARIANTS_AT_MOST])


def _is_accent(letter: str) -> bool:
    """A combining mark that people leave out; the vowel signs and tone marks of Thai and Indic scripts stay."""
    return unicodedata.combining(letter) != 0 and ord(letter) < 0x0900
