"""The feedback page: from new to triaged by keys, with its history; the filter line."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from hypercare_desk.domain.feedback import Feedback, Priority, State
from hypercare_desk.services.desk import Desk
from hypercare_desk.ui.main_window import MainWindow
from hypercare_desk.ui.pages.feedback.filtering import matcher
from hypercare_desk.ui.pages.feedback.page import FeedbackPage
from hypercare_desk.ui.pages.feedback.view_tabs import ViewTabs
from hypercare_desk.ui.theme import Theme

Idle = Callable[[], None]
NOW = datetime(2026, 11, 18, 9, tzinfo=UTC)


def _page(qtbot: QtBot, window: MainWindow) -> FeedbackPage:
    window.navigator.go("feedback")
    page = window.page
    assert isinstance(page, FeedbackPage)
    qtbot.waitUntil(lambda: page.model.rowCount() > 0, timeout=10_000)
    return page


def test_the_matrix_triages_by_arrows_and_enter(
    qtbot: QtBot, window: MainWindow, desk: Desk, idle: Idle
) -> None:
    page = _page(qtbot, window)
    window.navigator.go("feedback", "FB-0002")
    idle()
    page.detail.matrix.take_focus()
    middle = page.detail.matrix._cells[1, 1]
    qtbot.keyClick(middle, Qt.Key.Key_Up)
    qtbot.keyClick(page.detail.matrix._cells[0, 1], Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: desk.feedback.get("FB-0002").priority is Priority.P2, timeout=10_000)
    idle()
    record = desk.feedback.get("FB-0002")
    assert record.state is State.TRIAGED
    assert {event.field for event in desk.feedback.events("FB-0002")} >= {"impact", "urgency", "state"}


def test_a_state_chosen_is_kept_with_its_history(
    qtbot: QtBot, window: MainWindow, desk: Desk, idle: Idle
) -> None:
    page = _page(qtbot, window)
    window.navigator.go("feedback", "FB-0001")
    idle()
    page._move(State.ANALYSING)
    qtbot.waitUntil(lambda: desk.feedback.get("FB-0001").state is State.ANALYSING, timeout=10_000)
    idle()


@pytest.mark.parametrize(
    ("line", "fits"),
    [
        ("", True),
        ("area:edi", True),
        ("area:credit", False),
        ("p:1-2", True),
        ("p:3", False),
        ("age:>3d", True),
        ("age:<3d", False),
        ("twice invoice", True),
        ('"invoice twice"', False),
        ("state:new", True),
        ("area: p: age:", True),
        ("age:soon", False),
        ("http://x", False),
    ],
)
def test_the_filter_line(line: str, fits: bool) -> None:
    record = Feedback(
        "FB-0001",
        "Invoice arrives twice",
        component="EDI",
        priority=Priority.P2,
        reported_at=NOW - timedelta(days=4),
    )
    assert matcher(line, NOW)(record) is fits


def test_several_records_change_at_once_and_undo_puts_them_back(
    qtbot: QtBot, window: MainWindow, desk: Desk, idle: Idle
) -> None:
    page = _page(qtbot, window)
    idle()
    page.table.selectAll()
    assert page._bulk.isVisibleTo(page)
    page._bulk.asked.emit("State is analysing", {"state": State.ANALYSING, "owner": "Ada"})
    qtbot.waitUntil(lambda: {r.owner for r in desk.feedback.list()} == {"Ada"}, timeout=10_000)
    idle()
    window._on_undo()
    qtbot.waitUntil(lambda: {r.owner for r in desk.feedback.list()} == {""}, timeout=10_000)
    idle()
    assert {r.state for r in desk.feedback.list()} == {State.NEW}
    window._on_redo()
    qtbot.waitUntil(lambda: {r.owner for r in desk.feedback.list()} == {"Ada"}, timeout=10_000)
    idle()


def test_a_filter_is_saved_as_a_tab_and_remembered(
    qtbot: QtBot, window: MainWindow, desk: Desk, theme: Theme, idle: Idle
) -> None:
    page = _page(qtbot, window)
    idle()
    qtbot.keyClicks(page.field, "area:billing")
    qtbot.waitUntil(lambda: page.model.rowCount() == 1, timeout=10_000)
    page._keep_filter("Bills")
    idle()
    assert page._views.tabText(page._views.currentIndex()) == "Bills  1"
    page._views.setCurrentIndex(0)
    qtbot.waitUntil(lambda: page.model.rowCount() == 3, timeout=10_000)
    assert page.field.text() == ""
    assert ViewTabs(theme, page.around.memory).saved == ((0, "area:billing"),)
    page._views.setCurrentIndex(page._views.count() - 1)
    qtbot.waitUntil(lambda: page.model.rowCount() == 1, timeout=10_000)
    qtbot.keyClick(page._views, Qt.Key.Key_Delete)
    assert page._views.saved == ()
    window._on_undo()
    assert page._views.saved == ((0, "area:billing"),)
    idle()


def test_what_is_known_is_offered_while_a_record_is_typed(
    qtbot: QtBot, window: MainWindow, desk: Desk, idle: Idle
) -> None:
    page = _page(qtbot, window)
    page.new()
    dialog = page._new_record
    assert dialog is not None
    qtbot.keyClicks(dialog._title, "Credit check CRD-0042 again")
    qtbot.waitUntil(lambda: dialog._like.count() > 0, timeout=10_000)
    ids = [dialog._like.item(at).data(Qt.ItemDataRole.UserRole) for at in range(dialog._like.count())]
    assert "WA-0001" in ids
    dialog._like.setCurrentRow(ids.index("WA-0001"))
    qtbot.keyClick(dialog._like, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(desk.feedback.list()) == 4, timeout=10_000)
    idle()
    assert [link.target_id for link in desk.feedback.links("FB-0004")] == ["WA-0001"]
    qtbot.waitUntil(lambda: page.detail.record is not None and page.detail.record.id == "FB-0004")
    idle()


def test_half_a_new_record_comes_back(qtbot: QtBot, window: MainWindow, idle: Idle) -> None:
    page = _page(qtbot, window)
    page.new()
    assert page._new_record is not None
    qtbot.keyClicks(page._new_record._title, "Half a sentence")
    page.remember()
    page._new_record.close()
    page.around.memory.setValue("feedback/new", '["Half a sentence", "", ""]')
    page.new()
    assert page._new_record is not None
    assert page._new_record._title.text() == "Half a sentence"
    page._new_record.reject()
    idle()


def test_what_is_typed_about_a_record_is_kept_when_another_is_chosen(
    qtbot: QtBot, window: MainWindow, desk: Desk, idle: Idle
) -> None:
    page = _page(qtbot, window)
    window.navigator.go("feedback", "FB-0002")
    idle()
    page.detail._words.setPlainText("Twice on every invoice")
    desk.feedback.change("FB-0001", owner="Ada")
    idle()
    assert page.detail._words.toPlainText() == "Twice on every invoice"
    page.table.choose(page.model.row_of("FB-0003"))
    qtbot.waitUntil(
        lambda: desk.feedback.get("FB-0002").description == "Twice on every invoice", timeout=10_000
    )
    idle()
    assert desk.feedback.get("FB-0003").description == ""
