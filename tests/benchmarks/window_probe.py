"""One start of the window in a process of its own, for ``bench_window``: prints figures as one JSON line.

    python -m tests.benchmarks.window_probe start|busy WORKSPACE SPAWNED_AT

``start``: seconds from ``SPAWNED_AT`` (Unix time) to the first paint, and the resident set after ten searches.
``busy``: the worst gap of a 10 ms heartbeat of the GUI thread while the index is rebuilt, and while a pack is made;
and how long a cancel takes to end the job.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QTimer

from hypercare_desk import bootstrap
from hypercare_desk.ui.app import make_application, workspace_memory
from hypercare_desk.ui.main_window import MainWindow
from hypercare_desk.ui.pages.search.page import SearchPage
from hypercare_desk.ui.registry import page_entries
from tests.ui.waiting import wait

_QUERIES = (
    "mailbox",
    "cannot send",
    "error 0x8007",
    "sync",
    "license",
    "teams meeting",
    "calendar",
    "ora",
    "login",
    "print",
)


class _FirstPaint(QObject):
    """Notes when the window was painted first and may be typed into."""

    def __init__(self) -> None:
        super().__init__()
        self.at = 0.0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if event.type() == QEvent.Type.Paint and not self.at:
            self.at = time.time()
        return False


class _Heartbeat:
    """Beats every 10 ms on the GUI thread; ``worst`` is the longest gap between two beats, in ms."""

    def __init__(self) -> None:
        self.worst = 0.0
        self._before = time.perf_counter()
        self._timer = QTimer(interval=10)
        self._timer.timeout.connect(self._beat)
        self._timer.start()

    def reset(self) -> None:
        self.worst = 0.0
        self._before = time.perf_counter()

    def _beat(self) -> None:
        now = time.perf_counter()
        self.worst = max(self.worst, (now - self._before) * 1000)
        self._before = now


def main(what: str, root: Path, spawned_at: float) -> dict[str, float]:
    """The figures of one run."""
    _, theme = make_application()
    desk = bootstrap.open_desk(root)
    window = MainWindow(desk, page_entries(), theme, workspace_memory(desk))
    painted = _FirstPaint()
    window.navigator.go("search")
    page = window.page
    assert isinstance(page, SearchPage)
    page.field.installEventFilter(painted)
    window.show()
    while not painted.at:
        wait(5)
    figures = {"first_paint_s": painted.at - spawned_at}
    if what == "start":
        for query in _QUERIES:
            page.field.setText(query)
            _settle(window)
        figures["rss_mib"] = _resident()
    else:
        figures |= _busy(window, desk.paths.cache / "bench.pdf")
    _settle(window)
    window.close()
    return figures


def _busy(window: MainWindow, out: Path) -> dict[str, float]:
    desk = window.page.around.desk  # type: ignore[union-attr]
    _settle(window)
    beat = _Heartbeat()
    figures: dict[str, float] = {}
    for name, work in (
        ("index_gap_ms", desk.search.rebuild),
        ("pack_gap_ms", lambda progress: desk.handoff.build(out, progress=progress)),
    ):
        beat.reset()
        window.jobs.write(name, work)
        _settle(window, patience=900)
        figures[name] = beat.worst
    number = window.jobs.write("cancelled", desk.search.rebuild, failed=lambda _fault: None)
    wait(400)
    start = time.perf_counter()
    window.jobs.cancel(number)
    while window.jobs.is_running(number):
        wait(5)
    figures["cancel_ms"] = (time.perf_counter() - start) * 1000
    return figures


def _settle(window: MainWindow, patience: float = 60) -> None:
    wait(100)
    until = time.monotonic() + patience
    while window.jobs.busy and time.monotonic() < until:
        wait(20)


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], Path(sys.argv[2]), float(sys.argv[3]))))
