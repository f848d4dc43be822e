"""Drafts come back as they were written; what is damaged counts as none."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from hypercare_desk.adapters.draft_files import JsonDrafts
from hypercare_desk.domain.errors import Unavailable
from hypercare_desk.services.drafts import DraftService

NOW = datetime(2026, 11, 18, 9, tzinfo=UTC)


class _Clock:
    def now(self) -> datetime:
        return NOW

    def today(self) -> date:
        return NOW.date()


def _drafts(folder: Path) -> DraftService:
    return DraftService(files=JsonDrafts(folder), clock=_Clock())


def test_a_draft_comes_back_word_for_word(tmp_path: Path) -> None:
    kept = _drafts(tmp_path / "drafts").keep("KI-0001", "v1", "Ärger", "a\r\nb\udcff", {"tags": "x; y"})
    again = _drafts(tmp_path / "drafts")
    assert again.find("KI-0001") == kept
    assert again.all() == (kept,)
    assert kept.kept_at == NOW


def test_a_forgotten_draft_is_gone(tmp_path: Path) -> None:
    drafts = _drafts(tmp_path)
    drafts.keep("KI-0001", "v1", "Title", "Text", {})
    drafts.forget("KI-0001")
    assert drafts.find("KI-0001") is None


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"body": 1, "fields": []}', "[" * 100_000])
def test_a_damaged_draft_counts_as_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "KI-0001.json").write_text(text, encoding="utf-8")
    assert _drafts(tmp_path).all() == ()


def test_a_disk_that_refuses_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(Unavailable, match="KI-0001"):
        _drafts(tmp_path / "file" / "drafts").keep("KI-0001", "v1", "Title", "Text", {})
