"""init, search, index, import, doctor, backup, restore: through the real services on a real folder."""

import json
import shutil
from pathlib import Path

import pytest

from .conftest import Command

ARTICLE = """# Order is blocked after the customer paid

## Symptoms
CRD-0042 credit limit exceeded. Überweisung kam an.
"""


def folder_of_articles(folder: Path) -> Path:
    (folder / "sub folder").mkdir(parents=True)
    (folder / "blocked.md").write_text(ARTICLE, encoding="utf-8")
    (folder / "sub folder" / "README.md").write_text("---\ntitle: Labels\n---\nORA-00054 in the spooler.\n")
    return folder


def test_init_makes_a_workspace_that_is_then_the_last_opened(
    command: Command, workspace_folder: Path
) -> None:
    done = command("init", workspace_folder, "--system", "Orders", "--go-live", "2026-11-02")

    assert (done.status, done.out) == (0, f"{workspace_folder}\n")
    assert 'system = "Orders"' in (workspace_folder / "workspace.toml").read_text()
    assert workspace_folder.name.replace(" ", "-") in command("index", "status", "--json").document["folder"]


def test_init_again_is_refused_and_changes_nothing(command: Command, workspace: Path) -> None:
    before = (workspace / "workspace.toml").read_bytes()
    done = command("init", workspace, "--system", "Other", "--go-live", "2026-11-03")
    assert done.status == 1
    assert "is a workspace already" in done.err
    assert (workspace / "workspace.toml").read_bytes() == before


def test_the_workspace_may_be_named_before_or_after_the_command(
    command: Command, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HYPERCARE_DESK_WORKSPACE", "/nowhere")
    assert command("index", "status").status == 1
    assert command("--workspace", workspace, "index", "status").status == 0
    assert command("index", "status", "--workspace", workspace).status == 0


def test_mistakes_in_the_settings_are_told_with_their_lines(command: Command, workspace: Path) -> None:
    (workspace / "workspace.toml").write_text('system = "Orders"\ngo_live = "soon"\n')
    done = command("search", "x")
    assert done.status == 1
    assert 'line 2: go_live must be a day such as 2026-11-02, but is "soon".' in done.err


def test_articles_come_in_are_found_and_come_in_once(
    command: Command, workspace: Path, tmp_path: Path
) -> None:
    source = folder_of_articles(tmp_path / "old wiki")
    counts = ("created", "updated", "unchanged", "skipped")

    dry = command("import", "markdown", source, "--dry-run", "--json").document
    first = command("import", "markdown", source, "--json").document
    again = command("import", "markdown", source)

    assert [dry[name] for name in counts] == [2, 0, 0, 0]
    assert [first[name] for name in counts] == [2, 0, 0, 0]
    assert "2 unchanged" in again.err
    assert [hit["title"] for hit in command("search", "ORA-00054", "--json").document["hits"]] == ["Labels"]


@pytest.mark.parametrize(
    "query", ["crd-0042", "credit limit", "ueberweisung", "custom", "-x", "kind:", '"', "\udcff", "(" * 900]
)
def test_a_search_answers_in_one_document_whatever_was_typed(
    command: Command, workspace: Path, query: str
) -> None:
    found = command("search", "--json", "--", query)
    assert found.status == 0
    assert {"query", "total", "suggestion", "hits", "words", "milliseconds", "gap"} <= set(found.document)


def test_a_hit_says_what_where_and_why(command: Command, workspace: Path, tmp_path: Path) -> None:
    command("import", "markdown", folder_of_articles(tmp_path / "wiki"))

    hit = command("search", "credit limit", "--json").document["hits"][0]
    told = command("search", "credit limit")

    assert hit["title"] == "Order is blocked after the customer paid"
    assert hit["tier"] in ("exact", "phrase")
    assert "credit limit" in hit["snippet"].lower()
    assert told.out.split("\t")[0] == hit["id"]
    assert told.err.startswith("1 hit in ")


def test_a_search_without_an_answer_can_begin_a_known_issue(command: Command, workspace: Path) -> None:
    plain = command("search", "scanner beeps twice")
    gap = command("search", "scanner beeps twice", "--gap", "--json").document["gap"]

    assert (plain.status, plain.out) == (0, "")
    assert "Nothing found" in plain.err
    article = command("article", "show", gap, "--json").document
    assert (article["title"], article["aliases"]) == ("scanner beeps twice", ["scanner beeps twice"])


def test_searches_are_counted(command: Command, workspace: Path, records: object) -> None:
    assert command("search", " ").status == 1
    command("search", "(((")
    command("search", "nothing like this")
    with records() as work:  # type: ignore[operator]
        assert [(made.query, made.hits) for made in work.searches.all()] == [("nothing like this", 0)]


def test_articles_are_found_even_if_the_records_do_not_answer(
    command: Command, workspace: Path, tmp_path: Path
) -> None:
    command("import", "markdown", folder_of_articles(tmp_path / "wiki"))
    elsewhere = tmp_path / "copy"
    shutil.copytree(workspace, elsewhere)
    (elsewhere / "desk.db").write_bytes(b"no database")

    found = command("--workspace", elsewhere, "search", "ORA-00054", "--json")

    assert (found.status, found.document["total"]) == (0, 1)
    assert "desk.db is damaged" in found.err
    assert command("--workspace", elsewhere, "doctor").status == 3


def test_the_index_tells_its_state_and_is_made_again(
    command: Command, workspace: Path, tmp_path: Path
) -> None:
    command("import", "markdown", folder_of_articles(tmp_path / "wiki"))

    assert command("index", "rebuild").status == 0
    status = command("index", "status", "--json").document["status"]

    assert (status["documents"], status["behind"], status["healthy"]) == (2, 0, True)
    assert "Documents  2\n" in command("index", "status").out


def test_the_doctor_finds_nothing_and_then_something(command: Command, workspace: Path) -> None:
    well = command("doctor", "--json")
    assert [check for check in well.document["health"]["checks"] if not check["ok"]] == []
    assert (well.status, well.document["healthy"]) == (0, True)

    (workspace / "kb" / "stray.md").write_text("No article: it has no id.\n")
    ill = command("doctor")
    assert ill.status == 3
    assert "stray.md has no id" in ill.out


def test_a_backup_is_restored_whole(command: Command, workspace: Path, tmp_path: Path) -> None:
    command("import", "markdown", folder_of_articles(tmp_path / "wiki"))
    record = command("feedback", "add", "Label is shifted").out.strip()

    saved = command("backup", tmp_path / "desk.zip")
    restored = command("restore", tmp_path / "desk.zip", tmp_path / "again")

    assert (saved.status, saved.out) == (0, f"{tmp_path / 'desk.zip'}\n")
    assert (restored.status, restored.out) == (0, f"{tmp_path / 'again'}\n")
    there = ("--workspace", tmp_path / "again")
    assert (
        command("feedback", "show", record, *there, "--json").document["record"]["title"]
        == "Label is shifted"
    )
    assert command("search", "ORA-00054", *there, "--json").document["total"] == 1


def test_a_backup_never_goes_over_a_workspace(command: Command, workspace: Path, tmp_path: Path) -> None:
    command("backup", tmp_path / "desk.zip")
    done = command("restore", tmp_path / "desk.zip", workspace)
    assert done.status == 1
    assert command("doctor").status == 0


def test_what_is_no_backup_is_refused(command: Command, tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_text(json.dumps({}))
    done = command("restore", tmp_path / "x.zip", tmp_path / "again")
    assert done.status == 1
    assert not (tmp_path / "again" / "workspace.toml").exists()
