"""The handoff pack: its sections, the frozen snapshot it is made from, its manifest, and comparing two of them."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import unquote

from hypercare_desk.domain.article import Kind

TAG_PREFIX = "pack:"


@dataclass(frozen=True, slots=True)
class PackSection:
    """One section of the pack: number and title of product.md §9; ``tag`` marks the articles that write it.

    ``kinds`` are the article kinds that land here when no tag says otherwise; ``written`` means that only articles
    with the tag (or of these kinds) fill it, no records do. ``mend`` says what to do when nothing is in it.
    """

    number: int
    key: str
    title: str
    mandatory: bool = True
    kinds: tuple[Kind, ...] = ()
    written: bool = False
    mend: str = ""

    @property
    def tag(self) -> str:
        """The article tag that puts an article into this section."""
        return TAG_PREFIX + self.key


def _written(number: int, key: str, title: str, what: str, mandatory: bool = True) -> PackSection:
    mend = f"Write a support procedure or reference tagged {TAG_PREFIX}{key}: {what}."
    return PackSection(number, key, title, mandatory, written=True, mend=mend)


PACK_SECTIONS: tuple[PackSection, ...] = (
    PackSection(1, "control-sheet", "Control sheet"),
    PackSection(
        2,
        "decision",
        "Decision",
        mend="Set up exit criteria and evaluate them (hypercare-desk criteria evaluate).",
    ),
    _written(3, "service-summary", "Service summary", "what the service does, for whom, and when it runs"),
    _written(
        4,
        "architecture",
        "Architecture and environments",
        "environments, addresses, dependencies and what fails when each of them fails",
    ),
    PackSection(
        5,
        "ownership",
        "Ownership",
        mend="Fill in the roster with who takes over after handoff, or write an article tagged pack:ownership.",
    ),
    PackSection(
        6,
        "support-model",
        "Support model",
        mend="Write a support procedure tagged pack:support-model, or set targets, escalation and roster.",
    ),
    PackSection(
        7,
        "known-issues",
        "Known issues and workarounds",
        kinds=(Kind.KNOWN_ISSUE, Kind.WORKAROUND),
        mend="Write the known issues (hypercare-desk article new known-issue), or state in an article tagged "
        "pack:known-issues that there are none.",
    ),
    PackSection(8, "open-records", "Open defects and deferred items"),
    PackSection(
        9,
        "articles",
        "FAQs and validated articles",
        kinds=(Kind.FAQ, Kind.REFERENCE),
        mend="Write the questions that callers ask (hypercare-desk article new faq).",
    ),
    PackSection(
        10,
        "how-tos",
        "How-tos and runbooks",
        kinds=(Kind.HOW_TO, Kind.SUPPORT_PROCEDURE),
        mend="Write the runbooks (hypercare-desk article new how-to), backup and restore among them.",
    ),
    _written(11, "monitoring", "Monitoring", "each alert, what it means and what to do"),
    _written(
        12, "access", "Access map", "which role opens what, and where secrets are kept (never the secrets)"
    ),
    PackSection(
        13,
        "changes",
        "Changes and hotfixes",
        mandatory=False,
        mend="Note decisions and hotfixes in the journal (hypercare-desk journal add).",
    ),
    PackSection(
        14,
        "performance",
        "Performance baseline",
        mandatory=False,
        mend="Enter measurements (hypercare-desk criteria measure), or write an article tagged pack:performance.",
    ),
    PackSection(15, "incidents", "Incidents and post-mortems"),
    PackSection(
        16,
        "training",
        "Training and knowledge transfer",
        kinds=(Kind.TRAINING_NOTE,),
        mend="Enter training sessions and knowledge-transfer items.",
    ),
    PackSection(
        17,
        "risks",
        "Risks, debt, contracts and licences",
        mend="Enter risks, contracts, licences and certificates with their expiry.",
    ),
    _written(18, "continuity", "Continuity", "RPO, RTO, and how recovery was tried"),
    PackSection(19, "statistics", "Hypercare in numbers"),
    _written(
        20, "warranty", "Warranty", "who still mends what, until when, and how to claim it", mandatory=False
    ),
    PackSection(
        21,
        "lessons",
        "Lessons learned",
        mandatory=False,
        kinds=(Kind.LESSON,),
        mend="Write what was learned (hypercare-desk article new lesson).",
    ),
    PackSection(22, "sign-off", "Sign-off"),
    PackSection(23, "manifest", "Glossary, changes and manifest"),
)
SECTION_OF_KEY: Mapping[str, PackSection] = {section.key: section for section in PACK_SECTIONS}
_SECTION_OF_KIND: Mapping[Kind, PackSection] = {kind: s for s in PACK_SECTIONS for kind in s.kinds}


def section_of(kind: Kind, tags: Iterable[str]) -> PackSection:
    """Where an article belongs: the section its first ``pack:`` tag names, else the one of its kind."""
    for tag in tags:
        named = SECTION_OF_KEY.get(tag.removeprefix(TAG_PREFIX)) if tag.startswith(TAG_PREFIX) else None
        if named:
            return named
    return _SECTION_OF_KIND[kind]


def attachment_path(source: str) -> str:
    """Where under ``kb/`` a picture of rendered text lies (``attachments/…``); empty if it lies anywhere else.

    ``source`` is an image's address, relative to ``kb/``.
    """
    source = unquote(source.strip()).split("?")[0].split("#")[0]
    if not source or ":" in source or "\\" in source or "\0" in source or source.startswith("/"):
        return ""
    path = posixpath.normpath(source)
    return path if path.startswith("attachments/") else ""


def missing_sections(
    filled: Collection[str],
    included: Mapping[str, bool] | None = None,
    mandatory: Mapping[str, bool] | None = None,
) -> tuple[PackSection, ...]:
    """Mandatory sections whose key is not in ``filled``; both maps hold only what a workspace set otherwise."""
    return tuple(
        s
        for s in PACK_SECTIONS
        if s.key not in filled
        and (included or {}).get(s.key, True)
        and (mandatory or {}).get(s.key, s.mandatory)
    )


@dataclass(frozen=True, slots=True)
class PackArticle:
    """An article's place in a manifest."""

    id: str
    title: str
    version: str
    confidence: str
    section: int


@dataclass(frozen=True, slots=True)
class Pack:
    """An issued or drafted pack as recorded in the workspace."""

    id: str
    version: str
    built_at: datetime
    as_of: datetime
    who: str
    path: str
    sha256: str
    manifest_sha256: str
    manifest: str
    issued_at: datetime | None = None
    superseded_by: str = ""


@dataclass(frozen=True, slots=True)
class BuiltPack:
    """What a build gives back: where it lies, how many pages, the SHA-256 of its bytes, sections with nothing in."""

    path: str
    pages: int
    sha256: str
    manifest_sha256: str
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verification:
    """Whether a PDF is the pack that was issued, whole, and what has changed in the workspace since."""

    ours: bool
    whole: bool
    sentence: str
    changed: tuple[str, ...] = field(default_factory=tuple[str, ...])

    @property
    def ok(self) -> bool:
        return self.ours and self.whole


@dataclass(frozen=True, slots=True)
class PackDiff:
    """What a newer pack added, removed and changed against an older one: ids."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    criteria: tuple[str, ...] = ()
