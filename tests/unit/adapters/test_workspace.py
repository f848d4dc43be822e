"""Finding a workspace, making one, and the private folders that belong to it."""

import json
import os
import stat
from datetime import date
from pathlib import Path

import pytest

from hypercare_desk.adapters.workspace import (
    configured_user,
    create_workspace_files,
    find_workspace,
    last_opened,
    private_folder,
    remember_opened,
    workspace_paths,
)
from hypercare_desk.domain.errors import Invalid, NotFound, Unavailable

posix_only = pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")


def made(root: Path) -> Path:
    return create_workspace_files(root, system="Orders", go_live=date(2026, 11, 2))


def test_the_order_is_named_environment_upwards_last_opened(tmp_path: Path) -> None:
    named, variable, above, last = (made(tmp_path / name) for name in ("a", "b", "c", "d"))
    inside = above / "kb" / "faq"
    inside.mkdir()
    remember_opened(last)
    environ = {"HYPERCARE_DESK_WORKSPACE": str(variable)}

    assert find_workspace(named, environ, inside) == named
    assert find_workspace(None, environ, inside) == variable
    assert find_workspace(None, {}, inside) == above
    assert find_workspace(None, {}, tmp_path) == last


def test_a_workspace_that_was_named_is_never_replaced_by_another(tmp_path: Path) -> None:
    remember_opened(made(tmp_path / "last"))

    with pytest.raises(NotFound, match=r"gone \(--workspace\) is no workspace.*hypercare-desk init"):
        find_workspace(tmp_path / "gone", {}, tmp_path)
    with pytest.raises(NotFound, match="HYPERCARE_DESK_WORKSPACE"):
        find_workspace(None, {"HYPERCARE_DESK_WORKSPACE": str(tmp_path / "gone")}, tmp_path)


def test_the_settings_file_names_its_workspace_too(tmp_path: Path) -> None:
    root = made(tmp_path / "a")
    assert find_workspace(root / "workspace.toml", {}, tmp_path) == root


def test_without_any_the_sentence_says_what_to_do(tmp_path: Path) -> None:
    remember_opened(tmp_path / "deleted since")
    with pytest.raises(NotFound, match="--workspace DIR or HYPERCARE_DESK_WORKSPACE, or make one with"):
        find_workspace(None, {}, tmp_path)


def test_a_folder_with_other_files_may_become_a_workspace(workspace_folder: Path) -> None:
    (workspace_folder / "kb").mkdir(parents=True)
    (workspace_folder / "kb" / "notes.md").write_text("keep me")

    made(workspace_folder)

    assert (workspace_folder / "kb" / "notes.md").read_text() == "keep me"
    assert (workspace_folder / "packs").is_dir()


@pytest.mark.parametrize("taken", ["workspace.toml", "desk.db", "packs"])
def test_nothing_that_is_there_is_taken_over(workspace_folder: Path, taken: str) -> None:
    workspace_folder.mkdir()
    (workspace_folder / taken).write_text("mine")

    with pytest.raises(Invalid):
        made(workspace_folder)

    assert [(path.name, path.read_text()) for path in workspace_folder.iterdir()] == [(taken, "mine")]


def test_a_workspace_never_lies_inside_another(workspace_folder: Path) -> None:
    made(workspace_folder)
    with pytest.raises(Invalid, match="lies inside the workspace"):
        made(workspace_folder / "kb" / "faq")
    assert not (workspace_folder / "kb" / "faq").exists()


@pytest.mark.parametrize("system", ["", " \n", "x" * 121, "a\x00b", "a\udcffb"])
def test_a_name_that_is_none_is_refused_before_anything_is_made(workspace_folder: Path, system: str) -> None:
    with pytest.raises(Invalid, match="one line of 1 to 120 characters"):
        create_workspace_files(workspace_folder, system=system, go_live=date(2026, 11, 2))
    assert not workspace_folder.exists()


@posix_only
def test_a_current_folder_that_is_gone_or_a_strange_home_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    with pytest.raises(NotFound, match="current folder does not exist any more"):
        made(Path("relative"))
    with pytest.raises(NotFound, match="no home folder for ~nobody-at-all"):
        find_workspace("~nobody-at-all/desk", {}, tmp_path)


@posix_only
def test_cache_and_data_are_private_outside_and_one_for_each_place(tmp_path: Path) -> None:
    one, two = (workspace_paths(made(tmp_path / name / "desk")) for name in ("x", "y"))

    for folder in (one.cache, one.data):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert one.root not in folder.parents
    assert len({one.cache, two.cache, one.data, two.data}) == 4
    assert workspace_paths(one.root) == one


@posix_only
def test_a_private_folder_that_was_opened_up_is_closed_again_and_a_link_refused(tmp_path: Path) -> None:
    folder = private_folder(tmp_path / "mine")
    folder.chmod(0o755)
    assert stat.S_IMODE(private_folder(folder).stat().st_mode) == 0o700
    (tmp_path / "link").symlink_to(folder)
    with pytest.raises(Unavailable, match="is not a folder of yours"):
        private_folder(tmp_path / "link")


@posix_only
def test_without_a_cache_folder_the_index_goes_to_a_private_temporary_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    cache = workspace_paths(made(tmp_path / "desk")).cache

    assert tmp_path in cache.parents
    assert stat.S_IMODE(cache.stat().st_mode) == 0o700
    assert stat.S_IMODE(cache.parent.stat().st_mode) == 0o700


def test_what_is_remembered_of_the_user_survives_and_damage_is_forgotten(tmp_path: Path) -> None:
    file = Path(os.environ["XDG_CONFIG_HOME"]) / "hypercare-desk" / "user.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps({"name": " Role A ", "theme": "dark"}))

    remember_opened(tmp_path / "a\udcff")

    assert (last_opened(), configured_user()) == (tmp_path / "a\udcff", "Role A")
    assert json.loads(file.read_text())["theme"] == "dark"
    file.write_text("{")
    assert (last_opened(), configured_user()) == (None, "")
