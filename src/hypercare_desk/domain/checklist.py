"""The quality checklist of product.md §4: ten items of 10 points, pass at 70, computed except where a person is asked.

Two more findings carry no points: personal data in the text, and facts that would identify a caller.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from hypercare_desk.domain.article import (
    Article,
    CheckReport,
    Finding,
    Kind,
    Section,
    linked_ids,
    sections,
)

POINTS = 10
_STEP = re.compile(r"^\s{0,3}\d+[.)]\s+\S", re.MULTILINE)
_EMAIL = re.compile(r"\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+\b")
_PHONE = re.compile(r"(?<![\w.+/-])(?:\+\d{1,3}|0)[ /()-]{0,2}\d{2,4}(?:[ /()-]{1,2}\d{2,5}){1,4}(?![\w.-])")
_CALLER = re.compile(
    r"\b(?:employee|personnel|badge|user|customer|staff) (?:id|no\.?|number)\s*[:#]?\s*\w*\d\w*",
    re.IGNORECASE,
)
_HARMLESS_MAIL = re.compile(
    r"@(?:[\w-]+\.)*(?:example|invalid|test|localhost|contoso)(?:\.(?:com|org|net))?$", re.I
)
_VAGUE_TITLE = re.compile(
    r"^(?:problem|issue|error|question|fix|bug|misc|various|untitled|test)\b[\s:.\d-]*$", re.I
)
_WITH_STEPS = frozenset({Kind.HOW_TO, Kind.WORKAROUND})
_WITH_SYMPTOMS = frozenset({Kind.KNOWN_ISSUE, Kind.WORKAROUND, Kind.FAQ})


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the checklist needs to know besides the article: ids that exist, and (id, title) of near duplicates."""

    ids: Collection[str]
    duplicates: Sequence[tuple[str, str]] = ()


def check(article: Article, around: Surroundings) -> CheckReport:
    """The ten items in the product's order, then findings without points. An asked item has ``passed`` None and gives
    no points; an item that does not concern the kind is passed and says so."""
    body = _without_comments(article.body)
    told = list(sections(body))
    items: list[Finding] = [rule(article, body, told, around) for rule in _RULES]
    score = POINTS * sum(1 for finding in items if finding.passed)
    return CheckReport(article.id, (*items, *_privacy(body)), score)


_LITTLE = frozenset(("a an and at by for from in is it of on or the this to when with you your").split())  # noqa: SIM905


def title_words(title: str) -> frozenset[str]:
    """The words that make a title: without case, order and little words; equal sets mean near duplicates."""
    return frozenset(re.findall(r"\w+", title.casefold())) - _LITTLE


def _duplicate(article: Article, body: str, told: list[Section], around: Surroundings) -> Finding:
    near = ", ".join(f"{other} “{title}”" for other, title in around.duplicates[:3])
    return Finding("duplicate avoided", not near, f"Very like {near}: link or merge." if near else "")


def _environment(article: Article, body: str, told: list[Section], around: Surroundings) -> Finding:
    fields = article.fields
    missing = [
        word
        for word, there in (
            ("environment", fields.environment or _text(told, "Environment")),
            ("release", fields.release or fields.affects_from or fields.fixed_in),
        )
        if not there
    ]
    return Finding("environment and release stated", not missing, _missing(missing))


def _symptoms_tested(article: Article, body: str, told: list[Section], around: Surroundings) -> Finding:
    if article.kind not in _WITH_SYMPTOMS:
        return _not_concerned("symptoms tested", article)
    return Finding("symptoms tested", None, "Ask: has somebody seen these symptoms on the system?")


def _callers_words(article: Article, body: str, told: list[Section], around: Surroundings) -> Finding:
    there = bool(article.fields.aliases)
    return Finding("caller's words present", there, "" if there else "Add what callers say to the aliases.")


def _steps(article: Article, body: str, told: list[Section], around: Surroundings) -> Finding:
    item = "numbered steps that a reader can do"
    if article.kind not in _WITH_STEPS:
        return _not_concerned(item, article)
    there = bool(_STEP.search(_text(told, "Steps") or body))
    return Finding(item, there, "" if there else "Write the steps as a numbered list (1. 2. 3.).")


def _metadata(article: Article, body: str, told: list[Section], around: Surroundings) -> Finding:
    fields = article.fields
    wanted = (("owner", fields.owner), ("component", fields.component), ("tags", fields.tags))
    missing = [word for word, value in (*wanted, ("review_by", fields.review_by)) if not value]
    return Finding("metadata set", not missing, _missing(missing))


def _links(article: Article, body: str, told: list[Section], around: Surroundings) -> Finding:
    dead = [target for target in linked_ids(body) if target not in around.ids]
    detail = f"No such article: {', '.join(dead)}." if dead else ""
    line = _line_of(article.body, dead[0]) if dead else None
    return Finding("links resolve", not dead, detail, line)


def _sections(article: Article, body: str, told: list[Section], around: Surroundings) -> Finding:
    item = "right sections for the kind"
    if not article.kind.sections:
        return Finding(item, bool(body.strip()), "" if body.strip() else "The article has no text.")
    filled = {s.heading.casefold() for s in told if s.text.strip()}
    missing = [heading for heading in article.kind.sections if heading.casefold() not in filled]
    return Finding(item, not missing, _missing(missing))


def _title(article: Article, body: str, told: list[Section], around: Surroundings) -> Finding:
    item = "title states what the caller sees"
    title = article.title.strip()
    if _VAGUE_TITLE.match(title) or len(title.split()) < 3:
        return Finding(item, False, "Say in the title what the caller sees or asks, in three words or more.")
    long = len(title) > 120
    return Finding(item, not long, "The title is longer than 120 characters." if long else "")


def _workaround(article: Article, body: str, told: list[Section], around: Surroundings) -> Finding:
    item = "workaround has risk, roll back and expiry"
    if article.kind is not Kind.WORKAROUND:
        return _not_concerned(item, article)
    missing = [heading for heading in ("Risk", "Roll back") if not _text(told, heading)]
    if not article.fields.valid_until:
        missing.append("valid_until")
    return Finding(item, not missing, _missing(missing))


_RULES: tuple[Callable[[Article, str, list[Section], Surroundings], Finding], ...] = (
    _duplicate,
    _environment,
    _symptoms_tested,
    _callers_words,
    _steps,
    _metadata,
    _links,
    _sections,
    _title,
    _workaround,
)


def _privacy(body: str) -> list[Finding]:
    """At most one finding of each sort, with its first line; nothing when the text is clean."""
    found: list[Finding] = []
    mails = [m for m in _EMAIL.finditer(body) if not _HARMLESS_MAIL.search(m.group())]
    personal = mails or list(_PHONE.finditer(body))
    if personal:
        first = personal[0]
        detail = f"“{first.group()}” looks like a person's address or number: leave it out, or name the role."
        found.append(Finding("no personal data", False, detail, body.count("\n", 0, first.start()) + 1))
    caller = _CALLER.search(body)
    if caller:
        detail = f"“{caller.group()}” may identify a caller: leave it out."
        found.append(
            Finding("caller not identifiable", False, detail, body.count("\n", 0, caller.start()) + 1)
        )
    return found


def _without_comments(body: str) -> str:
    """The body without HTML comments (the template's guidance), line numbers kept."""
    kept: list[str] = []
    at = 0
    while (start := body.find("<!--", at)) >= 0:
        end = body.find("-->", start)
        if end < 0:
            break
        kept += [body[at:start], "\n" * body.count("\n", start, end)]
        at = end + 3
    return "".join(kept) + body[at:]


def _not_concerned(item: str, article: Article) -> Finding:
    return Finding(item, True, f"Does not concern a {article.kind.noun}.")


def _missing(words: Sequence[str]) -> str:
    return f"Missing: {', '.join(words)}." if words else ""


def _text(told: Sequence[Section], heading: str) -> str:
    wanted = heading.casefold()
    return next((s.text.strip() for s in told if s.heading.casefold() == wanted), "")


def _line_of(body: str, text: str) -> int | None:
    at = body.find(text)
    return body.count("\n", 0, at) + 1 if at >= 0 else None
