"""One article being edited: source, live preview, fields, checks, links, history; drafts, conflicts, saving."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from PySide6.QtCore import QByteArray, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QFrame, QLineEdit, QSplitter, QTabWidget, QToolButton, QVBoxLayout, QWidget

from hypercare_desk.domain.article import Article, ArticleDraft, ArticleRow, Confidence, Revision
from hypercare_desk.domain.article import CheckReport as Report
from hypercare_desk.domain.errors import Conflict, DeskError
from hypercare_desk.domain.feedback import Link
from hypercare_desk.services.progress import Progress
from hypercare_desk.ui.pages.knowledge.articles import word
from hypercare_desk.ui.pages.knowledge.conflict import Choice, ConflictDialog
from hypercare_desk.ui.pages.knowledge.drafts import Drafts, KeptDraft
from hypercare_desk.ui.pages.knowledge.fields_form import FieldsForm
from hypercare_desk.ui.pages.knowledge.find_bar import FindBar
from hypercare_desk.ui.pages.knowledge.side_panes import ChecksPane, HistoryPane, LinksPane
from hypercare_desk.ui.pages.knowledge.source_edit import SourceEdit
from hypercare_desk.ui.pages.page import Surroundings
from hypercare_desk.ui.widgets.article_view import ArticleView
from hypercare_desk.ui.widgets.basics import Chip, NoticeBar, button, column, label, row, rule

_PREVIEW_MS = 200
_DRAFT_MS = 5000
_SHRUNK = 0.2


@dataclass(frozen=True, slots=True)
class _About:
    """What is looked up beside an article."""

    report: Report
    linking: Sequence[ArticleRow]
    records: Sequence[Link]
    history: Sequence[Revision]


class Editor(QWidget):
    """``changed`` says that title or unsaved mark changed; ``closed_requested`` that its tab may go."""

    changed = Signal()

    def __init__(
        self, around: Surroundings, article: Article, drafts: Drafts, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._around = around
        self._article = article
        self._drafts = drafts
        self._unsaved = False
        self._saving = False
        self._loading = False
        theme, settings = around.theme, around.desk.settings
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
        self._more.setAccessibleName(self.tr("More"))
        self.notice = NoticeBar()
        self.source = SourceEdit(theme)
        self.preview = ArticleView(theme, around.desk.paths.kb)
        self.preview.setAccessibleName(self.tr("Preview"))
        self._place = label("", "small")
        self.find_bar = FindBar(self.source)
        self.checks = ChecksPane(theme)
        self.fields = FieldsForm(settings.components, settings.environments)
        self.links = LinksPane(theme)
        self.history = HistoryPane(theme)
        self._side = QTabWidget()
        self._side.addTab(self.checks, self.tr("Checks"))
        self._side.addTab(self.fields, self.tr("Fields"))
        self._side.addTab(self.links, self.tr("Links"))
        self._side.addTab(self.history, self.tr("History"))
        self._side.setMinimumWidth(230)
        self._splitter = QSplitter(Qt.Orientation.Horizontal, childrenCollapsible=False)
        self._preview_timer = QTimer(self, singleShot=True, interval=_PREVIEW_MS)
        self._draft_timer = QTimer(self, singleShot=True, interval=_DRAFT_MS)
        self._assemble()
        self._connect()
        self.load(article)
        self._offer_draft()

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
        bar = row(spacing=2, margins=(8, 4, 12, 4))
        tools = (
            ("ph.text-h", self.tr("Heading"), lambda: self.source.begin_lines(lambda n: "## ")),
            ("ph.text-bolder", self.tr("Bold (Ctrl+B)"), lambda: self.source.wrap("**")),
            ("ph.text-italic", self.tr("Italic (Ctrl+I)"), lambda: self.source.wrap("*")),
            ("ph.code", self.tr("Code"), lambda: self.source.wrap("`")),
            (
                "ph.list-numbers",
                self.tr("Numbered steps"),
                lambda: self.source.begin_lines(lambda n: f"{n}. "),
            ),
            ("ph.list-bullets", self.tr("List"), lambda: self.source.begin_lines(lambda n: "- ")),
            ("ph.link", self.tr("Link to an article"), lambda: self.source.insertPlainText("[[")),
        )
        self._tools: list[tuple[QToolButton, str]] = []
        for icon, words, run in tools:
            made = QToolButton()
            made.setToolTip(words)
            made.setAccessibleName(words)
            made.clicked.connect(lambda _c=False, run=run: run())
            self._tools.append((made, icon))
            bar.addWidget(made)
        bar.addStretch(1)
        bar.addWidget(self._place)
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
        self._paint()

    def _connect(self) -> None:
        self._title.textEdited.connect(self._on_edited)
        self.source.textChanged.connect(self._on_edited)
        self.source.cursorPositionChanged.connect(self._show_place)
        self.source.verticalScrollBar().valueChanged.connect(self._follow)
        self.source.pasted.connect(self._attach)
        self.source.complete_with(self._articles_like)
        self.fields.edited.connect(self._on_edited)
        self.preview.article_requested.connect(self._around.navigator.open)
        self.checks.line_requested.connect(self.source.go_to_line)
        self.links.open_requested.connect(self._around.navigator.open)
        self.history.revision_chosen.connect(self._show_revision)
        self.history.restore_requested.connect(self._restore)
        self._save.clicked.connect(lambda: self.save())
        self._validate.clicked.connect(self.finish)
        self._preview_timer.timeout.connect(self._render)
        self._draft_timer.timeout.connect(self.keep_draft)
        self._around.theme.changed.connect(self._paint)
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
    def unsaved(self) -> bool:
        """Whether something was written that is not saved."""
        return self._unsaved

    def draft(self) -> ArticleDraft:
        """What stands in the controls."""
        fields = replace(self.fields.fields(), title=self._title.text().strip())
        return ArticleDraft(fields, self.source.toPlainText())

    def load(self, article: Article) -> None:
        """Show an article as it is on disk."""
        self._loading = True
        same = article.id == self._article.id and article.body == self.source.toPlainText()
        self._article = article
        self._title.setText(article.title)
        self._title.setCursorPosition(0)
        if not same:
            self.source.setPlainText(article.body)
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
        self._look_about()

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
            lambda _p: desk.knowledge.read(mine.id), done, key=f"outside-{mine.id}", failed=self._on_gone
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
                (self.tr("Save it so"), lambda: self.save(validate=validate, expected=before.version)),
            )
            return
        desk = self._around.desk
        self._saving = True

        def work(_progress: Progress) -> Article:
            after = desk.knowledge.save(draft, expected or before.version)
            return desk.knowledge.validate(after.id) if validate else after

        self._around.jobs.write(
            "", work, lambda after: self._on_saved(draft, before, after), failed=self._on_refused
        )

    def finish(self) -> None:
        """Ctrl+Enter: save and validate."""
        self.save(validate=True)

    def _on_saved(self, draft: ArticleDraft, before: Article, after: Article) -> None:
        self._saving = False
        self._drafts.forget(after.id)
        typed_on = self.draft() != draft
        self.notice.hide()
        if typed_on:
            self._article = after
        else:
            self.load(after)
        undo = (lambda: self._put_back(before)) if before.version != after.version else None
        self._around.messages.done(
            self.tr("Saved {0}").format(after.id), self.tr("Undo") if undo else "", undo
        )

    def _put_back(self, before: Article) -> None:
        desk, now = self._around.desk, self._article
        self._around.jobs.write(
            "",
            lambda _p: desk.knowledge.save(before.draft(), now.version),
            self.load,
            failed=self._on_refused,
        )

    def _on_refused(self, fault: DeskError) -> None:
        self._saving = False
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
            self._drafts.forget(theirs.id)
            self.notice.hide()
            self.load(theirs)
            return
        text = dialog.text
        if dialog.choice is Choice.BOTH:
            text = f"{theirs.body.rstrip()}\n\n<!-- Kept from the other version -->\n\n{text}"
        self.source.setPlainText(text)
        self._article = theirs
        self.save(expected=theirs.version)

    def _on_gone(self, fault: DeskError) -> None:
        self.notice.say("red", fault.message)

    # --- drafts ----------------------------------------------------------------------------------------------

    def keep_draft(self) -> None:
        """Keep what is not saved, so that a crash loses nothing."""
        if not self._unsaved:
            return
        at = datetime.now().astimezone().isoformat(timespec="seconds")
        kept = KeptDraft(
            self._article.id, self._article.version, self._title.text(), self.source.toPlainText(), at
        )
        try:
            self._drafts.keep(kept)
        except OSError as fault:
            self.notice.say("red", self.tr("The draft cannot be kept: {0}").format(fault.strerror or fault))
            return
        self._told.setText(self.tr("Draft kept {0}, not yet saved").format(at[11:19]))

    def _offer_draft(self) -> None:
        kept = self._drafts.find(self._article.id)
        if kept is None or (kept.body == self._article.body and kept.title == self._article.title):
            return
        self.notice.say(
            "blue",
            self.tr("A draft of {0} was not saved.").format(kept.kept_at[:16].replace("T", " ")),
            (self.tr("Bring it back"), lambda: self._take_draft(kept)),
            (self.tr("Throw it away"), self._drop_draft),
        )

    def _take_draft(self, kept: KeptDraft) -> None:
        self._title.setText(kept.title)
        self.source.selectAll()
        self.source.insertPlainText(kept.body)
        self.notice.hide()
        self._on_edited()

    def _drop_draft(self) -> None:
        self._drafts.forget(self._article.id)
        self.notice.hide()

    # --- beside the text -------------------------------------------------------------------------------------

    def remember(self) -> None:
        """Keep sizes and what is unsaved."""
        self._around.memory.setValue("knowledge/editor", self._splitter.saveState())
        self.keep_draft()

    def _look_about(self) -> None:
        desk, article = self._around.desk, self._article

        def look(_progress: Progress) -> _About:
            knowledge = desk.knowledge
            records = desk.feedback.links_of(article.id)
            return _About(
                knowledge.check(article.id),
                knowledge.links_to(article.id),
                records,
                knowledge.history(article.id),
            )

        self._around.jobs.read(look, self._show_about, key=f"about-{article.id}", failed=lambda _f: None)

    def _show_about(self, about: _About) -> None:
        self.checks.show_report(about.report)
        self.links.show_links(about.linking, about.records)
        self.history.show_history(about.history)
        count = len(about.linking) + len(about.records)
        self._side.setTabText(2, self.tr("Links  {0}").format(count) if count else self.tr("Links"))

    def _show_revision(self, revision: str) -> None:
        desk, article = self._around.desk, self._article
        self._around.jobs.read(
            lambda _p: desk.knowledge.read_revision(article.id, revision).body,
            lambda body: self.history.show_difference(body, self.source.toPlainText()),
            key=f"revision-{article.id}",
        )

    def _restore(self, revision: str) -> None:
        desk, before = self._around.desk, self._article
        self._around.jobs.write(
            "",
            lambda _p: desk.knowledge.restore(before.id, revision),
            lambda after: self._on_saved(self.draft(), before, after),
            failed=self._on_refused,
        )

    def _attach(self, name: str, data: bytes) -> None:
        desk = self._around.desk

        def done(path: str) -> None:
            link = path.replace(" ", "%20")
            picture = name.lower().endswith((".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg"))
            self.source.insertPlainText(f"{'!' if picture else ''}[{name.rpartition('.')[0]}]({link})")

        self._around.jobs.write("", lambda _p: desk.knowledge.attach(name, data), done)

    def _articles_like(self, typed: str) -> Sequence[str]:
        wanted = typed.casefold().split()
        found: list[str] = []
        for article in self._around.desk.knowledge.list():
            text = f"{article.fields.id}  {article.fields.title}"
            if all(part in text.casefold() for part in wanted):
                found.append(text)
            if len(found) == 12:
                break
        return found

    def _render(self) -> None:
        desk, text, article = self._around.desk, self.source.toPlainText(), self._article
        self._around.jobs.read(
            lambda _p: desk.knowledge.preview(text, article),
            lambda html: self.preview.show_html(html, article.path),
            key=f"preview-{article.id}",
            failed=lambda _f: None,
        )

    def _on_edited(self, *_: object) -> None:
        if self._loading:
            return
        self._set_unsaved(True)
        self._preview_timer.start()
        self._draft_timer.start()

    def _set_unsaved(self, unsaved: bool) -> None:
        self._unsaved = unsaved
        self.changed.emit()

    def _show_place(self) -> None:
        words = len(self.source.toPlainText().split())
        line = self.source.textCursor().blockNumber() + 1
        self._place.setText(self.tr("Line {0} · {1:,} words").format(line, words))

    def _follow(self, value: int) -> None:
        """Keep the preview at the same share of the text as the source."""
        bar, other = self.source.verticalScrollBar(), self.preview.verticalScrollBar()
        if bar.maximum():
            other.setValue(round(other.maximum() * value / bar.maximum()))

    def _paint(self) -> None:
        for made, icon in self._tools:
            made.setIcon(self._around.theme.icon(icon))
