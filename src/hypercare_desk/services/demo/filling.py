"""Putting the demonstration into an empty workspace: articles, records, and what was evaluated on past days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from hypercare_desk.domain.article import Article, ArticleDraft
from hypercare_desk.domain.changes import Changes
from hypercare_desk.domain.errors import Invalid
from hypercare_desk.domain.evaluation import evaluate
from hypercare_desk.domain.exit_criteria import Criterion
from hypercare_desk.domain.fact_index import FactIndex
from hypercare_desk.domain.postmortem import Postmortem
from hypercare_desk.services.demo.content import CriterionChoice, DemoContent
from hypercare_desk.services.demo.days import DemoDays
from hypercare_desk.services.demo.records import tell_records
from hypercare_desk.services.demo.telling import Telling
from hypercare_desk.services.demo.usage import events_of, measurements, searches_and_uses
from hypercare_desk.services.desk import Desk
from hypercare_desk.services.ports import UnitOfWork
from hypercare_desk.services.progress import Progress, Silent
from hypercare_desk.services.workspace_rules import matrix_of

_EVALUATED = "07:30"
_FIRST_EVALUATION = 2
_WRITTEN = "11:00"
_STAGES = 6


@dataclass(frozen=True, slots=True)
class Filled:
    """How much was put into the workspace."""

    articles: int
    records: int
    postmortems: int
    searches: int
    measurements: int
    evaluations: int

    @property
    def lines(self) -> tuple[str, ...]:
        """The same in words, a line each."""
        return (
            f"{self.articles} articles: known issues, workarounds, FAQs, runbooks, lessons",
            f"{self.records} feedback records with their histories, {self.postmortems} post-mortems",
            f"{self.searches} searches, {self.measurements} measurements, {self.evaluations} evaluations of the past",
        )


def fill_demo(desk: Desk, content: DemoContent, progress: Progress | None = None) -> Filled:
    """Fill an empty workspace with the demonstration; the same content gives the same workspace.

    Raises ``Invalid`` if the workspace holds articles or records already (nothing is changed then).
    """
    progress = progress or Silent()
    progress.step(0, _STAGES, "Writing articles")
    _check_empty(desk)
    with desk.database.work() as work:
        _reserve_articles(work, content.articles)
        work.commit()
    articles = desk.knowledge.add_many(content.articles, "Add the articles of the demonstration")
    written = _written(articles, content.days)
    progress.step(1, _STAGES, "Telling three weeks")
    tellings = tell_records(content, matrix_of(desk.settings), written)
    searches, uses = searches_and_uses(content, tellings, written)
    measured = measurements(content)
    progress.step(2, _STAGES, "Keeping the records")
    postmortems = _with_records(content, tellings)
    with desk.database.work() as work:
        _reserve(work, "PM", [pm.id for pm in postmortems])
        _reserve(work, "FB", [telling.record.id for telling in tellings])
        work.postmortems.add_many(postmortems)
        _keep_feedback(work, tellings)
        work.searches.add_many(searches)
        work.uses.add_many(uses)
        work.measurements.add_many(measured)
        _keep_days_and_people(work, content)
        _choose_criteria(work, content)
        work.commit()
    progress.step(3, _STAGES, "Making records findable")
    desk.search.index_feedback([telling.finished() for telling in tellings])
    desk.search.index_postmortems(postmortems)
    desk.search.load_uses()
    progress.step(4, _STAGES, "Looking back")
    evaluations = _evaluate_past(desk, content.days)
    progress.step(_STAGES, _STAGES, "Done")
    desk.announcer(Changes(everything=True))
    return Filled(len(articles), len(tellings), len(postmortems), len(searches), len(measured), evaluations)


def _check_empty(desk: Desk) -> None:
    with desk.database.view() as work:
        taken = bool(desk.knowledge.list() or work.postmortems.all() or work.journal.all())
    if taken or desk.feedback.count(status=""):
        raise Invalid(
            f"The workspace in {desk.paths.root} holds articles or records already: the demonstration fills"
            " only an empty one. Name another folder.",
            code="not_empty",
        )


def _reserve_articles(work: UnitOfWork, drafts: Sequence[ArticleDraft]) -> None:
    """Take the ids of articles that come with their own."""
    by_prefix: dict[str, list[str]] = {}
    for article_id in sorted(draft.fields.id for draft in drafts):
        by_prefix.setdefault(article_id.partition("-")[0], []).append(article_id)
    for prefix, ids in by_prefix.items():
        _reserve(work, prefix, ids)


def _reserve(work: UnitOfWork, prefix: str, ids: Sequence[str]) -> None:
    """See that ids counted from here on are new, and that the demonstration's own are free."""
    if ids and tuple(work.next_id(prefix, len(ids))) != tuple(ids):
        raise Invalid(
            "The workspace has given out ids before: the demonstration needs a new one. Name another folder.",
            code="not_empty",
        )


def _written(articles: Sequence[Article], days: DemoDays) -> Mapping[str, datetime]:
    """When each article came to be."""
    return {
        article.id: days.at(((article.fields.created.on or days.go_live) - days.go_live).days, _WRITTEN)
        for article in articles
    }


def _with_records(content: DemoContent, tellings: Sequence[Telling]) -> list[Postmortem]:
    """The post-mortems with the records that led to them."""
    found: list[Postmortem] = []
    for postmortem in content.postmortems:
        tied = (t.record.id for t in tellings if any(link.target_id == postmortem.id for link in t.links))
        found.append(replace(postmortem, feedback_ids=tuple(tied)))
    return found


def _keep_feedback(work: UnitOfWork, tellings: Sequence[Telling]) -> None:
    work.feedback.add_many(telling.finished() for telling in tellings)
    work.feedback.record_events(events_of(tellings))
    for telling in tellings:
        for link in telling.links:
            work.links.add(link)


def _keep_days_and_people(work: UnitOfWork, content: DemoContent) -> None:
    work.journal.add_many(content.journal)
    work.announcements.add_many(content.announcements)
    work.roster.add_many(content.roster)
    work.training.add_many(content.training)
    work.transfer.add_many(content.transfer)
    work.surveys.add_many(content.surveys)
    work.risks.add_many(content.risks)


def _choose_criteria(work: UnitOfWork, content: DemoContent) -> None:
    """Set what the team chose for the criteria of the catalogue, and keep its waivers."""
    by_metric = {criterion.metric: criterion for criterion in work.criteria.all()}
    for choice in content.choices:
        if choice.metric in by_metric:
            work.criteria.change(_chosen(by_metric[choice.metric], choice))
    for waiver in content.waivers:
        if waiver.criterion_id in by_metric:
            work.waivers.add(replace(waiver, criterion_id=by_metric[waiver.criterion_id].id))


def _chosen(criterion: Criterion, choice: CriterionChoice) -> Criterion:
    names = ("threshold", "consecutive_days", "minimum_sample", "margin", "mandatory", "active")
    values = {name: getattr(choice, name) for name in names if getattr(choice, name) is not None}
    if choice.owner:
        values["owner"] = choice.owner
    return replace(criterion, **values)


def _evaluate_past(desk: Desk, days: DemoDays) -> int:
    """One evaluation each morning, as the team would have made it."""
    mornings = [days.at(number, _EVALUATED) for number in range(_FIRST_EVALUATION, days.last + 1)]
    facts, criteria = desk.exit_criteria.facts(), desk.exit_criteria.criteria()
    index = FactIndex(facts)
    verdicts = [
        evaluate(criteria, replace(facts, as_of=morning), index)
        for morning in mornings
        if morning <= days.end
    ]
    with desk.database.work() as work:
        for verdict in verdicts:
            work.evaluations.add(verdict)
        work.commit()
    return len(verdicts)
