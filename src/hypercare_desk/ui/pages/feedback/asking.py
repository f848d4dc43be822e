"""Questions that a change of records begins with: why it is reopened, into which it is merged, what it is linked to."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from hypercare_desk.domain.feedback import Feedback, State
from hypercare_desk.domain.feedback_loop import is_reopening
from hypercare_desk.ui.pages.feedback.changing import Changing
from hypercare_desk.ui.widgets.ask import ask_text


def move(
    parent: QWidget, changing: Changing, record: Feedback, state: State, given_up: Callable[[], None]
) -> None:
    """Take a record to ``state``; reopening asks why, and ``given_up`` is called when no reason is given."""
    if state is record.state:
        return
    if not is_reopening(record.state, state):
        changing.move(record, state)
        return
    asked = ask_text(
        parent,
        _tr("Reopen {0}").format(record.id),
        _tr("Why is it reopened?"),
        lambda why: changing.move(record, state, why),
    )
    asked.rejected.connect(given_up)


def merge(parent: QWidget, changing: Changing, records: Sequence[Feedback]) -> None:
    """Ask into which record the others go."""
    names = ", ".join(record.id for record in records[:6])

    def then(into: str) -> None:
        wanted = into.upper()
        changing.merge([record for record in records if record.id != wanted], wanted)

    ask_text(parent, _tr("Merge {0}").format(names), _tr("Into which record?"), then)


def link(parent: QWidget, changing: Changing, record: Feedback) -> None:
    """Ask what a record is tied to."""
    ask_text(
        parent,
        _tr("Link {0}").format(record.id),
        _tr("Id of the article or post-mortem"),
        lambda target: changing.link(record, target.upper()),
    )


def owner(parent: QWidget, then: Callable[[str], None]) -> None:
    """Ask who takes care of the chosen records."""
    ask_text(parent, _tr("Owner"), _tr("Who takes care of them?"), then)


def _tr(words: str) -> str:
    return QCoreApplication.translate("FeedbackPage", words)
