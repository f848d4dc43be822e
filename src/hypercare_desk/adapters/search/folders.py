"""The folder of an index: private, one writer at a time, damaged indexes set aside."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import time
from collections.abc import Generator
from pathlib import Path
from secrets import token_hex

from hypercare_desk.adapters.search.manifest import NAME
from hypercare_desk.domain.errors import Unavailable

_ASIDE = "damaged-"
_INDEX = "index-"
_KEPT = 2  # indexes set aside that are kept, to find out what happened to them


def make_private(folder: Path) -> None:
    """Create ``folder``, or make sure it is ours alone: a Whoosh index holds pickles (dependencies.md, trap 1)."""
    try:
        folder.mkdir(parents=True, mode=0o700, exist_ok=True)
        if os.name == "posix":
            told = folder.stat()
            if told.st_uid != os.geteuid():
                raise Unavailable(
                    f"The folder of the search index, {folder}, belongs to another user; remove it or choose another.",
                    code="index_not_private",
                    path=str(folder),
                )
            if stat.S_IMODE(told.st_mode) & 0o077:
                folder.chmod(0o700)
    except OSError as error:
        raise Unavailable(
            f"The folder of the search index, {folder}, cannot be made: {error.strerror}. "
            "Free some space or check the permissions of your cache folder.",
            code="index_folder",
            path=str(folder),
        ) from error


@contextlib.contextmanager
def locked(folder: Path, name: str, wait: float, what: str) -> Generator[None]:
    """Hold the lock ``name`` (the system frees it if the process dies); raises ``Unavailable`` after ``wait`` s."""
    path = folder / f"{name}.lock"
    try:
        handle = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    except OSError as error:
        raise Unavailable(
            f"The search index in {folder} cannot be written: {error.strerror}.", code="index_read_only"
        ) from error
    try:
        end = time.monotonic() + wait
        while not _try_lock(handle):
            if time.monotonic() >= end:
                raise Unavailable(
                    f"Another process is {what}; try again when it has finished.", code="index_busy"
                )
            time.sleep(0.01)
        yield
    finally:
        os.close(handle)


def _try_lock(handle: int) -> bool:
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # pyright: ignore[reportAttributeAccessIssue]
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def new_index_name() -> str:
    """A fresh name for a folder of segments."""
    return f"{_INDEX}{token_hex(6)}"


def set_aside(folder: Path, index: str | None) -> None:
    """Put the present index out of the way under a name that says so; at most two are kept."""
    place = folder / f"{_ASIDE}{time.strftime('%Y%m%d-%H%M%S')}-{token_hex(3)}"
    with contextlib.suppress(OSError):
        place.mkdir(mode=0o700)
        with contextlib.suppress(OSError):
            (folder / NAME).replace(place / NAME)
        names = [index] if index else [p.name for p in folder.glob(f"{_INDEX}*")]
        for name in names:
            with contextlib.suppress(OSError):
                (folder / name).replace(place / name)
    with contextlib.suppress(OSError):
        (folder / NAME).unlink()
    for old in sorted(folder.glob(f"{_ASIDE}*"))[:-_KEPT]:
        shutil.rmtree(old, ignore_errors=True)


def sweep(folder: Path, current: str | None) -> None:
    """Remove index folders and temporary files that an interrupted rebuild left; only with the locks held."""
    for path in folder.glob(f"{_INDEX}*"):
        if path.name != current:
            shutil.rmtree(path, ignore_errors=True)
    for path in folder.glob(f"{NAME}.*.new"):
        with contextlib.suppress(OSError):
            path.unlink()
