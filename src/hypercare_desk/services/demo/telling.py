"""One feedback record as it was told and worked on: each step goes through the domain's own rules and leaves events."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from hypercare_desk.domain.feedback import Feedback, FeedbackEvent, Link, Relation, State
from hypercare_desk.domain.feedback_loop import Author, created, differences, edited, merged
from hypercare_desk.domain.triage import Matrix


@dataclass(slots=True)
class Telling:
    """A record with its history so far. Steps after ``end`` have not happened and are left out.

    ``hours`` moves a step to when somebody is at work; it keeps the order of instants.
    """

    record: Feedback
    matrix: Matrix
    end: datetime
    hours: Callable[[datetime], datetime] = lambda at: at
    events: list[FeedbackEvent] = field(default_factory=list[FeedbackEvent])
    links: list[Link] = field(default_factory=list[Link])

    @classmethod
    def begin(
        cls,
        record: Feedback,
        who: str,
        matrix: Matrix,
        end: datetime,
        hours: Callable[[datetime], datetime] = lambda at: at,
    ) -> Telling:
        """A record that ``who`` has just written down (at ``record.created_at``)."""
        at = record.created_at or end
        telling = cls(replace(record, updated_at=at), matrix, end, hours)
        telling.events.append(created(record, Author(who, at)))
        return telling

    def step(self, at: datetime, who: str, why: str = "", **values: object) -> bool:
        """Change fields at an instant; False if that lies after the end of the story."""
        at = max(self.hours(at), self.record.updated_at or at)
        if at > self.end:
            return False
        new = edited(self.record, values, self.matrix, at, why)
        self._keep(new, Author(who, at, why))
        return True

    def merge(self, into: Telling, at: datetime, who: str) -> bool:
        """Close this record as a repetition of another, at an instant."""
        if at > self.end:
            return False
        at = max(at, self.record.updated_at or at)
        author = Author(who, at, "Same matter, called again.")
        self._keep(merged(self.record, into.record, at), author)
        into.events.append(
            FeedbackEvent(into.record.id, at, who, "duplicate", "", self.record.id, author.why)
        )
        return True

    def link(self, target: str, relation: Relation, at: datetime, who: str) -> None:
        """Tie the record to an article or post-mortem, unless that lies after the end."""
        if at > self.end or any(li.target_id == target and li.relation is relation for li in self.links):
            return
        self.links.append(Link(self.record.id, target, relation, at, who))
        self.events.append(FeedbackEvent(self.record.id, at, who, "link", "", f"{relation.value} {target}"))

    @property
    def solved(self) -> bool:
        """Whether a solution stands."""
        return self.record.resolved_at is not None and self.record.state is not State.MERGED

    def finished(self) -> Feedback:
        """The record as it stands at the end, counted as one write."""
        return replace(self.record, version=1)

    def _keep(self, new: Feedback, author: Author) -> None:
        self.events.extend(differences(self.record, new, author))
        self.record = replace(new, updated_at=author.at)


def filled_in(text: str, words: Mapping[str, str]) -> str:
    """``text`` with its ``{placeholders}`` replaced."""
    for name, value in words.items():
        text = text.replace("{" + name + "}", value)
    return text
