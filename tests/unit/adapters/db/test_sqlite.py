"""The SQLite file: pragmas, locks, reading only, damage, full disks, backups."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from hypercare_desk.adapters.db import database as database_module
from hypercare_desk.adapters.db import open_database, sqlite, sqlite_store
from hypercare_desk.adapters.db.backups import KEEP_DAILY
from hypercare_desk.adapters.db.network_drives import network_kind
from hypercare_desk.domain.errors import DeskError, Invalid, NotFound, Unavailable
from hypercare_desk.domain.feedback import Feedback, FeedbackEvent
from hypercare_desk.domain.journal import JournalEntry, JournalKind
from hypercare_desk.services.ports import Clock, Database

Opener = Callable[..., Database]
NOBODY = 65534
FULL_COUNT = os.environ.get("HYPERCARE_DESK_TRIALS", "") == "full"
"""Whether reliability.md's own numbers are run, instead of a few of each."""


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


# --- full disks (trial 4) ------------------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path: Path) -> Generator[Path, None, None]:
    """A disk of one mebibyte."""
    place = tmp_path / "small"
    place.mkdir()
    mounted = (
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)], check=False, capture_output=True
        )
        if shutil.which("mount")
        else None
    )
    if mounted is None or mounted.returncode:
        pytest.skip("small_disk: a tmpfs cannot be mounted here (needs root and the right to mount)")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_full_disk_keeps_what_was_there_and_lets_go(small_disk: Path, open_sqlite: Opener) -> None:
    database = open_sqlite(small_disk / "desk.db")
    (small_disk / "ballast").write_bytes(bytes(300_000))
    kept, fault = 0, None
    while fault is None:
        try:
            add(database, "x" * 20_000)
            kept += 1
        except Unavailable as full:
            fault = full
    assert fault.code == "disk_full"
    with database.view() as view:
        assert len(view.feedback.all()) == kept
    (small_disk / "ballast").unlink()
    add(database, "room again")
    assert list(database.check()) == []


def test_a_backup_onto_a_full_disk_keeps_the_older_one(small_disk: Path, open_sqlite: Opener) -> None:
    database = open_sqlite()
    database.backup(small_disk / "copy.db")
    before = (small_disk / "copy.db").read_bytes()
    with database.work() as work:
        work.feedback.add(Feedback("", "long", description="x" * 2_000_000))
        work.commit()
    with pytest.raises(Unavailable):
        database.backup(small_disk / "copy.db")
    assert (small_disk / "copy.db").read_bytes() == before
    assert [path.name for path in small_disk.iterdir()] == ["copy.db"]


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


# --- kills and damage (trials 2 and 7) -----------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_nothing_acknowledged_is_lost_when_the_process_is_killed(tmp_path: Path) -> None:
    rounds = 100 if FULL_COUNT else 8
    program = Path(__file__).with_name("killing.py")
    done = subprocess.run(
        [sys.executable, str(program), str(tmp_path), str(rounds), "1"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        capture_output=True,
        text=True,
        check=False,
    )
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_file_that_is_no_database_is_told_with_the_newest_backup(
    tmp_path: Path, open_sqlite: Opener
) -> None:
    database = open_sqlite()
    add(database)
    database.close()
    (tmp_path / "desk.db").write_bytes(b"x" * 8192)
    with pytest.raises(Unavailable, match=r"desk-2026-11-18\.db") as caught:
        open_sqlite()
    assert caught.value.code == "damaged"


@pytest.mark.slow
def test_damaged_pages_are_detected(tmp_path: Path, open_sqlite: Opener, office: Clock, clock: Any) -> None:
    rounds = 120 if FULL_COUNT else 16
    database = open_sqlite()
    with database.work() as work:
        work.feedback.add_many(
            Feedback(
                "", f"Order {n} is held", f"The user of desk {n} says so. " * 20, reported_at=clock.now()
            )
            for n in range(300)
        )
        work.journal.add_many(
            JournalEntry("", clock.now(), "me", JournalKind.NOTE, f"Note {n}") for n in range(300)
        )
        work.commit()
    records = _records(database)
    database.close()
    whole = (tmp_path / "desk.db").read_bytes()
    chance = random.Random(7)
    told = [_what_is_told(_damaged(whole, chance), tmp_path, office, records) for _ in range(rounds)]
    print(f"of {rounds}: {told.count('detected')} detected, {told.count('harmless')} harmless")
    assert "no sentence" not in told
    assert told.count("unseen") <= rounds * 0.05


def _records(database: Database) -> list[Any]:
    with database.view() as view:
        return [*view.feedback.all(), *view.journal.all()]


def _damaged(whole: bytes, chance: random.Random) -> bytes:
    """One page with 64 bytes overwritten, zeroed, or gone from there to the end."""
    damaged = bytearray(whole)
    place = chance.randrange(len(whole) // 4096) * 4096 + chance.randrange(4032)
    how = chance.choice(("flipped", "zeroed", "cut"))
    if how == "cut":
        return bytes(damaged[:place])
    damaged[place : place + 64] = (
        bytes(64) if how == "zeroed" else bytes(b ^ 0xFF for b in damaged[place : place + 64])
    )
    return bytes(damaged)


def _what_is_told(data: bytes, folder: Path, office: Clock, records: list[Any]) -> str:
    """Whether opening or the check tells; if not, whether the records are all as they were."""
    (folder / "damaged.db").write_bytes(data)
    try:
        database = open_database(folder / "damaged.db", backups=folder / "backups", clock=office)
    except DeskError as fault:
        return "no sentence" if "\n" in fault.message else "detected"
    try:
        if database.check():
            return "detected"
        return "harmless" if _records(database) == records else "unseen"
    except DeskError:
        return "detected"
    finally:
        database.close()
