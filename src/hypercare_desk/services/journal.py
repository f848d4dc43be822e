"""The journal, and the lists about people and days: roster, training, transfer, surveys, risks, announcements."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Sequence
from dataclasses import MISSING, dataclass, replace
from datetime import datetime
from typing import Any, Generic, TypeVar, cast

from hypercare_desk.domain.changes import Changes
from hypercare_desk.domain.errors import Conflict, Invalid
from hypercare_desk.domain.journal import (
    Announcement,
    JournalEntry,
    JournalKind,
    Risk,
    RosterEntry,
    Survey,
    TrainingSession,
    TransferItem,
)
from hypercare_desk.services.ports import Clock, Database, Rows, UnitOfWork
from hypercare_desk.services.record_fields import clean, read_record, required

T = TypeVar("T")
Announce = Callable[[Changes], None]


@dataclass(frozen=True)
class Stamp:
    """Who acts, and when: what entries are stamped with."""

    clock: Clock
    user: str


class Ledger(Generic[T]):
    """One list of rows that people add to, change and remove.

    ``main`` is the field that may not be empty, and ``stamped`` says that rows carry who and when. Every method
    raises only ``DeskError`` kinds: ``NotFound``, ``Invalid``, ``Conflict`` against an old version, ``Unavailable``.
    """

    def __init__(
        self,
        *,
        kind: type[T],
        main: str,
        rows: Callable[[UnitOfWork], Rows[T]],
        database: Database,
        stamp: Stamp,
        touched: Callable[[str], Changes],
        announce: Announce,
        stamped: bool = False,
    ) -> None:
        self._kind = kind
        self._main = main
        self._rows = rows
        self._database = database
        self._stamp = stamp
        self._touched = touched
        self._announce = announce
        self._stamped = stamped

    def list(self, **equal: object) -> Sequence[T]:
        """Rows whose fields equal the given values, in the order they were added."""
        with self._database.view() as work:
            return self._rows(work).all(**read_record(self._kind, equal))

    def get(self, row_id: str) -> T:
        """One row."""
        with self._database.view() as work:
            return self._rows(work).get(_id(row_id))

    def add(self, **given: object) -> T:
        """Add a row; values may be typed, or words and ISO text."""
        made = self._checked(self._draft(given))
        with self._database.work() as work:
            row = self._rows(work).add(made)
            work.commit()
        self._announce(self._touched(_id_of(row)))
        return row

    def add_many(self, drafts: builtins.list[dict[str, object]]) -> int:
        """Add many rows in one transaction; returns how many."""
        made = [self._checked(self._draft(given)) for given in drafts]
        with self._database.work() as work:
            count = self._rows(work).add_many(made)
            work.commit()
        if count:
            self._announce(self._touched(""))
        return count

    def change(self, row_id: str, *, expected: int | None = None, **given: object) -> T:
        """Set fields of a row; ``expected`` is the version that the caller saw."""
        values = read_record(self._kind, given)
        with self._database.work() as work:
            old: Any = self._rows(work).get(_id(row_id))
            new = self._checked(replace(old, **values))
            if expected is not None and expected != old.version:
                raise Conflict(
                    f"{old.id} was changed by somebody else since you opened it; look at both and save again.",
                    mine=new,
                    theirs=old,
                    id=old.id,
                )
            if new == old:
                return old
            row = self._rows(work).change(new)
            work.commit()
        self._announce(self._touched(_id_of(row)))
        return row

    def remove(self, row_id: str) -> T:
        """Take a row away; returns it, so that it can be put back."""
        with self._database.work() as work:
            row = self._rows(work).get(_id(row_id))
            self._rows(work).remove(_id_of(row))
            work.commit()
        self._announce(self._touched(_id_of(row)))
        return row

    def put_back(self, row: T) -> T:
        """Undo a removal: the row again, under its own id."""
        with self._database.work() as work:
            kept = self._rows(work).add(row)
            work.commit()
        self._announce(self._touched(_id_of(kept)))
        return kept

    def _draft(self, given: dict[str, object]) -> T:
        values = read_record(self._kind, given)
        if self._stamped:
            values.setdefault("at", self._stamp.clock.now())
            values.setdefault("who", self._stamp.user)
        try:
            return self._kind(id="", **values)  # pyright: ignore[reportCallIssue]
        except TypeError as fault:
            raise Invalid(f"Something is missing: {self._needs()}.", code="missing_field") from fault

    def _checked(self, row: T) -> T:
        what = f"Say the {self._main.replace('_', ' ')}: it may not be empty."
        if self._main:
            required(self._main, getattr(row, self._main), what)
        _check_rules(row)
        return row

    def _needs(self) -> str:
        known: dict[str, Any] = cast("Any", self._kind).__dataclass_fields__
        given = ("id", "at", "who") if self._stamped else ("id",)
        wanted = [n for n, f in known.items() if f.default is MISSING and n not in given]
        return ", ".join(name.replace("_", " ") for name in wanted)


class JournalService:
    """The journal itself (``add``, ``list``, ``change``, ``remove``), and a ``Ledger`` for each list beside it."""

    def __init__(
        self, *, database: Database, clock: Clock, user: str, announce: Announce = lambda changes: None
    ) -> None:
        stamp = Stamp(clock, user)

        def ledger(
            kind: type[T], main: str, rows: Callable[[UnitOfWork], Rows[T]], *, journal: bool = False
        ) -> Ledger[T]:
            return Ledger(
                kind=kind,
                main=main,
                rows=rows,
                database=database,
                stamp=stamp,
                touched=_journal_touched if journal else _people_touched,
                announce=announce,
                stamped=journal,
            )

        self._database = database
        self._entries = ledger(JournalEntry, "text", lambda work: work.journal, journal=True)
        self.announcements = ledger(Announcement, "title", lambda work: work.announcements, journal=True)
        self.roster = ledger(RosterEntry, "role", lambda work: work.roster)
        self.training = ledger(TrainingSession, "topic", lambda work: work.training)
        self.transfer = ledger(TransferItem, "topic", lambda work: work.transfer)
        self.surveys = ledger(Survey, "", lambda work: work.surveys)
        self.risks = ledger(Risk, "title", lambda work: work.risks)

    def add(self, kind: JournalKind | str, text: str, **fields: object) -> JournalEntry:
        """Note something now, by this user; ``fields``: component, reference, at, who."""
        return self._entries.add(kind=kind, text=text, **fields)

    def add_many(self, drafts: builtins.list[dict[str, object]]) -> int:
        """Note many things at once, each with its own time and author."""
        return self._entries.add_many(drafts)

    def get(self, entry_id: str) -> JournalEntry:
        """One entry."""
        return self._entries.get(entry_id)

    def list(
        self,
        kind: JournalKind | str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Sequence[JournalEntry]:
        """Entries in order of time; of one kind; with ``since <= at < until``."""
        found = self._entries.list() if kind is None else self._entries.list(kind=kind)
        inside = (e for e in found if (since is None or e.at >= since) and (until is None or e.at < until))
        return sorted(inside, key=lambda entry: entry.at)

    def change(self, entry_id: str, *, expected: int | None = None, **fields: object) -> JournalEntry:
        """Correct an entry."""
        return self._entries.change(entry_id, expected=expected, **fields)

    def remove(self, entry_id: str) -> JournalEntry:
        """Take an entry away; returns it."""
        return self._entries.remove(entry_id)

    def put_back(self, entry: JournalEntry) -> JournalEntry:
        """Undo a removal."""
        return self._entries.put_back(entry)


def _journal_touched(row_id: str) -> Changes:
    return Changes(journal=frozenset({row_id}))


def _people_touched(row_id: str) -> Changes:
    return Changes(people=True)


def _check_rules(row: object) -> None:
    """What these rows may not say; raises ``Invalid``."""
    if isinstance(row, TransferItem) and row.score is not None and not 0 <= row.score <= 100:
        raise Invalid(
            f"A score of {row.score:g} is out of range: use 0 to 100.", code="invalid_value", field="score"
        )
    if isinstance(row, Survey):
        if row.n < 0:
            raise Invalid("A survey cannot have fewer than no answers.", code="invalid_value", field="n")
        if row.scale <= 0 or not 0 <= row.score <= row.scale:
            raise Invalid(
                f"A score of {row.score:g} does not fit a scale of {row.scale:g}.",
                code="invalid_value",
                field="score",
            )


def _id(row_id: str) -> str:
    return clean(row_id).strip().upper()


def _id_of(row: object) -> str:
    return str(cast("Any", row).id)
