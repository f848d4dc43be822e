"""The search page by its keys: an answer while the caller speaks."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from hypercare_desk.domain.feedback import Feedback, Relation
from hypercare_desk.services.desk import Desk
from hypercare_desk.ui.main_window import MainWindow
from hypercare_desk.ui.pages.search.page import SearchPage
from hypercare_desk.ui.pages.search.readable import caller_steps

Idle = Callable[[], None]


def _page(window: MainWindow) -> SearchPage:
    page = window.page
    assert isinstance(page, SearchPage)
    return page


def _ask(qtbot: QtBot, page: SearchPage, words: str) -> None:
    page.field.clear()
    qtbot.keyClicks(page.field, words)
    qtbot.waitUntil(lambda: page._answer is not None and page._answer.asked == words, timeout=10_000)


def test_typing_finds_and_enter_copies_the_steps_for_the_caller(
    qtbot: QtBot, window: MainWindow, idle: Idle
) -> None:
    page = _page(window)
    _ask(qtbot, page, "crd-0042")
    first = page.model.shown(page.list.currentIndex().row())
    assert first is not None
    assert first.hit.id == "WA-0001"
    qtbot.waitUntil(lambda: page.reading.reading is not None and page.reading.reading.article.id == "WA-0001")
    qtbot.keyClick(page.field, Qt.Key.Key_Return)
    assert QGuiApplication.clipboard().text() == "1. Your order is safe.\n2. Please press Refresh."
    idle()


def test_arrows_walk_through_hits_and_skip_headings(qtbot: QtBot, window: MainWindow) -> None:
    page = _page(window)
    _ask(qtbot, page, "order")
    before = page.list.currentIndex().row()
    qtbot.keyClick(page.field, Qt.Key.Key_Down)
    after = page.list.currentIndex().row()
    assert after > before
    assert page.model.shown(after) is not None
    assert page.field.hasFocus() or not window.isActiveWindow()


def test_an_outcome_is_counted_with_the_article(
    qtbot: QtBot, window: MainWindow, desk: Desk, idle: Idle
) -> None:
    page = _page(window)
    _ask(qtbot, page, "crd-0042")
    page.finish()
    idle()
    with desk.database.view() as work:
        uses = work.uses.all()
    assert [(use.article_id, use.solved, use.query) for use in uses] == [("WA-0001", True, "crd-0042")]


def test_nothing_found_and_enter_logs_the_gap(
    qtbot: QtBot, window: MainWindow, desk: Desk, idle: Idle
) -> None:
    page = _page(window)
    _ask(qtbot, page, "zzqx unheard words")
    qtbot.waitUntil(lambda: not page._armed.isActive())
    qtbot.keyClick(page.field, Qt.Key.Key_Return)
    idle()
    gaps = [row.fields for row in desk.knowledge.list() if row.fields.confidence == "wip"]
    assert [gap.aliases for gap in gaps] == [("zzqx unheard words",)]


def test_a_filter_narrows_the_answer(qtbot: QtBot, window: MainWindow, idle: Idle) -> None:
    page = _page(window)
    _ask(qtbot, page, "order")
    page._filters._choose("kind", "known-issue", "Known issue")
    qtbot.waitUntil(lambda: page._answer is not None and page._answer.asked == "order kind:known-issue")
    rows = [page.model.shown(at) for at in range(page.model.rowCount())]
    assert {shown.hit.kind for shown in rows if shown} == {"known-issue"}
    idle()


def test_the_steps_for_the_caller_are_cut_out_of_the_text() -> None:
    steps, rest = caller_steps("## A\n\none\n\n## Steps to read to the caller\n\n1. Say\n\n## B\n\ntwo\n")
    assert steps == "1. Say"
    assert rest == "## A\n\none\n\n## B\n\ntwo"


def test_ctrl_n_makes_a_record_and_outcomes_go_to_it(
    qtbot: QtBot, window: MainWindow, desk: Desk, idle: Idle
) -> None:
    page = _page(window)
    _ask(qtbot, page, "crd-0042")
    page.new()
    qtbot.waitUntil(lambda: page._outcomes.call == "FB-0004", timeout=10_000)
    idle()
    assert desk.feedback.get("FB-0004").title == "crd-0042"
    assert page._filters.call.isVisibleTo(page)
    page.finish()
    page.finish()
    idle()
    assert [(link.target_id, link.relation) for link in desk.feedback.links("FB-0004")] == [
        ("WA-0001", Relation.SOLVED_BY)
    ]
    with desk.database.view() as work:
        assert len(work.uses.all()) == 1
    page.field.clear()
    qtbot.keyClick(page.field, Qt.Key.Key_Escape)
    assert page._outcomes.call == ""


def test_a_call_that_was_not_helped_is_kept(qtbot: QtBot, window: MainWindow, desk: Desk, idle: Idle) -> None:
    page = _page(window)
    _ask(qtbot, page, "crd-0042")
    page._used(False)
    qtbot.waitUntil(lambda: page._outcomes.call == "FB-0004", timeout=10_000)
    idle()
    assert [link.relation for link in desk.feedback.links("FB-0004")] == [Relation.DID_NOT_HELP]


def test_more_rows_come_below_and_the_chosen_one_stays(
    qtbot: QtBot, window: MainWindow, desk: Desk, idle: Idle
) -> None:
    page = _page(window)
    desk.feedback.add_many([Feedback("", f"Printer {number} jams") for number in range(70)])
    idle()
    _ask(qtbot, page, "printer")
    assert page._more.isVisibleTo(page)
    last = page.model.rowCount() - 1
    page._choose(last)
    chosen = page._current_hit()
    assert chosen is not None
    qtbot.keyClick(page.field, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: page.model.rowCount() > 60, timeout=10_000)
    assert page._current_hit() is not None
    assert page._current_hit().id == chosen.id
    assert not page._more.isVisibleTo(page)
    idle()


def test_a_record_is_read_without_an_outcome(qtbot: QtBot, window: MainWindow, idle: Idle) -> None:
    page = _page(window)
    _ask(qtbot, page, "tax line kind:feedback")
    idle()
    assert page._current_hit() is not None
    assert page._current_hit().id == "FB-0002"
    assert page.reading.reading is None
    assert page.reading._title.text() == "Invoice shows the tax line twice"
