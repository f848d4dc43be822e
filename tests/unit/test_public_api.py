"""The Python API that scripts rely on: the names and meanings of interfaces.md hold on a real workspace."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from hypercare_desk import create_workspace, open_workspace
from hypercare_desk.domain.article import Kind
from hypercare_desk.domain.errors import Conflict, DeskError, Invalid, NotFound
from hypercare_desk.services.desk import Desk


@pytest.fixture
def desk(workspace_folder: Path) -> Iterator[Desk]:
    with create_workspace(workspace_folder, system="Order to cash", go_live=date(2026, 11, 2)) as made:
        yield made


def test_a_workspace_is_made_once_and_opened_again(workspace_folder: Path) -> None:
    create_workspace(workspace_folder, system="Order to cash", go_live=date(2026, 11, 2)).close()

    with pytest.raises(Invalid, match="is a workspace already"):
        create_workspace(workspace_folder, system="Other", go_live=date(2026, 11, 2))
    with open_workspace(str(workspace_folder)) as opened:
        assert (opened.settings.system, opened.settings.go_live) == ("Order to cash", date(2026, 11, 2))
    with pytest.raises(NotFound):
        open_workspace(workspace_folder / "absent")


def test_a_workspace_that_cannot_be_opened_is_not_half_made(
    workspace_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HYPERCARE_DESK_DATABASE_URL", "mysql://nobody/nothing")
    with pytest.raises(DeskError):
        create_workspace(workspace_folder, system="Order to cash", go_live=date(2026, 11, 2))
    assert not workspace_folder.exists()


def test_articles_come_in_and_are_found(desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "wiki"
    folder.mkdir()
    (folder / "login.md").write_text("# Nobody can log in\n\nSESSION-0815 after the release.\n")

    report = desk.intake.markdown(folder)
    found = desk.search.find("cannot log in", limit=20)

    assert (report.created, report.updated, report.unchanged, report.skipped) == (1, 0, 0, 0)
    assert (report.items[0].source, report.items[0].outcome.value) == ("login.md", "created")
    assert (found.total, found.suggestion) == (1, "")
    hit = found.hits[0]
    assert (hit.id, hit.title) == (report.items[0].id, "Nobody can log in")
    assert hit.score > 0
    assert "SESSION-0815" in hit.snippet
    desk.search.rebuild()
    assert desk.search.find("session-0815").hits[0].id == hit.id


def test_a_save_names_the_version_it_started_from(desk: Desk) -> None:
    article = desk.knowledge.new(Kind.FAQ, "Where is the order?")
    changed = article.draft()
    desk.knowledge.save(type(changed)(changed.fields, "There.\n"), expected=article.version)
    with pytest.raises(Conflict):
        desk.knowledge.save(type(changed)(changed.fields, "Here.\n"), expected=article.version)
    assert desk.knowledge.read(article.id).body == "There.\n"


def test_records_are_kept_linked_and_judged(desk: Desk) -> None:
    article = desk.knowledge.new(Kind.KNOWN_ISSUE, "Labels are shifted")
    record = desk.feedback.record("Labels are shifted", component="Printing")
    desk.feedback.change(record.id, owner="SME printing")
    assert desk.feedback.link(record.id, article.id, "solved-by")
    verdict = desk.exit_criteria.evaluate()

    assert [(r.id, r.owner) for r in desk.feedback.list(status="open")] == [(record.id, "SME printing")]
    assert not verdict.may_exit
    first = verdict.criteria[0]
    assert first.id
    assert first.metric
    assert first.state
    assert first.evidence


def test_services_are_made_once(desk: Desk) -> None:
    assert desk.search is desk.search
    assert desk.knowledge is desk.knowledge
