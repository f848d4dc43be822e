"""Picks desktop or command line. Sole importer of ``bootstrap``, ``ui`` and ``cli``."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def main(argv: list[str] | None = None) -> int:
    """Run the command line with ``argv`` (the process's arguments if None), or the window when no command is named.

    Returns the exit status.
    """
    from hypercare_desk import bootstrap
    from hypercare_desk.cli.main import run

    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by the caller, or a program without a console
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115
    return run(sys.argv[1:] if argv is None else argv, bootstrap, _window if _can_show() else None)


def _window(named: Path | None) -> int:
    from hypercare_desk import bootstrap
    from hypercare_desk.ui.app import run

    return run(bootstrap, named)


def _can_show() -> bool:
    """Whether a window would be seen: everywhere but on a Unix without a display."""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


if __name__ == "__main__":
    sys.exit(main())
