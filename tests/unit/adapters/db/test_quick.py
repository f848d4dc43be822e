"""The quick way to the records says the same as the unit of work, and steps back where it may not act."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from hypercare_desk.adapters.db import open_database
from hypercare_desk.adapters.db.quick import QuickSqlite
from hypercare_desk.domain.feedback import ArticleUse, Feedback, SearchMade
from hypercare_desk.domain.postmortem import Postmortem
from hypercare_desk.services.ports import Database

NOW = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)
MADE = SearchMade("Überweisung ' -- 😀", NOW, "Agent", 3, "KI-0001")


class Today:
    """A clock that stands still."""

    def now(self) -> datetime:
        return NOW

    def today(self) -> date:
        return NOW.date()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(tmp_path / "a ? #.db", backups=tmp_path / "backups", clock=Today(), create=True)
    yield opened
    opened.close()


@pytest.fixture
def quick(database: Database, tmp_path: Path) -> QuickSqlite:
    with database.work() as work:  # the first write of the day
        work.searches.add(replace(MADE, query="first"))
        work.commit()
    return QuickSqlite(tmp_path / "a ? #.db", tmp_path / "backups", Today())


def test_a_search_counted_quickly_is_read_as_it_was_made(database: Database, quick: QuickSqlite) -> None:
    assert quick.count(MADE)
    with database.view() as work:
        assert work.searches.all()[-1] == MADE


def test_the_stamp_changes_with_what_can_be_found_and_with_nothing_else(
    database: Database, quick: QuickSqlite
) -> None:
    stamps = [quick.stamp()]
    with database.work() as work:
        record = work.feedback.add(Feedback("", "Label", updated_at=NOW))
        work.commit()
    stamps.append(quick.stamp())
    with database.work() as work:
        work.feedback.change(replace(record, title="Labels", updated_at=NOW.replace(hour=10)))
        work.commit()
    stamps.append(quick.stamp())
    with database.work() as work:
        work.postmortems.add(Postmortem("", "Stop", updated_at=NOW))
        work.commit()
    stamps.append(quick.stamp())

    quick.count(MADE)

    assert all(stamps)
    assert len(set(stamps)) == 4
    assert quick.stamp() == stamps[-1]


def test_uses_are_counted_by_article(database: Database, quick: QuickSqlite) -> None:
    with database.work() as work:
        for article_id, solved in (("KI-0001", True), ("KI-0001", False), ("WA-0002", False)):
            work.uses.add(ArticleUse(article_id, NOW, "Agent", solved))
        work.commit()
    assert quick.uses() == {"KI-0001": (2, 1), "WA-0002": (1, 0)}


def test_the_first_write_of_a_day_is_left_to_the_unit_of_work(database: Database, tmp_path: Path) -> None:
    fresh = QuickSqlite(tmp_path / "a ? #.db", tmp_path / "no backups", Today())
    assert not fresh.count(MADE)


def test_another_schema_a_locked_or_absent_file_and_odd_text_are_left_to_it_too(
    database: Database, quick: QuickSqlite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hypercare_desk.adapters.db.quick._PATIENCE_SECONDS", 0.0)
    other = sqlite3.connect(tmp_path / "a ? #.db", isolation_level=None)

    assert not quick.count(replace(MADE, query="\udcff"))
    other.execute("BEGIN EXCLUSIVE")
    assert not quick.count(MADE)
    other.execute("ROLLBACK")
    other.execute("UPDATE alembic_version SET version_num = '9999'")
    assert not quick.count(MADE)
    other.close()
    absent = QuickSqlite(tmp_path / "absent.db", tmp_path / "backups", Today())
    assert not absent.count(MADE)
    assert absent.stamp() == ""
    assert absent.uses() is None
    assert not (tmp_path / "absent.db").exists()
