"""Names inside an archive: the same on every system, and never leading out of it.

What a file may be called differs between systems, so characters and words that one of them gives a meaning of its own
(``:``, ``\\``, ``CON``, a trailing dot) are written as ``%3A`` in an archive, and as themselves again where they may.
"""

from __future__ import annotations

import os
import re
from itertools import pairwise
from pathlib import Path, PurePosixPath

from hypercare_desk.adapters.archived_git import MADE_ANEW

_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(\..*)?", re.IGNORECASE)
_ODD = re.compile('[\\x00-\\x1f<>:"|?*\\\\\\x7f]')
_TO_WRITE = re.compile('[\\x00-\\x1f<>:"|?*\\\\\\x7f%\ud800-\udfff]')
LONGEST = 4000


def archived(path: PurePosixPath) -> str:
    """The name of a file of a workspace inside an archive; ``path`` is relative to the workspace."""
    return "/".join(_written(part) for part in path.parts)


def unsafe(name: str) -> str:
    """Why ``name`` is not taken from an archive (a clause), or empty."""
    parts = PurePosixPath(name).parts
    if (
        not name
        or len(name) > LONGEST
        or name.startswith("/")
        or "/".join(parts) != name
        or _ODD.search(name)
        or any(part in (".", "..") or part != part.rstrip(" .") or _DEVICE.fullmatch(part) for part in parts)
        or any(_meant(part) in ("", ".", "..") or re.search("[/\\x00]", _meant(part)) for part in parts)
    ):
        return "is no name for a file of a workspace"
    if any(
        first.casefold() == ".git" and then.casefold() in MADE_ANEW
        for first, then in pairwise(map(_meant, parts))
    ):
        return "could run programs"
    return ""


def restored(name: str, folder: Path, *, windows: bool = os.name == "nt") -> Path:
    """Where the file of a safe ``name`` belongs under ``folder``: under its own name where this system allows it."""
    parts = PurePosixPath(name).parts
    return folder.joinpath(*(part if windows else _meant(part) for part in parts))


def _written(part: str) -> str:
    written = _TO_WRITE.sub(lambda found: _percent(found[0]), part)
    if _DEVICE.fullmatch(written):
        written = _percent(written[0]) + written[1:]
    if written != written.rstrip(" ."):
        written = written[:-1] + _percent(written[-1])
    return written


def _percent(character: str) -> str:
    return "".join(f"%{byte:02X}" for byte in character.encode("utf-8", "surrogateescape"))


def _meant(part: str) -> str:
    data = re.sub(
        rb"%([0-9A-F]{2})", lambda m: bytes([int(m[1], 16)]), part.encode("utf-8", "surrogateescape")
    )
    return data.decode("utf-8", "surrogateescape")
