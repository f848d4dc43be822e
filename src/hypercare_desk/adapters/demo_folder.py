"""The demonstration's folder: made once, found again, and emptied only when the demonstration itself made it."""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path

from hypercare_desk.adapters.settings_file import FILE_NAME
from hypercare_desk.adapters.workspace import absolute, workspace_paths
from hypercare_desk.domain.errors import Invalid, Unavailable

MARK = ".hypercare-desk-demo"

_WHOLE = "This workspace is a demonstration: hypercare-desk demo --fresh empties it and makes it anew.\n"
_BEGUN = "This demonstration is not finished: hypercare-desk demo empties it and makes it anew.\n"
_PARTS = (
    "kb",
    "packs",
    "desk.db",
    "desk.db-journal",
    "desk.db-wal",
    "desk.db-shm",
    "handoff-draft.pdf",
    FILE_NAME,
)


def prepare_demo(folder: Path, *, fresh: bool = False) -> bool:
    """Make ``folder`` ready to be filled; False when a whole demonstration is there and may stay.

    A demonstration that was not finished, or any with ``fresh``, is emptied first, with its index and its backups;
    files that are no part of a workspace stay. Raises ``Invalid`` for a folder that holds anything else,
    ``Unavailable`` when the disk refuses.
    """
    folder = absolute(folder)
    mark = folder / MARK
    try:
        if mark.is_file():
            if not fresh and mark.read_text(encoding="utf-8") == _WHOLE and (folder / FILE_NAME).is_file():
                return False
            _empty(folder)
        elif folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise Invalid(
                f"{folder} holds something else than a demonstration, and that is never touched: name another folder.",
                folder=folder,
            )
        folder.mkdir(parents=True, exist_ok=True)
        mark.write_text(_BEGUN, encoding="utf-8")
    except OSError as error:
        raise Unavailable(
            f"The demonstration cannot be made in {folder}: {error.strerror or error}.", folder=folder
        ) from error
    return True


def demo_is_whole(folder: Path) -> None:
    """Note that the demonstration in ``folder`` is filled; from now on it is used as it is."""
    (absolute(folder) / MARK).write_text(_WHOLE, encoding="utf-8")


def _empty(folder: Path) -> None:
    for name in _PARTS:
        part = folder / name
        if part.is_dir() and not part.is_symlink():
            shutil.rmtree(part)
        else:
            part.unlink(missing_ok=True)
    paths = workspace_paths(folder)
    for private in (paths.cache, paths.data):
        with suppress(OSError):
            shutil.rmtree(private)
