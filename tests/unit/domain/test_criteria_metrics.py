"""Each metric of the catalogue over small, readable facts."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from hypercare_desk.domain.article import Confidence, Kind, Status
from hypercare_desk.domain.calendar import WorkCalendar
from hypercare_desk.domain.criteria_catalogue import ENTRIES
from hypercare_desk.domain.evaluation import evaluate
from hypercare_desk.domain.exit_criteria import CriterionResult, CriterionState, Measurement
from hypercare_desk.domain.facts import ArticleFact, Facts, SectionFact
from hypercare_desk.domain.feedback import (
    Feedback,
    FeedbackEvent,
    Link,
    Priority,
    Relation,
    Resolver,
    SearchMade,
    State,
)
from hypercare_desk.domain.journal import Survey, TransferItem

NOW = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)  # a Wednesday
GO_LIVE = date(2026, 11, 2)
P3 = Priority.P3


def ago(**parts: float) -> datetime:
    return NOW - timedelta(**parts)


def row(number: int, reported: datetime, priority: Priority | None = P3, **more) -> Feedback:
    return Feedback(f"FB-{number:04d}", "Title", priority=priority, reported_at=reported, **more)


def solved(number: int, reported: datetime, after: timedelta, priority: Priority = P3, **more) -> Feedback:
    done = reported + after
    return row(number, reported, priority, state=State.CLOSED, resolved_at=done, closed_at=done, **more)


def result(metric: str, as_of: datetime = NOW, **facts) -> CriterionResult:
    known = Facts(as_of, GO_LIVE, **facts)
    return evaluate([ENTRIES[metric].criterion("EC-01")], known).criteria[0]


def test_open_p1_counts_only_those_without_an_accepted_plan() -> None:
    rows = (
        row(1, ago(days=1), Priority.P1),
        row(2, ago(days=1), Priority.P1, plan_accepted=True),
        row(3, ago(days=1), Priority.P2),
        solved(4, ago(days=1), timedelta(hours=1), Priority.P1),
    )
    found = result("open_p1_unplanned", records=rows)
    assert (found.value, found.evidence.ids, found.sample) == (1, ("FB-0001",), 4)
    assert result("open_p1_p2", records=rows).evidence.ids == ("FB-0001", "FB-0002", "FB-0003")


def test_no_open_p1_among_rated_records_is_met_but_nothing_rated_is_no_data() -> None:
    assert result("open_p1_p2", records=(row(1, ago(days=1)),)).state is CriterionState.MET
    unrated = result("open_p1_p2", records=(row(1, ago(days=1), None),))
    assert (unrated.state, unrated.why) == (
        CriterionState.NO_DATA,
        "None of the 1 record has a priority yet.",
    )
    mixed = result("open_p1_p2", records=(row(1, ago(days=1), None), row(2, ago(days=2))))
    assert "1 open record without a priority not counted" in mixed.why


def test_days_since_the_last_p1_count_from_its_report_or_from_go_live() -> None:
    assert result("days_since_p1", records=(row(1, ago(days=3), Priority.P1),)).value == pytest.approx(3)
    assert result("days_since_p1", records=(row(1, ago(days=3)),)).value == pytest.approx(16.5)
    raised = FeedbackEvent("FB-0001", ago(days=2), "Agent", "priority", "P3", "P1")
    late = result("days_since_p1", records=(row(1, ago(days=9), Priority.P1),), events=(raised,))
    assert late.value == pytest.approx(2)
    rated = replace(raised, old="")
    assert result("days_since_p1", records=(row(1, ago(days=9), Priority.P1),), events=(rated,)).value == 9


def test_targets_count_solved_ones_of_the_window_and_every_overdue_one() -> None:
    rows = (
        solved(1, ago(days=2), timedelta(hours=4), Priority.P1),
        solved(2, ago(days=2), timedelta(hours=8), Priority.P2),
        solved(3, ago(days=2), timedelta(hours=9), Priority.P2),
        solved(
            4, ago(days=2), timedelta(hours=1), Priority.P1, responded_at=ago(days=2) + timedelta(minutes=16)
        ),
        row(5, ago(days=15), Priority.P2),
        row(6, ago(hours=1), Priority.P1),
        solved(7, ago(days=15.5), timedelta(hours=1), Priority.P1),
        solved(8, ago(days=2), timedelta(days=2)),
    )
    found = result("targets_met", records=rows)
    assert (found.value, found.sample) == (pytest.approx(40), 5)
    assert found.evidence.ids == ("FB-0005", "FB-0003", "FB-0004", "FB-0001", "FB-0002")


def test_solved_by_bau_counts_silence_as_not_bau() -> None:
    who = [Resolver.BAU] * 4 + [Resolver.HYPERCARE, Resolver.UNKNOWN]
    rows = tuple(solved(n, ago(days=3), timedelta(hours=n), resolver=r) for n, r in enumerate(who, start=1))
    found = result("solved_by_bau", records=rows)
    assert (found.sample, found.value) == (6, pytest.approx(100 * 4 / 6))
    assert "1 do not say who solved them" in found.why
    silent = tuple(replace(r, resolver=Resolver.UNKNOWN) for r in rows)
    assert result("solved_by_bau", records=silent).state is CriterionState.NO_DATA


def test_reopened_records_are_counted_once_each_and_seen_in_imports() -> None:
    rows = tuple(solved(n, ago(days=5), timedelta(hours=n)) for n in range(1, 10))
    again = row(10, ago(days=6), state=State.ANALYSING, reopen_count=1)
    events = (
        FeedbackEvent("FB-0010", ago(days=6), "A", "state", "", "new", seq=1),
        FeedbackEvent("FB-0010", ago(days=5), "A", "state", "new", "closed", seq=2),
        FeedbackEvent("FB-0010", ago(days=4), "A", "state", "closed", "analysing", seq=3),
    )
    found = result("reopen_rate", records=(*rows, again), events=events)
    assert (found.value, found.sample, found.evidence.ids) == (10, 10, ("FB-0010",))
    imported = replace(rows[0], reopen_count=1)
    assert result("reopen_rate", records=(imported, *rows[1:])).value == pytest.approx(100 / 9)


def test_new_records_are_judged_by_the_worst_of_five_working_days() -> None:
    days = {11: 2, 12: 3, 13: 1, 14: 9, 15: 9, 16: 4, 17: 0}
    rows = tuple(
        row(100 * d + n, datetime(2026, 11, d, 10, n, tzinfo=UTC))
        for d, count in days.items()
        for n in range(count)
    )
    found = result("new_per_day", records=rows)
    assert (found.value, found.state) == (4, CriterionState.MET)
    assert "had 2, 3, 1, 4, 0" in found.why
    today = tuple(row(900 + n, NOW - timedelta(minutes=n)) for n in range(6))
    assert result("new_per_day", records=(*rows, *today)).value == 6
    holiday = WorkCalendar(holidays=frozenset({date(2026, 11, 16)}))
    assert result("new_per_day", records=rows, calendar=holiday).value == 3


def test_days_begin_at_local_midnight() -> None:
    from zoneinfo import ZoneInfo

    late = tuple(row(n, datetime(2026, 11, 17, 23, 30 + n, tzinfo=UTC)) for n in range(6))
    assert result("new_per_day", records=late).evidence.ids == tuple(r.id for r in late)
    berlin = WorkCalendar(ZoneInfo("Europe/Berlin"))
    found = result("new_per_day", datetime(2026, 11, 18, 22, tzinfo=UTC), records=late, calendar=berlin)
    assert "(18 November)" in found.why


def test_the_volume_trend_compares_two_whole_weeks() -> None:
    rows = tuple(row(n, ago(days=d)) for n, d in enumerate([1, 2, 3, 8, 9, 10, 11, 12]))
    assert result("volume_trend", records=rows).value == -2
    early = result("volume_trend", NOW - timedelta(days=5), records=rows)
    assert early.state is CriterionState.NO_DATA


def test_the_backlog_counts_open_records_older_than_ten_days() -> None:
    rows = (row(1, ago(days=10, hours=1)), row(2, ago(days=9)), solved(3, ago(days=12), timedelta(days=1)))
    found = result("old_backlog", records=rows)
    assert (found.value, found.evidence.ids) == (1, ("FB-0001",))


def test_recurring_issues_need_a_validated_article() -> None:
    rows = (
        row(1, ago(days=9), fingerprint="disk"),
        row(2, ago(days=8), fingerprint="disk"),
        row(3, ago(days=7)),
        row(4, ago(days=6), state=State.MERGED, duplicate_of="FB-0003", closed_at=ago(days=5)),
        row(5, ago(days=5)),
    )
    links = (
        Link("FB-0002", "KI-0001", Relation.DOCUMENTED_IN, ago(days=7), "A"),
        Link("FB-0003", "KI-0002", Relation.DID_NOT_HELP, ago(days=7), "A"),
    )
    articles = tuple(
        ArticleFact(i, Kind.KNOWN_ISSUE, Confidence.VALIDATED, Status.PUBLISHED)
        for i in ("KI-0001", "KI-0002")
    )
    found = result("recurring_validated", records=rows, links=links, articles=articles)
    assert (found.value, found.sample, found.evidence.ids) == (50, 2, ("FB-0003", "FB-0004"))
    draft = (replace(articles[0], confidence=Confidence.NOT_VALIDATED),)
    assert result("recurring_validated", records=rows, links=links, articles=draft).value == 0
    alone = result("recurring_validated", records=(rows[4],))
    assert alone.state is CriterionState.NO_DATA


def test_searches_without_a_result_name_what_was_asked() -> None:
    made = [SearchMade("ZPL  label", ago(days=1), "A", 0), SearchMade("zpl label", ago(days=2), "A", 0)]
    made += [SearchMade("order", ago(days=d), "A", 3) for d in (1, 2, 3, 4, 5, 6)]
    made.append(SearchMade("old", ago(days=8), "A", 0))
    found = result("unanswered_searches", searches=tuple(made))
    assert (found.value, found.sample, found.evidence.ids) == (25, 8, ("zpl label",))


def test_measured_means_are_weighted_and_a_percentile_takes_the_worst_day() -> None:
    rows = (
        Measurement("error_rate", ago(days=1), 0.0, 900),
        Measurement("error_rate", ago(days=2), 5.0, 100),
        Measurement("p95_response", ago(days=1), 400.0, 900),
        Measurement("p95_response", ago(days=2), 600.0, 100),
    )
    assert result("error_rate", measurements=rows).value == pytest.approx(0.5)
    assert result("p95_response", measurements=rows).value == 600


def test_interfaces_are_stable_until_a_bad_day_or_a_gap() -> None:
    def days(*values: tuple[int, float]) -> tuple[Measurement, ...]:
        return tuple(Measurement("interfaces_stable", ago(days=d), v) for d, v in values)

    assert result("interfaces_stable", measurements=days((0, 1), (1, 1), (2, 1), (3, 0), (4, 1))).value == 3
    assert result("interfaces_stable", measurements=days((0, 1), (1, 1), (3, 1))).value == 2
    assert result("interfaces_stable", measurements=days((0, 1), (0, 0))).value == 0
    month = days(*((d, 1.0) for d in range(30)))
    assert result("interfaces_stable", measurements=month).state is CriterionState.MET
    stale = result("interfaces_stable", measurements=days((2, 1), (3, 1)))
    assert stale.state is CriterionState.NO_DATA


def test_cycles_add_up_and_adoption_is_the_newest_day() -> None:
    rows = (
        Measurement("critical_cycles", ago(days=20), 1),
        Measurement("critical_cycles", ago(days=1), 1),
        Measurement("adoption", ago(days=9), 99),
        Measurement("adoption", ago(days=1), 80),
    )
    assert result("critical_cycles", measurements=rows).value == 2
    assert result("adoption", measurements=rows).value == 80


def test_satisfaction_weights_surveys_by_answers_on_a_scale_of_five() -> None:
    surveys = (
        Survey("SU-1", date(2026, 11, 10), 8.0, 10, scale=10),
        Survey("SU-2", date(2026, 11, 17), 5.0, 30),
        Survey("SU-3", date(2026, 11, 19), 1.0, 99),
    )
    found = result("satisfaction", surveys=surveys)
    assert (found.value, found.sample) == (4.75, 40)
    assert result("satisfaction", surveys=surveys[:1]).state is CriterionState.NO_DATA


def test_checklists_count_mandatory_items_that_were_accepted_by_then() -> None:
    items = (
        TransferItem("TI-1", "Backup", accepted_on=date(2026, 11, 10), score=90),
        TransferItem("TI-2", "Batch", accepted_on=date(2026, 11, 20), score=60),
        TransferItem("TI-3", "Nice to have", mandatory=False),
        TransferItem("TI-4", "Restart", list="runbook", accepted_on=date(2026, 11, 10)),
    )
    found = result("transfer_done", transfer=items)
    assert (found.value, found.sample, found.evidence.ids) == (50, 2, ("TI-2",))
    assert result("runbooks_signed", transfer=items).value == 100
    assert result("assessed_score", transfer=items).value == 90
    assert result("handover_done", transfer=items).state is CriterionState.NO_DATA


def test_runbooks_that_are_not_listed_may_be_measured() -> None:
    assert (
        result("runbooks_signed", measurements=(Measurement("runbooks_signed", ago(days=1), 80.0),)).value
        == 80
    )


def test_sections_have_no_data_until_people_wrote_one() -> None:
    automatic = SectionFact("statistics", "Statistics", True, True, written=False)
    empty = SectionFact("monitoring", "Monitoring", True, False)
    assert result("sections_complete", sections=(automatic, empty)).state is CriterionState.NO_DATA
    later = SectionFact("access", "Access", True, True, since=date(2026, 11, 10))
    found = result("sections_complete", sections=(automatic, empty, later))
    assert (found.value, found.evidence.ids) == (pytest.approx(200 / 3), ("monitoring",))
    before = result("sections_complete", NOW - timedelta(days=10), sections=(automatic, empty, later))
    assert before.state is CriterionState.NO_DATA


def test_no_p1_or_p2_needs_no_post_mortem() -> None:
    assert result("postmortems_held", records=(row(1, ago(days=1)),)).value == 100
    assert result("postmortems_held", records=(row(1, ago(days=1), Priority.P2),)).value == 0


def test_a_post_mortem_over_the_surviving_record_covers_its_duplicates() -> None:
    from hypercare_desk.domain.postmortem import Postmortem

    rows = (
        row(1, ago(days=3), Priority.P1),
        row(2, ago(days=2), Priority.P1, state=State.MERGED, duplicate_of="FB-0001", closed_at=ago(days=1)),
    )
    held = Postmortem("PM-0001", "Review", held_on=date(2026, 11, 17))
    links = (Link("FB-0002", "PM-0001", Relation.RELATED, ago(days=1), "A"),)
    assert result("postmortems_held", records=rows, postmortems=(held,), links=links).value == 100


def test_evidence_is_cut_and_says_so() -> None:
    rows = tuple(row(n, ago(days=12)) for n in range(600))
    found = result("old_backlog", records=rows)
    assert found.value == 600
    assert len(found.evidence.ids) == 500
    assert "the first 500 of 600" in found.evidence.note
