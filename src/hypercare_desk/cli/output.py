"""Where the command line prints: results to standard output, everything said beside them to standard error.

On a terminal tables are laid out by rich; elsewhere columns are parted by tabs and nothing is wrapped. Control
characters of imported text never reach the terminal.
"""

from __future__ import annotations

import json
import os
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from typing import Any, TextIO
from zoneinfo import ZoneInfo

from hypercare_desk.cli.documents import as_document


class Output:
    """Prints for people, or one JSON document for programs; times are shown in ``zone``."""

    def __init__(
        self, *, as_json: bool = False, out: TextIO | None = None, err: TextIO | None = None
    ) -> None:
        self.as_json = as_json
        self.zone = "UTC"
        self._out = out or sys.stdout
        self._err = err or sys.stderr

    @property
    def terminal(self) -> bool:
        """Whether a person looks at standard output."""
        return self._out.isatty() and os.environ.get("TERM") != "dumb"

    @property
    def errors(self) -> TextIO:
        """Standard error, for progress."""
        return self._err

    def document(self, value: object) -> None:
        """The JSON document."""
        json.dump(as_document(value), self._out, ensure_ascii=False, indent=2, allow_nan=False)
        self._out.write("\n")

    def line(self, text: str = "") -> None:
        """A line of the result."""
        self._out.write(f"{clean(text)}\n")

    def note(self, text: str) -> None:
        """A sentence beside the result, after what was printed before it."""
        self._out.flush()
        self._err.write(f"{clean(text)}\n")

    def table(
        self,
        headers: Sequence[str],
        rows: Iterable[Sequence[object]],
        *,
        wide: int = -1,
        styles: Mapping[str, str] | None = None,
    ) -> None:
        """A table. On a terminal column ``wide`` may wrap and the others stay whole; ``styles``: text of a cell → how
        it is shown."""
        cells = [[one_line(self.shown(value)) for value in row] for row in rows]
        if not self.terminal:
            for row in ([*headers], *cells):
                self._out.write("\t".join(row) + "\n")
            return
        from rich.table import Table
        from rich.text import Text

        table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
        for place, header in enumerate(headers):
            stretches = place == wide % len(headers)
            table.add_column(header, no_wrap=not stretches, overflow="fold" if stretches else "ellipsis")
        for row in cells:
            table.add_row(*(Text(cell, style=(styles or {}).get(cell, "")) for cell in row))
        self.rich(table)

    def fields(self, pairs: Iterable[tuple[str, object]]) -> None:
        """Names and values below each other; values that are not stated are left out."""
        shown = [(name, self.shown(value)) for name, value in pairs]
        told = [(name, value) for name, value in shown if value]
        width = max((len(name) for name, _ in told), default=0)
        for name, value in told:
            first, *more = value.splitlines() or [""]
            self.line(f"{name:<{width}}  {first}")
            for line in more:
                self.line(f"{'':<{width}}  {line}")

    def rich(self, thing: Any) -> None:
        """Something of rich's, for a terminal."""
        from rich.console import Console

        Console(file=self._out, highlight=False, markup=False, emoji=False).print(thing)

    def shown(self, value: object) -> str:
        """A value in words: times in the workspace's zone, lists with commas, nothing for what is not stated."""
        if value is None:
            return ""
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, Enum):
            return str(value.value)
        if isinstance(value, datetime):
            return f"{value.astimezone(ZoneInfo(self.zone)):%Y-%m-%d %H:%M}"
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, float):
            return f"{value:.10g}"
        if isinstance(value, (tuple, list)):
            return ", ".join(self.shown(item) for item in value)
        return clean(str(value))

    def flush(self) -> None:
        """Hand everything on to whoever reads."""
        self._out.flush()
        self._err.flush()


def clean(text: str) -> str:
    """``text`` without what a terminal would take for a command; line ends and tabs stay."""
    if text.isprintable():
        return text
    return "".join(c if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs") else "�" for c in text)


def one_line(text: str) -> str:
    """``text`` with every run of blanks and line ends as one blank."""
    return " ".join(text.split())


def shortened(text: str, limit: int) -> str:
    """``text`` in one line of at most ``limit`` characters."""
    line = one_line(text)
    return line if len(line) <= limit else f"{line[: limit - 1].rstrip()}…"


def plural(number: int, one: str, many: str = "") -> str:
    """``3 articles``, ``1 article``; thousands are parted by a comma."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
