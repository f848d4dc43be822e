"""Rotated copies of the SQLite file: one a day, and one before each migration (dependencies.md trap 4)."""

from __future__ import annotations

import os
import re
import sqlite3
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from hypercare_desk.adapters.db.sqlite import connect

KEEP_DAILY = 7
KEEP_BEFORE_MIGRATION = 5
_NAME = re.compile(r"desk-(?:\d{4}-\d\d-\d\d|\d{8}T\d{12}Z-before-\w+)\.db")


def copy_database(source: Path, target: Path, *, read_only: bool = False, immutable: bool = False) -> Path:
    """A consistent copy by SQLite's backup API, on disk before it has its name. Raises ``sqlite3.Error``, ``OSError``.

    The copy may be taken while others read and write.
    """
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)  # records are private
    unfinished = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        origin = connect(source, read_only=read_only, immutable=immutable)
        try:
            copy = sqlite3.connect(unfinished, isolation_level=None)
            try:
                copy.execute("PRAGMA journal_mode=OFF")  # nobody opens it before it is whole
                origin.backup(copy)
                copy.execute("PRAGMA journal_mode=DELETE")
            finally:
                copy.close()
        finally:
            origin.close()
        _flush(unfinished)
        unfinished.replace(target)
        flush_folder(target.parent)
    finally:
        with suppress(OSError):
            unfinished.unlink()
    return target


def daily_backup(source: Path, folder: Path, today: str) -> Path | None:
    """Today's copy if there is none yet, then let go of the oldest; None if it is there. ``today`` is an ISO date."""
    target = folder / f"desk-{today}.db"
    if target.exists():
        return None
    copy_database(source, target)
    _rotate(folder, "desk-????-??-??.db", KEEP_DAILY)
    return target


def backup_before(source: Path, folder: Path, revision: str, now: datetime) -> Path:
    """A copy from before the migration to ``revision``."""
    target = folder / f"desk-{now:%Y%m%dT%H%M%S%f}Z-before-{revision}.db"
    copy_database(source, target)
    _rotate(folder, "desk-*-before-*.db", KEEP_BEFORE_MIGRATION)
    return target


def newest_backup(folder: Path) -> Path | None:
    """The copy made last, or None."""
    try:
        copies = [path for path in folder.iterdir() if _NAME.fullmatch(path.name)]
        return max(copies, key=lambda path: path.stat().st_mtime_ns, default=None)
    except OSError:
        return None


def flush_folder(folder: Path) -> None:
    """See that a rename in ``folder`` is on disk; Windows needs and knows no such thing."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _flush(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _rotate(folder: Path, pattern: str, keep: int) -> None:
    """Names sort by time, so the last ``keep`` of them stay."""
    for old in sorted(folder.glob(pattern))[:-keep]:
        old.unlink(missing_ok=True)
