"""All records as last read, with what is counted over them; everything here runs in a job, never on the GUI thread."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hypercare_desk.domain.errors import NotFound
from hypercare_desk.domain.feedback import Feedback, Level, State
from hypercare_desk.services.desk import Desk
from hypercare_desk.services.progress import Progress
from hypercare_desk.ui.pages.feedback.filtering import matcher
from hypercare_desk.ui.pages.feedback.rows import sort_key

BUILT_IN = ("open", "to-triage", "urgent", "mine", "to-confirm", "closed", "all")
ALL = len(BUILT_IN) - 1
_FEW = 200


@dataclass(frozen=True, slots=True)
class Question:
    """What the table is to show: built-in view, filter line, order."""

    view: int
    line: str
    column: int
    descending: bool


@dataclass(frozen=True, slots=True)
class Held:
    """The records; which article each is tied to; open records per cell of the matrix; how many each tab shows."""

    records: Sequence[Feedback]
    articles: Mapping[str, str]
    now: datetime
    by_cell: Mapping[tuple[Level, Level], int]
    counts: Sequence[int]
    untriaged: int


def load(desk: Desk, saved: Sequence[tuple[int, str]]) -> Held:
    """Read all records; ``saved`` are the views and filter lines of the saved filters."""
    records = desk.feedback.list("")
    articles: dict[str, str] = {}
    for link in desk.feedback.all_links():
        if not link.target_id.startswith("PM-"):
            articles.setdefault(link.feedback_id, link.target_id)
    return _counted(desk, records, articles, saved)


def update(desk: Desk, held: Held, changed: Iterable[str], saved: Sequence[tuple[int, str]]) -> Held:
    """``held`` with these records read again: one change among 100,000 records reads one record."""
    ids = frozenset(changed)
    if len(ids) > _FEW:
        return load(desk, saved)
    fresh: dict[str, Feedback] = {}
    articles = dict(held.articles)
    for feedback_id in ids:
        try:
            fresh[feedback_id] = desk.feedback.get(feedback_id)
        except NotFound:
            return load(desk, saved)
        targets = [link.target_id for link in desk.feedback.links(feedback_id)]
        article = next((target for target in targets if not target.startswith("PM-")), "")
        articles.pop(feedback_id, None)
        if article:
            articles[feedback_id] = article
    records = [fresh.pop(record.id, record) for record in held.records]
    return _counted(desk, [*records, *fresh.values()], articles, saved)


def rows(held: Held, question: Question, user: str, progress: Progress) -> Sequence[Feedback]:
    """The records that the question asks for, in its order."""
    fits = matcher(question.line, held.now)
    found = [r for r in held.records if in_view(question.view, r, user) and fits(r)]
    progress.step(1, 2)
    key: Callable[[Feedback], Any] = sort_key(question.column, held.now, held.articles)
    return sorted(found, key=key, reverse=question.descending)


def in_view(view: int, record: Feedback, user: str) -> bool:
    """Whether a built-in view shows the record."""
    name, state = BUILT_IN[view], record.state
    if name == "all":
        return True
    if name == "to-triage":
        return state is State.NEW
    if name == "to-confirm":
        return state is State.FIX_DEPLOYED
    if name == "closed":
        return not state.is_open
    if not state.is_open:
        return False
    return (
        name == "open"
        or (name == "urgent" and record.priority in ("P1", "P2"))
        or (name == "mine" and record.owner == user)
    )


def _counted(
    desk: Desk, records: Sequence[Feedback], articles: Mapping[str, str], saved: Sequence[tuple[int, str]]
) -> Held:
    now = desk.clock.now()
    cells = Counter((r.impact, r.urgency) for r in records if r.state.is_open and r.impact and r.urgency)
    counts = _counts(records, desk.user, now, saved)
    return Held(records, articles, now, dict(cells), counts, counts[BUILT_IN.index("to-triage")])  # type: ignore[arg-type]


def _counts(
    records: Sequence[Feedback], user: str, now: datetime, saved: Sequence[tuple[int, str]]
) -> Sequence[int]:
    views = [(at, "") for at in range(len(BUILT_IN))] + list(saved)
    counted: list[int] = []
    for view, line in views:
        fits = matcher(line, now)
        counted.append(sum(in_view(view, record, user) and fits(record) for record in records))
    return counted
