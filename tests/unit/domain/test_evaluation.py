"""What turns a value into a state, and the promises that hold whatever was recorded."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hypercare_desk.domain.article import Confidence, Kind, Status
from hypercare_desk.domain.criteria_catalogue import CATALOGUE, METRICS, defaults
from hypercare_desk.domain.evaluation import evaluate, fallen, margin_of, moves, series
from hypercare_desk.domain.exit_criteria import (
    Criterion,
    CriterionState,
    Measurement,
    Operator,
    Verdict,
    Waiver,
)
from hypercare_desk.domain.fact_index import FactIndex
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
from hypercare_desk.domain.feedback_loop import SOLVED
from hypercare_desk.domain.journal import Survey, TransferItem
from hypercare_desk.domain.postmortem import Action, Postmortem
from hypercare_desk.domain.record_history import lives

NOW = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)
GO_LIVE = date(2026, 11, 2)
MET, AT_RISK, NOT_MET = CriterionState.MET, CriterionState.AT_RISK, CriterionState.NOT_MET
NO_DATA, WAIVED = CriterionState.NO_DATA, CriterionState.WAIVED
RANK = {NOT_MET: 0, AT_RISK: 1, MET: 2}


def availability(**more) -> Criterion:
    rule = {
        "unit": "%",
        "operator": Operator.AT_LEAST,
        "threshold": 99.0,
        "window_days": 7,
        "minimum_sample": 1,
    }
    return Criterion("EC-01", "availability", "Availability", **{**rule, **more})


def measured(*values: float, metric: str = "availability") -> tuple[Measurement, ...]:
    """One value a day, the last today."""
    last = len(values) - 1
    return tuple(Measurement(metric, NOW - timedelta(days=last - n), v) for n, v in enumerate(values))


def judged(criterion: Criterion, facts: Facts):
    return evaluate([criterion], facts).criteria[0]


# --- states ----------------------------------------------------------------------------------------------------


def test_met_at_risk_and_not_met_with_the_numbers_in_the_sentence() -> None:
    steady = Facts(NOW, GO_LIVE, measurements=measured(*[99.5] * 8))
    assert judged(availability(), steady).state is MET
    near = judged(availability(margin=0.6), steady)
    assert near.state is AT_RISK
    assert "0.5 % from the limit, inside the warning margin of 0.6 %" in near.why
    low = judged(availability(threshold=99.6), steady)
    assert (low.state, low.why) == (
        NOT_MET,
        "Mean of 7 measurements on 7 days: 99.5 %, target ≥ 99.6 %.",
    )


def test_too_few_samples_and_too_old_evidence_are_no_data() -> None:
    few = judged(availability(minimum_sample=20), Facts(NOW, GO_LIVE, measurements=measured(99.5, 99.5)))
    assert (few.state, few.value) == (NO_DATA, None)
    assert "Too few samples: 2 of the 20 needed" in few.why
    old = (Measurement("availability", NOW - timedelta(days=9), 100.0),)
    stale = judged(availability(), Facts(NOW, GO_LIVE, measurements=old))
    assert stale.state is NO_DATA
    assert "9 days old, older than the 7 days that count" in stale.why


def test_an_unfinished_window_is_at_risk() -> None:
    result = judged(availability(), Facts(NOW, GO_LIVE, measurements=measured(100.0, 100.0, 100.0)))
    assert result.state is AT_RISK
    assert "the window is unfinished, 3 of 7 days" in result.why


def test_a_trend_that_passes_the_limit_before_the_planned_exit_is_at_risk() -> None:
    rule = availability(window_days=1, margin=0)
    falling = measured(99.9, 99.8, 99.7, 99.6, 99.5, 99.4, 99.3)
    soon = judged(rule, Facts(NOW, GO_LIVE, date(2026, 11, 25), measurements=falling))
    assert soon.state is AT_RISK
    assert "falling by 0.1 % a day over 7 days, it would pass the limit before 25 November 2026" in soon.why
    assert judged(rule, Facts(NOW, GO_LIVE, date(2026, 11, 19), measurements=falling)).state is MET
    assert judged(rule, Facts(NOW, GO_LIVE, None, measurements=falling)).state is MET
    assert judged(rule, Facts(NOW, GO_LIVE, date(2026, 11, 25), measurements=falling[-2:])).state is MET


@pytest.mark.parametrize(
    ("unit", "operator", "threshold", "margin"),
    [
        ("records", Operator.AT_MOST, 5, 1.0),
        ("days", Operator.AT_LEAST, 7, 1.0),
        ("records", Operator.AT_MOST, 0, 0.0),
        ("%", Operator.AT_MOST, 5, 0.5),
        ("%", Operator.BELOW, 15, 1.5),
        ("%", Operator.AT_LEAST, 90, 1.0),
        ("%", Operator.AT_LEAST, 99.9, 0.01),
        ("%", Operator.AT_LEAST, 100, 0.0),
        ("ms", Operator.AT_MOST, 500, 50.0),
        ("of 5", Operator.AT_LEAST, 4, 0.1),
    ],
)
def test_the_default_margin(unit: str, operator: Operator, threshold: float, margin: float) -> None:
    rule = Criterion("EC-01", "x", "X", unit, operator, threshold)
    assert margin_of(rule) == pytest.approx(margin)
    assert margin_of(replace(rule, margin=0.25)) == 0.25


def test_a_figure_shows_on_which_side_of_the_limit_it_is() -> None:
    result = judged(availability(threshold=99.5), Facts(NOW, GO_LIVE, measurements=measured(*[99.48] * 8)))
    assert "99.48 %" in result.why


def test_moves_and_falls_between_two_evaluations() -> None:
    good = evaluate([availability()], Facts(NOW, GO_LIVE, measurements=measured(*[100.0] * 8)))
    bad = evaluate([availability()], Facts(NOW, GO_LIVE, measurements=measured(*[90.0] * 8)))
    (fall,) = fallen(good, bad)
    assert (fall.id, fall.before, fall.now) == ("EC-01", MET, NOT_MET)
    assert fallen(bad, good) == ()
    assert len(moves(bad, good)) == 1
    assert fallen(None, bad) == ()


def test_the_same_index_answers_for_every_day() -> None:
    facts = Facts(NOW, GO_LIVE, measurements=measured(90.0, 95.0, 100.0))
    line = series(availability(window_days=1), FactIndex(facts), NOW, 4)
    assert [value for _, value in line] == [None, 90.0, 95.0, 100.0]


def test_the_catalogue_names_each_metric_once_and_every_metric_is_in_it() -> None:
    metrics = [entry.metric for entry in CATALOGUE]
    assert len(set(metrics)) == len(metrics) == 25
    assert set(metrics) == set(METRICS)
    assert all(entry.rationale and entry.owner and entry.evidence and entry.unit for entry in CATALOGUE)


# --- promises --------------------------------------------------------------------------------------------------

DAYS = st.floats(0.01, 20, allow_nan=False)


@st.composite
def records(draw) -> tuple[tuple[Feedback, ...], tuple[FeedbackEvent, ...]]:
    """Up to eight records with histories that the loop allows."""
    rows: list[Feedback] = []
    events: list[FeedbackEvent] = []
    for number in range(draw(st.integers(0, 8))):
        key = f"FB-{number:04d}"
        reported = NOW - timedelta(days=draw(DAYS))
        row = Feedback(key, "Title", priority=draw(st.sampled_from([None, *Priority])), reported_at=reported)
        row = replace(
            row,
            resolver=draw(st.sampled_from(Resolver)),
            plan_accepted=draw(st.booleans()),
            fingerprint=draw(st.sampled_from(["", "a", "b"])),
        )
        events.append(FeedbackEvent(key, reported, "Agent", "state", "", "new", seq=len(events)))
        path = draw(
            st.lists(st.sampled_from([State.ANALYSING, State.FIX_DEPLOYED, State.CLOSED]), max_size=4)
        )
        at, before = reported, State.NEW
        for state in path:
            at += (NOW - at) * draw(st.floats(0.1, 0.9))
            if state is before:
                continue
            events.append(
                FeedbackEvent(key, at, "Agent", "state", before.value, state.value, seq=len(events))
            )
            solved = at if state in (State.FIX_DEPLOYED, State.CLOSED) else None
            keep = row.resolved_at if solved and row.resolved_at else solved
            row = replace(row, state=state, resolved_at=keep, closed_at=at if state is State.CLOSED else None)
            before = state
        rows.append(row)
    return tuple(rows), tuple(events)


@st.composite
def facts(draw) -> Facts:
    """A workspace with something of everything, or with little."""
    rows, events = draw(records())
    moment = st.builds(lambda days: NOW - timedelta(days=days), DAYS)
    ids = [row.id for row in rows] or ["FB-0000"]
    return Facts(
        NOW,
        GO_LIVE,
        draw(st.sampled_from([None, date(2026, 11, 19), date(2026, 11, 30)])),
        records=rows,
        events=events,
        links=tuple(
            draw(
                st.lists(
                    st.builds(
                        Link,
                        st.sampled_from(ids),
                        st.sampled_from(["KI-0001", "WA-0001"]),
                        st.just(Relation.SOLVED_BY),
                        moment,
                        st.just("Agent"),
                    ),
                    max_size=4,
                )
            )
        ),
        searches=tuple(
            draw(st.lists(st.builds(SearchMade, st.just("zpl"), moment, st.just("A"), st.integers(0, 1))))
        ),
        measurements=tuple(
            draw(
                st.lists(
                    st.builds(
                        Measurement,
                        st.sampled_from([e.metric for e in CATALOGUE if e.measured]),
                        moment,
                        st.floats(0, 100),
                        st.integers(1, 50),
                    ),
                    max_size=12,
                )
            )
        ),
        postmortems=(Postmortem("PM-0001", "Review", held_on=date(2026, 11, 10), feedback_ids=(ids[0],)),),
        articles=(ArticleFact("KI-0001", Kind.KNOWN_ISSUE, Confidence.VALIDATED, Status.PUBLISHED),),
        transfer=tuple(TransferItem(f"TI-{n}", "Topic", score=85.0) for n in range(draw(st.integers(0, 2)))),
        surveys=tuple(Survey(f"SU-{n}", GO_LIVE, 4.2, 15) for n in range(draw(st.integers(0, 2)))),
        sections=(SectionFact("monitoring", "Monitoring", True, draw(st.booleans())),),
    )


@settings(max_examples=40)
@given(facts())
def test_no_data_is_never_met_and_a_value_is_always_explained(known: Facts) -> None:
    for result in evaluate(defaults(), known).criteria:
        assert (result.value is None) == (result.state is NO_DATA)
        assert result.state is NO_DATA or result.sample > 0
        assert result.why.strip().endswith((".", ")"))
        assert result.evidence.kind or result.state is not NO_DATA


@settings(max_examples=40)
@given(facts(), st.randoms(use_true_random=False))
def test_the_order_of_the_facts_does_not_matter(known: Facts, chance: random.Random) -> None:
    mixed = {}
    for name in ("records", "events", "links", "searches", "measurements", "transfer", "surveys"):
        some = list(getattr(known, name))
        chance.shuffle(some)
        mixed[name] = tuple(some)
    criteria = list(defaults())
    chance.shuffle(criteria)
    assert evaluate(criteria, replace(known, **mixed)) == evaluate(defaults(), known)


@settings(max_examples=40)
@given(facts())
def test_one_more_p1_that_nobody_solves_improves_nothing(known: Facts) -> None:
    worse = Feedback("FB-9999", "Down", priority=Priority.P1, reported_at=NOW)
    before = evaluate(defaults(), known).criteria
    after = evaluate(defaults(), replace(known, records=(*known.records, worse))).criteria
    for old, new in zip(before, after, strict=True):
        if old.state is not NO_DATA:
            assert RANK[new.state] <= RANK[old.state], (old, new)


@settings(max_examples=40)
@given(facts())
def test_one_more_search_without_a_result_and_a_bad_measurement_improve_nothing(known: Facts) -> None:
    worse = replace(
        known,
        searches=(*known.searches, SearchMade("zpl label", NOW, "Agent", 0)),
        measurements=(
            *known.measurements,
            Measurement("availability", NOW, 0.0),
            Measurement("p95_response", NOW, 9e9),
            Measurement("interfaces_stable", NOW, 0.0),
        ),
    )
    before = evaluate(defaults(), known).criteria
    for old, new in zip(before, evaluate(defaults(), worse).criteria, strict=True):
        if old.state is not NO_DATA:
            assert RANK[new.state] <= RANK[old.state], (old, new)


@settings(max_examples=40)
@given(records())
def test_two_numbers_say_what_the_whole_story_says(known) -> None:
    for life in lives(*known):
        moments = [life.opened, *life.story[0], NOW.timestamp()]
        for moment in sorted({m + shift for m in moments for shift in (-1, 0, 1)}):
            state = life.state_at(moment)
            assert life.is_open_at(moment) is (state is not None and state.is_open)
            assert (life.solved_at(moment) is not None) is (state in SOLVED)


@settings(max_examples=40)
@given(facts(), st.integers(0, 20))
def test_what_happens_later_does_not_change_what_was_said(known: Facts, days: int) -> None:
    then = NOW - timedelta(days=days)
    later = [
        FeedbackEvent(r.id, NOW + timedelta(hours=1), "Agent", "state", r.state.value, "closed", seq=10_000)
        for r in known.records
    ]
    closed = tuple(replace(r, state=State.CLOSED, closed_at=NOW + timedelta(hours=1)) for r in known.records)
    changed = replace(known, as_of=then, records=closed, events=(*known.events, *later))
    stamps = [
        FeedbackEvent(r.id, NOW + timedelta(hours=1), "Agent", "closed_at", _iso(r.closed_at), "", seq=10_001)
        for r in known.records
    ]
    changed = replace(changed, events=(*changed.events, *stamps))
    said = {c.id: (c.state, c.value) for c in evaluate(defaults(), replace(known, as_of=then)).criteria}
    assert {c.id: (c.state, c.value) for c in evaluate(defaults(), changed).criteria} == said


def _iso(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""


@settings(max_examples=40)
@given(facts(), st.integers(-5, 5), st.sampled_from(["Sponsor", "Finance"]), st.booleans())
def test_a_waiver_never_outlives_its_expiry_and_never_hides_what_is_met(
    known: Facts, days: int, approver: str, revoked: bool
) -> None:
    end = NOW.date() + timedelta(days=days)
    gone = NOW - timedelta(hours=1) if revoked else None
    since = NOW - timedelta(days=9)
    waivers = tuple(
        Waiver(f"WV-{c.id}", c.id, "Agreed", "Finance", approver, since, end, gone) for c in defaults()
    )
    bare = evaluate(defaults(), known)
    for old, new in zip(
        bare.criteria, evaluate(defaults(), replace(known, waivers=waivers)).criteria, strict=True
    ):
        holds = (
            end >= NOW.date() and approver == "Sponsor" and not revoked and old.state in (NOT_MET, NO_DATA)
        )
        assert (new.state is WAIVED) is holds
        assert new.state is WAIVED or new.state is old.state


@settings(max_examples=40)
@given(facts())
def test_the_exit_is_open_only_when_every_mandatory_criterion_allows_it(known: Facts) -> None:
    verdict: Verdict = evaluate(defaults(), known)
    blocked = any(c.state in (NOT_MET, NO_DATA) for c in verdict.criteria if c.mandatory)
    assert verdict.may_exit is not blocked


def test_a_post_mortem_counts_only_with_owned_actions() -> None:
    row = Feedback("FB-0001", "Down", priority=Priority.P1, reported_at=NOW - timedelta(days=3))
    rule = next(c for c in defaults() if c.metric == "postmortems_held")
    held = Postmortem(
        "PM-0001",
        "Review",
        held_on=NOW.date(),
        feedback_ids=("FB-0001",),
        actions=(Action(1, "Add a lock", owner="QA"), Action(2, "Alert earlier")),
    )
    unowned = judged(rule, Facts(NOW, GO_LIVE, records=(row,), postmortems=(held,)))
    assert (unowned.state, unowned.evidence.ids) == (NOT_MET, ("FB-0001",))
    owned = replace(held, actions=held.actions[:1])
    assert judged(rule, Facts(NOW, GO_LIVE, records=(row,), postmortems=(owned,))).value == 100


def test_binary_fractions_do_not_miss_a_target() -> None:
    rows = tuple(Measurement("availability", NOW - timedelta(hours=h), 99.9, 1 + h % 7) for h in range(160))
    result = judged(availability(threshold=99.9, margin=0), Facts(NOW, GO_LIVE, measurements=rows))
    assert (result.value, result.state) == (99.9, MET)
