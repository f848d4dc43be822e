"""The SQLite file: pragmas, locks, reading only, damage, full disks, backups."""

from __future__ import annotations

import os
import shutil
import sqlite3
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hypercare_desk.adapters.db import database as database_module
from hypercare_desk.adapters.db import open_database, sqlite, sqlite_store
from hypercare_desk.adapters.db.backups import KEEP_DAILY
from hypercare_desk.adapters.db.network_drives import network_kind
from hypercare_desk.domain.errors import Conflict, Invalid, NotFound, Unavailable
from hypercare_desk.domain.feedback import Feedback, FeedbackEvent
from hypercare_desk.services.ports import Clock, Database

Opener = Callable[..., Database]
NOBODY = 65534


def add(database: Database, title: str = "Orders held") -> Feedback:
    with database.work() as work:
        record = work.feedback.add(Feedback("", title))
        work.commit()
    return record


def pragma(connection: sqlite3.Connection, name: str) -> Any:
    return connection.execute(f"PRAGMA {name}").fetchone()[0]


# --- how it is opened ----------------------------------------------------------------------------------------


def test_connections_are_durable_and_careful(tmp_path: Path) -> None:
    connection = sqlite.connect(tmp_path / "a ?#%.db")
    assert (tmp_path / "a ?#%.db").exists()
    assert pragma(connection, "journal_mode") == ("wal" if sqlite.wal_is_safe() else "truncate")
    assert pragma(connection, "synchronous") == 2
    assert pragma(connection, "foreign_keys") == 1
    assert pragma(connection, "busy_timeout") == 5000
    assert pragma(connection, "trusted_schema") == 0
    connection.close()


@pytest.mark.parametrize(
    "version, safe",
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 0), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((4, 0, 0), True),
    ],
)
def test_wal_is_used_only_where_its_bug_is_mended(version: tuple[int, int, int], safe: bool) -> None:
    assert sqlite.wal_is_safe(version) is safe


def test_what_is_not_there_is_made_only_when_asked(tmp_path: Path, open_sqlite: Opener) -> None:
    with pytest.raises(NotFound):
        open_sqlite(create=False)
    assert not (tmp_path / "desk.db").exists()
    with pytest.raises(Unavailable):
        open_sqlite(tmp_path / "no such folder" / "desk.db")


def test_a_url_of_another_kind_is_refused(tmp_path: Path, office: Clock) -> None:
    for url in ("mysql://x/y", "sqlite:///", "postgresql://host"):
        with pytest.raises(Invalid):
            open_database(url, backups=tmp_path, clock=office)


def test_another_applications_database_is_left_alone(tmp_path: Path, open_sqlite: Opener) -> None:
    connection = sqlite3.connect(tmp_path / "desk.db")
    connection.execute("CREATE TABLE cookies (id)")
    connection.commit()
    connection.close()
    before = (tmp_path / "desk.db").read_bytes()
    with pytest.raises(Unavailable, match="another application"):
        open_sqlite()
    assert (tmp_path / "desk.db").read_bytes() == before


MOUNTS = (
    "/dev/sda1 / ext4 rw 0 0\n//server/share /mnt/team\\040share cifs rw 0 0\nhost:/home /home nfs4 rw 0 0\n"
    "/dev/sdb1 /home/local xfs rw 0 0\n"
)


@pytest.mark.parametrize(
    "path, kind",
    [
        ("/data/desk.db", ""),
        ("/mnt/team share/a/desk.db", "cifs"),
        ("/mnt/team shared/desk.db", ""),
        ("/home/ada/desk.db", "nfs4"),
        ("/home/local/desk.db", ""),
    ],
)
def test_network_drives_are_known_by_their_mount(path: str, kind: str) -> None:
    assert network_kind(Path(path), MOUNTS) == kind


def test_a_network_drive_is_refused_and_postgresql_offered(
    open_sqlite: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_store, "network_kind", lambda path: "nfs4")
    with pytest.raises(Unavailable, match="PostgreSQL") as caught:
        open_sqlite()
    assert caught.value.code == "network_drive"


# --- many at once --------------------------------------------------------------------------------------------


def test_two_windows_write_one_after_the_other(open_sqlite: Opener) -> None:
    one, two = open_sqlite(), open_sqlite()
    faults: list[BaseException] = []

    def write(database: Database) -> None:
        try:
            for _ in range(20):
                add(database)
        except BaseException as fault:  # noqa: BLE001 (told by the assertion below)
            faults.append(fault)

    threads = [threading.Thread(target=write, args=(database,)) for database in (one, one, two, two)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    with one.view() as view:
        assert [int(record.id[3:]) for record in view.feedback.all()] == list(range(1, 81))


def test_of_two_windows_that_edit_one_record_none_overwrites_the_other(open_sqlite: Opener) -> None:
    one, two = open_sqlite(), open_sqlite()
    record = add(one, "")

    def edit(database: Database, mark: str) -> None:
        for _ in range(40):
            while True:
                with database.view() as view:
                    seen = view.feedback.get(record.id)
                try:
                    with database.work() as work:
                        work.feedback.change(replace(seen, title=seen.title + mark))
                        work.commit()
                    break
                except Conflict:
                    continue  # look again, at what the other one wrote

    threads = [threading.Thread(target=edit, args=pair) for pair in ((one, "a"), (two, "b"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with one.view() as view:
        found = view.feedback.get(record.id)
    assert (found.title.count("a"), found.title.count("b"), found.version) == (40, 40, 81)


def test_another_process_is_noticed_and_oneself_is_not(open_sqlite: Opener) -> None:
    one, two = open_sqlite(), open_sqlite()
    before = one.data_version()
    add(one)
    assert one.data_version() == before
    add(two)
    assert one.data_version() != before


def test_a_writer_that_blocks_for_too_long_is_told_in_a_sentence(
    tmp_path: Path, open_sqlite: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "BUSY_MILLISECONDS", 50)
    database = open_sqlite()
    other = sqlite3.connect(tmp_path / "desk.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable, match="busy") as caught:
        add(database)
    assert caught.value.code == "busy"
    other.execute("ROLLBACK")
    other.close()
    assert add(database).id == "FB-0001"


def test_threads_of_one_process_wait_for_each_other(
    open_sqlite: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "_WAIT_FOR_OTHER_THREADS", 0.05)
    database = open_sqlite()
    told: list[str] = []

    def write() -> None:
        try:
            add(database)
        except Unavailable as fault:
            told.append(fault.code)

    with database.work():
        thread = threading.Thread(target=write)
        thread.start()
        thread.join()
        with pytest.raises(RuntimeError, match="inside another"), database.work():
            pass
    assert told == ["busy"]


def test_a_view_sees_one_state_while_others_write(open_sqlite: Opener) -> None:
    one, two = open_sqlite(), open_sqlite()
    add(one)
    with two.view() as view:
        assert len(view.feedback.all()) == 1
        with one.work() as work:
            work.feedback.add(Feedback("", "Not committed yet"))
            assert len(view.feedback.all()) == 1


# --- history stays -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement", ["DELETE FROM feedback_events", "UPDATE feedback_events SET who = 'somebody else'"]
)
def test_the_database_itself_refuses_to_rewrite_history(
    tmp_path: Path, open_sqlite: Opener, clock: Any, statement: str
) -> None:
    database = open_sqlite()
    with database.work() as work:
        record = work.feedback.add(Feedback("", "Orders held"))
        work.feedback.record_events([FeedbackEvent(record.id, clock.now(), "me", "state", "", "new")])
        work.commit()
    connection = sqlite3.connect(tmp_path / "desk.db")
    with pytest.raises(sqlite3.IntegrityError, match="append only"):
        connection.execute(statement)
    connection.close()


# --- reading only (trial 5) ----------------------------------------------------------------------------------


@contextmanager
def as_an_ordinary_user() -> Generator[None, None, None]:
    """Root may write everywhere, so give the rights away for a while."""
    if os.geteuid() != 0:
        yield
        return
    os.setresuid(NOBODY, NOBODY, 0)
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)


@pytest.fixture
def readable(tmp_path: Path, open_sqlite: Opener) -> Generator[Path, None, None]:
    """A database in a folder that everybody may look into."""
    import tempfile

    place = Path(tempfile.mkdtemp(prefix="records-"))
    database = open_sqlite(place / "desk.db")
    add(database)
    database.close()
    place.chmod(0o755)
    (place / "desk.db").chmod(0o644)
    if os.geteuid() != 0:
        (place / "desk.db").chmod(0o444)
    yield place
    place.chmod(0o755)
    shutil.rmtree(place)


@pytest.mark.skipif(os.name != "posix", reason="rights are set otherwise there")
@pytest.mark.parametrize("closed", ["file", "folder"])
def test_what_may_not_be_written_opens_for_reading_and_says_so(
    readable: Path, tmp_path: Path, office: Clock, closed: str
) -> None:
    if closed == "folder":
        (readable / "desk.db").chmod(0o666)
        readable.chmod(0o555)
    with as_an_ordinary_user():
        database = open_database(readable / "desk.db", backups=tmp_path / "backups", clock=office)
        assert str(readable) in database.read_only
        with database.view() as view:
            assert view.feedback.get("FB-0001").title == "Orders held"
        with pytest.raises(Unavailable) as caught, database.work():
            pass
        database.close()
    assert caught.value.message == database.read_only
    assert caught.value.code == "read_only"


@pytest.mark.parametrize("closed", ["file", "folder"])
def test_a_file_left_in_wal_mode_can_be_read_where_nothing_may_be_written(
    readable: Path, tmp_path: Path, office: Clock, closed: str
) -> None:
    connection = sqlite3.connect(readable / "desk.db")
    assert connection.execute("PRAGMA journal_mode=WAL").fetchone() == ("wal",)
    connection.close()
    test_what_may_not_be_written_opens_for_reading_and_says_so(readable, tmp_path, office, closed)


def test_where_wal_is_safe_it_is_used_and_backed_up(
    tmp_path: Path, open_sqlite: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "wal_is_safe", lambda: True)
    database = open_sqlite()
    add(database)
    with database.view() as view:
        assert add(database).id == "FB-0002"
        assert len(view.feedback.all()) <= 2
    copy = database.backup(tmp_path / "copy.db")
    database.close()
    connection = sqlite3.connect(copy)
    assert pragma(connection, "journal_mode") == "delete"
    assert connection.execute("SELECT count(*) FROM feedback").fetchone() == (2,)
    connection.close()
    monkeypatch.undo()
    assert list(open_sqlite().check()) == []


# --- backups -------------------------------------------------------------------------------------------------


def test_the_first_writer_of_a_day_leaves_a_copy_of_the_day_before(
    tmp_path: Path, open_sqlite: Opener, clock: Any
) -> None:
    database = open_sqlite()
    for _ in range(KEEP_DAILY + 3):
        add(database)
        add(database)
        clock.advance(days=1)
    copies = sorted((tmp_path / "backups").iterdir())
    assert [path.name for path in copies] == [f"desk-2026-11-{day}.db" for day in range(21, 28)]
    newest = open_sqlite(copies[-1])
    with newest.view() as view:
        assert len(view.feedback.all()) == (KEEP_DAILY + 2) * 2


def test_a_daily_copy_that_fails_stops_nobody_and_is_told(tmp_path: Path, open_sqlite: Opener) -> None:
    (tmp_path / "backups").write_text("a file in the way")
    database = open_sqlite()
    add(database)
    assert "backup" in " ".join(database.check())


def test_a_copy_equals_what_was_copied(tmp_path: Path, open_sqlite: Opener) -> None:
    database = open_sqlite()
    add(database)
    copy = open_sqlite(database.backup(tmp_path / "elsewhere" / "copy.db"))
    with database.view() as here, copy.view() as there:
        assert here.feedback.all() == there.feedback.all()
