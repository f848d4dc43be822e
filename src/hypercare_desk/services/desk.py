"""Desk: one open workspace, with a service for each thing that can be done in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from hypercare_desk.domain.changes import Changes
from hypercare_desk.services.backup import BackupService
from hypercare_desk.services.doctor import DoctorService
from hypercare_desk.services.exit_criteria import ExitCriteriaService
from hypercare_desk.services.feedback import FeedbackService
from hypercare_desk.services.gaps import GapService
from hypercare_desk.services.handoff import HandoffService
from hypercare_desk.services.intake import IntakeService
from hypercare_desk.services.journal import JournalService
from hypercare_desk.services.knowledge import KnowledgeService
from hypercare_desk.services.ports import Clock, Database
from hypercare_desk.services.postmortem import PostmortemService
from hypercare_desk.services.search import SearchService
from hypercare_desk.settings import WorkspacePaths, WorkspaceSettings


class Announcer:
    """Passes the Changes of every service on to whoever listens; a listener that fails does not stop the others."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[Changes], None]] = []

    def listen(self, listener: Callable[[Changes], None]) -> Callable[[], None]:
        """Call ``listener`` with all further changes, on the thread that made them; returns how to stop it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def __call__(self, changes: Changes) -> None:
        if changes:
            for listener in tuple(self._listeners):
                listener(changes)


@dataclass(frozen=True)
class Desk:
    """An open workspace. Use it as a context manager, or call ``close``."""

    paths: WorkspacePaths
    settings: WorkspaceSettings
    clock: Clock
    user: str
    database: Database
    announcer: Announcer
    search: SearchService
    knowledge: KnowledgeService
    gaps: GapService
    intake: IntakeService
    feedback: FeedbackService
    exit_criteria: ExitCriteriaService
    postmortems: PostmortemService
    journal: JournalService
    handoff: HandoffService
    backups: BackupService
    doctor: DoctorService
    closers: tuple[Callable[[], None], ...] = ()

    def close(self) -> None:
        """Finish what is under way and let go of files and connections."""
        for close in self.closers:
            close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
