"""Everything that changes records, in the write lane, with what undoes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication

from hypercare_desk.domain.article import Article, Kind
from hypercare_desk.domain.errors import DeskError
from hypercare_desk.domain.feedback import Feedback, Level, Relation, State
from hypercare_desk.domain.feedback_loop import ALLOWED_MOVES
from hypercare_desk.services.progress import Progress
from hypercare_desk.ui.pages.feedback.filtering import state_words
from hypercare_desk.ui.pages.feedback.new_record import Told
from hypercare_desk.ui.pages.page import Surroundings

Pairs = Sequence[tuple[Feedback, Feedback]]


class Changing(QObject):
    """``refused`` carries the fault of what could not be done, ``noted`` the id of a record that is new."""

    refused = Signal(object)
    noted = Signal(str)

    def __init__(self, around: Surroundings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._around = around

    def change(self, record: Feedback, fields: Mapping[str, Any], why: str = "") -> None:
        """Set fields of one record; only what differs is written."""
        desk = self._around.desk
        names = ", ".join(key.replace("_", " ") for key in fields)
        said = self.tr("Changed {0} of {1}").format(names, record.id)
        self._one(said, record, lambda: desk.feedback.change(record.id, why=why, **fields))

    def rate(self, record: Feedback, impact: Level, urgency: Level) -> None:
        """Triage a record."""
        desk = self._around.desk
        said = self.tr("Triaged {0}").format(record.id)
        self._one(said, record, lambda: desk.feedback.triage(record.id, impact, urgency))

    def move(self, record: Feedback, state: State, why: str = "") -> None:
        """Take a record to another state."""
        desk = self._around.desk
        said = self.tr("{0} is {1} now").format(record.id, state_words(state).lower())
        self._one(said, record, lambda: desk.feedback.change(record.id, why=why, state=state))

    def change_many(self, records: Sequence[Feedback], done_words: str, fields: Mapping[str, Any]) -> None:
        """Set the same fields of many records; those that may not be changed stay, and how many is said."""
        desk, ids = self._around.desk, [record.id for record in records]

        def work(_progress: Progress) -> tuple[Pairs, Mapping[str, str]]:
            return desk.feedback.change_many(ids, **fields)

        def done(found: tuple[Pairs, Mapping[str, str]]) -> None:
            changed, refused = found
            said = self.tr("{0} in {1} records").format(done_words, f"{len(changed):,}")
            if refused:
                first = next(iter(refused))
                words = self.tr("{0}; {1} stayed as they were. {2}: {3}")
                sentence = words.format(said, len(refused), first, refused[first])
                put_back = (lambda: self._put_back(changed)) if changed else None
                self._around.messages.fault(sentence, self.tr("Undo") if put_back else "", put_back)
            elif changed:
                again = lambda: self.change_many(records, done_words, fields)  # noqa: E731
                self._around.messages.undoable(said, lambda: self._put_back(changed), again)
            else:
                self._around.messages.note(self.tr("Nothing had to be changed."))

        self._around.jobs.write(
            self.tr("Changing {0} records").format(f"{len(ids):,}"), work, done, failed=self.refused.emit
        )

    def make(self, told: Told) -> None:
        """Keep a new record, tied to the article that answers it if there is one."""
        desk = self._around.desk

        def work(_progress: Progress) -> Feedback:
            record = desk.feedback.record(
                told.title,
                description=told.description,
                source=told.source,
                reporter=told.reporter,
                component=told.component,
            )
            if told.article:
                desk.feedback.link(record.id, told.article, Relation.DOCUMENTED_IN)
            return record

        def done(record: Feedback) -> None:
            self._around.messages.done(self.tr("Noted {0}").format(record.id))
            self.noted.emit(record.id)

        self._around.jobs.write("", work, done, failed=self.refused.emit)

    def link(self, record: Feedback, target: str) -> None:
        """Tie a record to an article or post-mortem."""
        feedback = self._around.desk.feedback

        def undo() -> None:
            self._write(
                self.tr("Untied {0} from {1}").format(target, record.id),
                lambda: feedback.unlink(record.id, target, Relation.DOCUMENTED_IN),
            )

        said = self.tr("Linked {0} to {1}").format(target, record.id)
        again = lambda: self.link(record, target)  # noqa: E731
        self._write(said, lambda: feedback.link(record.id, target, Relation.DOCUMENTED_IN), undo, again)

    def merge(self, records: Sequence[Feedback], into: str) -> None:
        """Close records as repetitions of another."""
        feedback = self._around.desk.feedback
        names = ", ".join(record.id for record in records[:6])

        def work() -> None:
            for record in records:
                feedback.merge(record.id, into)

        self._write(self.tr("Merged {0} into {1}; reopening a record takes it out").format(names, into), work)

    def make_article(self, record: Feedback) -> None:
        """A known issue from a record, prefilled and tied to it."""
        desk = self._around.desk

        def work(_progress: Progress) -> Article:
            made = desk.knowledge.new(
                Kind.KNOWN_ISSUE,
                record.title,
                body=_article_body(record),
                component=record.component,
                aliases=(record.title,),
            )
            desk.feedback.link(record.id, made.id, Relation.CAUSED_ARTICLE)
            return made

        self._around.jobs.write(
            "", work, lambda made: self._around.navigator.open(made.id), failed=self.refused.emit
        )

    def inform(self, record: Feedback) -> None:
        """Copy the message to the reporter, and stamp the record where its state allows it."""
        text = self.tr("About {0} “{1}”: {2}").format(
            record.external_key or record.id, record.title, record.resolution or state_words(record.state)
        )
        QGuiApplication.clipboard().setText(text)
        said = self.tr("Copied the message for the reporter of {0}").format(record.id)
        feedback = self._around.desk.feedback
        if State.INFORMED in ALLOWED_MOVES[record.state]:
            self._one(said, record, lambda: feedback.change(record.id, state=State.INFORMED))
        else:
            self._around.messages.done(said)

    # --- inside ----------------------------------------------------------------------------------------------

    def _one(self, said: str, record: Feedback, work: Callable[[], Feedback]) -> None:
        feedback = self._around.desk.feedback

        def run(_progress: Progress) -> Pairs:
            before = feedback.get(record.id)
            after = work()
            return [(before, after)] if after.version != before.version else []

        def done(changed: Pairs) -> None:
            if changed:
                again = lambda: self._one(said, record, work)  # noqa: E731
                self._around.messages.undoable(said, lambda: self._put_back(changed), again)
            else:
                self._around.messages.done(said)

        self._around.jobs.write("", run, done, failed=self.refused.emit)

    def _put_back(self, changed: Pairs) -> None:
        feedback = self._around.desk.feedback

        def done(back: Sequence[Feedback]) -> None:
            left = len(changed) - len(back)
            words = self.tr("Put back {0} of {1}; the others were changed since")
            if left:
                self._around.messages.note(words.format(len(back), len(changed)))
            else:
                names = ", ".join(record.id for record in back[:6])
                self._around.messages.done(self.tr("{0} as before").format(names))

        self._around.jobs.write(
            "", lambda _p: feedback.put_back(changed, self.tr("undone")), done, failed=self.refused.emit
        )

    def _write(
        self,
        said: str,
        work: Callable[[], Any],
        undo: Callable[[], None] | None = None,
        again: Callable[[], None] | None = None,
    ) -> None:
        def done(_result: object) -> None:
            if undo:
                self._around.messages.undoable(said, undo, again)
            else:
                self._around.messages.done(said)

        self._around.jobs.write("", lambda _p: work(), done, failed=self._on_refused)

    def _on_refused(self, fault: DeskError) -> None:
        self.refused.emit(fault)


def _article_body(record: Feedback) -> str:
    parts = (
        ("Symptoms", record.description or record.title),
        ("Error text", ""),
        ("Environment", record.environment),
        ("Cause", record.root_cause),
        ("Workaround", ""),
        ("Resolution", record.resolution),
        ("Status of the fix", ""),
    )
    return "\n\n".join(f"## {name}\n\n{text}".rstrip() for name, text in parts) + "\n"
