"""What every record store must do: the same tests over the fake, SQLite and PostgreSQL."""

from __future__ import annotations

import typing
from contextlib import suppress
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone
from enum import Enum
from typing import Any

import pytest

from hypercare_desk.domain.errors import Conflict, Invalid, NotFound, Unavailable
from hypercare_desk.domain.exit_criteria import Criterion, Measurement
from hypercare_desk.domain.feedback import (
    Feedback,
)
from hypercare_desk.domain.handoff import Pack
from hypercare_desk.domain.journal import JournalEntry, JournalKind, TransferItem
from hypercare_desk.domain.postmortem import Action, Postmortem, TimelineEntry
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


def test_a_post_mortem_is_written_and_removed_with_its_timeline_and_actions(database: Database) -> None:
    told = tuple(TimelineEntry(NOON + timedelta(hours=n), f"event {n}", starred=n == 1) for n in (2, 0, 1))
    actions = (Action(2, "second", due=date(2026, 12, 1)), Action(1, "first", done_on=date(2026, 11, 30)))
    item = stored(database, "postmortems", Postmortem("", "Labels", timeline=told, actions=actions))
    with database.work() as work:
        work.postmortems.add_many(Postmortem("", f"Other {n}", timeline=told[:n]) for n in range(3))
        work.postmortems.change(replace(item, timeline=told[1:], actions=()))
        work.commit()
    with database.view() as view:
        assert view.postmortems.get(item.id) == replace(item, timeline=told[1:], actions=(), version=2)
        assert [p.timeline for p in view.postmortems.all()] == [told[1:], (), told[:1], told[:2]]
    with database.work() as work:
        work.postmortems.remove(item.id)
        work.commit()
    with database.view() as view:
        assert [p.title for p in view.postmortems.all(title="Other 2")] == ["Other 2"]
        assert len(view.postmortems.all()) == 3


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
