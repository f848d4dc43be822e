"""``search``: the question, the hits, and what to do when there are none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from hypercare_desk.cli.context import Context
from hypercare_desk.cli.output import Output, clean, one_line, plural, shortened
from hypercare_desk.cli.parser import Parser, count, finish, text, word
from hypercare_desk.domain.article import Kind
from hypercare_desk.domain.errors import Cancelled, DeskError, Invalid

if TYPE_CHECKING:
    from hypercare_desk.domain.search import Found, Hit, Marked
    from hypercare_desk.services.desk import Desk

KINDS = (*(kind.value for kind in Kind), "feedback", "post-mortem")


def configure(parser: Parser) -> None:
    finish(parser, run, reads=True)
    parser.add_argument(
        "query",
        metavar="QUERY",
        nargs="+",
        type=text,
        help="words, an error code, a pasted message; -word leaves out, component:NAME and the like narrow down",
    )
    parser.add_argument(
        "--limit", metavar="N", type=count, default=20, help="at most so many hits (default 20)"
    )
    parser.add_argument("--kind", metavar="K", type=word(*KINDS), help=f"only one kind: {', '.join(KINDS)}")
    parser.add_argument(
        "--gap", action="store_true", help="if nothing is found, begin a known issue named by the query"
    )


def run(context: Context) -> int:
    args, output = context.args, context.output
    query = " ".join(args.query).strip()
    if not query:
        raise Invalid("Nothing was asked: say what to search for.")
    with context.desk() as desk:
        _catch_up(context, desk)
        found = desk.search.find(query, limit=args.limit, kind=args.kind)
        gap = desk.gaps.make(query) if args.gap and not found.total else None
        if output.as_json:
            output.document({**document(found), "gap": gap.id if gap else None})
        else:
            show(found, output)
            if gap:
                output.note(f"Begun as {gap.id}: kb/{gap.path}")
        output.flush()
        if gap is None and any(character.isalnum() for character in query):
            _count(desk, found)
    return 0


def _catch_up(context: Context, desk: Desk) -> None:
    """Index what changed; where that cannot be, answer from what there is and say so."""
    try:
        with context.watched() as progress:
            desk.search.refresh(progress)
    except Cancelled:
        raise
    except DeskError as fault:
        context.output.note(fault.message)


def _count(desk: Desk, found: Found) -> None:
    """Searches count towards the criteria; a workspace that cannot be written to is searched all the same."""
    try:
        desk.search.made(found.query, found.total)
    except DeskError:
        return


def document(found: Found) -> dict[str, Any]:
    """An answer as JSON: every hit with its snippet and where it matches."""
    return {
        "query": found.query,
        "total": found.total,
        "suggestion": found.suggestion,
        "milliseconds": round(found.milliseconds, 1),
        "stale": found.stale,
        "words": [{"word": word, "documents": documents} for word, documents in found.words],
        "hits": [_hit(hit) for hit in found.hits],
    }


def _hit(hit: Hit) -> dict[str, Any]:
    passage = hit.passage()
    return {
        "id": hit.id,
        "kind": hit.kind,
        "title": hit.title,
        "score": hit.score,
        "tier": hit.tier.name.lower(),
        "snippet": passage.text,
        "marks": passage.marks,
        "path": hit.path,
        "status": hit.status,
        "confidence": hit.confidence,
        "audience": hit.audience,
        "component": hit.component,
        "release": hit.release,
        "valid_until": hit.valid_until,
        "updated": hit.updated,
        "validated": hit.validated,
        "used": hit.used,
        "solved": hit.solved,
    }


def show(found: Found, output: Output) -> None:
    """An answer for people: on a terminal with matches in bold, elsewhere one line a hit, parted by tabs."""
    if output.terminal and found.hits:
        output.rich(_blocks(found.hits))
    for hit in found.hits if not output.terminal else ():
        output.line("\t".join((hit.id, hit.kind, one_line(hit.title), shortened(hit.snippet, 160))))
    shown = f", {len(found.hits)} shown" if len(found.hits) < found.total else ""
    if found.total:
        output.note(f"{plural(found.total, 'hit')}{shown} in {found.milliseconds:.0f} ms.")
    else:
        output.note(f"Nothing found for “{shortened(found.query, 80)}”.")
        absent = [word for word, documents in found.words if not documents]
        if absent and len(found.words) > 1:
            output.note(f"No text holds: {', '.join(absent)}.")
    if found.suggestion:
        output.note(f"Did you mean: {found.suggestion}")


def _blocks(hits: Sequence[Hit]) -> Any:
    """Ids on the left; title, facts and the best passage on the right."""
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for hit in hits:
        facts = [hit.kind, hit.confidence, hit.status, f"until {hit.valid_until}" if hit.valid_until else ""]
        facts.append(f"used {hit.used}×, solved {hit.solved}×" if hit.used else "")
        title = _marked(hit.heading(), hit.title)
        title.stylize("bold")
        lines = [title, Text(" · ".join(fact for fact in facts if fact), style="dim")]
        passage = hit.passage()
        lines += [_marked(passage, "")] if passage.text else []
        grid.add_row(Text(hit.id, style="bold"), Text("\n").join(lines))
    return grid


def _marked(marked: Marked, otherwise: str) -> Any:
    from rich.text import Text

    told = Text(clean(marked.text or otherwise).replace("\n", " "))
    for start, end in marked.marks if marked.text else ():
        told.stylize("bold yellow", start, end)
    return told
