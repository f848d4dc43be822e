"""What each section of the pack prints from records and settings, as plain values for the snapshot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from hypercare_desk.domain.exit_criteria import SignOff
from hypercare_desk.domain.feedback import Feedback, Priority, State
from hypercare_desk.domain.journal import JournalKind, RiskKind
from hypercare_desk.domain.postmortem import Postmortem
from hypercare_desk.domain.record_history import Life
from hypercare_desk.domain.triage import Target
from hypercare_desk.services.handoff_facts import PackFacts
from hypercare_desk.settings import WorkspaceSettings

_WEEK = timedelta(days=7)
_SOON = timedelta(days=60)
_WEEKDAYS = ("", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
TRANSFER_LISTS: Mapping[str, str] = {
    "transfer": "Knowledge transfer",
    "handover": "Handover checklist",
    "runbook": "Runbooks signed by operations",
}
RISK_LISTS: Mapping[RiskKind, str] = {
    RiskKind.RISK: "Risks",
    RiskKind.TECHNICAL_DEBT: "Technical debt",
    RiskKind.CERTIFICATE: "Certificates",
    RiskKind.LICENCE: "Licences",
    RiskKind.CONTRACT: "Contracts",
}
GLOSSARY: tuple[tuple[str, str], ...] = (
    ("Hypercare", "The weeks of heightened support after a system went live."),
    ("BAU", "Business as usual: the support organisation that runs the system from now on."),
    ("Known issue", "A fault that is known, with what the caller sees and what helps until it is mended."),
    ("Workaround", "Steps that get a caller on although the fault is still there; each has an end."),
    ("Validated", "An expert has checked the article, or two people solved a matter with it three times."),
    (
        "Not validated",
        "Written down but not checked; marked in this pack with a sign and a bar in the margin.",
    ),
    ("WIP", "A question nobody has answered yet, kept so that the answer has a place."),
    ("Waiver", "An approved exception to an exit criterion, with an owner, an approver and an end."),
    ("Priority", "Impact × urgency: P1 is the most pressing, P5 the least."),
    (
        "Manifest",
        "The list of everything in this pack with versions and hashes; its SHA-256 is in the footer.",
    ),
)


def open_records(facts: PackFacts) -> list[dict[str, Any]]:
    """Section 8: what goes over to business as usual."""
    documented: dict[str, list[str]] = {}
    for link in facts.links:
        documented.setdefault(link.feedback_id, []).append(link.target_id)
    return [
        {
            "id": r.id,
            "title": r.title,
            "priority": r.priority or "",
            "state": r.state.value,
            "decision": r.decision.value if r.decision else "",
            "component": r.component,
            "owner": r.owner,
            "target": r.target,
            "reported": r.reported_at.isoformat() if r.reported_at else "",
            "age_days": (facts.as_of - (r.reported_at or r.created_at or facts.as_of)).days,
            "external_key": r.external_key,
            "articles": sorted(set(documented.get(r.id, ()))),
        }
        for r in facts.open_records()
    ]


def support(
    facts: PackFacts, settings: WorkspaceSettings, targets: Mapping[Priority, Target]
) -> dict[str, Any]:
    """Section 6: hours, targets with the escalation ladder, the single point of contact."""
    ladders: dict[str, list[dict[str, Any]]] = {}
    for rung in sorted(settings.escalation, key=lambda r: r.after_minutes):
        ladders.setdefault(rung.priority, []).append(
            {"after": rung.after_minutes, "who": rung.who, "channel": rung.channel}
        )
    spoc = next((r for r in facts.roster if r.single_point_of_contact), None)
    return {
        "hours": f"{_weekdays(settings.work_days)} {settings.work_start:%H:%M} to {settings.work_end:%H:%M}"
        f" ({settings.time_zone})",
        "targets": [
            {
                "priority": priority.value,
                "respond": _minutes(target.respond),
                "resolve": _minutes(target.resolve),
                "ladder": ladders.get(priority.value, []),
            }
            for priority, target in sorted(targets.items())
            if target.resolve or target.respond
        ],
        "spoc": {"name": spoc.name, "contact": spoc.contact, "hours": spoc.hours} if spoc else None,
    }


def roster(facts: PackFacts) -> list[dict[str, str]]:
    """Sections 5 and 6: roles, people, stand-ins, and who takes over."""
    return [
        {
            "role": r.role,
            "name": r.name,
            "team": r.team,
            "component": r.component,
            "contact": r.contact,
            "hours": r.hours,
            "backup": r.backup,
            "available_until": r.available_until.isoformat() if r.available_until else "",
            "after_handoff": r.after_handoff,
        }
        for r in facts.roster
    ]


def journal(facts: PackFacts, kind: JournalKind) -> list[dict[str, str]]:
    """Section 13: hotfixes or decisions, oldest first."""
    return [
        {
            "id": j.id,
            "at": j.at.isoformat(),
            "who": j.who,
            "text": j.text,
            "component": j.component,
            "reference": j.reference,
        }
        for j in facts.journal
        if j.kind is kind
    ]


def performance(facts: PackFacts) -> list[dict[str, Any]]:
    """Section 14: each measured metric by component, first week against the last seven days."""
    named = {c.metric: c for c in facts.criteria}
    series: dict[tuple[str, str], list[Any]] = {}
    for m in facts.measurements:
        series.setdefault((m.metric, m.component), []).append(m)
    rows: list[dict[str, Any]] = []
    for (metric, component), some in sorted(series.items()):
        some.sort(key=lambda m: m.at)
        values = [m.value for m in some]
        criterion = named.get(metric)
        rows.append(
            {
                "title": criterion.title if criterion else metric.replace("_", " ").capitalize(),
                "unit": criterion.unit if criterion else "",
                "component": component,
                "first": _mean([m.value for m in some if m.at < some[0].at + _WEEK]),
                "last": _mean([m.value for m in some if m.at > facts.as_of - _WEEK]),
                "low": min(values),
                "high": max(values),
                "count": len(values),
                "at": some[-1].at.isoformat(),
            }
        )
    return rows


def incidents(facts: PackFacts) -> list[dict[str, Any]]:
    """Section 15: every P1 and P2 with how long it took and its post-mortem; repetitions count once."""
    now = facts.as_of.timestamp()
    held: dict[str, list[str]] = {}
    for p in facts.postmortems:
        for record in p.feedback_ids:
            held.setdefault(record, []).append(p.id)
    for link in facts.links:
        if link.target_id.startswith("PM-") and link.target_id not in held.get(link.feedback_id, ()):
            held.setdefault(link.feedback_id, []).append(link.target_id)
    by_id = {r.id: r for r in facts.records}
    rows: list[dict[str, Any]] = []
    for life in facts.lives:
        urgent = life.priority_at(now) in (Priority.P1, Priority.P2)
        if life.opened > now or not urgent or life.state_at(now) is State.MERGED:
            continue
        rows.append(_incident(life, by_id[life.record.id], now, held))
    return rows


def _incident(life: Life, record: Feedback, now: float, held: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    solved = life.solved_at(now)
    return {
        "id": record.id,
        "title": record.title,
        "priority": record.priority or "",
        "component": record.component,
        "reported": record.reported_at.isoformat() if record.reported_at else "",
        "seconds": None if solved is None else round(solved - life.opened),
        "postmortems": sorted(held.get(record.id, ())),
        "anchor": not record.state.is_open,
    }


def postmortems(facts: PackFacts) -> list[dict[str, Any]]:
    """Section 15: each post-mortem with its starred lines only."""
    return [_postmortem(p) for p in facts.postmortems]


def _postmortem(p: Postmortem) -> dict[str, Any]:
    spans = (
        ("to detect", p.time_to_detect),
        ("to mitigate", p.time_to_mitigate),
        ("to resolve", p.time_to_resolve),
    )
    return {
        "id": p.id,
        "title": p.title,
        "severity": p.severity,
        "status": p.status.value,
        "owner": p.owner,
        "held_on": p.held_on.isoformat() if p.held_on else "",
        "summary": p.summary,
        "impact": p.impact,
        "business_figure": p.business_figure,
        "users_affected": p.users_affected,
        "times": [[name, span.total_seconds()] for name, span in spans if span is not None],
        "trigger": p.trigger,
        "conditions": list(p.conditions),
        "timeline": [
            {"at": t.at.isoformat(), "event": t.event, "source": t.source} for t in p.timeline if t.starred
        ],
        "lessons": list(p.lessons),
        "feedback_ids": list(p.feedback_ids),
    }


def actions(facts: PackFacts) -> list[dict[str, Any]]:
    """Section 15: actions that are not done, soonest due first."""
    rows = [
        {
            "postmortem": p.id,
            "number": a.number,
            "text": a.text,
            "type": a.type.value,
            "owner": a.owner,
            "due": a.due.isoformat() if a.due else "",
            "external_key": a.external_key,
            "overdue": bool(a.due and a.due < facts.today),
        }
        for p in facts.postmortems
        for a in p.actions
        if a.done_on is None or a.done_on > facts.today
    ]
    return sorted(rows, key=lambda a: (a["due"] or "9999", a["postmortem"], a["number"]))


def training(facts: PackFacts) -> list[dict[str, Any]]:
    """Section 16: sessions, oldest first."""
    rows = [
        {
            "held_on": t.held_on.isoformat() if t.held_on else "",
            "topic": t.topic,
            "audience": t.audience,
            "attendees": t.attendees,
            "result": t.result,
        }
        for t in facts.training
    ]
    return sorted(rows, key=lambda t: str(t["held_on"]) or "9999")


def transfer(facts: PackFacts) -> list[list[Any]]:
    """Section 16: the checklists, each with its title."""
    names = [*TRANSFER_LISTS, *sorted({t.list for t in facts.transfer} - TRANSFER_LISTS.keys())]
    return [
        [
            TRANSFER_LISTS.get(name, name.capitalize()),
            [
                {
                    "topic": t.topic,
                    "mandatory": t.mandatory,
                    "from_whom": t.from_whom,
                    "to_whom": t.to_whom,
                    "method": t.method,
                    "evidence": t.evidence,
                    "score": t.score,
                    "accepted_on": t.accepted_on.isoformat()
                    if t.accepted_on and t.accepted_on <= facts.today
                    else "",
                }
                for t in facts.transfer
                if t.list == name
            ],
        ]
        for name in names
    ]


def risks(facts: PackFacts) -> list[list[Any]]:
    """Section 17: by kind, what ends first comes first."""
    tables: list[list[Any]] = []
    for kind, title in RISK_LISTS.items():
        rows = sorted(
            (r for r in facts.risks if r.kind is kind), key=lambda r: (str(r.expires_on or "9999"), r.id)
        )
        tables.append(
            [
                title,
                [
                    {
                        "id": r.id,
                        "title": r.title,
                        "detail": r.detail,
                        "severity": r.severity,
                        "owner": r.owner,
                        "mitigation": r.mitigation,
                        "expires_on": r.expires_on.isoformat() if r.expires_on else "",
                        "ending": ""
                        if r.expires_on is None
                        else "ended"
                        if r.expires_on < facts.today
                        else "ends soon"
                        if r.expires_on <= facts.today + _SOON
                        else "",
                    }
                    for r in rows
                ],
            ]
        )
    return tables


def approvals(facts: PackFacts, settings: WorkspaceSettings) -> list[dict[str, str]]:
    """Sections 1 and 22: the newest signature of each role; roles that have not signed stay open."""
    last: dict[str, SignOff] = {s.role: s for s in sorted(facts.sign_offs, key=lambda s: (s.at, s.id))}
    roles = list(dict.fromkeys([*settings.sign_off_roles, *last]))
    return [
        {
            "role": role,
            "decision": last[role].decision.value if role in last else "",
            "at": last[role].at.isoformat() if role in last else "",
            "who": last[role].who if role in last else "",
            "note": last[role].note if role in last else "",
            "evaluation_id": last[role].evaluation_id if role in last else "",
        }
        for role in roles
    ]


def _weekdays(days: Sequence[int]) -> str:
    ordered = sorted(days)
    if len(ordered) > 2 and ordered == list(range(ordered[0], ordered[-1] + 1)):
        return f"{_WEEKDAYS[ordered[0]]} to {_WEEKDAYS[ordered[-1]]}"
    return ", ".join(_WEEKDAYS[d] for d in ordered)


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _minutes(span: timedelta | None) -> float | None:
    return span.total_seconds() / 60 if span else None
