"""``feedback``: records of what users and monitors report."""

from __future__ import annotations

import argparse
from dataclasses import Field, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any

from hypercare_desk.cli.context import Context
from hypercare_desk.cli.output import plural
from hypercare_desk.cli.parser import Parser, count, leaves, moment, text, word
from hypercare_desk.domain.errors import Invalid
from hypercare_desk.domain.feedback import Category, Level, Priority, Relation, Source, State
from hypercare_desk.domain.feedback_fields import READERS

if TYPE_CHECKING:
    from hypercare_desk.domain.feedback import Feedback
    from hypercare_desk.services.desk import Desk

_STATUSES = ("open", "closed", "any", *(state.value for state in State))
_LEVELS = tuple(level.value for level in Level)
_FIELDS = ", ".join(sorted(set(READERS) - {"title"}))
_TIMES = ("reported_at", "responded_at", "resolved_at", "informed_at", "closed_at")


def configure(parser: Parser) -> None:
    leaf = leaves(parser)
    _filters(
        leaf("list", "list records, newest first; the open ones unless said otherwise", list_, reads=True)
    )
    show_ = leaf("show", "show a record with its history and links", show, reads=True)
    show_.add_argument("id", metavar="ID", type=text, help="the record, such as FB-0042")
    add_ = leaf("add", "record something that was reported; prints the new id", add)
    add_.add_argument("title", metavar="TITLE", type=text, help="what the caller sees, in a line")
    _fields(add_)
    set_ = leaf("set", "change fields of a record; each change is kept with when, who and why", set_fields)
    set_.add_argument("id", metavar="ID", type=text, help="the record, such as FB-0042")
    _fields(set_)
    set_.add_argument("--why", metavar="TEXT", type=text, default="", help="the reason, kept with the change")
    _link(leaf("link", "tie a record to an article or a post-mortem", link))
    _triage(leaf("triage", "rate impact and urgency; the priority follows", triage))


def _filters(parser: Parser) -> None:
    parser.add_argument(
        "--status", metavar="S", type=word(*_STATUSES), default="open", help=f"one of {', '.join(_STATUSES)}"
    )
    priorities = tuple(Priority)
    parser.add_argument(
        "--priority", metavar="P", type=word(*priorities), action="append", help="P1 to P5; may be repeated"
    )
    categories = tuple(category.value for category in Category)
    parser.add_argument(
        "--category", metavar="C", type=word(*categories), help=f"one of {', '.join(categories)}"
    )
    sources = tuple(source.value for source in Source)
    parser.add_argument("--source", metavar="S", type=word(*sources), help=f"one of {', '.join(sources)}")
    parser.add_argument("--component", metavar="NAME", type=text, default="", help="only of this component")
    parser.add_argument("--text", metavar="WORDS", type=text, default="", help="only with these words in it")
    parser.add_argument("--since", metavar="TIME", type=moment, help="reported at this time or later")
    parser.add_argument("--until", metavar="TIME", type=moment, help="reported before this time")
    parser.add_argument("--limit", metavar="N", type=count, help="at most so many")


def _fields(parser: Parser) -> None:
    parser.add_argument(
        "fields",
        metavar="FIELD=VALUE",
        nargs="*",
        type=_assignment,
        help=f"such as component=Invoicing; FIELD is one of {_FIELDS}",
    )


def _link(parser: Parser) -> None:
    relations = tuple(relation.value for relation in Relation)
    parser.add_argument("id", metavar="ID", type=text, help="the record, such as FB-0042")
    parser.add_argument(
        "target", metavar="TARGET", type=text, help="the article or post-mortem, such as KI-0007"
    )
    parser.add_argument(
        "--relation",
        metavar="R",
        type=word(*relations),
        default=Relation.SOLVED_BY.value,
        help=f"one of {', '.join(relations)} (default {Relation.SOLVED_BY.value})",
    )


def _triage(parser: Parser) -> None:
    parser.add_argument("id", metavar="ID", type=text, help="the record, such as FB-0042")
    for name in ("impact", "urgency"):
        parser.add_argument(
            f"--{name}", metavar="L", type=word(*_LEVELS), required=True, help="high, medium or low"
        )
    parser.add_argument(
        "--override", metavar="P", type=word(*Priority), help="another priority than the matrix gives"
    )
    parser.add_argument("--reason", metavar="TEXT", type=text, default="", help="why; needed with --override")


def list_(context: Context) -> int:
    args, output = context.args, context.output
    with context.desk() as desk:
        filters: dict[str, object] = {
            "priority": tuple(args.priority or ()),
            "category": args.category,
            "source": args.source,
            "component": args.component,
            "text": args.text,
            "since": context.instant(args.since),
            "until": context.instant(args.until),
        }
        status = "" if args.status == "any" else args.status
        records = desk.feedback.list(status, **filters, limit=args.limit or 0)
        total = desk.feedback.count(status, **filters) if args.limit else len(records)
    if output.as_json:
        output.document(records)
        return 0
    output.table(
        ("ID", "Priority", "State", "Reported", "Component", "Title"),
        ((r.id, r.priority, r.state, r.reported_at, r.component, r.title) for r in records),
    )
    shown = f", {len(records):,} shown" if len(records) < total else ""
    output.note(f"{plural(total, 'record')}{shown}.")
    return 0


def show(context: Context) -> int:
    output = context.output
    with context.desk() as desk:
        record = desk.feedback.get(context.args.id)
        events, links = desk.feedback.events(record.id), desk.feedback.links(record.id)
        due = desk.feedback.due(record)
    if output.as_json:
        output.document({"record": record, "due": due, "events": events, "links": links})
        return 0
    output.line(f"{record.id}  {record.title}")
    output.line()
    output.fields((_label(field.name), getattr(record, field.name)) for field in _stated(record))
    if links:
        output.line("\nLinks")
        output.table(
            ("Relation", "To", "Since", "By"), ((i.relation, i.target_id, i.at, i.who) for i in links)
        )
    output.line("\nHistory")
    output.table(
        ("When", "Who", "What", "From", "To", "Why"),
        ((e.at, e.who, _label(e.field), _told(e.old), _told(e.new), e.why) for e in events),
    )
    return 0


def add(context: Context) -> int:
    with context.desk() as desk:
        record = desk.feedback.record(context.args.title, **_values(context, context.args.fields))
    _tell(context, record)
    context.output.line(record.id)
    return 0


def set_fields(context: Context) -> int:
    if not context.args.fields:
        raise Invalid("Nothing to change was named: write FIELD=VALUE, such as owner=Lead.")
    with context.desk() as desk:
        before = desk.feedback.get(context.args.id)
        record = desk.feedback.change(
            before.id, why=context.args.why, **_values(context, context.args.fields)
        )
    if record.version == before.version:
        context.output.note(f"{record.id} is like that already.")
    else:
        _tell(context, record)
    return 0


def link(context: Context) -> int:
    args = context.args
    with context.desk() as desk:
        _must_exist(desk, args.target)
        added = desk.feedback.link(args.id, args.target, args.relation)
    said = "is now" if added else "was already"
    context.output.note(f"{args.id.upper()} {said} linked to {args.target.upper()} ({args.relation}).")
    return 0


def triage(context: Context) -> int:
    args = context.args
    with context.desk() as desk:
        record = desk.feedback.triage(args.id, args.impact, args.urgency, args.override, args.reason)
    _tell(context, record)
    return 0


def _stated(record: Feedback) -> list[Field[Any]]:
    """Fields that say something: those that differ from what a record has when nothing was said."""
    always = ("source", "state")
    apart = ("id", "title")
    return [
        field
        for field in fields(record)
        if field.name not in apart and (field.name in always or getattr(record, field.name) != field.default)
    ]


def _label(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _told(value: str) -> object:
    """A value as an event keeps it; times become times again, to be shown in the workspace's zone."""
    try:
        return datetime.fromisoformat(value) if "T" in value and value.endswith("+00:00") else value
    except ValueError:
        return value


def _must_exist(desk: Desk, target: str) -> None:
    """An article that is not there cannot be linked to (the service sees records and post-mortems only)."""
    if not target.strip().upper().startswith("PM-"):
        desk.knowledge.read(target.strip().upper())


def _values(context: Context, assignments: list[tuple[str, str]]) -> dict[str, Any]:
    """Fields as typed; times without a zone are meant in the workspace's."""
    values: dict[str, Any] = {}
    for name, value in assignments:
        if name in _TIMES and value:
            values[name] = context.instant(_moment(value))
        else:
            values[name] = value
    return values


def _moment(value: str) -> Any:
    try:
        return moment(value)
    except argparse.ArgumentTypeError as error:
        raise Invalid(f"{error}.") from None


def _assignment(value: str) -> tuple[str, str]:
    name, sign, rest = text(value).partition("=")
    name = name.strip().replace("-", "_").lower()
    name = "state" if name == "status" else name
    if not sign or name not in READERS:
        raise argparse.ArgumentTypeError(f"{text(value)!r} must be FIELD=VALUE with FIELD one of {_FIELDS}")
    return name, rest


def _tell(context: Context, record: Feedback) -> None:
    priority = f", {record.priority.value}" if record.priority else ""
    context.output.note(f"{record.id} is {record.state.value}{priority}: {record.title}")
