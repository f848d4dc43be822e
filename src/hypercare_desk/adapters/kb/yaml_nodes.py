"""YAML of front matter as text: keys with their values and where they stand, nothing resolved or constructed.

Reading stops at the parser's events, so no YAML 1.1 rule can turn ``1.10``, ``0123``, ``NO`` or ``12:30:45`` into
something else, no tag can build anything, and hostile text costs no more than its first bad event.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

import yaml

from hypercare_desk.adapters.kb.yaml_shapes import Entry, Node
from hypercare_desk.adapters.kb.yaml_simple import simple_entries

MAX_BYTES = 32 * 1024
MAX_DEPTH = 20
MAX_LINES = 1000


class YamlFault(Exception):
    """Text that is no acceptable front matter; ``line`` counts from 1 inside the text."""

    def __init__(self, what: str, line: int) -> None:
        super().__init__(what)
        self.what = what
        self.line = line


@dataclass(slots=True)
class _Open:
    """A list or map whose end has not been seen yet."""

    shape: str
    start: int
    flow: bool
    children: list[Node]
    names: set[str]


def entries(text: str) -> tuple[Entry, ...] | None:
    """The top-level keys of ``text`` in order; None when it is no map (a lone sentence, a list).

    Raises ``YamlFault``: too large (32 KiB, 1,000 lines), too deep (20), aliases, duplicate keys, or no YAML at all.
    """
    if len(text) > MAX_BYTES or len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise YamlFault("it is larger than 32 KiB", 1)
    if text.count("\n") > MAX_LINES:
        raise YamlFault(f"it has more than {MAX_LINES:,} lines", 1)
    simple = simple_entries(text)
    return parsed_entries(text) if simple is None else simple


def parsed_entries(text: str) -> tuple[Entry, ...] | None:
    """The same by the YAML parser, for everything; see ``entries``."""
    try:
        root = _root(text)
    except yaml.MarkedYAMLError as error:
        raise YamlFault(_reason(error), _line_of(error)) from None
    except yaml.reader.ReaderError as error:
        character = cast("Any", error).character
        raise YamlFault(f"it holds a character that YAML forbids ({character!r:.12})", 1) from None
    except (yaml.YAMLError, ValueError) as error:
        raise YamlFault(str(error).splitlines()[0][:120], 1) from None
    if root is None or root.empty:
        return ()
    if root.shape != "map":
        return None
    pairs = zip(root.items[::2], root.items[1::2], strict=True)
    return tuple(Entry(key, value, _line_at(text, key.start)) for key, value in pairs)


def _root(text: str) -> Node | None:
    stack: list[_Open] = []
    documents = 0
    root: Node | None = None
    for event in _events(text):
        start = event.start_mark.index
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise YamlFault("it holds a second document", event.start_mark.line + 1)
            continue
        if isinstance(event, yaml.AliasEvent):
            raise YamlFault("aliases (*name) are not allowed", event.start_mark.line + 1)
        if isinstance(event, yaml.ScalarEvent):
            node = _text_node(text, event)
        elif isinstance(event, (yaml.SequenceStartEvent, yaml.MappingStartEvent)):
            if len(stack) >= MAX_DEPTH:
                raise YamlFault(f"it is nested deeper than {MAX_DEPTH} levels", event.start_mark.line + 1)
            shape = "list" if isinstance(event, yaml.SequenceStartEvent) else "map"
            stack.append(_Open(shape, start, bool(event.flow_style), [], set()))
            continue
        elif isinstance(event, (yaml.SequenceEndEvent, yaml.MappingEndEvent)):
            node = _closed(stack.pop(), event.end_mark.index)
        else:
            continue
        if stack:
            _attach(stack[-1], node, text)
        else:
            root = node
    return root


def _events(text: str) -> Iterator[Any]:
    """The C parser's events, asked for one by one: nothing behind the first bad one is looked at."""
    parser: Any = yaml.CSafeLoader(text)
    try:
        while (event := parser.get_event()) is not None:
            yield event
    finally:
        parser.dispose()


def _text_node(text: str, event: Any) -> Node:
    start, end = event.start_mark.index, event.end_mark.index
    style = event.style or ""
    if style in ("|", ">"):
        end = start + len(text[start:end].rstrip("\r\n \t"))
    return Node("text", start, end, event.value, style)


def _closed(opened: _Open, end: int) -> Node:
    if not opened.flow:
        end = opened.children[-1].end if opened.children else opened.start
    return Node(opened.shape, opened.start, end, flow=opened.flow, items=tuple(opened.children))


def _attach(parent: _Open, node: Node, text: str) -> None:
    if parent.shape == "map" and len(parent.children) % 2 == 0:
        if node.shape != "text":
            raise YamlFault("a key is not plain text", _line_at(text, node.start))
        if node.text in parent.names:
            raise YamlFault(f"the key “{node.text:.40}” stands there twice", _line_at(text, node.start))
        parent.names.add(node.text)
    parent.children.append(node)


def _line_at(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1


def _line_of(error: yaml.MarkedYAMLError) -> int:
    mark = cast("Any", error).problem_mark or cast("Any", error).context_mark
    return mark.line + 1 if mark else 1


def _reason(error: yaml.MarkedYAMLError) -> str:
    problem = str(cast("Any", error).problem or "it cannot be understood")
    return f"YAML cannot read it ({problem[:120]})"
