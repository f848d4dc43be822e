"""``criteria``: may the system leave hypercare?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypercare_desk.cli.context import Context
from hypercare_desk.cli.output import Output, plural
from hypercare_desk.cli.parser import Parser, count, day, leaves, moment, number, text
from hypercare_desk.domain.exit_criteria import CriterionState
from hypercare_desk.domain.reading import figure, rule_in_words

if TYPE_CHECKING:
    from hypercare_desk.domain.exit_criteria import Criterion, CriterionResult, Verdict

_STYLES = {
    CriterionState.MET.value: "green",
    CriterionState.AT_RISK.value: "yellow",
    CriterionState.NOT_MET.value: "red",
    CriterionState.NO_DATA.value: "magenta",
    CriterionState.WAIVED.value: "cyan",
}


def configure(parser: Parser) -> None:
    leaf = leaves(parser)
    leaf("list", "list the exit criteria of this workspace", list_, reads=True)
    evaluate_ = leaf(
        "evaluate", "compute every criterion from the records, with its evidence", evaluate, reads=True
    )
    evaluate_.add_argument(
        "--gate", action="store_true", help="exit status 3 unless the system may leave hypercare"
    )
    evaluate_.add_argument("--as-of", metavar="TIME", type=moment, help="as it was then, instead of now")
    _measure(leaf("measure", "note a measured value of a metric", measure))
    _waive(leaf("waive", "accept that a criterion is not met, for a time; prints the waiver's id", waive))


def _measure(parser: Parser) -> None:
    parser.add_argument(
        "metric", metavar="METRIC", type=text, help="as in “criteria list”, such as availability"
    )
    parser.add_argument("value", metavar="VALUE", type=number, help="in the metric's unit")
    parser.add_argument("--at", metavar="TIME", type=moment, help="when it was measured (default: now)")
    parser.add_argument(
        "--sample", metavar="N", type=count, default=1, help="observations behind it (default 1)"
    )
    parser.add_argument("--source", metavar="TEXT", type=text, default="", help="where it comes from")
    parser.add_argument("--note", metavar="TEXT", type=text, default="", help="anything to add")


def _waive(parser: Parser) -> None:
    parser.add_argument("id", metavar="CRITERION", type=text, help="its id, as in “criteria list”")
    for name, metavar, told in (
        ("reason", "TEXT", "why it is acceptable"),
        ("owner", "NAME", "who answers for it"),
        ("approver", "NAME", "who accepts it; never the owner"),
    ):
        parser.add_argument(f"--{name}", metavar=metavar, type=text, required=True, help=told)
    parser.add_argument("--until", metavar="DATE", type=day, required=True, help="the last day it holds")


def list_(context: Context) -> int:
    output = context.output
    with context.desk() as desk:
        criteria = desk.exit_criteria.criteria()
    if output.as_json:
        output.document(criteria)
        return 0
    output.table(
        ("ID", "Metric", "Criterion", "Threshold", "Window", "Sample", "Mandatory"),
        (
            (
                c.id,
                c.metric,
                c.title,
                _threshold(c),
                f"{c.window_days} d" if c.window_days else "",
                c.minimum_sample,
                c.mandatory,
            )
            for c in criteria
        ),
        wide=2,
    )
    return 0


def evaluate(context: Context) -> int:
    args, output = context.args, context.output
    with context.desk() as desk:
        verdict = desk.exit_criteria.evaluate(
            as_of=context.as_of(args.as_of, desk.clock), keep=args.as_of is None
        )
    if output.as_json:
        output.document(document(verdict))
    else:
        show(verdict, output)
    return 3 if args.gate and not verdict.may_exit else 0


def measure(context: Context) -> int:
    args = context.args
    with context.desk() as desk:
        at = context.instant(args.at)
        desk.exit_criteria.measure(
            args.metric, args.value, at=at, sample=args.sample, source=args.source, note=args.note
        )
    context.output.note(f"Noted {args.metric} = {args.value:.10g}.")
    return 0


def waive(context: Context) -> int:
    args = context.args
    with context.desk() as desk:
        waiver = desk.exit_criteria.waive(args.id, args.reason, args.owner, args.approver, args.until)
    context.output.note(
        f"{waiver.criterion_id} is waived until {waiver.expires_on}, approved by {waiver.approver}."
    )
    context.output.line(waiver.id)
    return 0


def document(verdict: Verdict) -> dict[str, Any]:
    """An evaluation as JSON, with its conclusion beside its criteria."""
    return {
        "id": verdict.id,
        "as_of": verdict.as_of,
        "may_exit": verdict.may_exit,
        "light": verdict.light,
        "counts": {state.value.replace(" ", "_"): verdict.count(state) for state in CriterionState},
        "criteria": verdict.criteria,
    }


def show(verdict: Verdict, output: Output) -> None:
    """An evaluation for people: a row a criterion with why it is so, then the conclusion.

    On a terminal the reasons stand below the table, and only those that ask for something.
    """
    headers = ("ID", "State", "Criterion", "Value", "Threshold", "n")
    rows = [(c.id, c.state, c.title, _measured(c), _threshold(c), c.sample) for c in verdict.criteria]
    if output.terminal:
        output.table(headers, rows, wide=2, styles=_STYLES)
        for c in verdict.criteria:
            if c.state is not CriterionState.MET:
                output.line(f"\n{c.id} {c.state.value}: {c.why}")
        output.line()
    else:
        output.table(
            (*headers, "Why"), ((*row, c.why) for row, c in zip(rows, verdict.criteria, strict=True))
        )
    counts = ", ".join(f"{n} {state.value}" for state in CriterionState if (n := verdict.count(state)))
    exits = "may leave hypercare" if verdict.may_exit else "may not leave hypercare"
    output.note(
        f"{verdict.light}: the system {exits} as of {output.shown(verdict.as_of)} "
        f"({plural(len(verdict.criteria), 'criterion', 'criteria')}: {counts or 'none'})."
    )


def _threshold(criterion: Criterion | CriterionResult) -> str:
    return rule_in_words(criterion.operator, criterion.threshold, criterion.unit)


def _measured(result: CriterionResult) -> str:
    return "" if result.value is None else figure(result.value, result.unit, result.threshold)
