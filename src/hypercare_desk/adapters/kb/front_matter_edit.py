"""Writing front matter: only the keys that were touched, line by line; every other byte stays as it is.

Each edit is proved by reading the result again: the touched keys hold what was wanted, all others what they held.
Where lines cannot be edited (a map in braces), ruamel.yaml's round trip is tried and proved in the same way.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, cast

from hypercare_desk.adapters.kb.field_keys import ORDER, Value
from hypercare_desk.adapters.kb.front_matter import FileText, FrontMatter, read
from hypercare_desk.adapters.kb.yaml_shapes import Node
from hypercare_desk.domain.errors import Invalid

_PLAIN = re.compile(r"[^\W\d_](?:[\w /.()+'&@%=;!?-]*[\w/.()+'&@%=;!?])?")
_RESERVED = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null", "none", "nan", "inf"})
_FORBIDDEN = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def written(value: Value) -> str:
    """``value`` as YAML on one line: plain where nobody could misread it, else in double quotes."""
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return "[" + ", ".join(_quoted(text, inside_list=True) for text in value) + "]"
    return _quoted(value)


def fresh_block(values: Mapping[str, Value]) -> str:
    """Front matter for a new file: every key that is set, in the application's order, LF."""
    return "".join(_lines_for(key, values[key], "\n") for key in ORDER if values.get(key))


def edited(file: FileText, matter: FrontMatter, changes: Mapping[str, Value]) -> FileText:
    """``file`` with ``changes`` written into its front matter (made if it has none). Raises ``Invalid``."""
    if not changes:
        return file
    if not file.fenced:
        newline = file.newline
        block = fresh_block(changes).replace("\n", newline)
        return FileText(
            f"{file.head}---{newline}", block, f"---{newline}{file.tail}", 3 + len(newline), file.encoding
        )
    for candidate in _candidates(file, matter, changes):
        result = FileText(file.head, candidate, file.tail, file.tail_mark, file.encoding)
        if _proved(file, matter, result, changes):
            return result
    keys = ", ".join(changes)
    raise Invalid(
        f"The front matter cannot take a change of {keys}: it is written in a way that would lose something. "
        "Correct it in a text editor.",
        code="front_matter_unwritable",
        keys=keys,
    )


def _candidates(file: FileText, matter: FrontMatter, changes: Mapping[str, Value]) -> Iterable[str]:
    yield _by_lines(file, matter, changes)
    yield _by_lines(file, matter, changes, at_the_end=True)
    if matter.whole:
        by_ruamel = _by_round_trip(file.block, file.newline, changes)
        if by_ruamel is not None:
            yield by_ruamel


def _proved(before: FileText, matter: FrontMatter, after: FileText, changes: Mapping[str, Value]) -> bool:
    """Whether ``after`` reads back as ``before`` with exactly ``changes``."""
    _, now = read(after)
    if matter.whole and not now.whole:
        return False
    for key, value in changes.items():
        found = now.keys.get(key)
        if found is None or _plain_value(found.entry.value) != _wanted(value):
            return False
    held = {key: _plain_value(found.entry.value) for key, found in matter.keys.items() if key not in changes}
    holds = {key: _plain_value(found.entry.value) for key, found in now.keys.items() if key not in changes}
    return held == holds


def _plain_value(node: Node) -> object:
    if node.empty:
        return ""
    if node.shape == "text":
        return node.text
    return (node.shape, [_plain_value(item) for item in node.items])


def _wanted(value: Value) -> object:
    if isinstance(value, tuple):
        return ("list", list(value))
    return value.isoformat() if isinstance(value, date) else value or ""


def _by_lines(
    file: FileText, matter: FrontMatter, changes: Mapping[str, Value], *, at_the_end: bool = False
) -> str:
    """The block with the touched values replaced in place and new keys put where they belong, or all at the end."""
    block, newline = file.block, file.newline
    if block and not block.endswith("\n"):
        block += newline
    pieces: list[tuple[int, int, str]] = []
    spans = {name: (start, end) for name, start, end in matter.spans}
    for key, value in changes.items():
        if key in matter.keys:
            pieces.append(_replacement(block, matter, key, value, newline))
        elif key in spans:
            pieces.append((*spans[key], _lines_for(key, value, newline)))
    fresh = [key for key in ORDER if key in changes and key not in matter.keys and key not in spans]
    for key in fresh:
        at = len(block) if at_the_end else _place(block, matter, key, spans)
        pieces.append((at, at, _lines_for(key, changes[key], newline)))
    # From the end, so that offsets hold; keys that go to the same place keep the application's order.
    out = block
    numbered = sorted(
        ((start, end, number, text) for number, (start, end, text) in enumerate(pieces)), reverse=True
    )
    for start, end, _, text in numbered:
        out = out[:start] + text + out[end:]
    return out


def _replacement(
    block: str, matter: FrontMatter, key: str, value: Value, newline: str
) -> tuple[int, int, str]:
    found = matter.keys[key]
    node = found.entry.value
    start, end = found.offset + node.start, found.offset + node.end
    key_end = block.index(":", found.offset + found.entry.key.end) + 1
    if node.shape == "list" and not node.flow and isinstance(value, tuple) and value:
        return _list_items(block, node, found.offset, value, newline)
    one_line = "\n" not in block[key_end:end]
    text = _like(node, value)
    if one_line and node.shape == "text" and not node.empty:
        return start, end, text
    comment = re.match(r"[ \t]+#[^\r\n]*", block[key_end:])
    note = comment.group(0) if comment and not one_line else ""
    told = block[key_end : end if node.shape == "list" and not node.flow else start].split("\n")[1:]
    notes = "".join(newline + line.rstrip() for line in told if line.lstrip().startswith("#"))
    return key_end, max(end, key_end), (f" {text}" if text else "") + note + notes


def _like(node: Node, value: Value) -> str:
    """The value in the quotes its predecessor had."""
    if isinstance(value, str) and node.style == "'" and value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    if isinstance(value, str) and node.style == '"':
        return _double(value)
    return written(value)


def _list_items(
    block: str, node: Node, offset: int, value: tuple[str, ...], newline: str
) -> tuple[int, int, str]:
    """A block list with new items; items that stay keep their own lines, all comments stay."""
    first = offset + node.start
    begin = previous = _line_start(block, first)
    indent = block[begin:first]
    own: list[tuple[str, str]] = []
    for item in node.items:
        end = block.find("\n", offset + item.end) + 1 or len(block)
        own.append((item.text.strip(), block[previous:end]))
        previous = end
    lines: list[str] = []
    for text in value:
        kept = next((one for one in own if one[0] == text), None)
        lines.append(kept[1] if kept else f"{indent}- {_quoted(text)}{newline}")
        if kept:
            own.remove(kept)
    notes = [
        line for _, gone in own for line in gone.splitlines(keepends=True) if line.lstrip().startswith("#")
    ]
    return begin, previous, "".join(lines + notes)


def _line_start(block: str, offset: int) -> int:
    return block.rfind("\n", 0, offset) + 1


def _place(block: str, matter: FrontMatter, key: str, spans: Mapping[str, tuple[int, int]]) -> int:
    """Where a new key goes: below the nearest known key that precedes it in order, else at the top or the end."""
    for earlier in reversed(ORDER[: ORDER.index(key)]):
        if earlier in spans:
            return spans[earlier][1]
        if earlier in matter.keys:
            found = matter.keys[earlier]
            end = found.offset + max(found.entry.value.end, found.entry.key.end)
            line_end = block.find("\n", end)
            return len(block) if line_end < 0 else line_end + 1
    known_later = any(later in matter.keys for later in ORDER[ORDER.index(key) :])
    if known_later:
        first = min(matter.keys.values(), key=lambda found: found.offset + found.entry.key.start)
        return _line_start(block, first.offset + first.entry.key.start)
    return len(block)


def _lines_for(key: str, value: Value, newline: str) -> str:
    if isinstance(value, tuple) and value:
        return f"{key}:{newline}" + "".join(f"  - {_quoted(text)}{newline}" for text in value)
    text = written(value)
    return f"{key}: {text}{newline}" if text else f"{key}:{newline}"


def _quoted(text: str, *, inside_list: bool = False) -> str:
    plain = _PLAIN.fullmatch(text) and text.casefold() not in _RESERVED
    if plain and not (inside_list and re.search(r"[,\[\]{}?]", text)) and " #" not in text:
        return text
    return _double(text)


def _double(text: str) -> str:
    escaped = json.dumps(text, ensure_ascii=False)
    return _FORBIDDEN.sub(lambda found: f"\\u{ord(found.group()):04x}", escaped)


def _by_round_trip(block: str, newline: str, changes: Mapping[str, Value]) -> str | None:
    """The block through ruamel.yaml, which keeps comments and order but no CR; None where it refuses."""
    import io

    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.width = 1 << 20
    try:
        document = cast("Any", yaml).load(block)
        for key, value in changes.items():
            document[key] = list(value) if isinstance(value, tuple) else value
        out = io.StringIO()
        cast("Any", yaml).dump(document, out)
    except (YAMLError, ValueError, TypeError, RecursionError, AttributeError):
        return None
    text = re.sub(r"\r*\n", newline, out.getvalue())
    return text if "\n---" not in f"\n{text}" else None
