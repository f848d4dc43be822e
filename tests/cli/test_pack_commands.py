"""handoff and demo: from a filled workspace to a PDF that is known again."""

from pathlib import Path

import pytest

from .conftest import Command

pytestmark = pytest.mark.slow


def test_a_pack_is_built_verified_and_compared(command: Command, workspace: Path, tmp_path: Path) -> None:
    old, new = tmp_path / "old.pdf", tmp_path / "new.pdf"
    first = command("handoff", "build", "--out", old)
    article = command("article", "new", "faq", "--title", "Where is the order kept?").out.strip()
    verified = command("handoff", "verify", old, "--json")
    command("handoff", "build", "--out", new)
    diff = command("handoff", "diff", old, new)

    assert (first.status, first.out) == (0, f"{old}\n")
    assert old.read_bytes().startswith(b"%PDF-")
    assert (verified.status, verified.document["ok"]) == (0, True)
    assert any(article in sentence for sentence in verified.document["verification"]["changed"])
    assert f"added\t{article}" in diff.out
    assert article in command("handoff", "diff", old, new, "--json").document["added"]


def test_a_pack_that_was_altered_is_found(command: Command, workspace: Path, tmp_path: Path) -> None:
    pack = tmp_path / "pack.pdf"
    command("handoff", "build", "--out", pack, "--as-of", "2026-11-18")
    pack.write_bytes(pack.read_bytes() + b"\n% altered\n")

    done = command("handoff", "verify", pack)

    assert done.status == 3
    assert "altered" in done.out


def test_an_issued_pack_is_kept_and_looked_after(command: Command, workspace: Path) -> None:
    issued = command("handoff", "issue")
    pack = Path(issued.out.strip())

    assert (issued.status, pack.parent) == (0, workspace / "packs")
    assert command("handoff", "build", "--out", pack).status == 1
    assert command("doctor").status == 0
    pack.write_bytes(pack.read_bytes()[:-20])
    assert f"{pack.name} was changed" in command("doctor").out


def test_a_foreign_pdf_is_no_pack_of_this_workspace(
    command: Command, workspace: Path, tmp_path: Path
) -> None:
    pack = tmp_path / "pack.pdf"
    command("handoff", "build", "--out", pack)
    command("init", tmp_path / "other", "--system", "Other", "--go-live", "2026-11-02")

    assert command("--workspace", tmp_path / "other", "handoff", "verify", pack).status == 3


def test_the_demonstration_fills_a_workspace_and_is_found_again(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795341600")  # 2026-11-22
    folder = tmp_path / "demo"
    first = command("demo", folder, "--no-pack")
    again = command("demo", folder, "--no-pack")

    assert first.status == 0
    assert "250 feedback records" in first.out
    assert "Not ready" in first.err
    assert "is there already" in again.out
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    assert len(command("feedback", "list", "--status", "any", "--json").document) == 250
    hits = command("search", "ora-00054", "--json").document["hits"]
    assert hits[0]["id"].startswith(("KI-", "WA-"))
    assert command("doctor").status == 0


def test_the_demonstration_goes_into_no_other_folder(command: Command, workspace: Path) -> None:
    before = sorted(workspace.rglob("*"))
    for fresh in ((), ("--fresh",)):
        assert command("demo", workspace, *fresh).status == 1
    assert sorted(workspace.rglob("*")) == before
