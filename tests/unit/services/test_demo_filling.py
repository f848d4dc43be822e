"""The demonstration in a real workspace: filled once, found, evaluated; a workspace with work in it is left alone."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from hypercare_desk import bootstrap
from hypercare_desk.adapters.demo_content import demo_settings, load_demo
from hypercare_desk.domain.errors import Invalid
from hypercare_desk.domain.exit_criteria import CriterionState
from hypercare_desk.domain.feedback import Priority
from hypercare_desk.services.demo import demo_days, fill_demo
from hypercare_desk.services.demo.days import ZONE
from hypercare_desk.services.desk import Desk

NOW = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)
DAYS = demo_days(date(2026, 11, 18), NOW)

pytestmark = pytest.mark.slow


def empty(folder: Path) -> Desk:
    return bootstrap.create_desk(
        folder,
        system="Order to cash",
        go_live=DAYS.go_live,
        planned_exit=DAYS.planned_exit,
        clock=bootstrap.StillClock(ZONE, NOW),
        settings_text=demo_settings(DAYS),
    )


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("demo")
    with pytest.MonkeyPatch.context() as patch:
        # Shared fixtures come before `private_surroundings`, which gives each test its own.
        for name in ("CACHE", "CONFIG", "DATA", "STATE"):
            patch.setenv(f"XDG_{name}_HOME", str(folder / name.lower()))
        patch.delenv("HYPERCARE_DESK_DATABASE_URL", raising=False)
        with empty(folder / "order to cash") as desk:
            fill_demo(desk, load_demo(DAYS))
            yield desk


def test_everything_is_there_and_ids_go_on_behind_it(desk: Desk) -> None:
    assert len(desk.knowledge.list()) == 74
    assert len(desk.feedback.list(status="")) == 250
    assert len(desk.postmortems.list()) == 4
    assert len(desk.exit_criteria.evaluations()) == DAYS.last - 1
    assert desk.feedback.record("One more").id == "FB-0251"


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("CRD-0042", {"KI-0001", "WA-0001"}),
        ("ORA-00054", {"KI-0007", "WA-0006"}),
        ("0x80070005", {"KI-0005", "WA-0004"}),
        ("ueberweisung kann nicht gebucht", {"KI-0010", "WA-0007"}),
        ("where has va01 gone", {"FAQ-0003"}),
        ("freight twice", {"KI-0002"}),
    ],
)
def test_what_callers_say_leads_to_the_article(desk: Desk, query: str, wanted: set[str]) -> None:
    assert wanted <= {hit.id for hit in desk.search.find(query, limit=3).hits}


def test_the_verdict_is_worth_talking_about(desk: Desk) -> None:
    verdict = desk.exit_criteria.evaluate(keep=False)
    states = {criterion.metric: criterion.state for criterion in verdict.criteria}
    assert not verdict.may_exit
    assert verdict.count(CriterionState.MET) > len(verdict.criteria) / 2
    assert states["critical_cycles"] is CriterionState.WAIVED
    assert states["adoption"] is CriterionState.NO_DATA
    assert states["transfer_done"] is CriterionState.NOT_MET
    assert states["p95_response"] is CriterionState.AT_RISK


def test_the_first_evaluations_were_worse_than_the_last(desk: Desk) -> None:
    evaluations = desk.exit_criteria.evaluations()
    first, last = evaluations[0], evaluations[-1]
    assert first.as_of < last.as_of <= DAYS.end
    assert first.count(CriterionState.MET) < last.count(CriterionState.MET)


def test_incidents_are_tied_to_their_post_mortems_on_both_sides(desk: Desk) -> None:
    told = {pm.id: pm.feedback_ids for pm in desk.postmortems.list()}
    assert all(told.values())
    for postmortem, records in told.items():
        for record in records:
            assert postmortem in {link.target_id for link in desk.feedback.links(record)}
            assert desk.feedback.get(record).priority in (Priority.P1, Priority.P2)


def test_a_workspace_with_work_in_it_is_left_alone(tmp_path: Path) -> None:
    with empty(tmp_path / "mine") as desk:
        desk.feedback.record("My own record")
        with pytest.raises(Invalid, match="empty one"):
            fill_demo(desk, load_demo(DAYS))
        assert desk.knowledge.list() == []
        assert len(desk.feedback.list(status="")) == 1
