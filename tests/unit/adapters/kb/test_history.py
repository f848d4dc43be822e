"""History in git: commits of exactly what was saved, in whatever repository tracks the folder."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from hypercare_desk.adapters.kb import open_history
from hypercare_desk.adapters.kb.git_locks import MARK
from hypercare_desk.adapters.kb.store import FileStore
from hypercare_desk.domain.errors import NotFound, Unavailable
from tests.conftest import FrozenClock
from tests.unit.adapters.kb.conftest import Draft

needs_git = pytest.mark.skipif(
    shutil.which("git") is None, reason="the git program is not there to compare with"
)


def git(folder: Path, *words: str) -> str:
    """The plain git program's answer."""
    identity = ["-c", "user.name=Somebody", "-c", "user.email=s@localhost", "-c", "init.defaultBranch=main"]
    done = subprocess.run(["git", *identity, *words], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout


def write(kb: Path, path: str, text: str) -> str:
    (kb / path).parent.mkdir(parents=True, exist_ok=True)
    (kb / path).write_text(text)
    return path


def test_each_commit_is_a_revision_newest_first(kb: Path) -> None:
    history = open_history(kb)
    path = write(kb, "faq/a.md", "one")
    first = history.commit([path], "Add A", "Ada <b> Lovelace")
    write(kb, "faq/b.md", "other")
    history.commit(["faq/b.md"], "Add B", "Ada")
    write(kb, path, "two")
    second = history.commit([path], "Change A", "Grace")
    log = history.log(path)
    assert [(r.revision, r.who, r.message) for r in log] == [
        (second, "Grace", "Change A"),
        (first, "Ada b Lovelace", "Add A"),
    ]
    assert (history.read(path, first), history.read(path, second)) == (b"one", b"two")
    with pytest.raises(NotFound):
        history.read(path, "0" * 40)
    with pytest.raises(NotFound):
        history.read("faq/none.md", first)


def test_a_clock_that_goes_back_does_not_change_the_order(kb: Path, clock: FrozenClock) -> None:
    history = open_history(kb, clock=clock)
    for text in ("one", "two", "three"):
        history.commit([write(kb, "a.md", text)], text, "Ada")
        clock.advance(days=-1)
    log = history.log("a.md")
    assert [r.message for r in log] == ["three", "two", "one"]
    assert [r.when.day for r in log] == [16, 17, 18]


def test_nothing_new_makes_no_commit(kb: Path) -> None:
    history = open_history(kb)
    path = write(kb, "a.md", "one")
    assert history.commit([path], "Add", "Ada") == history.commit([path], "Again", "Ada")
    assert len(history.log(path)) == 1


def test_without_a_folder_or_a_repository_there_is_no_history(kb: Path) -> None:
    assert open_history(kb).log("a.md") == []
    assert open_history(kb / "none").log("a.md") == []
    with pytest.raises(NotFound):
        open_history(kb).read("a.md", "HEAD")


def test_a_removed_file_keeps_its_past(kb: Path) -> None:
    history = open_history(kb)
    path = write(kb, "faq/a.md", "one")
    first = history.commit([path], "Add", "Ada")
    (kb / path).unlink()
    history.commit([path], "Remove", "Ada")
    assert [r.message for r in history.log(path)] == ["Remove", "Add"]
    assert history.read(path, first) == b"one"


@needs_git
def test_git_sees_a_clean_tree(kb: Path) -> None:
    history = open_history(kb)
    for number in range(100):
        write(kb, f"faq/{number}.md", "text\r\n")
    history.commit([f"faq/{number}.md" for number in range(100)], "Add 100", "Ada")
    (kb / "faq/5.md").unlink()
    write(kb, "reference/blank name é.md", "x")
    history.commit(["faq/5.md", "reference/blank name é.md"], "More", "Ada")
    assert git(kb, "status", "--porcelain") == ""
    assert git(kb, "fsck", "--strict") == ""
    assert git(kb, "log", "--format=%s") == "More\nAdd 100\n"
    assert history.read("faq/1.md", "HEAD") == b"text\r\n"


@needs_git
def test_a_repository_above_is_used_and_its_staged_work_left_alone(kb: Path) -> None:
    project = kb.parent
    git(project, "init")
    write(project, "notes.txt", "old")
    git(project, "add", ".")
    git(project, "commit", "-m", "Notes")
    write(project, "notes.txt", "staged")
    git(project, "add", ".")
    history = open_history(kb)
    path = write(kb, "faq/a.md", "one")
    revision = history.commit([path], "Add A", "Ada")
    assert not (kb / ".git").exists()
    assert git(project, "show", "--name-only", "--format=", revision) == "kb/faq/a.md\n"
    assert git(project, "status", "--porcelain") == "M  notes.txt\n"
    assert [r.message for r in history.log(path)] == ["Add A"]
    assert history.read(path, "HEAD") == b"one"


@needs_git
def test_a_repository_that_ignores_the_folder_is_left_alone(kb: Path) -> None:
    project = kb.parent
    git(project, "init")
    write(project, ".gitignore", "/kb/\n")
    history = open_history(kb)
    history.commit([write(kb, "a.md", "one")], "Add", "Ada")
    assert (kb / ".git").is_dir()
    assert [r.message for r in history.log("a.md")] == ["Add"]


@needs_git
def test_a_merge_that_somebody_has_begun_is_not_ended_by_a_save(kb: Path) -> None:
    history = open_history(kb)
    history.commit([write(kb, "a.md", "one")], "Add", "Ada")
    (kb / ".git/MERGE_HEAD").write_text(git(kb, "rev-parse", "HEAD"))
    with pytest.raises(Unavailable, match="Finish or abort"):
        history.commit([write(kb, "a.md", "two")], "Change", "Ada")
    (kb / ".git/MERGE_HEAD").unlink()
    history.commit(["a.md"], "Change", "Ada")
    assert len(history.log("a.md")) == 2


@needs_git
def test_merged_work_of_others_is_part_of_the_history(kb: Path) -> None:
    history = open_history(kb)
    history.commit([write(kb, "a.md", "one")], "Add", "Ada")
    git(kb, "checkout", "-q", "-b", "side")
    history.commit([write(kb, "a.md", "two")], "Side", "Ada")
    git(kb, "checkout", "-q", "main")
    history.commit([write(kb, "b.md", "b")], "Main", "Ada")
    git(kb, "merge", "-q", "--no-edit", "side")
    assert [r.message for r in history.log("a.md")] == ["Side", "Add"]


@needs_git
def test_hooks_of_a_shared_repository_are_not_run(kb: Path) -> None:
    git(kb, "init")
    for name in ("pre-commit", "commit-msg", "post-commit", "post-index-change", "reference-transaction"):
        hook = kb / ".git/hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\ntouch '{kb}/ran'\n")
        hook.chmod(0o755)
    open_history(kb).commit([write(kb, "a.md", "one")], "Add", "Ada")
    assert not (kb / "ran").exists()


@needs_git
def test_hooks_elsewhere_and_monitors_are_not_run_either(kb: Path) -> None:
    git(kb, "init")
    hook = kb.parent / "hook"
    hook.write_text(f"#!/bin/sh\ntouch '{kb}/ran'\n")
    hook.chmod(0o755)
    git(kb, "config", "core.hooksPath", str(kb.parent))
    git(kb, "config", "core.fsmonitor", str(hook))
    open_history(kb).commit([write(kb, "a.md", "one")], "Add", "Ada")
    assert not (kb / "ran").exists()


@pytest.mark.parametrize("damage", ["HEAD", "objects", "file"])
def test_a_broken_repository_gives_a_sentence_and_the_save_stands(
    store: FileStore, kb: Path, draft: Draft, damage: str
) -> None:
    history = open_history(kb)
    saved = store.save(draft(), None)
    history.commit([saved.path], "Add", "Ada")
    if damage == "HEAD":
        (kb / ".git/HEAD").write_bytes(b"\x00garbage")
    elif damage == "objects":
        shutil.rmtree(kb / ".git/objects")
    else:
        shutil.rmtree(kb / ".git")
        (kb / ".git").write_text("not a repository")
    again = store.save(replace(saved.draft(), body="New\n"), saved.version)
    with pytest.raises(Unavailable, match="Check the git repository"):
        history.commit([again.path], "Change", "Ada")
    assert store.read("KI-0001").body == "New\n"


@pytest.mark.skipif(
    os.name == "nt", reason="locks of git are files on every system; the test writes one by hand"
)
def test_a_git_that_is_busy_gives_a_sentence(kb: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    history = open_history(kb)
    history.commit([write(kb, "a.md", "one")], "Add", "Ada")
    (kb / ".git/index.lock").touch()
    monkeypatch.setattr("hypercare_desk.adapters.kb.history.INDEX_TRIES", 2)
    with pytest.raises(Unavailable):
        history.commit([write(kb, "a.md", "two")], "Change", "Ada")
    (kb / ".git/index.lock").unlink()
    history.commit(["a.md"], "Change", "Ada")
    assert len(history.log("a.md")) == 2


@pytest.mark.parametrize("lock", ["index.lock", "refs/heads/main.lock", "HEAD.lock"])
def test_a_lock_left_by_a_killed_process_keeps_nobody_out(kb: Path, lock: str) -> None:
    history = open_history(kb)
    history.commit([write(kb, "a.md", "one")], "Add", "Ada")
    for left in (MARK, lock):
        (kb / ".git" / left).touch()
    history.commit([write(kb, "a.md", "two")], "Change", "Ada")
    assert len(history.log("a.md")) == 2
    assert not [*(kb / ".git").rglob("*.lock"), *(kb / ".git").glob(MARK)]
