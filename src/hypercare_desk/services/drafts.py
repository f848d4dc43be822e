"""Drafts: what is being written is kept every few seconds outside the workspace, and found again after a crash."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from hypercare_desk.services.ports import Clock, DraftFiles


@dataclass(frozen=True, slots=True)
class KeptDraft:
    """Text that was being written: which article, from which version, its title, body and fields as typed, when."""

    article_id: str
    version: str
    title: str
    body: str
    fields: Mapping[str, str] = field(default_factory=dict[str, str])
    kept_at: datetime | None = None


class DraftService:
    """Keeps one draft an article, until it is saved or thrown away. Any thread may call it."""

    def __init__(self, *, files: DraftFiles, clock: Clock) -> None:
        self._files = files
        self._clock = clock

    def keep(
        self, article_id: str, version: str, title: str, body: str, fields: Mapping[str, str]
    ) -> KeptDraft:
        """Keep a draft in the place of an earlier one of the same article. Raises ``Unavailable``."""
        draft = KeptDraft(article_id, version, title, body, dict(fields), self._clock.now())
        self._files.write(article_id, _written(draft))
        return draft

    def forget(self, article_id: str) -> None:
        """The article was saved, or the draft thrown away."""
        self._files.remove(article_id)

    def find(self, article_id: str) -> KeptDraft | None:
        """The draft of an article, if one was left; a damaged one counts as none."""
        return _read(article_id, self._files.read(article_id))

    def all(self) -> Sequence[KeptDraft]:
        """Every draft that was left, in order of article."""
        found = (self.find(name) for name in sorted(self._files.names()))
        return tuple(draft for draft in found if draft)


def _written(draft: KeptDraft) -> dict[str, object]:
    return {
        "version": draft.version,
        "title": draft.title,
        "body": draft.body,
        "fields": dict(draft.fields),
        "kept_at": draft.kept_at.isoformat() if draft.kept_at else "",
    }


def _read(article_id: str, words: Mapping[str, object]) -> KeptDraft | None:
    fields, when = words.get("fields", {}), str(words.get("kept_at", ""))
    if "body" not in words or not isinstance(fields, dict):
        return None
    try:
        at = datetime.fromisoformat(when) if when else None
    except ValueError:
        at = None
    return KeptDraft(
        article_id,
        str(words.get("version", "")),
        str(words.get("title", "")),
        str(words["body"]),
        {str(key): str(value) for key, value in fields.items()},  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        at,
    )
