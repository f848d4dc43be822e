"""``demo``: a filled example workspace, and a walk through what the application does with it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from hypercare_desk.cli.commands import criteria, search
from hypercare_desk.cli.context import Context
from hypercare_desk.cli.parser import Parser, finish

if TYPE_CHECKING:
    from hypercare_desk.services.desk import Desk

QUESTIONS = ("E-INV-4711", "customer cannot order")
PACK_NAME = "handoff-draft.pdf"


def configure(parser: Parser) -> None:
    finish(parser, run)
    parser.add_argument(
        "folder", metavar="DIR", type=Path, nargs="?", help="where to make it (default: in your data folder)"
    )
    parser.add_argument(
        "--fresh",
        action="store_true",
        help="make it anew; only a folder that demo itself made is ever emptied",
    )


def run(context: Context) -> int:
    folder = context.args.folder or context.world.demo_folder()
    made = context.world.prepare_demo(folder, fresh=context.args.fresh)
    with context.world.open_demo(folder) as desk:
        context.output.zone = desk.settings.time_zone
        context.world.remember_workspace(desk.paths.root)
        if made:
            _fill(context, desk)
        else:
            context.output.line(
                f"The demonstration in {desk.paths.root} is there already; demo --fresh makes it anew."
            )
        _ask(context, desk)
        _evaluate(context, desk)
        _pack(context, desk)
        _next(context, desk)
    return 0


def _fill(context: Context, desk: Desk) -> None:
    with _timed(context, f"Filling {desk.paths.root}"), context.watched() as progress:
        told = context.world.fill_demo(desk, progress=progress)
    for line in told:
        context.output.line(f"  {line}")
    with _timed(context, "Indexing"), context.watched() as progress:
        documents = desk.search.rebuild(progress)
    context.output.line(f"  {documents:,} documents can be found.")
    context.world.demo_is_whole(desk.paths.root)


def _ask(context: Context, desk: Desk) -> None:
    for question in QUESTIONS:
        context.output.line(f"\nhypercare-desk search “{question}”")
        search.show(desk.search.find(question, limit=3), context.output)


def _evaluate(context: Context, desk: Desk) -> None:
    context.output.line("\nhypercare-desk criteria evaluate")
    with _timed(context, "Evaluated"):
        verdict = desk.exit_criteria.evaluate()
    criteria.show(verdict, context.output)


def _pack(context: Context, desk: Desk) -> None:
    out = desk.paths.root / PACK_NAME
    context.output.line(f"\nhypercare-desk handoff build --out {PACK_NAME}")
    with _timed(context, "The handoff pack"), context.watched() as progress:
        pack = desk.handoff.build(out, progress=progress)
    context.output.line(f"  {pack.pages} pages: {out}")
    for section in pack.missing:
        context.output.line(f"  Missing: {section}")


def _next(context: Context, desk: Desk) -> None:
    root = desk.paths.root
    context.output.line("\nIt is yours to try; this workspace is now the one that commands work in:")
    for words in ("search payment", "feedback list --priority P1", "article show KI-0001", "doctor"):
        context.output.line(f"  hypercare-desk {words}")
    context.output.line(f"Its folder is {root}; delete it whenever you like.")


@contextmanager
def _timed(context: Context, what: str) -> Iterator[None]:
    began = time.monotonic()
    context.output.line(f"{what} …")
    context.output.flush()
    yield
    context.output.line(f"  done in {time.monotonic() - began:.1f} s")
