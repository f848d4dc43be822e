"""Reads a workspace into ``Facts``: one consistent view of the records, the articles, the pack's sections.

Which sections have something in them follows the pack: articles by tag or kind, and the tables that print there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from hypercare_desk.domain.article import ArticleRow, Confidence, Status
from hypercare_desk.domain.at_rest import collector_at_rest
from hypercare_desk.domain.facts import ArticleFact, Facts, SectionFact
from hypercare_desk.domain.feedback import FeedbackFilter
from hypercare_desk.domain.handoff import PACK_SECTIONS, section_of
from hypercare_desk.domain.journal import JournalKind
from hypercare_desk.services.ports import ArticleStore, Database, UnitOfWork
from hypercare_desk.services.workspace_rules import calendar_of, targets_of
from hypercare_desk.settings import PackSectionSetting, WorkspaceSettings

AUTOMATIC = frozenset(
    ("control-sheet", "decision", "open-records", "incidents", "statistics", "sign-off", "manifest")
)
"""Sections that the system fills by itself: they say nothing about what people have handed over."""


def read_facts(
    database: Database, store: ArticleStore, settings: WorkspaceSettings, as_of: datetime
) -> Facts:
    """Everything criteria and statistics are computed from."""
    rows = store.rows()
    with database.view() as work, collector_at_rest():
        return Facts(
            as_of=as_of,
            go_live=settings.go_live,
            planned_exit=settings.planned_exit,
            calendar=calendar_of(settings),
            targets=targets_of(settings),
            records=tuple(work.feedback.find(FeedbackFilter())),
            events=tuple(work.feedback.events()),
            links=tuple(work.links.all()),
            uses=tuple(work.uses.all()),
            searches=tuple(work.searches.all()),
            measurements=tuple(work.measurements.all()),
            postmortems=tuple(work.postmortems.all()),
            articles=tuple(_article(row) for row in rows),
            transfer=tuple(work.transfer.all()),
            surveys=tuple(work.surveys.all()),
            training=tuple(work.training.all()),
            sections=_sections(rows, work, settings.pack_sections),
            waivers=tuple(work.waivers.all()),
        )


def _article(row: ArticleRow) -> ArticleFact:
    fields = row.fields
    return ArticleFact(
        fields.id,
        fields.kind,
        fields.confidence,
        fields.status,
        fields.title,
        fields.validated.on,
        fields.created.on,
    )


def _sections(
    rows: Sequence[ArticleRow], work: UnitOfWork, chosen: Mapping[str, PackSectionSetting]
) -> tuple[SectionFact, ...]:
    since = _written_since(rows)
    tables = _filled_by_tables(work)
    found: list[SectionFact] = []
    for section in PACK_SECTIONS:
        setting = chosen.get(section.key, PackSectionSetting(True, section.mandatory))
        if not setting.include:
            continue
        filled = section.key in since or section.key in tables or section.key in AUTOMATIC
        begun = None if section.key in tables else since.get(section.key)
        written = section.key not in AUTOMATIC
        found.append(SectionFact(section.key, section.title, setting.mandatory, filled, written, begun))
    return tuple(found)


def _written_since(rows: Sequence[ArticleRow]) -> dict[str, date | None]:
    """Section → the day its first article was made; None where that is not known of one."""
    days: dict[str, list[date | None]] = {}
    for row in rows:
        fields = row.fields
        if fields.status is Status.RETIRED or fields.confidence is Confidence.ARCHIVED:
            continue
        days.setdefault(section_of(fields.kind, fields.tags).key, []).append(fields.created.on)
    return {key: None if None in some else min(d for d in some if d) for key, some in days.items()}


def _filled_by_tables(work: UnitOfWork) -> frozenset[str]:
    roster = bool(work.roster.all())
    handed = {JournalKind.HOTFIX, JournalKind.DECISION}
    present = {
        "ownership": roster,
        "support-model": roster,
        "changes": any(entry.kind in handed for entry in work.journal.all()),
        "performance": bool(work.measurements.all()),
        "training": bool(work.training.all() or work.transfer.all()),
        "risks": bool(work.risks.all()),
    }
    return frozenset(key for key, there in present.items() if there)
