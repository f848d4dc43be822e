"""What every article store must do: one suite over the files and over the fake."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from hypercare_desk.adapters.kb import open_store
from hypercare_desk.domain.article import ArticleDraft, ArticleFields, Kind
from hypercare_desk.domain.errors import Conflict, Invalid, NotFound
from hypercare_desk.services.ports import ArticleStore, Incoming
from tests.fakes.knowledge import MemoryStore
from tests.unit.adapters.kb.conftest import Draft


@pytest.fixture(params=["files", "memory"])
def any_store(request: pytest.FixtureRequest, kb: Path) -> ArticleStore:
    return open_store(kb) if request.param == "files" else MemoryStore()


def test_what_was_saved_is_read(any_store: ArticleStore, draft: Draft) -> None:
    saved = any_store.save(draft(), None)
    assert any_store.read("KI-0001") == saved
    assert any_store.read_path(saved.path) == saved
    assert saved.draft() == draft()
    assert [row.version for row in any_store.rows()] == [saved.version]


def test_a_change_gives_a_new_version_at_the_same_path(any_store: ArticleStore, draft: Draft) -> None:
    first = any_store.save(draft(), None)
    second = any_store.save(replace(first.draft(), body="Other\n"), first.version)
    assert second.path == first.path
    assert second.version != first.version
    assert any_store.read("KI-0001") == second


def test_an_old_version_or_a_taken_id_is_a_conflict(any_store: ArticleStore, draft: Draft) -> None:
    first = any_store.save(draft(), None)
    second = any_store.save(replace(first.draft(), body="Other\n"), first.version)
    for expected in (first.version, None):
        with pytest.raises(Conflict) as caught:
            any_store.save(draft(body="Mine\n"), expected)
        assert caught.value.theirs == second
        assert caught.value.mine == draft(body="Mine\n")


def test_unknown_articles_and_empty_titles(any_store: ArticleStore, draft: Draft) -> None:
    for attempt in (
        lambda: any_store.read("KI-0404"),
        lambda: any_store.read_path("faq/none.md"),
        lambda: any_store.save(draft("KI-0404"), "0" * 64),
        lambda: any_store.remove("KI-0404", "0" * 64),
    ):
        with pytest.raises(NotFound):
            attempt()
    with pytest.raises(Invalid):
        any_store.save(draft(title=" "), None)


def test_removing_needs_the_latest_version(any_store: ArticleStore, draft: Draft) -> None:
    saved = any_store.save(draft(), None)
    with pytest.raises(Conflict):
        any_store.remove("KI-0001", "0" * 64)
    any_store.remove("KI-0001", saved.version)
    assert list(any_store.rows()) == []
    assert list(any_store.scan()) == []


def test_rows_are_ordered_by_prefix_and_number(any_store: ArticleStore, draft: Draft) -> None:
    for number in ("KI-10000", "KI-0002"):
        any_store.save(draft(number), None)
    any_store.save(ArticleDraft(ArticleFields("A", Kind.FAQ, "FAQ-0003"), ""), None)
    assert [row.fields.id for row in any_store.rows()] == ["FAQ-0003", "KI-0002", "KI-10000"]


def test_links(any_store: ArticleStore, draft: Draft) -> None:
    any_store.save(draft("KI-0001", body="See [[KI-0002]] and [it](FAQ-0001)\n"), None)
    any_store.save(draft("KI-0002"), None)
    assert {source: list(targets) for source, targets in any_store.links().items()} == {
        "KI-0001": ["KI-0002", "FAQ-0001"]
    }


def test_many_are_there_only_once_placed(any_store: ArticleStore, draft: Draft) -> None:
    items = [Incoming(draft(f"KI-{number:04}")) for number in range(1, 101)]
    with any_store.prepare(items):
        pass
    assert list(any_store.rows()) == []
    with any_store.prepare(items) as prepared:
        prepared.place()
        assert list(prepared.articles) == [any_store.read(f"KI-{number:04}") for number in range(1, 101)]
    assert len(any_store.rows()) == 100
