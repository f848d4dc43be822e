"""Files below ``kb/``: safe names, walking, atomic writing, one writer at a time.

A save is: temporary file in the same folder, fsync, rename, fsync of the folder. Killed at any instant, the old or the
new text is there, whole; ``sweep`` removes what a killed save left behind.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import hashlib
import os
import re
import secrets
import sys
import tempfile
import time
from collections.abc import Generator, Iterator
from pathlib import Path, PurePosixPath

from hypercare_desk.domain.errors import DeskError, Invalid, Unavailable

TEMPORARY = ".desk-save-"
LOCK_SECONDS = 20.0
_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(\..*)?", re.IGNORECASE)
_FORBIDDEN = re.compile(r'[\x00-\x1f<>:"|?*\\]')


def checked_path(path: str) -> str:
    """``path`` if it is a plain relative path that every system takes, else ``Invalid``: no ``..``, no absolute or
    network path, no drive, no NTFS stream, no device name, nothing of git's."""
    parts = path.split("/")
    reason = ""
    if not path or len(path) > 1000:
        reason = "it is empty or too long"
    elif _FORBIDDEN.search(path):
        reason = "it holds a character that not every system allows"
    elif any(part in ("", ".", "..") for part in parts):
        reason = "it points outside its folder"
    elif any(part.lower().startswith((".git", TEMPORARY)) for part in parts):
        reason = "a part of it is reserved"
    elif any(part != part.strip() or part.endswith(".") for part in parts):
        reason = "a part of it begins or ends with a blank, or ends with a dot"
    elif any(_DEVICE.fullmatch(part) for part in parts):
        reason = "it is the name of a device on Windows"
    elif any(len(part.encode("utf-8", "replace")) > 240 for part in parts):
        reason = "a part of it is longer than 240 bytes"
    if reason:
        raise Invalid(f"The name “{path:.80}” cannot be used: {reason}.", code="unsafe_path", path=path)
    return path


def inside(root: Path, path: str) -> Path:
    """The file ``path`` below ``root``; ``Invalid`` when a link on the way leads outside."""
    target = root / path
    try:
        # os.path.realpath and not Path.resolve: this runs once for each of 50,000 files.
        safe = os.path.realpath(target).startswith(os.path.join(os.path.realpath(root), ""))  # noqa: PTH118
    except (OSError, ValueError, RuntimeError):
        safe = False
    if not safe:
        raise Invalid(f"“{path:.80}” leads outside the knowledge folder.", code="unsafe_path", path=path)
    return target


def markdown_files(root: Path) -> Iterator[tuple[str, int, int]]:
    """``(path, size, mtime in ns)`` of every article file, in no order; hidden things, attachments and templates are
    left out, links are not followed to folders nor outside ``root``."""
    pending = [("", str(root))]
    while pending:
        prefix, folder = pending.pop()
        try:
            found = os.scandir(folder)
        except OSError:
            continue
        with found:
            for entry in found:
                name = entry.name
                if name.startswith("."):
                    continue
                path = prefix + name
                with contextlib.suppress(OSError):
                    if entry.is_dir(follow_symlinks=False):
                        if path not in ("attachments", "templates"):
                            pending.append((f"{path}/", entry.path))
                    elif name.lower().endswith(".md") and _own(entry, root):
                        stat = entry.stat()
                        yield path, stat.st_size, stat.st_mtime_ns


def _own(entry: os.DirEntry[str], root: Path) -> bool:
    if not entry.is_symlink():
        return entry.is_file()
    return entry.is_file() and Path(entry.path).resolve().is_relative_to(root.resolve())


def write_atomic(target: Path, data: bytes) -> None:
    """Put ``data`` in place of ``target`` durably; the old file is whole until the new one is. Raises OSError."""
    staged = stage(target.parent, data)
    try:
        with contextlib.suppress(OSError):
            staged.chmod(target.stat().st_mode & 0o7777)
        staged.replace(target)
    except BaseException:
        discard(staged)
        raise
    sync_folder(target.parent)


def stage(folder: Path, data: bytes) -> Path:
    """``data`` in a temporary file of ``folder``, on disk already; nothing is left when the disk refuses."""
    staged = folder / f"{TEMPORARY}{os.getpid()}-{secrets.token_hex(6)}"
    try:
        with staged.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        discard(staged)
        raise
    return staged


def discard(path: Path) -> None:
    """Remove a file if it is there and may be removed."""
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)


def discard_folder(path: Path) -> None:
    """Remove a folder if it is there and empty."""
    with contextlib.suppress(OSError):
        path.rmdir()


def sync_folder(folder: Path) -> None:
    """Make renames in ``folder`` durable, where the system has that."""
    if sys.platform == "win32":
        return
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def sync_file_system(folder: Path) -> bool:
    """Have everything on the disk of ``folder`` written out; False where the system cannot. Raises OSError."""
    if sys.platform != "linux":
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        if libc.syncfs(handle):
            code = ctypes.get_errno()
            raise OSError(code, os.strerror(code))
    finally:
        os.close(handle)
    return True


def sweep(root: Path) -> int:
    """Remove leftovers of killed saves below ``root``; returns how many. Never while another process saves."""
    leftovers: list[Path] = []
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name != ".git"]
        leftovers += [Path(folder, name) for name in names if name.startswith(TEMPORARY)]
    if leftovers:
        try:
            with writing(root, seconds=0.0):
                for path in leftovers:
                    discard(path)
        except DeskError:
            return 0
    return len(leftovers)


@contextlib.contextmanager
def writing(root: Path, seconds: float = LOCK_SECONDS) -> Generator[None]:
    """Be the only writer below ``root``, among threads and processes; the system lets go when a process dies.

    Raises ``Unavailable`` when another one still writes after ``seconds``.
    """
    handle = _lock_handle(root)
    try:
        deadline = time.monotonic() + seconds
        while not _try_lock(handle):
            if time.monotonic() >= deadline:
                raise Unavailable(
                    f"Another program has been writing to {root.name}/ for {seconds:.0f} seconds: try again.",
                    code="busy",
                )
            time.sleep(0.002)
        yield
    finally:
        os.close(handle)


def _lock_handle(root: Path) -> int:
    """The folder itself on POSIX, so that no lock file lies about; a file in the temporary folder elsewhere."""
    if sys.platform != "win32":
        try:
            return os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            raise disk_fault(error, root.name) from error
    name = hashlib.sha256(str(root.resolve()).casefold().encode()).hexdigest()[:24]
    return os.open(Path(tempfile.gettempdir(), f"hypercare-desk-{name}.lock"), os.O_RDWR | os.O_CREAT)


def _try_lock(handle: int) -> bool:
    if sys.platform == "win32":
        import msvcrt

        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        # A file system without locks (some network drives) must not make saving impossible.
        return error.errno not in (errno.EWOULDBLOCK, errno.EACCES, errno.EINTR)
    return True


def disk_fault(error: OSError, what: str) -> Unavailable:
    """The sentence for a disk that refuses ``what``; the text on disk is unharmed in every such case."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        why, todo, code = "the disk is full", "Make room and save again", "disk_full"
    elif error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        why, todo, code = (
            "the folder is read-only for you",
            "Ask for write access, or work on a copy",
            "read_only",
        )
    else:
        why, todo, code = error.strerror or "the disk refuses", "Check the disk and save again", "disk"
    return Unavailable(
        f"{what} was not written: {why}. {todo}; what was there before is unharmed.", code=code
    )


def posix(path: Path, root: Path) -> str:
    """``path`` relative to ``root``, with forward slashes."""
    return PurePosixPath(path.relative_to(root)).as_posix()
