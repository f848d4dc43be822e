"""The manifest of a pack: what it is made of, by id, version and hash; and how two manifests differ."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any, cast

from hypercare_desk.domain.errors import Invalid
from hypercare_desk.domain.handoff import PackDiff, section_of
from hypercare_desk.services.handoff_facts import PackFacts

FORMAT = 1


def canonical(value: object) -> str:
    """JSON with sorted keys and no needless blanks: equal content gives equal text."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest(text: str) -> str:
    """SHA-256 (hex) of a text in UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()


def parts(facts: PackFacts) -> dict[str, Any]:
    """What the manifest says about the workspace's content; equal for two readings between which nothing changed."""
    return {
        "articles": [
            {
                "id": a.id,
                "title": a.title,
                "version": a.version,
                "confidence": a.confidence.value,
                "status": a.status.value,
                "section": section_of(a.kind, a.fields.tags).number,
            }
            for a in facts.articles
        ],
        "records": [
            {"id": r.id, "state": r.state.value, "priority": r.priority or "", "version": r.version}
            for r in facts.records
        ],
        "criteria": [
            {
                "id": c.id,
                "metric": c.metric,
                "value": c.value,
                "sample": c.sample,
                "operator": c.operator.value,
                "threshold": c.threshold,
                "state": c.state.value,
                "waiver": c.waiver_id,
            }
            for c in facts.verdict.criteria
        ],
        "postmortems": [
            {"id": p.id, "version": p.version, "status": p.status.value} for p in facts.postmortems
        ],
        "journal": [{"id": j.id, "version": j.version} for j in facts.journal],
        "sign_offs": [s.id for s in facts.sign_offs],
    }


def read_manifest(data: bytes | None) -> dict[str, Any]:
    """A manifest as attached to a pack; raises ``Invalid`` if it is none."""
    if data is None:
        raise Invalid("This PDF is no handoff pack: it carries no manifest.", code="no_manifest")
    try:
        found: object = json.loads(data)
    except (ValueError, RecursionError) as fault:
        raise Invalid(
            "The manifest in this PDF cannot be read; it is damaged.", code="bad_manifest"
        ) from fault
    if not isinstance(found, dict) or not isinstance(cast("dict[str, Any]", found).get("pack"), dict):
        raise Invalid("The manifest in this PDF is not one of a handoff pack.", code="bad_manifest")
    return cast("dict[str, Any]", found)


def compare(old: Mapping[str, Any], new: Mapping[str, Any]) -> PackDiff:
    """What ``new`` added, removed and changed against ``old``; records only if their state or priority differs."""
    kinds = ("articles", "records", "postmortems")
    added: list[str] = []
    removed: list[str] = []
    changed: list[str] = []
    for kind in kinds:
        before, after = _marks(old, kind), _marks(new, kind)
        added += sorted(after.keys() - before.keys(), key=_by_number)
        removed += sorted(before.keys() - after.keys(), key=_by_number)
        changed += sorted((i for i in after.keys() & before.keys() if before[i] != after[i]), key=_by_number)
    return PackDiff(tuple(added), tuple(removed), tuple(changed), tuple(_criteria(old, new)))


def sentence(diff: PackDiff) -> str:
    """A difference in words, counting articles and records apart: ``4 articles changed, 1 added; 2 criteria moved``."""
    said: list[str] = []
    for kind, one, many in (
        ("FB", "record", "records"),
        ("PM", "post-mortem", "post-mortems"),
        ("", "article", "articles"),
    ):
        counts = [
            f"{count} {word}"
            for word, ids in (("added", diff.added), ("changed", diff.changed), ("removed", diff.removed))
            if (count := sum(_is(kind, i) for i in ids))
        ]
        if counts:
            single = sum(int(c.split()[0]) for c in counts) == 1
            said.insert(0, f"{one if single else many}: {', '.join(counts)}")
    if diff.criteria:
        said.append(f"{'criterion' if len(diff.criteria) == 1 else 'criteria'} moved: {len(diff.criteria)}")
    text = "; ".join(said)
    return text[:1].upper() + text[1:] if text else "Nothing changed"


def _is(kind: str, row_id: str) -> bool:
    prefix = row_id.partition("-")[0]
    return prefix == kind if kind else prefix not in ("FB", "PM")


def _by_number(row_id: str) -> tuple[str, int, str]:
    prefix, _, number = row_id.partition("-")
    return prefix, len(number), number


def _marks(manifest: Mapping[str, Any], kind: str) -> dict[str, object]:
    rows = manifest.get(kind)
    found: dict[str, object] = {}
    for row in cast("Sequence[object]", rows if isinstance(rows, list) else ()):
        if isinstance(row, dict):
            named = cast("dict[str, Any]", row)
            keys: Collection[str] = (
                ("state", "priority") if kind == "records" else ("version", "confidence", "status")
            )
            found[str(named.get("id", ""))] = [named.get(key) for key in keys]
    return found


def _criteria(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    def states(manifest: Mapping[str, Any]) -> dict[str, str]:
        rows = manifest.get("criteria")
        return {
            str(c["id"]): str(c["state"])
            for c in cast("list[dict[str, Any]]", rows if isinstance(rows, list) else [])
        }

    before, after = states(old), states(new)
    moved: list[str] = []
    for row_id in sorted(before.keys() | after.keys(), key=_by_number):
        was, now = before.get(row_id, "not in the pack"), after.get(row_id, "not in the pack")
        if was != now:
            moved.append(f"{row_id} {was} → {now}")
    return moved
