"""What the settings of a workspace mean to the domain: matrix, targets, ladder, calendar."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from zoneinfo import ZoneInfo

from hypercare_desk.domain.calendar import WorkCalendar
from hypercare_desk.domain.feedback import Priority
from hypercare_desk.domain.triage import DEFAULT_TARGETS, EscalationStep, Matrix, Target, matrix_from_words
from hypercare_desk.settings import WorkspaceSettings


def matrix_of(settings: WorkspaceSettings) -> Matrix:
    """Impact × urgency → priority, as the workspace has it."""
    return matrix_from_words(settings.matrix)


def targets_of(settings: WorkspaceSettings) -> Mapping[Priority, Target]:
    """Respond and resolve targets by priority, the workspace's over the defaults."""
    own = {
        Priority(name): Target(_minutes(target.respond_minutes), _minutes(target.resolve_minutes))
        for name, target in settings.targets.items()
    }
    return {**DEFAULT_TARGETS, **own}


def ladder_of(settings: WorkspaceSettings) -> tuple[EscalationStep, ...]:
    """The escalation ladder's rungs."""
    return tuple(
        EscalationStep(Priority(rung.priority), timedelta(minutes=rung.after_minutes), rung.who, rung.channel)
        for rung in settings.escalation
    )


def calendar_of(settings: WorkspaceSettings) -> WorkCalendar:
    """Where days begin, and which days and hours are worked."""
    return WorkCalendar(
        ZoneInfo(settings.time_zone),
        frozenset(settings.work_days),
        settings.work_start,
        settings.work_end,
        frozenset(settings.holidays),
    )


def _minutes(count: int | None) -> timedelta | None:
    return None if count is None else timedelta(minutes=count)
