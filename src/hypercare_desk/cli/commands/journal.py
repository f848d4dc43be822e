"""``journal``: decisions, hotfixes, announcements, wins and notes, each with time and author."""

from __future__ import annotations

from hypercare_desk.cli.context import Context
from hypercare_desk.cli.output import plural
from hypercare_desk.cli.parser import Parser, count, leaves, moment, text, word
from hypercare_desk.domain.journal import JournalKind

_KINDS = tuple(kind.value for kind in JournalKind)


def configure(parser: Parser) -> None:
    leaf = leaves(parser)
    add_ = leaf("add", "note something; prints the entry's id", add)
    add_.add_argument("kind", metavar="KIND", type=word(*_KINDS), help=f"one of {', '.join(_KINDS)}")
    add_.add_argument("text", metavar="TEXT", type=text, help="what was decided, deployed, said or won")
    add_.add_argument("--component", metavar="NAME", type=text, default="", help="the part of the system")
    add_.add_argument("--reference", metavar="TEXT", type=text, default="", help="a record, change or ticket")
    list_parser = leaf("list", "list entries, newest first", list_, reads=True)
    list_parser.add_argument("--kind", metavar="KIND", type=word(*_KINDS), help=f"one of {', '.join(_KINDS)}")
    list_parser.add_argument("--since", metavar="TIME", type=moment, help="written at this time or later")
    list_parser.add_argument("--limit", metavar="N", type=count, help="at most so many")


def add(context: Context) -> int:
    args = context.args
    with context.desk() as desk:
        entry = desk.journal.add(args.kind, args.text, component=args.component, reference=args.reference)
    context.output.note(f"Noted as {entry.kind.value}.")
    context.output.line(entry.id)
    return 0


def list_(context: Context) -> int:
    args, output = context.args, context.output
    with context.desk() as desk:
        entries = [*desk.journal.list(kind=args.kind, since=context.instant(args.since))]
    entries.reverse()
    entries = entries[: args.limit]
    if output.as_json:
        output.document(entries)
        return 0
    output.table(
        ("ID", "When", "Who", "Kind", "Component", "Reference", "Text"),
        ((e.id, e.at, e.who, e.kind, e.component, e.reference, e.text) for e in entries),
    )
    output.note(f"{plural(len(entries), 'entry', 'entries')}.")
    return 0
