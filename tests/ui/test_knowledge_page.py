"""The knowledge page: edit, save, find again; conflicts show both texts; drafts survive."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from hypercare_desk.domain.article import ArticleRow
from hypercare_desk.services.desk import Desk
from hypercare_desk.ui.main_window import MainWindow
from hypercare_desk.ui.pages.knowledge.conflict import Choice, ConflictDialog
from hypercare_desk.ui.pages.knowledge.editor import Editor
from hypercare_desk.ui.pages.knowledge.page import KnowledgePage

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
    editor.source.appendPlainText("Half a thought")
    editor.keep_draft()
    kept = editor._drafts.find("FAQ-0001")
    assert kept is not None
    assert kept.body.endswith("Half a thought")
    page = window.page
    assert isinstance(page, KnowledgePage)
    page._close(page._tabs.currentIndex())
    again = _open(qtbot, window, "FAQ-0001")
    assert again.notice.isVisibleTo(again)
    again._take_draft(kept)
    assert again.source.toPlainText().endswith("Half a thought")
    again._drafts.forget("FAQ-0001")
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
