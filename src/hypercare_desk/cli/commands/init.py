"""``init``: a new workspace."""

from __future__ import annotations

from pathlib import Path

from hypercare_desk.cli.context import Context
from hypercare_desk.cli.parser import Parser, day, finish, text


def configure(parser: Parser) -> None:
    finish(parser, run)
    parser.add_argument("folder", metavar="DIR", type=Path, help="the folder to make it in; made if absent")
    parser.add_argument(
        "--system", metavar="NAME", type=text, required=True, help="the system that goes live"
    )
    parser.add_argument(
        "--go-live", metavar="DATE", type=day, required=True, help="the day it does, as 2026-11-02"
    )
    parser.add_argument("--planned-exit", metavar="DATE", type=day, help="the day hypercare is meant to end")


def run(context: Context) -> int:
    args = context.args
    desk = context.world.create_desk(
        args.folder, system=args.system, go_live=args.go_live, planned_exit=args.planned_exit
    )
    with desk:
        context.world.remember_workspace(desk.paths.root)
        context.output.line(str(desk.paths.root))
        context.output.note(
            f"Made a workspace for {desk.settings.system}, live on {desk.settings.go_live}. Its settings are in "
            f"{desk.paths.settings}; articles come in with: hypercare-desk import markdown FOLDER"
        )
    return 0
