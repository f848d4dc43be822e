"""What may come along of a git repository from an archive: its history, never a command.

Hooks, file-system monitors, filters and includes run or read what they name; a backup leaves them out, and a
restore lets only settings through that describe the repository (dependencies.md trap 12).
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

MADE_ANEW = frozenset(
    {"hooks", "modules", "worktrees", "commondir", "gitdir", "config.worktree", "fsmonitor--daemon"}
)
"""Parts of ``.git`` that are left out of a backup and refused in a restore."""

_SAFE = {
    "core": {
        *(
            "repositoryformatversion",
            "filemode",
            "bare",
            "logallrefupdates",
            "ignorecase",
            "precomposeunicode",
        ),
        *("symlinks", "autocrlf", "eol", "fsyncobjectfiles"),
    },
    "user": {"name", "email"},
    "remote": {"url", "fetch", "pushurl"},
    "branch": {"remote", "merge", "rebase"},
}
_SECTION = re.compile(r'\s*\[\s*([A-Za-z0-9-]+)(?:\s+"(?:[^"\\]|\\.)*")?\s*\]\s*(?:[#;].*)?')
_SETTING = re.compile(r"\s*([A-Za-z][A-Za-z0-9-]*)\s*(?:=(.*))?")
_COMMENT = re.compile(r"\s*(?:[#;].*)?")
_PLAIN_REMOTE = re.compile(r"(?:(?:https?|ssh|git|file)://|[\w.@~/-][^:]*:(?!:)|[./~\w-])", re.IGNORECASE)


def is_git_settings(name: str) -> bool:
    """Whether a file of an archive holds a repository's settings."""
    parts = PurePosixPath(name).parts
    return len(parts) >= 2 and parts[-2:] == (".git", "config")


def safe_settings(text: bytes) -> bytes:
    """The settings without every line that could run or read something; all of it when there is none."""
    kept: list[str] = []
    allowed: set[str] | None = None
    for line in text.decode("utf-8", "surrogateescape").splitlines(keepends=True):
        bare = line.rstrip("\r\n")
        section = _SECTION.fullmatch(bare)
        if section:
            allowed = _SAFE.get(section[1].lower())
            if allowed is not None:
                kept.append(line)
        elif _COMMENT.fullmatch(bare) or (allowed is not None and _is_safe(bare, allowed)):
            kept.append(line)
    return "".join(kept).encode("utf-8", "surrogateescape")


def _is_safe(line: str, allowed: set[str]) -> bool:
    setting = _SETTING.fullmatch(line)
    if not setting or line.endswith("\\") or setting[1].lower() not in allowed:
        return False
    value = (setting[2] or "").strip().strip('"')
    # "ext::command" and the like are transports that run programs.
    return setting[1].lower() not in ("url", "pushurl") or (
        "::" not in value and bool(_PLAIN_REMOTE.match(value))
    )
