"""``doctor``: what is wrong with the workspace or the machine, and what to do about it."""

from __future__ import annotations

from hypercare_desk.cli.context import Context
from hypercare_desk.cli.output import plural
from hypercare_desk.cli.parser import Parser, finish


def configure(parser: Parser) -> None:
    finish(parser, run, reads=True)


def run(context: Context) -> int:
    """Exit status 3 when something was found that somebody should look after."""
    output = context.output
    with context.desk() as desk:
        health = desk.doctor.look()
    found = [check for check in health.checks if not check.ok]
    if output.as_json:
        output.document({"healthy": not found, "health": health})
    else:
        output.table(
            ("Check", "Result", "Detail"),
            ((check.name, "good" if check.ok else "look at this", check.detail) for check in health.checks),
            styles={"good": "green", "look at this": "bold red"},
        )
        output.note(f"{plural(len(found), 'thing')} to look at." if found else "All is well.")
    return 3 if found else 0
