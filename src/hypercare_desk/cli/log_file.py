"""The log file: warnings and the tracebacks of defects, for whoever mends them; never shown on the terminal."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_NAME = "hypercare-desk.log"
_LARGEST = 1024 * 1024
_FORM = "%(asctime)s %(levelname)s %(name)s: %(message)s"


@contextmanager
def logging_to(folder: Path) -> Iterator[None]:
    """Inside, the application's warnings and errors go to the log in ``folder``, which is made when there are any."""
    handler = _LazyFile(folder)
    logger = logging.getLogger()
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)


def log_exception(folder: Path, doing: str) -> Path | None:
    """Write the exception at hand to the log; returns the file, None if it cannot be written."""
    handler = _LazyFile(folder)
    record = logging.LogRecord(
        "hypercare_desk", logging.ERROR, "", 0, "during %s", (doing or "start",), sys.exc_info()
    )
    handler.emit(record)
    handler.close()
    return folder / _NAME if handler.wrote else None


class _LazyFile(logging.Handler):
    """Appends to the log file; a log that cannot be written is no fault of the command."""

    def __init__(self, folder: Path) -> None:
        super().__init__(logging.WARNING)
        self._folder = folder
        self.wrote = False
        self.setFormatter(logging.Formatter(_FORM))

    def emit(self, record: logging.LogRecord) -> None:
        file = self._folder / _NAME
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            if file.exists() and file.stat().st_size > _LARGEST:
                file.replace(file.with_suffix(".old.log"))
            with file.open("a", encoding="utf-8", errors="backslashreplace") as out:
                out.write(self.format(record) + "\n")
            self.wrote = True
        except OSError:
            return
