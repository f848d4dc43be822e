"""Sections, titles, slugs and links of an article's text."""

from __future__ import annotations

import pytest

from hypercare_desk.domain.article import (
    Article,
    ArticleFields,
    Kind,
    first_heading,
    linked_files,
    linked_ids,
    section,
    sections,
    slug,
)


def test_sections_are_second_level_headings_outside_code() -> None:
    body = "intro\n## One ##\na\n### Deeper\nb\n```\n## not this\n```\n## Two\n\nc\n"
    assert [(s.heading, s.line, s.text) for s in sections(body)] == [
        ("One", 2, "a\n### Deeper\nb\n```\n## not this\n```"),
        ("Two", 9, "c"),
    ]
    assert section(body, "two") == "c"
    assert section(body, "three") == ""


@pytest.mark.parametrize(
    "body, title",
    [
        ("# A `b` **c** [d](e) ![f](g) #\n", "A b c d"),
        ("~~~\n# no\n~~~\ntext\n### Deep\n", "Deep"),
        ("text\n#no heading\n", ""),
        ("# snake_case_name and 2*3*4", "snake_case_name and 2*3*4"),
        ("", ""),
        ("\n" * 300 + "# too far", ""),
    ],
)
def test_the_first_heading_as_plain_text(body: str, title: str) -> None:
    assert first_heading(body) == title


@pytest.mark.parametrize(
    "title, part",
    [
        ("Überweisung: “schlägt” fehl", "uberweisung-schlagt-fehl"),
        ("漢字", "article"),
        ("a" * 99, "a" * 60),
        ("Maß", "mass"),
    ],
)
def test_slugs(title: str, part: str) -> None:
    assert slug(title) == part


def test_links_to_articles_and_files() -> None:
    body = "[[KI-0001]] [[FAQ-0002|x]] [y](WA-0003) [[KI-1]] [z](../a%20b/c.md#d)"
    body += " [w](https://x/y.md) [v](../../../e.md)"
    assert linked_ids(body) == ("KI-0001", "FAQ-0002", "WA-0003")
    assert linked_files(body, "attachments/imp") == ("attachments/a b/c.md",)


def test_relative_links_start_where_the_text_came_from() -> None:
    own = Article(ArticleFields("T", Kind.FAQ), "", "", "faq/FAQ-0001-t.md")
    imported = Article(ArticleFields("T", Kind.FAQ, imported_from="imp/a/b.md"), "", "", "faq/FAQ-0002-t.md")
    assert (own.link_base, imported.link_base) == ("faq", "attachments/imp/a")
