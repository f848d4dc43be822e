"""What this computer says about itself and its folders."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hypercare_desk.adapters.machine import ThisMachine

machine = ThisMachine()
posix_only = pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")


def test_versions_name_what_is_at_work() -> None:
    versions = machine.versions()
    assert {"python", "sqlite", "sqlalchemy", "weasyprint"} <= set(versions)
    assert all(versions.values())


@posix_only
def test_a_folder_that_others_may_enter_is_not_private(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    assert machine.private(tmp_path)
    tmp_path.chmod(0o710)
    assert not machine.private(tmp_path)
    assert machine.private(tmp_path / "absent")


@pytest.mark.skipif(os.name != "posix" or os.getuid() == 0, reason="the superuser may write anywhere")
def test_a_folder_that_is_closed_is_not_writable(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    assert not machine.writable(tmp_path)
    assert not machine.writable(tmp_path / "absent")


def test_room_is_told_even_for_folders_that_are_not_there_yet(tmp_path: Path) -> None:
    assert machine.free_bytes(tmp_path / "a" / "b") > 0
    assert machine.writable(tmp_path / "a" / "b")


def test_the_newest_file_is_the_one_written_last_unfinished_ones_aside(tmp_path: Path) -> None:
    assert machine.newest_file(tmp_path / "absent") is None
    assert machine.newest_file(tmp_path) is None
    for name, seconds in (("a", 1000), ("b", 2000), (".c.part", 3000)):
        (tmp_path / name).write_text(name)
        os.utime(tmp_path / name, (seconds, seconds))
    assert machine.newest_file(tmp_path) == (tmp_path / "b", datetime.fromtimestamp(2000, UTC))


def test_the_fingerprint_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    assert machine.sha256(tmp_path / "a").startswith("ba7816bf")
    assert machine.sha256(tmp_path / "absent") == ""


def test_packs_can_be_made_where_the_tests_run() -> None:
    assert machine.why_no_pdf() == ""
