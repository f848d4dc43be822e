"""Exit criteria: what must hold before a system leaves hypercare, and how a value becomes a state.

The catalogue and the states are those of product.md §6. Everything here is pure: facts in, verdict out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class Operator(StrEnum):
    """How a value is held against its threshold."""

    AT_MOST = "<="
    AT_LEAST = ">="
    BELOW = "<"
    ABOVE = ">"
    EQUAL = "="


class CriterionState(StrEnum):
    """The state of a criterion; *no data* never counts as met."""

    MET = "met"
    AT_RISK = "at risk"
    NOT_MET = "not met"
    NO_DATA = "no data"
    WAIVED = "waived"


@dataclass(frozen=True, slots=True)
class Criterion:
    """One rule of the workspace. ``window_days`` None means: as of now; ``margin`` None means the default margin."""

    id: str
    metric: str
    title: str
    unit: str = ""
    operator: Operator = Operator.AT_MOST
    threshold: float = 0.0
    window_days: int | None = None
    consecutive_days: int | None = None
    minimum_sample: int = 0
    margin: float | None = None
    mandatory: bool = True
    weight: float = 1.0
    owner: str = ""
    rationale: str = ""
    evidence: str = ""
    active: bool = True
    version: int = 1


@dataclass(frozen=True, slots=True)
class Measurement:
    """One measured value of one metric at one time; ``sample`` is how many observations stand behind it."""

    metric: str
    at: datetime
    value: float
    sample: int = 1
    source: str = ""
    note: str = ""
    component: str = ""


@dataclass(frozen=True, slots=True)
class Waiver:
    """An approved exception; the approver is never the owner; it lapses after ``expires_on``."""

    id: str
    criterion_id: str
    reason: str
    owner: str
    approver: str
    approved_at: datetime
    expires_on: date
    revoked_at: datetime | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a value was computed from: ids of records, articles, measurements; ``note`` in words."""

    kind: str
    ids: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class CriterionResult:
    """One criterion's value and state, with why; ``value`` None goes with *no data*."""

    id: str
    metric: str
    title: str
    unit: str
    operator: Operator
    threshold: float
    value: float | None
    sample: int
    state: CriterionState
    why: str
    mandatory: bool
    evidence: Evidence
    window_days: int | None = None
    waiver_id: str = ""
    owner: str = ""
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """All criteria at one instant. ``may_exit`` only if every mandatory one is met, at risk or waived."""

    id: str
    as_of: datetime
    criteria: tuple[CriterionResult, ...] = field(default_factory=tuple[CriterionResult, ...])

    @property
    def may_exit(self) -> bool:
        """At least one mandatory criterion exists and none of them is not met or without data."""
        mandatory = [c for c in self.criteria if c.mandatory]
        bad = (CriterionState.NOT_MET, CriterionState.NO_DATA)
        return bool(mandatory) and all(c.state not in bad for c in mandatory)

    @property
    def light(self) -> str:
        """Not ready, Ready with conditions, or Ready (ui.md §1)."""
        if not self.may_exit:
            return "Not ready"
        soft = (CriterionState.AT_RISK, CriterionState.WAIVED)
        return "Ready with conditions" if any(c.state in soft for c in self.criteria) else "Ready"

    def count(self, state: CriterionState) -> int:
        """How many criteria are in ``state``."""
        return sum(c.state is state for c in self.criteria)


class ExitDecision(StrEnum):
    """What the steering committee decided."""

    EXIT = "exit"
    EXTEND = "extend"
    EXIT_WITH_WAIVERS = "exit-with-waivers"


@dataclass(frozen=True, slots=True)
class SignOff:
    """Somebody in a role signed a decision over one evaluation (and pack manifest, if issued)."""

    id: str
    at: datetime
    who: str
    role: str
    decision: ExitDecision
    evaluation_id: str
    manifest_sha256: str = ""
    note: str = ""
