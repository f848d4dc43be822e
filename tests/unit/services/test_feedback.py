from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hypercare_desk.adapters.db import open_database
from hypercare_desk.domain.changes import Changes
from hypercare_desk.domain.errors import Conflict, Invalid, NotFound, Unavailable
from hypercare_desk.domain.feedback import Feedback, FeedbackEvent, Link, Priority, Relation, State
from hypercare_desk.domain.search import Found
from hypercare_desk.services.feedback import FeedbackService
from hypercare_desk.settings import EscalationSetting, WorkspaceSettings
from tests.fakes.database import MemoryDatabase

NOW = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)


class Search:
    """Remembers what it was given to index."""

    def __init__(self) -> None:
        self.indexed: list[str] = []
        self.broken = False

    def index_feedback(self, records) -> None:
        if self.broken:
            raise Unavailable("The index does not answer.")
        self.indexed += [r.id for r in records]

    def similar(self, text, limit=10, kinds=()) -> Found:
        return Found(text)


@pytest.fixture(params=["memory", "sqlite"])
def database(request: pytest.FixtureRequest, tmp_path: Path, clock) -> Iterator[Any]:
    if request.param == "memory":
        yield MemoryDatabase()
        return
    file, backups = tmp_path / "desk.db", tmp_path / "backups"
    opened = open_database(f"sqlite:///{file}", backups=backups, clock=clock, create=True)
    yield opened
    opened.close()


@pytest.fixture
def search() -> Search:
    return Search()


@pytest.fixture
def heard() -> list[Changes]:
    return []


@pytest.fixture
def service(database, search, clock, heard) -> FeedbackService:
    settings = WorkspaceSettings(
        "Order to cash",
        date(2026, 11, 2),
        escalation=(
            EscalationSetting("P1", 60, "Incident manager", "phone"),
            EscalationSetting("P1", 240, "Sponsor", "phone"),
        ),
    )
    return FeedbackService(
        database=database, search=search, settings=settings, clock=clock, user="Agent", announce=heard.append
    )


def test_record_is_stored_findable_announced_and_begins_with_an_event(service, search, heard) -> None:
    record = service.record("Cannot post  goods\nissue", source="call", impact="high", urgency="HIGH")
    assert (record.id, record.title, record.priority) == ("FB-0001", "Cannot post goods issue", Priority.P1)
    assert record.reported_at == NOW
    assert search.indexed == ["FB-0001"]
    assert heard == [Changes(feedback=frozenset({"FB-0001"}))]
    (event,) = service.events("fb-0001")
    assert (event.field, event.old, event.new, event.who, event.at) == ("state", "", "new", "Agent", NOW)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"source": "pigeon"}, "allowed: ticket, call, chat"),
        ({"impact": "huge"}, "allowed: high, medium, low"),
        ({"colour": "red"}, "no field “colour”"),
        ({"priority": "P1"}, "say why"),
        ({"reported_at": "yesterday"}, "no time"),
        ({"reported_at": "2026-11-18T09:00"}, "with its zone"),
        ({"affected_users": "many"}, "whole number"),
        ({"resolved_at": "2026-11-01T00:00Z"}, "before it was reported"),
        ({"state": "merged"}, "name that record"),
    ],
)
def test_wrong_values_get_one_sentence_and_keep_nothing(service, fields, says) -> None:
    with pytest.raises(Invalid, match=says) as fault:
        service.record("Title", **fields)
    assert fault.value.message.count("\n") == 0
    assert service.count("all") == 0


def test_a_record_needs_a_title(service) -> None:
    with pytest.raises(Invalid, match="needs a title"):
        service.record("  \n ")


def test_every_changed_field_leaves_one_event_with_who_when_and_why(service, clock) -> None:
    record = service.record("Printer", component="Printing")
    clock.advance(minutes=5)
    changed = service.change(
        record.id, why="asked the caller", component="Labels", owner="QA", tags="zpl, label"
    )
    events = service.events(record.id)[1:]
    assert {(e.field, e.old, e.new) for e in events} == {
        ("component", "Printing", "Labels"),
        ("owner", "", "QA"),
        ("tags", "", "zpl, label"),
    }
    assert {(e.who, e.at, e.why) for e in events} == {
        ("Agent", NOW + timedelta(minutes=5), "asked the caller")
    }
    assert (changed.version, changed.updated_at) == (2, NOW + timedelta(minutes=5))


def test_changing_nothing_writes_nothing(service, heard) -> None:
    record = service.record("Printer", component="Printing")
    heard.clear()
    assert service.change(record.id, component="Printing").version == 1
    assert len(service.events(record.id)) == 1
    assert heard == []


def test_a_write_against_an_old_version_shows_both(service) -> None:
    record = service.record("Printer")
    service.change(record.id, owner="QA")
    with pytest.raises(Conflict) as fault:
        service.change(record.id, expected=record.version, owner="Operations")
    assert (fault.value.mine.owner, fault.value.theirs.owner) == ("Operations", "QA")
    assert service.get(record.id).owner == "QA"


def test_triage_takes_the_matrix_and_overrides_only_with_a_reason(service) -> None:
    record = service.record("Printer")
    assert service.triage(record.id, "high", "low").priority is Priority.P3
    assert service.get(record.id).state is State.TRIAGED
    with pytest.raises(Invalid, match="to make it P1, say why"):
        service.triage(record.id, "high", "low", "P1")
    pressed = service.triage(record.id, "high", "low", "P1", "the board is watching")
    assert (pressed.priority, pressed.priority_override) == (Priority.P1, "the board is watching")
    again = service.triage(record.id, "high", "low")
    assert (again.priority, again.priority_override) == (Priority.P3, "")


def test_an_override_outlives_a_change_of_impact(service) -> None:
    record = service.record("Printer", impact="low", urgency="low")
    service.change(record.id, priority="P2", why="the board is watching")
    assert service.change(record.id, impact="medium").priority is Priority.P2


def test_closing_stamps_what_was_skipped_and_reopening_needs_a_reason_and_counts(service, clock) -> None:
    record = service.record("Printer")
    clock.advance(hours=1)
    closed = service.change(record.id, state="closed")
    later = NOW + timedelta(hours=1)
    assert (closed.responded_at, closed.resolved_at, closed.closed_at) == (later, later, later)
    with pytest.raises(Invalid, match="why the record is reopened"):
        service.change(record.id, state="analysing")
    opened = service.change(record.id, state="analysing", why="it came back")
    assert (opened.reopen_count, opened.resolved_at, opened.closed_at) == (1, None, None)


def test_a_merge_keeps_both_histories_and_moves_the_links(service) -> None:
    first, second = service.record("Printer"), service.record("Printer again")
    service.link(second.id, "ki-0007", "documented-in")
    assert service.merge(second.id, first.id, "same jam").id == first.id
    duplicate = service.get(second.id)
    assert (duplicate.state, duplicate.duplicate_of) == (State.MERGED, first.id)
    assert [link.target_id for link in service.links(first.id)] == ["KI-0007"]
    both = service.events(first.id, with_duplicates=True)
    assert {e.feedback_id for e in both} == {first.id, second.id}
    with pytest.raises(Invalid, match="merged into FB-0001 already"):
        service.merge(second.id, first.id)
    with pytest.raises(Invalid, match="into itself"):
        service.merge(first.id, first.id)


def test_links_are_kept_once_and_told_to_both_sides(service, heard) -> None:
    record = service.record("Printer")
    assert service.link(record.id, "WA-0003") is True
    assert service.link(record.id, "WA-0003") is False
    assert heard[-1].articles == {"WA-0003"}
    assert service.unlink(record.id, "WA-0003") == 1
    assert service.links(record.id) == []
    assert [e.new or e.old for e in service.events(record.id)[1:]] == ["solved-by WA-0003"] * 2
    with pytest.raises(Invalid, match="look like KI-0007"):
        service.link(record.id, "handbook")
    with pytest.raises(NotFound):
        service.link("FB-9999", "WA-0003")


def test_many_records_come_with_their_events_and_links_in_one_go(service, search) -> None:
    (known,) = service.reserve_ids(1)
    event = FeedbackEvent(known, NOW - timedelta(days=3), "Import", "state", "", "closed")
    link = Link(known, "KI-0001", Relation.SOLVED_BY, NOW, "Import")
    stored = service.add_many(
        [
            Feedback(known, "Old", state=State.CLOSED, reported_at=NOW - timedelta(days=3)),
            Feedback("", "N\x00ew", reported_at=NOW),
        ],
        [event],
        [link],
    )
    assert [r.title for r in stored] == ["Old", "New"]
    assert [r.id for r in stored] == search.indexed == ["FB-0001", "FB-0002"]
    assert service.events("FB-0001")[0].who == "Import"
    assert [e.why for e in service.events("FB-0002")] == ["imported"]
    assert service.links("FB-0001")[0].target_id == "KI-0001"


def test_an_index_that_does_not_answer_does_not_lose_the_record(service, search, heard) -> None:
    search.broken = True
    record = service.record("Printer")
    assert service.get(record.id).title == "Printer"
    assert heard[-1].feedback == {record.id}


def test_list_filters_by_words(service) -> None:
    service.record("One", impact="high", urgency="high")
    two = service.record("Two", category="training need".replace(" need", ""))
    service.change(two.id, state="closed")
    assert [r.title for r in service.list()] == ["One"]
    assert [r.title for r in service.list("closed")] == ["Two"]
    assert [r.title for r in service.list("all", priority="P1,P2")] == ["One"]
    assert [r.title for r in service.list("any", priority=[Priority.P1])] == ["One"]
    with pytest.raises(Invalid, match="allowed: new, triaged"):
        service.list("opne")
    with pytest.raises(Invalid, match="cannot be filtered by “colour”"):
        service.list(colour="red")


def test_overdue_records_show_the_step_that_is_due(service, clock) -> None:
    record = service.record("Everything stands", impact="high", urgency="high")
    clock.advance(hours=3, minutes=59)
    assert service.overdue() == []
    clock.advance(minutes=2)
    ((late, step),) = service.overdue()
    assert (late.id, step and step.who) == (record.id, "Sponsor")
    service.change(record.id, escalation_level=2)
    assert service.overdue()[0][1] is None
    service.change(record.id, state="fix-deployed")
    assert service.overdue() == []


def test_many_records_change_at_once_and_go_back(service: FeedbackService, heard: list[Changes]) -> None:
    first, second, third = (service.record(f"Record {at}") for at in range(3))
    service.change(third.id, state="closed")
    heard.clear()
    changed, refused = service.change_many((first.id, second.id, third.id), state="analysing", owner="Ada")
    assert [new.id for _, new in changed] == [first.id, second.id]
    assert list(refused) == [third.id]
    assert "reopened" in refused[third.id]
    assert [change.feedback for change in heard] == [{first.id, second.id}]
    service.change(second.id, owner="Grace")
    back = service.put_back(changed, "undone")
    assert [record.id for record in back] == [first.id]
    assert service.get(first.id).state is State.NEW
    assert service.get(first.id).owner == ""
    assert service.get(second.id).owner == "Grace"
    assert {(e.field, e.new, e.why) for e in service.events(first.id)} >= {("state", "new", "undone")}
