"""The SQLite file in trouble: full disks, kills, damage (reliability.md, trials 2, 4 and 7)."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest

from hypercare_desk.adapters.db import open_database
from hypercare_desk.domain.errors import DeskError, Unavailable
from hypercare_desk.domain.feedback import Feedback
from hypercare_desk.domain.journal import JournalEntry, JournalKind
from hypercare_desk.services.ports import Clock, Database

Opener = Callable[..., Database]
FULL_COUNT = os.environ.get("HYPERCARE_DESK_TRIALS", "") == "full"
"""Whether reliability.md's own numbers are run, instead of a few of each."""


def add(database: Database, title: str = "Orders held") -> Feedback:
    with database.work() as work:
        record = work.feedback.add(Feedback("", title))
        work.commit()
    return record


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
