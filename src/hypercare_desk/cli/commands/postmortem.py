"""``postmortem``: the reviews and what they led to."""

from __future__ import annotations

from hypercare_desk.cli.context import Context
from hypercare_desk.cli.output import plural
from hypercare_desk.cli.parser import Parser, leaves, moment, text

_TIMES = ("started_at", "detected_at", "mitigated_at", "resolved_at")


def configure(parser: Parser) -> None:
    leaf = leaves(parser)
    leaf("list", "list post-mortems with what is still to do", list_, reads=True)
    show_ = leaf("show", "show a post-mortem with its timeline and actions", show, reads=True)
    show_.add_argument("id", metavar="ID", type=text, help="the post-mortem, such as PM-0003")
    new_ = leaf("new", "begin a post-mortem; prints the new id", new)
    new_.add_argument("title", metavar="TITLE", type=text, help="what happened, in a line, without blame")
    for name, told in (
        ("severity", "such as P1"),
        ("owner", "who sees it through"),
        ("facilitator", "who leads the review"),
        ("summary", "what happened, in a few sentences"),
    ):
        new_.add_argument(f"--{name}", metavar="TEXT", type=text, default="", help=told)
    for name in _TIMES:
        verb = name.removesuffix("_at")
        new_.add_argument(f"--{verb}", metavar="TIME", dest=name, type=moment, help=f"when it {_WAS[verb]}")
    new_.add_argument(
        "--feedback",
        metavar="ID",
        type=text,
        action="append",
        default=[],
        help="a record of it; may be repeated",
    )


_WAS = {"started": "began", "detected": "was noticed", "mitigated": "no longer hurt", "resolved": "was over"}


def list_(context: Context) -> int:
    output = context.output
    with context.desk() as desk:
        items = desk.postmortems.list()
    if output.as_json:
        output.document(items)
        return 0
    output.table(
        ("ID", "Severity", "Status", "Held", "Open actions", "Title"),
        (
            (i.id, i.severity, i.status, i.held_on, sum(a.done_on is None for a in i.actions), i.title)
            for i in items
        ),
    )
    output.note(f"{plural(len(items), 'post-mortem')}.")
    return 0


def show(context: Context) -> int:
    output = context.output
    with context.desk() as desk:
        item = desk.postmortems.get(context.args.id.strip().upper())
    spans = {
        "time_to_detect": item.time_to_detect,
        "time_to_mitigate": item.time_to_mitigate,
        "time_to_resolve": item.time_to_resolve,
    }
    if output.as_json:
        seconds = {f"{name}_seconds": span for name, span in spans.items()}
        output.document({"postmortem": item, **seconds})
        return 0
    output.line(f"{item.id}  {item.title}")
    output.line()
    apart = ("id", "title", "timeline", "actions")
    output.fields(
        [
            *((_label(n), _told(getattr(item, n))) for n in item.__dataclass_fields__ if n not in apart),
            *((_label(name), None if span is None else str(span)) for name, span in spans.items()),
        ]
    )
    if item.timeline:
        output.line("\nTimeline")
        rows = (
            (entry.at, "★" if entry.starred else "", entry.event, entry.source) for entry in item.timeline
        )
        output.table(("When", "★", "What", "Source"), rows, wide=2)
    if item.actions:
        output.line("\nActions")
        output.table(
            ("No.", "Type", "Owner", "Due", "Done", "What"),
            ((a.number, a.type, a.owner, a.due, a.done_on, a.text) for a in item.actions),
        )
    return 0


def new(context: Context) -> int:
    args = context.args
    with context.desk() as desk:
        fields = {name: getattr(args, name) for name in ("severity", "owner", "facilitator", "summary")}
        times = {name: context.instant(getattr(args, name)) for name in _TIMES}
        records = tuple(desk.feedback.get(each).id for each in args.feedback)
        item = desk.postmortems.new(args.title, **fields, **times, feedback_ids=records)
    context.output.note(f"Begun: {item.id} {item.title}")
    context.output.line(item.id)
    return 0


def _told(value: object) -> object:
    """Sentences of a list each on a line of their own; short lists (names, ids) stay in one."""
    if isinstance(value, tuple) and any(len(str(item)) > 40 for item in value):
        return "\n".join(f"- {item}" for item in value)
    return value


def _label(name: str) -> str:
    return name.replace("_", " ").capitalize()
