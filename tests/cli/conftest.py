"""What tests of the command line share: calling it in this process, and a workspace to call it on."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hypercare_desk.__main__ import main


@dataclass(frozen=True)
class Outcome:
    """What one call left behind."""

    status: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """Standard output as the JSON it must be."""
        return json.loads(self.out)


Command = Callable[..., Outcome]


@pytest.fixture
def command(capfd: pytest.CaptureFixture[str]) -> Command:
    """Call ``hypercare-desk`` with arguments."""

    def call(*argv: object) -> Outcome:
        capfd.readouterr()
        status = main([str(word) for word in argv])
        captured = capfd.readouterr()
        assert "Traceback" not in captured.err
        return Outcome(status, captured.out, captured.err)

    return call


@pytest.fixture(scope="session")
def new_workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the run keeps one new workspace, made by the first test that needs it."""
    return tmp_path_factory.mktemp("new") / "workspace"


@pytest.fixture
def workspace(
    command: Command, new_workspace: Path, workspace_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A new workspace, which commands find by the environment."""
    if not new_workspace.exists():
        done = command("init", new_workspace, "--system", "Orders", "--go-live", "2026-11-02")
        assert done.status == 0, done.err
    shutil.copytree(new_workspace, workspace_folder)
    monkeypatch.setenv("HYPERCARE_DESK_WORKSPACE", str(workspace_folder))
    return workspace_folder


@pytest.fixture
def records(workspace: Path) -> Callable[[], Any]:
    """The workspace's records, to look at what a command wrote."""
    from hypercare_desk import open_workspace

    def view() -> Any:
        return open_workspace(workspace, catch_up=False).database.view()

    return view
