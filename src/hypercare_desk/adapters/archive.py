"""A whole workspace in one file, and back: a ZIP with a list of what is in it and the SHA-256 of each.

What comes from elsewhere is not trusted: an archive's names, sizes, kinds and sums are checked before a workspace
appears, and nothing of it can change how git behaves (hooks, commands in its settings).
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from hypercare_desk.adapters.archive_contents import CHUNK, LIST, Entry, empty_folders, pack_workspace
from hypercare_desk.adapters.archive_names import restored, unsafe
from hypercare_desk.adapters.archived_git import is_git_settings, safe_settings
from hypercare_desk.domain.errors import DeskError, Invalid, Unavailable
from hypercare_desk.services.progress import Progress, Silent

FORMAT = 1
MOST_FILES = 2_000_000
MOST_RATIO = 200
"""How many times its packed size an archive may unpack to, once it is large (a compressed bomb reaches 1,000)."""
LARGE = 64 * 1024 * 1024


class ZipArchives:
    """Implements ``ports.Archives``."""

    def write(
        self,
        root: Path,
        database: Path,
        target: Path,
        facts: Mapping[str, str],
        progress: Progress | None = None,
    ) -> Path:
        """The workspace in ``root``, with ``database`` as its records, as the file ``target``; see ``ports``."""
        progress = progress or Silent()
        unfinished = target.with_name(f".{target.name}.{os.getpid()}.part")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
                entries = pack_workspace(archive, root, database, {target, unfinished}, progress)
                told = {
                    "format": FORMAT,
                    "facts": dict(facts),
                    "folders": empty_folders(root),
                    "files": [vars(entry) for entry in entries],
                }
                archive.writestr(LIST, json.dumps(told, ensure_ascii=False, indent=0))
            with unfinished.open("rb+") as file:
                os.fsync(file.fileno())
            unfinished.replace(target)
        except OSError as fault:
            raise Unavailable(
                f"The backup {target} cannot be written ({fault.strerror or fault}); nothing was changed. Choose"
                " another place, or make room.",
                code="backup",
            ) from fault
        finally:
            with suppress(OSError):
                unfinished.unlink()
        return target

    def extract(self, source: Path, folder: Path, progress: Progress | None = None) -> Mapping[str, str]:
        """The workspace in the archive ``source`` as ``folder``, whole or not at all; see ``ports``."""
        progress = progress or Silent()
        _refuse_full(folder)
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            with zipfile.ZipFile(source) as archive:
                listed = _listed(archive, source)
                _refuse_large(archive, listed.files, folder.parent, source)
                place = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".part", dir=folder.parent))
                try:
                    for name in listed.folders:
                        restored(name, place).mkdir(parents=True, exist_ok=True)
                    _unpack(archive, listed.files, place, source, progress)
                    _put(place, folder)
                finally:
                    shutil.rmtree(place, ignore_errors=True)
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            NotImplementedError,
            RuntimeError,
            ValueError,
        ) as fault:
            raise Invalid(
                f"{source} is no backup, or is damaged ({fault}); nothing was restored.", code="archive"
            ) from fault
        except FileNotFoundError as fault:
            raise Unavailable(f"There is no file {source}.", code="archive") from fault
        except OSError as fault:
            raise Unavailable(
                f"{source} cannot be restored into {folder} ({fault.strerror or fault}); nothing is left behind.",
                code="disk",
            ) from fault
        return listed.facts


# --- reading -------------------------------------------------------------------------------------------------


def _refuse_full(folder: Path) -> None:
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise Invalid(f"{folder} is no folder: restore into a new one.", code="not_empty")
    if folder.is_dir() and any(folder.iterdir()):
        raise Invalid(f"{folder} is not empty: restore into a new folder.", code="not_empty")


@dataclass(frozen=True)
class _List:
    """What an archive says it holds."""

    files: list[Entry]
    folders: list[str]
    facts: Mapping[str, str]


def _listed(archive: zipfile.ZipFile, source: Path) -> _List:
    """What the archive says it holds; raises ``Invalid`` unless its names are safe and are what is in it."""
    infos = {info.filename: info for info in archive.infolist()}
    if LIST not in infos or len(infos) != len(archive.infolist()) or infos[LIST].file_size > LARGE * 8:
        raise _refused(source, "it has no list of its files, or holds a name twice")
    try:
        told: Any = json.loads(archive.read(LIST))
        entries = [Entry(str(f["name"]), int(f["size"]), str(f["sha256"])) for f in told["files"]]
        folders = [str(name) for name in told["folders"]]
        facts = {str(key): str(value) for key, value in cast("dict[object, object]", told["facts"]).items()}
        newer = int(told["format"]) > FORMAT
    except (
        KeyError,
        TypeError,
        AttributeError,
        RecursionError,
        json.JSONDecodeError,
        UnicodeDecodeError,
    ) as fault:
        raise _refused(source, "its list of files cannot be read") from fault
    if newer:
        raise _refused(source, "it was made by a newer version; update the application")
    for name in folders:
        _check_name(source, name)
    for name, info in infos.items():
        _check_name(source, name)
        kind = stat.S_IFMT(info.external_attr >> 16)
        if info.is_dir() or (kind and not stat.S_ISREG(kind)) or info.flag_bits & 1:
            raise _refused(source, f"{name!r} in it is no plain file")
    if {e.name for e in entries} | {LIST} != set(infos) or len(entries) + 1 != len(infos):
        raise _refused(source, "its list does not say what it holds")
    if not {"workspace.toml", "desk.db"} <= set(infos):
        raise _refused(source, "it holds no workspace")
    return _List(entries, folders, facts)


def _check_name(source: Path, name: str) -> None:
    reason = unsafe(name)
    if reason:
        raise _refused(source, f"{name[:80]!r} in it {reason}")


def _refuse_large(archive: zipfile.ZipFile, entries: Iterable[Entry], place: Path, source: Path) -> None:
    sizes = [entry.size for entry in entries]
    packed = sum(info.compress_size for info in archive.infolist())
    total = sum(sizes)
    if len(sizes) > MOST_FILES or min(sizes) < 0 or (total > LARGE and total > MOST_RATIO * max(packed, 1)):
        raise _refused(source, f"it would unpack to {total // 2**20:,} MiB from {packed // 2**20:,} MiB")
    if total > shutil.disk_usage(place).free:
        raise Unavailable(
            f"{source} needs {total // 2**20:,} MiB, and there is less room than that at {place}.",
            code="disk_full",
        )


def _unpack(
    archive: zipfile.ZipFile, entries: list[Entry], place: Path, source: Path, progress: Progress
) -> None:
    for done, entry in enumerate(entries, 1):
        target = restored(entry.name, place)
        target.parent.mkdir(parents=True, exist_ok=True)
        if _unpack_one(archive, entry, target) != entry.sha256:
            raise _refused(source, f"{entry.name!r} in it is not what was backed up")
        if is_git_settings(entry.name):
            settings = target.read_bytes()
            safe = safe_settings(settings)
            if safe != settings:
                target.write_bytes(safe)
        progress.step(done, len(entries), entry.name)
    if hasattr(os, "sync"):
        os.sync()


def _unpack_one(archive: zipfile.ZipFile, entry: Entry, target: Path) -> str:
    """Write one file of at most its listed size; returns its SHA-256."""
    digest = hashlib.sha256()
    left = entry.size
    with archive.open(entry.name) as packed, target.open("xb") as file:
        while chunk := packed.read(min(CHUNK, left + 1)):
            left -= len(chunk)
            if left < 0:
                return "longer than listed"
            digest.update(chunk)
            file.write(chunk)
    return digest.hexdigest() if left == 0 else "shorter than listed"


def _put(place: Path, folder: Path) -> None:
    place.chmod(0o777 & ~_umask())
    if folder.is_dir():
        folder.rmdir()
    place.rename(folder)


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def _refused(source: Path, why: str) -> DeskError:
    return Invalid(f"{source} is refused: {why}. Nothing was restored.", code="archive")
