"""Drafts: what is being written is kept every few seconds outside the workspace, and found again after a crash."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class KeptDraft:
    """Text that was being written: which article, from which version, its title and body, when (ISO, local)."""

    article_id: str
    version: str
    title: str
    body: str
    kept_at: str


class Drafts:
    """One file a draft in ``folder``; written to a temporary name and renamed, so that it is whole or absent."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, draft: KeptDraft) -> None:
        """Keep a draft; an earlier one of the same article is replaced. Raises OSError when the disk refuses."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._path(draft.article_id)
        temporary = path.with_suffix(".tmp")
        words = {name: getattr(draft, name) for name in ("article_id", "version", "title", "body", "kept_at")}
        with temporary.open("w", encoding="utf-8", errors="surrogatepass") as file:
            json.dump(words, file, ensure_ascii=False)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)

    def forget(self, article_id: str) -> None:
        """The article was saved, or the draft thrown away."""
        with suppress(OSError):
            self._path(article_id).unlink(missing_ok=True)

    def find(self, article_id: str) -> KeptDraft | None:
        """The draft of an article, if one was left."""
        return _read(self._path(article_id))

    def all(self) -> Sequence[KeptDraft]:
        """Every draft that was left, in order of article."""
        if not self._folder.is_dir():
            return ()
        found = (_read(path) for path in sorted(self._folder.glob("*.json")))
        return tuple(draft for draft in found if draft)

    def _path(self, article_id: str) -> Path:
        return self._folder / f"{''.join(c for c in article_id if c.isalnum() or c == '-')}.json"


def _read(path: Path) -> KeptDraft | None:
    try:
        words = json.loads(path.read_text(encoding="utf-8", errors="surrogatepass"))
        return KeptDraft(
            *(str(words[name]) for name in ("article_id", "version", "title", "body", "kept_at"))
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
