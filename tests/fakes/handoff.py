"""A small hypercare to make packs from, and a pack renderer that writes the snapshot itself in place of a PDF."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from hypercare_desk.domain.article import ArticleDraft, ArticleFields, Confidence, Kind, Stamp, Status
from hypercare_desk.domain.errors import Invalid, NotFound
from hypercare_desk.domain.exit_criteria import ExitDecision, SignOff, Waiver
from hypercare_desk.domain.feedback import (
    ArticleUse,
    Category,
    Decision,
    Feedback,
    Link,
    Priority,
    Relation,
    Resolver,
    SearchMade,
    State,
)
from hypercare_desk.domain.journal import (
    JournalEntry,
    JournalKind,
    Risk,
    RiskKind,
    RosterEntry,
    Survey,
    TrainingSession,
    TransferItem,
)
from hypercare_desk.domain.postmortem import Action, Postmortem, PostmortemStatus, TimelineEntry
from hypercare_desk.services.exit_criteria import ExitCriteriaService
from hypercare_desk.services.handoff import HandoffService
from hypercare_desk.services.progress import Progress
from hypercare_desk.settings import EscalationSetting, WorkspacePaths, WorkspaceSettings
from tests.fakes.database import MemoryDatabase
from tests.fakes.knowledge import MemoryStore, PlainRenderer

GO_LIVE = date(2026, 11, 2)
SETTINGS = WorkspaceSettings(
    system="Order to cash",
    go_live=GO_LIVE,
    planned_exit=date(2026, 11, 30),
    service="Order to cash, 34 branches",
    release="2.4",
    time_zone="Europe/Berlin",
    components=("Pricing", "EDI"),
    environments=("Production", "Quality"),
    hypercare_team="Project",
    bau_team="Operations",
    escalation=(EscalationSetting("P1", 30, "Incident manager", "phone"),),
)
KNOWN_ISSUE = """## Symptoms

"You charged freight twice for the same order." The monitor shows **PRC-2231**.

## Error text

```
PRC-2231 Condition not divided, order 4711
```

## Cause

The split copies the condition. Defect in FB-0002, see [[WA-0001]].

## Workaround

[[WA-0001]]
"""
WORKAROUND = """## When to use

Freight stands on the second delivery, too.

## Steps

1. Open **Billing due list**.
2. Set FRT1 to inactive.

## Steps to read to the caller

1. You are right, the second charge is a mistake.
2. Please pay the invoice without it.

## Risk

| Risk | How likely | What then |
|------|-----------:|-----------|
| A wrong line loses freight | low | 38 per order |

## Roll back

Set FRT1 active before invoicing.
"""


class SnapshotWriter:
    """Implements ``services.ports.PackRenderer``: the "PDF" is the snapshot, its attachment the manifest in it."""

    def __init__(self) -> None:
        self.known: dict[str, str] = {}

    def render(self, snapshot_json: str, out: Path, progress: Progress | None = None) -> int:
        out.write_text(snapshot_json, "utf-8")
        return 7

    def pictures(self, paths: Iterable[str]) -> Mapping[str, str]:
        return {path: self.known[path] for path in paths if path in self.known}

    def attachments(self, pdf: Path) -> Mapping[str, bytes]:
        try:
            return {"manifest.json": json.loads(pdf.read_text("utf-8"))["manifest_json"].encode()}
        except KeyError:
            return {}
        except ValueError:
            raise Invalid(f"{pdf} is no PDF.") from None

    def fingerprint(self, pdf: Path) -> str:
        if not pdf.exists():
            raise NotFound(f"There is no file {pdf}.")
        return hashlib.sha256(pdf.read_bytes()).hexdigest()


def at(day: int, hour: int = 9) -> datetime:
    """An hour (UTC) of a day of November 2026."""
    return datetime(2026, 11, day, hour, tzinfo=UTC)


def add_article(
    store: MemoryStore, article_id: str, kind: Kind, title: str, body: str, **fields: Any
) -> None:
    """Let the store hold an article; validated and published unless said otherwise."""
    known: dict[str, Any] = {"status": Status.PUBLISHED, "confidence": Confidence.VALIDATED} | fields
    draft = ArticleDraft(ArticleFields(title, kind, article_id, **known), body)
    store.put(f"{kind}/{article_id}.md", draft)


def fill_articles(store: MemoryStore) -> None:
    """A known issue with its workaround, an FAQ, a runbook, a lesson and a tagged support procedure."""
    add_article(
        store,
        "KI-0001",
        Kind.KNOWN_ISSUE,
        "Partial deliveries double the freight charge",
        KNOWN_ISSUE,
        component="Pricing",
        owner="SME Pricing",
        environment="Production",
        release="2.4",
        fixed_in="2.5",
        severity="P2",
        aliases=("double freight",),
        codes=("PRC-2231",),
        validated=Stamp(date(2026, 11, 10), "SME Pricing"),
        review_by=date(2027, 1, 15),
    )
    add_article(
        store,
        "WA-0001",
        Kind.WORKAROUND,
        "Take the second freight off",
        WORKAROUND,
        component="Pricing",
        confidence=Confidence.NOT_VALIDATED,
        valid_until=date(2026, 11, 12),
    )
    add_article(
        store, "FAQ-0001", Kind.FAQ, "Why is my order blocked?", "## Answer\n\nSee [[KI-0001]] & FB-0001.\n"
    )
    add_article(
        store, "HT-0001", Kind.HOW_TO, "Restart the converter", "## Steps\n\n1. Stop it.\n2. Start it.\n"
    )
    add_article(
        store, "LL-0001", Kind.LESSON, "Size time-outs from the peak", "## What happened\n\nToo short.\n"
    )
    add_article(
        store,
        "SP-0001",
        Kind.SUPPORT_PROCEDURE,
        "Tiers and hours",
        "Call 4110 first.\n",
        tags=("pack:support-model",),
    )


def fill_records(database: MemoryDatabase) -> None:
    """Forty records over two weeks, fewer each day, some open; the days' notes, people, and one post-mortem."""
    rows = [_record(number) for number in range(1, 41)]
    with database.work() as unit:
        unit.feedback.add_many(rows)
        for row in rows[:8]:
            unit.links.add(
                Link(row.id, "KI-0001", Relation.SOLVED_BY, row.reported_at or at(2), "Service desk")
            )
        unit.uses.add_many([ArticleUse("KI-0001", at(3 + n), "Service desk", n != 2) for n in range(6)])
        unit.searches.add_many([SearchMade("zpl label", at(3 + n), "Service desk", n % 3) for n in range(12)])
        _fill_journal(unit)
        _fill_people(unit)
        unit.commit()


def _record(number: int) -> Feedback:
    begun = at(2, 8) + timedelta(days=int((number - 1) ** 1.2 / 6), hours=number % 7)
    solved = begun + timedelta(hours=2 + number % 5) if number % 6 else None
    priority = (Priority.P3, Priority.P4, Priority.P2, Priority.P3)[number % 4] if number > 1 else Priority.P1
    return Feedback(
        f"FB-{number:04d}",
        f"Freight twice on order {4700 + number}",
        category=(Category.MAJOR_BUG, Category.DATA, Category.TRAINING)[number % 3],
        state=State.CLOSED if solved else State.DECIDED,
        decision=None if solved else Decision.LATER_RELEASE,
        priority=priority,
        component="Pricing" if number % 2 else "EDI",
        owner="" if solved else "Application operations",
        target="" if solved else "Release 2.5",
        resolver=Resolver.BAU,
        reported_at=begun,
        responded_at=begun,
        resolved_at=solved,
        closed_at=solved,
        created_at=begun,
        updated_at=solved or begun,
    )


def _fill_journal(unit: Any) -> None:
    unit.journal.add(
        JournalEntry("", at(9), "Incident manager", JournalKind.HOTFIX, "Freight split", reference="2.4.1")
    )
    decided = "EDI stays on the old gateway"
    unit.journal.add(JournalEntry("", at(10), "Incident manager", JournalKind.DECISION, decided))
    unit.postmortems.add(
        Postmortem(
            "",
            "Duplicate EDI orders",
            "P1",
            PostmortemStatus.REVIEWED,
            summary="Orders of partner 7 were booked twice.",
            started_at=at(2, 8),
            detected_at=at(2, 9),
            resolved_at=at(2, 12),
            timeline=(TimelineEntry(at(2, 8), "Gateway times out", "log", starred=True),),
            actions=(Action(1, "Check the order number", owner="EDI team", due=date(2026, 12, 5)),),
            feedback_ids=("FB-0001",),
            created_at=at(2, 18),
        )
    )


def _fill_people(unit: Any) -> None:
    unit.roster.add(
        RosterEntry(
            "",
            "Incident manager",
            "Incident manager 1",
            contact="ext. 4110",
            after_handoff="Major incident manager",
            single_point_of_contact=True,
        )
    )
    unit.training.add(TrainingSession("", "Order entry", "Branches", date(2026, 11, 5), 34, "31 passed"))
    unit.transfer.add(TransferItem("", "EDI monitoring", accepted_on=date(2026, 11, 12), score=86.0))
    unit.surveys.add(Survey("", date(2026, 11, 12), 4.3, 64))
    unit.risks.add(Risk("", RiskKind.CERTIFICATE, "AS2 certificate", expires_on=date(2026, 12, 15)))
    unit.risks.add(Risk("", RiskKind.RISK, "First month-end"))


def sign_and_waive(database: MemoryDatabase, criterion_id: str) -> None:
    """One role has signed, and one criterion is waived."""
    with database.work() as unit:
        unit.sign_offs.add(
            SignOff("", at(17), "Operations lead", "Operations", ExitDecision.EXIT_WITH_WAIVERS, "")
        )
        unit.waivers.add(
            Waiver("", criterion_id, "The month ends later.", "Finance", "Sponsor", at(16), date(2026, 12, 5))
        )
        unit.commit()


def handoff_service(
    root: Path,
    clock: Any,
    *,
    database: MemoryDatabase | None = None,
    store: MemoryStore | None = None,
    settings: WorkspaceSettings = SETTINGS,
    **ports: Any,
) -> HandoffService:
    """A handoff service over memory, with the real exit criteria; ``ports`` replace its other parts."""
    database, store = database or MemoryDatabase(), store or MemoryStore()
    criteria = ExitCriteriaService(
        database=database,
        store=store,
        settings=settings,
        clock=clock,
        user="Incident manager",
    )
    criteria.install_defaults()
    parts: dict[str, Any] = {
        "renderer": PlainRenderer(),
        "pack_renderer": SnapshotWriter(),
        "criteria": criteria,
    } | ports
    return HandoffService(
        database=database,
        store=store,
        settings=settings,
        paths=WorkspacePaths(root, root / "cache", root / "data"),
        clock=clock,
        user="Incident manager",
        **parts,
    )
