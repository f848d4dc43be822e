"""Freezes a snapshot: one document that holds everything a pack prints; the same snapshot gives the same pack."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from hypercare_desk.domain.calendar import WorkCalendar
from hypercare_desk.domain.feedback import Priority
from hypercare_desk.domain.handoff import (
    PACK_SECTIONS,
    Pack,
    PackSection,
    missing_sections,
)
from hypercare_desk.domain.journal import JournalKind
from hypercare_desk.domain.triage import Target
from hypercare_desk.services import handoff_sections as tables
from hypercare_desk.services.handoff_articles import articles as rendered_articles
from hypercare_desk.services.handoff_articles import picture_paths
from hypercare_desk.services.handoff_control import Identity, changes, control
from hypercare_desk.services.handoff_decision import decision
from hypercare_desk.services.handoff_facts import PackFacts
from hypercare_desk.services.handoff_manifest import FORMAT, canonical, digest, parts
from hypercare_desk.services.handoff_statistics import statistics_page
from hypercare_desk.settings import WorkspaceSettings

_ALWAYS = frozenset({"control-sheet", "open-records", "incidents", "statistics", "sign-off", "manifest"})


@dataclass(frozen=True, slots=True)
class Frozen:
    """A finished snapshot: the document, its manifest, and what is missing in it."""

    document: str
    manifest: str
    manifest_sha256: str
    missing: tuple[str, ...]


def core(
    facts: PackFacts,
    html: Sequence[str],
    settings: WorkspaceSettings,
    calendar: WorkCalendar,
    targets: Mapping[Priority, Target],
    pictures: Callable[[Iterable[str]], Mapping[str, str]],
) -> dict[str, Any]:
    """Everything of a snapshot that does not depend on which pack it becomes. ``html`` belongs to the articles."""
    articles = rendered_articles(facts, html)
    document: dict[str, Any] = {
        "format": FORMAT,
        "as_of": facts.as_of.isoformat(timespec="seconds"),
        "workspace": _workspace(settings),
        "articles": articles,
        "pictures": dict(pictures(picture_paths(articles))),
        "decision": decision(facts, settings),
        "records": tables.open_records(facts),
        "statistics": statistics_page(facts, settings, calendar),
        "support": tables.support(facts, settings, targets),
        "roster": tables.roster(facts),
        "hotfixes": tables.journal(facts, JournalKind.HOTFIX),
        "decisions": tables.journal(facts, JournalKind.DECISION),
        "performance": tables.performance(facts),
        "incidents": tables.incidents(facts),
        "postmortems": tables.postmortems(facts),
        "actions": tables.actions(facts),
        "training": tables.training(facts),
        "transfer": tables.transfer(facts),
        "risks": tables.risks(facts),
        "approvals": tables.approvals(facts, settings),
        "glossary": [list(pair) for pair in tables.GLOSSARY],
    }
    document["sections"] = _sections(document, settings)
    return document


def core_digest(document: Mapping[str, Any], identity: Identity) -> str:
    """What two builds of the same content share, so that the second one gives the first one's bytes again."""
    return digest(canonical([document, identity.issued, identity.who, identity.application]))


def freeze(
    document: Mapping[str, Any],
    facts: PackFacts,
    settings: WorkspaceSettings,
    identity: Identity,
    earlier: Sequence[Pack],
    file: str,
    stamp: datetime | None = None,
) -> Frozen:
    """The finished snapshot of pack ``identity``; ``earlier`` are the packs before it, oldest first.

    ``stamp`` dates the file; without one it is dated as its records are.
    """
    missing = [s for s in document["sections"] if s["missing"]]
    about = {
        "id": identity.id,
        "version": identity.version,
        "status": "issued" if identity.issued else "draft",
        "system": settings.system,
        "as_of": facts.as_of.isoformat(timespec="seconds"),
        "application": identity.application,
        "prepared_by": identity.who,
    }
    manifest = {
        "format": FORMAT,
        "pack": about,
        "content_sha256": core_digest(document, identity),
        "articles_as_of": "build",
        "missing": [s["key"] for s in missing],
        "pictures": document["pictures"],
        **parts(facts),
    }
    manifest_json = canonical(manifest)
    known = [(pack, json.loads(pack.manifest or "{}")) for pack in earlier]
    snapshot: dict[str, Any] = {
        **document,
        "pack": {
            **about,
            "day": facts.today.isoformat(),
            "stamp": f"{stamp or facts.as_of:%Y-%m-%dT%H:%M:%SZ}",
            "language": settings.language,
            "page_size": settings.page_size,
            "classification": settings.classification,
            "time_zone": settings.time_zone,
            "file": file,
            "articles_as_of": "articles are those of the moment it was built.",
        },
        "missing": [{"number": s["number"], "title": s["title"]} for s in missing],
        "manifest_json": manifest_json,
        "manifest_sha256": digest(manifest_json),
        "manifest_counts": {"records": len(facts.records), "criteria": len(facts.verdict.criteria)},
        "control": control(document, facts, settings, identity, known, manifest),
        "changes": changes(known, manifest),
    }
    return Frozen(
        canonical(snapshot), manifest_json, snapshot["manifest_sha256"], tuple(s["title"] for s in missing)
    )


def _workspace(settings: WorkspaceSettings) -> dict[str, Any]:
    return {
        "system": settings.system,
        "service": settings.service,
        "release": settings.release,
        "go_live": settings.go_live.isoformat(),
        "planned_exit": _iso(settings.planned_exit),
        "components": list(settings.components),
        "environments": list(settings.environments),
        "hypercare_team": settings.hypercare_team,
        "bau_team": settings.bau_team,
    }


def _sections(document: Mapping[str, Any], settings: WorkspaceSettings) -> list[dict[str, Any]]:
    """The sections to print, in order: what the workspace left out and what is empty and optional is not there."""
    written = {a["section"] for a in document["articles"]}
    filled = written | _ALWAYS | {key for key, content in _tables(document).items() if content}
    own = settings.pack_sections
    missing = missing_sections(
        filled, {k: s.include for k, s in own.items()}, {k: s.mandatory for k, s in own.items()}
    )
    absent = {s.key for s in missing}

    def printed(section: PackSection) -> bool:
        wanted = section.key not in own or own[section.key].include
        return section.key in absent or (section.key in filled and (wanted or section.number == 1))

    return [
        {"number": s.number, "key": s.key, "title": s.title, "mend": s.mend, "missing": s.key in absent}
        for s in PACK_SECTIONS
        if printed(s)
    ]


def _tables(document: Mapping[str, Any]) -> dict[str, object]:
    """Section key → what records say for it."""
    return {
        "decision": document["decision"]["criteria"],
        "ownership": document["roster"],
        "support-model": document["roster"],
        "changes": document["hotfixes"] or document["decisions"],
        "performance": document["performance"],
        "training": document["training"] or any(items for _, items in document["transfer"]),
        "risks": any(items for _, items in document["risks"]),
    }


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
