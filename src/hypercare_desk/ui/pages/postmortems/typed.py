"""What is typed live in a review: a line with a time before it, an action with ``@owner`` and a day after it."""

from __future__ import annotations

import re
from datetime import date, datetime

from hypercare_desk.ui.pages.postmortems.timeline import read_time

_TIME = re.compile(
    r"^(\d{4}-\d{2}-\d{2} \d{1,2}:\d{2}|\d{1,2} [A-Za-z]{3} \d{1,2}:\d{2}|\d{1,2}:\d{2})\s+(.+)$"
)
_OWNER = re.compile(r"(?:^|\s)@(\"[^\"]+\"|\S+)")
_DAY = re.compile(r"(?:^|\s)(\d{4}-\d{2}-\d{2})\b")


def typed_line(text: str, now: datetime) -> tuple[datetime | None, str]:
    """``07:55 Orders stop`` as its time (on the day of ``now``) and its words; None where no time was typed."""
    found = _TIME.match(text.strip())
    if found and (at := read_time(found.group(1), now.astimezone())):
        return at, found.group(2).strip()
    return None, text.strip()


def typed_action(text: str) -> tuple[str, str, date | None]:
    """``Check the job nightly @"Ada L" 2026-12-01`` as its words, its owner and the day it is due."""
    owner, due = "", None
    if found := _OWNER.search(text):
        owner = found.group(1).strip('"')
        text = text[: found.start()] + text[found.end() :]
    if found := _DAY.search(text):
        try:
            due = date.fromisoformat(found.group(1))
            text = text[: found.start()] + text[found.end() :]
        except ValueError:
            due = None
    return " ".join(text.split()), owner, due
