from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hypercare_desk.adapters.db import open_database
from hypercare_desk.domain.changes import Changes
from hypercare_desk.domain.errors import Conflict, Invalid, NotFound
from hypercare_desk.domain.exit_criteria import Criterion, CriterionState, ExitDecision, Measurement, Operator
from hypercare_desk.domain.feedback import Feedback, FeedbackEvent, Priority, State
from hypercare_desk.domain.journal import TransferItem
from hypercare_desk.services.exit_criteria import ExitCriteriaService
from hypercare_desk.settings import WorkspaceSettings
from tests.fakes.database import MemoryDatabase

NOW = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)
NEXT_WEEK = date(2026, 11, 25)


class Store:
    """A store without articles."""

    def rows(self, progress=None):
        return []


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
def heard() -> list[Changes]:
    return []


@pytest.fixture
def service(database, clock, heard) -> ExitCriteriaService:
    settings = WorkspaceSettings("Order to cash", date(2026, 11, 2), planned_exit=date(2026, 11, 30))
    return ExitCriteriaService(
        database=database,
        store=Store(),
        settings=settings,
        clock=clock,
        user="Sponsor",
        announce=heard.append,
    )


def add(database, *rows: Feedback, events=()) -> None:
    with database.work() as work:
        work.feedback.add_many(rows)
        work.feedback.record_events(events)
        work.commit()


def state_of(verdict, criterion_id: str) -> CriterionState:
    return next(c.state for c in verdict.criteria if c.id == criterion_id)


def only(service, database, **rule) -> Criterion:
    """A workspace with this one criterion."""
    with database.work() as work:
        for criterion in work.criteria.all():
            work.criteria.remove(criterion.id)
        work.commit()
    return service.set(Criterion("", "open_p1_p2", "Open P1 and P2", **rule))


def test_an_empty_workspace_has_no_data_anywhere_and_may_not_exit(service) -> None:
    assert service.install_defaults() == 25
    assert service.install_defaults() == 0
    verdict = service.evaluate()
    assert {c.state for c in verdict.criteria} == {CriterionState.NO_DATA}
    assert all(c.value is None and c.why.endswith((".", ")")) for c in verdict.criteria)
    assert verdict.may_exit is False
    assert verdict.light == "Not ready"


def test_without_any_criterion_nobody_may_exit(service) -> None:
    assert service.evaluate().may_exit is False


def test_every_evaluation_is_kept_and_moves_are_announced(service, database, heard) -> None:
    criterion = only(service, database)
    first = service.evaluate()
    assert first.id
    heard.clear()
    add(database, Feedback("FB-0001", "Down", priority=Priority.P3, reported_at=NOW - timedelta(days=1)))
    second = service.evaluate()
    assert state_of(second, criterion.id) is CriterionState.MET
    assert heard == [Changes(criteria=frozenset({criterion.id}))]
    assert service.evaluate(keep=False).id == ""
    assert [v.id for v in service.evaluations()] == [first.id, second.id]
    assert service.latest() == second


def test_a_criterion_that_falls_back_is_reported(service, database, clock) -> None:
    criterion = only(service, database)
    add(database, Feedback("FB-0001", "Typo", priority=Priority.P4, reported_at=NOW - timedelta(days=1)))
    assert service.fallen(service.evaluate()) == ()
    clock.advance(hours=1)
    add(database, Feedback("FB-0002", "Down", priority=Priority.P1, reported_at=NOW))
    (move,) = service.fallen(service.evaluate())
    assert (move.id, move.before, move.now) == (criterion.id, CriterionState.MET, CriterionState.NOT_MET)
    clock.advance(hours=1)
    assert service.fallen(service.evaluate()) == ()


def test_the_past_is_judged_by_what_was_known_then(service, database) -> None:
    criterion = only(service, database)
    day3, day5 = datetime(2026, 11, 4, 12, tzinfo=UTC), datetime(2026, 11, 6, 12, tzinfo=UTC)
    add(
        database,
        Feedback(
            "FB-0001", "Down", priority=Priority.P1, state=State.CLOSED, reported_at=day3, closed_at=day5
        ),
        events=[
            FeedbackEvent("FB-0001", day3, "Agent", "state", "", "new"),
            FeedbackEvent("FB-0001", day5, "Agent", "state", "new", "closed"),
        ],
    )
    before = service.evaluate(as_of=day3 - timedelta(hours=1), keep=False)
    during = service.evaluate(as_of=day3 + timedelta(hours=1), keep=False)
    assert state_of(before, criterion.id) is CriterionState.NO_DATA
    assert state_of(during, criterion.id) is CriterionState.NOT_MET
    assert state_of(service.evaluate(), criterion.id) is CriterionState.MET
    with pytest.raises(Invalid, match="lies in the future"):
        service.evaluate(as_of=NOW + timedelta(seconds=1))
    with pytest.raises(Invalid, match="with its zone"):
        service.evaluate(as_of=datetime(2026, 11, 4))  # noqa: DTZ001


@pytest.mark.parametrize("database", ["memory"], indirect=True)
def test_a_read_only_workspace_is_evaluated_and_nothing_is_kept(service, database) -> None:
    only(service, database)
    database.read_only = "The folder is read-only."
    assert service.evaluate().id == ""


def test_a_criterion_is_changed_against_its_version(service, heard) -> None:
    service.install_defaults()
    criterion = next(c for c in service.criteria() if c.metric == "new_per_day")
    changed = service.set(replace(criterion, threshold=15))
    assert (changed.threshold, changed.version) == (15, criterion.version + 1)
    with pytest.raises(Conflict) as fault:
        service.set(replace(criterion, threshold=20))
    assert (fault.value.mine.threshold, fault.value.theirs.threshold) == (20, 15)
    with pytest.raises(NotFound):
        service.set(replace(criterion, id="EC-99"))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"threshold": float("nan")}, "must be a number"),
        ({"margin": -1.0}, "0 or more"),
        ({"window_days": 0}, "1 to 3650 days"),
        ({"title": " "}, "needs a title"),
        ({"metric": "My Metric"}, "no name for a metric"),
        ({"minimum_sample": -1}, "minimum sample"),
    ],
)
def test_a_rule_that_cannot_be_computed_is_refused(service, change, says) -> None:
    with pytest.raises(Invalid, match=says):
        service.set(replace(Criterion("", "open_p1_p2", "Open"), **change))


def test_measured_values_are_judged(service, clock) -> None:
    service.install_defaults()
    for day in range(8):
        service.measure("availability", 99.99, NOW - timedelta(days=day), 1440, "probe")
    result = next(c for c in service.evaluate().criteria if c.metric == "availability")
    assert result.state is CriterionState.MET
    assert result.value == pytest.approx(99.99)
    assert result.evidence.kind == "measurement"


@pytest.mark.parametrize(
    ("metric", "value", "more", "says"),
    [
        ("open_p1_p2", 1, {}, "cannot be measured; allowed: adoption, assessed_score, availability"),
        ("availability", 101, {}, "write 0 to 100"),
        ("availability", float("inf"), {}, "write a number"),
        ("p95_response", -1, {}, "cannot be negative"),
        ("interfaces_stable", 12, {}, "1 for a stable day"),
        ("availability", 99, {"sample": 0}, "at least one observation"),
        ("availability", 99, {"at": NOW + timedelta(days=1)}, "of the future"),
        ("availability", 99, {"at": datetime(2026, 11, 1)}, "needs its zone"),  # noqa: DTZ001
    ],
)
def test_measurements_that_mean_nothing_are_refused(service, metric, value, more, says) -> None:
    service.install_defaults()
    with pytest.raises(Invalid, match=says):
        service.measure(metric, value, **more)


def test_many_measurements_are_noted_all_or_none(service, database) -> None:
    service.install_defaults()
    good = Measurement("availability", NOW, 99.9)
    with pytest.raises(Invalid):
        service.measure_many([good, replace(good, value=200.0)])
    assert service.measure_many([good, replace(good, at=NOW - timedelta(days=1))]) == 2
    with database.view() as work:
        assert len(work.measurements.all()) == 2


def test_a_metric_of_the_teams_own_is_measured_like_any_other(service) -> None:
    service.set(Criterion("", "labels_printed", "Labels", "%", Operator.AT_LEAST, 95, 7, minimum_sample=1))
    service.measure("labels_printed", 90)
    (result,) = service.evaluate().criteria
    assert (result.value, result.state) == (90, CriterionState.NOT_MET)


@pytest.mark.parametrize(
    ("reason", "owner", "approver", "until", "says"),
    [
        ("Dry run passed", "Finance", " finance ", NEXT_WEEK, "cannot approve it too"),
        ("", "Finance", "Sponsor", NEXT_WEEK, "needs a reason"),
        ("Dry run passed", "Finance", "", NEXT_WEEK, "needs an approver"),
        ("Dry run passed", "Finance", "Sponsor", date(2026, 11, 18), "in the future"),
    ],
)
def test_waivers_that_do_not_hold_are_refused(service, reason, owner, approver, until, says) -> None:
    service.install_defaults()
    with pytest.raises(Invalid, match=says):
        service.waive("EC-01", reason, owner, approver, until)


def test_a_waiver_holds_through_its_last_day_and_no_longer(service, database, clock) -> None:
    criterion = only(service, database)
    add(database, Feedback("FB-0001", "Down", priority=Priority.P1, reported_at=NOW))
    waiver = service.waive(criterion.id.lower(), "Dry run passed", "Finance", "Sponsor", NEXT_WEEK)
    (result,) = service.evaluate().criteria
    assert (result.state, result.waiver_id) == (CriterionState.WAIVED, waiver.id)
    assert "Without the waiver it would be not met" in result.why
    clock.set(datetime(2026, 11, 25, 23, 59, tzinfo=UTC))
    assert service.evaluate().may_exit
    clock.advance(minutes=1)
    assert service.evaluate().count(CriterionState.NOT_MET) == 1


def test_a_revoked_waiver_ends_at_once(service, database) -> None:
    criterion = only(service, database)
    waiver = service.waive(criterion.id, "Dry run passed", "Finance", "Sponsor", NEXT_WEEK)
    service.revoke(waiver.id)
    assert service.evaluate().count(CriterionState.WAIVED) == 0
    with pytest.raises(NotFound):
        service.waive("EC-77", "Dry run passed", "Finance", "Sponsor", NEXT_WEEK)


def test_an_exit_is_signed_only_over_an_evaluation_that_allows_it(service, database) -> None:
    criterion = only(service, database)
    with pytest.raises(NotFound, match="evaluate first"):
        service.sign("Sponsor", "exit")
    service.evaluate()
    with pytest.raises(Invalid, match=f"does not allow the exit: {criterion.id}"):
        service.sign("Sponsor", "exit")
    assert service.sign("sponsor", "extend").decision is ExitDecision.EXTEND
    add(database, Feedback("FB-0001", "Typo", priority=Priority.P4, reported_at=NOW - timedelta(days=1)))
    verdict = service.evaluate()
    signed = service.sign("Sponsor", "exit", note="as agreed")
    assert (signed.evaluation_id, signed.who, signed.role) == (verdict.id, "Sponsor", "Sponsor")
    assert not service.is_outdated(signed, verdict)
    add(database, Feedback("FB-0002", "Down", priority=Priority.P1, reported_at=NOW))
    assert service.is_outdated(signed, service.evaluate())
    with pytest.raises(Invalid, match="allowed: Operations, Business owner"):
        service.sign("Passer-by", "exit")
    with pytest.raises(Invalid, match="allowed: exit, extend"):
        service.sign("Sponsor", "perhaps")


def test_nobody_signs_over_a_waiver_of_their_own(service, database) -> None:
    criterion = only(service, database)
    own = service.waive(criterion.id, "Dry run passed", "sponsor", "Operations", NEXT_WEEK)
    service.evaluate()
    with pytest.raises(Invalid, match="exit-with-waivers"):
        service.sign("Sponsor", "exit")
    with pytest.raises(Invalid, match=f"owns {own.id}"):
        service.sign("Sponsor", "exit with waivers")


def test_trends_and_statistics_come_from_the_same_facts(service, database) -> None:
    criterion = only(service, database)
    add(database, Feedback("FB-0001", "Down", priority=Priority.P1, reported_at=NOW - timedelta(days=2)))
    with database.work() as work:
        work.transfer.add(TransferItem("", "Backup"))
        work.commit()
    line = service.trends(5)[criterion.id]
    assert [value for _, value in line] == [None, None, 1.0, 1.0, 1.0]
    assert [day for day, _ in line][-1] == date(2026, 11, 18)
    numbers = service.statistics()
    assert (numbers.records, len(numbers.days), numbers.open_by_priority[0].ids) == (1, 17, ("FB-0001",))
