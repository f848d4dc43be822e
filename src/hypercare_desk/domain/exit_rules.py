"""What may be entered about exit criteria: rules, measurements, waivers, decisions. Each refusal is one sentence."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta

from hypercare_desk.domain.criteria_catalogue import ENTRIES
from hypercare_desk.domain.errors import Invalid
from hypercare_desk.domain.exit_criteria import (
    Criterion,
    CriterionState,
    ExitDecision,
    Measurement,
    Verdict,
    Waiver,
)

LONGEST_WINDOW = 3650
CLOCK_SKEW = timedelta(minutes=5)
"""How far the clock of a measuring machine may be ahead of this one."""
_METRIC = re.compile(r"[a-z][a-z0-9_]{1,59}")


def check_rule(criterion: Criterion) -> None:
    """Raise ``Invalid`` for a criterion that cannot be computed."""
    numbers = {
        "threshold": criterion.threshold,
        "margin": criterion.margin or 0.0,
        "weight": criterion.weight,
    }
    bad = [name for name, value in numbers.items() if not math.isfinite(value)]
    bad += [name for name in ("margin", "weight") if numbers[name] < 0]
    if bad:
        least = "" if bad[0] == "threshold" else ", 0 or more"
        raise Invalid(f"The {bad[0]} of a criterion must be a number{least}.", code="invalid_number")
    if not criterion.title.strip():
        raise Invalid("A criterion needs a title.", code="no_title")
    if not _METRIC.fullmatch(criterion.metric):
        raise Invalid(
            f"“{criterion.metric}” is no name for a metric; use lower-case letters, digits and underscores.",
            code="unknown_metric",
        )
    for name, days in (("window", criterion.window_days), ("consecutive days", criterion.consecutive_days)):
        if days is not None and not 1 <= days <= LONGEST_WINDOW:
            raise Invalid(
                f"The {name} of a criterion must be 1 to {LONGEST_WINDOW} days.", code="invalid_number"
            )
    if criterion.minimum_sample < 0:
        raise Invalid("The minimum sample of a criterion must be 0 or more.", code="invalid_number")


def check_measurement(one: Measurement, measurable: Collection[str], now: datetime) -> None:
    """Raise ``Invalid`` unless ``one`` is a value of a ``measurable`` metric, in its range, and not of the future."""
    if one.metric not in measurable:
        allowed = ", ".join(sorted(measurable)) or "none, no criterion is measured"
        raise Invalid(f"“{one.metric}” cannot be measured; allowed: {allowed}.", code="unknown_metric")
    if not math.isfinite(one.value):
        raise Invalid(f"{one.value} is no measured value; write a number.", code="invalid_number")
    entry = ENTRIES.get(one.metric)
    if entry and entry.flags and one.value not in (0, 1):
        raise Invalid(
            f"{entry.title} is measured day by day: 1 for a stable day, 0 for another.", code="invalid_number"
        )
    if entry and entry.unit == "%" and not 0 <= one.value <= 100:
        raise Invalid(f"{one.value:g} is no share in %; write 0 to 100.", code="invalid_number")
    if one.value < 0 and entry:
        raise Invalid(f"{entry.title} cannot be negative.", code="invalid_number")
    if one.sample < 1:
        raise Invalid("A measurement needs at least one observation (sample 1).", code="invalid_number")
    if one.at.tzinfo is None:
        raise Invalid("The time of a measurement needs its zone, as 2026-11-18T09:30+00:00.", code="no_zone")
    if one.at > now + CLOCK_SKEW:
        raise Invalid(f"A measurement cannot be of the future ({one.at.isoformat()}).", code="future")


def check_waiver(reason: str, owner: str, approver: str, expires_on: date, today: date) -> None:
    """Raise ``Invalid`` for a waiver with something missing, approved by its owner, or over already."""
    said = {"a reason": reason, "an owner": owner, "an approver": approver}
    missing = [name for name, text in said.items() if not text.strip()]
    if missing:
        raise Invalid(f"A waiver needs {' and '.join(missing)}.", code="waiver_incomplete")
    if owner.strip().casefold() == approver.strip().casefold():
        raise Invalid(
            f"{owner.strip()} owns this waiver and cannot approve it too; name somebody else as approver.",
            code="own_waiver",
        )
    if expires_on <= today:
        raise Invalid(
            f"A waiver must end on a day in the future; {expires_on.isoformat()} is not.", code="waiver_ended"
        )


def read_decision(decision: ExitDecision | str) -> ExitDecision:
    """The decision that a word names; raises ``Invalid``."""
    plain = str(decision).strip().casefold().replace(" ", "-").replace("_", "-")
    if plain not in list(ExitDecision):
        allowed = ", ".join(ExitDecision)
        raise Invalid(f"“{decision}” is no decision; allowed: {allowed}.", code="invalid_choice")
    return ExitDecision(plain)


def read_role(role: str, roles: Sequence[str]) -> str:
    """The role of the workspace that a word names, in any case; raises ``Invalid``."""
    for known in roles:
        if known.casefold() == role.strip().casefold():
            return known
    allowed = ", ".join(roles) or "no role is set up to sign"
    raise Invalid(f"“{role}” does not sign in this workspace; allowed: {allowed}.", code="invalid_choice")


def check_decision(decision: ExitDecision, verdict: Verdict, waivers: Iterable[Waiver], signer: str) -> None:
    """Raise ``Invalid`` unless ``signer`` may sign ``decision`` over ``verdict``; extending may always be signed."""
    if decision is ExitDecision.EXTEND:
        return
    if not verdict.may_exit:
        bad = (CriterionState.NOT_MET, CriterionState.NO_DATA)
        blocking = tuple(c.id for c in verdict.criteria if c.mandatory and c.state in bad)
        raise Invalid(
            f"{verdict.id} does not allow the exit: {', '.join(blocking) or 'no criterion is mandatory'}.",
            code="exit_blocked",
            blocking=blocking,
        )
    used = {c.waiver_id for c in verdict.criteria if c.waiver_id}
    if used and decision is ExitDecision.EXIT:
        raise Invalid(
            f"A waiver is in force ({', '.join(sorted(used))}); the decision is exit-with-waivers.",
            code="has_waivers",
        )
    own = sorted(w.id for w in waivers if w.id in used and w.owner.casefold() == signer.strip().casefold())
    if own:
        raise Invalid(f"{signer} owns {', '.join(own)} and cannot sign over it.", code="own_waiver")
