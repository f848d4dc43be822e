"""What every record store must do: the same tests over the fake, SQLite and PostgreSQL."""

from __future__ import annotations

import typing
from contextlib import suppress
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone
from enum import Enum
from typing import Any

import pytest

from hypercare_desk.domain.errors import Conflict, DeskError, Invalid, NotFound, Unavailable
from hypercare_desk.domain.exit_criteria import Criterion, Measurement, Verdict, Waiver
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
from hypercare_desk.domain.handoff import Pack
from hypercare_desk.domain.journal import JournalEntry, JournalKind, TransferItem
from hypercare_desk.services.ports import Database
from tests.fakes.database import LOGS, TABLES

NOON = datetime(2026, 11, 18, 12, 0, 0, 123456, tzinfo=UTC)
VERSIONED = [name for name, (kind, _) in TABLES.items() if typing.get_type_hints(kind).get("version") is int]


def filled(kind: Any, salt: int = 1) -> Any:
    """A row of ``kind`` with every field set to something of its own."""
    hints = typing.get_type_hints(kind)
    return kind(**{f.name: _value(hints[f.name], f.name, salt) for f in fields(kind)})


def _value(hint: Any, name: str, salt: int) -> Any:
    arguments = typing.get_args(hint)
    if typing.get_origin(hint) is tuple:
        return (_value(arguments[0], name, salt), _value(arguments[0], name, salt + 1))
    if type(None) in arguments:
        return _value(next(a for a in arguments if a is not type(None)), name, salt)
    if is_dataclass(hint):
        return filled(hint, salt)
    if issubclass(hint, Enum):
        return list(hint)[salt % len(hint)]
    values: dict[type, Any] = {
        str: f"{name} {salt} Größe 日本 🙂 'q' \"d\" \\ \r\n%",
        bool: bool(salt % 2),
        int: salt + 1,
        float: salt + 0.1,
        datetime: NOON + timedelta(days=salt, microseconds=1),
        date: date(2026, 11, 18) + timedelta(days=salt),
    }
    return values[hint]


def stored(database: Database, table: str, row: Any) -> Any:
    """The row as added and committed."""
    with database.work() as work:
        if table == "waivers":
            work.criteria.add(Criterion(row.criterion_id, "m", "t"))
        kept = getattr(work, table).add(row)
        work.commit()
    return kept


def new(kind: Any, table: str) -> Any:
    """A filled row that gets its id from the table and points nowhere."""
    row = replace(filled(kind), id="")
    return replace(row, duplicate_of="") if table == "feedback" else row


@pytest.mark.parametrize("table", TABLES)
def test_rows_come_back_as_they_went_in(database: Database, table: str) -> None:
    kind, prefix = TABLES[table]
    row = new(kind, table)
    kept = stored(database, table, row)
    assert kept.id == f"{prefix}-0001"
    expected = replace(row, id=kept.id, **({"version": 1} if table in VERSIONED else {}))
    assert kept == expected
    with database.view() as view:
        rows = getattr(view, table)
        assert list(rows.all()) == [expected]
        assert table == "evaluations" or rows.get(kept.id) == expected


@pytest.mark.parametrize("table", LOGS)
def test_logs_come_back_in_order_of_time(database: Database, table: str) -> None:
    late, early = filled(LOGS[table], 2), filled(LOGS[table], 1)
    with database.work() as work:
        getattr(work, table).add(late)
        assert getattr(work, table).add_many([early]) == 1
        work.commit()
    with database.view() as view:
        log = getattr(view, table)
        assert list(log.all()) == [early, late]
        assert list(log.all(since=late.at)) == [late]
        assert list(log.all(until=late.at)) == [early]


def test_logs_are_read_by_column(database: Database) -> None:
    with database.work() as work:
        work.measurements.add_many([Measurement("p95", NOON, 1.5), Measurement("up", NOON, 99.9)])
        work.commit()
    with database.view() as view:
        assert [m.value for m in view.measurements.all(metric="up")] == [99.9]
        with pytest.raises(Invalid):
            view.measurements.all(colour="red")


def test_empty_optional_fields_stay_empty(database: Database) -> None:
    record = stored(database, "feedback", Feedback(id="", title="Bare"))
    with database.view() as view:
        assert view.feedback.get(record.id) == Feedback(id="FB-0001", title="Bare")


@pytest.mark.parametrize(
    "moment",
    [
        datetime(1, 1, 1, 0, 0, 0, 1, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
        datetime(2026, 10, 25, 2, 30, 0, 1, tzinfo=timezone(timedelta(hours=2))),
        datetime(2026, 3, 29, 1, 59, 59, 999999, tzinfo=timezone(timedelta(hours=-3, minutes=-30))),
    ],
)
def test_instants_keep_their_microsecond_and_come_back_in_utc(database: Database, moment: datetime) -> None:
    record = stored(database, "feedback", Feedback(id="", title="When", reported_at=moment))
    with database.view() as view:
        found = view.feedback.get(record.id).reported_at
    assert found == moment
    assert found is not None
    assert found.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    "row",
    [
        Feedback(id="", title="no \0 please"),
        Feedback(id="", title="half \ud83d a pair"),
        Feedback(id="", title="naive", reported_at=datetime(2026, 1, 1)),  # noqa: DTZ001
        Feedback(id="", title="huge", affected_users=2**70),
    ],
)
def test_what_cannot_be_stored_is_refused_with_a_sentence(database: Database, row: Feedback) -> None:
    with pytest.raises(Invalid), database.work() as work:
        work.feedback.add(row)
    with pytest.raises(Invalid), database.work() as work:
        work.measurements.add(Measurement("m", NOON, float("nan")))


# --- ids -----------------------------------------------------------------------------------------------------


def test_ids_count_up_by_prefix(database: Database) -> None:
    with database.work() as work:
        assert work.next_id("KI", 2) == ["KI-0001", "KI-0002"]
        assert work.next_id("WA") == ["WA-0001"]
        work.commit()
    with database.work() as work:
        assert work.next_id("KI") == ["KI-0003"]
        assert work.next_id("KI", 0) == []


def test_an_id_never_comes_back_when_its_row_goes(database: Database) -> None:
    record = stored(database, "feedback", Feedback(id="", title="Gone"))
    with database.work() as work:
        work.feedback.remove(record.id)
        work.commit()
    assert stored(database, "feedback", Feedback(id="", title="Next")).id == "FB-0002"


def test_the_floor_only_rises(database: Database) -> None:
    with database.work() as work:
        work.raise_floor("KI", 9998)
        work.raise_floor("KI", 7)
        assert work.next_id("KI", 2) == ["KI-9999", "KI-10000"]


def test_ids_that_rows_bring_are_never_given_out(database: Database) -> None:
    with database.work() as work:
        work.feedback.add_many([Feedback("FB-0007", "Seven"), Feedback("", "Next")])
        work.commit()
    with database.view() as view:
        assert [record.id for record in view.feedback.all()] == ["FB-0007", "FB-0008"]


@pytest.mark.parametrize("prefix", ["", "ki", "KI-", "LONGERTHAN8"])
def test_odd_prefixes_are_refused(database: Database, prefix: str) -> None:
    with pytest.raises(Invalid), database.work() as work:
        work.next_id(prefix)


def test_numbers_order_rows_beyond_four_digits(database: Database) -> None:
    with database.work() as work:
        work.feedback.add_many([Feedback(f"FB-{n:04d}", "r") for n in (10000, 9999)])
        work.commit()
    with database.view() as view:
        assert [record.id for record in view.feedback.all()] == ["FB-9999", "FB-10000"]


# --- transactions --------------------------------------------------------------------------------------------


def test_leaving_without_commit_undoes_everything(database: Database) -> None:
    with database.work() as work:
        work.feedback.add(Feedback(id="", title="Never"))
    with suppress(ZeroDivisionError), database.work() as work:
        work.feedback.add(Feedback(id="", title="Never"))
        raise ZeroDivisionError
    with database.view() as view:
        assert view.feedback.all() == []


def test_what_was_committed_stays_when_the_block_fails_later(database: Database) -> None:
    with suppress(ZeroDivisionError), database.work() as work:
        work.feedback.add(Feedback(id="", title="Kept"))
        work.commit()
        work.feedback.add(Feedback(id="", title="Lost"))
        raise ZeroDivisionError
    with database.view() as view:
        assert [record.title for record in view.feedback.all()] == ["Kept"]


def test_a_unit_of_work_reads_what_it_wrote(database: Database) -> None:
    with database.work() as work:
        record = work.feedback.add(Feedback(id="", title="Mine"))
        assert work.feedback.get(record.id) == record


def test_a_view_writes_nothing(database: Database) -> None:
    with pytest.raises(Unavailable), database.view() as view:
        view.feedback.add(Feedback(id="", title="No"))
    with database.view() as view:
        with pytest.raises(RuntimeError):
            view.commit()
        assert view.feedback.all() == []


# --- changing ------------------------------------------------------------------------------------------------


def test_a_change_raises_the_version(database: Database) -> None:
    record = stored(database, "feedback", Feedback(id="", title="Old"))
    with database.work() as work:
        changed = work.feedback.change(replace(record, title="New"))
        work.commit()
    assert (changed.title, changed.version) == ("New", 2)
    with database.view() as view:
        assert view.feedback.get(record.id) == changed


@pytest.mark.parametrize("table", VERSIONED)
def test_a_write_against_an_old_version_is_a_conflict_with_both(database: Database, table: str) -> None:
    row = stored(database, table, new(TABLES[table][0], table))
    with database.work() as work:
        theirs = getattr(work, table).change(row)
        work.commit()
    with pytest.raises(Conflict) as caught, database.work() as work:
        getattr(work, table).change(row)
    assert caught.value.mine == row
    assert caught.value.theirs == theirs


def test_packs_change_without_a_version(database: Database) -> None:
    pack = Pack("", "1.0", NOON, NOON, "me", "packs/a.pdf", "aa", "bb", "{}")
    kept = stored(database, "packs", pack)
    with database.work() as work:
        work.packs.change(replace(kept, superseded_by="HP-0002"))
        work.commit()
    with database.view() as view:
        assert view.packs.get(kept.id) == replace(kept, superseded_by="HP-0002")


def test_what_is_not_there_is_not_found(database: Database) -> None:
    with database.work() as work:
        for act in (work.risks.get, work.risks.remove):
            with pytest.raises(NotFound):
                act("RK-0404")
        with pytest.raises(NotFound):
            work.transfer.change(TransferItem("KT-0404", "t"))


def test_an_id_that_is_there_is_not_overwritten(database: Database) -> None:
    record = stored(database, "feedback", Feedback(id="", title="First"))
    with pytest.raises(Invalid), database.work() as work:
        work.feedback.add(replace(record, title="Second"))
    with database.view() as view:
        assert view.feedback.get(record.id).title == "First"


def test_rows_are_found_by_column(database: Database) -> None:
    with database.work() as work:
        work.journal.add_many(
            [JournalEntry("", NOON, "me", kind, "t") for kind in (JournalKind.WIN, JournalKind.HOTFIX)]
        )
        work.commit()
    with database.view() as view:
        assert [entry.kind for entry in view.journal.all(kind=JournalKind.HOTFIX)] == [JournalKind.HOTFIX]
        assert view.journal.all(kind=JournalKind.HOTFIX, who="you") == []


# --- feedback ------------------------------------------------------------------------------------------------

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
    record = stored(database, "feedback", Feedback(id="", title="Before"))
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
    record = stored(database, "feedback", Feedback(id="", title="With history"))
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
    record = stored(database, "feedback", Feedback(id="", title="Linked"))
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
    stored(database, "feedback", Feedback(id="", title="Fine"))
    assert list(database.check()) == []
    assert database.read_only == ""


def test_every_refusal_is_one_sentence(database: Database) -> None:
    with pytest.raises(DeskError) as caught, database.view() as view:
        view.feedback.get("FB-0404")
    assert "FB-0404" in caught.value.message
    assert caught.value.code == "not_found"
