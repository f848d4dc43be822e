"""``article``: the knowledge base, without the editor."""

from __future__ import annotations

import sys
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypercare_desk.cli.context import Context
from hypercare_desk.cli.output import plural
from hypercare_desk.cli.parser import Parser, day, leaves, text, word
from hypercare_desk.domain.article import ArticleFilter, Confidence, Kind, Status
from hypercare_desk.domain.errors import Invalid, Unavailable

if TYPE_CHECKING:
    from hypercare_desk.domain.article import Article, ArticleFields, CheckReport

_KINDS = tuple(kind.value for kind in Kind)
_LARGEST_BODY = 512 * 1024


def configure(parser: Parser) -> None:
    leaf = leaves(parser)
    _filters(leaf("list", "list articles by id", list_, reads=True))
    show_ = leaf("show", "show an article's facts and its Markdown", show, reads=True)
    show_.add_argument("id", metavar="ID", type=text, help="the article, such as KI-0007")
    _new(leaf("new", "begin an article from its kind's template; prints the new id", new))
    check_ = leaf(
        "check", "hold one article, or all of them, against the quality checklist", check, reads=True
    )
    check_.add_argument(
        "id", metavar="ID", type=text, nargs="?", help="the article; all of them when left out"
    )
    for name, line in (
        ("submit", "hand a draft in for review"),
        ("publish", "make an article the text that everybody sees"),
        ("validate", "say that somebody who knows has checked an article today"),
        ("retire", "take an article out of use; its file and history stay"),
    ):
        step = leaf(name, line, move)
        step.set_defaults(step=name)
        step.add_argument("id", metavar="ID", type=text, help="the article, such as KI-0007")
    history_ = leaf("history", "list the saved states of an article, newest first", history, reads=True)
    history_.add_argument("id", metavar="ID", type=text, help="the article, such as KI-0007")


def _filters(parser: Parser) -> None:
    parser.add_argument("--kind", metavar="K", type=word(*_KINDS), help=f"one of {', '.join(_KINDS)}")
    for name, allowed in (("status", Status), ("confidence", Confidence)):
        words = tuple(member.value for member in allowed)
        parser.add_argument(f"--{name}", metavar="S", type=word(*words), help=f"one of {', '.join(words)}")
    parser.add_argument("--component", metavar="NAME", type=text, default="", help="only of this component")
    parser.add_argument("--tag", metavar="TAG", type=text, default="", help="only with this tag")
    parser.add_argument(
        "--text", metavar="WORDS", type=text, default="", help="only with these words in the title"
    )


def _new(parser: Parser) -> None:
    parser.add_argument("kind", metavar="KIND", type=word(*_KINDS), help=f"one of {', '.join(_KINDS)}")
    parser.add_argument(
        "--title", metavar="TEXT", type=text, required=True, help="what the caller sees, in a line"
    )
    for name, told in (
        ("component", "the part of the system it is about"),
        ("environment", "where it holds, such as Production"),
        ("release", "the release it holds for"),
        ("owner", "who keeps it right"),
    ):
        parser.add_argument(f"--{name}", metavar="NAME", type=text, default="", help=told)
    for name, told in (
        ("tag", "a tag"),
        ("alias", "the caller's own words for it"),
        ("code", "an error code"),
    ):
        parser.add_argument(
            f"--{name}",
            metavar="TEXT",
            type=text,
            action="append",
            default=[],
            help=f"{told}; may be repeated",
        )
    parser.add_argument(
        "--valid-until", metavar="DATE", type=day, help="the day a workaround stops being good"
    )
    parser.add_argument(
        "--body",
        metavar="FILE",
        help="Markdown to begin with instead of the template; - reads standard input",
    )


def list_(context: Context) -> int:
    args, output = context.args, context.output
    which = ArticleFilter(
        kind=Kind(args.kind) if args.kind else None,
        status=Status(args.status) if args.status else None,
        confidence=Confidence(args.confidence) if args.confidence else None,
        component=args.component,
        tag=args.tag,
        text=args.text,
    )
    with context.desk() as desk:
        rows = desk.knowledge.list(which)
    if output.as_json:
        output.document([{**_facts(r.fields), "path": r.path, "version": r.version} for r in rows])
        return 0
    output.table(
        ("ID", "Kind", "Status", "Confidence", "Component", "Title"),
        (
            (
                r.fields.id,
                r.fields.kind,
                r.fields.status,
                r.fields.confidence,
                r.fields.component,
                r.fields.title,
            )
            for r in rows
        ),
    )
    output.note(f"{plural(len(rows), 'article')}.")
    return 0


def show(context: Context) -> int:
    output = context.output
    with context.desk() as desk:
        article = desk.knowledge.read(_id(context.args.id))
    if output.as_json:
        output.document(document(article))
        return 0
    output.line(f"{article.id}  {article.title}")
    output.line()
    facts = _facts(article.fields)
    output.fields(
        (name.replace("_", " ").capitalize(), facts[name]) for name in facts if name not in ("id", "title")
    )
    output.line()
    output.line(article.body.rstrip("\n"))
    for problem in article.problems:
        output.note(f"kb/{article.path}: {problem}")
    return 0


def new(context: Context) -> int:
    args = context.args
    body = None if args.body is None else _read_body(args.body)
    named: dict[str, Any] = {
        name: getattr(args, name) for name in ("component", "environment", "release", "owner")
    }
    named |= {"tags": tuple(args.tag), "aliases": tuple(args.alias), "codes": tuple(args.code)}
    if body is not None:
        named["body"] = body
    with context.desk() as desk:
        article = desk.knowledge.new(Kind(args.kind), args.title, **named, valid_until=args.valid_until)
        file = desk.paths.kb / article.path
    context.output.note(f"Begun: {file}")
    context.output.line(article.id)
    return 0


def move(context: Context) -> int:
    """One step in an article's life."""
    with context.desk() as desk:
        steps = {
            "submit": desk.knowledge.submit,
            "publish": desk.knowledge.publish,
            "validate": desk.knowledge.validate,
            "retire": desk.knowledge.retire,
        }
        article = steps[context.args.step](_id(context.args.id))
    context.output.note(
        f"{article.id} is {article.status.value}, {article.confidence.value}: {article.title}"
    )
    return 0


def check(context: Context) -> int:
    """Exit status 3 when an article fails, or a file under ``kb/`` is no readable article."""
    output = context.output
    with context.desk() as desk:
        problems: dict[str, str] = {}
        if context.args.id:
            reports = [desk.knowledge.check(_id(context.args.id))]
        else:
            with context.watched() as progress:
                reports = list(desk.knowledge.check_all(progress))
            problems = dict(desk.knowledge.problems())
    failed = [report for report in reports if not report.passed]
    if output.as_json:
        output.document({"articles": [_report(report) for report in reports], "unreadable": problems})
    elif context.args.id:
        _show_report(context, reports[0])
    else:
        output.table(
            ("ID", "Score", "Not passed"),
            (
                (r.article_id, r.score, "; ".join(f.item for f in r.findings if f.passed is False))
                for r in failed
            ),
        )
        for path, problem in problems.items():
            output.note(problem if path in problem else f"kb/{path}: {problem}")
        output.note(f"{plural(len(reports), 'article')} checked, {len(failed):,} below 70.")
    return 3 if failed or problems else 0


def history(context: Context) -> int:
    output = context.output
    with context.desk() as desk:
        revisions = desk.knowledge.history(_id(context.args.id))
    if output.as_json:
        output.document(revisions)
        return 0
    output.table(
        ("Revision", "When", "Who", "What"), ((r.revision[:12], r.when, r.who, r.message) for r in revisions)
    )
    return 0


def document(article: Article) -> dict[str, Any]:
    """An article as one flat object: its facts, its Markdown, where it lies and which version it is."""
    return {
        **_facts(article.fields),
        "path": article.path,
        "version": article.version,
        "problems": article.problems,
        "body": article.body,
    }


def _facts(article: ArticleFields) -> dict[str, Any]:
    """Front matter, id first, with each stamp as two values."""
    facts: dict[str, Any] = {"id": article.id}
    for field in fields(article):
        value = getattr(article, field.name)
        if field.name in ("created", "updated", "validated"):
            facts |= {f"{field.name}_on": value.on, f"{field.name}_by": value.by}
        else:
            facts[field.name] = value
    return facts


def _report(report: CheckReport) -> dict[str, Any]:
    return {
        "id": report.article_id,
        "score": report.score,
        "passed": report.passed,
        "findings": report.findings,
    }


def _show_report(context: Context, report: CheckReport) -> None:
    words = {True: "passed", False: "not passed", None: "asked"}
    context.output.table(
        ("Item", "Result", "Line", "Detail"),
        ((f.item, words[f.passed], f.line, f.detail) for f in report.findings),
    )
    context.output.note(
        f"{report.article_id}: {report.score} of 100, {'passed' if report.passed else 'below 70'}."
    )


def _id(value: str) -> str:
    return value.strip().upper()


def _read_body(name: str) -> str:
    """Markdown from a file or standard input; raises ``Invalid`` or ``Unavailable``."""
    try:
        if name == "-":
            name, data = "Standard input", sys.stdin.buffer.read(_LARGEST_BODY + 1)
        else:
            with Path(name).open("rb") as file:
                data = file.read(_LARGEST_BODY + 1)
    except OSError as error:
        raise Unavailable(f"{name} cannot be read: {error.strerror or error}.") from error
    if len(data) > _LARGEST_BODY:
        raise Invalid(f"{name} is larger than {_LARGEST_BODY // 1024} KiB, the most an article may hold.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid(f"{name} is not UTF-8 text; save it as UTF-8 and try again.") from None
