"""Trials 1, 4, 5 and 8 of reliability.md, at the article store: killed, full disk, read-only, two processes."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pygit2
import pytest
from pygit2.enums import ConfigLevel

from hypercare_desk.adapters.kb import files, open_history, open_store
from hypercare_desk.adapters.kb.store import FileStore
from hypercare_desk.domain.errors import Unavailable
from hypercare_desk.services.ports import Incoming
from tests.unit.adapters.kb.conftest import Draft, full_count

SOURCE = Path(__file__).resolve().parents[4] / "src"

SAVE_FOREVER = """
import sys
from dataclasses import replace
from pathlib import Path
from hypercare_desk.adapters.kb.store import FileStore

store = FileStore(Path(sys.argv[1]))
article = store.read("KI-0001")
number = int(article.body.split()[0])
while True:
    number += 1
    article = store.save(replace(article.draft(), body=f"{number}\\n" * 5000), article.version)
    print(number, flush=True)
"""

ADD_ONE = """
import sys
from dataclasses import replace
from pathlib import Path
from hypercare_desk.adapters.kb.store import FileStore
from hypercare_desk.domain.errors import Conflict

store = FileStore(Path(sys.argv[1]))
conflicts = 0
for _ in range(int(sys.argv[2])):
    while True:
        article = store.read("KI-0001")
        try:
            store.save(replace(article.draft(), body=f"{int(article.body) + 1}\\n"), article.version)
            break
        except Conflict:
            conflicts += 1
print(conflicts)
"""


def python(program: str, *words: str) -> subprocess.Popen[str]:
    """A process that runs ``program`` with the checkout's package."""
    return subprocess.Popen(
        [sys.executable, "-c", program, *words],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
    )


def killed_while_saving(kb: Path, acknowledgements: int) -> int:
    """Let a process save until it has said so so many times, kill it, and return the last number it vouched for."""
    process = python(SAVE_FOREVER, str(kb))
    assert process.stdout
    last = 0
    for _ in range(acknowledgements):
        last = int(process.stdout.readline())
    os.kill(process.pid, signal.SIGKILL)
    rest = process.stdout.read().split("\n")
    process.wait()
    process.stdout.close()
    return int(rest[-2]) if len(rest) > 1 else last


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.skipif(os.name == "nt", reason="SIGKILL is POSIX's")
def test_killed_during_saves(store: FileStore, kb: Path, draft: Draft) -> None:
    store.save(draft(body="0\n" * 5000), None)
    chance = random.Random(7)
    for _ in range(full_count(200, usual=15)):
        vouched = killed_while_saving(kb, chance.randint(1, 6))
        again = open_store(kb)
        lines = again.read("KI-0001").body.split()
        assert len(lines) == 5000
        assert len(set(lines)) == 1
        assert int(lines[0]) >= vouched
        assert list(kb.rglob(f"{files.TEMPORARY}*")) == []


def test_two_processes_lose_nothing(store: FileStore, kb: Path, draft: Draft) -> None:
    store.save(draft(body="0\n"), None)
    processes = [python(ADD_ONE, str(kb), "60") for _ in range(2)]
    for process in processes:
        process.communicate()
        assert process.returncode == 0
    assert store.read("KI-0001").body == "120\n"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 400 KiB, where this user may mount one."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = shutil.which("mount")
    words = [mount or "mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", str(place)]
    if not mount or subprocess.run(words, capture_output=True, check=False).returncode:
        pytest.skip("a small tmpfs cannot be mounted here (it takes root and a system that allows it)")
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_keeps_the_old_text(small_disk: Path, draft: Draft) -> None:
    kb = small_disk / "kb"
    store = open_store(kb)
    old = store.save(draft(body="old\n" * 100), None)
    with pytest.raises(Unavailable, match="the disk is full") as caught:
        store.save(replace(old.draft(), body="new\n" * 200_000), old.version)
    assert "unharmed" in caught.value.message
    assert store.read("KI-0001") == old
    assert list(kb.rglob(f"{files.TEMPORARY}*")) == []
    new = store.save(replace(old.draft(), body="fits\n"), old.version)
    assert new.body == "fits\n"


def test_a_full_disk_stops_the_history_and_not_the_save(small_disk: Path, draft: Draft) -> None:
    kb = small_disk / "kb"
    store, history = open_store(kb), open_history(kb)
    saved = store.save(draft(), None)
    history.commit([saved.path], "Add", "Ada")
    changed = store.save(replace(saved.draft(), body=os.urandom(9000).hex()), saved.version)
    filling = small_disk / "filling"
    with pytest.raises(OSError):
        filling.write_bytes(os.urandom(500_000))
    with pytest.raises(Unavailable, match="The change is saved"):
        history.commit([changed.path], "Change", "Ada")
    filling.unlink()
    assert store.read("KI-0001") == changed
    history.commit([changed.path], "Change", "Ada")
    assert [r.message for r in history.log(saved.path)] == ["Change", "Add"]


def test_a_full_disk_stops_an_import_whole(small_disk: Path, draft: Draft) -> None:
    store = open_store(small_disk / "kb")
    old = store.save(draft(), None)
    many = [Incoming(draft(f"KI-{number:04}", body="long\n" * 2000)) for number in range(2, 80)]
    with pytest.raises(Unavailable, match="the disk is full"):
        store.prepare(many)
    assert [row.version for row in store.rows()] == [old.version]
    assert len([path for path in small_disk.rglob("*") if path.is_file()]) == 1


def as_ordinary_user(work: Callable[[], object]) -> object:
    """The answer of ``work`` run in a forked process as nobody, or as this user when it is an ordinary one."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            if os.getuid() == 0:
                os.setgroups([])
                os.setresgid(65534, 65534, 65534)
                os.setresuid(65534, 65534, 65534)
                # The home folder of the user who runs the tests may not be looked into.
                pygit2.settings.search_path[ConfigLevel.GLOBAL] = "/nonexistent"
                pygit2.settings.search_path[ConfigLevel.XDG] = "/nonexistent"
            os.write(writing, json.dumps(work()).encode())
            code = 0
        finally:
            os._exit(code)
    os.close(writing)
    with os.fdopen(reading, "rb") as answers:
        answer = answers.read()
    _, status = os.waitpid(child, 0)
    assert status == 0
    return json.loads(answer)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="ordinary users are tried with fork and setuid")
def test_a_read_only_folder_opens_for_reading_and_says_so(draft: Draft) -> None:
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        kb = Path(place, "kb")
        saved = open_store(kb).save(draft(), None)
        open_history(kb).commit([saved.path], "Add", "Ada")
        for path in [kb, *kb.rglob("*")]:
            path.chmod(0o555 if path.is_dir() else 0o444)

        def work() -> object:
            store = open_store(kb)
            told: list[str] = []
            for act in (
                lambda: store.save(replace(saved.draft(), body="New\n"), saved.version),
                lambda: store.save(draft("KI-0002"), None),
                lambda: store.add_attachment("x.png", b"x"),
            ):
                try:
                    act()
                except Unavailable as fault:
                    told.append(fault.code)
            revisions = [revision.message for revision in open_history(kb).log(saved.path)]
            return [len(store.rows()), store.read("KI-0001").title, told, revisions]

        assert as_ordinary_user(work) == [1, saved.title, ["read_only"] * 3, ["Add"]]
        for path in [kb, *kb.rglob("*")]:
            path.chmod(0o755)
