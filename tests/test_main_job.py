"""The main job from end to end, over the public API and the command line: bring in, find, record, judge, hand over."""

import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pypdf
import pytest

from hypercare_desk import create_workspace, open_workspace
from hypercare_desk.domain.changes import Changes
from hypercare_desk.domain.errors import Cancelled, Conflict, Invalid, NotFound, Unavailable
from hypercare_desk.services.desk import Desk

GO_LIVE = date(2026, 11, 2)
TEXTS = {
    "lock.md": "# Nightly job stops\n\nORA-00054: resource busy and acquire with NOWAIT specified.\n",
    "denied.md": "# Customers do not receive invoices\n\nError 0x80070005, access denied.\n",
    "de/bank.md": "---\ntitle: Überweisung hängt\n---\nDer Kunde kann nicht buchen. Er wartet.\n",
    "écran.md": "# Écran figé\n\nL'écran reste figé après la connexion.\n",
    "cjk.md": "# 無法登入系統\n\n使用者無法登入系統,請重新啟動服務。\n",
    "untitled.md": "Restart the spooler when labels come out twice.\n",
    "hostile.md": "# Hostile\n\n<script>alert(1)</script>![](http://evil.example/x.png)[x](file:///etc/passwd)\n",
}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A wiki folder of a few articles, in several languages, with titles and without."""
    folder = tmp_path / "wiki"
    for name, text in TEXTS.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def made(folder: Path) -> Desk:
    return create_workspace(folder, system="Order to cash", go_live=GO_LIVE)


def shell(workspace: Path, *words: str, **surroundings: str) -> subprocess.CompletedProcess[str]:
    """One call of the command line as a process of its own."""
    command = [sys.executable, "-m", "hypercare_desk", "--workspace", str(workspace), *words]
    found = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), **surroundings}
    return subprocess.run(command, capture_output=True, encoding="utf-8", check=False, env=found)


def test_what_was_brought_in_is_found_the_way_people_ask(source: Path, workspace_folder: Path) -> None:
    trace = (
        "java.lang.IllegalStateException: posting failed\n"
        + "  at com.shop.Posting.run(Posting.java:41)\n" * 46
    )
    (source / "trace.md").write_text("# Posting fails\n\n" + trace, encoding="utf-8")
    expected = {
        "ORA-00054": "lock.md",
        "0x8007": "denied.md",
        "ueberweisung": "de/bank.md",
        "kann nicht buch": "de/bank.md",
        "recieve": "denied.md",
        "ecran fige": "écran.md",
        "登入": "cjk.md",
        "labels twice": "untitled.md",
        trace[:2000]: "trace.md",
    }
    with made(workspace_folder) as desk:
        ids = {item.source: item.id for item in desk.intake.markdown(str(source)).items}
        first = {query: desk.search.find(query, limit=5).hits[:1] for query in expected}
    assert {query: hits[0].id if hits else "" for query, hits in first.items()} == {
        query: ids[name] for query, name in expected.items()
    }


def test_importing_again_follows_what_became_of_each_file(source: Path, workspace_folder: Path) -> None:
    with made(workspace_folder) as desk:
        ids = {item.source: item.id for item in desk.intake.markdown(source).items}
        again = desk.intake.markdown(source)
        assert (again.created, again.updated, again.unchanged) == (0, 0, len(TEXTS))

        (source / "lock.md").write_text("# Nightly job stops\n\nORA-00060: deadlock.\n")
        (source / "denied.md").rename(source / "de" / "moved.md")
        (source / "cjk.md").unlink()
        third = desk.intake.markdown(source)
        changed = {item.source: (item.id, item.reason) for item in third.items if item.outcome == "updated"}

        assert (third.created, third.updated, third.unchanged) == (0, 2, len(TEXTS) - 3)
        assert changed == {
            "lock.md": (ids["lock.md"], ""),
            "de/moved.md": (ids["denied.md"], "Moved from denied.md."),
        }
        assert desk.search.find("ORA-00060").hits[0].id == ids["lock.md"]
        assert desk.knowledge.read(ids["cjk.md"]).title == "無法登入系統"
        assert desk.intake.markdown(source).unchanged == len(TEXTS) - 1


def test_a_workspace_is_never_imported_into_itself(source: Path, workspace_folder: Path) -> None:
    with made(workspace_folder) as desk:
        desk.intake.markdown(source)
        with pytest.raises(Invalid, match="own articles"):
            desk.intake.markdown(workspace_folder / "kb")
        assert desk.intake.markdown(workspace_folder).created == 0


def test_long_work_reports_to_a_function_and_can_be_stopped(source: Path, workspace_folder: Path) -> None:
    told: list[tuple[int, int, str]] = []

    def stop(done: int, total: int, what: str) -> None:
        raise Cancelled("Stopped.")

    with made(workspace_folder) as desk:
        with pytest.raises(Cancelled):
            desk.intake.markdown(source, progress=stop)
        assert not desk.knowledge.list()
        desk.intake.markdown(source, progress=lambda *step: told.append(step))
        assert told[0] == (1, len(TEXTS), "Reading files")
        assert len(desk.knowledge.list()) == len(TEXTS)


def test_files_changed_or_broken_behind_its_back(
    source: Path, workspace_folder: Path, cache_folder: Path
) -> None:
    with made(workspace_folder) as desk:
        desk.intake.markdown(source)
        article = desk.knowledge.read(desk.search.find("ORA-00054").hits[0].id)
        index = desk.paths.index
    file = workspace_folder / "kb" / article.path
    file.write_bytes(file.read_bytes() + b"\nzanzibar\n")
    for number, data in enumerate((b"\xff\xfe\x00", b"---\nid: [\n---\nx", b"\x00\x01")):
        (file.parent / f"broken-{number}.md").write_bytes(data)

    with open_workspace(workspace_folder) as desk:
        assert desk.search.find("zanzibar").hits[0].id == article.id
        assert len(desk.knowledge.problems()) == 3
    for part in index.rglob("*"):
        if part.is_file():
            os.truncate(part, part.stat().st_size // 2)
    with open_workspace(workspace_folder) as desk:
        desk.search.rebuild()
        assert desk.search.find("zanzibar").total == 1
    assert index.is_relative_to(cache_folder)
    shutil.rmtree(index.parent)
    with open_workspace(workspace_folder) as desk:
        assert desk.search.find("zanzibar").total == 1


def test_a_conflict_carries_both_texts(source: Path, workspace_folder: Path) -> None:
    with made(workspace_folder) as mine:
        mine.intake.markdown(source)
        article = mine.knowledge.read(mine.search.find("ORA-00054").hits[0].id)
        with open_workspace(workspace_folder) as theirs:
            other = theirs.knowledge.read(article.id)
            theirs.knowledge.save(replace(other.draft(), body="theirs\n"), expected=other.version)
        with pytest.raises(Conflict) as caught:
            mine.knowledge.save(replace(article.draft(), body="mine\n"), expected=article.version)
        assert [getattr(text, "body", None) for text in (caught.value.mine, caught.value.theirs)] == [
            "mine\n",
            "theirs\n",
        ]
        assert mine.knowledge.read(article.id).body == "theirs\n"


SAVES = """
import sys
from dataclasses import replace
from hypercare_desk import open_workspace
with open_workspace(sys.argv[1]) as desk:
    for number in range(10_000):
        article = desk.knowledge.read("FAQ-0001")
        desk.knowledge.save(replace(article.draft(), body=f"{number}\\n" * 5000), expected=article.version)
        print(number, desk.feedback.record(f"Record {number}").id, flush=True)
"""


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL is POSIX")
@pytest.mark.slow
def test_a_kill_loses_nothing_and_keeps_nobody_out(workspace_folder: Path) -> None:
    with made(workspace_folder) as desk:
        desk.knowledge.new("faq", "Shared", body="0\n")
    for kill_after in (1, 2, 3, 5):
        child = subprocess.Popen(
            [sys.executable, "-c", SAVES, str(workspace_folder)],
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            text=True,
        )
        assert child.stdout
        told = [child.stdout.readline().split() for _ in range(kill_after)]
        child.send_signal(signal.SIGKILL)
        told += [line.split() for line in child.stdout if line.endswith("\n")]
        child.wait()
        child.stdout.close()

        with open_workspace(workspace_folder) as desk:
            article = desk.knowledge.read("FAQ-0001")
            lines = article.body.split()
            assert len(lines) == 5000
            assert len(set(lines)) == 1
            assert int(lines[0]) >= int(told[-1][0])
            assert {record for _, record in told} <= {record.id for record in desk.feedback.list()}
            saved = desk.knowledge.save(replace(article.draft(), body="again\n"), expected=article.version)
            newest = desk.knowledge.history(saved.id)[0].revision
            assert desk.knowledge.read_revision(saved.id, newest).body == "again\n"


def test_words_that_mean_nothing_get_a_sentence(workspace_folder: Path) -> None:
    with made(workspace_folder) as desk:
        record = desk.feedback.record("Labels twice").id
        with pytest.raises(NotFound, match="no article KI-0099"):
            desk.feedback.link(record, "KI-0099", "solved-by")
        with pytest.raises(Invalid, match="known-issue"):
            desk.knowledge.new("issue", "Labels twice")
        with pytest.raises(Invalid, match="no measured value"):
            desk.exit_criteria.measure("availability", "high")  # pyright: ignore[reportArgumentType]
        with pytest.raises(Invalid, match="allowed"):
            desk.feedback.change(record, status="done")
        assert [found.id for found in desk.feedback.list(status=None)] == [record]
    with pytest.raises(Invalid, match="no day"):
        create_workspace(workspace_folder, system="x", go_live="soon")  # pyright: ignore[reportArgumentType]


def test_a_listener_that_fails_costs_nobody_anything(
    workspace_folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    heard: list[Changes] = []

    def fail(changes: Changes) -> None:
        raise RuntimeError("a window that is gone")

    with made(workspace_folder) as desk:
        desk.announcer.listen(fail)
        desk.announcer.listen(heard.append)
        record = desk.feedback.record("Labels twice")
    assert [changes.feedback for changes in heard] == [{record.id}]
    assert "listener" in caplog.text


def test_an_empty_workspace_may_not_leave(workspace_folder: Path) -> None:
    with made(workspace_folder) as desk:
        verdict = desk.exit_criteria.evaluate()
    assert not verdict.may_exit
    assert {criterion.state.value for criterion in verdict.criteria} == {"no data"}
    gate = shell(workspace_folder, "criteria", "evaluate", "--gate", "--json")
    assert (gate.returncode, json.loads(gate.stdout)["may_exit"]) == (3, False)


@pytest.mark.slow
def test_the_pack_is_whole_frozen_and_harmless(
    source: Path, workspace_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "new folder" / "pack.pdf"
    with made(workspace_folder) as desk:
        desk.intake.markdown(source)
        record = desk.feedback.record("Labels twice", category="minor-bug", impact="low", urgency="low")
        desk.feedback.link(record.id, desk.search.find("labels").hits[0].id, "solved-by")
        monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(datetime.now(UTC).timestamp())))
        pack = desk.handoff.build(out)
        same = desk.handoff.build(str(tmp_path / "again.pdf"))
        verified = desk.handoff.verify(pack.path)
        changes = desk.handoff.diff(out, tmp_path / "again.pdf")
        desk.feedback.change(record.id, status="in-progress")
        stale = desk.handoff.verify(out)
        with pytest.raises(Unavailable, match="cannot be made"):
            desk.handoff.build(out / "below a file" / "pack.pdf")
        with pytest.raises(Invalid, match="future"):
            desk.handoff.build(tmp_path / "x.pdf", as_of=datetime.now(UTC) + timedelta(days=9))

    assert (pack.sha256, out.read_bytes()) == (same.sha256, (tmp_path / "again.pdf").read_bytes())
    assert (verified.whole, verified.changed) == (True, ())
    assert (changes.added, changes.removed, changes.changed) == ((), (), ())
    assert stale.changed
    assert "Service summary" in pack.missing
    reader = pypdf.PdfReader(out)
    assert len(reader.pages) == pack.pages
    text = "".join(page.extract_text() for page in reader.pages)
    assert "無法登入系統" in text
    assert "alert(1)" not in text
    targets = [
        str(annotation.get_object().get("/A"))
        for page in reader.pages
        for annotation in page.get("/Annots") or []
    ]
    assert not [target for target in targets if "evil.example" in target or "file:" in target]


def test_the_command_line_keeps_its_word(source: Path, workspace_folder: Path) -> None:
    assert shell(workspace_folder, "search", "x").returncode == 1
    made(workspace_folder).close()
    imported = shell(workspace_folder, "import", "markdown", str(source), "--json")
    assert json.loads(imported.stdout)["created"] == len(TEXTS)

    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    found = shell(workspace_folder, "search", "überweisung", "--json", **plain)
    hits = json.loads(found.stdout)["hits"]
    assert (found.returncode, hits[0]["title"], hits[0]["tier"]) == (0, "Überweisung hängt", "all_words")

    added = shell(workspace_folder, "feedback", "add", "Labels twice", "component=Printing")
    assert (added.returncode, added.stdout) == (0, "FB-0001\n")
    assert shell(workspace_folder, "feedback", "set", "FB-0001", "status=triaged").returncode == 0
    (record,) = json.loads(shell(workspace_folder, "feedback", "list", "--json").stdout)
    assert record["reported_at"].endswith("Z")
    wrong = shell(workspace_folder, "feedback", "list", "--status", "bogus")
    assert (wrong.returncode, wrong.stdout, wrong.stderr.count("\n")) == (2, "", 1)


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_real_support_site_comes_in_whole_once(shared_data: Path, workspace_folder: Path) -> None:
    with made(workspace_folder) as desk:
        first = desk.intake.markdown(shared_data / "kb-support")
        again = desk.intake.markdown(shared_data / "kb-support")
        assert (first.created, first.skipped) == (999, 0)
        assert (again.created, again.updated, again.unchanged) == (0, 0, 999)
        hits = desk.search.find("0x8007016a", limit=5).hits
        assert "0x8007016a" in hits[0].title
        assert desk.search.find("recieve").suggestion == "receive"
