"""One article being edited: source, live preview, fields, checks, links, history; drafts, conflicts, saving."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QByteArray, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QFrame,
    QLineEdit,
    QMenu,
    QSplitter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from hypercare_desk.domain.article import Article, ArticleDraft, Confidence
from hypercare_desk.domain.errors import Conflict, DeskError
from hypercare_desk.services.drafts import KeptDraft
from hypercare_desk.services.progress import Progress
from hypercare_desk.ui.pages.knowledge.articles import word
from hypercare_desk.ui.pages.knowledge.conflict import Choice, ConflictDialog
from hypercare_desk.ui.pages.knowledge.draft_keeper import DraftKeeper
from hypercare_desk.ui.pages.knowledge.find_bar import FindBar
from hypercare_desk.ui.pages.knowledge.life_menu import Move, fill, moves
from hypercare_desk.ui.pages.knowledge.side import Side
from hypercare_desk.ui.pages.knowledge.source_edit import SourceEdit
from hypercare_desk.ui.pages.knowledge.source_help import SourceHelp
from hypercare_desk.ui.pages.knowledge.tool_row import ToolRow
from hypercare_desk.ui.pages.page import Surroundings
from hypercare_desk.ui.printing import print_document
from hypercare_desk.ui.widgets.article_view import ArticleView
from hypercare_desk.ui.widgets.basics import Chip, NoticeBar, button, column, label, lock_controls, row, rule

_PREVIEW_MS = 200
_DRAFT_MS = 5000
_SHRUNK = 0.2


class Editor(QWidget):
    """``changed`` says that title or unsaved mark changed."""

    changed = Signal()

    def __init__(self, around: Surroundings, article: Article, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._around = around
        self._article = article
        self._version = article.version
        self._drafts = DraftKeeper(around, article.id)
        self._unsaved = self._saving = self._loading = self._gone = False
        self.locked = ""
        theme = around.theme
        self._title = QLineEdit()
        self._title.setObjectName("titleField")
        self._title.setAccessibleName(self.tr("Title"))
        self._id = label("", "mono")
        self._kind = Chip("", "outline")
        self._status = Chip()
        self._confidence = Chip()
        self._told = label("", "small")
        self._save = button(self.tr("Save"), "Ctrl+S")
        self._validate = button(self.tr("Save and validate"), "Ctrl+Enter", primary=True)
        self._more = QToolButton()
        self._more.setText("⋮")
        self._more.setAccessibleName(self.tr("More: hand in, publish, validate, retire"))
        self._more.setToolTip(self._more.accessibleName())
        self._more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._menu = QMenu(self._more)
        self._more.setMenu(self._menu)
        self.notice = NoticeBar()
        self.source = SourceEdit(theme)
        self.preview = ArticleView(theme, around.desk.paths.kb)
        self.preview.setAccessibleName(self.tr("Preview"))
        self._place = label("", "small")
        self._help = SourceHelp(around, self.source, self.preview, self._place, article)
        self.find_bar = FindBar(self.source)
        self._side = Side(around, self.source.text)
        self.checks, self.fields, self.history = self._side.checks, self._side.fields, self._side.history
        self._splitter = QSplitter(Qt.Orientation.Horizontal, childrenCollapsible=False)
        self._preview_timer = QTimer(self, singleShot=True, interval=_PREVIEW_MS)
        self._draft_timer = QTimer(self, singleShot=True, interval=_DRAFT_MS)
        self._assemble()
        self._connect()
        self.load(article)
        self._drafts.find(self._offer_draft)

    # --- building --------------------------------------------------------------------------------------------

    def _assemble(self) -> None:
        head = QFrame()
        head.setLayout(
            column(
                row(self._title, self._save, self._validate, self._more),
                row(self._id, self._kind, self._status, self._confidence, self._told, None),
                spacing=8,
                margins=(20, 12, 20, 10),
            )
        )
        bar = self._tools = ToolRow(self._around.theme, self.source, self._place)
        left = QWidget()
        left.setLayout(column(bar, rule(), self.source, self.find_bar, spacing=0))
        middle = QWidget()
        above = row(label(self.tr("Preview, as the desk sees it"), "quiet"), None, margins=(16, 10, 12, 10))
        middle.setLayout(column(above, rule(), row(self.preview, margins=(18, 14, 8, 8)), spacing=0))
        for part, share in ((left, 5), (middle, 5), (self._side, 3)):
            self._splitter.addWidget(part)
            self._splitter.setStretchFactor(self._splitter.count() - 1, share)
        self._splitter.setSizes([480, 480, 290])
        state = self._around.memory.value("knowledge/editor")
        if isinstance(state, QByteArray):
            self._splitter.restoreState(state)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for part in (head, self.notice, rule(), self._splitter):
            layout.addWidget(part, 1 if part is self._splitter else 0)

    def _connect(self) -> None:
        self._title.textEdited.connect(self._on_edited)
        self.source.textChanged.connect(self._on_edited)
        self._menu.aboutToShow.connect(self._fill_menu)
        self.fields.edited.connect(self._on_edited)
        self.preview.article_requested.connect(self._around.navigator.open)
        self.checks.line_requested.connect(self.source.go_to_line)
        self.history.restore_requested.connect(self._restore)
        self._save.clicked.connect(lambda: self.save())
        self._validate.clicked.connect(self.finish)
        self._preview_timer.timeout.connect(self._render)
        self._draft_timer.timeout.connect(self.keep_draft)
        for key, step in (("F8", 1), ("Shift+F8", -1)):
            action = QAction(self, shortcut=QKeySequence(key))
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            action.triggered.connect(lambda _c=False, s=step: self.checks.next_failed(s))
            self.addAction(action)

    # --- what it holds ---------------------------------------------------------------------------------------

    @property
    def article(self) -> Article:
        """The article as it was last read or saved."""
        return self._article

    @property
    def title(self) -> QLineEdit:
        """The field of the title."""
        return self._title

    @property
    def side(self) -> Side:
        """Checks, fields, links and history."""
        return self._side

    @property
    def unsaved(self) -> bool:
        """Whether something was written that is not saved."""
        return self._unsaved

    def draft(self) -> ArticleDraft:
        """What stands in the controls."""
        fields = replace(self.fields.fields(), title=self._title.text().strip())
        return ArticleDraft(fields, self.source.text())

    def load(self, article: Article) -> None:
        """Show an article as it is on disk."""
        self._loading = True
        self._article, self._version = article, article.version
        self._title.setText(article.title)
        self._title.setCursorPosition(0)
        if self.source.document().isEmpty() and not self.source.document().isUndoAvailable():
            self.source.setPlainText(article.body)
        else:
            self.source.put_text(article.body)
        self.fields.show_fields(article.fields)
        self._id.setText(article.id)
        self._kind.setText(article.kind.label)
        self._status.set(
            word(article.status), {"published": "green", "retired": "slate"}.get(article.status, "blue")
        )
        trusted = article.confidence is Confidence.VALIDATED
        hue = "green" if trusted else "amber" if article.confidence is Confidence.NOT_VALIDATED else "slate"
        self._confidence.set(word(article.confidence), hue)
        stamp = article.fields.updated
        self._told.setText(self.tr("changed {0} by {1}").format(stamp.on, stamp.by) if stamp.on else "")
        if article.problems:
            self.notice.say("amber", " ".join(article.problems))
        self._loading = False
        self._set_unsaved(False)
        self._render()
        self._side.look(article)

    def changed_outside(self) -> None:
        """The file changed on disk: show it, or say so if something unsaved would be lost."""
        desk, mine = self._around.desk, self._article

        def done(article: Article) -> None:
            if article.version == self._article.version or self._saving:
                return
            if self._unsaved:
                self.notice.say(
                    "amber",
                    self.tr("{0} was changed on disk while you are writing.").format(mine.id),
                    (self.tr("Compare"), lambda: self._resolve(self.draft(), article)),
                )
            else:
                self.load(article)

        self._around.jobs.read(
            lambda _p: desk.knowledge.read(mine.id),
            done,
            key=f"outside-{mine.id}",
            failed=lambda fault: self.notice.say("red", fault.message),
        )

    # --- saving ----------------------------------------------------------------------------------------------

    def save(self, *, validate: bool = False, expected: str = "") -> None:
        """Write what stands in the controls; with ``validate``, an SME's word that it is right."""
        draft = self.draft()
        if faults := self.fields.faults():
            self._side.setCurrentWidget(self.fields)
            self.notice.say("red", " ".join(faults))
            return
        before = self._article
        if len(draft.body) < len(before.body) * _SHRUNK and len(before.body) > 400 and not expected:
            self.notice.say(
                "amber",
                self.tr("Most of the text is gone: {0:,} of {1:,} characters are left.").format(
                    len(draft.body), len(before.body)
                ),
                (self.tr("Save it so"), lambda: self.save(validate=validate, expected=self._version)),
            )
            return
        desk, version = self._around.desk, expected or self._version
        self._saving = True

        def work(_progress: Progress) -> Article:
            after = desk.knowledge.save(draft, version)
            return desk.knowledge.validate(after.id) if validate else after

        self._around.jobs.write(
            "", work, lambda after: self._on_saved(draft, before, after), failed=self._on_refused
        )

    def finish(self) -> None:
        """Ctrl+Enter: save and validate."""
        self.save(validate=True)

    def _on_saved(self, draft: ArticleDraft, before: Article, after: Article, said: str = "") -> None:
        self._saving = False
        typed_on = self.draft() != draft
        self.notice.hide()
        if typed_on:
            self._article, self._version = after, after.version
            self.keep_draft()
        else:
            self._drafts.forget()
            self.load(after)
        said = said or self.tr("Saved {0}").format(after.id)
        if before.version == after.version:
            self._around.messages.done(said)
        else:
            self._around.messages.undoable(said, lambda: self._put_back(before))

    def _put_back(self, before: Article) -> None:
        """Undo a save, from wherever the window is by now: the text goes back, what was typed since stays a draft."""
        desk = self._around.desk
        self.keep_draft()

        def work(_progress: Progress) -> Article:
            return desk.knowledge.save(before.draft(), desk.knowledge.read(before.id).version)

        said = self.tr("{0} is as it was before").format(before.id)

        def done(after: Article) -> None:
            self._around.messages.done(said)
            if not self._gone:
                self.load(after)

        self._around.jobs.write("", work, done, failed=self._on_refused)

    def move(self, step: Move) -> None:
        """Take a step of the article's life; what is not saved is saved with it."""
        draft, before, version, unsaved = self.draft(), self._article, self._version, self._unsaved
        desk = self._around.desk
        self._saving = True

        def work(_progress: Progress) -> Article:
            if unsaved:
                desk.knowledge.save(draft, version)
            return step.run(before.id)

        said = step.said.format(before.id)
        self._around.jobs.write(
            "", work, lambda after: self._on_saved(draft, before, after, said), failed=self._on_refused
        )

    def _fill_menu(self) -> None:
        self._menu.clear()
        fill(self._menu, moves(self._around.desk, self._article), self.move, self.locked)
        self._menu.addSeparator()
        self._menu.addAction(self.tr("Find and replace   Ctrl+F"), self.find_bar.open)
        self._menu.addAction(self.tr("Print…   Ctrl+P"), self.print)

    def print(self) -> None:
        """Print the article as the preview shows it."""
        print_document(self, self.preview.document(), f"{self._article.id} {self._article.title}")

    def lock(self, reason: str) -> None:
        """Nothing can be written: the text can be read and copied, and ``reason`` says why not more."""
        self.locked = reason
        if reason:
            writing = (self._title, self._save, self._validate, self.source, self._tools)
            for part in (*writing, self.fields, self.history):
                lock_controls(part, reason)

    def close_down(self) -> None:
        """Its tab is closed: answers that come later find nobody."""
        self._gone = True

    def _on_refused(self, fault: DeskError) -> None:
        self._saving = False
        if self._gone:
            self._around.messages.fault(fault.message)
            return
        if (
            isinstance(fault, Conflict)
            and isinstance(fault.theirs, Article)
            and isinstance(fault.mine, ArticleDraft)
        ):
            mine, theirs = fault.mine, fault.theirs
            self.keep_draft()
            self.notice.say("amber", fault.message, (self.tr("Compare"), lambda: self._resolve(mine, theirs)))
            self._resolve(mine, theirs)
            return
        self.notice.say("red", fault.message, (self.tr("Try again"), self.save))

    def _resolve(self, mine: ArticleDraft, theirs: Article) -> None:
        dialog = ConflictDialog(self._around.theme, theirs.title, mine.body, theirs.body, self)
        dialog.accepted.connect(lambda: self._decided(dialog, theirs))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _decided(self, dialog: ConflictDialog, theirs: Article) -> None:
        if dialog.choice is Choice.THEIRS:
            self._drafts.forget()
            self.notice.hide()
            self.load(theirs)
            return
        text = dialog.text
        if dialog.choice is Choice.BOTH:
            text = f"{theirs.body.rstrip()}\n\n<!-- Kept from the other version -->\n\n{text}"
        self.source.put_text(text)
        self._article, self._version = theirs, theirs.version
        self.save(expected=theirs.version)

    # --- drafts ----------------------------------------------------------------------------------------------

    def keep_draft(self) -> None:
        """Keep what is not saved, so that a crash or a closed window loses nothing."""
        if not self._unsaved:
            return
        self._draft_timer.stop()
        title, body, fields = self._title.text(), self.source.text(), self.fields.words()
        self._drafts.keep(self._version, title, body, fields, self._on_kept, self._on_not_kept)

    def _on_kept(self, kept: KeptDraft) -> None:
        if self._unsaved and not self._gone and kept.kept_at:
            at = kept.kept_at.astimezone().strftime("%H:%M:%S")
            self._told.setText(self.tr("Draft kept {0}, not yet saved").format(at))

    def _on_not_kept(self, fault: DeskError) -> None:
        if self._gone:
            self._around.messages.fault(fault.message)
        else:
            self.notice.say("red", fault.message, (self.tr("Save"), self.save))

    def _offer_draft(self, kept: KeptDraft | None) -> None:
        if kept is None or self._gone or self._unsaved:
            return
        same = kept.body == self._article.body and kept.title == self._article.title
        if same and kept.fields == self.fields.words():
            self._drafts.forget()
            return
        at = kept.kept_at.astimezone().strftime("%d %b, %H:%M") if kept.kept_at else ""
        self.notice.say(
            "blue",
            self.tr("A draft of {0} was not saved.").format(at),
            (self.tr("Bring it back"), lambda: self._take_draft(kept)),
            (self.tr("Throw it away"), self._drop_draft),
        )

    def _take_draft(self, kept: KeptDraft) -> None:
        """Put the draft into the controls; saved over a text that changed since, it meets the conflict view."""
        self._title.setText(kept.title)
        self.source.put_text(kept.body)
        self.fields.put_words(kept.fields)
        self._version = kept.version or self._version
        self.notice.hide()
        self._on_edited()

    def _drop_draft(self) -> None:
        self._drafts.forget()
        self.notice.hide()

    # --- beside the text -------------------------------------------------------------------------------------

    def remember(self) -> None:
        """Keep sizes and what is unsaved."""
        self._around.memory.setValue("knowledge/editor", self._splitter.saveState())
        self.keep_draft()

    def _restore(self, revision: str) -> None:
        desk, before = self._around.desk, self._article
        self._around.jobs.write(
            "",
            lambda _p: desk.knowledge.restore(before.id, revision),
            lambda after: self._on_saved(self.draft(), before, after),
            failed=self._on_refused,
        )

    def _render(self) -> None:
        desk, text, article = self._around.desk, self.source.text(), self._article
        self._around.jobs.read(
            lambda _p: desk.knowledge.preview(text, article),
            lambda html: self.preview.show_html(html, article.path),
            key=f"preview-{article.id}",
            failed=lambda _f: None,
        )

    def _on_edited(self, *_: object) -> None:
        """Something changed; another theme colours the text anew, which changes nothing that is written."""
        if self._loading:
            return
        before, now = self._unsaved, self.draft() != self._article.draft()
        if now or before:
            self._preview_timer.start()
        if now:
            self._draft_timer.start()
        elif before:  # everything was taken back
            self._draft_timer.stop()
            self._drafts.forget()
        self._set_unsaved(now)

    def _set_unsaved(self, unsaved: bool) -> None:
        self._unsaved = unsaved
        self.changed.emit()
