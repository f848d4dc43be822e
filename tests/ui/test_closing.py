"""Closing the window in the middle of anything loses nothing; a workspace that is read-only can still be read."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from hypercare_desk import open_workspace
from hypercare_desk.bootstrap.assembly import LazyDatabase
from hypercare_desk.services.desk import Desk
from hypercare_desk.ui.main_window import MainWindow
from hypercare_desk.ui.pages.feedback.page import FeedbackPage
from hypercare_desk.ui.pages.knowledge.page import KnowledgePage
from hypercare_desk.ui.pages.postmortems.page import PostmortemsPage
from hypercare_desk.ui.pages.search.page import SearchPage

Idle = Callable[[], None]


def test_what_is_written_when_the_window_closes_is_there_again(
    qtbot: QtBot, window: MainWindow, desk: Desk, workspace: Path, idle: Idle
) -> None:
    desk.postmortems.new("Orders stopped")
    window.navigator.open("FAQ-0001")
    knowledge = window.page
    assert isinstance(knowledge, KnowledgePage)
    qtbot.waitUntil(lambda: "FAQ-0001" in knowledge._editors, timeout=10_000)
    idle()
    knowledge._editors["FAQ-0001"].source.appendPlainText("Half an answer")

    window.navigator.go("feedback", "FB-0002")
    feedback = window.page
    assert isinstance(feedback, FeedbackPage)
    idle()
    feedback.detail._words.setPlainText("Half a description")
    feedback.new()
    assert feedback._new_record is not None
    feedback._new_record._title.setText("Half a record")

    window.navigator.go("postmortems")
    review = window.page
    assert isinstance(review, PostmortemsPage)
    idle()
    review.paper._areas["summary"].setPlainText("Half a summary")
    review.paper.new_line.setText("07:55 Half a line")
    for at in range(20):
        window.jobs.write("", lambda _p, at=at: desk.feedback.change("FB-0001", root_cause=f"Cause {at}"))
    window.close()

    with open_workspace(workspace, user="SME Credit") as again:
        kept = again.drafts.find("FAQ-0001")
        assert kept is not None
        assert kept.body.endswith("Half an answer")
        assert again.feedback.get("FB-0002").description == "Half a description"
        assert again.feedback.get("FB-0001").root_cause == "Cause 19"
        assert again.postmortems.get("PM-0001").summary == "Half a summary"
    memory = feedback.around.memory
    assert "Half a record" in str(memory.value("feedback/new"))
    assert memory.value("postmortems/typed")[0] == "07:55 Half a line"


def test_a_read_only_workspace_says_why_and_is_read(
    qtbot: QtBot, desk: Desk, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    reason = "A newer version of Hypercare Desk wrote these records."
    monkeypatch.setattr(LazyDatabase, "read_only", property(lambda _self: reason))
    window: MainWindow = request.getfixturevalue("window")
    idle: Idle = request.getfixturevalue("idle")
    said: list[str] = []
    window.messages.told.connect(lambda message: said.append(message.text))
    search = window.page
    assert isinstance(search, SearchPage)
    assert window._header._workspace.toolTip() == reason
    assert not search.field.isReadOnly()
    assert all(not part.isEnabled() for part in search.editing_parts())
    search._used(True)
    assert said[-1] == reason

    window.navigator.go("feedback", "FB-0001")
    feedback = window.page
    assert isinstance(feedback, FeedbackPage)
    idle()
    assert feedback.detail._title.isReadOnly()
    assert feedback.detail._title.toolTip() == reason
    assert not feedback._new.isEnabled()
    window._on_writing_page(lambda page: page.new())()
    assert feedback._new_record is None

    window.navigator.open("FAQ-0001")
    knowledge = window.page
    assert isinstance(knowledge, KnowledgePage)
    qtbot.waitUntil(lambda: "FAQ-0001" in knowledge._editors, timeout=10_000)
    editor = knowledge._editors["FAQ-0001"]
    assert editor.source.isReadOnly()
    assert editor.findChild(QLineEdit, "titleField").isReadOnly()
    assert not editor._save.isEnabled()
    idle()
