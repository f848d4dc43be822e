"""How the pack words days, times, amounts and states. Plain functions, used as filters by the templates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
# Word of the domain → (word on paper, hue, icon): ui.md §6.
STATES: Mapping[str, tuple[str, str, str]] = {
    "met": ("Met", "green", "met"),
    "at risk": ("At risk", "amber", "at-risk"),
    "not met": ("Not met", "red", "not-met"),
    "no data": ("No data", "slate", "no-data"),
    "waived": ("Waived", "violet", "waived"),
    "wip": ("WIP", "slate", "wip"),
    "not-validated": ("Not validated", "amber", "not-validated"),
    "validated": ("Validated", "green", "validated"),
    "archived": ("Archived", "slate", "archived"),
    "draft": ("Draft", "slate", "wip"),
    "in-review": ("In review", "slate", "wip"),
    "retired": ("Retired", "slate", "archived"),
    "expired": ("Expired", "red", "expired"),
    "review due": ("Review due", "amber", "expired"),
    "accepted": ("Accepted", "green", "met"),
    "open": ("Open", "slate", "no-data"),
    "done": ("Done", "green", "met"),
    "overdue": ("Overdue", "red", "expired"),
    "ends soon": ("Ends soon", "amber", "expired"),
    "ended": ("Ended", "red", "expired"),
    "exit": ("Exit", "green", "met"),
    "exit-with-waivers": ("Exit with waivers", "violet", "waived"),
    "extend": ("Extend", "amber", "at-risk"),
    "missing": ("Missing", "amber", "at-risk"),
    "P1": ("P1", "red", "p1"),
    "P2": ("P2", "orange", "p2"),
    "P3": ("P3", "yellow", "p3"),
    "P4": ("P4", "slate", "p4"),
    "P5": ("P5", "slate", "p5"),
}
OPERATORS: Mapping[str, str] = {"<=": "≤", ">=": "≥", "<": "<", ">": ">", "=": "="}


def label(word: str) -> str:
    """The word on paper for a state; unknown ones are shown as they are."""
    return STATES[word][0] if word in STATES else word.replace("-", " ").capitalize()


def hue(word: str) -> str:
    """The colour class of a state."""
    return STATES[word][1] if word in STATES else "slate"


def sign(word: str) -> str:
    """The icon of a state."""
    return STATES[word][2] if word in STATES else "no-data"


def day(text: str) -> str:
    """``2026-11-18`` (or an instant's text) → ``18 Nov 2026``; empty stays empty."""
    if not text:
        return ""
    when = date.fromisoformat(text[:10])
    return f"{when.day} {MONTHS[when.month - 1]} {when.year}"


def short_day(text: str) -> str:
    """``2026-11-18`` → ``18 Nov``."""
    return day(text).rpartition(" ")[0]


def weekday(text: str) -> str:
    """``2026-11-18`` → ``Wed 18 Nov 2026``."""
    return f"{DAYS[date.fromisoformat(text[:10]).weekday()]} {day(text)}" if text else ""


def duration(seconds: float | None) -> str:
    """Elapsed time in its two largest units: ``6 h 12 min``, ``1 d 20 h``; a dash for none."""
    if seconds is None:
        return "–"
    minutes = round(seconds / 60)
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    if days:
        return f"{days} d {hours} h" if hours else f"{days} d"
    if hours:
        return f"{hours} h {minutes:02d} min" if minutes else f"{hours} h"
    return f"{minutes} min"


def minutes(count: float | None) -> str:
    """Minutes as elapsed time."""
    return duration(None if count is None else count * 60)


def number(value: float | None, places: int = 1) -> str:
    """A number without needless digits; a dash for none."""
    if value is None:
        return "–"
    text = f"{value:.{places}f}".rstrip("0").rstrip(".") if places else f"{value:.0f}"
    return text if text not in ("", "-0") else "0"


def amount(value: float | None, unit: str) -> str:
    """A value with its unit: ``82 %``, ``688 ms``; ``none yet`` when there is no value."""
    if value is None:
        return "none yet"
    places = 2 if abs(value) < 1 or unit in ("%", "percent") else 1
    return f"{number(value, places)} {short_unit(unit)}".strip()


def short_unit(unit: str) -> str:
    """Units as they stand beside a number; counts need none."""
    return {"percent": "%", "days": "d", "hours": "h", "minutes": "min", "count": "", "records": ""}.get(
        unit, unit
    )


def rule(operator: str, threshold: float, unit: str) -> str:
    """A criterion's target: ``≥ 90 %``."""
    return f"{OPERATORS.get(operator, operator)} {amount(threshold, unit)}"


def moments(time_zone: str) -> tuple[Callable[[str], str], Callable[[str], str]]:
    """Filters for instants in a time zone: ``18 Nov 2026, 12:00`` and ``12:00``."""

    def local(text: str) -> datetime:
        return datetime.fromisoformat(text).astimezone(zone(time_zone))

    def moment(text: str) -> str:
        if not text:
            return ""
        when = local(text)
        return f"{when.day} {MONTHS[when.month - 1]} {when.year}, {when:%H:%M}"

    def clock(text: str) -> str:
        return f"{local(text):%H:%M}" if text else ""

    return moment, clock


def zone(name: str) -> tzinfo:
    """The zone of that name, UTC where this machine does not know it."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def counted(count: int, one: str, many: str = "") -> str:
    """``1 waiver``, ``2 waivers``."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def css_text(text: str) -> str:
    """Text as it may stand inside a quoted CSS string inside HTML, whatever it holds."""
    return "".join(c if c.isalnum() or c in " .,-_" else f"\\{ord(c):06X}" for c in text)
