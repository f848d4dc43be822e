"""Backups as one file: what goes in comes out, and nothing that should not."""

from __future__ import annotations

import hashlib
import json
import os
import random
import sqlite3
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from hypercare_desk.adapters.archive import ZipArchives
from hypercare_desk.adapters.archive_contents import LIST
from hypercare_desk.adapters.archive_names import archived, restored, unsafe
from hypercare_desk.adapters.archived_git import safe_settings
from hypercare_desk.adapters.db import open_database
from hypercare_desk.adapters.kb import open_history
from hypercare_desk.domain.errors import Cancelled, DeskError, Invalid, Unavailable
from hypercare_desk.domain.feedback import Feedback
from hypercare_desk.services.backup import BackupService, restore
from hypercare_desk.services.progress import Token
from hypercare_desk.settings import WorkspacePaths
from tests.fakes.database import MemoryDatabase

GIT_SETTINGS = (
    b"[core]\n\tbare = false\n\tfilemode = true\n[user]\n\tname = Ada\n"
    b'[remote "origin"]\n\turl = git@host:kb.git\n'
)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    root = tmp_path / "order to cash"
    files = {
        "workspace.toml": b'system = "OTC"\n',
        "kb/known-issue/KI-0001-x.md": "Größe 🙂\r\n".encode(),
        "kb/attachments/bild ä.png": bytes(range(256)) * 40,
        "kb/.git/HEAD": b"ref: refs/heads/main\n",
        "kb/.git/config": GIT_SETTINGS,
        "kb/.git/objects/ab/cdef": b"\x78\x9c",
        "packs/HP-0001.pdf": b"%PDF-1.7",
        "empty": b"",
    }
    for name, data in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    (root / "kb/.git/hooks").mkdir()
    (root / "kb/.git/hooks/post-commit").write_text("#!/bin/sh\n")
    (root / "kb/.git/refs/tags").mkdir(parents=True)
    (root / "desk.db").write_bytes(b"the live file, which is never read")
    (root / "desk.db-journal").write_bytes(b"journal")
    return root


@pytest.fixture
def backed_up(workspace: Path, tmp_path: Path, clock: Any) -> Path:
    (tmp_path / "data").mkdir()
    paths = WorkspacePaths(workspace, tmp_path / "cache", tmp_path / "data")
    service = BackupService(database=MemoryDatabase(), archives=ZipArchives(), paths=paths, clock=clock)
    return service.write(tmp_path / "desk-backup.zip")


def sums(root: Path) -> dict[str, str]:
    """Path → SHA-256 of every file."""
    files = (path for path in root.rglob("*") if path.is_file())
    return {p.relative_to(root).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def test_a_restored_workspace_is_the_one_that_was_backed_up(
    workspace: Path, backed_up: Path, tmp_path: Path, clock: Any
) -> None:
    found = restore(ZipArchives(), backed_up, tmp_path / "again")
    expected = sums(workspace)
    del expected["desk.db-journal"]
    del expected["kb/.git/hooks/post-commit"]
    expected["desk.db"] = hashlib.sha256(b"records in memory").hexdigest()
    assert sums(tmp_path / "again") == expected
    assert (tmp_path / "again/kb/.git/refs/tags").is_dir()
    assert found.facts == {"made_at": clock.now().isoformat(), "workspace": "order to cash"}
    assert sorted(p.name for p in (tmp_path / "data").iterdir()) == []


def test_links_are_not_followed(workspace: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    (workspace / "kb/link.md").symlink_to(tmp_path / "secret")
    (workspace / "kb/folder").symlink_to(tmp_path)
    ZipArchives().write(workspace, workspace / "desk.db", tmp_path / "b.zip", {})
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        assert not [name for name in archive.namelist() if "link" in name or "folder" in name]


def test_a_backup_inside_the_workspace_does_not_hold_itself(workspace: Path, tmp_path: Path) -> None:
    target = workspace / "packs" / "backup.zip"
    for _ in range(2):
        ZipArchives().write(workspace, workspace / "desk.db", target, {})
    with zipfile.ZipFile(target) as archive:
        assert not [name for name in archive.namelist() if "backup.zip" in name]


@pytest.mark.parametrize(
    "part",
    [
        "10:30 notes.md",
        "back\\slash",
        "CON",
        "nul.md",
        "dot.",
        "blank ",
        "new\nline",
        "50%",
        "%41",
        "\udcff",
        LIST,
    ],
)
def test_odd_names_come_back_and_are_plain_in_the_archive(workspace: Path, tmp_path: Path, part: str) -> None:
    (workspace / "kb" / part).write_bytes(b"kept")
    ZipArchives().write(workspace, workspace / "desk.db", tmp_path / "b.zip", {})
    restore(ZipArchives(), tmp_path / "b.zip", tmp_path / "again")
    assert (tmp_path / "again" / "kb" / part).read_bytes() == b"kept"
    assert unsafe(archived(PurePosixPath("kb") / part)) == ""
    on_windows = restored(archived(PurePosixPath("kb") / part), Path("x"), windows=True)
    assert not set(':\\\n"') & set(on_windows.name)


def test_git_objects_come_after_what_names_them(backed_up: Path) -> None:
    with zipfile.ZipFile(backed_up) as archive:
        names = archive.namelist()
    assert names.index("kb/.git/HEAD") < names.index("kb/.git/objects/ab/cdef")


def test_a_backup_that_fails_leaves_the_older_one(workspace: Path, backed_up: Path) -> None:
    before = backed_up.read_bytes()
    token = Token()
    token.cancel()
    with pytest.raises(Cancelled):
        ZipArchives().write(workspace, workspace / "desk.db", backed_up, {}, token)
    with pytest.raises(Unavailable):
        ZipArchives().write(workspace, workspace / "desk.db", workspace / "empty" / "b.zip", {})
    assert backed_up.read_bytes() == before
    assert not list(backed_up.parent.glob(".*.part"))


def test_a_restore_that_is_stopped_leaves_nothing(backed_up: Path, tmp_path: Path) -> None:
    before = sorted(tmp_path.iterdir())
    token = Token()
    token.cancel()
    with pytest.raises(Cancelled):
        restore(ZipArchives(), backed_up, tmp_path / "again", token)
    assert sorted(tmp_path.iterdir()) == before


def test_only_an_absent_or_empty_folder_is_restored_into(backed_up: Path, tmp_path: Path) -> None:
    full = tmp_path / "full"
    full.mkdir()
    restore(ZipArchives(), backed_up, full)
    with pytest.raises(Invalid):
        restore(ZipArchives(), backed_up, full)
    with pytest.raises(Invalid):
        restore(ZipArchives(), backed_up, full / "workspace.toml")


# --- hostile archives (reliability.md, trial 13) --------------------------------------------------------------

GOOD = {"workspace.toml": b"system = 'x'\n", "desk.db": b"db", "kb/a.md": b"a"}


def forged(
    path: Path, files: dict[str, bytes], change: Callable[[dict[str, Any]], None] | None = None
) -> Path:
    """An archive that lists what it holds, except for what ``change`` does to its list."""
    listed = [{"name": n, "size": len(d), "sha256": hashlib.sha256(d).hexdigest()} for n, d in files.items()]
    told: dict[str, Any] = {"format": 1, "facts": {}, "folders": [], "files": listed}
    if change:
        change(told)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
        archive.writestr(LIST, json.dumps(told))
    return path


@pytest.mark.parametrize(
    "name",
    [
        "../evil",
        "kb/../../evil",
        "..",
        "/etc/evil",
        "//host/share/evil",
        "\\\\host\\share\\evil",
        "C:/evil",
        "C:evil",
        "kb\\..\\..\\evil",
        "kb/a.md:stream",
        "kb/./a",
        "kb//a",
        "kb/CON",
        "kb/nul.md",
        "kb/com1.txt",
        "kb/LPT¹.md",
        "kb/trailing.",
        "kb/trailing ",
        "kb/new\nline",
        "kb/what?",
        "kb/%2E%2E/evil",
        "kb/..%2Fevil",
        "kb/%00",
        "kb/.GIT/hooks/x",
        "kb/.git/h%6Foks/x",
        "x/" * 2001 + "x",
        "kb/.git/hooks/post-checkout",
        "kb/.git/modules/x/config",
        "kb/folder/",
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    archive = forged(tmp_path / "evil.zip", {**GOOD, name: b"evil"})
    refused(archive, tmp_path)


def refused(archive: Path, tmp_path: Path, kind: type[DeskError] = Invalid) -> None:
    """Restoring raises one sentence and leaves everything as it was."""
    inside = tmp_path / "inside"
    inside.mkdir(exist_ok=True)
    before = sums(tmp_path)
    with pytest.raises(kind) as caught:
        restore(ZipArchives(), archive, inside / "target")
    assert caught.value.message.count("\n") == 0
    assert sums(tmp_path) == before
    assert list(inside.iterdir()) == []


def _listed_size(told: dict[str, Any]) -> None:
    told["files"][2]["size"] = 0


def _listed_sum(told: dict[str, Any]) -> None:
    told["files"][2]["sha256"] = "0" * 64


def _not_listed(told: dict[str, Any]) -> None:
    del told["files"][2]


def _listed_twice(told: dict[str, Any]) -> None:
    told["files"].append(told["files"][2])


def _negative(told: dict[str, Any]) -> None:
    told["files"][2]["size"] = -1


def _newer(told: dict[str, Any]) -> None:
    told["format"] = 2


def _folder_elsewhere(told: dict[str, Any]) -> None:
    told["folders"] = ["kb/../../evil"]


def _no_facts(told: dict[str, Any]) -> None:
    told["facts"] = ["x"]


@pytest.mark.parametrize(
    "change",
    [_listed_size, _listed_sum, _not_listed, _listed_twice, _negative, _newer, _no_facts, _folder_elsewhere],
)
def test_a_list_that_does_not_say_what_is_there_is_refused(
    tmp_path: Path, change: Callable[[dict[str, Any]], None]
) -> None:
    refused(forged(tmp_path / "evil.zip", GOOD, change), tmp_path)


def test_a_link_in_the_archive_is_refused(tmp_path: Path) -> None:
    path = forged(tmp_path / "evil.zip", {**GOOD, "kb/link": b"/etc/passwd"})
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(tmp_path / "linked.zip", "w") as new:
        for info in old.infolist():
            if info.filename == "kb/link":
                info.external_attr = (stat.S_IFLNK | 0o777) << 16
            new.writestr(info, old.read(info.filename))
    refused(tmp_path / "linked.zip", tmp_path)


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    refused(forged(tmp_path / "bomb.zip", {**GOOD, "kb/zeros": bytes(80 * 2**20)}), tmp_path)


def test_a_name_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    path = forged(tmp_path / "evil.zip", GOOD)
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(path, "a") as archive:
        archive.writestr("kb/a.md", b"another")
    refused(path, tmp_path)


@pytest.mark.parametrize("data", [b"", b"PK\x05\x06" + bytes(18), b"not a zip", b"PK\x03\x04" + bytes(400)])
def test_what_is_no_backup_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "b.zip").write_bytes(data)
    refused(tmp_path / "b.zip", tmp_path)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    refused(tmp_path / "none.zip", tmp_path, Unavailable)


@pytest.mark.parametrize("step", range(12))
def test_a_damaged_backup_is_refused_or_whole(backed_up: Path, tmp_path: Path, step: int) -> None:
    whole = backed_up.read_bytes()
    place = len(whole) * step // 12
    (tmp_path / "damaged.zip").write_bytes(
        whole[:place] + bytes(b ^ 0x55 for b in whole[place : place + 40]) + whole[place + 40 :]
    )
    try:
        restore(ZipArchives(), tmp_path / "damaged.zip", tmp_path / "again")
    except Invalid:
        assert not (tmp_path / "again").exists()
    else:
        restore(ZipArchives(), backed_up, tmp_path / "proper")
        assert sums(tmp_path / "again") == sums(tmp_path / "proper")


def test_git_settings_that_run_programs_do_not_come_along() -> None:
    hostile = (
        b'[core]\n\tbare = false\n\tfsmonitor = "touch /tmp/x"\n\thooksPath = /tmp/h\n\tsshCommand = evil\n'
        b'[include]\n\tpath = /tmp/evil\n[filter "x"]\n\tclean = evil\n[remote "origin"]\n\turl = ext::sh -c evil\n'
        b"\tfetch = +refs/heads/*:refs/remotes/origin/*\n[core] editor = evil\n[alias]\n\tst = !evil\n"
    )
    kept = safe_settings(hostile)
    assert b"evil" not in kept
    assert b"/tmp" not in kept
    assert b"bare = false" in kept
    assert b"fetch = " in kept
    assert safe_settings(GIT_SETTINGS) == GIT_SETTINGS


# --- whole round trips (reliability.md, trial 22) --------------------------------------------------------------

SEEDS = range(20 if os.environ.get("HYPERCARE_DESK_TRIALS") == "full" else 4)


@pytest.mark.parametrize("seed", SEEDS)
def test_backup_and_restore_give_equal_sums(tmp_path: Path, clock: Any, seed: int) -> None:
    chance = random.Random(seed)
    root = tmp_path / "ws"
    paths = WorkspacePaths(root, tmp_path / "cache", tmp_path / "data")
    paths.kb.mkdir(parents=True)
    paths.data.mkdir()
    paths.settings.write_text(f"# {seed}\n")
    database = open_database(paths.database, backups=paths.backups, clock=_Office(clock), create=True)
    with database.work() as work:
        work.feedback.add_many(
            Feedback("", f"Record {chance.random()}", chance.randbytes(300).hex())
            for _ in range(chance.randint(1, 99))
        )
        work.commit()
    history = open_history(paths.kb)
    for number in range(chance.randint(1, 12)):
        file = paths.kb / chance.choice("abc") / f"{number}.md"
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(chance.randbytes(chance.choice((0, 1, 5000, 200_000))))
        history.commit([file.relative_to(paths.kb).as_posix()], "Saved", "me")
    service = BackupService(database=database, archives=ZipArchives(), paths=paths, clock=clock)
    restore(ZipArchives(), service.write(tmp_path / "b.zip"), tmp_path / "again")
    database.close()
    before, after = sums(root), sums(tmp_path / "again")
    live, copy = _statements(root / "desk.db"), _statements(tmp_path / "again" / "desk.db")
    assert live == copy
    for kept in (before, after):
        kept.pop("desk.db")
        kept.pop("desk.db-journal", None)
    assert {n: s for n, s in before.items() if "/.git/hooks/" not in n} == after
    restored = open_history(tmp_path / "again" / "kb")
    saved = next(name for name in after if name.endswith(".md")).removeprefix("kb/")
    assert list(restored.log(saved)) == list(history.log(saved)) != []


class _Office:
    """The frozen clock with its day."""

    def __init__(self, frozen: Any) -> None:
        self.now = frozen.now

    def today(self) -> Any:
        return self.now().date()


def _statements(path: Path) -> list[str]:
    connection = sqlite3.connect(path)
    try:
        return list(connection.iterdump())
    finally:
        connection.close()
