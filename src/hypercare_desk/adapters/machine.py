"""What the computer is like: versions, permissions, room on the disk, libraries that packs need."""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import stat
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

_LIBRARIES = (
    "hypercare-desk",
    "PySide6-Essentials",
    "SQLAlchemy",
    "alembic",
    "numpy",
    "pygit2",
    "weasyprint",
    "Whoosh-Reloaded",
)
_PANGO = (
    "Packs cannot be made until Pango is installed: on Debian or Ubuntu run “apt-get install libpangoft2-1.0-0 "
    "libharfbuzz-subset0”, then try again."
)


class ThisMachine:
    """Implements ``services.ports.Machine`` for the computer this runs on."""

    def versions(self) -> Mapping[str, str]:
        """Versions by name; libraries that are not installed are left out."""
        import sqlite3

        found = {
            "python": platform.python_version(),
            "system": platform.platform(aliased=True),
            "sqlite": sqlite3.sqlite_version,
        }
        for name in _LIBRARIES:
            try:
                found[name.lower()] = metadata.version(name)
            except metadata.PackageNotFoundError:
                continue
        return found

    def why_no_pdf(self) -> str:
        """Tried in a process of its own, as packs are made: a library that crashes takes nothing along."""
        tried = subprocess.run(
            [sys.executable, "-c", "import weasyprint"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=60,
            check=False,
        )
        return _PANGO if tried.returncode else ""

    def writable(self, folder: Path) -> bool:
        """By the system's own answer; an absent folder is writable if it could be made."""
        while not folder.exists() and folder != folder.parent:
            folder = folder.parent
        return os.access(folder, os.W_OK | os.X_OK)

    def private(self, folder: Path) -> bool:
        """Mode 0700 or less, and this user's; on Windows the profile's folders are."""
        try:
            found = folder.stat()
        except OSError:
            return True
        return os.name != "posix" or (found.st_uid == os.getuid() and not stat.S_IMODE(found.st_mode) & 0o077)

    def free_bytes(self, folder: Path) -> int:
        """Room for this user."""
        while not folder.exists() and folder != folder.parent:
            folder = folder.parent
        return shutil.disk_usage(folder).free

    def newest_file(self, folder: Path) -> tuple[Path, datetime] | None:
        """Files whose names begin with a dot do not count: they are unfinished."""
        try:
            files = [
                (file.stat().st_mtime, file) for file in folder.iterdir() if not file.name.startswith(".")
            ]
        except OSError:
            return None
        if not files:
            return None
        when, file = max(files)
        return file, datetime.fromtimestamp(when, UTC)

    def written(self, file: Path) -> datetime | None:
        try:
            return datetime.fromtimestamp(file.stat().st_mtime, UTC)
        except OSError:
            return None

    def sha256(self, file: Path) -> str:
        try:
            with file.open("rb") as opened:
                return hashlib.file_digest(opened, "sha256").hexdigest()
        except OSError:
            return ""
