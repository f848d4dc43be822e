"""What stands beside a card, how wide columns are, where page numbers go, and that charts are the same twice."""

from types import SimpleNamespace

import pytest

from hypercare_desk.adapters.pdf.charts import bars, columns, daily
from hypercare_desk.adapters.pdf.column_widths import ColumnWidths
from hypercare_desk.adapters.pdf.page_numbers import room, write_page_numbers
from hypercare_desk.adapters.pdf.side_card import beside_card

FACTS = [("Owner", "SME Pricing")] * 6


def part(lines: int, **other):
    return {"heading": "H", "say": False, "html": "<p>x</p>" * lines} | other


def test_parts_stand_beside_the_card_until_they_are_as_high_as_it():
    count, _ = beside_card([part(2), part(2), part(2), part(2), part(2)], FACTS, used=False)
    assert 1 < count < 5


def test_a_long_part_does_not_follow_a_short_one_beside_the_card():
    assert beside_card([part(1), part(60)], FACTS, used=False)[0] == 1


def test_a_wide_table_takes_the_full_width():
    row = "<tr>" + "<td>x</td>" * 6 + "</tr>"
    assert beside_card([part(0, html=f"<table>{row}</table>")], FACTS, used=False)[0] == 0


def test_a_column_of_long_text_is_wider_but_not_endlessly():
    widths = ColumnWidths(0)
    for texts in (("P1", "x " * 400), ("P2", "y")):
        widths.row()
        for text in texts:
            widths.cell("")
            widths.text(text)
    assert widths.opening() == (
        '<table><colgroup><col style="width: 9.8%"><col style="width: 90.2%"></colgroup>'
    )


def test_cells_over_several_columns_do_not_count():
    widths = ColumnWidths(0)
    widths.row()
    widths.cell("3")
    widths.text("a heading over all of the columns")
    assert widths.opening().count("width: 33.3%") == 3


class Box:
    def __init__(self, text: str, **attributes: str) -> None:
        self.text = text
        self.element_tag = "a::after"
        self.element = attributes
        self.pango_layout = SimpleNamespace(text=text)


def written(box: Box, *anchors: dict) -> str:
    pages = [
        SimpleNamespace(anchors=a, _page_box=SimpleNamespace(descendants=lambda: [box])) for a in anchors
    ]
    write_page_numbers(pages)
    assert box.text == box.pango_layout.text
    return box.text.replace("\u2007", "_")


@pytest.mark.parametrize(
    "box, text",
    [
        (Box("000", href="#b", **{"class": "page"}), "__2"),
        (Box("000", href="#b", **{"class": "page inline"}), "2__"),
        (Box("000–000", href="#a", **{"class": "range", "data-to": "b"}), "____1–2"),
        (Box("000–000", href="#b", **{"class": "range", "data-to": "b"}), "______2"),
        (Box("000", href="#none", **{"class": "page"}), "___"),
        (Box("000", href="#b", **{"class": "other"}), "000"),
        (Box("text", href="#b", **{"class": "page"}), "text"),
    ],
)
def test_page_numbers_go_where_room_was_left(box, text):
    assert written(box, {"a": 0}, {"b": 0}) == text


def test_room_is_left_for_the_digits_there_will_be():
    assert (room(14), room(1360)) == ("000", "0000")


def test_charts_are_the_same_twice_and_hold_their_words():
    days = [
        {"day": f"2026-11-{d:02d}", "new": d % 7, "solved": 2, "workday": d % 7 > 1} for d in range(2, 23)
    ]
    marks = [
        {"day": "2026-11-05", "text": "P1 PM-0001: <duplicate> & orders"},
        {"day": "2025-01-01", "text": "before"},
    ]
    first = daily(days, 5.0, marks)
    assert first == daily(days, 5.0, marks)
    assert "Target 5 a workday" in first
    assert "&lt;duplicate&gt; &amp; orders" in first
    assert "before" not in first
    assert ">41<" in bars([("Data issue", 41), ("Bug", 0)])
    assert ">24 %<" in columns([("Week 1", 24.4)], None, " %")


@pytest.mark.parametrize("days", [1, 2, 120])
def test_a_chart_of_any_length(days):
    rows = [{"day": f"2026-01-{d % 28 + 1:02d}", "new": 0, "solved": 0, "workday": True} for d in range(days)]
    assert daily(rows, None, []).startswith("<?xml")
