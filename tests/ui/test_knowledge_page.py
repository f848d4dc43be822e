"""The knowledge page: edit, save, find again; conflicts show both texts; drafts survive."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from hypercare_desk.domain.article import ArticleRow, Status
from hypercare_desk.services.desk import Desk
from hypercare_desk.ui.main_window import MainWindow
from hypercare_desk.ui.pages.knowledge.conflict import Choice, ConflictDialog
from hypercare_desk.ui.pages.knowledge.editor import Editor
from hypercare_desk.ui.pages.knowledge.page import KnowledgePage
from hypercare_desk.ui.pages.knowledge.source_edit import SourceEdit
from hypercare_desk.ui.theme import Theme

Idle = Callable[[], None]


def _open(qtbot: QtBot, window: MainWindow, article_id: str) -> Editor:
    window.navigator.open(article_id)
    page = window.page
    assert isinstance(page, KnowledgePage)
    qtbot.waitUntil(lambda: article_id in page._editors, timeout=10_000)
    return page._editors[article_id]


def test_a_saved_change_is_found_by_its_new_word(
    qtbot: QtBot, window: MainWindow, desk: Desk, idle: Idle
) -> None:
    editor = _open(qtbot, window, "FAQ-0001")
    editor.source.appendPlainText("Unless it is a quuxday.")
    assert editor.unsaved
    editor.save()
    qtbot.waitUntil(lambda: not editor.unsaved, timeout=10_000)
    idle()
    assert [hit.id for hit in desk.search.find("quuxday").hits] == ["FAQ-0001"]


def test_the_second_of_two_saves_shows_both_texts_and_loses_neither(
    qtbot: QtBot, window: MainWindow, desk: Desk, idle: Idle
) -> None:
    editor = _open(qtbot, window, "KI-0001")
    editor.source.appendPlainText("Mine is here.")
    article = desk.knowledge.read("KI-0001")
    desk.knowledge.save(replace(article.draft(), body=article.body + "\nTheirs is here.\n"), article.version)
    editor.save()
    qtbot.waitUntil(lambda: isinstance(QApplication.activeModalWidget(), ConflictDialog), timeout=10_000)
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, ConflictDialog)
    dialog._decide(Choice.BOTH)
    qtbot.waitUntil(lambda: "Mine is here." in desk.knowledge.read("KI-0001").body, timeout=10_000)
    idle()
    assert "Theirs is here." in desk.knowledge.read("KI-0001").body


def test_an_article_changed_by_another_program_shows_up(
    qtbot: QtBot, window: MainWindow, desk: Desk, workspace: Path, idle: Idle
) -> None:
    editor = _open(qtbot, window, "FAQ-0001")
    idle()
    path = workspace / "kb" / editor.article.path
    path.write_text(path.read_text(encoding="utf-8") + "\nWritten outside.\n", encoding="utf-8", newline="\n")
    window.catch_up()
    qtbot.waitUntil(lambda: "Written outside." in editor.source.toPlainText(), timeout=10_000)


def test_what_is_not_saved_is_kept_as_a_draft_and_offered_again(
    qtbot: QtBot, window: MainWindow, desk: Desk, idle: Idle
) -> None:
    editor = _open(qtbot, window, "FAQ-0001")
    idle()
    editor.source.appendPlainText("Half a thought")
    editor.fields.put_words({"tags": "half; done"})
    page = window.page
    assert isinstance(page, KnowledgePage)
    page._close(page._tabs.currentIndex())
    qtbot.waitUntil(lambda: desk.drafts.find("FAQ-0001") is not None, timeout=10_000)
    again = _open(qtbot, window, "FAQ-0001")
    qtbot.waitUntil(lambda: again.notice.isVisibleTo(again), timeout=10_000)
    kept = desk.drafts.find("FAQ-0001")
    assert kept is not None
    again._take_draft(kept)
    assert again.source.text().endswith("Half a thought")
    assert again.draft().fields.tags == ("half", "done")
    again.save()
    qtbot.waitUntil(lambda: desk.drafts.find("FAQ-0001") is None, timeout=10_000)
    idle()


def test_a_draft_over_a_text_that_changed_since_meets_the_conflict_view(
    qtbot: QtBot, window: MainWindow, desk: Desk, idle: Idle
) -> None:
    article = desk.knowledge.read("KI-0001")
    kept = desk.drafts.keep("KI-0001", article.version, article.title, "Mine is here.", {})
    desk.knowledge.save(replace(article.draft(), body=article.body + "\nTheirs is here.\n"), article.version)
    editor = _open(qtbot, window, "KI-0001")
    idle()
    editor._take_draft(kept)
    editor.save()
    qtbot.waitUntil(lambda: isinstance(QApplication.activeModalWidget(), ConflictDialog), timeout=10_000)
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, ConflictDialog)
    dialog._decide(Choice.THEIRS)
    idle()
    assert "Theirs is here." in editor.source.text()


def test_undo_goes_back_over_saves(qtbot: QtBot, window: MainWindow, desk: Desk, idle: Idle) -> None:
    editor = _open(qtbot, window, "FAQ-0001")
    idle()
    before = editor.source.text()
    for words in ("First. ", "Second. "):
        editor.source.moveCursor(editor.source.textCursor().MoveOperation.Start)
        qtbot.keyClicks(editor.source, words)
        editor.save()
        qtbot.waitUntil(lambda: not editor.unsaved, timeout=10_000)
        idle()
    while editor.source.document().isUndoAvailable():
        editor.source.undo()
    assert editor.source.text() == before
    window._on_undo()
    qtbot.waitUntil(lambda: "Second." not in desk.knowledge.read("FAQ-0001").body, timeout=10_000)
    idle()
    assert desk.knowledge.read("FAQ-0001").body.startswith("First. ")


def test_the_menu_takes_an_article_through_its_life_and_back(
    qtbot: QtBot, window: MainWindow, desk: Desk, idle: Idle
) -> None:
    editor = _open(qtbot, window, "FAQ-0001")
    idle()
    qtbot.keyClicks(editor.source, "Typed before. ")
    editor._fill_menu()
    steps = {action.text(): action for action in editor._menu.actions()}
    assert steps["Publish"].isEnabled()
    steps["Publish"].trigger()
    qtbot.waitUntil(lambda: desk.knowledge.read("FAQ-0001").status is Status.PUBLISHED, timeout=10_000)
    idle()
    assert "Typed before." in desk.knowledge.read("FAQ-0001").body
    editor._fill_menu()
    assert not next(a for a in editor._menu.actions() if a.text() == "Publish").isEnabled()
    window._on_undo()
    qtbot.waitUntil(lambda: desk.knowledge.read("FAQ-0001").status is Status.DRAFT, timeout=10_000)
    idle()


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_links_are_completed_from_what_is_typed(qtbot: QtBot, window: MainWindow, idle: Idle) -> None:
    editor = _open(qtbot, window, "FAQ-0001")
    idle()
    editor.source.moveCursor(editor.source.textCursor().MoveOperation.End)
    qtbot.keyClicks(editor.source, "See [[credit")
    qtbot.waitUntil(editor.source._popup.isVisible, timeout=10_000)
    qtbot.keyClick(editor.source._popup, Qt.Key.Key_Return)
    assert editor.source.text().endswith("See [[WA-0001]]") or editor.source.text().endswith(
        "See [[KI-0001]]"
    )
    editor.save()
    idle()


@pytest.mark.parametrize(
    ("now", "then"),
    [
        ("", "a"),
        ("abc", ""),
        ("aaa", "aa"),
        ("a😀b", "a😀😀b"),
        ("x\u00a0y", "x y"),
        ("one\ntwo", "one\n\ntwo"),
    ],
)
def test_text_is_put_by_what_differs_and_can_be_undone(theme: Theme, now: str, then: str) -> None:
    edit = SourceEdit(theme)
    edit.setPlainText(now)
    edit.put_text(then)
    assert edit.text() == then
    edit.undo()
    assert edit.text() == now


def test_another_theme_writes_nothing(qtbot: QtBot, window: MainWindow, theme: Theme, idle: Idle) -> None:
    editor = _open(qtbot, window, "FAQ-0001")
    idle()
    theme.set(dark=True)
    idle()
    assert not editor.unsaved
    theme.set(dark=False)
    idle()


def test_the_table_lists_every_article_and_filters(qtbot: QtBot, window: MainWindow, idle: Idle) -> None:
    window.navigator.go("knowledge")
    page = window.page
    assert isinstance(page, KnowledgePage)
    idle()
    assert page.all._model.rowCount() == 3
    qtbot.keyClicks(page.all.field, "invoice")
    assert page.all._filter.rowCount() == 1
    row = page.all._filter.index(0, 0).data(0x0100 + 1)
    assert isinstance(row, ArticleRow)
    assert row.fields.id == "FAQ-0001"
