"""``restore``: a workspace from a backup file, in a folder of its own."""

from __future__ import annotations

from pathlib import Path

from hypercare_desk.cli.context import Context
from hypercare_desk.cli.parser import Parser, finish


def configure(parser: Parser) -> None:
    finish(parser, run)
    parser.add_argument("file", metavar="FILE", type=Path, help="a file that “backup” wrote")
    parser.add_argument("folder", metavar="DIR", type=Path, help="where to put it: absent, or empty")


def run(context: Context) -> int:
    with context.watched() as progress:
        root = context.world.restore_workspace(context.args.file, context.args.folder, progress=progress)
    context.output.note(f'Restored. Open it with: hypercare-desk --workspace "{root}" doctor')
    context.output.line(str(root))
    return 0
