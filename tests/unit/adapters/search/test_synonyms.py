"""The workspace's synonyms file."""

from pathlib import Path

import pytest

from hypercare_desk.adapters.search import read_synonyms
from hypercare_desk.domain.errors import Invalid


def test_each_word_leads_to_the_others_of_its_groups(tmp_path: Path) -> None:
    file = tmp_path / "synonyms.toml"
    file.write_text('groups = [["invoice", "bill"], ["bill", "receipt"]]', encoding="utf-8")
    assert read_synonyms(file) == {"invoice": ["bill"], "bill": ["invoice", "receipt"], "receipt": ["bill"]}


def test_no_file_means_no_synonyms(tmp_path: Path) -> None:
    assert read_synonyms(tmp_path / "synonyms.toml") == {}


@pytest.mark.parametrize(
    "text",
    [
        "groups = 1",
        "groups = [1]",
        'groups = [["alone"]]',
        "groups = [[1, 2]]",
        "groups",
        "\x00",
        "x" * 300_000,
    ],
)
def test_a_broken_file_is_refused_with_a_sentence(tmp_path: Path, text: str) -> None:
    file = tmp_path / "synonyms.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(Invalid, match=r"synonyms.toml cannot be used: .*; write it as"):
        read_synonyms(file)
