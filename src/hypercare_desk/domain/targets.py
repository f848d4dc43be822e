"""Response and resolve targets against a record's stamps, in elapsed time (product.md §5), and the step that is due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hypercare_desk.domain.feedback import Feedback, Priority
from hypercare_desk.domain.triage import DEFAULT_TARGETS, EscalationStep, Target

Targets = Mapping[Priority, Target]


@dataclass(frozen=True, slots=True)
class Due:
    """When a record must be answered and resolved; None where its priority has no target (or it has none)."""

    respond_by: datetime | None = None
    resolve_by: datetime | None = None


def begun_at(record: Feedback) -> datetime | None:
    """When the clock of a record starts: when it was reported, else when it was written down."""
    return record.reported_at or record.created_at


def due(record: Feedback, targets: Targets = DEFAULT_TARGETS) -> Due:
    """When ``record`` is due, counted in elapsed time from its report."""
    begun = begun_at(record)
    target = targets.get(record.priority) if record.priority else None
    if begun is None or target is None:
        return Due()
    return Due(_after(begun, target.respond), _after(begun, target.resolve))


def met_target(record: Feedback, now: datetime, targets: Targets = DEFAULT_TARGETS) -> bool | None:
    """Whether a record was answered and resolved in time; None while both may still happen, or without a target.

    A resolved record whose response nobody stamped is judged by its resolution alone. An unresolved one has missed
    its target as soon as the time is over.
    """
    when = due(record, targets)
    answered = _in_time(record.responded_at, when.respond_by, now)
    resolved = _in_time(record.resolved_at, when.resolve_by, now)
    if resolved is None and when.resolve_by is None:
        return None
    if record.responded_at is None and record.resolved_at is not None:
        answered = None
    if answered is False or resolved is False:
        return False
    return resolved


def is_overdue(record: Feedback, now: datetime, targets: Targets = DEFAULT_TARGETS) -> bool:
    """Whether an unresolved record is past its resolve target."""
    by = due(record, targets).resolve_by
    return record.state.is_open and record.resolved_at is None and by is not None and now > by


def step_due(record: Feedback, ladder: Sequence[EscalationStep], now: datetime) -> EscalationStep | None:
    """The highest rung of the ladder that an unresolved record has reached, or None.

    ``escalation_level`` counts the rungs that were taken already (1 is the first): those are not due again.
    """
    begun = begun_at(record)
    if begun is None or record.priority is None or not record.state.is_open or record.resolved_at is not None:
        return None
    rungs = sorted((s for s in ladder if s.priority is record.priority), key=lambda s: s.after)
    reached = [number for number, rung in enumerate(rungs, start=1) if now - begun >= rung.after]
    if not reached or reached[-1] <= record.escalation_level:
        return None
    return rungs[reached[-1] - 1]


def _after(begun: datetime, limit: timedelta | None) -> datetime | None:
    return None if limit is None else begun + limit


def _in_time(happened: datetime | None, by: datetime | None, now: datetime) -> bool | None:
    if by is None:
        return None
    if happened is not None:
        return happened <= by
    return False if now > by else None
