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
from hypercare_desk.ui.pages.knowledge.editor import Editor
from hypercare_desk.ui.pages.knowledge.life_menu import Move, moves
from hypercare_desk.ui.pages.page import Command, Page, Surroundings
from hypercare_desk.ui.widgets.basics import NoticeBar


class KnowledgePage(Page):
    """Documents in tabs; Ctrl+Tab walks through them, Ctrl+W closes one."""

    name = "knowledge"

    def __init__(self, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(around, parent)
        self._begun = ""
        self._title_for_new = ""
        self._left: tuple[str, ...] = ()
        self._tabs = QTabBar()
        self._tabs.setTabsClosable(True)
        self._tabs.setExpanding(False)
        self._tabs.setDrawBase(False)
        self._tabs.setMovable(False)
        self._tabs.setAccessibleName(self.tr("Open articles"))
        self._stack = QStackedWidget()
        self._notice = NoticeBar()
        self.all = AllArticles(around)
        self._editors: dict[str, Editor] = {}
        self._tabs.addTab(self.tr("All articles"))
        self._tabs.setTabButton(0, QTabBar.ButtonPosition.RightSide, None)  # type: ignore[arg-type]
        self._stack.addWidget(self.all)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._tabs)
        layout.addWidget(self._notice)
        layout.addWidget(self._stack, 1)
        self._tabs.currentChanged.connect(self._on_tab)
        self._tabs.tabCloseRequested.connect(self._close)
        self.all.open_requested.connect(around.navigator.open)
        self.all.new_requested.connect(self._make)
        self.all.retire_requested.connect(self._retire)
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
        self._look_for_drafts()

    # --- the page's contract ---------------------------------------------------------------------------------

    def show_target(self, target: str, text: str = "") -> None:
        if target == "new":
            self._tabs.setCurrentIndex(0)
            self._title_for_new = text
            self.all.choose_kind()
        elif target == "drafts":
            self._look_for_drafts(open_them=True)
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
        self._title_for_new = ""
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
        steps = moves(self.around.desk, editor.article if editor else None)
        return [self._command(editor, step) for step in steps]

    def _command(self, editor: Editor | None, step: Move) -> Command:
        words = self.tr("{0}: this article").format(step.words)
        return Command(
            words, lambda: editor.move(step) if editor else None, "", step.icon, step.why_not, writes=True
        )

    def edit(self) -> None:
        editor = self._editor()
        editor.source.setFocus() if editor else self.all.open_chosen()

    def print(self) -> bool:
        editor = self._editor()
        if editor:
            editor.print()
        return editor is not None

    def editing_parts(self) -> Sequence[QWidget]:
        return (self.all.new_button,)

    def lock(self, reason: str) -> None:
        super().lock(reason)
        self.all.locked = bool(reason)
        for editor in self._editors.values():
            editor.lock(reason)

    def panes(self) -> Sequence[QWidget]:
        editor = self._editor()
        if editor is None:
            return (self.all.field, self.all.table)
        return (editor.title, editor.source, editor.preview, editor.side)

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
        editor = Editor(self.around, article)
        editor.lock(self.locked)
        editor.changed.connect(lambda: self._mark(editor))
        self._editors[article.id] = editor
        self._stack.addWidget(editor)
        self._tabs.addTab(article.id)
        self._tabs.setCurrentIndex(self._tabs.count() - 1)
        self._mark(editor)
        if article.id == self._begun:  # a new one is named first
            self._begun = ""
            editor.title.setFocus()
            editor.title.selectAll()
        else:
            editor.source.setFocus()

    def _make(self, kind: str) -> None:
        desk = self.around.desk
        title = self._title_for_new or self.tr("New {0}").format(Kind(kind).label.lower())

        def done(made: Article) -> None:
            self._begun = made.id
            self.around.navigator.open(made.id)

        self.around.jobs.write("", lambda _p: desk.knowledge.new(Kind(kind), title), done)

    def _retire(self, article_id: str) -> None:
        """Take an article out of use from the table; Ctrl+Z puts it back."""
        desk = self.around.desk

        def work(_progress: Progress) -> Article:
            before = desk.knowledge.read(article_id)
            desk.knowledge.retire(article_id)
            return before

        def done(before: Article) -> None:
            def put_back() -> None:
                self.around.jobs.write(
                    "",
                    lambda _p: desk.knowledge.save(before.draft(), desk.knowledge.read(article_id).version),
                )

            self.around.messages.undoable(self.tr("{0} is retired").format(article_id), put_back)

        self.around.jobs.write("", work, done)

    # --- drafts that were left -------------------------------------------------------------------------------

    def _look_for_drafts(self, *, open_them: bool = False) -> None:
        desk = self.around.desk

        def look(_progress: Progress) -> tuple[str, ...]:
            there = {row.fields.id for row in desk.knowledge.list()}
            return tuple(draft.article_id for draft in desk.drafts.all() if draft.article_id in there)

        def done(left: tuple[str, ...]) -> None:
            self._on_drafts(left)
            if open_them:
                self._open_drafts()

        self.around.jobs.read(look, done)

    def _on_drafts(self, left: tuple[str, ...]) -> None:
        self._left = tuple(article_id for article_id in left if article_id not in self._editors)
        if self._left:
            words = (
                self.tr("1 draft was not saved: {0}.")
                if len(self._left) == 1
                else self.tr("{1} drafts were not saved: {0}.")
            )
            self._notice.say(
                "blue",
                words.format(", ".join(self._left[:6]), len(self._left)),
                (self.tr("Open"), self._open_drafts),
                (self.tr("Later"), self._notice.hide),
            )

    def _open_drafts(self) -> None:
        self._notice.hide()
        for article_id in self._left[:12]:
            self._open(article_id)
        self._left = ()

    def _close(self, at: int) -> None:
        editor = self._stack.widget(at)
        if not isinstance(editor, Editor):
            return
        if editor.unsaved:
            editor.keep_draft()
            self.around.messages.done(
                self.tr("The draft of {0} is kept").format(editor.article.id),
                self.tr("Open again"),
                lambda article_id=editor.article.id: self.around.navigator.open(article_id),
            )
        editor.remember()
        editor.close_down()
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
