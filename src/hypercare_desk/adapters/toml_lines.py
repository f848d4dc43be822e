"""On which line of a TOML text each key stands: tomllib reads values but does not tell where they were."""

from __future__ import annotations

import re
from collections.abc import Mapping

KeyPath = tuple[str | int, ...]

_DEEPEST = 8  # settings lie no deeper; a hostile key of a thousand dots costs nothing

_PART = r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*')"""
_KEY = rf"{_PART}(?:[ \t]*\.[ \t]*{_PART})*"
_TABLE = re.compile(rf"^[ \t]*(\[\[?)[ \t]*({_KEY})[ \t]*\]\]?")
_PAIR = re.compile(rf"^[ \t]*({_KEY})[ \t]*=")
_PARTS = re.compile(_PART)
_TOKEN = re.compile(r'"""|\'\'\'|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'|[#\[\]{}]')


def key_lines(text: str) -> Mapping[KeyPath, int]:
    """Path of every key and table → its line (from 1), for text that tomllib accepts.

    Tables of an array carry their position: ``("escalation", 0, "who")``. Keys inside an inline table are not
    listed; they stand on the line of the key that holds it (see `line_of`).
    """
    lines: dict[KeyPath, int] = {}
    arrays: dict[KeyPath, int] = {}
    table: KeyPath = ()
    open_string, depth = "", 0
    for number, line in enumerate(text.split("\n"), start=1):
        rest = line
        if not open_string and not depth:
            header, pair = _TABLE.match(line), _PAIR.match(line)
            if header:
                table = _table_path(_names(header.group(2)), header.group(1) == "[[", arrays)
                _note(lines, table, 0, number)
                continue
            if pair:
                _note(lines, (*table, *_names(pair.group(1))), len(table), number)
                rest = line[pair.end() :]
        open_string, depth = _after(rest, open_string, depth)
    return lines


def line_of(lines: Mapping[KeyPath, int], path: KeyPath) -> int | None:
    """The line of ``path``, or of the nearest thing around it that has one."""
    for end in range(len(path), 0, -1):
        if path[:end] in lines:
            return lines[path[:end]]
    return None


def _note(lines: dict[KeyPath, int], path: KeyPath, known: int, number: int) -> None:
    """Note the line of ``path`` and of everything it is the first to lie in, beyond its ``known`` first parts."""
    for end in range(max(known, len(path) - _DEEPEST) + 1, len(path) + 1):
        lines.setdefault(path[:end], number)


def _names(key: str) -> KeyPath:
    return tuple(part[1:-1] if part[0] in "\"'" else part for part in _PARTS.findall(key))


def _table_path(names: KeyPath, is_array: bool, arrays: dict[KeyPath, int]) -> KeyPath:
    """The table's path with the positions of the arrays it lies in."""
    path: KeyPath = ()
    for name in names[:-1]:
        path = (*path, name)
        if path in arrays:
            path = (*path, arrays[path])
    path = (*path, names[-1])
    if is_array:
        arrays[path] = arrays.get(path, -1) + 1
        return (*path, arrays[path])
    return path


def _after(text: str, open_string: str, depth: int) -> tuple[str, int]:
    """The multi-line string and the depth of brackets that are still open at the end of ``text``."""
    at = 0
    while at < len(text):
        if open_string:
            end = text.find(open_string, at)
            while open_string == '"""' and end > 0 and _escaped(text, end):
                end = text.find(open_string, end + 1)
            if end < 0:
                return open_string, depth
            open_string, at = "", end + 3
            continue
        token = _TOKEN.search(text, at)
        if token is None or token.group() == "#":
            break
        at = token.end()
        if token.group() in ('"""', "'''"):
            open_string = token.group()
        elif token.group() in "[{":
            depth += 1
        elif token.group() in "]}":
            depth -= 1
    return open_string, depth


def _escaped(text: str, at: int) -> bool:
    backslashes = len(text[:at]) - len(text[:at].rstrip("\\"))
    return backslashes % 2 == 1
