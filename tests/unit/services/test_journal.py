"""The journal and the lists beside it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from hypercare_desk.domain.changes import Changes
from hypercare_desk.domain.errors import Conflict, Invalid, NotFound
from hypercare_desk.domain.journal import JournalKind, RiskKind, TransferItem
from hypercare_desk.services.journal import JournalService
from tests.fakes.database import MemoryDatabase


@pytest.fixture
def announced() -> list[Changes]:
    return []


@pytest.fixture
def journal(clock: Any, announced: list[Changes]) -> JournalService:
    return JournalService(database=MemoryDatabase(), clock=clock, user="me", announce=announced.append)


def test_an_entry_is_stamped_with_time_and_author(journal: JournalService, clock: Any) -> None:
    entry = journal.add("hotfix", "Limits loaded again", component="Credit", reference="CHG-1")
    assert (entry.id, entry.at, entry.who) == ("JN-0001", clock.now(), "me")
    assert entry.kind is JournalKind.HOTFIX
    assert journal.get("jn-0001") == entry


def test_entries_come_in_order_of_time_and_by_kind(journal: JournalService, clock: Any) -> None:
    now = clock.now()
    journal.add("win", "later", at=now)
    journal.add(JournalKind.NOTE, "earlier", at=now - timedelta(days=1))
    assert [entry.text for entry in journal.list()] == ["earlier", "later"]
    assert [entry.text for entry in journal.list(kind="win")] == ["later"]
    assert [entry.text for entry in journal.list(until=now)] == ["earlier"]
    assert [entry.text for entry in journal.list(since=now)] == ["later"]


def test_what_was_touched_is_announced(journal: JournalService, announced: list[Changes]) -> None:
    journal.add("note", "Stand-up moves")
    journal.roster.add(role="QA", name="Quality lead")
    assert announced == [Changes(journal=frozenset({"JN-0001"})), Changes(people=True)]


def test_a_row_is_changed_removed_and_put_back(journal: JournalService) -> None:
    risk = journal.risks.add(kind="licence", title="Scanner licence", expires_on="2026-12-31")
    assert risk.kind is RiskKind.LICENCE
    assert risk.expires_on == date(2026, 12, 31)
    changed = journal.risks.change(risk.id, expected=1, owner="Operations lead")
    assert (changed.owner, changed.version) == ("Operations lead", 2)
    assert journal.risks.remove(risk.id) == changed
    assert journal.risks.list() == []
    assert journal.risks.put_back(changed).id == risk.id
    with pytest.raises(NotFound):
        journal.risks.get("RK-0404")


def test_an_old_version_is_a_conflict_with_both(journal: JournalService) -> None:
    entry = journal.roster.add(role="QA", name="One")
    theirs = journal.roster.change(entry.id, name="Two")
    with pytest.raises(Conflict) as caught:
        journal.roster.change(entry.id, expected=1, name="Three")
    assert caught.value.theirs == theirs
    assert caught.value.mine == replace(theirs, name="Three")


def test_no_change_writes_nothing(journal: JournalService, announced: list[Changes]) -> None:
    entry = journal.training.add(topic="Credit check", attendees="12")
    announced.clear()
    assert journal.training.change(entry.id, attendees=12) == entry
    assert announced == []


def test_rows_are_listed_by_field(journal: JournalService) -> None:
    journal.transfer.add(topic="Month-end", list="runbook")
    item = journal.transfer.add(topic="Alerts", mandatory="no", score="85")
    assert journal.transfer.list(mandatory="no") == [item]
    assert item == TransferItem("KT-0002", "Alerts", mandatory=False, score=85.0)


def test_many_rows_are_added_at_once(journal: JournalService) -> None:
    assert journal.add_many([{"kind": "win", "text": "one"}, {"kind": "win", "text": "two"}]) == 2
    assert [entry.id for entry in journal.list()] == ["JN-0001", "JN-0002"]


@pytest.mark.parametrize(
    "act",
    [
        lambda j: j.add("win", "  "),
        lambda j: j.add("party", "Cake"),
        lambda j: j.add("win", "x", colour="red"),
        lambda j: j.add("win", "x", at="yesterday"),
        lambda j: j.add("win", "x", id="JN-0007"),
        lambda j: j.roster.add(role="QA"),
        lambda j: j.transfer.add(topic="T", score=101),
        lambda j: j.transfer.add(topic="T", score="many"),
        lambda j: j.surveys.add(held_on="2026-11-02", score=5.1, n=3),
        lambda j: j.surveys.add(held_on="2026-11-31", score=4, n=3),
        lambda j: j.surveys.add(held_on="2026-11-02", score="nan", n=3),
        lambda j: j.training.add(topic="T", attendees=2.5),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_kept(journal: JournalService, act: Any) -> None:
    with pytest.raises(Invalid) as caught:
        act(journal)
    assert caught.value.message.endswith(".")
    kept = (journal.list(), journal.roster.list(), journal.transfer.list(), journal.surveys.list())
    assert not any(kept)
