"""Triage: priority from impact and urgency, response and resolve targets, the escalation ladder.

Matrix and targets are those of product.md §5 (ITIL's impact × urgency); a workspace may replace both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from hypercare_desk.domain.errors import Invalid
from hypercare_desk.domain.feedback import Level, Priority

Matrix = Mapping[tuple[Level, Level], Priority]

_H, _M, _L = Level.HIGH, Level.MEDIUM, Level.LOW
DEFAULT_MATRIX: Matrix = {
    (_H, _H): Priority.P1,
    (_H, _M): Priority.P2,
    (_M, _H): Priority.P2,
    (_H, _L): Priority.P3,
    (_L, _H): Priority.P3,
    (_M, _M): Priority.P3,
    (_M, _L): Priority.P4,
    (_L, _M): Priority.P4,
    (_L, _L): Priority.P5,
}


@dataclass(frozen=True, slots=True)
class Target:
    """How fast a priority is answered and resolved, in elapsed time; None means no target."""

    respond: timedelta | None
    resolve: timedelta | None


DEFAULT_TARGETS: Mapping[Priority, Target] = {
    Priority.P1: Target(timedelta(minutes=15), timedelta(hours=4)),
    Priority.P2: Target(timedelta(minutes=30), timedelta(hours=8)),
    Priority.P3: Target(timedelta(hours=4), timedelta(days=3)),
    Priority.P4: Target(timedelta(hours=8), timedelta(days=5)),
    Priority.P5: Target(None, None),
}


@dataclass(frozen=True, slots=True)
class EscalationStep:
    """One rung of the ladder: after how long without resolution, who is told, by which channel."""

    priority: Priority
    after: timedelta
    who: str
    channel: str = ""


def priority_of(impact: Level, urgency: Level, matrix: Matrix = DEFAULT_MATRIX) -> Priority:
    """The priority that the matrix gives for this impact and urgency."""
    return matrix[(impact, urgency)]


@dataclass(frozen=True, slots=True)
class Prioritised:
    """A priority with the reason it is not the matrix's (empty when it is)."""

    priority: Priority | None
    override: str = ""


def matrix_from_words(words: Mapping[tuple[str, str], str]) -> Matrix:
    """The default matrix with a workspace's words for (impact, urgency) → priority put over it."""
    own = {(Level(impact), Level(urgency)): Priority(given) for (impact, urgency), given in words.items()}
    return {**DEFAULT_MATRIX, **own}


def prioritise(
    impact: Level | None,
    urgency: Level | None,
    wanted: Priority | None = None,
    reason: str = "",
    matrix: Matrix = DEFAULT_MATRIX,
) -> Prioritised:
    """The matrix's priority, or ``wanted`` when a reason for it is given.

    Raises ``Invalid`` for a priority that differs from the matrix's without a reason.
    """
    computed = priority_of(impact, urgency, matrix) if impact and urgency else None
    if wanted is None or wanted is computed:
        return Prioritised(computed)
    if reason.strip():
        return Prioritised(wanted, reason.strip())
    if computed:
        told = f"Impact {impact} and urgency {urgency} give {computed}; to make it {wanted}, say why."
    else:
        told = f"A priority comes from impact and urgency; give both, or say why it is to be {wanted}."
    raise Invalid(told, code="override_needs_reason")
