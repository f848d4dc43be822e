"""Drafts as files: one JSON file a draft in the user's data folder, whole or absent whatever happens meanwhile."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

from hypercare_desk.domain.errors import Unavailable


class JsonDrafts:
    """Implements ``ports.DraftFiles`` in ``folder``, which is made when the first draft is kept."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, name: str, words: Mapping[str, object]) -> None:
        """Write to a temporary name, then rename. Raises ``Unavailable`` when the disk refuses."""
        path = self._path(name)
        temporary = path.with_suffix(f".{os.getpid()}.tmp")
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with temporary.open("w", encoding="utf-8", errors="surrogatepass") as file:
                json.dump(dict(words), file, ensure_ascii=False)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except OSError as fault:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
            raise Unavailable(
                f"The draft of {name} cannot be kept in {self._folder}: {fault.strerror or fault}. Save the article.",
                code="draft_not_kept",
            ) from None

    def read(self, name: str) -> Mapping[str, object]:
        """What was written; empty when there is nothing, or nothing that can be read."""
        try:
            words: Any = json.loads(self._path(name).read_text(encoding="utf-8", errors="surrogatepass"))
        except (OSError, ValueError, RecursionError):
            return {}
        return cast("dict[str, object]", words) if isinstance(words, dict) else {}

    def remove(self, name: str) -> None:
        """Let it be gone."""
        with suppress(OSError):
            self._path(name).unlink(missing_ok=True)

    def names(self) -> Sequence[str]:
        """The names of all that is kept."""
        return [path.stem for path in self._folder.glob("*.json")] if self._folder.is_dir() else []

    def _path(self, name: str) -> Path:
        return self._folder / f"{''.join(c for c in name if c.isalnum() or c == '-')}.json"
