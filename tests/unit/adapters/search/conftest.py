"""A small index to ask: documents given as plain values, their files written where snippets look for them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from hypercare_desk.adapters.search import WhooshIndex
from hypercare_desk.domain.search import Document


def document(number: int, title: str, body: str = "", **more: object) -> Document:
    """A published known issue, numbered; everything else as given."""
    told: dict[str, object] = {
        "key": f"known-issue/KI-{number:04d}.md",
        "id": f"KI-{number:04d}",
        "kind": "known-issue",
        "path": f"known-issue/KI-{number:04d}.md",
        "status": "published",
        "confidence": "not-validated",
        "updated": "2026-11-01",
    }
    return Document(title=title, body=body, **{**told, **more})  # type: ignore[arg-type]


@pytest.fixture
def indexed(tmp_path: Path) -> Callable[..., WhooshIndex]:
    """Makes an index of the documents given, in a folder of its own."""

    def make(*documents: Document, language: str = "en", **more: object) -> WhooshIndex:
        kb = tmp_path / "kb"
        for one in documents:
            if one.path:
                (kb / one.path).parent.mkdir(parents=True, exist_ok=True)
                (kb / one.path).write_text(f"---\ntitle: x\n---\n\n{one.body}", encoding="utf-8")
        index = WhooshIndex(tmp_path / "index", kb, language, **more)  # type: ignore[arg-type]
        index.rebuild(documents)
        return index

    return make
