"""Attachments: files that articles show or link to, kept under ``kb/attachments/``."""

from __future__ import annotations

import hashlib
from pathlib import Path, PurePosixPath

from hypercare_desk.adapters.kb.files import (
    checked_path,
    disk_fault,
    inside,
    sync_folder,
    write_atomic,
    writing,
)
from hypercare_desk.domain.errors import Invalid

FOLDER = "attachments"
MAX_BYTES = 50 * 1024 * 1024


def add_attachment(root: Path, name: str, data: bytes) -> str:
    """Keep ``data`` as ``attachments/<name>``; returns the path relative to ``root``.

    The same bytes under the same name are kept once; other bytes get a name of their own, so that no article's
    picture changes under it. Raises ``Invalid`` (name, size), ``Unavailable`` (disk).
    """
    checked_path(name)
    if len(data) > MAX_BYTES:
        raise Invalid(f"{name:.80} is larger than 50 MiB: link to the place where it is kept instead.")
    folder = root / FOLDER
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with writing(root):
            path = _free_name(root, name, data)
            target = inside(root, f"{FOLDER}/{path}")
            if not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                write_atomic(target, data)
                sync_folder(folder)
    except OSError as error:
        raise disk_fault(error, f"The attachment {name:.80}") from error
    return f"{FOLDER}/{path}"


def _free_name(root: Path, name: str, data: bytes) -> str:
    target = inside(root, f"{FOLDER}/{name}")
    if not target.exists() or (target.is_file() and target.read_bytes() == data):
        return name
    wanted = PurePosixPath(name)
    mark = hashlib.sha256(data).hexdigest()[:8]
    return str(wanted.with_name(f"{wanted.stem}-{mark}{wanted.suffix}"))
