"""The dashboard: its figures and lines from the records, every line opening its item, charts with their tables."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from hypercare_desk.domain.article import ArticleFields, ArticleRow, Kind, Status
from hypercare_desk.domain.exit_criteria import Waiver
from hypercare_desk.services.desk import Desk
from hypercare_desk.ui.main_window import MainWindow
from hypercare_desk.ui.pages.dashboard.line_list import LinesModel
from hypercare_desk.ui.pages.dashboard.lines import ending
from hypercare_desk.ui.pages.dashboard.page import DashboardPage
from hypercare_desk.ui.pages.dashboard.rows import Line
from hypercare_desk.ui.theme import Theme
from hypercare_desk.ui.widgets.chart_card import ChartCard
from hypercare_desk.ui.widgets.charts import Bar, BarsChart, Day, DaysChart, nice, ticks

Idle = Callable[[], None]


@pytest.fixture
def page(window: MainWindow, idle: Idle, qtbot: QtBot) -> DashboardPage:
    """The page, shown and filled."""
    window.navigator.go("dashboard")
    made = window.page
    assert isinstance(made, DashboardPage)
    qtbot.waitUntil(lambda: made.snapshot is not None, timeout=20_000)
    idle()
    return made


def _figures(page: DashboardPage) -> dict[str, str]:
    assert page.snapshot is not None
    return {figure.title: figure.value for figure in page.snapshot.figures}


def test_figures_count_the_records_and_follow_them(
    qtbot: QtBot, page: DashboardPage, desk: Desk, idle: Idle
) -> None:
    assert (_figures(page)["Open records"], _figures(page)["To triage"]) == ("3", "3")
    desk.feedback.triage("FB-0001", "high", "high")
    qtbot.waitUntil(lambda: _figures(page)["To triage"] == "2", timeout=20_000)
    idle()
    assert _figures(page)["Open P1 and P2"] == "1"
    assert "Open records 3" in page.reference()


def test_enter_on_a_line_opens_its_item(
    qtbot: QtBot, window: MainWindow, page: DashboardPage, idle: Idle
) -> None:
    assert page.snapshot is not None
    at = next(n for n, line in enumerate(page.snapshot.decisions) if "to triage" in line.text)
    view = page.decisions.view
    view.setFocus()
    view.setCurrentIndex(view.lines.index(at))
    qtbot.keyClick(view, Qt.Key.Key_Return)
    idle()
    assert window.navigator.place is not None
    assert (window.navigator.place.page, window.navigator.place.target) == ("feedback", "FB-0001")


def test_a_figure_opens_what_is_behind_it(
    qtbot: QtBot, window: MainWindow, page: DashboardPage, idle: Idle
) -> None:
    cell = next(c for c in page.strip.cells if c.accessibleName().startswith("To triage, 3"))
    qtbot.keyClick(cell, Qt.Key.Key_Return)
    idle()
    assert window.navigator.place is not None
    assert window.navigator.place.page == "feedback"


def test_a_search_in_vain_can_be_made_again(
    qtbot: QtBot, window: MainWindow, page: DashboardPage, desk: Desk, idle: Idle
) -> None:
    desk.search.made("zpl label", 0)
    page.refresh()
    qtbot.waitUntil(lambda: page.unanswered.view.lines.rowCount() == 1, timeout=20_000)
    idle()
    line = page.unanswered.view.lines.line(0)
    assert line is not None
    assert (line.text, line.tag) == ("zpl label", "No article")
    desk.gaps.make("zpl label")
    page.refresh()
    qtbot.waitUntil(lambda: page.unanswered.view.lines.line(0) != line, timeout=20_000)
    idle()
    known = page.unanswered.view.lines.line(0)
    assert known is not None
    assert (known.page, known.target) == ("knowledge", "KI-0002")


def test_a_chart_shows_its_numbers_as_a_table_and_says_them(qtbot: QtBot, page: DashboardPage) -> None:
    card = page.days_card
    qtbot.mouseClick(card.toggle, Qt.MouseButton.LeftButton)
    assert card.table.isVisible()
    last = card.table.rowCount() - 1
    assert [card.table.item(last, at).text() for at in (1, 3)] == ["3", "3"]
    assert "Open at day end 3" in page.days.accessibleDescription()


@pytest.mark.parametrize("kind", ["csv", "svg", "png"])
def test_a_chart_is_saved(
    qtbot: QtBot, page: DashboardPage, desk: Desk, idle: Idle, tmp_path: Path, kind: str
) -> None:
    to = tmp_path / f"days.{kind}"
    page.save_chart(page.days, to)
    idle()
    if kind == "png":
        assert not QImage(str(to)).isNull()
    else:
        assert {"csv": "Open at day end", "svg": "<svg"}[kind] in to.read_text(encoding="utf-8-sig")


def test_the_summary_is_one_line(page: DashboardPage) -> None:
    page.copy_button.click()
    words = QGuiApplication.clipboard().text()
    assert "\n" not in words
    assert "To triage 3" in words


def test_it_stands_in_two_columns_where_there_is_no_room_for_three(
    qtbot: QtBot, window: MainWindow, page: DashboardPage
) -> None:
    window.resize(1440, 900)
    qtbot.waitUntil(lambda: page.days_card.geometry().right() < page.decisions.geometry().left())
    window.resize(1024, 700)
    qtbot.waitUntil(lambda: page.decisions.geometry().top() < page.days_card.geometry().top())


def test_what_ends_comes_by_its_day() -> None:
    today = date(2026, 11, 18)

    def row(number: int, **fields: object) -> ArticleRow:
        made = ArticleFields("T", Kind.WORKAROUND, f"WA-000{number}", Status.PUBLISHED, **fields)  # pyright: ignore[reportArgumentType]
        return ArticleRow(made, "", "", 0, None)  # pyright: ignore[reportArgumentType]

    rows = [
        row(1, review_by=today + timedelta(days=9)),
        row(2, valid_until=today),
        row(3, valid_until=today + timedelta(days=40)),
    ]
    waiver = Waiver("W-0001", "EC-03", "R", "O", "A", None, today + timedelta(days=1))  # pyright: ignore[reportArgumentType]
    found = ending(rows, [waiver], today)
    assert [(line.target, line.tag, line.tag_hue) for line in found] == [
        ("WA-0002", "today", "red"),
        ("EC-03", "tomorrow", "amber"),
        ("WA-0001", "27 Nov", "slate"),
    ]


@pytest.mark.usefixtures("qapp")
def test_the_lines_model_keeps_qt_s_rules() -> None:
    model = LinesModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.show((Line("One", "behind", tag="today"), Line("Two")))
    assert model.data(model.index(0), Qt.ItemDataRole.AccessibleTextRole) == "One, behind, today"
    model.show(())
    assert tester.model() is model


def test_charts_paint_nothing_and_much(qtbot: QtBot, theme: Theme) -> None:
    days = DaysChart(theme, "Days", ("Day", "New", "Solved", "Open"))
    bars = BarsChart(theme, "Bars", ("Label", "Number"))
    blank: list[QImage] = []
    for chart in (days, bars):
        qtbot.addWidget(chart)
        chart.resize(400, 240)
        blank.append(chart.grab().toImage())
    days.show_days([Day(str(n), f"Day {n}", n % 40, n % 30, 5 * n, n % 7 < 5) for n in range(28)])
    bars.show_bars([Bar(f"Category {n}", 100 - n) for n in range(6)])
    assert [chart.grab().toImage() == b for chart, b in zip((days, bars), blank, strict=True)] == [
        False,
        False,
    ]
    assert days.tip(200, 120).startswith("Day 1")
    assert bars.table.rows[0] == ("Category 0", "100")


def test_a_card_writes_no_formula_into_a_sheet(qtbot: QtBot, theme: Theme) -> None:
    from hypercare_desk.ui.widgets.chart_card import chart_bytes

    bars = BarsChart(theme, "Bars", ("Label", "Number"))
    card = ChartCard(theme, "Bars", bars)
    qtbot.addWidget(card)
    bars.show_bars([Bar("=1+1", 3)])
    assert "'=1+1,3" in chart_bytes(bars, "csv").decode("utf-8-sig")


@pytest.mark.parametrize(
    ("most", "top"), [(0, 4), (4, 4), (5, 8), (30, 40), (75, 80), (81, 100), (12_345, 20_000)]
)
def test_an_axis_ends_at_a_round_number(most: int, top: int) -> None:
    assert nice(most) == top
    assert ticks(top)[-1] == top
    assert all(isinstance(number, int) for number in ticks(top))
