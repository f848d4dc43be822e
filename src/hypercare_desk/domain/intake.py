"""What an import brings and reports: foreign texts, and one line for each of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from hypercare_desk.domain.article import ArticleFields


class Outcome(StrEnum):
    """What became of one thing of the source."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class ImportItem:
    """One file or row of the source: where it stood, the id it has here (or ""), and a sentence if one is needed.

    ``reason`` says why it was skipped, or what of an imported text could not be understood.
    """

    source: str
    id: str
    outcome: Outcome
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, or would do if ``dry_run``; one item for each file or row, in the order of the source.

    ``notes`` are sentences on the import as a whole. Make it with ``of``, which counts.
    """

    source: str
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0
    dry_run: bool = False
    items: tuple[ImportItem, ...] = ()
    notes: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, source: str, items: Iterable[ImportItem], *, dry_run: bool = False, notes: Iterable[str] = ()
    ) -> ImportReport:
        """The report over ``items``."""
        kept = tuple(items)
        counts = Counter(item.outcome for item in kept)
        return cls(
            source,
            counts[Outcome.CREATED],
            counts[Outcome.UPDATED],
            counts[Outcome.UNCHANGED],
            counts[Outcome.SKIPPED],
            dry_run,
            kept,
            tuple(notes),
        )


@dataclass(frozen=True, slots=True)
class ForeignText:
    """A Markdown file from elsewhere, as it was understood.

    ``source`` is its path below the imported folder, ``data`` its bytes, ``fingerprint`` their SHA-256. ``fields`` have
    no id. ``attachments`` are paths, below the imported folder, of the pictures and files that it shows or links to.
    ``notes`` are sentences on what was not understood; ``skip`` says why it cannot be imported, or is empty.
    """

    source: str
    data: bytes
    fingerprint: str
    fields: ArticleFields
    attachments: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    skip: str = ""
