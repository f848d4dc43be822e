"""Composes a snapshot into the pack's HTML: one chunk a section, filled from the templates in ``resources/pack``."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from hypercare_desk.adapters.pdf import wording
from hypercare_desk.adapters.pdf.article_html import Part, article_parts
from hypercare_desk.adapters.pdf.side_card import beside_card
from hypercare_desk.resources import resource

Report = Callable[[int, int, str], None]
FULL_CONTENTS = 120  # articles; beyond that the contents list sections, and each section lists its own
_CALLER = frozenset({"steps to read to the caller", "say to the caller"})
_CARD = 4
_RECORDS = 6
_LONG_LINES = 18


def compose(snapshot: Mapping[str, Any], report: Report | None = None) -> str:
    """The whole pack as one HTML document. The same snapshot gives the same text."""
    tell = report or _silent
    sections: Sequence[Mapping[str, Any]] = snapshot["sections"]
    anchors = _anchors(snapshot)
    total = len(snapshot["articles"])
    articles: dict[str, list[dict[str, Any]]] = {section["key"]: [] for section in sections}
    named: set[str] = {r["id"] for r in snapshot["records"]} | {i["id"] for i in snapshot["incidents"]}
    for done, article in enumerate(snapshot["articles"]):
        if done % 20 == 0:
            tell(done, total, "Composing articles")
        articles[article["section"]].append(_article(article, anchors, snapshot, named))
    for section in sections:
        for place, article in enumerate(articles[section["key"]], start=1):
            article["number"] = f"{section['number']}.{place}"
    environment = _environment(snapshot["pack"]["time_zone"])
    environment.globals.update(  # pyright: ignore[reportUnknownMemberType]
        s=snapshot,
        anchors=anchors,
        articles=articles,
        sections=sections,
        full_contents=total <= FULL_CONTENTS,
    )
    chunks: list[str] = []
    for section in sections:
        tell(total, total, f"Composing {section['title']}")
        template = environment.get_template(f"sections/{section['key']}.html")
        chunks.append(template.render(section=section))
    return environment.get_template("pack.html").render(chunks=chunks)


def _silent(done: int, total: int, what: str) -> None:
    """Nobody watches."""


def _environment(time_zone: str) -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment: Any = Environment(
        loader=FileSystemLoader(resource("pack")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    moment, clock = wording.moments(time_zone)
    environment.filters.update(
        {
            name: getattr(wording, name)
            for name in [
                "label",
                "hue",
                "sign",
                "day",
                "short_day",
                "weekday",
                "duration",
                "minutes",
                "number",
                "amount",
                "counted",
                "css_text",
            ]
        }
    )
    environment.filters.update(moment=moment, clock=clock)
    environment.globals["rule"] = wording.rule
    return environment


def _anchors(snapshot: Mapping[str, Any]) -> frozenset[str]:
    """Ids that the pack holds a place for: articles, post-mortems, and records that stand in one of its tables."""
    ids = {a["id"] for a in snapshot["articles"]} | {p["id"] for p in snapshot["postmortems"]}
    ids |= {r["id"] for r in snapshot["records"]} | {i["id"] for i in snapshot["incidents"]}
    for article in snapshot["articles"]:
        ids |= {r["id"] for r in article["records"][:_RECORDS]}
    return frozenset(ids)


def _article(
    article: Mapping[str, Any], anchors: Collection[str], snapshot: Mapping[str, Any], named: set[str]
) -> dict[str, Any]:
    parts = article_parts(article["html"], article["id"], article["title"], anchors, snapshot["pictures"])
    facts = _facts(article)
    records: list[dict[str, Any]] = []
    for record in article["records"][:_RECORDS]:
        records.append({**record, "anchor": record["id"] not in named})
        named.add(record["id"])
    titles = {a["id"]: a["title"] for a in snapshot["articles"]} if article["links"] else {}
    card = len(facts) >= _CARD
    shown = [_part(part) for part in parts if part.html.strip() and not _is_fact(part, article)]
    beside, lines = beside_card(shown, facts, bool(article["uses"]["used"])) if card else (0, 0)
    return {
        **article,
        "beside": shown[:beside],
        "below": shown[beside:],
        "beside_long": lines > _LONG_LINES,
        "facts": facts,
        "card": beside > 0,
        "records": records,
        "records_more": max(0, len(article["records"]) - _RECORDS),
        "linked": [(i, titles[i]) for i in article["links"] if i in titles],
        "marked": article["confidence"] != "validated" or article["expired"],
    }


def _part(part: Part) -> dict[str, Any]:
    from markupsafe import Markup

    return {
        "heading": part.heading,
        "anchor": part.anchor,
        "html": Markup(part.html),
        "say": part.heading.casefold() in _CALLER,
    }


def _is_fact(part: Part, article: Mapping[str, Any]) -> bool:
    """Whether the article's card says this already."""
    return part.heading.casefold() == "valid until" and bool(article["valid_until"])


def _facts(article: Mapping[str, Any]) -> list[tuple[str, str]]:
    validated = ", ".join(filter(None, [article["validated_by"], wording.day(article["validated_on"])]))
    facts = [
        ("Release", ", ".join(filter(None, [article["product"], article["release"]]))),
        ("Environment", article["environment"]),
        ("Affects from", article["affects_from"]),
        ("Fixed in", article["fixed_in"]),
        ("Valid until", wording.day(article["valid_until"])),
        ("Owner", article["owner"]),
        ("Validated", validated),
        ("Review by", wording.day(article["review_by"])),
    ]
    if not validated:
        facts.append(("Last changed", wording.day(article["updated_on"])))
    return [(name, value) for name, value in facts if value]
