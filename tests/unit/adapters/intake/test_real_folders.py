"""The real folders go in whole: every file an article, every body as it was, twice without effect."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from hypercare_desk.adapters.db import open_database
from hypercare_desk.adapters.intake.markdown_folder import MarkdownFolders
from hypercare_desk.adapters.kb import open_history, open_store
from hypercare_desk.adapters.kb.front_matter import decode, split
from hypercare_desk.services.intake import IntakeService
from tests.conftest import FrozenClock
from tests.fakes.knowledge import QuietSearch


def body_of(file: Path) -> str:
    text, encoding, _ = decode(file.read_bytes())
    return split(text, encoding)[0].raw_body


@pytest.mark.slow
@pytest.mark.parametrize("name, count", [("kb-support", 999), ("kb-runbooks", 274)])
def test_whole_and_twice(
    shared_data: Path, tmp_path: Path, clock: FrozenClock, name: str, count: int
) -> None:
    kb = tmp_path / "kb"
    store, history = open_store(kb), open_history(kb)
    database = open_database(
        f"sqlite:///{tmp_path}/desk.db", backups=tmp_path / "b", clock=clock, create=True
    )
    intake = IntakeService(
        store=store,
        history=history,
        search=QuietSearch(),  # pyright: ignore[reportArgumentType]
        database=database,
        folders=MarkdownFolders(),
        clock=clock,
        user="Ada",
    )
    try:
        first = intake.markdown(shared_data / name)
        again = intake.markdown(shared_data / name)
    finally:
        database.close()
    assert (first.created, first.updated, first.unchanged, first.skipped) == (count, 0, 0, 0)
    assert (again.created, again.updated, again.unchanged, again.skipped) == (0, 0, count, 0)
    paths = {row.fields.id: row.path for row in store.rows()}
    assert len(paths) == count
    for item in first.items:
        assert body_of(kb / paths[item.id]) == body_of(shared_data / name / item.source)
    assert store.problems() == {}
    if git := shutil.which("git"):
        status = subprocess.run([git, "status", "--porcelain"], cwd=kb, capture_output=True, check=True)
        assert status.stdout == b""
    assert len(history.log(paths[first.items[0].id])) == 1
