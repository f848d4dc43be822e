"""``demo``: a filled example workspace, and a walk through what the application does with it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from hypercare_desk.cli.commands import criteria, search
from hypercare_desk.cli.context import Context
from hypercare_desk.cli.parser import Parser, finish

if TYPE_CHECKING:
    from hypercare_desk.services.desk import Desk

QUESTIONS = ("order still blocked after payment", "ora-00054")
PACK_NAME = "handoff-draft.pdf"


def configure(parser: Parser) -> None:
    finish(parser, run)
    parser.add_argument(
        "folder", metavar="DIR", type=Path, nargs="?", help="where to make it (default: in your data folder)"
    )
    parser.add_argument(
        "--no-pack", action="store_true", help="leave out the handoff pack, which takes longest"
    )
    parser.add_argument(
        "--no-window",
        action="store_true",
        help="do not open the window at the end, even where there is a display",
    )
    parser.add_argument(
        "--fresh",
        action="store_true",
        help="make it anew; only a folder that demo itself made is ever emptied",
    )


def run(context: Context) -> int:
    began = time.monotonic()
    with context.watched() as progress:
        demo = context.world.open_demo(context.args.folder, fresh=context.args.fresh, progress=progress)
    with demo.desk as desk:
        context.output.zone = desk.settings.time_zone
        context.world.remember_workspace(desk.paths.root)
        _welcome(context, desk, demo.lines, time.monotonic() - began)
        _ask(context, desk)
        _evaluate(context, desk)
        if not context.args.no_pack:
            _pack(context, desk)
        _next(context, desk)
        root = desk.paths.root
    if context.window is None or context.args.no_window:
        return 0
    context.output.note("Opening the window; close it to end.")
    return context.window(root)


def _welcome(context: Context, desk: Desk, lines: tuple[str, ...], seconds: float) -> None:
    root, settings = desk.paths.root, desk.settings
    if lines:
        context.output.line(f"Made the demonstration in {root} ({seconds:.1f} s):")
        context.output.line(f"  {settings.system}, live on {settings.go_live}")
        for line in lines:
            context.output.line(f"  {line}")
    else:
        context.output.line(f"The demonstration in {root} is there already; demo --fresh makes it anew.")
        with context.watched() as progress:
            desk.search.refresh(progress)


def _ask(context: Context, desk: Desk) -> None:
    for question in QUESTIONS:
        _heading(context, f'search "{question}" --limit 3')
        search.show(desk.search.find(question, limit=3), context.output)


def _evaluate(context: Context, desk: Desk) -> None:
    _heading(context, "criteria evaluate")
    criteria.show(desk.exit_criteria.evaluate(), context.output)


def _pack(context: Context, desk: Desk) -> None:
    out = desk.paths.root / PACK_NAME
    _heading(context, f'handoff build --out "{out}"')
    began = time.monotonic()
    with context.watched() as progress:
        pack = desk.handoff.build(out, progress=progress)
    context.output.line(f"{pack.pages} pages in {time.monotonic() - began:.1f} s: {out}")
    for section in pack.missing:
        context.output.line(f"Missing: {section}")


def _next(context: Context, desk: Desk) -> None:
    root = desk.paths.root
    context.output.line("\nThis is now the workspace that commands work in. Try:")
    for words in (
        "search password",
        "feedback list --priority P1 --status any",
        "article show KI-0001",
        "doctor",
    ):
        context.output.line(f"  hypercare-desk {words}")
    context.output.line(f"Delete {root} when you have seen enough.")


def _heading(context: Context, command: str) -> None:
    context.output.line(f"\n$ hypercare-desk {command}")
    context.output.flush()
