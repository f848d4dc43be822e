"""What a pack says of itself: its identity, the versions before it, what it is made of and what changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from hypercare_desk.domain.article import Confidence
from hypercare_desk.domain.handoff import Pack
from hypercare_desk.services.handoff_facts import PackFacts
from hypercare_desk.services.handoff_manifest import compare, sentence
from hypercare_desk.settings import WorkspaceSettings

_COUNTED = ("known-issues", "open-records", "articles", "how-tos", "incidents", "lessons")
_SHOWN_PACKS = 5


@dataclass(frozen=True, slots=True)
class Identity:
    """Which pack a snapshot is: id, version, draft or issued, by whom."""

    id: str
    version: str
    issued: bool
    who: str
    application: str


def control(
    document: Mapping[str, Any],
    facts: PackFacts,
    settings: WorkspaceSettings,
    identity: Identity,
    earlier: Sequence[tuple[Pack, Mapping[str, Any]]],
    manifest: Mapping[str, Any],
) -> dict[str, Any]:
    versions: list[dict[str, str]] = []
    before: Mapping[str, Any] | None = None
    for pack, recorded in earlier:
        versions.append(_version(pack.version, pack.id, pack.as_of, before, recorded, pack.who))
        before = recorded
    versions.append(_version(identity.version, identity.id, facts.as_of, before, manifest, identity.who))
    return {
        "facts": _facts(facts, settings, identity),
        "versions": versions[::-1][:_SHOWN_PACKS],
        "approvals": document["approvals"],
        "made_of": _made_of(document),
    }


def _version(
    version: str,
    pack_id: str,
    at: datetime,
    before: Mapping[str, Any] | None,
    now: Mapping[str, Any],
    who: str,
) -> dict[str, str]:
    what = "First draft" if before is None else sentence(compare(before, now))
    return {
        "version": version,
        "id": pack_id,
        "at": at.isoformat(timespec="seconds"),
        "what": what,
        "who": who,
    }


def _facts(facts: PackFacts, settings: WorkspaceSettings, identity: Identity) -> list[list[list[str]]]:
    days = (settings.planned_exit - settings.go_live).days if settings.planned_exit else 0
    until = (
        f", to {_words(settings.planned_exit)}"
        if settings.planned_exit
        else f"since {_words(settings.go_live)}"
    )
    left = [
        ["Pack", identity.id],
        ["Service", settings.service or settings.system],
        ["Release", settings.release or "Not stated"],
        ["Go-live", f"{settings.go_live:%a} {_words(settings.go_live)}"],
    ]
    right = [
        ["Hypercare", f"{days} days{until}" if days else until.capitalize()],
        ["Data as of", f"{facts.today:%a} {_words(facts.today)}"],
        ["From", settings.hypercare_team or "Hypercare team"],
        ["To", settings.bau_team or "Business as usual"],
    ]
    return [list(pair) for pair in zip(left, right, strict=True)]


def _made_of(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What the cover counts: the sections a desk works with, each article counted where it stands."""
    rows: list[dict[str, Any]] = []
    for section in document["sections"]:
        if section["key"] not in _COUNTED:
            continue
        mine = [a for a in document["articles"] if a["section"] == section["key"]]
        plain = document["records"] if section["key"] == "open-records" else document["postmortems"]
        articles = section["key"] not in ("open-records", "incidents")
        validated = sum(a["confidence"] == Confidence.VALIDATED.value for a in mine)
        marked = sum(a["confidence"] != Confidence.VALIDATED.value or a["expired"] for a in mine)
        rows.append(
            {
                "title": section["title"],
                "section": section["number"],
                "count": len(mine) if articles else len(plain),
                "validated": validated if articles else None,
                "marked": marked if articles else None,
            }
        )
    return rows


def changes(
    earlier: Sequence[tuple[Pack, Mapping[str, Any]]], manifest: Mapping[str, Any]
) -> dict[str, Any] | None:
    if not earlier:
        return None
    pack, recorded = earlier[-1]
    diff = compare(recorded, manifest)
    return {
        "id": pack.id,
        "version": pack.version,
        "at": pack.as_of.isoformat(timespec="seconds"),
        "lists": [
            ["Added", list(diff.added)],
            ["Changed", list(diff.changed)],
            ["Removed", list(diff.removed)],
            ["Criteria", list(diff.criteria)],
        ],
    }


def _words(day: date) -> str:
    return f"{day:%d %b %Y}".removeprefix("0")
