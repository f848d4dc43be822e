"""The handoff pack: its sections, the frozen snapshot it is made from, its manifest, and comparing two of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class PackSection:
    """One section of the pack: number and title of product.md §9; ``tag`` marks the articles that write it."""

    number: int
    key: str
    title: str
    mandatory: bool = True


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
