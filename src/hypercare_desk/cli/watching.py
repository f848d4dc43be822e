"""Long work on a terminal: a bar while it runs, and Ctrl+C that stops it between two steps."""

from __future__ import annotations

import signal
import threading
import time
from types import FrameType, TracebackType
from typing import Any, Self, TextIO

from hypercare_desk.domain.errors import Cancelled

STOPPED = "Stopped as you asked; nothing was left half-done."

_BAR_AFTER = 0.4
_LINE_EVERY = 10.0


class Watched:
    """A ``Progress`` that shows itself on ``stream`` and is cancelled by Ctrl+C; use it as a context manager.

    The first Ctrl+C stops the work at its next step, a second one at once. Work that is over quickly shows nothing;
    where ``stream`` is no terminal there is a line now and then.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._cancelled = False
        self._began = time.monotonic()
        self._told = self._began
        self._bar: Any = None
        self._task: Any = None
        self._before: Any = None

    @property
    def cancelled(self) -> bool:
        return self._cancelled

    def step(self, done: int, total: int, what: str = "") -> None:
        """Show how far it is, or raise ``Cancelled``."""
        if self._cancelled:
            raise Cancelled(STOPPED)
        now = time.monotonic()
        if self._stream.isatty():
            if self._bar is None and now - self._began >= _BAR_AFTER:
                self._start_bar()
            if self._bar is not None:
                self._bar.update(
                    self._task, completed=done, total=total or None, description=what or "Working"
                )
        elif now - self._told >= _LINE_EVERY:
            self._told = now
            self._stream.write(f"{what or 'Working'}: {done:,}{f' of {total:,}' if total else ''}\n")
            self._stream.flush()

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._interrupted)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    def _interrupted(self, signal_number: int, frame: FrameType | None) -> None:
        if self._cancelled:
            raise KeyboardInterrupt
        self._cancelled = True

    def _start_bar(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
        )
        self._bar = Progress(*columns, console=Console(file=self._stream), transient=True)
        self._task = self._bar.add_task("Working", total=None)
        self._bar.start()
