from datetime import UTC, datetime, timedelta

from hypercare_desk.domain.feedback import Feedback, FeedbackEvent, Priority, Resolver, State
from hypercare_desk.domain.record_history import Life, lives
from hypercare_desk.domain.record_story import straight, summary

START = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def at(number: float) -> float:
    return day(number).timestamp()


def event(number: float, field: str, old: str, new: str, seq: int = 0) -> FeedbackEvent:
    return FeedbackEvent("FB-0001", day(number), "Agent", field, old, new, seq=seq)


def life(record: Feedback, *events: FeedbackEvent) -> Life:
    (only,) = lives([record], events)
    return only


def test_a_record_is_what_its_events_say_it_was() -> None:
    one = life(
        Feedback(
            "FB-0001", "T", state=State.CLOSED, priority=Priority.P1, reported_at=day(0), resolved_at=day(6)
        ),
        event(0, "state", "", "new"),
        event(1, "priority", "", "P2"),
        event(2, "priority", "P2", "P1"),
        event(2, "plan_accepted", "", "yes"),
        event(3, "state", "new", "fix-deployed"),
        event(4, "state", "fix-deployed", "analysing"),
        event(6, "state", "analysing", "closed"),
    )
    assert [one.state_at(at(d)) for d in (-1, 0.5, 3.5, 5, 7)] == [
        None,
        State.NEW,
        State.FIX_DEPLOYED,
        State.ANALYSING,
        State.CLOSED,
    ]
    assert [one.priority_at(at(d)) for d in (0.5, 1.5, 2.5)] == [None, Priority.P2, Priority.P1]
    assert [one.solved_at(at(d)) for d in (2, 3.5, 5, 7)] == [None, at(3), None, at(6)]
    assert list(one.turns()) == [(at(3), True), (at(4), False), (at(6), True)]
    assert not one.plain


def test_an_imported_record_without_events_is_read_from_its_stamps() -> None:
    one = life(
        Feedback(
            "FB-0001",
            "T",
            state=State.CLOSED,
            reported_at=day(0),
            responded_at=day(1),
            resolved_at=day(2),
            closed_at=day(3),
        )
    )
    states = [one.state_at(at(d)) for d in (0, 1, 2, 3)]
    assert states == [State.NEW, State.TRIAGED, State.FIX_DEPLOYED, State.CLOSED]
    assert one.plain
    assert (one.is_open_at(at(2.9)), one.is_open_at(at(3))) == (True, False)


def test_an_import_that_was_written_down_later_still_has_its_past() -> None:
    record = Feedback("FB-0001", "T", state=State.ANALYSING, reported_at=day(0), reopen_count=1)
    one = life(
        record,
        event(8, "state", "", "closed", 1),
        event(9, "state", "closed", "analysing", 2),
        event(9, "resolved_at", day(2).isoformat(), "", 3),
        event(9, "closed_at", day(3).isoformat(), "", 4),
    )
    assert [one.is_open_at(at(d)) for d in (1, 3.5, 8.5, 9.5)] == [True, False, False, True]
    assert one.solved_at(at(5)) == at(2)


def test_a_stamp_put_right_by_hand_says_when_the_record_was_solved() -> None:
    record = Feedback(
        "FB-0001", "T", state=State.CLOSED, reported_at=day(0), resolved_at=day(1), closed_at=day(4)
    )
    one = life(record, event(0, "state", "", "new"), event(4, "state", "new", "closed"))
    assert one.solved_at(at(5)) == at(1)
    assert (one.is_open_at(at(2)), one.is_open_at(at(4.5))) == (True, False)


def test_closed_without_any_stamp_is_closed_since_it_was_last_written() -> None:
    one = life(Feedback("FB-0001", "T", state=State.CLOSED, reported_at=day(0), updated_at=day(5)))
    assert (one.is_open_at(at(4)), one.is_open_at(at(5))) == (True, False)


def test_a_merged_record_is_neither_open_nor_solved() -> None:
    one = life(Feedback("FB-0001", "T", state=State.MERGED, reported_at=day(0), closed_at=day(1)))
    assert not one.is_open_at(at(2))
    assert one.solved_at(at(2)) is None


def test_the_resolver_is_known_as_of_then() -> None:
    one = life(
        Feedback("FB-0001", "T", reported_at=day(0), resolver=Resolver.BAU),
        event(3, "resolver", "", "hypercare"),
        event(4, "resolver", "hypercare", "bau"),
    )
    assert [one.resolver_at(at(d)) for d in (1, 3.5, 5)] == [
        Resolver.UNKNOWN,
        Resolver.HYPERCARE,
        Resolver.BAU,
    ]


def test_records_without_any_time_are_left_out() -> None:
    assert lives([Feedback("FB-0001", "T")], []) == []


def test_the_short_way_to_asummary_and_the_long_one_agree() -> None:
    moves = [
        event(0, "state", "", "new"),
        event(2, "state", "new", "validated"),
        event(3, "state", "validated", "closed"),
    ]
    record = Feedback(
        "FB-0001", "T", state=State.CLOSED, reported_at=day(0), resolved_at=day(2), closed_at=day(3)
    )
    assert straight(record, moves) == (at(2), at(3), True) == summary(*life(record, *moves).story)
    reopened = [*moves, event(4, "state", "closed", "analysing")]
    assert straight(record, reopened) is None
