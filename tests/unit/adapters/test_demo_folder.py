"""The demonstration's folder: nothing that it did not make is ever deleted."""

from datetime import date
from pathlib import Path

import pytest

from hypercare_desk.adapters.demo_folder import MARK, demo_is_whole, prepare_demo
from hypercare_desk.adapters.workspace import create_workspace_files, workspace_paths
from hypercare_desk.domain.errors import Invalid


@pytest.fixture
def demo(workspace_folder: Path) -> Path:
    """A whole demonstration with an article, an index and a file of the user's."""
    assert prepare_demo(workspace_folder)
    create_workspace_files(workspace_folder, system="Orders", go_live=date(2026, 11, 2))
    (workspace_folder / "kb" / "a.md").write_text("a")
    (workspace_folder / "mine.txt").write_text("mine")
    (workspace_paths(workspace_folder).cache / "index").mkdir()
    demo_is_whole(workspace_folder)
    return workspace_folder


def test_a_whole_demonstration_stays_as_it_is(demo: Path) -> None:
    assert not prepare_demo(demo)
    assert (demo / "kb" / "a.md").is_file()


def test_a_fresh_one_empties_the_old_one_and_leaves_other_files(demo: Path) -> None:
    assert prepare_demo(demo, fresh=True)
    assert sorted(path.name for path in demo.iterdir()) == [MARK, "mine.txt"]
    assert not (workspace_paths(demo).cache / "index").exists()


def test_one_that_was_not_finished_is_made_anew(demo: Path) -> None:
    prepare_demo(demo, fresh=True)
    create_workspace_files(demo, system="Orders", go_live=date(2026, 11, 2))
    assert prepare_demo(demo)
    assert not (demo / "workspace.toml").exists()


@pytest.mark.parametrize("fresh", [False, True])
def test_any_other_folder_is_refused_and_untouched(tmp_path: Path, fresh: bool) -> None:
    real = create_workspace_files(tmp_path / "real", system="Orders", go_live=date(2026, 11, 2))
    (tmp_path / "file").write_text("x")
    before = sorted(tmp_path.rglob("*"))
    for folder in (real, tmp_path, tmp_path / "file"):
        with pytest.raises(Invalid, match="never touched"):
            prepare_demo(folder, fresh=fresh)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_link_in_place_of_a_part_is_taken_away_not_followed(demo: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "keep").write_text("x")
    (demo / "packs").rmdir()
    (demo / "packs").symlink_to(elsewhere)
    prepare_demo(demo, fresh=True)
    assert (elsewhere / "keep").is_file()
    assert not (demo / "packs").exists()
