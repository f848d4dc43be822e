"""Blameless post-mortems: what happened, how it was noticed and mended, what is done so that it does not return."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum


class PostmortemStatus(StrEnum):
    """Where a post-mortem stands."""

    DRAFT = "draft"
    IN_REVIEW = "in-review"
    REVIEWED = "reviewed"
    CLOSED = "closed"


class ActionType(StrEnum):
    """What an action is for."""

    PREVENT = "prevent"
    MITIGATE = "mitigate"
    DETECT = "detect"
    PROCESS = "process"


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One thing that happened, with its source; ``starred`` ones go into the pack."""

    at: datetime
    event: str
    source: str = ""
    starred: bool = False


@dataclass(frozen=True, slots=True)
class Action:
    """One follow-up with an owner and a due date; ``number`` is unique in its post-mortem."""

    number: int
    text: str
    type: ActionType = ActionType.PREVENT
    owner: str = ""
    priority: str = ""
    due: date | None = None
    external_key: str = ""
    done_on: date | None = None


@dataclass(frozen=True, slots=True)
class Postmortem:
    """One post-mortem with its timeline, actions and links (product.md §7). Times are UTC-aware."""

    id: str
    title: str
    severity: str = ""
    status: PostmortemStatus = PostmortemStatus.DRAFT
    owner: str = ""
    facilitator: str = ""
    note_taker: str = ""
    attendees: tuple[str, ...] = ()
    summary: str = ""
    impact: str = ""
    users_affected: int | None = None
    business_figure: str = ""
    started_at: datetime | None = None
    detected_at: datetime | None = None
    detected_how: str = ""
    acknowledged_at: datetime | None = None
    mitigated_at: datetime | None = None
    resolved_at: datetime | None = None
    held_on: date | None = None
    lead_up: str = ""
    trigger: str = ""
    conditions: tuple[str, ...] = ()
    detection: str = ""
    response: str = ""
    recovery: str = ""
    went_well: tuple[str, ...] = ()
    went_badly: tuple[str, ...] = ()
    lucky: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    notes: str = ""
    timeline: tuple[TimelineEntry, ...] = ()
    actions: tuple[Action, ...] = ()
    lessons: tuple[str, ...] = ()
    feedback_ids: tuple[str, ...] = ()
    created_at: datetime | None = None
    updated_at: datetime | None = None
    version: int = 1

    @property
    def time_to_detect(self) -> timedelta | None:
        return _between(self.started_at, self.detected_at)

    @property
    def time_to_mitigate(self) -> timedelta | None:
        return _between(self.started_at, self.mitigated_at)

    @property
    def time_to_resolve(self) -> timedelta | None:
        return _between(self.started_at, self.resolved_at)


def _between(start: datetime | None, end: datetime | None) -> timedelta | None:
    return end - start if start and end and end >= start else None
