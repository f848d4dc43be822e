from hypothesis import given
from hypothesis import strategies as st

from hypercare_desk.domain.article import Kind
from hypercare_desk.domain.handoff import (
    PACK_SECTIONS,
    SECTION_OF_KEY,
    Verification,
    attachment_path,
    missing_sections,
    section_of,
)


def test_the_sections_are_those_of_the_specification_in_order():
    assert [section.number for section in PACK_SECTIONS] == list(range(1, 24))
    assert len(SECTION_OF_KEY) == 23


def test_every_kind_of_article_has_its_section():
    places = {kind: section_of(kind, ()).key for kind in Kind}
    assert places[Kind.KNOWN_ISSUE] == places[Kind.WORKAROUND] == "known-issues"
    assert places[Kind.FAQ] == places[Kind.REFERENCE] == "articles"
    assert places[Kind.LESSON] == "lessons"


def test_a_tag_wins_over_the_kind_and_the_first_known_one_over_the_next():
    tags = ("edi", "pack:nowhere", "pack:continuity", "pack:access")
    assert section_of(Kind.FAQ, tags).key == "continuity"


def test_only_mandatory_sections_that_are_printed_can_be_missing():
    missing = {
        s.key
        for s in missing_sections({"access"}, {"continuity": False}, {"warranty": True, "training": False})
    }
    assert {"access", "continuity", "training"}.isdisjoint(missing)
    assert {"warranty", "monitoring"} <= missing


def test_every_section_that_people_fill_says_how_to_mend_it():
    alone = {"control-sheet", "open-records", "incidents", "statistics", "sign-off", "manifest"}
    assert all(s.mend for s in PACK_SECTIONS if s.key not in alone)


@given(st.text(alphabet="abc./\\%25e#?: ", max_size=40))
def test_a_pictures_path_never_leaves_the_attachments(source):
    path = attachment_path(source)
    assert path == "" or (path.startswith("attachments/") and ".." not in path.split("/"))


def test_a_pack_is_well_only_if_it_is_ours_and_whole():
    assert Verification(True, True, "").ok
    assert not Verification(True, False, "").ok
