"""Articles as the snapshot holds them: fields, rendered text, use, the records behind them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from hypercare_desk.domain.article import Article, linked_ids
from hypercare_desk.domain.feedback import Relation
from hypercare_desk.domain.handoff import attachment_path, section_of
from hypercare_desk.services.handoff_facts import PackFacts

_SOURCE = re.compile(r'<img\b[^>]*?\bsrc="([^"]{1,500})"')
_OUTCOMES: Mapping[Relation, str] = {
    Relation.SOLVED_BY: "Solved",
    Relation.DOCUMENTED_IN: "Documented",
    Relation.CAUSED_ARTICLE: "Led to this",
    Relation.RELATED: "Related",
    Relation.DID_NOT_HELP: "Did not help",
}


def articles(facts: PackFacts, html: Sequence[str]) -> list[dict[str, Any]]:
    """The articles of a pack in its order; ``html`` is their rendered text, in the same order."""
    used: dict[str, list[bool]] = {}
    for use in facts.uses:
        used.setdefault(use.article_id, []).append(use.solved)
    behind = _records_behind(facts)
    return [
        _article(article, text, used.get(article.id, []), behind.get(article.id, []), facts.today)
        for article, text in zip(facts.articles, html, strict=True)
    ]


def _article(
    article: Article, html: str, used: Sequence[bool], records: list[dict[str, str]], today: date
) -> dict[str, Any]:
    f = article.fields
    return {
        "id": article.id,
        "kind": f.kind.value,
        "kind_label": f.kind.label,
        "title": f.title,
        "section": section_of(f.kind, f.tags).key,
        "status": f.status.value,
        "confidence": f.confidence.value,
        "owner": f.owner,
        "component": f.component,
        "environment": f.environment,
        "product": f.product,
        "release": f.release,
        "aliases": list(f.aliases),
        "codes": list(f.codes),
        "severity": f.severity,
        "affects_from": f.affects_from,
        "fixed_in": f.fixed_in,
        "valid_until": _iso(f.valid_until),
        "review_by": _iso(f.review_by),
        "validated_on": _iso(f.validated.on),
        "validated_by": f.validated.by,
        "updated_on": _iso(f.updated.on),
        "expired": bool(f.valid_until and f.valid_until < today),
        "review_due": bool(f.review_by and f.review_by < today),
        "version": article.version,
        "html": html,
        "source": _source(article),
        "links": list(linked_ids(article.body)),
        "uses": {"used": len(used), "solved": sum(used)},
        "records": records,
    }


def _source(article: Article) -> str:
    """The article as a Markdown file of its own; JSON strings are YAML strings, too."""
    f = article.fields
    keys = {"id": f.id, "kind": f.kind.value, "title": f.title, "status": f.status.value} | {
        "confidence": f.confidence.value,
        "component": f.component,
        "owner": f.owner,
        "version": article.version,
    }
    front = "\n".join(
        f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in keys.items() if value
    )
    return f"---\n{front}\n---\n\n{article.body.lstrip(chr(10))}"


def _records_behind(facts: PackFacts) -> dict[str, list[dict[str, str]]]:
    """Article id → the records it was used for, newest first."""
    records = {r.id: r for r in facts.records}
    behind: dict[str, list[dict[str, str]]] = {}
    for link in facts.links:
        record = records.get(link.feedback_id)
        if record is None or link.target_id.startswith("PM-"):
            continue
        reported = record.reported_at or record.created_at
        row = {
            "id": record.id,
            "title": record.title,
            "component": record.component,
            "reported": reported.isoformat() if reported else "",
            "outcome": _OUTCOMES[link.relation],
        }
        rows = behind.setdefault(link.target_id, [])
        if all(other["id"] != record.id for other in rows):
            rows.append(row)
    for rows in behind.values():
        rows.sort(key=lambda row: (row["reported"], row["id"]), reverse=True)
    return behind


def picture_paths(articles: Sequence[Mapping[str, Any]]) -> set[str]:
    """Attachments (relative to ``kb/``) that the articles show."""
    found = {attachment_path(src) for a in articles for src in _SOURCE.findall(a["html"])}
    return found - {""}


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
