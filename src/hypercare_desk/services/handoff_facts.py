"""Reads everything a pack is made from, in one view of the records, as it stood at one instant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from hypercare_desk.domain.article import Article, Confidence, Kind, Status
from hypercare_desk.domain.calendar import WorkCalendar
from hypercare_desk.domain.errors import DeskError
from hypercare_desk.domain.exit_criteria import Criterion, Measurement, SignOff, Verdict, Waiver
from hypercare_desk.domain.feedback import (
    ArticleUse,
    Feedback,
    FeedbackEvent,
    FeedbackFilter,
    Link,
    SearchMade,
)
from hypercare_desk.domain.feedback_fields import READERS, read_field
from hypercare_desk.domain.handoff import Pack, section_of
from hypercare_desk.domain.journal import (
    JournalEntry,
    Risk,
    RosterEntry,
    Survey,
    TrainingSession,
    TransferItem,
)
from hypercare_desk.domain.postmortem import Postmortem
from hypercare_desk.domain.record_history import Life, lives
from hypercare_desk.domain.statistics import Statistics
from hypercare_desk.services.ports import ArticleStore, Database
from hypercare_desk.services.progress import Progress, Silent


@dataclass(frozen=True, slots=True)
class PackFacts:
    """What is known at ``as_of``: nothing in here is younger. ``lives`` tell each record's past."""

    as_of: datetime
    today: date
    articles: tuple[Article, ...]
    records: tuple[Feedback, ...]
    lives: tuple[Life, ...]
    links: tuple[Link, ...]
    uses: tuple[ArticleUse, ...]
    searches: tuple[SearchMade, ...]
    verdict: Verdict
    statistics: Statistics
    evaluations: tuple[Verdict, ...]
    criteria: tuple[Criterion, ...]
    measurements: tuple[Measurement, ...]
    waivers: tuple[Waiver, ...]
    sign_offs: tuple[SignOff, ...]
    postmortems: tuple[Postmortem, ...]
    journal: tuple[JournalEntry, ...]
    roster: tuple[RosterEntry, ...]
    training: tuple[TrainingSession, ...]
    transfer: tuple[TransferItem, ...]
    surveys: tuple[Survey, ...]
    risks: tuple[Risk, ...]
    packs: tuple[Pack, ...]

    def open_records(self) -> list[Feedback]:
        """Records that somebody still has to do something about, the most pressing and oldest first."""
        still = [r for r in self.records if r.state.is_open]
        return sorted(still, key=lambda r: (r.priority or "P9", r.reported_at or self.as_of, r.id))


def read_facts(
    database: Database,
    store: ArticleStore,
    verdict: Verdict,
    numbers: Statistics,
    as_of: datetime,
    calendar: WorkCalendar,
    progress: Progress | None = None,
) -> PackFacts:
    """Read the workspace as of ``as_of``: records are taken back by their events, articles are those of today.

    Retired and archived articles are left out, and so are files that cannot be read as articles.
    """
    articles = _articles(store, progress or Silent())
    with database.view() as unit:
        events = list(unit.feedback.events())
        known = [
            r
            for r in unit.feedback.find(FeedbackFilter())
            if (r.reported_at or r.created_at or as_of) <= as_of
        ]
        records = tuple(sorted(_taken_back(known, events, as_of), key=lambda r: (len(r.id), r.id)))
        return PackFacts(
            as_of=as_of,
            today=calendar.day_of(as_of),
            articles=articles,
            records=records,
            lives=tuple(lives(known, events)),
            links=tuple(link for link in unit.links.all() if link.at <= as_of),
            uses=tuple(use for use in unit.uses.all() if use.at <= as_of),
            searches=tuple(search for search in unit.searches.all() if search.at <= as_of),
            verdict=verdict,
            statistics=numbers,
            evaluations=tuple(v for v in unit.evaluations.all() if v.as_of <= as_of),
            criteria=tuple(unit.criteria.all()),
            measurements=tuple(m for m in unit.measurements.all() if m.at <= as_of),
            waivers=tuple(w for w in unit.waivers.all() if w.approved_at <= as_of),
            sign_offs=tuple(s for s in unit.sign_offs.all() if s.at <= as_of),
            postmortems=tuple(p for p in unit.postmortems.all() if (p.created_at or as_of) <= as_of),
            journal=tuple(
                sorted((j for j in unit.journal.all() if j.at <= as_of), key=lambda j: (j.at, j.id))
            ),
            roster=tuple(unit.roster.all()),
            training=tuple(unit.training.all()),
            transfer=tuple(unit.transfer.all()),
            surveys=tuple(unit.surveys.all()),
            risks=tuple(unit.risks.all()),
            packs=tuple(unit.packs.all()),
        )


def _articles(store: ArticleStore, progress: Progress) -> tuple[Article, ...]:
    rows = [
        row
        for row in store.rows()
        if row.fields.status is not Status.RETIRED and row.fields.confidence is not Confidence.ARCHIVED
    ]
    found: list[Article] = []
    for done, row in enumerate(rows):
        if done % 50 == 0:
            progress.step(done, len(rows), "Reading articles")
        try:
            found.append(store.read_path(row.path))
        except DeskError:
            continue  # changed or removed this moment; the next pack sees it
    return tuple(sorted(found, key=_place))


def _place(article: Article) -> tuple[int, str, int, int, str]:
    """Section, component (articles without one last), kind in the order of the domain, number."""
    section = section_of(article.kind, article.fields.tags)
    component = article.fields.component.casefold() or "\uffff"
    return section.number, component, list(Kind).index(article.kind), len(article.id), article.id


def _taken_back(records: list[Feedback], events: list[FeedbackEvent], as_of: datetime) -> list[Feedback]:
    """Records with every later change undone, newest first."""
    later: dict[str, list[FeedbackEvent]] = {}
    for event in events:
        if event.at > as_of:
            later.setdefault(event.feedback_id, []).append(event)
    undone: list[Feedback] = []
    for record in records:
        old: dict[str, object] = {}
        for event in sorted(later.get(record.id, ()), key=lambda e: (e.at, e.seq), reverse=True):
            old |= _before(event)
        undone.append(replace(record, **old) if old else record)  # pyright: ignore[reportArgumentType]
    return undone


def _before(event: FeedbackEvent) -> Mapping[str, object]:
    """The field's value before this change; nothing for fields that have no reader (they are not printed)."""
    if event.field not in READERS or (event.field == "state" and not event.old):
        return {}
    try:
        return {event.field: read_field(event.field, event.old)}
    except DeskError:
        return {}
