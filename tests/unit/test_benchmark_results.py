"""The benchmarks' table says truly whether a target holds."""

import pytest

from tests.benchmarks.results import Row, Target, as_json, as_table


@pytest.mark.parametrize(
    ("ours", "target", "holds"),
    [
        (19.0, Target(2.0, peer="tantivy"), True),
        (21.0, Target(2.0, peer="tantivy"), False),
        (21.0, Target(2.0, peer="absent"), None),
        (49.0, Target(50.0), True),
        (0.4, Target(1.0, peer="tantivy", upper=False), False),
        (1.0, None, None),
    ],
)
def test_a_target_holds_or_not(ours: float, target: Target | None, holds: bool | None) -> None:
    row = Row("10,000 articles", "any word", "ms", ours, {"tantivy": 10.0}, target)
    assert row.holds() is holds
    assert as_json("search", row)["holds"] is holds


def test_the_table_gives_ratios_and_names_what_is_missed() -> None:
    table = as_table([Row("n", "build", "s", 30.0, {"fts5": 5.0}, Target(4.0, peer="fts5"))])
    assert "5 (6.00)" in table
    assert "≤ 4 × fts5" in table
    assert table.endswith("MISSED")
