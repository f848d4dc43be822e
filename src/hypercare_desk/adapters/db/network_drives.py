"""Whether a file lies on a network drive, where SQLite's locks cannot be trusted (sqlite.org, "How To Corrupt")."""

from __future__ import annotations

import re
import sys
from pathlib import Path

NETWORK_KINDS = frozenset(
    (
        *(
            "nfs",
            "nfs4",
            "cifs",
            "smb",
            "smb2",
            "smb3",
            "smbfs",
            "afs",
            "afpfs",
            "ncp",
            "ncpfs",
            "9p",
            "davfs",
        ),
        *("ceph", "glusterfs", "lustre", "gpfs", "beegfs"),
        *("fuse.sshfs", "fuse.davfs2", "fuse.glusterfs", "fuse.s3fs", "fuse.rclone", "fuse.smbnetfs"),
    )
)
_MOUNTS = Path("/proc/self/mounts")
_REMOTE_DRIVE = 4


def network_kind(path: Path, mounts: str | None = None) -> str:
    """The kind of network drive that ``path`` lies on (``nfs4``, ``cifs``), or empty if it is a local one.

    ``mounts`` is the text of a mount table in the form of ``/proc/mounts``; by default this machine's.
    """
    if sys.platform == "win32" and mounts is None:
        return _windows_kind(path)
    if mounts is None:
        try:
            mounts = _MOUNTS.read_text(encoding="utf-8", errors="surrogateescape")
        except OSError:
            return ""
    kind = _kind_of_mount(path.resolve(), mounts)
    return kind if kind in NETWORK_KINDS else ""


def _kind_of_mount(path: Path, mounts: str) -> str:
    """The file system of the deepest mount point that holds ``path``; of several there, the last mounted."""
    deepest, kind = -1, ""
    for line in mounts.splitlines():
        parts = line.split(" ")
        if len(parts) < 3:
            continue
        point = Path(re.sub(r"\\([0-7]{3})", lambda m: chr(int(m[1], 8)), parts[1]))
        depth = len(point.parts)
        if depth >= deepest and path.is_relative_to(point):
            deepest, kind = depth, parts[2]
    return kind


def _windows_kind(path: Path) -> str:
    """Windows: a UNC path, or a drive letter that stands for one."""
    anchor = path.resolve().anchor
    if anchor.startswith("\\\\"):
        return "a network share"
    import ctypes

    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009 (there on Windows only)
    return "a network drive" if kernel.GetDriveTypeW(anchor) == _REMOTE_DRIVE else ""
