from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hypercare_desk.domain.errors import Invalid
from hypercare_desk.domain.feedback import Feedback, State
from hypercare_desk.domain.feedback_loop import (
    ALLOWED_MOVES,
    ORDER,
    SOLVED,
    Author,
    check_move,
    differences,
    edited,
    moved,
)
from hypercare_desk.domain.triage import DEFAULT_MATRIX

START = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)


def test_the_whole_loop_can_be_walked_step_by_step() -> None:
    record = Feedback("FB-0001", "Printer", reported_at=START)
    for hours, state in enumerate(ORDER[1:], start=1):
        check_move(record.state, state)
        record = moved(record, state, START + timedelta(hours=hours))
    assert record.responded_at == START + timedelta(hours=1)
    assert record.resolved_at == START + timedelta(hours=5)
    assert record.informed_at == START + timedelta(hours=7)
    assert record.closed_at == START + timedelta(hours=8)


@pytest.mark.parametrize("solved", sorted(SOLVED))
def test_every_solved_state_can_be_reopened_with_a_reason_but_not_to_new(solved: State) -> None:
    check_move(solved, State.ANALYSING, "it came back")
    with pytest.raises(Invalid, match="why the record is reopened"):
        check_move(solved, State.ANALYSING)
    with pytest.raises(Invalid, match=f"{solved.value} cannot become new"):
        check_move(solved, State.NEW, "it came back")


@given(st.lists(st.sampled_from(list(ORDER)), max_size=12))
def test_stamps_agree_with_the_state_whatever_path_was_taken(path: list[State]) -> None:
    record = Feedback("FB-0001", "Printer", reported_at=START)
    reopened = 0
    for hours, state in enumerate(path, start=1):
        if state not in ALLOWED_MOVES[record.state]:
            continue
        reopened += record.state in SOLVED and state not in SOLVED
        record = moved(record, state, START + timedelta(hours=hours))
    assert (record.resolved_at is not None) == (record.state in SOLVED)
    assert (record.closed_at is not None) == (record.state is State.CLOSED)
    assert (record.responded_at is not None) == (record.state is not State.NEW)
    assert record.reopen_count == reopened


@given(st.sampled_from(list(ORDER)), st.text(max_size=5), st.integers(0, 3))
def test_events_replayed_backwards_give_the_old_record_back(state: State, owner: str, level: int) -> None:
    old = Feedback("FB-0001", "Printer", reported_at=START)
    new = replace(moved(old, state, START), owner=owner, escalation_level=level)
    events = differences(old, new, Author("Agent", START))
    assert {e.field for e in events} == {
        name for name in Feedback.__dataclass_fields__ if getattr(old, name) != getattr(new, name)
    }
    assert all(e.old != e.new for e in events)


def test_stamps_given_by_hand_win_over_those_of_the_move() -> None:
    record = Feedback("FB-0001", "Printer", reported_at=START)
    when = START + timedelta(hours=2)
    values = {"state": State.CLOSED, "resolved_at": when}
    closed = edited(record, values, DEFAULT_MATRIX, START + timedelta(days=1))
    assert (closed.resolved_at, closed.closed_at) == (when, START + timedelta(days=1))
