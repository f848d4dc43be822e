"""The quality checklist: each item can fail, and the number follows from the items."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from hypercare_desk.domain.article import Article, ArticleFields, CheckReport, Kind
from hypercare_desk.domain.checklist import Surroundings, check, title_words

GOOD = Article(
    ArticleFields(
        title="Printed invoice shows the old address",
        kind=Kind.WORKAROUND,
        id="WA-0001",
        owner="Order desk",
        component="Billing",
        environment="Production",
        release="1.10",
        tags=("invoice",),
        aliases=("wrong address on paper",),
        valid_until=date(2026, 12, 31),
        review_by=date(2026, 12, 1),
    ),
    "".join(f"## {heading}\n\nText, see [[KI-0001]].\n\n" for heading in Kind.WORKAROUND.sections).replace(
        "## Steps\n\nText", "## Steps\n\n1. Open\n2. Print\n\nText"
    ),
    "0",
    "workaround/WA-0001-x.md",
)
AROUND = Surroundings({"KI-0001", "WA-0001"})


def failed(report: CheckReport) -> list[str]:
    return [finding.item for finding in report.findings if finding.passed is False]


def test_a_good_workaround_passes_but_for_what_is_asked() -> None:
    report = check(GOOD, AROUND)
    assert failed(report) == []
    assert len(report.findings) == 10
    assert (report.score, report.passed) == (90, True)


@pytest.mark.parametrize(
    "fields, item",
    [
        ({"environment": "", "release": ""}, "environment and release stated"),
        ({"aliases": ()}, "caller's words present"),
        ({"owner": ""}, "metadata set"),
        ({"title": "Error"}, "title states what the caller sees"),
        ({"title": "Long words " * 20}, "title states what the caller sees"),
        ({"valid_until": None}, "workaround has risk, roll back and expiry"),
    ],
)
def test_fields_that_are_missing(fields: dict[str, object], item: str) -> None:
    broken = replace(GOOD, fields=replace(GOOD.fields, **fields))  # pyright: ignore[reportArgumentType]
    if item.startswith("environment"):
        broken = replace(broken, body=broken.body.replace("## Environment", "## Else"))
    assert item in failed(check(broken, AROUND))


@pytest.mark.parametrize(
    "old, new, item",
    [
        ("1. Open\n2. Print", "Open and print", "numbered steps that a reader can do"),
        (
            "## Verify\n\nText",
            "## Verify\n\n<!-- how to see that it worked -->",
            "right sections for the kind",
        ),
        ("## Risk", "## Danger", "workaround has risk, roll back and expiry"),
        ("[[KI-0001]]", "[[KI-0404]]", "links resolve"),
        ("Text", "Mail ada@company.org", "no personal data"),
        ("Text", "Ring 0221 555 1234", "no personal data"),
        ("Text", "Customer number 4711", "caller not identifiable"),
    ],
)
def test_texts_that_fail(old: str, new: str, item: str) -> None:
    body = GOOD.body.replace(old, new)
    if item == "right sections for the kind":
        body = body.replace(", see [[KI-0001]].", "")
    assert item in failed(check(replace(GOOD, body=body), AROUND))


def test_findings_name_their_line() -> None:
    report = check(replace(GOOD, body="one\n\n<!-- a\nb -->\nsee [[KI-0404]]\nx@company.org\n"), AROUND)
    lines = {finding.item: finding.line for finding in report.findings if finding.line}
    assert lines == {"links resolve": 5, "no personal data": 6}


def test_duplicates_are_named() -> None:
    report = check(GOOD, replace(AROUND, duplicates=(("WA-0002", "The same"),)))
    assert "WA-0002" in report.findings[0].detail
    assert report.score == 80


def test_what_does_not_concern_a_kind_passes_and_says_so() -> None:
    faq = replace(
        GOOD, fields=replace(GOOD.fields, kind=Kind.FAQ), body="## Question\n\nx\n\n## Answer\n\ny\n"
    )
    findings = {finding.item: finding for finding in check(faq, AROUND).findings}
    assert findings["workaround has risk, roll back and expiry"].passed
    assert "Does not concern a FAQ" in findings["numbered steps that a reader can do"].detail


@pytest.mark.parametrize(
    "body", ["<!--" * 50_000, "0 1" * 50_000, "a@" * 50_000, "## " + " #" * 50_000, "[[KI-0001|" * 50_000]
)
def test_hostile_texts_are_checked_in_time(body: str) -> None:
    assert check(replace(GOOD, body=body), AROUND).article_id == "WA-0001"


def test_titles_are_the_same_but_for_order_case_and_little_words() -> None:
    assert title_words("The invoice cannot be posted") == title_words("Cannot be posted: Invoice")
    assert title_words("Invoice cannot be posted") != title_words("Order cannot be posted")
