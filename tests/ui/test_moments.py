"""The moment of each user that must go well (product.md §1), from the keyboard alone, on real services.

Keys go to whatever has the focus; where only a window manager delivers a shortcut, its action is triggered.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QApplication, QInputDialog, QWidget
from pytestqt.qtbot import QtBot

from hypercare_desk.domain.article import Confidence
from hypercare_desk.domain.exit_criteria import CriterionState
from hypercare_desk.domain.feedback import Relation
from hypercare_desk.services.desk import Desk
from hypercare_desk.ui.main_window import MainWindow
from hypercare_desk.ui.pages.criteria.dialogs import SignDialog, WaiverDialog
from hypercare_desk.ui.pages.criteria.page import CriteriaPage
from hypercare_desk.ui.pages.handoff.page import HandoffPage
from hypercare_desk.ui.pages.knowledge.conflict import Choice, ConflictDialog
from hypercare_desk.ui.pages.knowledge.page import KnowledgePage
from hypercare_desk.ui.pages.postmortems.page import PostmortemsPage
from hypercare_desk.ui.pages.search.page import SearchPage

Idle = Callable[[], None]
P = TypeVar("P")
Key = Qt.Key
CONTROL = Qt.KeyboardModifier.ControlModifier


class Hands:
    """Two hands on a keyboard: they type where the focus is and press shortcuts of the window or of its page."""

    def __init__(self, qtbot: QtBot, window: MainWindow) -> None:
        self._qtbot = qtbot
        self.window = window
        window.activateWindow()
        qtbot.waitActive(window)

    def shortcut(self, key: str) -> None:
        """Press a shortcut: the page's own where it has one, else the window's."""
        for owner in (self.window.page, *self._parents(), self.window):
            for action in owner.actions() if owner else ():
                if action.shortcut().toString() == key:
                    action.trigger()
                    return
        raise AssertionError(f"nothing answers {key}")

    def write(self, words: str) -> None:
        """Type into what has the focus."""
        self._qtbot.keyClicks(self._focus(), words)

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key that the focused control handles itself."""
        self._qtbot.keyClick(self._focus(), key, modifier)

    def command(self, words: str) -> None:
        """Ctrl+K, the first words of a command, Enter."""
        self.shortcut("Ctrl+K")
        self.write(words)
        self._qtbot.wait(50)
        self.press(Key.Key_Return)

    def tab_to(self, name: str) -> None:
        """Tab until the control of this accessible name has the focus."""
        for _ in range(60):
            if self._focus().accessibleName() == name:
                return
            self.press(Key.Key_Tab)
        raise AssertionError(f"Tab never comes to {name}")

    def until(self, holds: Callable[[], object]) -> None:
        self._qtbot.waitUntil(lambda: bool(holds()), timeout=20_000)

    def page(self, kind: type[P]) -> P:
        page = self.window.page
        assert isinstance(page, kind)
        return page

    def dialog(self, kind: type[P]) -> P:
        self.until(lambda: isinstance(QApplication.activeModalWidget(), kind))
        found: Any = QApplication.activeModalWidget()
        found.activateWindow()  # a window manager does this
        self.until(lambda: QApplication.activeWindow() is found)
        return found

    def back(self) -> None:
        """The dialog is gone: the window is the active one again, as a window manager makes it."""
        self.until(lambda: QApplication.activeModalWidget() is None)
        self.window.activateWindow()
        self.until(lambda: QApplication.activeWindow() is self.window)

    def _focus(self) -> QWidget:
        found = QApplication.focusWidget()
        assert found is not None, "nothing has the focus"
        return found

    def _parents(self) -> list[QWidget]:
        chain: list[QWidget] = []
        widget = QApplication.focusWidget()
        while widget is not None:
            chain.append(widget)
            widget = widget.parentWidget()
        return chain


@pytest.fixture
def hands(qtbot: QtBot, window: MainWindow) -> Hands:
    return Hands(qtbot, window)


def test_the_agent_finds_reads_out_and_notes_the_outcome(hands: Hands, desk: Desk, idle: Idle) -> None:
    page = hands.page(SearchPage)
    hands.shortcut("Ctrl+L")
    hands.write("crd-00")
    hands.until(lambda: (hit := page._current_hit()) is not None and hit.id == "WA-0001")
    hands.shortcut("Ctrl+N")
    hands.until(lambda: page._outcomes.call)
    hands.until(lambda: page.reading.reading is not None and page.reading.reading.article.id == "WA-0001")
    hands.press(Key.Key_Return)
    assert QGuiApplication.clipboard().text() == "1. Your order is safe.\n2. Please press Refresh."
    hands.shortcut("Ctrl+Return")
    hands.until(lambda: desk.feedback.links(page._outcomes.call))
    idle()
    (link,) = desk.feedback.links(page._outcomes.call)
    assert (link.target_id, link.relation) == ("WA-0001", Relation.SOLVED_BY)
    with desk.database.view() as work:
        assert [(use.article_id, use.solved) for use in work.uses.all()] == [("WA-0001", True)]


def test_the_expert_mends_an_answer_and_two_editors_lose_nothing(
    hands: Hands, desk: Desk, idle: Idle
) -> None:
    search = hands.page(SearchPage)
    hands.write("invoice faq")
    hands.until(lambda: (hit := search._current_hit()) is not None and hit.id == "FAQ-0001")
    hands.shortcut("F2")
    hands.until(lambda: isinstance(hands.window.page, KnowledgePage) and hands.page(KnowledgePage)._editor())
    editor = hands.page(KnowledgePage)._editor()
    assert editor is not None
    idle()
    hands.press(Key.Key_End, CONTROL)
    hands.write("Except on quuxdays.")
    hands.until(lambda: "quuxdays" in editor.preview.toPlainText())
    hands.shortcut("Ctrl+Return")
    hands.until(lambda: desk.knowledge.read("FAQ-0001").confidence is Confidence.VALIDATED)
    idle()

    other = desk.knowledge.read("FAQ-0001")
    hands.write(" Mine too.")
    desk.knowledge.save(replace(other.draft(), body=other.body + "\nTheirs too.\n"), other.version)
    hands.shortcut("Ctrl+S")
    dialog = hands.dialog(ConflictDialog)
    dialog._decide(Choice.BOTH)
    hands.back()
    hands.until(lambda: "Mine too." in desk.knowledge.read("FAQ-0001").body)
    idle()
    assert "Theirs too." in desk.knowledge.read("FAQ-0001").body

    hands.shortcut("Ctrl+L")
    hands.write("quuxdays")
    hands.until(lambda: search._answer is not None and search._answer.asked == "quuxdays")
    hands.until(lambda: (hit := search._current_hit()) is not None and hit.id == "FAQ-0001")
    idle()


def test_the_incident_manager_answers_whether_we_may_exit(hands: Hands, desk: Desk, idle: Idle) -> None:
    desk.exit_criteria.install_defaults()
    hands.shortcut("Ctrl+4")
    page = hands.page(CriteriaPage)
    hands.until(lambda: page.model.rowCount() > 3)
    idle()
    hands.shortcut("F5")
    hands.until(lambda: desk.exit_criteria.latest() is not None)
    idle()
    verdict = desk.exit_criteria.latest()
    assert verdict is not None
    assert not any(
        result.state is CriterionState.MET and not result.sample and result.metric.startswith("availability")
        for result in verdict.criteria
    )
    missing = next(result for result in verdict.criteria if result.state is CriterionState.NO_DATA)
    while (current := page._current()) is None or current.id != missing.id:
        hands.press(Key.Key_Down)
    hands.command("waive the crit")
    waiver = hands.dialog(WaiverDialog)
    waiver._reason.setFocus()
    hands.write("The gateway is measured from Monday on.")
    for owner in ("Ada", "Grace"):
        hands.press(Key.Key_Tab)
        hands.press(Key.Key_A, CONTROL)
        hands.write(owner)
    hands.press(Key.Key_Return)
    hands.back()
    hands.until(lambda: [w.criterion_id for w in desk.exit_criteria.waivers()] == [missing.id])
    idle()
    role = desk.settings.sign_off_roles[0]
    hands.command(f"sign as {role.lower()}")
    sign = hands.dialog(SignDialog)
    sign._decision.setFocus()
    hands.press(Key.Key_End)
    hands.press(Key.Key_Return)
    hands.back()
    hands.until(lambda: [s.role for s in desk.exit_criteria.sign_offs()] == [role])
    idle()
    hands.shortcut("Ctrl+6")
    hands.shortcut("F5")
    hands.until(lambda: desk.handoff.packs())
    idle()


def test_the_facilitator_writes_the_review_down_live(hands: Hands, desk: Desk, idle: Idle) -> None:
    hands.shortcut("Ctrl+5")
    page = hands.page(PostmortemsPage)
    idle()
    hands.shortcut("Ctrl+N")
    hands.dialog(QInputDialog)
    hands.write("Orders stopped for an hour")
    hands.press(Key.Key_Return)
    hands.back()
    hands.until(lambda: page.paper.item is not None)
    idle()
    hands.shortcut("Ctrl+Return")
    for line in ("07:55 Orders stop", "08:40 The job is restarted"):
        hands.write(line)
        hands.press(Key.Key_Return)
    hands.until(lambda: len(desk.postmortems.get("PM-0001").timeline) == 2)
    hands.tab_to("Contributing conditions")
    hands.write("Nobody is told when the job stops")
    hands.tab_to("Add an action")
    hands.write("Alert when the job stops @Ada 2026-12-01")
    hands.press(Key.Key_Return)
    hands.until(lambda: desk.postmortems.get("PM-0001").actions)
    hands.until(lambda: desk.postmortems.get("PM-0001").conditions)
    idle()
    item = desk.postmortems.get("PM-0001")
    assert [line.event for line in item.timeline] == ["Orders stop", "The job is restarted"]
    (action,) = item.actions
    assert (action.text, action.owner, str(action.due)) == ("Alert when the job stops", "Ada", "2026-12-01")
    assert item.conditions == ("Nobody is told when the job stops",)


def test_the_bau_lead_reads_the_pack_and_knows_that_it_is_whole(hands: Hands, desk: Desk, idle: Idle) -> None:
    hands.shortcut("Ctrl+6")
    page = hands.page(HandoffPage)
    idle()
    hands.shortcut("F5")
    hands.until(lambda: page.state.file is not None)
    idle()
    assert page._verification is not None
    assert page._verification.ok
    first = page.pages.view.page
    hands.shortcut("F6")
    for _ in range(8):
        hands.press(Key.Key_Down)
    hands.press(Key.Key_Return)
    hands.until(lambda: page.pages.view.page > first)
    hands.shortcut("Ctrl+Shift+C")
    assert "SHA-256" in QGuiApplication.clipboard().text()
    idle()


def test_no_shortcut_is_bound_twice_where_both_could_answer(window: MainWindow, idle: Idle) -> None:
    for name in ("search", "knowledge", "feedback", "criteria", "postmortems"):
        window.navigator.go(name)
        idle()
        assert window.page is not None
        mine = [a.shortcut().toString() for a in window.actions() if not a.shortcut().isEmpty()]
        theirs = [
            a.shortcut().toString() for a in window.page.findChildren(QAction) if not a.shortcut().isEmpty()
        ]
        assert len(mine) == len(set(mine))
        assert not set(mine) & set(theirs), (name, set(mine) & set(theirs))
