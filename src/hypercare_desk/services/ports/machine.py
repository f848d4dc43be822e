"""The clock, the machine, and what draws the pack."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from hypercare_desk.services.progress import Progress


class Clock(Protocol):
    """The time, so that tests can hold it still."""

    def now(self) -> datetime:
        """This instant, UTC-aware."""
        ...

    def today(self) -> date:
        """The day it is in the workspace's time zone."""
        ...


class PackRenderer(Protocol):
    """Turns a frozen snapshot into a PDF in a child process."""

    def render(self, snapshot_json: str, out: Path, progress: Progress | None = None) -> int:
        """Write the PDF to ``out`` atomically; returns its pages. Same snapshot, same bytes. Cancel and failure leave
        nothing behind. Raises ``Unavailable`` with a sentence when the PDF library cannot work here."""
        ...

    def pictures(self, paths: Iterable[str]) -> Mapping[str, str]:
        """Path → SHA-256, for those attachments (relative to ``kb/``) that a pack may print."""
        ...

    def attachments(self, pdf: Path) -> Mapping[str, bytes]:
        """Files attached to a PDF, by name; raises ``NotFound`` or, if it is no PDF, ``Invalid``."""
        ...

    def fingerprint(self, pdf: Path) -> str:
        """The SHA-256 (hex) of a file's bytes; raises ``NotFound``."""
        ...


class Machine(Protocol):
    """What there is to know about the computer and its folders. Nothing here raises for a folder that is absent."""

    def versions(self) -> Mapping[str, str]:
        """Name → version of the application, Python, SQLite and the libraries that matter."""
        ...

    def why_no_pdf(self) -> str:
        """Why packs cannot be made here and what to install (a sentence), or empty."""
        ...

    def writable(self, folder: Path) -> bool:
        """Whether a file could be made in ``folder``."""
        ...

    def private(self, folder: Path) -> bool:
        """Whether nobody but this user may enter ``folder``."""
        ...

    def free_bytes(self, folder: Path) -> int:
        """Room left on the disk that ``folder`` lies on."""
        ...

    def newest_file(self, folder: Path) -> tuple[Path, datetime] | None:
        """The file in ``folder`` that was written last, and when (UTC); None if there is none."""
        ...

    def written(self, file: Path) -> datetime | None:
        """When a file was written last (UTC); None if there is none."""
        ...

    def sha256(self, file: Path) -> str:
        """The SHA-256 (hex) of a file's bytes; empty if it cannot be read."""
        ...
