"""Keeps the draft of one open article and offers the one that a crash has left; all off the GUI thread."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from hypercare_desk.domain.errors import DeskError
from hypercare_desk.services.drafts import KeptDraft
from hypercare_desk.ui.pages.page import Surroundings


class DraftKeeper:
    """Writes go through the write lane, so keeping, saving and forgetting happen in the order they were asked for."""

    def __init__(self, around: Surroundings, article_id: str) -> None:
        self._around = around
        self._id = article_id

    def keep(
        self,
        version: str,
        title: str,
        body: str,
        fields: Mapping[str, str],
        kept: Callable[[KeptDraft], None],
        failed: Callable[[DeskError], None],
    ) -> None:
        """Keep what stands in the controls now."""
        drafts = self._around.desk.drafts
        self._around.jobs.write(
            "", lambda _p: drafts.keep(self._id, version, title, body, fields), kept, failed=failed
        )

    def forget(self) -> None:
        """It was saved, or thrown away."""
        drafts = self._around.desk.drafts
        self._around.jobs.write("", lambda _p: drafts.forget(self._id))

    def find(self, found: Callable[[KeptDraft | None], None]) -> None:
        """Look for a draft that was left."""
        drafts = self._around.desk.drafts
        self._around.jobs.read(lambda _p: drafts.find(self._id), found)
