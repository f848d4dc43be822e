"""Starts the child process that makes a pack, follows it, and puts the finished file in its place."""

from __future__ import annotations

import hashlib
import importlib
import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, cast

from hypercare_desk.adapters.pdf.assets import picture_hashes
from hypercare_desk.domain.errors import Cancelled, Invalid, NotFound, Unavailable
from hypercare_desk.services.progress import Progress, Silent

LONGEST_SECONDS = 45 * 60
_POLL_SECONDS = 0.1
_SENTENCES = {
    "pango": "Packs cannot be made until Pango is installed: on Debian or Ubuntu run 'apt-get install"
    " libpangoft2-1.0-0 libharfbuzz-subset0'; elsewhere see the handbook, then try again.",
    "memory": "The pack needs more memory than it may use; leave sections out in workspace.toml, or close other"
    " programs, then try again.",
}


class PdfRenderer:
    """Implements ``services.ports.PackRenderer`` for the articles and attachments under ``kb``."""

    def __init__(self, kb: Path, longest_seconds: float = LONGEST_SECONDS) -> None:
        self._kb = kb
        self._longest = longest_seconds

    def render(self, snapshot_json: str, out: Path, progress: Progress | None = None) -> int:
        """Write the PDF to ``out`` (temporary file, fsync, rename); returns its pages.

        The child is killed within 0.2 s once ``progress`` is cancelled, and no file stays behind. Raises
        ``Unavailable`` with a sentence when the disk, the memory or the PDF library does not play along.
        """
        out = out.absolute()
        part = out.with_name(f".{out.name}.{os.getpid()}-{threading.get_ident()}.part")
        try:
            part.touch()  # what cannot be written is said before the work, not after it
            child = _start(self._kb, part)
            pages = _follow(child, snapshot_json, progress or Silent(), self._longest, out)
            part.replace(out)
            _flush_folder(out.parent)
        except OSError as fault:
            raise _disk(fault, out) from fault
        finally:
            with suppress(OSError):
                part.unlink(missing_ok=True)
        return pages

    def pictures(self, paths: Iterable[str]) -> Mapping[str, str]:
        """Path → SHA-256, for those attachments (relative to ``kb/``) that a pack may print."""
        return picture_hashes(self._kb, paths)

    def attachments(self, pdf: Path) -> Mapping[str, bytes]:
        """Files attached to a PDF, by name; raises ``NotFound`` or, if it is no PDF, ``Invalid``."""
        pypdfium2: Any = importlib.import_module("pypdfium2")
        if not pdf.is_file():
            raise NotFound(f"There is no file {pdf}.")
        try:
            document = pypdfium2.PdfDocument(pdf)
            try:
                found: dict[str, bytes] = {}
                for number in range(document.count_attachments()):
                    attached = document.get_attachment(number)
                    found[str(attached.get_name())] = bytes(attached.get_data())
                return found
            finally:
                document.close()
        except pypdfium2.PdfiumError as fault:
            raise Invalid(f"{pdf} is no PDF, or it is damaged.", code="not_a_pdf") from fault

    def fingerprint(self, pdf: Path) -> str:
        """The SHA-256 (hex) of a file's bytes; raises ``NotFound``."""
        try:
            with pdf.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
        except FileNotFoundError as fault:
            raise NotFound(f"There is no file {pdf}.") from fault
        except OSError as fault:
            raise Unavailable(f"{pdf} cannot be read: {fault.strerror}.") from fault


def _start(kb: Path, part: Path) -> subprocess.Popen[bytes]:
    package = str(Path(__file__).resolve().parents[3])
    surroundings = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, [package, os.environ.get("PYTHONPATH", "")])),
        "PYTHONHASHSEED": "0",
        "PYTHONIOENCODING": "utf-8",
    }
    flags = getattr(subprocess, "CREATE_NO_WINDOW", 0)
    return subprocess.Popen(
        [sys.executable, "-m", "hypercare_desk.adapters.pdf.worker", str(kb), str(part)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=surroundings,
        creationflags=flags,
    )


def _follow(
    child: subprocess.Popen[bytes], snapshot: str, progress: Progress, longest: float, out: Path
) -> int:
    """Feed the child, pass its progress on, and return its pages; the child is gone when this returns."""
    lines: queue.Queue[dict[str, Any] | None] = queue.Queue()
    said: list[bytes] = []
    threads = [
        threading.Thread(target=_feed, args=(child.stdin, snapshot.encode()), daemon=True),
        threading.Thread(target=_listen, args=(child.stdout, lines), daemon=True),
        threading.Thread(target=_keep_tail, args=(child.stderr, said), daemon=True),
    ]
    for thread in threads:
        thread.start()
    try:
        return _wait(child, lines, said, progress, time.monotonic() + longest, out)
    finally:
        child.kill()
        child.wait()
        for thread in threads:
            thread.join(2)
        for pipe in (child.stdin, child.stdout, child.stderr):
            if pipe:
                with suppress(OSError):
                    pipe.close()


def _wait(
    child: subprocess.Popen[bytes],
    lines: queue.Queue[dict[str, Any] | None],
    said: list[bytes],
    progress: Progress,
    until: float,
    out: Path,
) -> int:
    while True:
        if progress.cancelled:
            raise Cancelled("Stopped as you asked; no pack was written.")
        if time.monotonic() > until:
            raise Unavailable("The pack took too long and was stopped; leave sections out in workspace.toml.")
        try:
            line = lines.get(timeout=_POLL_SECONDS)
        except queue.Empty:
            continue
        if line is None:
            raise _died(child, said)
        if "pages" in line:
            return int(line["pages"])
        if "fault" in line:
            raise _fault(line, out)
        progress.step(int(line["done"]), int(line["total"]), str(line["what"]))


def _fault(line: Mapping[str, Any], out: Path) -> Unavailable:
    if line["fault"] == "disk":
        return _disk(OSError(int(line["errno"] or 0), str(line["detail"])), out)
    sentence = _SENTENCES.get(str(line["fault"]))
    return Unavailable(
        sentence or f"The pack could not be made: {line['detail']}", code=f"pack_{line['fault']}"
    )


def _died(child: subprocess.Popen[bytes], said: list[bytes]) -> Unavailable:
    """A child that ended without a word: most often the system took it for its memory."""
    status = child.wait()
    last = b"".join(said).decode("utf-8", "replace").strip().splitlines()
    detail = f" ({last[-1][:300]})" if last else ""
    return Unavailable(
        f"The process that makes the pack ended early with status {status}{detail}; nothing was written.",
        code="pack_died",
    )


def _disk(fault: OSError, out: Path) -> Unavailable:
    why = (fault.strerror or str(fault)).rstrip(".")
    return Unavailable(
        f"The pack cannot be written to {out}: {why[:1].lower()}{why[1:]}. What was there before is untouched;"
        " make room or choose another place.",
        code="pack_disk",
    )


def _feed(pipe: IO[bytes] | None, data: bytes) -> None:
    """Hand the snapshot over; the pipe stays open, so that the child notices if this process dies."""
    if pipe:
        with suppress(OSError, ValueError):
            pipe.write(f"{len(data)}\n".encode() + data)
            pipe.flush()


def _listen(pipe: IO[bytes] | None, lines: queue.Queue[dict[str, Any] | None]) -> None:
    with suppress(OSError, ValueError):
        for line in pipe or ():
            lines.put(cast("dict[str, Any]", json.loads(line)))
    lines.put(None)


def _keep_tail(pipe: IO[bytes] | None, said: list[bytes]) -> None:
    with suppress(OSError, ValueError):
        for line in pipe or ():
            said[:] = [*said[-20:], line]


def _flush_folder(folder: Path) -> None:
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
