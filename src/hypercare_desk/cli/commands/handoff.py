"""``handoff``: the pack that business as usual is handed, and whether it is the one that was issued."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hypercare_desk.cli.context import Context
from hypercare_desk.cli.output import plural
from hypercare_desk.cli.parser import Parser, leaves, moment

if TYPE_CHECKING:
    from hypercare_desk.domain.handoff import BuiltPack


def configure(parser: Parser) -> None:
    leaf = leaves(parser)
    build_ = leaf("build", "assemble the handoff pack from a frozen snapshot; prints the file", build)
    build_.add_argument("--out", metavar="PACK.pdf", type=Path, required=True, help="the file to write")
    build_.add_argument("--as-of", metavar="TIME", type=moment, help="as it was then, instead of now")
    issue_ = leaf(
        "issue", "issue the pack: numbered, kept in packs/, never overwritten; prints the file", issue
    )
    issue_.add_argument("--as-of", metavar="TIME", type=moment, help="as it was then, instead of now")
    verify_ = leaf(
        "verify", "tell whether a PDF is a pack of this workspace, and what changed since", verify, reads=True
    )
    verify_.add_argument("pdf", metavar="PACK.pdf", type=Path, help="the file to look at")
    diff_ = leaf("diff", "tell what a newer pack added, removed and changed", diff, reads=True)
    diff_.add_argument("old", metavar="OLD.pdf", type=Path, help="the older pack")
    diff_.add_argument("new", metavar="NEW.pdf", type=Path, help="the newer pack")


def build(context: Context) -> int:
    with context.desk() as desk, context.watched() as progress:
        as_of = context.as_of(context.args.as_of, desk.clock)
        pack = desk.handoff.build(context.args.out, as_of=as_of, progress=progress)
    return _tell(context, pack)


def issue(context: Context) -> int:
    with context.desk() as desk, context.watched() as progress:
        pack = desk.handoff.issue(as_of=context.as_of(context.args.as_of, desk.clock), progress=progress)
    return _tell(context, pack)


def verify(context: Context) -> int:
    """Exit status 3 unless the file is a pack of this workspace and whole."""
    output = context.output
    with context.desk() as desk:
        found = desk.handoff.verify(context.args.pdf)
    if output.as_json:
        output.document({"ok": found.ok, "verification": found})
    else:
        output.line(found.sentence)
        for changed in found.changed:
            output.line(changed)
    return 0 if found.ok else 3


def diff(context: Context) -> int:
    output = context.output
    with context.desk() as desk:
        found = desk.handoff.diff(context.args.old, context.args.new)
    if output.as_json:
        output.document(found)
        return 0
    groups = (
        ("added", found.added),
        ("removed", found.removed),
        ("changed", found.changed),
        ("criteria", found.criteria),
    )
    if any(items for _, items in groups):
        output.table(("What", "Where"), ((name, item) for name, items in groups for item in items))
    else:
        output.note("Both packs say the same.")
    return 0


def _tell(context: Context, pack: BuiltPack) -> int:
    context.output.note(f"{plural(pack.pages, 'page')}, SHA-256 {pack.sha256}")
    for section in pack.missing:
        context.output.note(f"Missing: {section}")
    context.output.line(str(pack.path))
    return 0
