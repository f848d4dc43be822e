"""The edge of the command line: from arguments to an exit status, with no traceback on any way.

0 done; 1 an expected fault, told in one sentence; 2 wrong usage; 3 a check found something (interfaces.md).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TextIO

from hypercare_desk.cli.context import Context, Window, World
from hypercare_desk.cli.output import Output
from hypercare_desk.cli.parser import PROGRAM, make_parser
from hypercare_desk.cli.watching import STOPPED
from hypercare_desk.domain.errors import DeskError

DONE, FAULT, USAGE, FOUND = 0, 1, 2, 3


def run(argv: Sequence[str], world: World, window: Window | None = None) -> int:
    """Run one command, or open the ``window`` when none is named; returns the exit status and never raises.

    ``window`` is None where nothing can be shown.
    """
    for stream in (sys.stdout, sys.stderr):
        _speak_utf8(stream)
    try:
        status = _run(argv, world, window)
        sys.stdout.flush()
        sys.stderr.flush()
    except SystemExit as stop:  # argparse: help, wrong usage
        return _flushed(int(stop.code or 0))
    except KeyboardInterrupt:
        _say(STOPPED)
        return FAULT
    except BrokenPipeError:
        _let_go(sys.stdout)
        return DONE
    except DeskError as fault:
        _say(fault.message)
        return FAULT
    except OSError as fault:
        _say(f"{fault.filename or 'The output'}: {fault.strerror or fault}.")
        _log_bug(argv, world)
        _let_go(sys.stdout)
        return FAULT
    except Exception:  # noqa: BLE001 - the edge: a bug gets a sentence, its traceback goes to the log
        _say(
            f"Something went wrong that should not have: that is a defect of {PROGRAM}.{_log_bug(argv, world)}"
        )
        return FAULT
    return status


def _run(argv: Sequence[str], world: World, window: Window | None) -> int:
    args = make_parser(argv).parse_args(argv)
    if args.version:
        from hypercare_desk import __version__

        sys.stdout.write(f"{PROGRAM} {__version__}\n")
        return DONE
    if args.command is None and window is None:
        make_parser(()).print_help(sys.stderr)
        _say("There is no display here, so the window cannot open: give a command.")
        return USAGE
    from hypercare_desk.cli.log_file import logging_to

    with logging_to(world.log_folder()):
        if args.command is None and window is not None:
            return window(args.workspace)
        return args.run(Context(args, Output(as_json=getattr(args, "json", False)), world, window))


def _speak_utf8(stream: TextIO) -> None:
    """UTF-8 whatever the locale says; lone surrogates as ``\\udcff``, which is what JSON calls them, too."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure:
        reconfigure(encoding="utf-8", errors="backslashreplace")


def _say(sentence: str) -> None:
    """One sentence to standard error; where nobody listens, silence."""
    try:
        sys.stdout.flush()
    except OSError:
        _let_go(sys.stdout)
    try:
        Output().note(sentence)
        sys.stderr.flush()
    except OSError:
        _let_go(sys.stderr)


def _flushed(status: int) -> int:
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        _let_go(sys.stdout)
    return status


def _let_go(stream: TextIO) -> None:
    """Point a stream that cannot be written to nowhere, so that closing it at exit says nothing."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
    except (OSError, ValueError):
        return


def _log_bug(argv: Sequence[str], world: World) -> str:
    """Write the current exception to the log; returns a sentence that says where it is."""
    from hypercare_desk.cli.log_file import log_exception

    file = log_exception(world.log_folder(), argv[0] if argv else "")
    return f" The details are in {file}." if file else ""
