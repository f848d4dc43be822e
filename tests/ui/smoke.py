"""The real window on a real display, driven by keys: search, open, edit, save, find again, link, build a pack, quit.

Run by ``test_smoke.py`` under Xvfb with a workspace as argument; says how far it came, and ends with ``smoke: done``.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from hypercare_desk import bootstrap
from hypercare_desk.ui.app import make_application, workspace_memory
from hypercare_desk.ui.main_window import MainWindow
from hypercare_desk.ui.pages.knowledge.page import KnowledgePage
from hypercare_desk.ui.pages.search.page import SearchPage
from hypercare_desk.ui.registry import page_entries
from tests.ui.waiting import wait

_PATIENCE_MS = 60_000


def until(what: str, holds: Callable[[], object]) -> None:
    """Wait until ``holds`` is true, or end with what was waited for."""
    waited = 0
    while not holds():
        if waited > _PATIENCE_MS:
            raise SystemExit(f"smoke: waited in vain for: {what}")
        wait(50)
        waited += 50
    print(f"smoke: {what}", flush=True)


def action(window: MainWindow, words: str) -> None:
    """Run a command of the window, as its key does where a window manager gives the focus."""
    next(one for one in window.actions() if one.text() == words).trigger()


def type_into(field: QWidget, words: str) -> None:
    """Type ``words`` as keys."""
    field.setFocus()
    QTest.keyClicks(field, words)


def main(root: Path) -> int:
    """Go through the window once; returns the exit status."""
    _, theme = make_application()
    desk = bootstrap.open_desk(root, user="SME Credit", catch_up=True)
    window = MainWindow(desk, page_entries(), theme, workspace_memory(desk))
    window.navigator.go("search")
    window.show()
    QTest.qWaitForWindowExposed(window)
    search = window.page
    assert isinstance(search, SearchPage)

    type_into(search.field, "crd-0042")
    until("the answer is there", lambda: search._current_hit() and search._current_hit().id == "WA-0001")  # type: ignore[union-attr]
    until("the article is read", lambda: search.reading.reading is not None)
    QTest.keyClick(search.field, Qt.Key.Key_Return)
    until("the steps are copied", lambda: "Your order is safe." in QApplication.clipboard().text())

    search._open_current()
    until(
        "the editor is open",
        lambda: isinstance(window.page, KnowledgePage) and "WA-0001" in window.page._editors,
    )
    knowledge = window.page
    assert isinstance(knowledge, KnowledgePage)
    editor = knowledge._editors["WA-0001"]
    editor.source.moveCursor(editor.source.textCursor().MoveOperation.End)
    type_into(editor.source, "smokeword was here")
    until("the change is noticed", lambda: editor.unsaved)
    action(window, "Save")
    until("the change is saved", lambda: not editor.unsaved)

    action(window, "Search")
    search.field.clear()
    type_into(search.field, "smokeword")
    until("it is found again", lambda: search._current_hit() and search._current_hit().id == "WA-0001")  # type: ignore[union-attr]
    search._outcomes.set_call("FB-0001")
    search._link()
    until(
        "it is linked to the call",
        lambda: [link.target_id for link in desk.feedback.links("FB-0001")] == ["WA-0001"],
    )

    for entry in page_entries():
        window.navigator.go(entry.name)
        until(f"the page {entry.name} is shown", lambda: not window.jobs.busy)
    window.navigator.go("handoff")
    action(window, "Refresh, evaluate, build")
    until("a pack is built", lambda: len(desk.handoff.packs()) == 1)
    until("all is quiet", lambda: not window.jobs.busy)
    action(window, "Quit")
    until("the window is closed", lambda: not window.isVisible())
    print("smoke: done", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
