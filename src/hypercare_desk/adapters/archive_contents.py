"""What of a workspace goes into its backup, and how it is packed."""

from __future__ import annotations

import hashlib
import os
import re
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from hypercare_desk.adapters.archive_names import archived
from hypercare_desk.adapters.archived_git import MADE_ANEW
from hypercare_desk.services.progress import Progress

LIST = "hypercare-desk-backup.json"
"""The list of what an archive holds, beside the workspace's own files."""
CHUNK = 1024 * 1024
_TEMPORARY = re.compile(r"\..*\.part|.*-(journal|wal|shm)|\.~.*")


@dataclass(frozen=True)
class Entry:
    """One file of an archive."""

    name: str
    size: int
    sha256: str


def pack_workspace(
    archive: zipfile.ZipFile, root: Path, database: Path, left_out: set[Path], progress: Progress
) -> list[Entry]:
    """Put every file of a workspace in; git's objects last, so that whatever a reference names is there."""
    entries: list[Entry] = []
    packed: set[str] = set()
    total = sum(1 for _ in _files(root)) + 1

    def pack(name: str, path: Path) -> None:
        try:
            entries.append(_pack(archive, name, path))
        except FileNotFoundError:
            return  # renamed or removed since the folder was read: its new name is found in the second sweep
        packed.add(name)
        progress.step(len(entries), total, name)

    pack("desk.db", database)
    unwanted = {path.absolute() for path in left_out}
    for objects in (False, True):
        for name, path in _files(root):
            if ("/objects/" in name) <= objects and name not in packed and path.absolute() not in unwanted:
                pack(name, path)
    return entries


def empty_folders(root: Path) -> list[str]:
    """Folders without a file: git knows a repository by some of them."""
    return [archived(inside) for inside, files in _folders(root) if not files and inside.parts]


def _files(root: Path) -> Iterator[tuple[str, Path]]:
    """Name in the archive and path of every file that belongs to a workspace."""
    for inside, files in _folders(root):
        for path in files:
            yield archived(inside / path.name), path


def _folders(root: Path) -> Iterator[tuple[PurePosixPath, list[Path]]]:
    """Every folder that belongs to a workspace, with its own files; links are not followed."""
    for folder, names, files in os.walk(root):
        here = Path(folder)
        made_anew = MADE_ANEW if here.name == ".git" else frozenset[str]()
        names[:] = sorted(n for n in names if n not in made_anew and not (here / n).is_symlink())
        kept = [
            here / name for name in sorted(files) if name not in made_anew and _belongs(here / name, root)
        ]
        yield PurePosixPath(here.relative_to(root).as_posix()), kept


def _belongs(path: Path, root: Path) -> bool:
    """Whether a file is part of the workspace: not its live database, nothing half-written, no link."""
    if (
        path.parent == root and (path.name.startswith("desk.db") or path.name == LIST)
    ) or path.name == "index.lock":
        return False
    return not _TEMPORARY.fullmatch(path.name) and stat.S_ISREG(path.lstat().st_mode)


def _pack(archive: zipfile.ZipFile, name: str, path: Path) -> Entry:
    digest = hashlib.sha256()
    size = 0
    info = zipfile.ZipInfo.from_file(path, name, strict_timestamps=False)
    info.compress_type = zipfile.ZIP_DEFLATED
    with path.open("rb") as file, archive.open(info, "w", force_zip64=info.file_size >= 2**31) as packed:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
            packed.write(chunk)
    return Entry(name, size, digest.hexdigest())
