"""What a metric says at one instant, and how figures are put into words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice

from hypercare_desk.domain.exit_criteria import Criterion, Evidence, Operator
from hypercare_desk.domain.fact_index import FactIndex

DECIMALS = 9
"""Values are rounded here: a mean of 99.9s is 99.9, whatever binary fractions make of it."""
_SINGULARS = {"ies": "y", "hes": "h", "ses": "s"}
MOST_IDS = 500
"""Ids kept as evidence of one value; the note says how many more there are."""

NO_EVIDENCE = Evidence("")


@dataclass(frozen=True, slots=True)
class Reading:
    """A value with its sample and evidence, or why there is none.

    ``story`` says in a clause what was counted. ``missing`` is a sentence when ``value`` is None. ``observed`` of
    ``wanted`` (in ``wanted_unit``) says how much of the criterion's window the facts cover; equal when all of it.
    """

    value: float | None
    sample: int = 0
    story: str = ""
    missing: str = ""
    evidence: Evidence = NO_EVIDENCE
    observed: float = 0.0
    wanted: float = 0.0
    wanted_unit: str = "days"

    @property
    def finished(self) -> bool:
        """Whether the whole window was observed."""
        return self.observed >= self.wanted


Metric = Callable[[FactIndex, Criterion, float, bool], Reading]
"""Facts, criterion, instant, and whether evidence is wanted → what the metric says. Pure."""


def no_data(missing: str, kind: str = "feedback") -> Reading:
    """A reading without value."""
    return Reading(None, missing=missing, evidence=Evidence(kind))


def evidence(kind: str, ids: Iterable[str], note: str = "", total: int | None = None) -> Evidence:
    """Evidence with the first ``MOST_IDS`` ids in their order; the note tells of how many there are, if more.

    With ``total`` given, ``ids`` may be an iterator: no more is taken from it than is kept.
    """
    if total is None:
        several = list(ids)
        total, ids = len(several), several
    found = tuple(islice(ids, MOST_IDS))
    if total > len(found) == MOST_IDS:
        cut = f"the first {MOST_IDS} of {total:,}"
        note = f"{note}; {cut}" if note else cut
    return Evidence(kind, found, note)


def holds(value: float, operator: Operator, threshold: float) -> bool:
    """Whether ``value`` satisfies the rule."""
    return {
        Operator.AT_MOST: value <= threshold,
        Operator.AT_LEAST: value >= threshold,
        Operator.BELOW: value < threshold,
        Operator.ABOVE: value > threshold,
        Operator.EQUAL: value == threshold,
    }[operator]


def is_upper(operator: Operator) -> bool:
    """Whether the threshold is a ceiling."""
    return operator in (Operator.AT_MOST, Operator.BELOW)


def rule_in_words(operator: Operator, threshold: float, unit: str) -> str:
    """The rule as people write it: ``≤ 5 records``."""
    sign = {Operator.AT_MOST: "≤", Operator.AT_LEAST: "≥"}.get(operator, operator.value)
    return f"{sign} {figure(threshold, unit)}"


def figure(value: float, unit: str, limit: float | None = None) -> str:
    """A number with its unit, with as few decimals as tell how it stands to ``limit``.

    What rounding hides is at most a tenth of the distance to the limit, so a figure never shows on the wrong side.
    """
    digits = 0 if value == int(value) else 1
    if limit is not None:
        hidden = abs(value - limit) / 10
        while digits < DECIMALS and abs(round(value, digits) - value) > hidden:
            digits += 1
    text = f"{value:,.{digits}f}".replace("-", "−")
    if unit in ("%", "ms", "of 5"):
        return f"{text} {unit}"
    return f"{text} {singular(unit) if value == 1 else unit}".strip()


def counted(number: int, noun: str) -> str:
    """``1 record``, ``2 records``: a number with a noun given in the plural."""
    return f"{number:,} {singular(noun) if number == 1 else noun}"


def singular(noun: str) -> str:
    """The singular of a phrase: its first plural word loses its ending."""
    words = noun.split(" ")
    for place, word in enumerate(words):
        if word.endswith("s") and not word.endswith("ss"):
            words[place] = word[:-3] + _SINGULARS.get(word[-3:], word[-3:-1])
            break
    return " ".join(words)


def span(days: float) -> str:
    """A number of days in words, with a decimal only where it matters."""
    return figure(round(days, 1) if days < 10 else float(int(days)), "days")
