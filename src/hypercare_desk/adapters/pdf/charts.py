"""The pack's charts as SVG, drawn by Matplotlib. The same numbers give the same bytes.

Colour never stands alone: weekends are hatched, the solved line carries hollow marks, targets are dotted.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from hypercare_desk.adapters.pdf.wording import number, short_day

BLUE, GREEN, INK, GREY, GRID, PALE = "#2456C8", "#1F8A50", "#1A1F26", "#545D6A", "#E6E9EE", "#C3D1F3"
FAMILY = "Pack Sans"
_STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "hypercare-desk",
    "font.family": "DejaVu Sans",
    "font.size": 7,
    "hatch.linewidth": 0.6,
    "axes.edgecolor": GREY,
    "text.color": INK,
    "xtick.color": GREY,
    "ytick.color": GREY,
}
_MM = 1 / 25.4
_MARK_LINES = 3


def charts(snapshot: Mapping[str, Any]) -> dict[str, str]:
    """Name → SVG, of those charts that have something to show."""
    numbers = snapshot["statistics"]
    drawn: dict[str, str] = {}
    if numbers["days"]:
        drawn["daily"] = daily(numbers["days"], numbers["target"], numbers["marks"])
    if numbers["categories"]:
        drawn["categories"] = bars([(c["label"], c["count"]) for c in numbers["categories"]])
    if numbers["searches"]:
        drawn["searches"] = columns(
            [(s["label"], s["share"]) for s in numbers["searches"]], numbers["search_target"], " %"
        )
    return drawn


def daily(days: Sequence[Mapping[str, Any]], target: float | None, marks: Sequence[Mapping[str, Any]]) -> str:
    """New records as bars (days off pale and hatched), solved ones as a line, the target dotted, events named."""
    top = max([1.0, target or 0.0, *(max(d["new"], d["solved"]) for d in days)])

    def draw(axes: Any) -> None:
        places = range(len(days))
        work = [p for p in places if days[p]["workday"]]
        off = [p for p in places if not days[p]["workday"]]
        axes.bar(work, [days[p]["new"] for p in work], width=0.64, color=BLUE, zorder=2)
        axes.bar(
            off,
            [days[p]["new"] for p in off],
            width=0.64,
            color=PALE,
            hatch="/////",
            edgecolor=BLUE,
            lw=0,
            zorder=2,
        )
        solved = [d["solved"] for d in days]
        axes.plot(places, solved, color=GREEN, lw=1.3, marker="o", mfc="white", mew=1, ms=3.2, zorder=3)
        if target is not None:
            axes.axhline(target, color=INK, lw=0.9, ls=(0, (1.5, 2)), zorder=4)
            words = f"Target {number(target)} a workday"
            axes.text(
                len(days) - 0.55, target + top * 0.02, words, ha="right", weight="bold", size=6.5, zorder=5
            )
        _name_marks(axes, days, marks, top)
        step = 7 if len(days) > 14 else max(1, len(days) // 7)
        shown = [*range(0, len(days) - step // 2, step), len(days) - 1] if len(days) > 1 else [0]
        axes.set_xticks(shown, [short_day(days[p]["day"]) for p in shown])
        axes.set_xlim(-0.6, len(days) - 0.4)
        axes.set_ylim(0, top * (1.06 + 0.09 * min(_MARK_LINES, len(marks))))
        _frame(axes)

    return _svg(178, 52, (0.03, 0.1, 0.965, 0.88), draw)


def bars(items: Sequence[tuple[str, float]]) -> str:
    """Lying bars, longest first as given, each with its figure."""

    def draw(axes: Any) -> None:
        places = list(range(len(items)))[::-1]
        longest = max(value for _, value in items) or 1
        axes.barh(places, [value for _, value in items], height=0.56, color=BLUE)
        for place, (_, value) in zip(places, items, strict=True):
            axes.text(value + longest * 0.025, place, number(value), va="center", size=7)
        axes.set_yticks(places, [name for name, _ in items])
        axes.tick_params(left=False, bottom=False, labelbottom=False, labelcolor=INK)
        axes.set_xlim(0, longest * 1.14)
        axes.set_ylim(-0.6, len(items) - 0.4)
        for side in ("top", "right", "bottom", "left"):
            axes.spines[side].set_visible(False)

    return _svg(84, max(14, 4.9 * len(items)), (0.37, 0.01, 0.62, 0.98), draw)


def columns(items: Sequence[tuple[str, float]], target: float | None, unit: str) -> str:
    """Standing bars with their figures over them, and the target dotted."""

    def draw(axes: Any) -> None:
        places = range(len(items))
        top = max([1.0, target or 0.0, *(value for _, value in items)])
        axes.bar(places, [value for _, value in items], width=0.6, color=BLUE, zorder=2)
        for place, (_, value) in zip(places, items, strict=True):
            axes.text(
                place, value + top * 0.03, number(value, 0) + unit, ha="center", weight="bold", size=6.5
            )
        if target is not None:
            axes.axhline(target, color=INK, lw=0.9, ls=(0, (1.5, 2)), zorder=4)
            words = f"Target {number(target)}{unit}"
            axes.text(len(items) - 0.45, target + top * 0.03, words, ha="right", weight="bold", size=6.5)
        axes.set_xticks(places, [name for name, _ in items])
        axes.set_yticks([])
        axes.set_xlim(-0.55, len(items) - 0.45)
        axes.set_ylim(0, top * 1.2)
        _frame(axes)

    return _svg(62, 36, (0.01, 0.12, 0.98, 0.86), draw)


def _name_marks(
    axes: Any, days: Sequence[Mapping[str, Any]], marks: Sequence[Mapping[str, Any]], top: float
) -> None:
    """Write at most five events over their days, each on the highest line that is free there."""
    first = date.fromisoformat(days[0]["day"])
    free = [-9.0] * _MARK_LINES
    for mark in sorted(marks, key=lambda m: m["day"])[:5]:
        place = (date.fromisoformat(mark["day"]) - first).days
        words = mark["text"] if len(mark["text"]) <= 40 else mark["text"][:39].rstrip() + "…"
        width = len(words) * 0.0082 * len(days)
        before = place + 0.3 + width > len(days) - 0.4
        left = place - 0.3 - width if before else place - 0.1
        line = next((n for n, end in enumerate(free) if end < left), None)
        if line is None or not 0 <= place < len(days):
            continue
        free[line] = left + width + 0.4
        high = top * (1.02 + 0.09 * (_MARK_LINES - line))
        bar = max(days[place]["new"], days[place]["solved"])
        axes.plot(
            [place, place], [min(bar + top * 0.03, high), high + top * 0.03], color=INK, lw=0.7, zorder=3.5
        )
        side = "right" if before else "left"
        axes.text(
            place - 0.15 if before else place + 0.15,
            high,
            words,
            va="center",
            ha=side,
            weight="bold",
            size=6.2,
        )


def _frame(axes: Any) -> None:
    from matplotlib.ticker import MaxNLocator

    if len(axes.get_yticks()):
        axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
        axes.grid(axis="y", color=GRID, lw=0.7, zorder=0)
    axes.set_axisbelow(True)
    axes.tick_params(length=0)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(GREY)


def _svg(
    width: float, height: float, place: tuple[float, float, float, float], draw: Callable[[Any], None]
) -> str:
    import matplotlib
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    with matplotlib.rc_context(_STYLE):  # pyright: ignore[reportUnknownMemberType, reportArgumentType]
        figure: Any = Figure(figsize=(width * _MM, height * _MM))
        FigureCanvasSVG(figure)
        draw(figure.add_axes(place))
        out = io.StringIO()
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None}, transparent=True)
    # The pack's own copy of the font has a name of its own, lest a machine's other version of it is taken.
    return out.getvalue().replace("DejaVu Sans", FAMILY)
