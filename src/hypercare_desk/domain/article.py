"""Articles: kinds, the two axes (status, confidence), front matter as the application knows it.

Kinds, sections and the two axes follow product.md §4, which follows KCS v6 (article state and confidence).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from urllib.parse import unquote


class Kind(StrEnum):
    """What an article is; the value is the folder name under ``kb/`` and the word in front matter."""

    KNOWN_ISSUE = "known-issue"
    WORKAROUND = "workaround"
    FAQ = "faq"
    HOW_TO = "how-to"
    SUPPORT_PROCEDURE = "support-procedure"
    REFERENCE = "reference"
    LESSON = "lesson"
    TRAINING_NOTE = "training-note"

    @property
    def prefix(self) -> str:
        """The letters an id of this kind starts with (``KI`` for a known issue)."""
        return PREFIXES[self]

    @property
    def label(self) -> str:
        """The kind in words, for people."""
        return LABELS[self]

    @property
    def noun(self) -> str:
        """The kind in the middle of a sentence: a known issue, a FAQ."""
        return self.label if self.label.isupper() else self.label.lower()

    @property
    def sections(self) -> tuple[str, ...]:
        """Headings of the kind's template, in order; empty for free-form kinds."""
        return SECTIONS[self]


PREFIXES: Mapping[Kind, str] = {
    Kind.KNOWN_ISSUE: "KI",
    Kind.WORKAROUND: "WA",
    Kind.FAQ: "FAQ",
    Kind.HOW_TO: "HT",
    Kind.SUPPORT_PROCEDURE: "SP",
    Kind.REFERENCE: "RF",
    Kind.LESSON: "LL",
    Kind.TRAINING_NOTE: "TN",
}
KIND_OF_PREFIX: Mapping[str, Kind] = {prefix: kind for kind, prefix in PREFIXES.items()}
LABELS: Mapping[Kind, str] = {
    Kind.KNOWN_ISSUE: "Known issue",
    Kind.WORKAROUND: "Workaround",
    Kind.FAQ: "FAQ",
    Kind.HOW_TO: "How-to",
    Kind.SUPPORT_PROCEDURE: "Support procedure",
    Kind.REFERENCE: "Reference",
    Kind.LESSON: "Lesson learned",
    Kind.TRAINING_NOTE: "Training note",
}
SECTIONS: Mapping[Kind, tuple[str, ...]] = {
    Kind.KNOWN_ISSUE: (
        "Symptoms",
        "Error text",
        "Environment",
        "Cause",
        "Workaround",
        "Resolution",
        "Status of the fix",
    ),
    Kind.WORKAROUND: (
        "When to use",
        "Preconditions",
        "Steps",
        "Steps to read to the caller",
        "Verify",
        "Risk",
        "Roll back",
        "Valid until",
    ),
    Kind.FAQ: ("Question", "Answer"),
    Kind.HOW_TO: ("Purpose", "Trigger", "Permission", "Steps", "Verify", "Undo"),
    Kind.SUPPORT_PROCEDURE: (),
    Kind.REFERENCE: (),
    Kind.LESSON: ("What happened", "Category", "Recommendation", "Impact", "Source"),
    Kind.TRAINING_NOTE: ("Audience", "Misunderstanding seen", "Correct procedure", "Document affected"),
}

ARTICLE_ID = re.compile(r"^(KI|WA|FAQ|HT|SP|RF|LL|TN)-(\d{4,9})$")


class Status(StrEnum):
    """Where an article stands in its life."""

    DRAFT = "draft"
    IN_REVIEW = "in-review"
    PUBLISHED = "published"
    RETIRED = "retired"


class Confidence(StrEnum):
    """How far an article may be trusted."""

    WIP = "wip"
    NOT_VALIDATED = "not-validated"
    VALIDATED = "validated"
    ARCHIVED = "archived"


class Audience(StrEnum):
    """Who may be shown an article."""

    SUPPORT = "support"
    TEAM = "team"
    EVERYONE = "everyone"


@dataclass(frozen=True, slots=True)
class Stamp:
    """Who did something on which day (front matter keeps days, not instants)."""

    on: date | None = None
    by: str = ""


@dataclass(frozen=True, slots=True)
class ArticleFields:
    """The front-matter keys the application knows; unknown keys live on in the file, untouched."""

    title: str
    kind: Kind
    id: str = ""
    status: Status = Status.DRAFT
    confidence: Confidence = Confidence.NOT_VALIDATED
    audience: Audience = Audience.SUPPORT
    owner: str = ""
    component: str = ""
    environment: str = ""
    product: str = ""
    release: str = ""
    tags: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    severity: str = ""
    affects_from: str = ""
    fixed_in: str = ""
    valid_until: date | None = None
    review_by: date | None = None
    created: Stamp = Stamp()
    updated: Stamp = Stamp()
    validated: Stamp = Stamp()
    imported_from: str = ""
    """Where an imported text stood: the import's name and the path in it, with forward slashes. Files that came with
    it lie below ``attachments/`` under the same path, so its relative links still lead somewhere."""


@dataclass(frozen=True, slots=True)
class ArticleDraft:
    """What an author hands over to be saved: fields and body, with no version of its own.

    ``body`` is Markdown without front matter. ``id`` in the fields is empty for a new article.
    """

    fields: ArticleFields
    body: str


@dataclass(frozen=True, slots=True)
class Article:
    """One article as it stands on disk.

    ``version`` is the SHA-256 (hex) of the file's bytes: a save names the version it started from.
    ``path`` is relative to ``kb/``, with forward slashes. ``problems`` says, a sentence each, what of the front
    matter could not be understood; such keys are kept in the file as they are.
    """

    fields: ArticleFields
    body: str
    version: str
    path: str
    problems: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return self.fields.id

    @property
    def kind(self) -> Kind:
        return self.fields.kind

    @property
    def title(self) -> str:
        return self.fields.title

    @property
    def status(self) -> Status:
        return self.fields.status

    @property
    def confidence(self) -> Confidence:
        return self.fields.confidence

    @property
    def link_base(self) -> str:
        """The folder, relative to ``kb/``, that relative links and images of the body start from."""
        origin = self.fields.imported_from
        return f"attachments/{origin}".rpartition("/")[0] if origin else self.path.rpartition("/")[0]

    def draft(self) -> ArticleDraft:
        """The article as a draft to change and save again."""
        return ArticleDraft(self.fields, self.body)


@dataclass(frozen=True, slots=True)
class ArticleRow:
    """What a list shows of an article, without its body."""

    fields: ArticleFields
    path: str
    version: str
    size: int
    modified: datetime


@dataclass(frozen=True, slots=True)
class Revision:
    """One saved state of an article in its history; newest first in lists."""

    revision: str
    when: datetime
    who: str
    message: str


@dataclass(frozen=True, slots=True)
class Section:
    """One ``##`` section of a body: heading text, Markdown below it, and the line it starts on (1-based)."""

    heading: str
    text: str
    line: int


_HEADING = re.compile(r"^##[ \t]+(\S.*)$")
_FENCE = re.compile(r"^\s{0,3}(`{3,}|~{3,})")


def sections(body: str) -> tuple[Section, ...]:
    """The ``##`` sections of ``body`` in order; fenced code is never taken for a heading."""
    found: list[tuple[str, int, list[str]]] = []
    fence = ""
    for number, line in enumerate(body.splitlines(), start=1):
        mark = _FENCE.match(line)
        if mark and not fence:
            fence = mark.group(1)
        elif mark and mark.group(1).startswith(fence[0]) and len(mark.group(1)) >= len(fence):
            fence = ""
        heading = None if fence or mark else _HEADING.match(line)
        if heading:
            found.append((heading.group(1).rstrip().rstrip("#").rstrip(), number, []))
        elif found:
            found[-1][2].append(line)
    return tuple(Section(name, "\n".join(lines).strip("\n"), line) for name, line, lines in found)


_ANY_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+(.+?)[ \t]*#*[ \t]*$")
_MARKUP = re.compile(r"!\[[^\]]*\]\([^)]*\)|[`]+|\*\*|__|(?<!\w)[*_](?=\S)|(?<=\S)[*_](?!\w)")
_LINK_TEXT = re.compile(r"(?<!!)\[([^\]]*)\]\([^)]*\)")


def first_heading(body: str) -> str:
    """The first heading of ``body`` as plain text, whatever its level; empty if there is none in 200 lines."""
    fence = ""
    for line in body.split("\n", 200)[:200]:
        mark = _FENCE.match(line)
        if mark and not fence:
            fence = mark.group(1)
        elif mark and mark.group(1).startswith(fence):
            fence = ""
        heading = None if fence or len(line) > 1000 else _ANY_HEADING.match(line)
        if heading:
            text = _MARKUP.sub("", _LINK_TEXT.sub(r"\1", heading.group(1)))
            text = " ".join(text.replace("\\", "").split())
            if text:
                return text
    return ""


def without_comments(body: str) -> str:
    """``body`` as its readers see it: without HTML comments, such as a template's guidance; fenced code stays whole.

    Lines keep their numbers.
    """
    if "<!--" not in body:
        return body
    kept: list[str] = []
    fence = ""
    inside = False
    for line in body.split("\n"):
        mark = None if inside else _FENCE.match(line)
        if mark and not fence:
            fence = mark.group(1)
        elif mark and mark.group(1).startswith(fence[0]) and len(mark.group(1)) >= len(fence):
            fence = ""
        if not fence and not mark:
            line, inside = _uncommented(line, inside)
        kept.append(line)
    return body if inside else "\n".join(kept)  # a comment that never ends is none


def _uncommented(line: str, inside: bool) -> tuple[str, bool]:
    """What of a line is no comment, and whether a comment goes on after it."""
    kept: list[str] = []
    at = 0
    while at <= len(line):
        found = line.find("-->" if inside else "<!--", at)
        if not inside:
            kept.append(line[at : found if found >= 0 else len(line)])
        if found < 0:
            break
        at = found + (3 if inside else 4)
        inside = not inside
    return "".join(kept), inside


def section(body: str, heading: str) -> str:
    """The text of the first section whose heading equals ``heading`` without case; empty if there is none."""
    wanted = heading.casefold()
    return next((s.text for s in sections(body) if s.heading.casefold() == wanted), "")


_SLUG = re.compile(r"[^a-z0-9]+")


def slug(title: str, limit: int = 60) -> str:
    """A file-name part made from a title: ASCII lower case, digits and hyphens, at most ``limit`` characters."""
    import unicodedata

    text = unicodedata.normalize("NFKD", title.replace("ß", "ss")).encode("ascii", "ignore").decode().lower()
    cut = _SLUG.sub("-", text).strip("-")[:limit].rstrip("-")
    return cut or "article"


_LINK = re.compile(
    r"\[\[((?:KI|WA|FAQ|HT|SP|RF|LL|TN)-\d{4,9})(?:\|[^\]\n]{0,200})?\]\]"
    r"|\]\(((?:KI|WA|FAQ|HT|SP|RF|LL|TN)-\d{4,9})\)"
)


def linked_ids(body: str) -> tuple[str, ...]:
    """Ids of articles that ``body`` links to (``[[KI-0007]]`` or ``[text](KI-0007)``), once each, in order."""
    return tuple(dict.fromkeys(m.group(1) or m.group(2) for m in _LINK.finditer(body)))


_FILE_LINK = re.compile(
    r"\]\(\s{0,5}<?([^()\s<>:#]{1,500}\.(?:md|markdown))(?:#[^()\s<>]{0,200})?>?\s{0,5}\)", re.IGNORECASE
)


def linked_files(body: str, link_base: str) -> tuple[str, ...]:
    """Markdown files that ``body`` links to by relative paths, as paths from ``kb/``, once each; ``link_base`` is
    where relative links start (``Article.link_base``)."""
    found: dict[str, None] = {}
    for match in _FILE_LINK.finditer(body):
        joined = posixpath.normpath(posixpath.join(link_base, unquote(match.group(1))))
        if not joined.startswith(("..", "/")):
            found[joined] = None
    return tuple(found)


@dataclass(frozen=True, slots=True)
class ArticleFilter:
    """Which articles a list shows; ``None`` or empty means any."""

    kind: Kind | None = None
    status: Status | None = None
    confidence: Confidence | None = None
    component: str = ""
    tag: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One checklist item over one article: passed, failed, or asked of a person (``passed`` is None)."""

    item: str
    passed: bool | None
    detail: str = ""
    line: int | None = None


@dataclass(frozen=True, slots=True)
class CheckReport:
    """A checklist over an article: items first, the number second (10 points an item, pass at 70)."""

    article_id: str
    findings: tuple[Finding, ...] = field(default_factory=tuple[Finding, ...])
    score: int = 0

    @property
    def passed(self) -> bool:
        return self.score >= 70
