import pytest

from hypercare_desk.domain.exit_criteria import Operator
from hypercare_desk.domain.reading import counted, figure, rule_in_words, span


@pytest.mark.parametrize(
    ("number", "noun", "words"),
    [
        (1, "records", "1 record"),
        (2, "records", "2 records"),
        (1, "open P1 records without an accepted plan", "1 open P1 record without an accepted plan"),
        (1, "entries", "1 entry"),
        (1, "searches", "1 search"),
        (1, "surveys", "1 survey"),
        (1, "recurring issues", "1 recurring issue"),
        (1, "working days", "1 working day"),
        (1200, "records", "1,200 records"),
    ],
)
def test_numbers_with_nouns(number: int, noun: str, words: str) -> None:
    assert counted(number, noun) == words


@pytest.mark.parametrize(
    ("value", "unit", "limit", "words"),
    [
        (5.0, "records", None, "5 records"),
        (1.0, "days", None, "1 day"),
        (92.345, "%", None, "92.3 %"),
        (89.96, "%", 90.0, "89.96 %"),
        (6.999, "days", 7.0, "6.999 days"),
        (99.954, "%", 99.9, "99.95 %"),
        (4.079, "of 5", 4.0, "4.08 of 5"),
        (4.0, "of 5", None, "4 of 5"),
        (1234.5, "ms", None, "1,234.5 ms"),
        (89.99999999, "%", 90.0, "89.99999999 %"),
    ],
)
def test_figures_keep_to_their_side_of_the_limit(value, unit, limit, words) -> None:
    assert figure(value, unit, limit) == words


def test_rules_and_spans_in_words() -> None:
    assert rule_in_words(Operator.AT_MOST, 0, "records") == "≤ 0 records"
    assert rule_in_words(Operator.BELOW, 15, "%") == "< 15 %"
    assert (span(1), span(2.55), span(12.9)) == ("1 day", "2.5 days", "12 days")
