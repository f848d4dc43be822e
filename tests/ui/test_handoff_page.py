"""The handoff page: the pack's pages and sections in the window, what is missing, building, issuing, checking."""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QDialog, QPushButton
from pytestqt.qtbot import QtBot

from hypercare_desk import create_workspace
from hypercare_desk.domain.article import Confidence, Kind, Status
from hypercare_desk.domain.handoff import PACK_SECTIONS
from hypercare_desk.services.desk import Desk
from hypercare_desk.ui.main_window import MainWindow
from hypercare_desk.ui.pages.handoff.issue_dialog import IssueDialog
from hypercare_desk.ui.pages.handoff.page import HandoffPage
from hypercare_desk.ui.pages.handoff.reading import PackState, SectionState, section_lines
from hypercare_desk.ui.pages.handoff.sections import SectionsModel
from hypercare_desk.ui.widgets.pdf_file import Bookmark

Idle = Callable[[], None]
DECISION = next(n for n, section in enumerate(PACK_SECTIONS) if section.key == "decision")


@pytest.fixture(scope="session")
def packed_workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the run keeps a workspace with a built pack, made by the first test that needs it."""
    return tmp_path_factory.mktemp("packed") / "workspace"


@pytest.fixture
def workspace(packed_workspace: Path, workspace_folder: Path) -> Path:
    """A workspace with a draft pack in which most sections are missing."""
    if not packed_workspace.exists():
        with create_workspace(
            packed_workspace, system="Order to cash", go_live=date(2026, 11, 2), user="SME Credit"
        ) as desk:
            desk.knowledge.new(
                Kind.WORKAROUND,
                "Re-run the credit check",
                body="## Steps\n\nPress Refresh, and mind the zebra.\n",
                status=Status.PUBLISHED,
                confidence=Confidence.NOT_VALIDATED,
            )
            desk.handoff.build(packed_workspace / "draft.pdf")
    shutil.copytree(packed_workspace, workspace_folder)
    return workspace_folder


@pytest.fixture
def page(window: MainWindow, idle: Idle, qtbot: QtBot) -> HandoffPage:
    """The page, shown, with the draft in it and its changes known."""
    window.navigator.go("handoff")
    made = window.page
    assert isinstance(made, HandoffPage)
    qtbot.waitUntil(lambda: made._verification is not None, timeout=20_000)
    idle()
    return made


def test_pages_are_drawn_and_sections_lead_to_them(qtbot: QtBot, page: HandoffPage) -> None:
    view = page.pages.view
    qtbot.waitUntil(lambda: view.drawn(0), timeout=20_000)
    assert not view.drawn(view.pages - 1)
    page.sections.setFocus()
    qtbot.keyClick(page.sections, Qt.Key.Key_Down)
    line = page.model.line(page.sections.currentIndex().row())
    assert line is not None
    assert line.section.key == "decision"
    assert view.page == line.page
    qtbot.waitUntil(lambda: view.drawn(view.page), timeout=20_000)


def test_the_page_number_goes_there_and_keys_turn_pages(qtbot: QtBot, page: HandoffPage) -> None:
    view = page.pages.view
    page.pages.number.setText("3")
    qtbot.keyClick(page.pages.number, Qt.Key.Key_Return)
    assert view.page == 2
    qtbot.keyClick(view, Qt.Key.Key_Right)
    assert view.page == 3
    qtbot.keyClick(view, Qt.Key.Key_Home)
    assert view.page == 0


def test_a_click_follows_a_link_of_the_contents(qtbot: QtBot, page: HandoffPage, idle: Idle) -> None:
    view = page.pages.view
    assert view.file is not None
    line = page.model.line(page.model.rowCount() - 1)
    contents = next(b.page for b in view.file.outline if b.title == "Contents")
    assert line is not None
    [entry] = [m for m in view.file.find(line.section.title, lambda: False) if m.page == contents]
    view.go_to(contents)
    left, top, width, height = entry.boxes[0]
    box, scale = view._box(contents), view._scale()
    at = QPointF(box.x() + (left + width / 2) * scale, box.y() + (top + height / 2) * scale).toPoint()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=at)
    qtbot.waitUntil(lambda: view.page == line.page, timeout=20_000)
    idle()


def test_zoom_keeps_the_place_and_fit_width_comes_back(qtbot: QtBot, page: HandoffPage) -> None:
    view = page.pages.view
    view.go_to(2)
    fitting = view.zoom
    view.zoom_by(1)
    assert not view.fits
    assert view.zoom == pytest.approx(fitting * 1.2)
    assert view.page == 2
    view.set_zoom(0)
    assert view.fits
    assert view.zoom == pytest.approx(fitting)


def test_words_are_found_in_the_pack(qtbot: QtBot, page: HandoffPage, idle: Idle) -> None:
    page.find_here()
    page.pages.words.setText("ZEBRA")
    qtbot.keyClick(page.pages.words, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.pages.view.match == 1, timeout=20_000)
    assert page.pages._told.text() == "1 of 1"
    line = page.model.line(page.model.row_at(page.pages.view.page))
    assert line is not None
    assert line.section.key == "known-issues"
    qtbot.keyClick(page.pages.words, Qt.Key.Key_Escape)
    assert page.pages.view.match == 0
    idle()


def test_missing_sections_are_named_and_mended_by_a_click(
    qtbot: QtBot, window: MainWindow, page: HandoffPage, desk: Desk, idle: Idle
) -> None:
    missing = {section.key for section in page.state.missing}
    assert {"service-summary", "monitoring", "access"} <= missing
    mend = next(
        b for b in page.doubts.findChildren(QPushButton) if b.accessibleName() == "Mend section Monitoring"
    )
    qtbot.mouseClick(mend, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.page is not page, timeout=20_000)
    idle()
    made = next(row for row in desk.knowledge.list() if "pack:monitoring" in row.fields.tags)
    assert window.navigator.place is not None
    assert window.navigator.place.target == made.fields.id


def test_the_page_says_that_the_pack_is_behind(
    qtbot: QtBot, page: HandoffPage, desk: Desk, idle: Idle
) -> None:
    desk.feedback.record("Another one", source="call")
    qtbot.waitUntil(lambda: page._notice.isVisible(), timeout=20_000)
    idle()
    assert page._verification is not None
    assert "FB-0001 was added." in page._verification.changed
    assert page._notice._words.text() == f"Built before {len(page._verification.changed)} changes"


def test_issuing_names_what_is_missing_and_does_nothing_when_cancelled(
    qtbot: QtBot, page: HandoffPage, desk: Desk
) -> None:
    page.finish()
    dialog = next(d for d in page.findChildren(QDialog) if isinstance(d, IssueDialog))
    said = [words for _, _, words in dialog.reasons(page.state, 2)]
    assert "Section 11 Monitoring is empty." in said
    assert any(words.startswith("Not validated: WA-0001") for words in said)
    assert any("before 2 changes;" in words for words in said)
    qtbot.waitUntil(lambda: dialog.default_button.isDefault())
    assert dialog.default_button is not dialog.issue_button
    dialog.reject()
    assert not page.maker.busy
    assert len(desk.handoff.packs()) == 1


def test_a_copy_is_saved_whole_and_checks_out(
    qtbot: QtBot, page: HandoffPage, tmp_path: Path, idle: Idle
) -> None:
    copy = tmp_path / "copy.pdf"
    assert page.state.file is not None
    page.save_to(page.state.file, copy)
    idle()
    page.verify_path(copy)
    qtbot.waitUntil(lambda: "it is whole" in page._notice._words.text(), timeout=20_000)
    copy.write_bytes(copy.read_bytes() + b"\n% touched\n")
    page.verify_path(copy)
    qtbot.waitUntil(lambda: "altered" in page._notice._words.text(), timeout=20_000)
    idle()
    assert [p.name for p in tmp_path.iterdir() if p.suffix == ".part"] == []


@pytest.mark.slow
def test_f5_builds_and_cancel_leaves_the_pack_before(
    qtbot: QtBot, page: HandoffPage, desk: Desk, idle: Idle
) -> None:
    desk.knowledge.new(Kind.FAQ, "When?", body="## Question\n\nWhen?\n\n## Answer\n\nAt night.\n")
    idle()
    page.refresh()
    assert page.maker.busy
    page.maker.cancel()
    qtbot.waitUntil(lambda: not page.maker.busy, timeout=60_000)
    idle()
    assert [pack.version for pack in desk.handoff.packs()] == ["0.1"]
    page.refresh()
    qtbot.waitUntil(lambda: not page.maker.busy, timeout=110_000)
    idle()
    assert page.state.pack is not None
    assert page.state.pack.version == "0.2"
    assert page.state.since_earlier.added == ("FAQ-0001",)
    assert Path(page.state.pack.path).parent == desk.paths.cache / "pack-preview"


def test_sections_tell_what_they_are_and_where_they_begin() -> None:
    by_key = {section.key: section for section in PACK_SECTIONS}
    state = PackState(missing=(by_key["monitoring"],))
    outline = (Bookmark("1 Control sheet", 0, 0), Bookmark("2 Decision", 3, 0), Bookmark("2 Nested", 5, 1))
    lines = {line.section.key: line for line in section_lines(state, outline, {"lessons": False})}
    assert (lines["decision"].page, lines["decision"].state) == (3, SectionState.COMPLETE)
    assert lines["monitoring"].state is SectionState.MISSING
    assert lines["lessons"].state is SectionState.LEFT_OUT
    assert lines["warranty"].state is SectionState.ABSENT


@pytest.mark.usefixtures("qapp")
def test_the_sections_model_keeps_qt_s_rules() -> None:
    model = SectionsModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    lines = section_lines(PackState(), (Bookmark("1 Control sheet", 0, 0), Bookmark("2 Decision", 3, 0)), {})
    model.show(lines)
    model.show(lines)
    assert model.row_at(2) == 0
    assert model.row_at(4) == DECISION
    assert "2 Decision, complete, page 4" in str(
        model.data(model.index(DECISION), Qt.ItemDataRole.AccessibleTextRole)
    )
    model.show(())
    assert tester.model() is model
