"""The dashboard's rows: figures and lines, and the words they share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QCoreApplication


def tr(text: str) -> str:
    """The words in the user's language; these functions belong to no widget."""
    return QCoreApplication.translate("Dashboard", text)


@dataclass(frozen=True, slots=True)
class Figure:
    """One of the six: its name, value, what is beside it; ``page`` and ``target`` are what it opens."""

    title: str
    value: str
    detail: str = ""
    icon: str = ""
    state: str = ""
    page: str = "feedback"
    target: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a card. ``hue`` colours the icon, ``tag`` stands at its end in ``tag_hue``."""

    text: str
    detail: str = ""
    icon: str = "ph.circle"
    hue: str = "slate"
    tag: str = ""
    tag_hue: str = ""
    page: str = ""
    target: str = ""
    start: str = ""


def age(since: datetime | None, now: datetime) -> str:
    """How long ago, as short as it is useful: minutes, hours, days."""
    hours = max(0.0, (now - since).total_seconds() / 3600) if since else 0.0
    if hours < 1:
        return tr("{0} min").format(int(hours * 60))
    return tr("{0} h").format(int(hours)) if hours < 48 else tr("{0} d").format(int(hours / 24))
