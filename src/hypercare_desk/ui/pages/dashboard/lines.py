"""The lines of the dashboard's cards, the most pressing first; each names what it opens."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from hypercare_desk.domain.article import KIND_OF_PREFIX, ArticleRow, Status
from hypercare_desk.domain.exit_criteria import CriterionResult, CriterionState, Verdict, Waiver
from hypercare_desk.domain.feedback import Feedback, State
from hypercare_desk.domain.journal import JournalEntry, JournalKind
from hypercare_desk.domain.postmortem import Action, Postmortem, PostmortemStatus
from hypercare_desk.domain.statistics import Statistics
from hypercare_desk.domain.triage import EscalationStep
from hypercare_desk.ui.pages.dashboard.rows import Line, age, tr

SOON_DAYS = 14
_WARN_DAYS = 7
_ICONS = {
    CriterionState.MET: ("ph.check-circle-fill", "green"),
    CriterionState.AT_RISK: ("ph.warning-fill", "amber"),
    CriterionState.NOT_MET: ("ph.x-circle-fill", "red"),
    CriterionState.NO_DATA: ("ph.circle-dashed-bold", "slate"),
    CriterionState.WAIVED: ("ph.flag-banner-fill", "violet"),
}
_PRIORITY = {
    "P1": ("ph.caret-double-up-bold", "red"),
    "P2": ("ph.caret-up-bold", "orange"),
    "P3": ("ph.minus-bold", "yellow"),
    "P4": ("ph.caret-down-bold", "slate"),
}
_JOURNAL = {
    JournalKind.DECISION: "ph.scales",
    JournalKind.HOTFIX: "ph.wrench",
    JournalKind.ANNOUNCEMENT: "ph.megaphone",
    JournalKind.WIN: "ph.trophy",
    JournalKind.NOTE: "ph.note",
}
_SINGLE_NO_DATA = 2


def decisions(
    records: Sequence[Feedback],
    overdue: Sequence[tuple[Feedback, EscalationStep | None]],
    verdict: Verdict,
    actions: Sequence[tuple[Postmortem, Action]],
    postmortems: Sequence[Postmortem],
    now: datetime,
    today: date,
) -> list[Line]:
    """What waits for somebody: records past their target, mandatory criteria that block, triage, papers, actions."""
    found = [_late(record, step, now) for record, step in overdue]
    found += _blocking(verdict)
    new = sorted((r for r in records if r.state is State.NEW), key=lambda r: r.reported_at or now)
    if new:
        areas = ", ".join(dict.fromkeys(r.component for r in new if r.component))
        words = tr("1 record to triage") if len(new) == 1 else tr("{0} records to triage").format(len(new))
        words += ", " + tr("oldest {0}").format(age(new[0].reported_at, now))
        found.append(Line(words, areas, "ph.tray", page="feedback", target=new[0].id))
    for paper in postmortems:
        if paper.status in (PostmortemStatus.DRAFT, PostmortemStatus.IN_REVIEW):
            words = f"{paper.id} {paper.title}"
            standing = paper.status.value.replace("-", " ")
            detail = tr("Post-mortem {0}").format(standing) + (f", {paper.owner}" if paper.owner else "")
            found.append(
                Line(words, detail, "ph.clock-counter-clockwise", page="postmortems", target=paper.id)
            )
    late = [(paper, action) for paper, action in actions if action.due and action.due < today]
    if late:
        paper, action = late[0]
        words = tr("1 action is late") if len(late) == 1 else tr("{0} actions are late").format(len(late))
        detail = f"{paper.id} {action.number}: {action.text}"
        found.append(Line(words, detail, "ph.calendar-x", "amber", page="postmortems", target=paper.id))
    return found


def criteria(verdict: Verdict) -> list[Line]:
    """The criteria that are not simply met, those that block first."""
    order = (
        CriterionState.NOT_MET,
        CriterionState.NO_DATA,
        CriterionState.AT_RISK,
        CriterionState.WAIVED,
    )
    return [
        _judged(c, tag=True)
        for c in sorted(
            (c for c in verdict.criteria if c.state in order),
            key=lambda c: (order.index(c.state), not c.mandatory, c.id),
        )
    ]


def unanswered(numbers: Statistics, rows: Sequence[ArticleRow]) -> list[Line]:
    """What was searched for in vain, most often first, with the article that answers it by now."""
    gaps = {
        alias.casefold(): row.fields
        for row in rows
        if row.fields.status is not Status.RETIRED
        for alias in (*row.fields.codes, *row.fields.aliases, row.fields.title)
    }
    found: list[Line] = []
    for query, count in numbers.unanswered:
        known = gaps.get(query.casefold())
        times = tr("once") if count == 1 else tr("{0} times").format(count)
        if known is None:
            found.append(
                Line(
                    query, times, "ph.magnifying-glass", "slate", tr("No article"), "red", "search", "", query
                )
            )
        elif known.status is Status.PUBLISHED:
            found.append(
                Line(query, times, "ph.magnifying-glass", "slate", known.id, "green", "knowledge", known.id)
            )
        else:
            tag = tr("{0} {1}").format(known.id, known.status.value.replace("-", " "))
            found.append(
                Line(query, times, "ph.magnifying-glass", "slate", tag, "amber", "knowledge", known.id)
            )
    return found


def ending(rows: Sequence[ArticleRow], waivers: Sequence[Waiver], today: date) -> list[Line]:
    """Workarounds, reviews and waivers that end within two weeks or have ended, the earliest first."""
    until = today + timedelta(days=SOON_DAYS)
    dated: list[tuple[date, Line]] = []
    for row in rows:
        fields = row.fields
        if fields.status is Status.RETIRED:
            continue
        ends = ((fields.valid_until, tr("valid until")), (fields.review_by, tr("review by")))
        soon = [(day, words) for day, words in ends if day and day <= until]
        if soon:
            text = f"{fields.id}  {fields.title}"
            first = min(day for day, _ in soon)
            words = ", ".join(words for _, words in soon)
            dated.append((first, _dated(first, today, text, words, "knowledge", fields.id)))
    for waiver in waivers:
        if waiver.revoked_at is None and waiver.expires_on <= until:
            text = tr("{0}  waiver for {1}").format(waiver.id, waiver.criterion_id)
            line = _dated(waiver.expires_on, today, text, tr("lapses"), "criteria", waiver.criterion_id)
            dated.append((waiver.expires_on, line))
    return [line for _, line in sorted(dated, key=lambda pair: (pair[0], pair[1].text))]


def actions(found: Sequence[tuple[Postmortem, Action]], today: date) -> list[Line]:
    """Open actions of post-mortems, the earliest due first."""
    made: list[Line] = []
    for paper, action in found:
        detail = f"{paper.id}, {action.owner}" if action.owner else paper.id
        if action.due is None:
            made.append(
                Line(action.text, detail, "ph.circle", tag=tr("no date"), page="postmortems", target=paper.id)
            )
        else:
            made.append(_dated(action.due, today, action.text, detail, "postmortems", paper.id, "ph.circle"))
    return made


def articles(numbers: Statistics) -> list[Line]:
    """The articles that were used most."""
    return [
        Line(
            article.title,
            article.id,
            "ph.article",
            tag=tr("{0} of {1} solved").format(article.solved, article.used),
            page="knowledge",
            target=article.id,
        )
        for article in numbers.articles
    ]


def journal(entries: Sequence[JournalEntry], most: int = 30) -> list[Line]:
    """The newest entries of the journal."""
    return [
        Line(
            entry.text,
            ", ".join(
                p for p in (entry.at.astimezone().strftime("%d %b %H:%M"), entry.who, entry.reference) if p
            ),
            _JOURNAL.get(entry.kind, "ph.note"),
            page=_page_of(entry.reference),
            target=entry.reference if _page_of(entry.reference) else "",
        )
        for entry in list(reversed(entries))[:most]
    ]


def _blocking(verdict: Verdict) -> list[Line]:
    """Mandatory criteria that are not met, and those without data: in one line where they are many."""
    mandatory = [c for c in verdict.criteria if c.mandatory]
    found = [_judged(c) for c in mandatory if c.state is CriterionState.NOT_MET]
    without = [c for c in mandatory if c.state is CriterionState.NO_DATA]
    if len(without) <= _SINGLE_NO_DATA:
        return found + [_judged(c) for c in without]
    icon, hue = _ICONS[CriterionState.NO_DATA]
    words = tr("{0} mandatory criteria have no data").format(len(without))
    return [
        *found,
        Line(words, " ".join(c.id for c in without), icon, hue, page="criteria", target=without[0].id),
    ]


def _late(record: Feedback, step: EscalationStep | None, now: datetime) -> Line:
    icon, hue = _PRIORITY.get(record.priority.value if record.priority else "", ("ph.circle", "slate"))
    since = tr("past its target, open for {0}").format(age(record.reported_at, now))
    if step is None:
        detail = since
    else:
        by = tr(" by {0}").format(step.channel) if step.channel else ""
        detail = tr("escalate to {0}{1}; {2}").format(step.who, by, since)
    detail = detail[:1].upper() + detail[1:]
    rated = record.priority.value if record.priority else tr("not rated")
    return Line(f"{rated} {record.id}: {record.title}", detail, icon, hue, page="feedback", target=record.id)


def _judged(result: CriterionResult, *, tag: bool = False) -> Line:
    icon, hue = _ICONS[result.state]
    return Line(
        f"{result.id} {result.title}",
        result.why,
        icon,
        hue,
        result.state.value.capitalize() if tag else "",
        hue if tag else "",
        "criteria",
        result.id,
    )


def _dated(
    day: date, today: date, text: str, detail: str, page: str, target: str, icon: str = "ph.hourglass-low"
) -> Line:
    left = (day - today).days
    if left == 0:
        words = tr("today")
    elif left == 1:
        words = tr("tomorrow")
    else:
        words = f"{day.day} {day:%b}"
    hue = "red" if left <= 0 else "amber" if left <= _WARN_DAYS else "slate"
    return Line(text, detail, icon, hue, words, hue, page, target)


def _page_of(reference: str) -> str:
    prefix = reference.partition("-")[0]
    pages = {"FB": "feedback", "EC": "criteria", "PM": "postmortems", "HP": "handoff"}
    if prefix in pages:
        return pages[prefix]
    return "knowledge" if prefix in KIND_OF_PREFIX and reference.partition("-")[2].isdigit() else ""
