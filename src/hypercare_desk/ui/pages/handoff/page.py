"""The handoff page: build the pack, look at it page by page, see what is missing, issue it, check a copy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QModelIndex, QTimer, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from hypercare_desk.domain.changes import Changes
from hypercare_desk.domain.errors import Cancelled, DeskError
from hypercare_desk.domain.handoff import BuiltPack, PackSection, Verification
from hypercare_desk.services.progress import Progress
from hypercare_desk.ui.pages.handoff.files import ask_for_pack, ask_where_to_save, copy_pack
from hypercare_desk.ui.pages.handoff.issue_dialog import IssueDialog
from hypercare_desk.ui.pages.handoff.making import PackMaker, begin_article
from hypercare_desk.ui.pages.handoff.pack_chooser import PackChooser
from hypercare_desk.ui.pages.handoff.panes import PackPanes
from hypercare_desk.ui.pages.handoff.reading import PackState, read_pack, section_lines, verify
from hypercare_desk.ui.pages.page import Command, Page, Surroundings
from hypercare_desk.ui.widgets.basics import EmptyState, NoticeBar, button, label, row, rule
from hypercare_desk.ui.widgets.pdf_file import Match, PdfFile

_SETTLE_MS = 700


class HandoffPage(Page):
    """F5 builds a draft, Ctrl+Enter issues; the sections, the pages and the doubts are always those of one pack."""

    name = "handoff"

    def __init__(self, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(around, parent)
        theme = around.theme
        self.state = PackState()
        self._verification: Verification | None = None
        self._wanted = ""
        self._behind = False
        self.maker = PackMaker(around.desk, around.jobs, self)
        self._chooser = PackChooser(theme)
        self.build_button = button(self.tr("Build"), "F5")
        self.save_button = button(self.tr("Save PDF…"))
        self.issue_button = button(self.tr("Issue pack…"), "Ctrl+Enter", primary=True)
        self._notice = NoticeBar()
        self._panes = PackPanes(theme, self._run, around.memory)
        self.model, self.sections = self._panes.model, self._panes.sections
        self.pages, self.doubts = self._panes.pages, self._panes.doubts
        self._empty = EmptyState(theme, "ph.package")
        self._stack = QStackedWidget()
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._assemble()
        self._connect()
        self._read()

    def _assemble(self) -> None:
        self._stack.addWidget(self._panes)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(QWidget())
        self._stack.setCurrentIndex(2)
        head = row(
            label(self.tr("Handoff"), "title"),
            self._chooser,
            None,
            self.save_button,
            self.build_button,
            self.issue_button,
            margins=(20, 12, 20, 12),
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(rule())
        layout.addWidget(self._notice)
        layout.addWidget(self._stack, 1)

    def _connect(self) -> None:
        self._chooser.chosen.connect(lambda pack_id: self.around.navigator.go("handoff", pack_id))
        self.build_button.clicked.connect(self._build)
        self.save_button.clicked.connect(self.save)
        self.issue_button.clicked.connect(self.finish)
        self.sections.clicked.connect(self._on_section)
        self.sections.activated.connect(self._on_section)
        self.sections.selectionModel().currentChanged.connect(self._on_current)
        self.pages.page_changed.connect(self._on_page)
        self.pages.find_requested.connect(self._find)
        self.pages.open_requested.connect(self._open_outside)
        self.doubts.open_requested.connect(self._open_item)
        self.doubts.mend_requested.connect(self._mend)
        self.doubts.verify_requested.connect(self._verify_file)
        self._settle.timeout.connect(self._verify)
        self.maker.begun.connect(self._on_begun)
        self.maker.made.connect(self._on_made)
        self.maker.failed.connect(self._on_unmade)
        self.around.theme.changed.connect(self._on_theme)

    # --- the page's contract ---------------------------------------------------------------------------------

    def show_target(self, target: str, text: str = "") -> None:
        if target and (self.state.pack is None or target != self.state.pack.id):
            self._read(target)
        (self.sections if self.state.pack else self.build_button).setFocus()

    def refresh(self) -> None:
        self._build()

    def finish(self) -> None:
        """Ask whether to issue, naming what is missing; then issue."""
        if self.maker.busy or self.state.read_only:
            return
        changed = len(self._verification.changed) if self._verification else 0
        system = self.around.desk.settings.system
        dialog = IssueDialog(self.around.theme, self.state, changed, system, self)
        dialog.accepted.connect(self.maker.issue)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def save(self) -> None:
        """Ctrl+S: copy the PDF that is shown somewhere."""
        pack, file = self.state.pack, self.state.file
        if pack is None or file is None:
            self.around.messages.note(self.tr("There is no PDF to save yet: build the pack first."))
            return
        name = f"{pack.id}-v{pack.version}.pdf"
        ask_where_to_save(self, name, lambda to: self.save_to(file, to))

    def save_to(self, file: Path, to: Path) -> None:
        """Copy the PDF ``file`` to ``to``."""
        told = self.tr("Saved {0}").format(to)
        self.around.jobs.write(
            self.tr("Saving the pack"),
            lambda _p: copy_pack(file, to),
            lambda _to: self.around.messages.done(told),
        )

    def find_here(self) -> None:
        if self.pages.view.file is not None:
            self.pages.open_find()

    def panes(self) -> Sequence[QWidget]:
        return (self.sections, self.pages.view, self.doubts.first())

    def reference(self) -> str:
        pack = self.state.pack
        if pack is None:
            return ""
        return f"{pack.id} version {pack.version}, SHA-256 {pack.sha256}"

    def remember(self) -> None:
        self._panes.remember()
        if self.pages.view.file is not None:
            self.pages.view.file.close()

    def commands(self) -> Sequence[Command]:
        locked = self.state.read_only
        busy = self.tr("A pack is being built") if self.maker.busy else ""
        none = "" if self.state.file else self.tr("No pack was built yet")
        return (
            Command(self.tr("Build the handoff pack"), self._build, "F5", "ph.package", locked or busy),
            Command(
                self.tr("Issue pack…"), self.finish, "Ctrl+Enter", "ph.circle-wavy-check", locked or busy
            ),
            Command(self.tr("Save PDF…"), self.save, "Ctrl+S", "ph.floppy-disk", none),
            Command(self.tr("Verify a file…"), self._verify_file, "", "ph.shield-check"),
            Command(self.tr("Find in the pack"), self.find_here, "Ctrl+F", "ph.magnifying-glass", none),
        )

    def concerned(self, changes: Changes) -> bool:
        return bool(changes)

    def on_changes(self, changes: Changes) -> None:
        if changes.packs or changes.everything:
            self._read(self._wanted)
        elif self.isVisible():
            self._settle.start()
        else:
            self._behind = True

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._behind:
            self._behind = False
            self._settle.start()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        narrow = self._panes.arrange(self.width())
        self._chooser.show_details(not narrow)
        self.save_button.setVisible(not narrow)
        self.issue_button.setText(self.tr("Issue pack…") if narrow else self.tr("Issue pack…   Ctrl+Enter"))

    @Slot()
    def _on_theme(self) -> None:
        self.sections.doItemsLayout()
        self._arrange()

    # --- reading ---------------------------------------------------------------------------------------------

    def _run(self, work: Callable[[], Any], done: Callable[[Any], None]) -> None:
        self.around.jobs.read(lambda _progress: work(), done)

    def _read(self, wanted: str = "") -> None:
        self._wanted = wanted
        desk = self.around.desk
        shown, shown_file = self.state, self.pages.view.file

        def look(_progress: Progress) -> tuple[PackState, PdfFile | None]:
            state = read_pack(desk, wanted)
            same = shown.pack and state.pack and shown.pack.sha256 == state.pack.sha256
            if same and shown_file is not None and shown.file == state.file:
                return state, shown_file
            return state, PdfFile.open(state.file) if state.file else None

        self.around.jobs.read(look, lambda found: self._show(*found), failed=self._on_unread, key="handoff")

    def _on_unread(self, fault: DeskError) -> None:
        again = (self.tr("Try again"), lambda: self._read(self._wanted))
        self._notice.say("red", fault.message, again)

    def _show(self, state: PackState, file: PdfFile | None) -> None:
        self.state, self._verification = state, None
        self._notice.hide()
        if file is not self.pages.view.file:
            self.pages.view.show_file(file)
            self.pages.show_file()
        self._show_head()
        self._show_sections()
        self._show_doubts()
        if state.pack is None:
            self._empty.say(
                self.tr("No pack was built yet: a build takes a minute and shows what is still missing."),
                self.tr("Build the pack"),
                self._build,
            )
        self._stack.setCurrentIndex(0 if state.pack else 1)
        if state.pack and not state.file:
            words = self.tr("The PDF of {0} is no longer where it was written; build the pack again.")
            self._notice.say("amber", words.format(state.pack.id), (self.tr("Build again"), self._build))
        self._verify()

    def _verify(self) -> None:
        desk, file = self.around.desk, self.state.file
        if file is None:
            return
        self.around.jobs.read(
            lambda _p: verify(desk, file), self._on_verified, failed=self._on_unread, key="handoff/verify"
        )

    def _on_verified(self, found: Verification) -> None:
        self._verification = found
        self._show_doubts()
        pack, count = self.state.pack, len(found.changed)
        if pack is None or self.maker.busy:
            return
        if not found.whole:
            self._notice.say("red", found.sentence, (self.tr("Build again"), self._build))
        elif count and not self.state.issued:
            words = self.tr("Built before 1 change") if count == 1 else self.tr("Built before {0} changes")
            self._notice.say("amber", words.format(count), (self.tr("Build again"), self._build))
        else:
            self._notice.hide()

    # --- showing ---------------------------------------------------------------------------------------------

    def _show_head(self) -> None:
        state = self.state
        pack = state.pack
        self._chooser.show_state(state)
        self.build_button.setText(self.tr("Build again   F5") if pack else self.tr("Build   F5"))
        self.save_button.setEnabled(state.file is not None)
        self.issue_button.setVisible(pack is not None)
        for part in (self.build_button, self.issue_button):
            part.setEnabled(not state.read_only and not self.maker.busy)
            if state.read_only:
                part.setToolTip(state.read_only)

    def _show_sections(self) -> None:
        file = self.pages.view.file
        included = {k: s.include for k, s in self.around.desk.settings.pack_sections.items()}
        lines = section_lines(self.state, file.outline if file else (), included)
        self.model.show(lines if self.state.pack else ())
        printed = sum(line.page is not None for line in lines)
        self._panes.counted.setText(self.tr("{0} of {1} printed").format(printed, len(lines)) if file else "")
        self._on_page(self.pages.view.page)

    def _show_doubts(self) -> None:
        pack, settings = self.state.pack, self.around.desk.settings
        about = ""
        if pack:
            about = self.tr("{0}, {1}. Manifest {2}, as of {3}.").format(
                settings.page_size,
                settings.classification,
                pack.manifest_sha256[:12],
                pack.as_of.astimezone().strftime("%d %b %Y, %H:%M"),
            )
        self.doubts.show_state(self.state, self._verification, about)

    @Slot(QModelIndex)
    def _on_section(self, index: QModelIndex) -> None:
        line = self.model.line(index.row())
        if line and line.page is not None:
            self.pages.view.go_to(line.page)

    @Slot(QModelIndex, QModelIndex)
    def _on_current(self, current: QModelIndex, _before: QModelIndex) -> None:
        if self.sections.hasFocus():
            self._on_section(current)

    @Slot(int)
    def _on_page(self, page: int) -> None:
        """The list follows the pages, unless it is the list that moves them."""
        at = self.model.row_at(page)
        current = self.model.line(self.sections.currentIndex().row())
        if at < 0 or (current is not None and current.page == page):
            return
        moved = self.sections.hasFocus()
        if not moved:
            self.sections.setCurrentIndex(self.model.index(at))

    # --- building and issuing --------------------------------------------------------------------------------

    def _build(self) -> None:
        if not self.state.read_only:
            self.maker.build()

    @Slot(str)
    def _on_begun(self, name: str) -> None:
        self._notice.say("blue", self.tr("{0}…").format(name), (self.tr("Cancel"), self.maker.cancel))
        self._show_head()

    @Slot(object)
    def _on_made(self, built: BuiltPack) -> None:
        self._notice.hide()
        self.around.messages.done(
            self.tr("Made {0} pages: {1}").format(built.pages, Path(built.path).name),
            self.tr("Open"),
            self._open_outside,
        )
        self._read()

    @Slot(object)
    def _on_unmade(self, fault: DeskError) -> None:
        self._notice.hide()
        self._show_head()
        if not isinstance(fault, Cancelled):
            self._notice.say("red", fault.message, (self.tr("Try again"), self._build))
            return
        self.around.messages.note(self.tr("Stopped; the pack before it is as it was."))
        if self._verification:
            self._on_verified(self._verification)

    # --- files -----------------------------------------------------------------------------------------------

    def _verify_file(self) -> None:
        ask_for_pack(self, self.verify_path)

    def verify_path(self, pdf: Path) -> None:
        """Say whether ``pdf`` is a pack of this workspace and whole."""
        desk = self.around.desk
        self.around.jobs.read(
            lambda _p: verify(desk, pdf),
            lambda found: self._on_file_verified(pdf, found),
            failed=lambda fault: self._notice.say(
                "red", fault.message, (self.tr("Close"), self._notice.hide)
            ),
            name=self.tr("Verifying {0}").format(pdf.name),
        )

    def _on_file_verified(self, pdf: Path, found: Verification) -> None:
        words = f"{pdf.name}: {found.sentence}"
        if found.ok and found.changed:
            words += " " + self.tr("Since then {0} things changed here.").format(len(found.changed))
        self._notice.say("blue" if found.ok else "red", words, (self.tr("Close"), self._notice.hide))

    def _open_outside(self) -> None:
        if self.state.file:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.state.file)))

    def _find(self, words: str) -> None:
        file = self.pages.view.file
        if file is None:
            return

        def shown(found: tuple[Match, ...]) -> None:
            if file is self.pages.view.file:
                self.pages.view.show_matches(found)
                self.pages.say_found(words, len(found))

        self.around.jobs.read(
            lambda progress: file.find(words, lambda: progress.cancelled), shown, key="handoff/find"
        )

    # --- mending ---------------------------------------------------------------------------------------------

    def _open_item(self, item_id: str) -> None:
        self.around.navigator.open(item_id)

    def _mend(self, section: PackSection) -> None:
        """Go where the section is filled: the criteria, or a new article that belongs to it."""
        if section.key in ("decision", "performance"):
            self.around.navigator.go("criteria")
            return
        desk = self.around.desk

        def made(article_id: str) -> None:
            words = self.tr("Began {0} for section {1} {2}")
            self.around.messages.done(words.format(article_id, section.number, section.title))
            self.around.navigator.open(article_id)

        self.around.jobs.write("", lambda _p: begin_article(desk, section), made)
