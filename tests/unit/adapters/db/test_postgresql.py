"""What only PostgreSQL has: a server that may be away, roles, a copy of its records in a file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from hypercare_desk.adapters.db import open_database
from hypercare_desk.domain.errors import Conflict, DeskError, Invalid, Unavailable
from hypercare_desk.domain.feedback import Feedback, FeedbackEvent, Link, Relation
from hypercare_desk.services.ports import Clock, Database

Opener = Callable[[], Database]
pytestmark = pytest.mark.postgres


def add(database: Database, title: str = "Orders held") -> Feedback:
    with database.work() as work:
        record = work.feedback.add(Feedback("", title))
        work.commit()
    return record


def as_role(url: str, role: str) -> str:
    """The URL for another role of the same server (which trusts everybody)."""
    return url.replace("desk@", f"{role}@")


def run(url: str, *statements: str) -> None:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def test_an_empty_database_is_given_its_tables(postgresql_url: str, tmp_path: Path, office: Clock) -> None:
    url = postgresql_url.replace("+psycopg", "")
    first = open_database(url, backups=tmp_path, clock=office)
    add(first)
    second = open_database(url, backups=tmp_path, clock=office)
    with second.view() as view:
        assert view.feedback.get("FB-0001").title == "Orders held"
    first.close()
    second.close()


def test_a_server_that_is_away_is_told_in_a_sentence(tmp_path: Path, office: Clock) -> None:
    with pytest.raises(Unavailable, match="does not answer") as caught:
        open_database("postgresql://ada:secret@127.0.0.1:1/desk", backups=tmp_path, clock=office)
    assert "secret" not in caught.value.message
    assert "\n" not in caught.value.message


@pytest.mark.parametrize("url", ["postgresql://", "postgresql://host:port/x", "postgresql://host/"])
def test_a_url_that_cannot_be_meant_is_refused(tmp_path: Path, office: Clock, url: str) -> None:
    with pytest.raises(Invalid):
        open_database(url, backups=tmp_path, clock=office)


def test_a_server_that_goes_away_is_told_and_found_again(
    open_postgresql: Opener, postgresql_with_tables: str
) -> None:
    database = open_postgresql()
    add(database)
    cut = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    with pytest.raises(DeskError), database.work() as work:  # noqa: PT012 (the cut is what makes it raise)
        work.feedback.add(Feedback("", "Lost"))
        run(postgresql_with_tables, cut)
        work.commit()
    assert add(database).id == "FB-0002"


def test_a_role_that_may_only_read_opens_for_reading(
    open_postgresql: Opener, postgresql_with_tables: str, tmp_path: Path, office: Clock
) -> None:
    add(open_postgresql())
    run(
        postgresql_with_tables,
        "DROP ROLE IF EXISTS reader",
        "CREATE ROLE reader LOGIN",
        "GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader",
    )
    database = open_database(as_role(postgresql_with_tables, "reader"), backups=tmp_path, clock=office)
    assert "may read" in database.read_only
    with database.view() as view:
        assert len(view.feedback.all()) == 1
    with pytest.raises(Unavailable), database.work():
        pass
    database.close()
    run(postgresql_with_tables, "DROP OWNED BY reader", "DROP ROLE reader")


def test_a_role_that_may_not_make_tables_is_told_so(
    postgresql_url: str, tmp_path: Path, office: Clock
) -> None:
    run(postgresql_url, "DROP ROLE IF EXISTS guest", "CREATE ROLE guest LOGIN")
    with pytest.raises(Unavailable) as caught:
        open_database(as_role(postgresql_url, "guest"), backups=tmp_path, clock=office)
    assert caught.value.code == "read_only"
    run(postgresql_url, "DROP ROLE guest")


@pytest.mark.parametrize("statement", ["DELETE FROM feedback_events", "UPDATE feedback_events SET who = 'x'"])
def test_the_database_itself_refuses_to_rewrite_history(
    open_postgresql: Opener, postgresql_with_tables: str, office: Clock, statement: str
) -> None:
    database = open_postgresql()
    record = add(database)
    with database.work() as work:
        work.feedback.record_events([FeedbackEvent(record.id, office.now(), "me", "state", "", "new")])
        work.commit()
    with pytest.raises(psycopg.errors.CheckViolation, match="append only"):
        run(postgresql_with_tables, statement)


def test_two_people_never_overwrite_each_other(open_postgresql: Opener) -> None:
    one, two = open_postgresql(), open_postgresql()
    record = add(one)
    with one.work() as work:
        work.feedback.change(record)
        work.commit()
    with pytest.raises(Conflict), two.work() as work:
        work.feedback.change(record)


def test_ids_are_never_given_to_two(open_postgresql: Opener) -> None:
    one, two = open_postgresql(), open_postgresql()
    given = [add(database).id for database in (one, two, one, two)]
    assert given == ["FB-0001", "FB-0002", "FB-0003", "FB-0004"]
    assert one.data_version() != 0


def test_a_backup_is_a_file_that_opens_without_a_server(
    open_postgresql: Opener, tmp_path: Path, office: Clock
) -> None:
    database = open_postgresql()
    first, second = add(database), add(database, "Größe 🙂")
    with database.work() as work:
        work.feedback.change(replace(first, duplicate_of=second.id))
        work.feedback.record_events([FeedbackEvent(first.id, office.now(), "me", "state", "", "new")])
        work.links.add(Link(first.id, "KI-0001", Relation.RELATED, office.now(), "me"))
        work.next_id("KI", 7)
        work.commit()
    copy = open_database(database.backup(tmp_path / "copy.db"), backups=tmp_path, clock=office)
    with database.view() as there, copy.view() as here:
        assert here.feedback.all() == there.feedback.all()
        assert here.feedback.events() == there.feedback.events()
        assert here.links.all() == there.links.all()
    with copy.work() as work:
        assert work.next_id("KI") == ["KI-0008"]
    assert list(copy.check()) == []
    copy.close()
