"""Lock files in a git repository that a process of ours left behind when it was killed."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

MARK = "hypercare-desk.writing"


@contextmanager
def own_locks(git: Path) -> Generator[None]:
    """Mark in the folder ``git`` that locks are taken there now, after clearing those of a process that was killed.

    A killed process leaves its mark and maybe a lock that is not older, which would keep every later commit out.
    Older locks, and any lock without a mark, are another program's and stay. The caller is our only writer there.
    """
    mark = git / MARK
    with suppress(FileNotFoundError):
        began = mark.stat().st_mtime_ns
        for lock in _locks(git):
            with suppress(FileNotFoundError):
                if lock.stat().st_mtime_ns >= began:
                    lock.unlink()
    mark.write_bytes(b"")
    try:
        yield
    finally:
        mark.unlink(missing_ok=True)


def _locks(git: Path) -> Iterator[Path]:
    """Index and references; a second work tree keeps its references in the first one's folder."""
    common = git
    with suppress(OSError):
        common = git / (git / "commondir").read_text(encoding="utf-8").strip()
    for folder in dict.fromkeys((git, common)):
        yield from folder.glob("*.lock")
    yield from (common / "refs").rglob("*.lock")
