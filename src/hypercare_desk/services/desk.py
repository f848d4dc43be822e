"""Desk: one open workspace, with a service for each thing that can be done in it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self, TypeVar, cast

from hypercare_desk.domain.changes import Changes

if TYPE_CHECKING:  # a service is imported when it is first asked for
    from hypercare_desk.services.backup import BackupService
    from hypercare_desk.services.doctor import DoctorService
    from hypercare_desk.services.drafts import DraftService
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

log = logging.getLogger(__name__)
Service = TypeVar("Service")


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
                try:
                    listener(changes)
                except Exception:  # what was changed is kept already, whoever cannot show it
                    log.exception("A listener to changes failed")


class Makers(Protocol):
    """Makes the services of one workspace; each is asked for once."""

    def search(self, desk: Desk) -> SearchService: ...

    def knowledge(self, desk: Desk) -> KnowledgeService: ...

    def gaps(self, desk: Desk) -> GapService: ...

    def drafts(self, desk: Desk) -> DraftService: ...

    def intake(self, desk: Desk) -> IntakeService: ...

    def feedback(self, desk: Desk) -> FeedbackService: ...

    def exit_criteria(self, desk: Desk) -> ExitCriteriaService: ...

    def postmortems(self, desk: Desk) -> PostmortemService: ...

    def journal(self, desk: Desk) -> JournalService: ...

    def handoff(self, desk: Desk) -> HandoffService: ...

    def backups(self, desk: Desk) -> BackupService: ...

    def doctor(self, desk: Desk) -> DoctorService: ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...


class Desk:
    """An open workspace. Use it as a context manager, or call ``close``. Any thread may ask for any service."""

    def __init__(
        self,
        *,
        paths: WorkspacePaths,
        settings: WorkspaceSettings,
        clock: Clock,
        user: str,
        database: Database,
        announcer: Announcer,
        makers: Makers,
    ) -> None:
        self.paths = paths
        self.settings = settings
        self.clock = clock
        self.user = user
        self.database = database
        self.announcer = announcer
        self._makers = makers
        self._made: dict[str, object] = {}
        self._lock = threading.RLock()

    @property
    def search(self) -> SearchService:
        """Finding, and keeping the index in step."""
        return self._service("search", self._makers.search)

    @property
    def knowledge(self) -> KnowledgeService:
        """Articles."""
        return self._service("knowledge", self._makers.knowledge)

    @property
    def gaps(self) -> GapService:
        """Searches that found nothing, as articles to be written."""
        return self._service("gaps", self._makers.gaps)

    @property
    def drafts(self) -> DraftService:
        """Articles that are being written and not saved yet."""
        return self._service("drafts", self._makers.drafts)

    @property
    def intake(self) -> IntakeService:
        """Bringing in what exists elsewhere."""
        return self._service("intake", self._makers.intake)

    @property
    def feedback(self) -> FeedbackService:
        """Feedback records."""
        return self._service("feedback", self._makers.feedback)

    @property
    def exit_criteria(self) -> ExitCriteriaService:
        """May the system leave hypercare?"""
        return self._service("exit_criteria", self._makers.exit_criteria)

    @property
    def postmortems(self) -> PostmortemService:
        """Blameless reviews."""
        return self._service("postmortems", self._makers.postmortems)

    @property
    def journal(self) -> JournalService:
        """Journal and people."""
        return self._service("journal", self._makers.journal)

    @property
    def handoff(self) -> HandoffService:
        """Handoff packs."""
        return self._service("handoff", self._makers.handoff)

    @property
    def backups(self) -> BackupService:
        """The whole workspace as one file."""
        return self._service("backups", self._makers.backups)

    @property
    def doctor(self) -> DoctorService:
        """What somebody should look after."""
        return self._service("doctor", self._makers.doctor)

    def close(self) -> None:
        """Finish what is under way and let go of files and connections."""
        with self._lock:
            searching = cast("SearchService | None", self._made.get("search"))
        if searching:
            searching.close()
        self._makers.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _service(self, name: str, make: Callable[[Desk], Service]) -> Service:
        with self._lock:
            if name not in self._made:
                self._made[name] = make(self)
            return cast("Service", self._made[name])
