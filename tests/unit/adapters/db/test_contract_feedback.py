"""Feedback records and what hangs on them: the same tests over the fake, SQLite and PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from hypercare_desk.domain.errors import DeskError, Invalid
from hypercare_desk.domain.exit_criteria import Verdict, Waiver
from hypercare_desk.domain.feedback import (
    Category,
    Feedback,
    FeedbackEvent,
    FeedbackFilter,
    Link,
    Priority,
    Relation,
    SearchMade,
    Source,
    State,
)
from hypercare_desk.services.ports import Database

NOON = datetime(2026, 11, 18, 12, 0, 0, 123456, tzinfo=UTC)


def stored(database: Database, row: Feedback) -> Feedback:
    """The record as added and committed."""
    with database.work() as work:
        kept = work.feedback.add(row)
        work.commit()
    return kept


RECORDS = [
    Feedback(
        "",
        "Straße gesperrt",
        "long",
        Source.CALL,
        Category.CRITICAL_BUG,
        priority=Priority.P1,
        reported_at=NOON,
    ),
    Feedback("", "Slow report", source=Source.ALERT, state=State.CLOSED, component="BI", created_at=NOON),
    Feedback(
        "", "Merged one", state=State.MERGED, external_key="JIRA-1", reported_at=NOON + timedelta(days=1)
    ),
    Feedback("", "No time", priority=Priority.P4, tags=("edi",)),
]


@pytest.mark.parametrize(
    "which, expected",
    [
        (FeedbackFilter(), [3, 2, 1, 4]),
        (FeedbackFilter(status="open"), [1, 4]),
        (FeedbackFilter(status="closed"), [3, 2]),
        (FeedbackFilter(status="merged"), [3]),
        (FeedbackFilter(priority=(Priority.P1, Priority.P4)), [1, 4]),
        (FeedbackFilter(category=Category.CRITICAL_BUG), [1]),
        (FeedbackFilter(component="BI"), [2]),
        (FeedbackFilter(source=Source.ALERT), [2]),
        (FeedbackFilter(external_key="JIRA-1"), [3]),
        (FeedbackFilter(text="STRASSE"), [1]),
        (FeedbackFilter(text="report slow"), [2]),
        (FeedbackFilter(text="fb-0003"), [3]),
        (FeedbackFilter(text="edi"), [4]),
        (FeedbackFilter(text="100%"), []),
        (FeedbackFilter(since=NOON), [3, 2, 1]),
        (FeedbackFilter(until=NOON + timedelta(microseconds=1)), [2, 1, 4]),
        (FeedbackFilter(limit=2), [3, 2]),
        (FeedbackFilter(limit=2, offset=1), [2, 1]),
        (FeedbackFilter(offset=3), [4]),
        (FeedbackFilter(status="open", text="time", limit=5), [4]),
    ],
)
def test_records_are_found_newest_first(
    database: Database, which: FeedbackFilter, expected: list[int]
) -> None:
    with database.work() as work:
        assert work.feedback.add_many(RECORDS) == 4
        work.commit()
    with database.view() as view:
        assert [int(record.id[3:]) for record in view.feedback.find(which)] == expected
        whole = view.feedback.find(replace(which, limit=0, offset=0))
        assert view.feedback.count(which) == len(whole)


def test_a_text_filter_sees_what_a_change_wrote(database: Database) -> None:
    record = stored(database, Feedback(id="", title="Before"))
    with database.work() as work:
        work.feedback.change(replace(record, title="After"))
        work.commit()
    with database.view() as view:
        assert view.feedback.count(FeedbackFilter(text="after")) == 1
        assert view.feedback.count(FeedbackFilter(text="before")) == 0


def test_an_unknown_status_is_refused(database: Database) -> None:
    with database.view() as view, pytest.raises(Invalid):
        view.feedback.find(FeedbackFilter(status="opne"))


def test_records_are_found_by_external_key(database: Database) -> None:
    with database.work() as work:
        work.feedback.add_many([Feedback("", f"r{n}", external_key=f"K-{n}") for n in range(1200)])
        work.feedback.add(Feedback("", "again", external_key="K-7"))
        work.commit()
    with database.view() as view:
        found = view.feedback.by_external_keys([f"K-{n}" for n in range(1100)] + ["", "none"])
    assert len(found) == 1100
    assert found["K-7"].title == "r7"


def test_events_are_kept_in_order_and_stand_in_the_way_of_removal(database: Database) -> None:
    record = stored(database, Feedback(id="", title="With history"))
    told = [FeedbackEvent(record.id, NOON, "me", "state", "new", to, "why") for to in ("triaged", "closed")]
    with database.work() as work:
        work.feedback.record_events(told)
        work.commit()
    with database.view() as view:
        events = view.feedback.events(record.id)
        assert [replace(event, seq=0) for event in events] == told
        assert events[0].seq < events[1].seq
        assert list(view.feedback.events()) == list(events)
        assert list(view.feedback.events("FB-0404")) == []
    with pytest.raises(Invalid), database.work() as work:
        work.feedback.remove(record.id)


def test_links_show_at_both_ends_and_only_once(database: Database) -> None:
    record = stored(database, Feedback(id="", title="Linked"))
    link = Link(record.id, "KI-0007", Relation.SOLVED_BY, NOON, "me")
    with database.work() as work:
        assert work.links.add(link)
        assert not work.links.add(replace(link, who="you"))
        work.commit()
    with database.view() as view:
        assert list(view.links.of_feedback(record.id)) == list(view.links.of_target("KI-0007")) == [link]
    with database.work() as work:
        assert work.links.remove(record.id, "KI-0007", "solved-by")
        assert not work.links.remove(record.id, "KI-0007", "solved-by")
        assert work.links.all() == []


def test_nothing_hangs_on_a_record_that_is_not_there(database: Database) -> None:
    with pytest.raises(Invalid), database.work() as work:
        work.links.add(Link("FB-0404", "KI-0007", Relation.RELATED, NOON, "me"))
    with pytest.raises(Invalid), database.work() as work:
        work.feedback.record_events([FeedbackEvent("FB-0404", NOON, "me", "state", "", "new")])
    with pytest.raises(Invalid), database.work() as work:
        work.waivers.add(Waiver("", "EC-0404", "r", "o", "a", NOON, date(2026, 12, 1)))


# --- evaluations, imports ------------------------------------------------------------------------------------


def test_the_latest_evaluation_is_the_latest_instant_then_the_last_made(database: Database) -> None:
    with database.view() as view:
        assert view.evaluations.latest() is None
    with database.work() as work:
        for days in (2, 0, 2):
            work.evaluations.add(Verdict("", NOON + timedelta(days=days)))
        work.commit()
    with database.view() as view:
        latest = view.evaluations.latest()
        assert latest is not None
        assert latest.id == "EV-0003"
        assert [v.id for v in view.evaluations.all()] == ["EV-0002", "EV-0001", "EV-0003"]
        assert [v.id for v in view.evaluations.all(since=NOON + timedelta(days=1))] == ["EV-0001", "EV-0003"]


def test_imports_remember_the_last_word_of_each_source(database: Database) -> None:
    with database.work() as work:
        work.imports.remember("jira", {"A-1": ("FB-0001", "f1"), "A-2": ("FB-0002", "f2")})
        work.imports.remember("jira", {"A-2": ("FB-0002", "f3")})
        work.imports.remember("files", {"A-1": ("KI-0001", "x")})
        work.commit()
    with database.view() as view:
        assert view.imports.known("jira") == {"A-1": ("FB-0001", "f1"), "A-2": ("FB-0002", "f3")}
        assert view.imports.known("none") == {}


def test_a_search_without_a_gap_is_logged(database: Database) -> None:
    with database.work() as work:
        work.searches.add(SearchMade("buch", NOON, "me", 0))
        work.commit()
    with database.view() as view:
        assert view.searches.all() == [SearchMade("buch", NOON, "me", 0)]


def test_a_healthy_store_has_nothing_to_report(database: Database) -> None:
    stored(database, Feedback(id="", title="Fine"))
    assert list(database.check()) == []
    assert database.read_only == ""


def test_every_refusal_is_one_sentence(database: Database) -> None:
    with pytest.raises(DeskError) as caught, database.view() as view:
        view.feedback.get("FB-0404")
    assert "FB-0404" in caught.value.message
    assert caught.value.code == "not_found"
