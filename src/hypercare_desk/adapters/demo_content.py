"""The demonstration's words (``resources/demo``) read into frozen rows, with their days counted from go-live or today.

``{{D+17}}`` is the 17th day after go-live and ``{{T-3}}`` three days before today: an ISO day in front matter and
settings, "19 November" with its year in text that people read.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from hypercare_desk.adapters.demo_postmortems import read_postmortems
from hypercare_desk.adapters.kb.article_file import parse
from hypercare_desk.domain.article import ArticleDraft
from hypercare_desk.domain.exit_criteria import Measurement, Waiver
from hypercare_desk.domain.feedback import Category, Decision, Level, Source, YesNoUnknown
from hypercare_desk.domain.journal import (
    Announcement,
    AnnouncementKind,
    JournalEntry,
    JournalKind,
    Risk,
    RiskKind,
    RosterEntry,
    Survey,
    TrainingSession,
    TransferItem,
)
from hypercare_desk.resources import resource
from hypercare_desk.services.demo.content import (
    CriterionChoice,
    DemoContent,
    Incident,
    Matter,
    Series,
    Theme,
)
from hypercare_desk.services.demo.days import DemoDays

_DAY = re.compile(r"\{\{([DT])([+-]\d{1,3})\}\}")
Row = dict[str, Any]


def load_demo(days: DemoDays) -> DemoContent:
    """Everything of the demonstration for a calendar; FileNotFoundError when the installation lacks it."""
    tables = {
        name: _toml(days, f"{name}.toml")
        for name in ("people", "journal", "searches", "measurements", "criteria")
    }
    feedback = [
        _toml(days, path.name, "feedback") for path in sorted(resource("demo", "feedback").glob("*.toml"))
    ]
    people, journal = tables["people"], tables["journal"]
    return DemoContent(
        days=days,
        articles=read_articles(days),
        themes=tuple(_theme(row) for table in feedback for row in table.get("theme", ())),
        incidents=tuple(_incident(row) for table in feedback for row in table.get("incident", ())),
        postmortems=read_postmortems(_toml(days, "postmortems.toml")["postmortem"], days),
        journal=_journal(journal, days),
        announcements=_announcements(journal["announcements"], days),
        roster=tuple(_roster(row, days) for row in people["roster"]),
        training=tuple(_training(row, days) for row in people["training"]),
        transfer=tuple(_transfer(row, days) for row in people["transfer"]),
        surveys=tuple(_survey(row, days) for row in people["survey"]),
        risks=tuple(_risk(row, days) for row in people["risk"]),
        series=tuple(_series(row) for row in tables["measurements"]["series"]),
        measured=tuple(_measured(row, days) for row in tables["measurements"]["single"]),
        answered=tuple((str(query), str(article)) for query, article in tables["searches"]["answered"]),
        unanswered=tuple(tables["searches"]["unanswered"]),
        choices=tuple(CriterionChoice(**row) for row in tables["criteria"]["choice"]),
        waivers=tuple(_waiver(row, days) for row in tables["criteria"]["waiver"]),
    )


def demo_settings(days: DemoDays) -> str:
    """The demonstration's ``workspace.toml``."""
    text = resource("demo", "workspace.toml").read_text(encoding="utf-8")
    return dated(text, days, date.isoformat)


def read_articles(days: DemoDays) -> tuple[ArticleDraft, ...]:
    """Every article of the demonstration, ordered by id."""
    return tuple(_article(path, days) for path in sorted(resource("demo", "articles").glob("*.md")))


def dated(text: str, days: DemoDays, write: Callable[[date], str]) -> str:
    """``text`` with its days put in."""

    def one(found: re.Match[str]) -> str:
        origin = days.go_live if found.group(1) == "D" else days.today
        return write(origin + timedelta(days=int(found.group(2))))

    return _DAY.sub(one, text)


def _article(path: Path, days: DemoDays) -> ArticleDraft:
    _, matter, body = path.read_text(encoding="utf-8").split("---\n", 2)
    whole = f"---\n{dated(matter, days, date.isoformat)}---\n{dated(body, days, _spoken)}"
    article = parse(whole.encode(), path.name).article
    return article.draft()


def _spoken(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def _toml(days: DemoDays, name: str, *folders: str) -> Row:
    return tomllib.loads(dated(resource("demo", *folders, name).read_text(encoding="utf-8"), days, _spoken))


# --- feedback --------------------------------------------------------------------------------------------------


def _theme(row: Row) -> Theme:
    first, last = row["days"]
    return Theme(
        key=row["key"],
        matter=_matter(row),
        first_day=first,
        last_day=last,
        weight=float(row["weight"]),
        reports=tuple((title, text) for title, text in row["reports"]),
    )


def _incident(row: Row) -> Incident:
    return Incident(
        day=row["day"],
        at=row["at"],
        title=row["title"],
        text=row["text"],
        matter=_matter(row),
        respond=row["respond"],
        resolve=row["resolve"],
        users=row["users"],
        postmortem=row["postmortem"],
        followers=tuple(row["followers"]),
    )


def _matter(row: Row) -> Matter:
    return Matter(
        component=row["component"],
        category=Category(row["category"]),
        impact=Level(row["impact"]),
        urgency=Level(row["urgency"]),
        articles=tuple(row["articles"]),
        decision=Decision(row["decision"]) if row["decision"] else None,
        owner=row["owner"],
        release=YesNoUnknown(row.get("release", "yes")),
        root_cause=row["root_cause"],
        resolution=row["resolution"],
        source=Source(row["source"]) if row.get("source") else None,
        defect=row.get("defect", ""),
        target=row.get("target", ""),
    )


# --- journal and people ----------------------------------------------------------------------------------------


def _journal(table: Row, days: DemoDays) -> tuple[JournalEntry, ...]:
    kinds = ("decision", "hotfix", "win", "note")
    rows: list[tuple[datetime, str, JournalKind, str, str, str]] = [
        (days.at(number, at), who, JournalKind(kind), text, component, reference)
        for kind in kinds
        for number, at, who, text, component, reference in table[kind]
    ]
    rows.sort(key=lambda row: (row[0], row[3]))
    return tuple(JournalEntry("", *row) for row in rows if row[0] <= days.end)


def _announcements(rows: Sequence[Any], days: DemoDays) -> tuple[Announcement, ...]:
    found = [
        Announcement(
            "",
            days.at(number, at),
            who,
            AnnouncementKind(kind),
            title,
            text,
            channel,
            days.at(number, at),
            reference,
        )
        for number, at, who, kind, title, text, channel, reference in rows
    ]
    return tuple(sorted((a for a in found if a.at <= days.end), key=lambda a: a.at))


def _roster(row: Row, days: DemoDays) -> RosterEntry:
    return RosterEntry(
        id="",
        role=row["role"],
        name=row["name"],
        team=row["team"],
        component=row.get("component", ""),
        contact=row["contact"],
        hours=row["hours"],
        backup=row["backup"],
        available_until=_maybe(row.get("until_day"), days),
        after_handoff=row["after"],
        single_point_of_contact=row.get("single", False),
    )


def _training(row: Row, days: DemoDays) -> TrainingSession:
    held = days.day(row["day"])
    return TrainingSession("", row["topic"], row["audience"], held, row["attendees"], row["result"])


def _transfer(row: Row, days: DemoDays) -> TransferItem:
    return TransferItem(
        id="",
        topic=row["topic"],
        list=row["list"],
        mandatory=row.get("mandatory", True),
        from_whom=row["from"],
        to_whom=row["to"],
        method=row.get("method", ""),
        evidence=row["evidence"],
        score=float(row["score"]) if "score" in row else None,
        accepted_on=_maybe(row.get("accepted_day"), days),
    )


def _survey(row: Row, days: DemoDays) -> Survey:
    return Survey(
        "", days.day(row["day"]), row["score"], row["n"], topic=row["topic"], comments=row["comments"]
    )


def _risk(row: Row, days: DemoDays) -> Risk:
    return Risk(
        id="",
        kind=RiskKind(row["kind"]),
        title=row["title"],
        detail=row.get("detail", ""),
        owner=row["owner"],
        mitigation=row.get("mitigation", ""),
        expires_on=_maybe(row.get("expires_day"), days),
        severity=row["severity"],
    )


def _maybe(number: int | None, days: DemoDays) -> date | None:
    return None if number is None or number == -1 else days.day(number)


# --- criteria --------------------------------------------------------------------------------------------------


def _series(row: Row) -> Series:
    bad = tuple((int(number), float(value)) for number, value in row.get("bad", ()))
    values: Row = {**row, "bad": bad}
    return Series(**values)


def _measured(row: Row, days: DemoDays) -> Measurement:
    return Measurement(
        row["metric"],
        days.at(row["day"], row["at"]),
        float(row["value"]),
        row["sample"],
        row["source"],
        row.get("note", ""),
    )


def _waiver(row: Row, days: DemoDays) -> Waiver:
    return Waiver(
        id="",
        criterion_id=row["metric"],
        reason=row["reason"],
        owner=row["owner"],
        approver=row["approver"],
        approved_at=days.at(row["day"], row["at"]),
        expires_on=days.day(row["expires_day"]),
    )
