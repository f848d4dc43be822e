"""What came of a search: steps copied, solved, did not help, a link, a gap, and the record of the call it goes to."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication

from hypercare_desk.domain.article import Article
from hypercare_desk.domain.feedback import Feedback, Relation
from hypercare_desk.domain.search import Hit
from hypercare_desk.services.progress import Progress
from hypercare_desk.ui.pages.page import Surroundings
from hypercare_desk.ui.pages.search.reading import Reading

_NO_ARTICLES = ("FB-", "PM-")


class Outcomes(QObject):
    """Notes outcomes in the write lane. ``call_changed`` carries the record they go to; ``gap_made`` that a gap is new.

    The same outcome of the same search is noted once, however often its key is pressed.
    """

    call_changed = Signal(str)
    gap_made = Signal()

    def __init__(self, around: Surroundings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._around = around
        self._call = ""
        self._noted: set[tuple[str, str]] = set()
        self._counted = False

    @property
    def call(self) -> str:
        """The record that outcomes go to; empty if no call is open."""
        return self._call

    def typed(self) -> None:
        """The search is another one now."""
        self._noted.clear()
        self._counted = False

    def set_call(self, feedback_id: str) -> None:
        """Let outcomes go to this record from now on; empty leaves the call."""
        self._call = feedback_id
        self._noted.clear()
        self.call_changed.emit(feedback_id)

    def begin_call(self, query: str) -> None:
        """Make a record of the call from what was searched for; outcomes go to it from now on."""
        desk = self._around.desk

        def done(record: Feedback) -> None:
            self.set_call(record.id)
            self._around.messages.done(
                self.tr("Noted the call as {0}; what comes of the search goes to it").format(record.id),
                self.tr("Open"),
                lambda: self._around.navigator.open(record.id),
            )

        self._around.jobs.write("", lambda _p: desk.feedback.record(_title(query), source="call"), done)

    def copy_steps(self, reading: Reading, query: str, total: int) -> None:
        """Copy what is to be read to the caller."""
        said = self._around.messages
        article_id = reading.article.id
        if not reading.steps_text:
            said.note(self.tr("{0} has no steps to read to the caller.").format(article_id))
            return
        QGuiApplication.clipboard().setText(reading.steps_text)
        said.done(self.tr("Copied the steps of {0} to read to the caller").format(article_id))
        self._count(query, total)

    def used(self, hit: Hit | None, solved: bool, query: str, total: int) -> None:
        """Note whether the article helped. A call that was not helped is kept as a record, so that it is not lost."""
        messages = self._around.messages
        if hit is None or hit.id.startswith(_NO_ARTICLES):
            messages.note(self.tr("Choose the article first."))
            return
        outcome = (hit.id, "solved" if solved else "did not help")
        if outcome in self._noted:
            messages.note(self.tr("{0}: that is noted already.").format(hit.id))
            return
        self._noted.add(outcome)
        desk, call = self._around.desk, self._call
        begins = not call and not solved and bool(query)

        def work(_progress: Progress) -> str:
            record = desk.feedback.record(_title(query), source="call").id if begins else call
            desk.knowledge.used(hit.id, solved, query, record)
            if record:
                desk.feedback.link(record, hit.id, Relation.SOLVED_BY if solved else Relation.DID_NOT_HELP)
            return record

        def done(record: str) -> None:
            if begins:
                self.set_call(record)
                self._noted.add(outcome)
            words = self.tr("{0} solved it") if solved else self.tr("{0} did not help: noted")
            said = words.format(hit.id)
            if record:
                open_it = lambda: self._around.navigator.open(record)  # noqa: E731
                messages.done(self.tr("{0}, in {1}").format(said, record), self.tr("Open"), open_it)
            else:
                messages.done(said)

        self._around.jobs.write("", work, done)
        self._count(query, total)

    def link(self, hit: Hit | None) -> None:
        """Tie what is chosen to the call."""
        if hit is None:
            return
        if not self._call:
            self._around.messages.note(self.tr("No call is open: Ctrl+N makes a record from this search."))
            return
        call, desk = self._call, self._around.desk
        said = self.tr("Linked {0} to {1}").format(hit.id, call)

        def undo() -> None:
            self._around.jobs.write("", lambda _p: desk.feedback.unlink(call, hit.id, Relation.RELATED))

        self._around.jobs.write(
            "",
            lambda _p: desk.feedback.link(call, hit.id, Relation.RELATED),
            lambda _r: self._around.messages.undoable(said, undo),
        )

    def make_gap(self, query: str) -> None:
        """Log what was not found as an article to be written; the call, if one is open, is tied to it."""
        if not query:
            return
        desk, call = self._around.desk, self._call

        def work(_progress: Progress) -> Article:
            article = desk.gaps.make(query)
            if call:
                desk.feedback.link(call, article.id, Relation.CAUSED_ARTICLE)
            return article

        def done(article: Article) -> None:
            open_it = lambda: self._around.navigator.open(article.id)  # noqa: E731
            self._around.messages.done(
                self.tr("Logged the gap as {0}").format(article.id), self.tr("Open"), open_it
            )
            self.gap_made.emit()

        self._around.jobs.write("", work, done)

    def join_gap(self, query: str, gap: Hit | None) -> None:
        """Count the search with a gap that was logged before."""
        if gap is None or not query:
            return
        said = self.tr("Counted with {0}").format(gap.id)
        desk = self._around.desk
        self._around.jobs.write(
            "", lambda _p: desk.gaps.join(query, gap.id), lambda _r: self._around.messages.done(said)
        )

    def _count(self, query: str, total: int) -> None:
        """A search is counted once, however much comes of it."""
        if query and not self._counted:
            self._counted = True
            search = self._around.desk.search
            self._around.jobs.write("", lambda _p: search.made(query, total))


def _title(query: str) -> str:
    return " ".join(query.split())[:200]
