"""Picks what to run: the command line now. Sole importer of ``bootstrap`` and ``cli``."""

from __future__ import annotations

import sys


def main(argv: list[str] | None = None) -> int:
    """Run the command line with ``argv`` (the process's arguments if None); returns the exit status."""
    from hypercare_desk import bootstrap
    from hypercare_desk.cli.main import run

    return run(sys.argv[1:] if argv is None else argv, bootstrap)


if __name__ == "__main__":
    sys.exit(main())
