"""Jobs: work off the GUI thread, in a serial lane for writes and a small pool for reads; no stale answers.

``read`` and ``write`` return at once; ``done`` and ``failed`` are called on the GUI thread.
"""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal, Slot

from hypercare_desk.domain.errors import Cancelled, DeskError
from hypercare_desk.services.progress import Progress, Token

log = logging.getLogger(__name__)

Work = Callable[[Progress], Any]


@dataclass(frozen=True, slots=True)
class JobState:
    """A visible job as the status bar shows it; ``total`` 0 means: not known yet."""

    number: int
    name: str
    done: int = 0
    total: int = 0
    what: str = ""


@dataclass(frozen=True, slots=True)
class _Job:
    number: int
    name: str
    token: Token
    done: Callable[[Any], None] | None
    failed: Callable[[DeskError], None] | None
    key: str
    visible: bool


@dataclass(frozen=True, slots=True)
class _Landed:
    job: _Job
    result: Any = None
    fault: BaseException | None = None


class Jobs(QObject):
    """Runs jobs. ``progressed`` and ``ended`` tell of visible ones; ``broke`` hands a bug to the crash dialog."""

    progressed = Signal(object)
    ended = Signal(int)
    failed = Signal(str)
    broke = Signal(object)
    _landed = Signal(object)
    _stepped = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._numbers = itertools.count(1)
        self._write_lane = ThreadPoolExecutor(1, thread_name_prefix="write")
        self._read_pool = ThreadPoolExecutor(2, thread_name_prefix="read")
        self._running: dict[int, _Job] = {}
        self._latest: dict[str, int] = {}
        self._closed = False
        self._landed.connect(self._on_landed, Qt.ConnectionType.QueuedConnection)
        self._stepped.connect(self._on_stepped, Qt.ConnectionType.QueuedConnection)

    def read(
        self,
        work: Work,
        done: Callable[[Any], None] | None = None,
        *,
        failed: Callable[[DeskError], None] | None = None,
        key: str = "",
        name: str = "",
    ) -> int:
        """Run ``work`` in the read pool. With ``key``, an answer older than the latest question of that key is dropped.

        Without ``failed``, an expected fault goes to the ``failed`` signal. Returns the job's number.
        """
        return self._start(self._read_pool, work, done, failed, key, name)

    def write(
        self,
        name: str,
        work: Work,
        done: Callable[[Any], None] | None = None,
        *,
        failed: Callable[[DeskError], None] | None = None,
    ) -> int:
        """Run ``work`` in the serial write lane; shown in the status bar under ``name`` unless it is empty."""
        return self._start(self._write_lane, work, done, failed, "", name)

    def cancel(self, number: int) -> None:
        """Ask a job to stop at its next step."""
        if job := self._running.get(number):
            job.token.cancel()

    @property
    def busy(self) -> bool:
        """Whether anything runs or waits."""
        return bool(self._running)

    def is_running(self, number: int) -> bool:
        """Whether a job runs or waits."""
        return number in self._running

    def close(self) -> None:
        """Cancel what can be cancelled, let writes that have begun finish, and end the threads."""
        self._closed = True
        for job in self._running.values():
            if job.visible or job.key:
                job.token.cancel()
        self._write_lane.shutdown(wait=True)
        self._read_pool.shutdown(wait=True, cancel_futures=True)

    def _start(
        self,
        lane: ThreadPoolExecutor,
        work: Work,
        done: Callable[[Any], None] | None,
        failed: Callable[[DeskError], None] | None,
        key: str,
        name: str,
    ) -> int:
        number = next(self._numbers)
        if self._closed:  # a timer that fires while the window closes has nobody left to tell
            return number
        token = Token(
            lambda at, of, what: self._stepped.emit(JobState(number, name, at, of, what)) if name else None
        )
        job = _Job(number, name, token, done, failed, key, bool(name))
        if key:
            if (older := self._running.get(self._latest.get(key, 0))) is not None:
                older.token.cancel()
            self._latest[key] = number
        self._running[number] = job
        if name:
            self.progressed.emit(JobState(number, name))
        lane.submit(self._run, job, work)
        return number

    def _run(self, job: _Job, work: Work) -> None:
        if job.key and self._latest.get(job.key) != job.number:
            self._landed.emit(_Landed(job, fault=Cancelled("Overtaken by a newer question.")))
            return
        try:
            landed = _Landed(job, work(job.token))
        except BaseException as fault:  # noqa: BLE001 - the edge of a thread: everything is handed to the GUI thread
            landed = _Landed(job, fault=fault)
        self._landed.emit(landed)

    @Slot(object)
    def _on_stepped(self, state: JobState) -> None:
        if state.number in self._running:
            self.progressed.emit(state)

    @Slot(object)
    def _on_landed(self, landed: _Landed) -> None:
        job = landed.job
        self._running.pop(job.number, None)
        if job.visible:
            self.ended.emit(job.number)
        if job.key and self._latest.get(job.key) != job.number:
            return
        if landed.fault is None:
            if job.done:
                job.done(landed.result)
        elif isinstance(landed.fault, Cancelled) and job.key:
            return
        elif isinstance(landed.fault, DeskError):
            if job.failed:
                job.failed(landed.fault)
            else:
                self.failed.emit(landed.fault.message)
        else:
            log.error("A job broke", exc_info=landed.fault)
            self.broke.emit(landed.fault)
