"""The manifest: which files make up the index now. Replacing it is the commit; readers look at nothing else."""

from __future__ import annotations

import json
import os
import zlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from hypercare_desk.adapters.search.blocks import Damaged

FORMAT = 4  # raise it when fields, analysis or files change: an index of another format is built again
NAME = "manifest.json"


@dataclass(frozen=True, slots=True)
class SegmentEntry:
    """One segment: its file, the size and head checksum that file must have, and the deleted documents."""

    file: str
    size: int
    checksum: int
    documents: int
    deleted: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is in the index. ``index`` is the folder of the segments; ``toc`` the checksum of Whoosh's own list.

    ``complete``: it came out of a rebuild; an index that began with a save lacks all that was there before.
    """

    index: str
    generation: int
    language: str
    toc: int = 0
    segments: tuple[SegmentEntry, ...] = ()
    complete: bool = True

    @property
    def documents(self) -> int:
        """How many documents can be found."""
        return sum(s.documents - len(s.deleted) for s in self.segments)


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest in ``folder``, None if there is none; raises ``Damaged`` for one that is not as written."""
    try:
        raw = (folder / NAME).read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Damaged(f"The list of the index's files cannot be read: {error.strerror}") from error
    checksum, _, body = raw.partition(b"\n")
    try:
        if int(checksum) != zlib.crc32(body):
            raise Damaged("The list of the index's files is damaged")
        told = json.loads(body)
        if told.pop("format") != FORMAT:
            raise Damaged("The index was made by another version")
        entries = tuple(_entry(entry) for entry in told.pop("segments"))
        return Manifest(**told, segments=entries)
    except (ValueError, TypeError, KeyError) as error:
        raise Damaged("The list of the index's files is damaged") from error


def _entry(told: dict[str, Any]) -> SegmentEntry:
    deleted = tuple(int(n) for n in told.pop("deleted"))
    return SegmentEntry(**told, deleted=deleted)


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Put ``manifest`` in place of the old one in one step: a process that dies leaves the old one or the new one."""
    body = json.dumps({"format": FORMAT, **asdict(manifest)}).encode()
    temporary = folder / f"{NAME}.{os.getpid()}.new"
    with temporary.open("wb") as out:
        out.write(str(zlib.crc32(body)).encode() + b"\n" + body)
    temporary.replace(folder / NAME)


def stamp(folder: Path) -> tuple[int, int, int] | None:
    """Something that changes whenever the manifest does (one system call); None when there is no manifest."""
    try:
        told = os.stat(folder / NAME)  # noqa: PTH116 - a third of the time of Path.stat, and asked with every query
    except OSError:
        return None
    return told.st_mtime_ns, told.st_size, told.st_ino
