"""What the handoff page shows, read off the GUI thread into frozen rows: the pack, its sections, its doubts."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

from hypercare_desk.domain.article import ArticleRow, Confidence
from hypercare_desk.domain.errors import DeskError
from hypercare_desk.domain.handoff import (
    PACK_SECTIONS,
    Pack,
    PackArticle,
    PackDiff,
    PackSection,
    Verification,
)
from hypercare_desk.services.desk import Desk
from hypercare_desk.services.handoff_manifest import compare
from hypercare_desk.ui.widgets.pdf_file import PDFIUM, Bookmark

_NUMBERED = re.compile(r"^(\d+) ")
_SOFT = ("at risk", "waived")


class SectionState(StrEnum):
    """How a section of a built pack stands."""

    COMPLETE = "Complete"
    DOUBTFUL = "Not validated"
    MISSING = "Missing"
    ABSENT = "Nothing in it"
    LEFT_OUT = "Left out"


@dataclass(frozen=True, slots=True)
class SectionLine:
    """One section: its state, the page it begins on (from 0; None if it is not printed), articles in doubt."""

    section: PackSection
    state: SectionState
    page: int | None = None
    doubtful: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Expired:
    """An article of the pack whose workaround has ended or whose review is past."""

    id: str
    title: str
    reason: str


@dataclass(frozen=True, slots=True)
class PackState:
    """A built pack as the page shows it; ``pack`` is None where none was built, ``file`` where its PDF is gone."""

    packs: tuple[Pack, ...] = ()
    pack: Pack | None = None
    file: Path | None = None
    earlier: Pack | None = None
    missing: tuple[PackSection, ...] = ()
    unvalidated: tuple[PackArticle, ...] = ()
    expired: tuple[Expired, ...] = ()
    blocking: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    articles: int = 0
    since_earlier: PackDiff = field(default_factory=PackDiff)
    read_only: str = ""

    @property
    def issued(self) -> bool:
        """Whether the pack that is shown was issued."""
        return bool(self.pack and self.pack.issued_at)


def read_pack(desk: Desk, wanted: str = "") -> PackState:
    """The pack ``wanted`` by its id, else the newest one."""
    packs = tuple(reversed(desk.handoff.packs()))
    locked = desk.database.read_only
    if not packs:
        return PackState(read_only=locked)
    pack = next((p for p in packs if p.id == wanted), packs[0])
    earlier = next(iter(packs[packs.index(pack) + 1 :]), None)
    manifest = _manifest(pack)
    articles = _articles(manifest)
    states = {str(c.get("id")): str(c.get("state")) for c in _rows(manifest, "criteria")}
    missing = frozenset(str(key) for key in manifest.get("missing", ()))
    return PackState(
        packs=packs,
        pack=pack,
        file=_file_of(pack, packs, desk),
        earlier=earlier,
        missing=tuple(s for s in PACK_SECTIONS if s.key in missing),
        unvalidated=tuple(a for a in articles if a.confidence != Confidence.VALIDATED.value),
        expired=_expired(articles, desk.knowledge.list(), desk.clock.today()),
        blocking=tuple(i for i, state in states.items() if state in ("not met", "no data")),
        conditions=tuple(i for i, state in states.items() if state in _SOFT),
        articles=len(articles),
        since_earlier=compare(_manifest(earlier), manifest) if earlier else PackDiff(),
        read_only=locked,
    )


def verify(desk: Desk, pdf: Path) -> Verification:
    """Whether ``pdf`` is a pack of this workspace, and what changed since; waits its turn at PDFium."""
    with PDFIUM:
        return desk.handoff.verify(pdf)


def section_lines(
    state: PackState, outline: Sequence[Bookmark], included: Mapping[str, bool]
) -> tuple[SectionLine, ...]:
    """The pack's sections in order, with their pages from the PDF's bookmarks."""
    pages: dict[int, int] = {}
    for entry in outline:
        numbered = _NUMBERED.match(entry.title)
        if numbered and entry.level == 0:
            pages.setdefault(int(numbered[1]), entry.page)
    doubtful: dict[int, list[str]] = {}
    for article in state.unvalidated:
        doubtful.setdefault(article.section, []).append(article.id)
    absent = {section.key for section in state.missing}

    def line(section: PackSection) -> SectionLine:
        page, doubts = pages.get(section.number), tuple(doubtful.get(section.number, ()))
        if section.key in absent:
            how = SectionState.MISSING
        elif not included.get(section.key, True):
            how = SectionState.LEFT_OUT
        elif page is None and outline:
            how = SectionState.ABSENT
        else:
            how = SectionState.DOUBTFUL if doubts else SectionState.COMPLETE
        return SectionLine(section, how, page, doubts)

    return tuple(line(section) for section in PACK_SECTIONS)


def _file_of(pack: Pack, packs: Sequence[Pack], desk: Desk) -> Path | None:
    """Where the pack's PDF lies now; a draft's file that a newer pack was written over is not its own any more."""
    named = Path(pack.path)
    newer = packs[: packs.index(pack)]
    if any(Path(other.path) == named for other in newer):
        return None
    # A workspace that was moved or copied takes its packs along.
    places = (named, desk.paths.root / named.name, desk.paths.packs / named.name)
    return next((place for place in places if place.is_file()), None)


def _manifest(pack: Pack) -> Mapping[str, Any]:
    try:
        read: object = json.loads(pack.manifest)
    except ValueError as fault:
        raise DeskError(
            f"The record of {pack.id} is damaged; run the doctor.", code="bad_manifest"
        ) from fault
    return read if isinstance(read, dict) else {}


def _rows(manifest: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    rows = manifest.get(name)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _articles(manifest: Mapping[str, Any]) -> tuple[PackArticle, ...]:
    return tuple(
        PackArticle(
            str(row.get("id", "")),
            str(row.get("title", "")),
            str(row.get("version", "")),
            str(row.get("confidence", "")),
            int(row.get("section", 0)),
        )
        for row in _rows(manifest, "articles")
    )


def _expired(articles: Sequence[PackArticle], rows: Sequence[ArticleRow], today: date) -> tuple[Expired, ...]:
    known = {row.fields.id: row.fields for row in rows}
    found: list[Expired] = []
    for article in articles:
        fields = known.get(article.id)
        if fields is None:
            continue
        if fields.valid_until and fields.valid_until < today:
            found.append(Expired(article.id, fields.title, f"ended on {fields.valid_until:%d %b %Y}"))
        elif fields.review_by and fields.review_by < today:
            found.append(Expired(article.id, fields.title, f"review was due on {fields.review_by:%d %b %Y}"))
    return tuple(found)
