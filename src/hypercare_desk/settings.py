"""Frozen settings of a workspace and of this user on this machine. No I/O here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from pathlib import Path


@dataclass(frozen=True, slots=True)
class TargetSetting:
    """Respond and resolve targets of one priority, in minutes of elapsed time; None means none."""

    respond_minutes: int | None
    resolve_minutes: int | None


@dataclass(frozen=True, slots=True)
class EscalationSetting:
    """One rung: after how many minutes unresolved a priority goes to whom, by which channel."""

    priority: str
    after_minutes: int
    who: str
    channel: str = ""


@dataclass(frozen=True, slots=True)
class PackSectionSetting:
    """Whether a section of the pack is printed and whether it may be empty."""

    include: bool = True
    mandatory: bool = True


@dataclass(frozen=True, slots=True)
class WorkspaceSettings:
    """``workspace.toml``, validated. ``matrix`` maps (impact, urgency) words to a priority word.

    ``language`` is the articles' language (ISO 639-1) and decides stemming; ``time_zone`` is an IANA name.
    ``work_days`` are ISO weekday numbers (1 Monday).
    """

    system: str
    go_live: date
    planned_exit: date | None = None
    time_zone: str = "UTC"
    language: str = "en"
    classification: str = "Internal"
    release: str = ""
    service: str = ""
    components: tuple[str, ...] = ()
    environments: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    hypercare_team: str = ""
    bau_team: str = ""
    database_url: str = ""
    work_days: tuple[int, ...] = (1, 2, 3, 4, 5)
    work_start: time = time(8)
    work_end: time = time(18)
    holidays: tuple[date, ...] = ()
    matrix: Mapping[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])
    targets: Mapping[str, TargetSetting] = field(default_factory=dict[str, TargetSetting])
    escalation: tuple[EscalationSetting, ...] = ()
    sign_off_roles: tuple[str, ...] = ("Operations", "Business owner", "Project", "Sponsor")
    pack_sections: Mapping[str, PackSectionSetting] = field(default_factory=dict[str, PackSectionSetting])
    page_size: str = "A4"


@dataclass(frozen=True, slots=True)
class WorkspacePaths:
    """Where the parts of a workspace lie.

    ``cache`` is this workspace's folder in the user's cache (may be deleted at any time), ``data`` its folder in the
    user's data folder (rotated backups); neither is ever inside the workspace.
    """

    root: Path
    cache: Path
    data: Path

    @property
    def settings(self) -> Path:
        return self.root / "workspace.toml"

    @property
    def kb(self) -> Path:
        return self.root / "kb"

    @property
    def attachments(self) -> Path:
        return self.root / "kb" / "attachments"

    @property
    def database(self) -> Path:
        return self.root / "desk.db"

    @property
    def packs(self) -> Path:
        return self.root / "packs"

    @property
    def backups(self) -> Path:
        return self.data / "backups"

    @property
    def index(self) -> Path:
        return self.cache / "index"
