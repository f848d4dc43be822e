"""The knowledge page: all articles in the first tab, then one tab an article."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QStackedWidget, QTabBar, QVBoxLayout, QWidget

from hypercare_desk.domain.article import Article, ArticleRow, Kind
from hypercare_desk.domain.changes import Changes
from hypercare_desk.services.progress import Progress
from hypercare_desk.ui.pages.knowledge.all_articles import AllArticles
from hypercare_desk.ui.pages.knowledge.drafts import Drafts
from hypercare_desk.ui.pages.knowledge.editor import Editor
from hypercare_desk.ui.pages.page import Command, Page, Surroundings


class KnowledgePage(Page):
    """Documents in tabs; Ctrl+Tab walks through them, Ctrl+W closes one."""

    name = "knowledge"

    def __init__(self, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(around, parent)
        self._drafts = Drafts(around.desk.paths.data / "drafts")
        self._tabs = QTabBar()
        self._tabs.setTabsClosable(True)
        self._tabs.setExpanding(False)
        self._tabs.setDrawBase(False)
        self._tabs.setMovable(False)
        self._tabs.setAccessibleName(self.tr("Open articles"))
        self._stack = QStackedWidget()
        self.all = AllArticles(around)
        self._editors: dict[str, Editor] = {}
        self._tabs.addTab(self.tr("All articles"))
        self._tabs.setTabButton(0, QTabBar.ButtonPosition.RightSide, None)  # type: ignore[arg-type]
        self._stack.addWidget(self.all)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._tabs)
        layout.addWidget(self._stack, 1)
        self._tabs.currentChanged.connect(self._on_tab)
        self._tabs.tabCloseRequested.connect(self._close)
        self.all.open_requested.connect(around.navigator.open)
        self.all.new_requested.connect(self._make)
        around.theme.changed.connect(self._paint)
        for key, run in (
            ("Ctrl+Tab", lambda: self._step(1)),
            ("Ctrl+Shift+Tab", lambda: self._step(-1)),
            ("Ctrl+W", lambda: self._close(self._tabs.currentIndex())),
        ):
            action = QAction(self, shortcut=QKeySequence(key))
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            action.triggered.connect(lambda _c=False, run=run: run())
            self.addAction(action)
        self._paint()
        self.refresh()

    # --- the page's contract ---------------------------------------------------------------------------------

    def show_target(self, target: str, text: str = "") -> None:
        if target == "new":
            self._tabs.setCurrentIndex(0)
            self.all.choose_kind()
        elif target:
            self._open(target)
        else:
            if (shown := self._stack.currentWidget()) is not None:
                shown.setFocus()
            if self._tabs.currentIndex() == 0:
                self.all.field.setFocus()

    def refresh(self) -> None:
        desk = self.around.desk

        def look(_progress: Progress) -> tuple[Sequence[ArticleRow], Mapping[str, str]]:
            return desk.knowledge.list(), {due.row.fields.id: due.reason for due in desk.knowledge.due()}

        self.around.jobs.read(look, lambda found: self.all.show_rows(*found), key="knowledge")

    def new(self) -> None:
        self._tabs.setCurrentIndex(0)
        self.all.choose_kind()

    def finish(self) -> None:
        if editor := self._editor():
            editor.finish()

    def save(self) -> None:
        if editor := self._editor():
            editor.save()

    def find_here(self) -> None:
        editor = self._editor()
        editor.find_bar.open() if editor else self.all.field.setFocus()

    def commands(self) -> Sequence[Command]:
        editor = self._editor()
        why = "" if editor else self.tr("no article is open")
        desk = self.around.desk

        def move(words: str, verb: str) -> Command:
            def run() -> None:
                if editor:
                    call = {
                        "submit": desk.knowledge.submit,
                        "publish": desk.knowledge.publish,
                        "validate": desk.knowledge.validate,
                        "retire": desk.knowledge.retire,
                    }[verb]
                    article_id = editor.article.id
                    said = self.tr("{0}: {1}").format(article_id, words.lower())
                    self.around.jobs.write(
                        "", lambda _p: call(article_id), lambda _a: self.around.messages.done(said)
                    )

            return Command(words, run, "", "ph.article", why)

        return (
            move(self.tr("Hand the article in for review"), "submit"),
            move(self.tr("Publish the article"), "publish"),
            move(self.tr("Validate the article"), "validate"),
            move(self.tr("Retire the article"), "retire"),
        )

    def panes(self) -> Sequence[QWidget]:
        editor = self._editor()
        if editor is None:
            return (self.all.field, self.all.table)
        return (editor.source, editor.preview, editor.checks)

    def reference(self) -> str:
        editor = self._editor()
        return f"{editor.article.id}, {editor.article.title}" if editor else self.all.reference()

    def remember(self) -> None:
        self.all.remember()
        for editor in self._editors.values():
            editor.remember()

    def concerned(self, changes: Changes) -> bool:
        return bool(changes.articles or changes.everything)

    def on_changes(self, changes: Changes) -> None:
        self.refresh()
        for article_id, editor in self._editors.items():
            if changes.everything or article_id in changes.articles:
                editor.changed_outside()

    # --- tabs ------------------------------------------------------------------------------------------------

    def _editor(self) -> Editor | None:
        shown = self._stack.currentWidget()
        return shown if isinstance(shown, Editor) else None

    def _open(self, article_id: str) -> None:
        if article_id in self._editors:
            self._tabs.setCurrentIndex(self._stack.indexOf(self._editors[article_id]))
            return
        desk = self.around.desk
        self.around.jobs.read(
            lambda _p: desk.knowledge.read(article_id), self._show, key=f"open-{article_id}"
        )

    def _show(self, article: Article) -> None:
        if article.id in self._editors:
            return
        editor = Editor(self.around, article, self._drafts)
        editor.changed.connect(lambda: self._mark(editor))
        self._editors[article.id] = editor
        self._stack.addWidget(editor)
        self._tabs.addTab(article.id)
        self._tabs.setCurrentIndex(self._tabs.count() - 1)
        self._mark(editor)
        editor.source.setFocus()

    def _make(self, kind: str) -> None:
        desk = self.around.desk
        title = self.tr("New {0}").format(Kind(kind).label.lower())
        self.around.jobs.write(
            "",
            lambda _p: desk.knowledge.new(Kind(kind), title),
            lambda made: self.around.navigator.open(made.id),
        )

    def _close(self, at: int) -> None:
        editor = self._stack.widget(at)
        if not isinstance(editor, Editor):
            return
        if editor.unsaved:
            editor.keep_draft()
            self.around.messages.done(
                self.tr("The draft of {0} is kept").format(editor.article.id),
                self.tr("Open again"),
                lambda article_id=editor.article.id: self._open(article_id),
            )
        editor.remember()
        del self._editors[editor.article.id]
        self._stack.removeWidget(editor)
        self._tabs.removeTab(at)
        editor.deleteLater()

    def _mark(self, editor: Editor) -> None:
        at = self._stack.indexOf(editor)
        self._tabs.setTabText(at, f"{editor.article.id}{' ●' if editor.unsaved else ''}")
        self._tabs.setTabToolTip(at, editor.article.title)

    def _on_tab(self, at: int) -> None:
        self._stack.setCurrentIndex(at)

    def _step(self, by: int) -> None:
        self._tabs.setCurrentIndex((self._tabs.currentIndex() + by) % self._tabs.count())

    def _paint(self) -> None:
        self._tabs.setTabIcon(0, self.around.theme.icon("ph.list-bullets"))
