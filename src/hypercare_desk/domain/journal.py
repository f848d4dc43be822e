"""The days and people of a hypercare: journal, announcements, roster, training, transfer, surveys, risks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class JournalKind(StrEnum):
    """What sort of entry the journal holds; hotfixes and decisions go into the pack."""

    DECISION = "decision"
    HOTFIX = "hotfix"
    ANNOUNCEMENT = "announcement"
    WIN = "win"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One line of the journal."""

    id: str
    at: datetime
    who: str
    kind: JournalKind
    text: str
    component: str = ""
    reference: str = ""
    version: int = 1


class AnnouncementKind(StrEnum):
    """What an announcement tells the users."""

    KNOWN_ISSUE = "known-issue"
    WORKAROUND = "workaround"
    HOTFIX = "hotfix"
    ALL_CLEAR = "all-clear"
    DAILY_STATUS = "daily-status"


@dataclass(frozen=True, slots=True)
class Announcement:
    """A message to users: its text as it went out, by which channel, and when."""

    id: str
    at: datetime
    who: str
    kind: AnnouncementKind
    title: str
    text: str
    channel: str = ""
    sent_at: datetime | None = None
    reference: str = ""
    version: int = 1


@dataclass(frozen=True, slots=True)
class RosterEntry:
    """Who fills which role, when, and who stands in; names are as the team wrote them."""

    id: str
    role: str
    name: str
    team: str = ""
    component: str = ""
    contact: str = ""
    hours: str = ""
    backup: str = ""
    available_until: date | None = None
    after_handoff: str = ""
    single_point_of_contact: bool = False
    version: int = 1


@dataclass(frozen=True, slots=True)
class TrainingSession:
    """One training: topic, audience, day, who came, result."""

    id: str
    topic: str
    audience: str = ""
    held_on: date | None = None
    attendees: int | None = None
    result: str = ""
    version: int = 1


@dataclass(frozen=True, slots=True)
class TransferItem:
    """One piece of knowledge handed over; ``score`` is 0–100 once assessed.

    ``list`` says which checklist it belongs to: ``transfer`` (knowledge), ``handover`` (checklist), ``runbook``.
    """

    id: str
    topic: str
    list: str = "transfer"
    mandatory: bool = True
    from_whom: str = ""
    to_whom: str = ""
    method: str = ""
    evidence: str = ""
    score: float | None = None
    accepted_on: date | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class Survey:
    """One survey's outcome: mean ``score`` out of ``scale`` over ``n`` answers."""

    id: str
    held_on: date
    score: float
    n: int
    scale: float = 5.0
    topic: str = ""
    comments: str = ""
    version: int = 1


class RiskKind(StrEnum):
    """What may bite after handoff."""

    RISK = "risk"
    TECHNICAL_DEBT = "technical-debt"
    CONTRACT = "contract"
    LICENCE = "licence"
    CERTIFICATE = "certificate"


@dataclass(frozen=True, slots=True)
class Risk:
    """A risk, debt, contract, licence or certificate with its owner and end."""

    id: str
    kind: RiskKind
    title: str
    detail: str = ""
    owner: str = ""
    mitigation: str = ""
    expires_on: date | None = None
    severity: str = ""
    version: int = 1
