"""The demonstration's words: readable whole, linked to what exists, about roles and never about people."""

import re
from datetime import date
from pathlib import Path

import pytest

from hypercare_desk.adapters.demo_content import dated, demo_settings, load_demo, read_articles
from hypercare_desk.adapters.kb.article_file import fresh, parse
from hypercare_desk.adapters.settings_file import parse_settings
from hypercare_desk.domain.article import Confidence, Kind, Status, linked_ids, sections
from hypercare_desk.domain.checklist import Surroundings, check
from hypercare_desk.domain.criteria_catalogue import ENTRIES
from hypercare_desk.domain.handoff import PACK_SECTIONS, section_of
from hypercare_desk.resources import resource
from hypercare_desk.services.demo.content import DemoContent
from hypercare_desk.services.demo.days import demo_days

TODAY = date(2026, 11, 18)
DAYS = demo_days(TODAY)
SOURCES = sorted(resource("demo", "articles").glob("*.md"))
PERSONAL = re.compile(r"[\w.+-]+@[\w-]+\.\w+|\+\d{2}[ \d/-]{6,}|(?<![\w ])0\d{2,4}[ /-]\d{4,}")
COUNTS = {
    Kind.KNOWN_ISSUE: 22,
    Kind.WORKAROUND: 10,
    Kind.FAQ: 14,
    Kind.HOW_TO: 6,
    Kind.LESSON: 5,
    Kind.TRAINING_NOTE: 3,
}


@pytest.fixture(scope="module")
def content() -> DemoContent:
    return load_demo(DAYS)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_an_article_is_read_without_a_problem_and_has_its_sections(path: Path) -> None:
    text = dated(path.read_text(encoding="utf-8"), DAYS, date.isoformat)
    article = parse(text.encode(), path.name).article
    assert article.problems == ()
    assert article.id == path.stem
    assert "{{" not in text
    if article.kind.sections:
        assert tuple(s.heading for s in sections(article.body)) == article.kind.sections


def test_articles_survive_being_written_and_read_again(content: DemoContent) -> None:
    for draft in content.articles:
        again = parse(fresh(draft), "x.md").article
        assert (again.fields, again.body, again.problems) == (draft.fields, draft.body, ())


def test_there_are_as_many_articles_of_each_kind_as_the_story_needs(content: DemoContent) -> None:
    kinds = [draft.fields.kind for draft in content.articles]
    assert {kind: kinds.count(kind) for kind in COUNTS} == COUNTS
    assert len({draft.fields.id for draft in content.articles}) == len(content.articles)


def test_every_link_and_every_named_article_exists(content: DemoContent) -> None:
    ids = {draft.fields.id for draft in content.articles}
    linked = {(d.fields.id, target) for d in content.articles for target in linked_ids(d.body)}
    named = {a for t in (*content.themes, *content.incidents) for a in t.matter.articles}
    named |= {article for _, article in content.answered}
    named |= {lesson for pm in content.postmortems for lesson in pm.lessons}
    assert [pair for pair in linked if pair[1] not in ids] == []
    assert named - ids == set()


def test_articles_stand_at_different_places_of_their_life(content: DemoContent) -> None:
    fields = [draft.fields for draft in content.articles]
    assert {f.confidence for f in fields} == set(Confidence)
    assert {f.status for f in fields} == set(Status)
    assert [f.id for f in fields if f.valid_until and f.valid_until < TODAY] == ["WA-0009"]
    assert len([f for f in fields if f.review_by and f.review_by < TODAY]) >= 4
    assert all(f.created.on and f.created.on < TODAY for f in fields)


def test_every_section_that_people_write_has_an_article(content: DemoContent) -> None:
    written = {section_of(d.fields.kind, d.fields.tags).key for d in content.articles}
    wanted = {section.key for section in PACK_SECTIONS if section.written}
    assert wanted <= written


def test_people_are_named_by_role_and_cannot_be_called(content: DemoContent) -> None:
    texts = [path.read_text(encoding="utf-8") for path in resource("demo").rglob("*") if path.is_file()]
    assert [found for text in texts for found in PERSONAL.findall(text)] == []
    assert all(entry.contact.startswith("#") for entry in content.roster)


def test_post_mortems_are_told_in_order_and_hold_open_actions(content: DemoContent) -> None:
    assert len(content.postmortems) == 4
    actions = [action for pm in content.postmortems for action in pm.actions]
    for pm in content.postmortems:
        told = [entry.at for entry in pm.timeline]
        assert told == sorted(told)
        course = [pm.started_at, pm.detected_at, pm.acknowledged_at, pm.mitigated_at, pm.resolved_at]
        assert course == sorted(at for at in course if at)
        assert any(entry.starred for entry in pm.timeline)
    assert all(action.owner for action in actions)
    overdue = [a for a in actions if a.done_on is None and a.due and a.due < TODAY]
    waiting = [a for a in actions if a.done_on is None and a.due and a.due >= TODAY]
    assert overdue
    assert waiting


def test_choices_measurements_and_waivers_are_about_metrics_that_exist(content: DemoContent) -> None:
    metrics = {c.metric for c in content.choices} | {s.metric for s in content.series}
    metrics |= {m.metric for m in content.measured} | {w.criterion_id for w in content.waivers}
    assert metrics <= set(ENTRIES)
    assert all(waiver.owner != waiver.approver for waiver in content.waivers)
    assert all(waiver.expires_on > TODAY for waiver in content.waivers)


def test_the_surveys_have_enough_answers(content: DemoContent) -> None:
    assert len(content.surveys) == 2
    assert sum(survey.n for survey in content.surveys) >= 20


@pytest.mark.parametrize("today", [date(2026, 1, 1), date(2026, 3, 31), TODAY, date(2027, 12, 26)])
def test_nothing_has_happened_after_today(today: date) -> None:
    days = demo_days(today)
    content = load_demo(days)
    assert all(entry.at <= days.end for entry in (*content.journal, *content.announcements))
    stamps = [
        s.on for d in content.articles for s in (d.fields.created, d.fields.updated, d.fields.validated)
    ]
    assert max(day for day in stamps if day) <= today
    assert all(survey.held_on <= today for survey in content.surveys)
    assert all(item.accepted_on is None or item.accepted_on <= today for item in content.transfer)


def test_the_settings_are_valid_and_name_every_component_in_use(content: DemoContent) -> None:
    settings = parse_settings(demo_settings(DAYS))
    used = {d.fields.component for d in read_articles(DAYS)} | {t.matter.component for t in content.themes}
    assert used - {""} <= set(settings.components)
    assert (settings.go_live, settings.planned_exit) == (DAYS.go_live, DAYS.planned_exit)
    assert settings.time_zone == "Europe/Berlin"


def test_three_articles_still_fail_the_checklist_and_none_holds_personal_data(content: DemoContent) -> None:
    around = Surroundings({draft.fields.id for draft in content.articles})
    reports = [check(parse(fresh(draft), "x.md").article, around) for draft in content.articles]
    assert [report.article_id for report in reports if not report.passed] == [
        "FAQ-0014",
        "KI-0019",
        "KI-0022",
    ]
    privacy = ("no personal data", "caller not identifiable")
    assert [(r.article_id, f.detail) for r in reports for f in r.findings if f.item in privacy] == []
