"""The index that finds articles, records and post-mortems."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from hypercare_desk.domain.search import Document, Found, IndexStatus
from hypercare_desk.services.progress import Progress


class SearchIndex(Protocol):
    """The disposable index. Every method may be called from any thread; writes are serial."""

    def find(self, query: str, limit: int = 20, *, kinds: Sequence[str] = (), typing: bool = True) -> Found:
        """Answer ``query`` (operators and filters included); never raises for odd or half-typed syntax."""
        ...

    def update(
        self, changed: Iterable[Document], gone: Iterable[str] = (), progress: Progress | None = None
    ) -> None:
        """Index these documents in place of older ones with the same key, and forget the keys ``gone``."""
        ...

    def rebuild(self, documents: Iterable[Document], progress: Progress | None = None) -> None:
        """Everything again, beside the old index, which answers until the new one is whole."""
        ...

    def status(self) -> IndexStatus:
        """How the index is; cheap."""
        ...

    def marks(self) -> Mapping[str, tuple[int, int, str]]:
        """Key → (size, mtime in ns, sha256) of what is indexed, to find what changed."""
        ...

    def remember(self, marks: Mapping[str, tuple[int, int, str]], gone: Iterable[str] = ()) -> None:
        """Note the marks of what has been indexed (or merely touched)."""
        ...

    def set_uses(self, uses: Mapping[str, tuple[int, int]]) -> None:
        """Article id → (times used, times it solved), shown with hits and a mild prior in ranking."""
        ...

    def similar(self, text: str, limit: int = 10, *, kinds: Sequence[str] = ()) -> Found:
        """What is most like ``text``: for "similar articles and records"."""
        ...

    def close(self) -> None:
        """Let go of files."""
        ...
