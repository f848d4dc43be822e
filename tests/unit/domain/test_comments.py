"""HTML comments, such as the guidance of a template, are not what readers see; fenced code is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hypercare_desk.domain.article import without_comments


@pytest.mark.parametrize(
    ("body", "seen"),
    [
        ("plain", "plain"),
        ("a <!-- b --> c <!-- d -->e", "a  c e"),
        ("a <!-- b\nc\nd --> e", "a \n\n e"),
        ("```xml\n<!-- kept -->\n```\n<!-- gone -->", "```xml\n<!-- kept -->\n```\n"),
        ("<!-- a\n```\nb -->\nafter", "\n\n\nafter"),
        ("a <!-- never ends", "a <!-- never ends"),
        ("a --> b", "a --> b"),
    ],
)
def test_what_readers_see(body: str, seen: str) -> None:
    assert without_comments(body) == seen


@given(st.text(st.sampled_from("a\n`~<!->"), max_size=60))
def test_lines_keep_their_numbers_and_nothing_is_made_up(body: str) -> None:
    seen = without_comments(body)
    assert seen.count("\n") == body.count("\n")
    assert len(seen) <= len(body)
    assert seen == body or "<!--" in body


def test_hostile_text_takes_no_time_to_speak_of() -> None:
    assert without_comments("<!--" * 100_000) == "<!--" * 100_000
    assert without_comments("<!---->" * 50_000) == ""
