"""``import``: what exists elsewhere becomes articles."""

from __future__ import annotations

from pathlib import Path

from hypercare_desk.cli.context import Context
from hypercare_desk.cli.output import plural
from hypercare_desk.cli.parser import Parser, leaves, word
from hypercare_desk.domain.article import Kind


def configure(parser: Parser) -> None:
    leaf = leaves(parser, title="what to import")
    markdown = leaf("markdown", "bring in a folder of Markdown files, any tree", run, reads=True)
    markdown.add_argument("path", metavar="PATH", type=Path, help="the folder; sub-folders count too")
    kinds = tuple(kind.value for kind in Kind)
    markdown.add_argument(
        "--kind",
        metavar="K",
        type=word(*kinds),
        help=f"what they all are, instead of a guess: {', '.join(kinds)}",
    )
    markdown.add_argument("--dry-run", action="store_true", help="say what would happen and change nothing")


def run(context: Context) -> int:
    args, output = context.args, context.output
    with context.desk() as desk, context.watched() as progress:
        kind = Kind(args.kind) if args.kind else None
        report = desk.intake.markdown(args.path, dry_run=args.dry_run, progress=progress, kind=kind)
    if output.as_json:
        output.document(report)
        return 0
    notable = [item for item in report.items if item.reason]
    if notable:
        output.table(
            ("File", "Article", "Outcome", "Reason"),
            ((item.source, item.id, item.outcome, item.reason) for item in notable),
        )
    for note in report.notes:
        output.note(note)
    counts = ("created", "updated", "unchanged", "skipped")
    told = ", ".join(f"{getattr(report, name):,} {name}" for name in counts)
    would = "Nothing was changed; it would be" if args.dry_run else "Imported"
    output.note(f"{would}: {told} of {plural(len(report.items), 'file')} in {args.path}.")
    return 0
