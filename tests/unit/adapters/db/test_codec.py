"""Nested values as JSON text: what goes in comes out, and what is no such value is refused."""

from __future__ import annotations

from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hypercare_desk.adapters.db.codec import decoder, from_json, to_json
from hypercare_desk.domain.exit_criteria import CriterionResult, Evidence
from hypercare_desk.domain.postmortem import Action, TimelineEntry

text = st.text(st.characters(exclude_categories=["Cs"]))
evidence = st.builds(Evidence, text, st.lists(text).map(tuple), text)
finite = st.floats(allow_nan=False, allow_infinity=False)
results = st.builds(
    CriterionResult, title=text, value=st.none() | finite, threshold=finite, weight=finite, evidence=evidence
)
moments = st.datetimes(timezones=st.just(UTC))


@given(st.lists(results, max_size=5).map(tuple))
def test_results_come_back_as_they_went_in(found: tuple[CriterionResult, ...]) -> None:
    assert from_json(to_json(found), tuple[CriterionResult, ...]) == found


@given(st.lists(st.builds(TimelineEntry, at=moments)).map(tuple), st.lists(st.builds(Action)).map(tuple))
def test_times_dates_and_words_keep_their_kind(
    timeline: tuple[TimelineEntry, ...], actions: tuple[Action, ...]
) -> None:
    assert from_json(to_json(timeline), tuple[TimelineEntry, ...]) == timeline
    assert from_json(to_json(actions), tuple[Action, ...]) == actions


@pytest.mark.parametrize("stored", ["", "{}", "null", "[1]", '["a"', '[{"kind": 7}]', "[[]]", "[" * 100_000])
def test_what_was_never_written_is_refused(stored: str) -> None:
    with pytest.raises(ValueError):
        from_json(stored, tuple[Evidence, ...])


def test_keys_of_a_newer_version_are_passed_over_and_missing_ones_take_their_default() -> None:
    stored = '[{"kind": "feedback", "colour": "red"}]'
    assert from_json(stored, tuple[Evidence, ...]) == (Evidence("feedback"),)


def test_types_without_a_stored_form_are_a_bug() -> None:
    with pytest.raises(TypeError):
        decoder(tuple[complex, ...])
