from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hypercare_desk.domain.errors import Invalid
from hypercare_desk.domain.feedback import Category, Feedback, Priority, Resolver, Source, YesNoUnknown
from hypercare_desk.domain.feedback_fields import READERS, cleaned, read_field, read_fields, word
from hypercare_desk.domain.feedback_filter import read_filter

VALUES = st.one_of(st.text(), st.integers(), st.booleans(), st.none(), st.datetimes(), st.lists(st.text()))


@pytest.mark.parametrize(
    ("name", "given_", "value"),
    [
        ("source", "Process Monitor", Source.PROCESS_MONITOR),
        ("category", "critical_bug", Category.CRITICAL_BUG),
        ("category", "", None),
        ("priority", "p1", Priority.P1),
        ("resolver", "", Resolver.UNKNOWN),
        ("caused_by_release", "Yes", YesNoUnknown.YES),
        ("affected_users", "12", 12),
        ("affected_users", "", None),
        ("plan_accepted", "yes", True),
        ("tags", "a, b;a", ("a", "b")),
        ("reported_at", "2026-11-18T10:30+01:00", datetime(2026, 11, 18, 9, 30, tzinfo=UTC)),
        ("description", "one\r\ntwo\x00", "one\ntwo"),
        ("title", "\ud800 broken", "? broken"),
    ],
)
def test_words_become_values(name: str, given_: object, value: object) -> None:
    assert read_field(name, given_) == value


@given(st.sampled_from(sorted(READERS)), VALUES)
def test_whatever_is_handed_in_is_read_or_refused_in_one_sentence(name: str, value: object) -> None:
    refusal = ""
    try:
        read = read_field(name, value)
        assert read_field(name, read) == read
        assert "\x00" not in word(read)
    except Invalid as fault:
        refusal = fault.message
    assert refusal.endswith(".") or not refusal


def test_several_values_are_read_at_once() -> None:
    assert read_fields({"owner": " QA ", "escalation_level": None}) == {"owner": "QA", "escalation_level": 0}


def test_cleaning_leaves_clean_records_alone() -> None:
    record = Feedback("FB-0001", "Title", tags=("a",))
    assert cleaned(record) is record
    assert cleaned(Feedback("FB-0001", "T\x00")).title == "T"


def test_a_filter_is_read_from_words() -> None:
    which = read_filter("Any", {"priority": "P1, p2", "since": "2026-11-18T00:00Z", "limit": 5})
    assert (which.status, which.priority, which.limit) == ("", (Priority.P1, Priority.P2), 5)
    assert read_filter("In progress", {}).status == "in-progress"
    with pytest.raises(Invalid, match="whole number"):
        read_filter("open", {"limit": -1})
