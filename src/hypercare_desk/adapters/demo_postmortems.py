"""The demonstration's post-mortems: rows of ``postmortems.toml`` as domain objects."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from hypercare_desk.domain.postmortem import Action, ActionType, Postmortem, PostmortemStatus, TimelineEntry
from hypercare_desk.services.demo.days import DemoDays

_NOT_YET = -1


def read_postmortems(rows: Sequence[dict[str, Any]], days: DemoDays) -> tuple[Postmortem, ...]:
    """The post-mortems in order of their number, without the records that led to them."""
    return tuple(_postmortem(row, days) for row in sorted(rows, key=lambda row: row["number"]))


def _postmortem(row: dict[str, Any], days: DemoDays) -> Postmortem:
    def at(key: str) -> datetime:
        return days.at(row["day"], row[key])

    return Postmortem(
        id=f"PM-{row['number']:04d}",
        title=row["title"],
        severity=row["severity"],
        status=PostmortemStatus(row["status"]),
        owner=row["owner"],
        facilitator=row["facilitator"],
        note_taker=row["note_taker"],
        attendees=tuple(row["attendees"]),
        summary=row["summary"],
        impact=row["impact"],
        users_affected=row["users_affected"],
        business_figure=row["business_figure"],
        started_at=at("started"),
        detected_at=at("detected"),
        detected_how=row["detected_how"],
        acknowledged_at=at("acknowledged"),
        mitigated_at=at("mitigated"),
        resolved_at=at("resolved"),
        held_on=days.day(row["held_day"]),
        lead_up=row["lead_up"],
        trigger=row["trigger"],
        conditions=tuple(row["conditions"]),
        detection=row["detection"],
        response=row["response"],
        recovery=row["recovery"],
        went_well=tuple(row["went_well"]),
        went_badly=tuple(row["went_badly"]),
        lucky=tuple(row["lucky"]),
        questions=tuple(row["questions"]),
        timeline=tuple(
            TimelineEntry(days.at(row["day"], clock), event, source, starred)
            for clock, event, source, starred in row["timeline"]
        ),
        actions=tuple(_action(number, entry, days) for number, entry in enumerate(row["actions"], start=1)),
        lessons=tuple(row["lessons"]),
        created_at=at("resolved") + timedelta(hours=2),
        updated_at=days.at(row["held_day"], "15:30"),
    )


def _action(number: int, entry: Sequence[Any], days: DemoDays) -> Action:
    text, kind, owner, priority, due, key, done = entry
    return Action(
        number=number,
        text=text,
        type=ActionType(kind),
        owner=owner,
        priority=priority,
        due=days.day(due),
        external_key=key,
        done_on=None if done == _NOT_YET else days.day(done),
    )
