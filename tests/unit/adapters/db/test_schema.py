"""Migrations: what they make is what a fresh database has, and one that fails leaves everything as it was."""

from __future__ import annotations

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine

from hypercare_desk.adapters.db import open_database, schema, sqlite, sqlite_store
from hypercare_desk.domain.errors import DeskError, Unavailable
from hypercare_desk.domain.feedback import Feedback, FeedbackEvent
from hypercare_desk.services.ports import Clock, Database

# --- one schema, two ways ------------------------------------------------------------------------------------


def sqlite_schema(connection: Connection) -> dict[str, Any]:
    """Tables, columns, references, checks, indexes and triggers, in no particular order."""

    def rows(statement: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in connection.exec_driver_sql(statement)]

    found: dict[str, Any] = {
        "triggers": {*rows("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")}
    }
    for name, text in rows("SELECT name, sql FROM sqlite_master WHERE type = 'table'"):
        indexes = {row[1] for row in rows(f"PRAGMA index_list({name})") if row[3] == "c"}
        found[name] = {
            "columns": {row[1:] for row in rows(f"PRAGMA table_xinfo({name})")},
            "references": {row[2:] for row in rows(f"PRAGMA foreign_key_list({name})")},
            "indexes": {i: tuple(r[2] for r in rows(f"PRAGMA index_info({i})")) for i in indexes},
            "constraints": {*re.findall(r"CONSTRAINT .*\)(?=, ?\n|$)", text.removesuffix(")").rstrip())},
            "counted": "AUTOINCREMENT" in text,
        }
    return found


def postgresql_schema(connection: Connection) -> dict[str, Any]:
    """The same, as PostgreSQL's catalogue tells it."""
    statements = {
        "columns": "SELECT table_name, column_name, data_type, is_nullable, collation_name, column_default"
        " FROM information_schema.columns WHERE table_schema = 'public'",
        "constraints": "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE connamespace = 'public'::regnamespace",
        "indexes": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
        "triggers": "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    }
    return {
        name: {tuple(row) for row in connection.exec_driver_sql(text)} for name, text in statements.items()
    }


def test_migrations_make_what_a_fresh_sqlite_database_has(tmp_path: Path) -> None:
    made: list[dict[str, Any]] = []
    for number, make in enumerate((schema.create, schema.upgrade)):
        engine = sqlite.engine_for(tmp_path / f"{number}.db", read_only=False, immutable=False)
        with engine.connect() as connection:
            connection.execution_options(writing=True).begin()
            make(connection)
            made.append(sqlite_schema(connection))
            connection.commit()
        engine.dispose()
    assert len(made[0]) > 20
    assert made[0] == made[1]


@pytest.mark.postgres
def test_migrations_make_what_a_fresh_postgresql_database_has(postgresql_url: str) -> None:
    made: list[dict[str, Any]] = []
    engine = create_engine(postgresql_url)
    for make in (schema.create, schema.upgrade):
        with engine.connect() as connection:  # undone on leaving
            make(connection)
            made.append(postgresql_schema(connection))
    engine.dispose()
    assert made[0] == made[1]


def test_opening_what_is_up_to_date_needs_no_alembic(
    tmp_path: Path, open_sqlite: Callable[..., Database]
) -> None:
    open_sqlite().close()
    program = (
        "import sys; from pathlib import Path; from hypercare_desk.adapters.db import open_database\n"
        "assert 'sqlalchemy' not in sys.modules\n"
        "class Office:\n    def now(self): raise AssertionError\n    def today(self): raise AssertionError\n"
        "open_database('sqlite:///desk.db', backups=Path('b'), clock=Office()).close()\n"
        "assert 'alembic' not in sys.modules and 'sqlalchemy.orm' not in sys.modules\n"
    )
    paths = os.pathsep.join(path for path in sys.path if path)
    subprocess.run(
        [sys.executable, "-c", program], check=True, cwd=tmp_path, env={**os.environ, "PYTHONPATH": paths}
    )


# --- migrating (reliability.md, trial 20) ---------------------------------------------------------------------

HEAD = '''
"""A later revision."""
import os, signal
import sqlalchemy as sa
from alembic import op
revision, down_revision = "0002", "0001"

def upgrade():
    with op.batch_alter_table("feedback") as batch:
        batch.add_column(sa.Column("mood", sa.Text(), nullable=False, server_default="calm"))
    op.execute("UPDATE feedback SET mood = 'tense'")
    op.create_table("moods", sa.Column("id", sa.Text(), primary_key=True))
'''
FAULTS = {
    "a statement that fails": "    op.execute('INSERT INTO nowhere VALUES (1)')\n",
    "a bug": "    raise ZeroDivisionError\n",
    "a reference left broken": (
        "    op.execute(\"INSERT INTO links VALUES ('FB-0404', 'KI-0001', 'related', 'now', 'me')\")\n"
    ),
    "a constraint that no row meets": '    op.execute("UPDATE feedback SET version = 0")\n',
    "the process is killed": "    os.kill(os.getpid(), signal.SIGKILL)\n",
}


@pytest.fixture
def older(open_sqlite: Callable[..., Database], tmp_path: Path, clock: Any) -> Path:
    """A database with a record and its history, at this version's revision."""
    database = open_sqlite()
    with database.work() as work:
        record = work.feedback.add(Feedback("", "Orders held"))
        work.feedback.record_events([FeedbackEvent(record.id, clock.now(), "me", "state", "", "new")])
        work.commit()
    database.close()
    shutil.rmtree(tmp_path / "backups")
    return tmp_path / "desk.db"


@pytest.fixture
def later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Makes this a later version of the application, whose migration ends with the given lines."""

    def install(lines: str) -> None:
        folder = tmp_path / "migrations"
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(schema.MIGRATIONS, folder, ignore=ignored)
        (folder / "versions" / "r0002_moods.py").write_text(HEAD + lines)
        monkeypatch.setattr(schema, "MIGRATIONS", folder)
        monkeypatch.setattr(schema, "HEAD", "0002")

    return install


def contents(path: Path) -> list[str]:
    """Everything in a database, as statements."""
    connection = sqlite3.connect(path)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return [*connection.iterdump(), str(connection.execute("PRAGMA application_id").fetchone())]
    finally:
        connection.close()


@pytest.mark.parametrize("fault", FAULTS)
def test_a_migration_that_fails_leaves_the_database_equal_to_its_backup(
    older: Path, later: Callable[[str], None], tmp_path: Path, office: Clock, fault: str
) -> None:
    before = contents(older)
    later(FAULTS[fault])
    if fault == "the process is killed":
        _migrate_in_a_child(older, tmp_path / "backups", office)
    else:
        with pytest.raises((DeskError, ZeroDivisionError)):
            open_database(older, backups=tmp_path / "backups", clock=office)  # pyright: ignore[reportArgumentType]
    assert contents(older) == before
    (backup,) = (tmp_path / "backups").iterdir()
    assert contents(backup) == before


def _migrate_in_a_child(path: Path, backups: Path, office: Clock) -> None:
    child = os.fork()
    if child == 0:
        sqlite_store.migrate(path, backups, office)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL


def test_a_backup_that_cannot_be_made_stops_the_migration(
    older: Path, later: Callable[[str], None], tmp_path: Path, office: Clock
) -> None:
    before = contents(older)
    later("")
    (tmp_path / "backups").write_text("a file in the way")
    with pytest.raises(Unavailable, match="backup"):
        open_database(older, backups=tmp_path / "backups", clock=office)
    assert contents(older) == before


def test_a_migration_keeps_every_row_and_leaves_a_backup(
    older: Path, later: Callable[[str], None], tmp_path: Path, office: Clock
) -> None:
    before = contents(older)
    later("")
    open_database(older, backups=tmp_path / "backups", clock=office).close()
    (backup,) = (tmp_path / "backups").iterdir()
    assert contents(backup) == before
    connection = sqlite3.connect(older)
    assert connection.execute("SELECT id, mood FROM feedback").fetchall() == [("FB-0001", "tense")]
    assert connection.execute("SELECT feedback_id, new FROM feedback_events").fetchall() == [
        ("FB-0001", "new")
    ]
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()


def test_a_newer_schema_opens_for_reading_only(older: Path, tmp_path: Path, office: Clock) -> None:
    connection = sqlite3.connect(older)
    connection.execute("UPDATE alembic_version SET version_num = '0099'")
    connection.commit()
    connection.close()
    database = open_database(older, backups=tmp_path / "backups", clock=office)
    assert "newer version" in database.read_only
    with database.view() as view:
        assert view.feedback.get("FB-0001").title == "Orders held"
    with pytest.raises(Unavailable, match="newer version"), database.work():
        pass
    database.close()
