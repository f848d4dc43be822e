"""Working with articles: every word kept, every move stamped, history and index following the file."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from hypercare_desk.adapters.kb import open_store
from hypercare_desk.domain.article import (
    Article,
    ArticleDraft,
    ArticleFields,
    ArticleFilter,
    Confidence,
    Kind,
    Stamp,
    Status,
)
from hypercare_desk.domain.changes import Changes
from hypercare_desk.domain.errors import Conflict, Invalid, NotFound, Unavailable
from hypercare_desk.domain.feedback import ArticleUse
from hypercare_desk.services.knowledge import KnowledgeService
from tests.conftest import FrozenClock
from tests.fakes.database import MemoryDatabase
from tests.fakes.knowledge import MemoryHistory, MemoryStore, PlainRenderer, QuietSearch

TODAY = date(2026, 11, 18)


class Desk:
    """A knowledge service with all that is around it."""

    def __init__(self, clock: FrozenClock) -> None:
        self.store = MemoryStore()
        self.history = MemoryHistory(self.store.raw)
        self.search = QuietSearch()
        self.database = MemoryDatabase()
        self.heard: list[Changes] = []
        self.warned: list[str] = []
        self.clock = clock
        self.knowledge = self.of("Ada")

    def of(self, user: str) -> KnowledgeService:
        return KnowledgeService(
            store=self.store,
            history=self.history,
            renderer=PlainRenderer(),
            search=self.search,  # pyright: ignore[reportArgumentType]
            database=self.database,  # pyright: ignore[reportArgumentType]
            clock=self.clock,
            user=user,
            announce=self.heard.append,
            warn=self.warned.append,
        )


@pytest.fixture
def desk(clock: FrozenClock) -> Desk:
    return Desk(clock)


@pytest.fixture
def article(desk: Desk) -> Article:
    return desk.knowledge.new(Kind.KNOWN_ISSUE, "Invoice cannot be posted", body="Old\n")


def test_a_new_article_has_an_id_the_template_and_stamps(desk: Desk) -> None:
    made = desk.knowledge.new(Kind.KNOWN_ISSUE, "  Invoice  cannot be posted ", tags=("billing",))
    assert (made.id, made.title, made.fields.tags) == ("KI-0001", "Invoice cannot be posted", ("billing",))
    assert (made.status, made.confidence) == (Status.DRAFT, Confidence.NOT_VALIDATED)
    assert made.fields.created == made.fields.updated == Stamp(TODAY, "Ada")
    assert "## Symptoms" in made.body
    assert desk.history.commits == [((made.path,), "Add KI-0001: Invoice cannot be posted", "Ada")]
    assert desk.search.indexed == [made]
    assert desk.heard == [Changes(articles=frozenset({"KI-0001"}))]
    assert desk.knowledge.new(Kind.KNOWN_ISSUE, "Another one here").id == "KI-0002"


def test_an_id_is_not_given_again_when_the_disk_refused(desk: Desk) -> None:
    desk.store.broken = "The disk is full."
    with pytest.raises(Unavailable):
        desk.knowledge.new(Kind.FAQ, "What is this?")
    desk.store.broken = ""
    assert desk.knowledge.new(Kind.FAQ, "What is this?").id == "FAQ-0002"


def test_a_save_writes_records_indexes_and_tells(desk: Desk, article: Article, clock: FrozenClock) -> None:
    clock.advance(days=1)
    saved = desk.of("Grace").save(replace(article.draft(), body="New\n"), article.version)
    assert desk.knowledge.read("KI-0001") == saved
    assert saved.fields.updated == Stamp(date(2026, 11, 19), "Grace")
    assert saved.fields.created == article.fields.created
    assert desk.history.commits[-1] == ((saved.path,), "Change KI-0001: Invoice cannot be posted", "Grace")
    assert desk.search.indexed[-1] == saved


def test_saving_what_is_there_does_nothing(desk: Desk, article: Article) -> None:
    assert desk.knowledge.save(article.draft(), article.version) == article
    assert len(desk.history.commits) == len(desk.heard) == 1


def test_a_conflict_carries_what_the_author_wrote(desk: Desk, article: Article) -> None:
    theirs = desk.of("Grace").save(replace(article.draft(), body="Theirs\n"), article.version)
    mine = replace(article.draft(), body="Mine\n")
    with pytest.raises(Conflict) as caught:
        desk.knowledge.save(mine, article.version)
    assert (caught.value.mine, caught.value.theirs) == (mine, theirs)
    assert desk.knowledge.read("KI-0001") == theirs


def test_the_save_stands_without_history(desk: Desk, article: Article) -> None:
    desk.history.broken = "The repository is broken."
    saved = desk.knowledge.save(replace(article.draft(), body="New\n"), article.version)
    assert desk.knowledge.read("KI-0001") == saved
    assert desk.search.indexed[-1] == saved
    assert desk.warned == ["The repository is broken."]


def test_an_article_needs_a_title_and_a_change_an_id(desk: Desk) -> None:
    with pytest.raises(Invalid):
        desk.knowledge.new(Kind.FAQ, "  ")
    with pytest.raises(Invalid):
        desk.knowledge.save(ArticleDraft(ArticleFields("T", Kind.FAQ), ""), "0" * 64)


def test_an_article_lives(desk: Desk, article: Article) -> None:
    knowledge = desk.of("Grace")
    assert knowledge.submit("KI-0001").status is Status.IN_REVIEW
    assert knowledge.publish("KI-0001").status is Status.PUBLISHED
    validated = knowledge.validate("KI-0001")
    assert (validated.confidence, validated.fields.validated) == (Confidence.VALIDATED, Stamp(TODAY, "Grace"))
    retired = knowledge.retire("KI-0001")
    assert (retired.status, retired.confidence) == (Status.RETIRED, Confidence.ARCHIVED)
    verbs = [message.split()[0] for _, message, _ in desk.history.commits]
    assert verbs == ["Add", "Hand", "Publish", "Validate", "Retire"]
    for forbidden in (knowledge.publish, knowledge.validate, knowledge.submit):
        with pytest.raises(Invalid):
            forbidden("KI-0001")
    with pytest.raises(NotFound):
        knowledge.publish("KI-0404")


def test_a_changed_text_has_to_be_validated_again(desk: Desk, article: Article) -> None:
    validated = desk.knowledge.validate("KI-0001")
    retitled = replace(validated.draft(), fields=replace(validated.fields, owner="Team"))
    kept = desk.knowledge.save(retitled, validated.version)
    assert kept.confidence is Confidence.VALIDATED
    changed = desk.knowledge.save(replace(kept.draft(), body="New\n"), kept.version)
    assert changed.confidence is Confidence.NOT_VALIDATED
    assert changed.fields.validated == Stamp(TODAY, "Ada")


def test_validating_by_the_front_matter_stamps_it(desk: Desk, article: Article) -> None:
    wanted = replace(article.fields, confidence=Confidence.VALIDATED)
    saved = desk.knowledge.save(ArticleDraft(wanted, article.body), article.version)
    assert saved.fields.validated == Stamp(TODAY, "Ada")


def used(desk: Desk, *people: str) -> None:
    with desk.database.work() as work:
        for who in people:
            work.uses.add(ArticleUse("KI-0001", desk.clock.now(), who, True))
        work.commit()


@pytest.mark.parametrize(
    "people, confidence",
    [
        (("Ada", "Ada", "Ada", "Ada"), Confidence.NOT_VALIDATED),
        (("Ada", "Grace"), Confidence.NOT_VALIDATED),
        (("Ada", "Ada", "Grace"), Confidence.VALIDATED),
    ],
)
def test_three_times_solved_by_two_people_validates(
    desk: Desk, article: Article, people: tuple[str, ...], confidence: Confidence
) -> None:
    used(desk, *people)
    assert desk.knowledge.used("KI-0001", solved=True).confidence is confidence
    assert desk.search.uses == [("KI-0001", True)]


def test_uses_before_the_last_change_do_not_validate(
    desk: Desk, article: Article, clock: FrozenClock
) -> None:
    used(desk, "Ada", "Grace", "Ada")
    clock.advance(days=1)
    desk.knowledge.save(replace(article.draft(), body="New\n"), article.version)
    assert desk.knowledge.used("KI-0001", solved=True).confidence is Confidence.NOT_VALIDATED


def test_an_earlier_state_comes_back_as_a_new_change(desk: Desk, article: Article) -> None:
    wanted = ArticleDraft(replace(article.fields, title="Another title"), "New\n")
    desk.knowledge.save(wanted, article.version)
    desk.knowledge.publish("KI-0001")
    first = desk.knowledge.history("KI-0001")[-1].revision
    assert desk.knowledge.read_revision("KI-0001", first).body == "Old\n"
    restored = desk.knowledge.restore("KI-0001", first)
    assert (restored.title, restored.body) == ("Invoice cannot be posted", "Old\n")
    assert restored.status is Status.PUBLISHED
    assert len(desk.knowledge.history("KI-0001")) == 4


def test_lists_are_filtered(desk: Desk) -> None:
    desk.knowledge.new(Kind.FAQ, "Where is my invoice?", tags=("Billing",), component="Order")
    desk.knowledge.new(Kind.KNOWN_ISSUE, "Stock is wrong", aliases=("nothing left",))

    def ids(**which: object) -> list[str]:
        return [row.fields.id for row in desk.knowledge.list(ArticleFilter(**which))]  # pyright: ignore[reportArgumentType]

    assert ids() == ["FAQ-0001", "KI-0001"]
    assert (
        ids(kind=Kind.FAQ)
        == ids(tag="billing")
        == ids(component="order")
        == ids(text="INVOICE")
        == ["FAQ-0001"]
    )
    assert ids(text="nothing") == ids(text="ki-0001") == ["KI-0001"]
    assert ids(status=Status.PUBLISHED) == ids(confidence=Confidence.WIP) == []


def test_html_knows_which_links_lead_somewhere(desk: Desk, article: Article) -> None:
    other = desk.knowledge.new(
        Kind.FAQ,
        "What is this?",
        body="[[KI-0001]] [[KI-0404]] [x](../b/old.md)\n",
        imported_from="imp/a/new.md",
    )
    desk.knowledge.new(Kind.FAQ, "What was that?", body="x", imported_from="imp/b/old.md")
    shown = desk.knowledge.html(other.id)
    assert "'KI-0001', 'desk:article/KI-0001'" in shown
    assert "KI-0404'" not in shown
    assert "('attachments/imp/b/old.md', 'desk:article/FAQ-0002')" in shown
    assert "<!-- attachments/imp/a " in shown
    assert [row.fields.id for row in desk.knowledge.links_to("KI-0001")] == ["FAQ-0001"]


def test_the_review_queue(desk: Desk) -> None:
    desk.knowledge.new(Kind.WORKAROUND, "Print it twice", valid_until=date(2026, 11, 17))
    desk.knowledge.new(Kind.FAQ, "Is it late?", review_by=date(2026, 11, 17))
    desk.knowledge.new(Kind.FAQ, "Is it today?", review_by=TODAY)
    gone = desk.knowledge.new(Kind.FAQ, "Is it gone?", review_by=date(2026, 1, 1))
    desk.knowledge.retire(gone.id)
    assert [(due.row.fields.id, due.reason) for due in desk.knowledge.due()] == [
        ("FAQ-0001", "review was due on 2026-11-17"),
        ("WA-0001", "valid until 2026-11-17"),
    ]


def test_the_checklist_knows_duplicates_and_links(desk: Desk, article: Article) -> None:
    desk.search.near = [
        ("KI-0001", article.title),
        ("KI-0007", "The invoice cannot be posted"),
        ("KI-0008", "Else"),
    ]
    report = desk.knowledge.check("KI-0001")
    first = report.findings[0]
    assert (first.item, first.passed) == ("duplicate avoided", False)
    assert "KI-0007" in first.detail
    assert "KI-0008" not in first.detail
    desk.knowledge.retire(desk.knowledge.new(Kind.FAQ, "Is it gone?").id)
    assert [r.article_id for r in desk.knowledge.check_all()] == ["KI-0001"]


def test_attachments_are_kept_and_recorded(desk: Desk) -> None:
    assert desk.knowledge.attach("shot.png", b"png") == "attachments/shot.png"
    assert desk.history.commits == [(("attachments/shot.png",), "Attach shot.png", "Ada")]


def test_front_matter_that_cannot_be_written_keeps_no_text_from_being_saved(
    desk: Desk, tmp_path: Path
) -> None:
    (tmp_path / "faq").mkdir()
    text = f"---\nx: {'y' * 40_000}\n---\nOld\n"
    (tmp_path / "faq/FAQ-0001-x.md").write_text(text)
    knowledge = KnowledgeService(
        store=open_store(tmp_path),
        history=MemoryHistory(lambda path: b""),
        renderer=PlainRenderer(),
        search=QuietSearch(),  # pyright: ignore[reportArgumentType]
        database=desk.database,  # pyright: ignore[reportArgumentType]
        clock=desk.clock,
        user="Ada",
    )
    article = knowledge.read("FAQ-0001")
    with pytest.raises(Invalid):
        knowledge.save(replace(article.draft(), fields=replace(article.fields, owner="Me")), article.version)
    knowledge.save(replace(article.draft(), body="New\n"), article.version)
    assert (tmp_path / "faq/FAQ-0001-x.md").read_text() == text.replace("Old", "New")
