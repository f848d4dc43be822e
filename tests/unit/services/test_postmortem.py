"""Post-mortems through their service."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from hypercare_desk.domain.changes import Changes
from hypercare_desk.domain.errors import Conflict, Invalid, NotFound
from hypercare_desk.domain.feedback import Feedback
from hypercare_desk.domain.postmortem import Action, ActionType, Postmortem, PostmortemStatus
from hypercare_desk.services.postmortem import PostmortemService
from tests.fakes.database import MemoryDatabase


class Indexed(list[Postmortem]):
    """Notes what was made findable."""

    def index_postmortems(self, items: Any) -> None:
        self.extend(items)


@pytest.fixture
def database() -> MemoryDatabase:
    store = MemoryDatabase()
    with store.work() as work:
        work.feedback.add_many([Feedback("", "Orders held"), Feedback("", "Labels missing")])
        work.commit()
    return store


@pytest.fixture
def indexed() -> Indexed:
    return Indexed()


@pytest.fixture
def announced() -> list[Changes]:
    return []


@pytest.fixture
def service(
    database: MemoryDatabase, indexed: Indexed, announced: list[Changes], clock: Any
) -> PostmortemService:
    return PostmortemService(
        database=database, search=indexed, clock=clock, user="me", announce=announced.append
    )


def test_a_new_one_is_a_draft_that_can_be_found(
    service: PostmortemService, indexed: Indexed, announced: list[Changes], clock: Any
) -> None:
    item = service.new("Orders held", severity="P1", feedback_ids=["fb-0001"])
    assert (item.id, item.status, item.created_at) == ("PM-0001", PostmortemStatus.DRAFT, clock.now())
    assert indexed == [item]
    assert announced == [Changes(postmortems=frozenset({"PM-0001"}), feedback=frozenset({"FB-0001"}))]
    assert service.get("pm-0001") == item


def test_times_to_detect_mitigate_resolve_follow_from_its_times(
    service: PostmortemService, clock: Any
) -> None:
    start = clock.now()
    item = service.new(
        "Labels",
        started_at=start,
        detected_at=start + timedelta(minutes=5),
        resolved_at=start + timedelta(hours=2),
    )
    assert item.time_to_detect == timedelta(minutes=5)
    assert item.time_to_mitigate is None
    assert item.time_to_resolve == timedelta(hours=2)


def test_records_are_tied_both_ways_and_let_go(service: PostmortemService, database: MemoryDatabase) -> None:
    item = service.new("Orders held", feedback_ids=["FB-0001"])
    service.change(item.id, feedback_ids=["FB-0002"])
    with database.view() as view:
        assert [link.feedback_id for link in view.links.of_target(item.id)] == ["FB-0002"]
        told = [(event.old, event.new) for event in view.feedback.events("FB-0001")]
    assert told == [("", "related PM-0001"), ("related PM-0001", "")]


def test_a_record_that_is_not_there_is_not_tied(service: PostmortemService) -> None:
    with pytest.raises(NotFound):
        service.new("Orders held", feedback_ids=["FB-0404"])
    assert service.list() == []


def test_the_timeline_is_kept_in_order_of_time(service: PostmortemService, clock: Any) -> None:
    item = service.new("Labels")
    service.add_timeline(item.id, "Labels print again", source="war room", starred=True)
    service.add_timeline(item.id, "First call", at=clock.now() - timedelta(hours=1))
    timeline = service.get(item.id).timeline
    assert [entry.event for entry in timeline] == ["First call", "Labels print again"]
    assert timeline[1].at == clock.now()
    assert timeline[1].starred


def test_actions_are_numbered_due_and_closed(service: PostmortemService, clock: Any) -> None:
    item = service.new("Labels")
    service.add_action(item.id, "Managed password", type="prevent", owner="Operations lead", due="2026-11-30")
    service.add_action(item.id, "Test label every five minutes", type=ActionType.DETECT)
    service.add_action(item.id, "Tell the branches", due=date(2026, 11, 20))
    assert [action.number for _, action in service.open_actions()] == [3, 1, 2]
    assert [action.number for _, action in service.open_actions(until=date(2026, 11, 20))] == [3]
    done = service.change_action(item.id, 3, done_on=date(2026, 11, 19))
    assert done.actions[2].done_on == date(2026, 11, 19)
    assert [action.number for _, action in service.open_actions()] == [1, 2]
    with pytest.raises(NotFound):
        service.change_action(item.id, 9, owner="me")


def test_a_change_against_an_old_version_is_a_conflict_with_both(service: PostmortemService) -> None:
    item = service.new("Labels")
    theirs = service.change(item.id, summary="Theirs")
    with pytest.raises(Conflict) as caught:
        service.change(item.id, expected=item.version, summary="Mine")
    assert caught.value.theirs == theirs
    assert isinstance(caught.value.mine, Postmortem)
    assert caught.value.mine.summary == "Mine"


def test_an_addition_goes_on_top_of_what_another_writer_did(
    service: PostmortemService, database: MemoryDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = service.new("Labels")
    kind = type(database.state.rows["postmortems"])
    assert kind is dict
    from tests.fakes import database as fake

    change = fake.MemoryRows.change
    met: list[str] = []

    def meet_another_writer_once(rows: Any, row: Any) -> Any:
        if not met:
            met.append(row.id)
            raise Conflict("Somebody was faster.", mine=row, theirs=row, id=row.id)
        return change(rows, row)

    monkeypatch.setattr(fake.MemoryRows, "change", meet_another_writer_once)
    assert [e.event for e in service.add_timeline(item.id, "First call").timeline] == ["First call"]
    assert met


def test_the_status_is_changed_by_its_word_and_listed_by_it(service: PostmortemService) -> None:
    item = service.new("Labels")
    service.new("Orders")
    service.change(item.id, status="in review")
    assert [found.id for found in service.list("in-review")] == [item.id]
    assert len(service.list()) == 2


@pytest.mark.parametrize(
    "act",
    [
        lambda s: s.new(" "),
        lambda s: s.new("T", status="done"),
        lambda s: s.new("T", created_at="2026-01-01T00:00+00:00"),
        lambda s: s.new("T", started_at="2026-01-02T00:00+00:00", detected_at="2026-01-01T00:00+00:00"),
        lambda s: s.new("T", went_well="a text instead of a list"),
        lambda s: s.new("T", actions=(Action(1, "a"), Action(1, "b"))),
        lambda s: s.add_timeline("PM-0001", "  "),
        lambda s: s.add_action("PM-0001", "x", type="wish"),
    ],
)
def test_what_does_not_fit_is_refused(service: PostmortemService, act: Any) -> None:
    service.new("There is one")
    with pytest.raises(Invalid):
        act(service)
    assert len(service.list()) == 1
