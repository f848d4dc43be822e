"""Hostile queries: bounded in time, and never an exception (design: dependencies.md trap 3, reliability.md 17)."""

import random
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hypercare_desk.adapters.search import WhooshIndex
from tests.unit.adapters.search.conftest import document

_WORDS = [
    f"{a}{b}"
    for a in ("ser", "mail", "net", "dis", "log")
    for b in ("ver", "box", "work", "play", "in", "ging")
]

HOSTILE = {
    "one long word": "a" * 100_000,
    "regular expression": r'r"(a+)+$b"',
    "fuzzy": "~9 server~9",
    "ten thousand unknown words": " ".join(f"w{n}" for n in range(10_000)),
    "ten thousand known words": " ".join(_WORDS * 334),
    "quotes": '"""" "a "b',
    "control characters": "".join(map(chr, range(33))) + " server",
    "surrogates": "\ud800 server \udfff",
    "stars": "*" * 5000,
    "operators": "NOT OR x OR OR AND",
    "minuses": "-server " * 3000,
    "filters": "kind:ki " * 3000,
    "brackets": "(" * 5000,
    "long phrase": '"' + "server mailbox " * 3000 + '"',
    "many phrases": '"server mailbox" ' * 500,
    "unspaced": "天" * 50_000,
    "accents": "a" + "\u0301" * 50_000,
    "digits": "0" * 10_000,
    "nothing but stop words": "the and of " * 1000,
    "dates": "updated:9999-99-99..0000-00-00 updated:>99999 updated:2026-13-45",
    "typos": "servre mialbox netwrok dislpay loggign " * 50,
    "path": "/".join(["a"] * 5000),
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> WhooshIndex:
    folder = tmp_path_factory.mktemp("hostile")
    rng = random.Random(3)
    made = WhooshIndex(folder / "index", folder)
    made.rebuild(
        [
            document(n, " ".join(rng.choices(_WORDS, k=4)), " ".join(rng.choices(_WORDS, k=80)))
            for n in range(1500)
        ]
    )
    made.find("servre mialbox")
    return made


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_query_ends_soon(index: WhooshIndex, name: str) -> None:
    started = time.process_time()
    answer = index.find(HOSTILE[name])
    for hit in answer.hits[:3]:
        hit.passage()
        hit.heading()
    index.similar(HOSTILE[name])
    assert time.process_time() - started < 2


@given(st.text(max_size=200), st.booleans())
def test_any_text_is_answered(index: WhooshIndex, text: str, typing: bool) -> None:
    answer = index.find(text, typing=typing)
    assert len(answer.hits) <= min(20, answer.total)


@given(st.lists(st.sampled_from([*_WORDS, '"', "-", "OR", "kind:", "ki", " "]), max_size=12))
def test_scores_and_tiers_are_ordered(index: WhooshIndex, parts: list[str]) -> None:
    hits = index.find(" ".join(parts), limit=50).hits
    assert [hit.tier for hit in hits] == sorted(hit.tier for hit in hits)


def test_a_file_that_has_gone_gives_an_empty_snippet(tmp_path: Path) -> None:
    lost = WhooshIndex(tmp_path / "i", tmp_path)
    lost.rebuild([document(1, "Lost", "text")])
    assert lost.find("lost").hits[0].snippet == ""
