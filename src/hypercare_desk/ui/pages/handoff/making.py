"""Making packs: one build or issue at a time, watched and cancelled as a job; and beginning what a section lacks."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from hypercare_desk.domain.article import Kind
from hypercare_desk.domain.errors import DeskError
from hypercare_desk.domain.handoff import BuiltPack, PackSection
from hypercare_desk.services.desk import Desk
from hypercare_desk.services.progress import Progress
from hypercare_desk.ui.jobs import Jobs


class PackMaker(QObject):
    """``begun`` carries the job's name, ``made`` the ``BuiltPack``, ``failed`` the fault (``Cancelled`` too)."""

    begun = Signal(str)
    made = Signal(object)
    failed = Signal(object)

    def __init__(self, desk: Desk, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._jobs = jobs
        self._job = 0

    @property
    def busy(self) -> bool:
        """Whether a pack is being made."""
        return bool(self._job)

    def build(self) -> None:
        """Make a draft to look at, in the cache; the workspace's own folder is left alone."""
        out = self._desk.paths.cache / "pack-preview" / "handoff-preview.pdf"
        self._make(
            self.tr("Building the pack"), lambda progress: self._desk.handoff.build(out, progress=progress)
        )

    def issue(self) -> None:
        """Make the pack that is handed over."""
        self._make(self.tr("Issuing the pack"), lambda progress: self._desk.handoff.issue(progress=progress))

    def cancel(self) -> None:
        """Stop; what was there before is whole."""
        self._jobs.cancel(self._job)

    def _make(self, name: str, work: Callable[[Progress], BuiltPack]) -> None:
        if self._job:
            return
        # Not in the write lane: the minutes of laying out pages would hold up every save made meanwhile.
        self._job = self._jobs.read(work, self._on_made, failed=self._on_failed, name=name)
        self.begun.emit(name)

    def _on_made(self, built: BuiltPack) -> None:
        self._job = 0
        self.made.emit(built)

    def _on_failed(self, fault: DeskError) -> None:
        self._job = 0
        self.failed.emit(fault)


def begin_article(desk: Desk, section: PackSection) -> str:
    """A new article that belongs to a section with nothing in it; returns its id. Raises as ``knowledge.new``."""
    kind = section.kinds[0] if section.kinds else Kind.REFERENCE
    title = f"{section.title} of {desk.settings.system}"
    return desk.knowledge.new(kind, title, tags=(section.tag,)).id
