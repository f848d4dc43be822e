from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from hypercare_desk.domain.feedback import Feedback, Level, Priority, State
from hypercare_desk.domain.targets import due, is_overdue, met_target, step_due
from hypercare_desk.domain.triage import EscalationStep, matrix_from_words, priority_of

START = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
P1 = Feedback("FB-0001", "Printer", priority=Priority.P1, reported_at=START)


def after(**parts: float) -> datetime:
    return START + timedelta(**parts)


@pytest.mark.parametrize(
    ("responded", "resolved", "now", "met"),
    [
        (after(minutes=15), after(hours=4), after(days=1), True),
        (after(minutes=16), after(hours=4), after(days=1), False),
        (after(minutes=15), after(hours=4, seconds=1), after(days=1), False),
        (None, after(hours=4), after(days=1), True),
        (after(minutes=5), None, after(hours=3), None),
        (after(minutes=5), None, after(hours=5), False),
        (None, None, after(minutes=20), False),
        (None, None, after(minutes=10), None),
    ],
)
def test_targets_are_elapsed_time_and_a_missed_one_is_missed_at_once(responded, resolved, now, met) -> None:
    assert met_target(replace(P1, responded_at=responded, resolved_at=resolved), now) is met


def test_a_priority_without_target_is_neither_met_nor_missed() -> None:
    record = replace(P1, priority=Priority.P5, resolved_at=after(days=90))
    assert met_target(record, after(days=91)) is None
    assert due(record).resolve_by is None


def test_the_step_due_is_the_highest_reached_and_not_taken_yet() -> None:
    ladder = [
        EscalationStep(Priority.P1, timedelta(hours=4), "Sponsor"),
        EscalationStep(Priority.P1, timedelta(hours=1), "Incident manager"),
        EscalationStep(Priority.P2, timedelta(0), "Nobody"),
    ]
    assert step_due(P1, ladder, after(minutes=59)) is None
    assert step_due(P1, ladder, after(hours=1)) == ladder[1]
    assert step_due(P1, ladder, after(hours=9)) == ladder[0]
    assert step_due(replace(P1, escalation_level=1), ladder, after(hours=2)) is None
    assert step_due(replace(P1, state=State.CLOSED), ladder, after(hours=9)) is None


def test_a_resolved_record_is_never_overdue() -> None:
    assert is_overdue(P1, after(hours=5))
    assert not is_overdue(replace(P1, resolved_at=after(hours=6), state=State.FIX_DEPLOYED), after(hours=7))


def test_the_matrix_is_symmetric_and_a_workspace_may_change_one_cell() -> None:
    assert all(priority_of(a, b) is priority_of(b, a) for a in Level for b in Level)
    own = matrix_from_words({("low", "low"): "P4"})
    assert priority_of(Level.LOW, Level.LOW, own) is Priority.P4
    assert priority_of(Level.HIGH, Level.HIGH, own) is Priority.P1
