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
