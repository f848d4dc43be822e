"""A knowledge folder of its own for every test, and articles to put into it."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from hypercare_desk.adapters.kb import open_store
from hypercare_desk.adapters.kb.store import FileStore
from hypercare_desk.domain.article import ArticleDraft, ArticleFields, Kind

Draft = Callable[..., ArticleDraft]


def full_count(count: int, *, usual: int) -> int:
    """How often a trial of reliability.md is repeated: ``count`` times with HYPERCARE_DESK_TRIALS=full."""
    return count if os.environ.get("HYPERCARE_DESK_TRIALS") == "full" else usual


@pytest.fixture
def kb(tmp_path: Path) -> Path:
    """The folder's name holds a blank and an accent, as people's folders do."""
    folder = tmp_path / "wörk space" / "kb"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def store(kb: Path) -> FileStore:
    return open_store(kb)


@pytest.fixture
def draft() -> Draft:
    def make(
        article_id: str = "KI-0001", title: str = "Invoice cannot be posted", body: str = "Text\n"
    ) -> ArticleDraft:
        return ArticleDraft(ArticleFields(title=title, kind=Kind.KNOWN_ISSUE, id=article_id), body)

    return make
