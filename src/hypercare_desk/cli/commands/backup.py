"""``backup``: the whole workspace as one file."""

from __future__ import annotations

from pathlib import Path

from hypercare_desk.cli.context import Context
from hypercare_desk.cli.parser import Parser, finish


def configure(parser: Parser) -> None:
    finish(parser, run)
    parser.add_argument("file", metavar="FILE", type=Path, help="the file to write, such as desk-backup.zip")


def run(context: Context) -> int:
    with context.desk() as desk, context.watched() as progress:
        written = desk.backups.write(context.args.file, progress=progress)
    context.output.note(f"{written.stat().st_size / 1024:,.0f} KiB")
    context.output.line(str(written))
    return 0
