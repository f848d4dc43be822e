"""What front matter is read into: keys and values as text, with where they stand."""

from __future__ import annotations

from typing import NamedTuple

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


class Node(NamedTuple):
    """A value: ``shape`` is text, list or map. ``start`` and ``end`` are character offsets in the parsed text;
    a block list or map ends with its last value. ``style`` is the quote or block mark of a text, empty if plain.
    """

    shape: str
    start: int
    end: int
    text: str = ""
    style: str = ""
    flow: bool = False
    items: tuple[Node, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether this is YAML's null."""
        return self.shape == "text" and not self.style and self.text in _NULLS


class Entry(NamedTuple):
    """A top-level key with its value and the line (from 1, inside the parsed text) it stands on."""

    key: Node
    value: Node
    line: int

    @property
    def name(self) -> str:
        return self.key.text
