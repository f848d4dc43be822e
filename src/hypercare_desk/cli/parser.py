"""Arguments: the parser of all commands, and the types of their values."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import NoReturn

from hypercare_desk.cli.catalogue import COMMANDS

PROGRAM = "hypercare-desk"
WORKSPACE_HELP = (
    "the workspace's folder (else HYPERCARE_DESK_WORKSPACE, else the nearest one upwards from the current folder, "
    "else the one opened last)"
)

_EPILOG = """\
exit status: 0 done; 1 it could not be done, one sentence says why; 2 wrong usage; 3 a check found something
(handoff verify, article check, doctor, criteria evaluate --gate)

"hypercare-desk COMMAND --help" tells all about a command."""

Subparsers = "argparse._SubParsersAction[Parser]"


class Parser(argparse.ArgumentParser):
    """argparse that takes no abbreviations, and keeps its sentence of wrong usage short."""

    def __init__(self, **options: object) -> None:
        super().__init__(**{"allow_abbrev": False, **options})  # type: ignore[arg-type]

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}; see {self.prog} --help\n")


def make_parser(typed: Sequence[str] | None = None) -> Parser:
    """The parser; only commands found in ``typed`` are imported for their arguments (None: all of them)."""
    parser = Parser(
        prog=PROGRAM,
        description="Hypercare Desk: what the first weeks after a go-live teach, found in a keystroke and handed over.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--workspace", metavar="DIR", type=Path, help=WORKSPACE_HELP)
    parser.add_argument("--version", action="store_true", help="print the version and leave")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", dest="command", parser_class=Parser)
    for name, (module, line) in COMMANDS.items():
        command = commands.add_parser(name, help=line, description=_sentence(line))
        if typed is None or name in typed:
            importlib.import_module(f"hypercare_desk.cli.commands.{module}").configure(command)
    return parser


def leaves(parser: Parser, *, title: str = "what to do") -> Callable[..., Parser]:
    """Give ``parser`` sub-commands; call the result with name, help and ``run`` for each of them."""
    group = parser.add_subparsers(title=title, metavar="ACTION", required=True, parser_class=Parser)

    def leaf(name: str, line: str, run: Callable[..., int], *, reads: bool = False) -> Parser:
        return finish(group.add_parser(name, help=line, description=_sentence(line)), run, reads=reads)

    return leaf


def finish(parser: Parser, run: Callable[..., int], *, reads: bool = False) -> Parser:
    """Tell ``parser`` what to run; every leaf takes ``--workspace``, reading ones ``--json``."""
    parser.set_defaults(run=run)
    parser.add_argument(
        "--workspace", metavar="DIR", type=Path, default=argparse.SUPPRESS, help=WORKSPACE_HELP
    )
    if reads:
        parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")
    return parser


def text(value: str) -> str:
    """Words as typed; bytes that are no text in the terminal's encoding become U+FFFD."""
    return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def day(value: str) -> date:
    """A day, yyyy-mm-dd."""
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text(value)!r} is no day; write it as 2026-11-02") from None


def moment(value: str) -> datetime | date:
    """A day or an instant in ISO 8601; without a zone it is meant in the workspace's (see `Context.instant`)."""
    try:
        return date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text(value)!r} is no time; write 2026-11-02, 2026-11-02T14:30 or 2026-11-02T14:30Z"
        ) from None


def count(value: str) -> int:
    """A number from 1 to 100,000."""
    number = int(value) if value.isascii() and value.isdigit() and len(value) < 9 else 0
    if not 1 <= number <= 100_000:
        raise argparse.ArgumentTypeError(f"{text(value)!r} must be a number from 1 to 100000")
    return number


def number(value: str) -> float:
    """A finite number, with a point for decimals."""
    try:
        found = float(value)
    except ValueError:
        found = float("nan")
    if found != found or found in (float("inf"), float("-inf")):
        raise argparse.ArgumentTypeError(f"{text(value)!r} is no number; write it as 99.95")
    return found


def word(*allowed: str) -> Callable[[str], str]:
    """One of ``allowed``, without regard to case and with blanks for hyphens."""

    def one_of(value: str) -> str:
        meant = value.strip().casefold().replace(" ", "-").replace("_", "-")
        for choice in allowed:
            if choice.casefold() == meant:
                return choice
        raise argparse.ArgumentTypeError(f"{text(value)!r} must be one of {', '.join(allowed)}")

    return one_of


def _sentence(line: str) -> str:
    return f"{line[:1].upper()}{line[1:]}."
