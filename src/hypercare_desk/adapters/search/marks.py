"""Marks: (size, mtime, sha256) of each file as it was indexed, in a text file that mostly grows at its end."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

Mark = tuple[int, int, str]
_NAME = "marks.tsv"
_GONE = "-"


def read_marks(folder: Path) -> dict[str, Mark]:
    """Key → mark; lines that are not whole (a write that was interrupted) are passed over."""
    try:
        text = (folder / _NAME).read_text("utf-8", errors="replace")
    except OSError:
        return {}
    return _parse(text)[0]


def _parse(text: str) -> tuple[dict[str, Mark], int]:
    found: dict[str, Mark] = {}
    lines = text.split("\n")[:-1]
    for line in lines:
        parts = line.split("\t")
        if len(parts) != 4:
            continue
        if parts[1] == _GONE:
            found.pop(parts[0], None)
            continue
        with contextlib.suppress(ValueError):
            found[parts[0]] = (int(parts[1]), int(parts[2]), parts[3])
    return found, len(lines)


def write_marks(folder: Path, marks: Mapping[str, Mark], gone: Iterable[str]) -> None:
    """Add to the marks; when most lines are old ones, the file is written afresh."""
    lines = [f"{_key(key)}\t{size}\t{mtime}\t{digest}\n" for key, (size, mtime, digest) in marks.items()]
    lines += [f"{_key(key)}\t{_GONE}\t0\t{_GONE}\n" for key in gone]
    if not lines:
        return
    path = folder / _NAME
    with path.open("a+", encoding="utf-8", errors="replace", newline="\n") as out:
        size = out.tell()
        out.write("".join(lines))
    if size < 4_000_000 and size < 40 * sum(map(len, lines)):
        return
    known, count = _parse(path.read_text("utf-8", errors="replace"))
    if count > 2 * len(known) + 1000:
        _rewrite(path, known)


def _rewrite(path: Path, known: Mapping[str, Mark]) -> None:
    temporary = path.with_suffix(f".{os.getpid()}.new")
    with temporary.open("w", encoding="utf-8", newline="\n") as out:
        out.writelines(f"{key}\t{size}\t{mtime}\t{digest}\n" for key, (size, mtime, digest) in known.items())
    temporary.replace(path)


def _key(key: str) -> str:
    return key.replace("\t", " ").replace("\n", " ")
