"""The renderer as the application sees it: asks a child process, and never waits longer than its limit."""

from __future__ import annotations

import atexit
import contextlib
import html
import json
import queue
import struct
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, cast

from hypercare_desk.domain.article import linked_files, linked_ids
from hypercare_desk.domain.errors import Unavailable
from hypercare_desk.services.progress import Progress, Silent

SECONDS = 2.0
START_SECONDS = 60.0
MAX_CHARACTERS = 512 * 1024

_START = "import sys; sys.path.insert(0, sys.argv[1]); from hypercare_desk.adapters.markdown.worker import main; main()"


class MarkdownRenderer:
    """``services.ports.Renderer``. Thread-safe; the child starts with the first text and again after a time-out."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._guard = threading.Lock()
        self._child: _Child | None = None

    def html(self, markdown: str, *, resolve: Mapping[str, str] | None = None, base: str = "") -> str:
        """Sanitised HTML; escaped plain text with a sentence where the text is too long or takes too long."""
        if not markdown.strip():
            return ""
        if len(markdown) > MAX_CHARACTERS or len(markdown.encode("utf-8", "replace")) > MAX_CHARACTERS:
            return _plain(markdown, "This text is longer than 512 KiB, so it is shown as it was written.")
        request = {"text": markdown, "base": base, "resolve": _concerned(markdown, resolve, base)}
        with self._guard:
            for _ in range(2):
                child = self._running()
                try:
                    return child.ask(request, self._seconds)
                except queue.Empty:
                    self._stop()
                    limit = f"This text could not be rendered within {self._seconds:g} seconds"
                    return _plain(markdown, f"{limit}, so it is shown as it was written.")
                except (OSError, EOFError):
                    self._stop()
        return _plain(markdown, "This text could not be rendered, so it is shown as it was written.")

    def html_many(
        self,
        texts: Sequence[str],
        progress: Progress | None = None,
        *,
        resolve: Mapping[str, str] | None = None,
        bases: Sequence[str] = (),
    ) -> Sequence[str]:
        """The same for many texts; ``bases`` has one folder per text, or none."""
        progress = progress or Silent()
        done: list[str] = []
        for number, text in enumerate(texts, start=1):
            done.append(self.html(text, resolve=resolve, base=bases[number - 1] if bases else ""))
            progress.step(number, len(texts), "Rendering articles")
        return done

    def close(self) -> None:
        """End the child process; the next call starts another."""
        with self._guard:
            self._stop()

    def _running(self) -> _Child:
        if self._child is None:
            self._child = _Child()
            atexit.register(self._child.stop)
        return self._child

    def _stop(self) -> None:
        if self._child is not None:
            self._child.stop()
            atexit.unregister(self._child.stop)
            self._child = None


class _Child:
    """A worker process; its answers come through a thread, because not every system can wait on a pipe."""

    def __init__(self) -> None:
        package_parent = str(Path(__file__).resolve().parents[3])
        hidden = getattr(subprocess, "CREATE_NO_WINDOW", 0)
        self._process = subprocess.Popen(
            [sys.executable, "-X", "utf8", "-c", _START, package_parent],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            creationflags=hidden,
        )
        self._answers: queue.Queue[bytes | None] = queue.Queue()
        self._reader = threading.Thread(target=self._read, name="markdown-answers", daemon=True)
        self._reader.start()
        try:
            ready = self._answers.get(timeout=START_SECONDS)
        except queue.Empty:
            ready = None
        if ready is None:
            self.stop()
            raise Unavailable(
                "The Markdown renderer does not start: install Hypercare Desk again.", code="renderer"
            )

    def ask(self, request: Mapping[str, object], seconds: float) -> str:
        """The HTML; raises ``queue.Empty`` after ``seconds``, ``EOFError`` or ``OSError`` when the child has died."""
        send(cast("BinaryIO", self._process.stdin), json.dumps(request).encode())
        answer = self._answers.get(timeout=seconds)
        if answer is None:
            raise EOFError
        return cast("str", json.loads(answer)["html"])

    def stop(self) -> None:
        """End the process at once and let go of its pipes."""
        self._process.kill()
        self._process.wait()
        self._reader.join()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                with contextlib.suppress(OSError):  # unsent words to a killed process
                    pipe.close()

    def _read(self) -> None:
        stream = cast("BinaryIO", self._process.stdout)
        while (message := receive(stream)) is not None:
            self._answers.put(message)
        self._answers.put(None)


def send(stream: BinaryIO, message: bytes) -> None:
    """Write one message with its length before it."""
    stream.write(struct.pack(">I", len(message)) + message)
    stream.flush()


def receive(stream: BinaryIO) -> bytes | None:
    """Read one message; None when the other side is gone."""
    try:
        head = stream.read(4)
        if len(head) < 4:
            return None
        size = struct.unpack(">I", head)[0]
        message = stream.read(size)
    except (OSError, ValueError):
        return None
    return message if len(message) == size else None


def _concerned(text: str, resolve: Mapping[str, str] | None, base: str) -> dict[str, str] | None:
    """Of ``resolve``, what ``text`` may link to: a pack hands over 10,000 targets with each of its texts."""
    if resolve is None:
        return None
    return {key: resolve[key] for key in (*linked_ids(text), *linked_files(text, base)) if key in resolve}


def _plain(text: str, sentence: str) -> str:
    shown = text[:MAX_CHARACTERS]
    rest = (
        "" if len(shown) == len(text) else f"\n… {len(text) - len(shown):,} more characters are in the file."
    )
    return f'<p class="problem">{html.escape(sentence)}</p>\n<pre>{html.escape(shown + rest)}</pre>'
