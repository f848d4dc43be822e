"""Writes every page as a picture: both themes, 1440×900 and 1024×700, of a workspace given or of an empty one.

    python -m tests.ui.screenshots OUT [WORKSPACE]

Needs a display (``xvfb-run -a`` makes one). Pictures are for looking at; nothing is compared.
"""

from __future__ import annotations

import sys
import tempfile
from datetime import timedelta
from pathlib import Path

from PySide6.QtTest import QTest

from hypercare_desk import bootstrap
from hypercare_desk.services.desk import Desk
from hypercare_desk.ui.app import make_application, workspace_memory
from hypercare_desk.ui.first_run import FirstRun
from hypercare_desk.ui.main_window import MainWindow
from hypercare_desk.ui.registry import page_entries
from hypercare_desk.ui.theme import Theme
from tests.ui.waiting import wait

SIZES = ((1440, 900), (1024, 700))
_PATIENCE_MS = 30_000


def main(arguments: list[str]) -> int:
    """Write the pictures to the folder named first."""
    if not arguments:
        print(__doc__, file=sys.stderr)
        return 2
    out = Path(arguments[0])
    out.mkdir(parents=True, exist_ok=True)
    _, theme = make_application()
    with tempfile.TemporaryDirectory() as folder:
        if len(arguments) > 1:
            desk = bootstrap.open_desk(Path(arguments[1]), catch_up=True)
        else:
            today = bootstrap.SystemClock("UTC").today()
            desk = bootstrap.create_desk(
                Path(folder) / "empty",
                system="Order to cash",
                go_live=today - timedelta(days=3),
                planned_exit=today + timedelta(days=25),
            )
        _pages(desk, theme, out, "" if len(arguments) > 1 else "empty-")
    _first_run(theme, out)
    return 0


def _pages(desk: Desk, theme: Theme, out: Path, prefix: str) -> None:
    window = MainWindow(desk, page_entries(), theme, workspace_memory(desk))
    window.show()
    QTest.qWaitForWindowExposed(window)
    for entry in page_entries():
        window.navigator.go(entry.name)
        for dark in (False, True):
            theme.set(dark=dark)
            for width, height in SIZES:
                window.resize(width, height)
                _settle(window)
                mode = "dark" if dark else "light"
                window.grab().save(str(out / f"{prefix}{entry.name}-{mode}-{width}x{height}.png"))
    window.close()


def _first_run(theme: Theme, out: Path) -> None:
    for dark in (False, True):
        theme.set(dark=dark)
        first = FirstRun(theme, (), bootstrap.folder_state, Path.home())
        first.show()
        QTest.qWaitForWindowExposed(first)
        first.grab().save(str(out / f"first-run-{'dark' if dark else 'light'}.png"))
        first.close()


def _settle(window: MainWindow) -> None:
    waited = 0
    while waited < 300 or (window.jobs.busy and waited < _PATIENCE_MS):
        wait(100)
        waited += 100


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
