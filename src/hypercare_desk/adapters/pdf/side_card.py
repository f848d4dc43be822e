"""How much of an article stands beside its card of facts: enough to fill the height of the card, no more.

A card that floats would push tables, code and boxes below itself and leave holes; text that is kept narrow to the
end would waste a third of each page. So the first parts go beside the card, by a guess of their height in lines,
and the rest takes the full width.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any

_BESIDE_CHARACTERS = 66
_VALUE_CHARACTERS = 20
_TOO_MUCH = 9
_BLOCK_END = re.compile(r"</(?:p|li|tr|h5|h6|dt|dd)>|<br>")
_TAG = re.compile(r"<[^>]*>")
_WIDE = re.compile(r"<tr>(?:\s*<t[hd][^>]*>.*?</t[hd]>){5,}", re.DOTALL)


def beside_card(
    parts: Sequence[Mapping[str, Any]], facts: Sequence[tuple[str, str]], used: bool
) -> tuple[int, float]:
    """How many of ``parts`` stand beside the card, and about how many lines high the two are together.

    None of them does if the article begins with a wide table; the facts then belong on a line of their own.
    """
    card = sum(1.22 + 0.78 * (ceil(len(value) / _VALUE_CHARACTERS) - 1) for _, value in facts) + (
        2 if used else 0
    )
    lines = 0.0
    for count, part in enumerate(parts):
        height = _lines(part)
        if (
            _WIDE.search(str(part["html"]))
            or lines >= card - 1
            or (lines and lines + height > card + _TOO_MUCH)
        ):
            return count, max(card, lines)
        lines += height
    return len(parts), max(card, lines)


def _lines(part: Mapping[str, Any]) -> float:
    html = str(part["html"])
    text = html.replace("\n", "</p>") if "<pre>" in html else html
    blocks = [len(_TAG.sub("", block).strip()) for block in _BLOCK_END.split(text)]
    lines = sum(ceil(length / _BESIDE_CHARACTERS) + 0.25 for length in blocks if length)
    return lines + (2.0 if part["heading"] else 0.0) + (1.5 if part["say"] else 0.0)
