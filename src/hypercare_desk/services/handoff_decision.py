"""Section 2 of the pack: the recommendation, the criteria with their evidence, waivers and conditions."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from hypercare_desk.domain.exit_criteria import CriterionState, Verdict
from hypercare_desk.domain.feedback import Feedback, Priority
from hypercare_desk.services.handoff_facts import PackFacts
from hypercare_desk.settings import WorkspaceSettings

_REFERENCE = re.compile(r"^[A-Z]{2,4}-\d{4,9}$")
_HUES: Mapping[CriterionState, str] = {
    CriterionState.MET: "green",
    CriterionState.AT_RISK: "amber",
    CriterionState.NOT_MET: "red",
    CriterionState.NO_DATA: "slate",
    CriterionState.WAIVED: "violet",
}


def decision(facts: PackFacts, settings: WorkspaceSettings) -> dict[str, Any]:
    """Section 2: the recommendation, the criteria with their evidence, waivers and conditions."""
    verdict = facts.verdict
    counts = {state: verdict.count(state) for state in CriterionState}
    still = facts.open_records()
    return {
        **_recommendation(verdict, settings),
        "as_of": verdict.as_of.isoformat(timespec="seconds"),
        "records": len(facts.records),
        "figures": [
            {"value": str(counts[state]), "label": state.value, "hue": _HUES[state]}
            for state in CriterionState
        ]
        + [
            {
                "value": str(len(still)),
                "label": f"open: {_by_priority(still)}" if still else "open records",
                "hue": "",
            }
        ],
        "criteria": [
            {
                "id": c.id,
                "metric": c.metric,
                "title": c.title,
                "unit": c.unit,
                "operator": c.operator.value,
                "threshold": c.threshold,
                "value": c.value,
                "sample": c.sample,
                "state": c.state.value,
                "why": c.why,
                "mandatory": c.mandatory,
                "window_days": c.window_days,
                "owner": c.owner,
                "waiver_id": c.waiver_id,
                "held_days": _held_days(facts, c.id, c.state),
                "evidence_id": f"E-{place:02d}",
                "evidence": {
                    "kind": c.evidence.kind,
                    "note": c.evidence.note,
                    "refs": [i for i in c.evidence.ids if _REFERENCE.match(i)],
                },
            }
            for place, c in enumerate(verdict.criteria, start=1)
        ],
        "cards": _cards(facts),
    }


def _recommendation(verdict: Verdict, settings: WorkspaceSettings) -> dict[str, str]:
    total, mandatory = len(verdict.criteria), [c for c in verdict.criteria if c.mandatory]
    met = verdict.count(CriterionState.MET)
    blocking = [c for c in mandatory if c.state in (CriterionState.NOT_MET, CriterionState.NO_DATA)]
    waived, risky = verdict.count(CriterionState.WAIVED), verdict.count(CriterionState.AT_RISK)
    when = f" on {settings.planned_exit:%d %B %Y}".replace(" 0", " ") if settings.planned_exit else ""
    if not verdict.may_exit:
        ids = ", ".join(c.id for c in blocking[:6])
        return {
            "tone": "bad",
            "headline": f"Recommendation: do not leave hypercare{when} as things stand.",
            "detail": f"{met} of {_many(total, 'criterion', 'criteria')} are met. Of {len(mandatory)} mandatory ones"
            f" {_many(len(blocking), 'is', 'are')} not met or without data: {ids}{' and more' if blocking[6:] else ''}."
            if blocking
            else f"{met} of {_many(total, 'criterion', 'criteria')} are met, but none of them is mandatory.",
        }
    soft = " and ".join(
        filter(
            None,
            [
                _many(waived, "waiver", "waivers") if waived else "",
                _many(risky, "condition", "conditions") if risky else "",
            ],
        )
    )
    return {
        "tone": "" if soft else "good",
        "headline": f"Recommendation: leave hypercare{when}{', with ' + soft if soft else ''}.",
        "detail": f"{met} of {_many(total, 'criterion', 'criteria')} are met. All {len(mandatory)} mandatory"
        " criteria are met, at risk with a condition, or waived.",
    }


def _held_days(facts: PackFacts, criterion_id: str, state: CriterionState) -> int | None:
    """For how many days every evaluation has given this state; None without an earlier evaluation."""
    since = None
    for verdict in sorted(facts.evaluations, key=lambda v: v.as_of, reverse=True):
        result = next((c for c in verdict.criteria if c.id == criterion_id), None)
        if result is None or result.state is not state:
            break
        since = verdict.as_of
    return (facts.as_of - since).days if since else None


def _cards(facts: PackFacts) -> list[dict[str, Any]]:
    """A card for every waiver in force, and one for every criterion that is met at risk."""
    waivers = {w.id: w for w in facts.waivers}
    cards: list[dict[str, Any]] = []
    number = 0
    for c in facts.verdict.criteria:
        waiver = waivers.get(c.waiver_id)
        if c.state is CriterionState.WAIVED and waiver:
            granted = f"{waiver.approver}, {_day(waiver.approved_at.date())}"
            facts_of = [
                ["Owner", waiver.owner],
                ["Ends", f"{_day(waiver.expires_on)}, then not met"],
                ["Granted by", granted],
            ]
            cards.append(_card(f"Waiver {waiver.id}", c.state, c.id, waiver.reason, facts_of))
        elif c.state is CriterionState.AT_RISK:
            number += 1
            owner = [["Owner", c.owner or "Nobody named"]]
            cards.append(_card(f"Condition C-{number:02d}", c.state, c.id, f"{c.title}: {c.why}", owner))
    return cards


def _card(
    title: str, state: CriterionState, criterion: str, text: str, facts: list[list[str]]
) -> dict[str, Any]:
    return {"title": title, "state": state.value, "criterion": criterion, "text": text, "facts": facts}


def _by_priority(records: Sequence[Feedback]) -> str:
    counts = Counter(r.priority or "none" for r in records)
    return " · ".join(f"{name} {counts[name]}" for name in (*Priority, "none") if counts[name])


def _many(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"


def _day(when: date) -> str:
    return f"{when:%d %b %Y}".removeprefix("0")
