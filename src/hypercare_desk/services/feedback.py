"""Feedback records: recorded, triaged, moved through their loop, merged and linked, with every change kept."""

from __future__ import annotations

import builtins
import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Protocol, cast

from hypercare_desk.domain.article import ARTICLE_ID
from hypercare_desk.domain.changes import Changes
from hypercare_desk.domain.errors import Conflict, Invalid, Unavailable
from hypercare_desk.domain.feedback import (
    Feedback,
    FeedbackEvent,
    Link,
    Priority,
    Relation,
    State,
)
from hypercare_desk.domain.feedback_fields import (
    cleaned,
    read_field,
    read_fields,
    read_level,
    read_priority,
    read_relation,
)
from hypercare_desk.domain.feedback_filter import read_filter
from hypercare_desk.domain.feedback_loop import Author, begun, created, differences, edited, merged
from hypercare_desk.domain.search import Found
from hypercare_desk.domain.targets import Due, due, is_overdue, step_due
from hypercare_desk.domain.triage import EscalationStep
from hypercare_desk.services.ports import Clock, Database, UnitOfWork
from hypercare_desk.services.workspace_rules import ladder_of, matrix_of, targets_of
from hypercare_desk.settings import WorkspaceSettings

PREFIX = "FB"
_POSTMORTEM_ID = re.compile(r"^PM-\d{4,9}$")


class FeedbackSearch(Protocol):
    """What feedback needs of search."""

    def index_feedback(self, records: Iterable[Feedback]) -> None:
        """Make records findable."""
        ...

    def similar(self, text: str, limit: int = 10, kinds: Sequence[str] = ()) -> Found:
        """What is most like ``text``."""
        ...


class FeedbackService:
    """All that is done with feedback records. Each write is one transaction: the records and their events, or neither.

    Ids are taken in any case (``fb-0001``). Every method raises only ``DeskError`` kinds: ``NotFound`` for an id
    that nothing has, ``Invalid`` for what the rules forbid, ``Conflict`` when ``expected`` is not the latest version.
    """

    def __init__(
        self,
        *,
        database: Database,
        search: FeedbackSearch,
        settings: WorkspaceSettings,
        clock: Clock,
        user: str,
        announce: Callable[[Changes], None] = lambda changes: None,
        find_article: Callable[[str], object] = lambda article_id: None,
    ) -> None:
        self._database = database
        self._search = search
        self._clock = clock
        self._user = user
        self._announce = announce
        self._find_article = find_article
        self._matrix = matrix_of(settings)
        self._targets = targets_of(settings)
        self._ladder = ladder_of(settings)

    # --- reading ---------------------------------------------------------------------------------------------

    def list(self, status: str | None = "open", **filters: object) -> Sequence[Feedback]:
        """Records, newest reported first. ``status``: open, closed, a state, or empty for all; filters: priority (one
        or several), category, component, source, text, since, until, external_key, limit, offset."""
        which = read_filter(status, filters)
        with self._database.view() as work:
            return work.feedback.find(which)

    def count(self, status: str | None = "open", **filters: object) -> int:
        """How many records ``list`` would give without its limit."""
        which = read_filter(status, filters)
        with self._database.view() as work:
            return work.feedback.count(which)

    def get(self, feedback_id: str) -> Feedback:
        """The record."""
        with self._database.view() as work:
            return work.feedback.get(_id(feedback_id))

    def events(self, feedback_id: str, *, with_duplicates: bool = False) -> Sequence[FeedbackEvent]:
        """Every change of a record, oldest first; on request also those of the records merged into it."""
        key = _id(feedback_id)
        with self._database.view() as work:
            work.feedback.get(key)
            found = [*work.feedback.events(key)]
            if with_duplicates:
                for duplicate in work.feedback.all(duplicate_of=key):
                    found.extend(work.feedback.events(duplicate.id))
        return sorted(found, key=lambda event: event.at) if with_duplicates else found

    def links(self, feedback_id: str) -> Sequence[Link]:
        """What a record is tied to."""
        with self._database.view() as work:
            return work.links.of_feedback(_id(feedback_id))

    def all_links(self) -> Sequence[Link]:
        """Every tie of every record."""
        with self._database.view() as work:
            return work.links.all()

    def links_of(self, target_id: str) -> Sequence[Link]:
        """Ties of an article or post-mortem to records."""
        with self._database.view() as work:
            return work.links.of_target(target_id)

    def similar(self, text: str, limit: int = 10, kinds: Sequence[str] = ()) -> Found:
        """Articles and records that are like what is being typed."""
        return self._search.similar(text, limit, kinds)

    def due(self, record: Feedback) -> Due:
        """When a record must be answered and resolved."""
        return due(record, self._targets)

    def overdue(self) -> Sequence[tuple[Feedback, EscalationStep | None]]:
        """Open records past their resolve target, each with the rung of the ladder that is due, most pressing first."""
        now = self._clock.now()
        late = [record for record in self.list("open") if is_overdue(record, now, self._targets)]
        late.sort(key=lambda record: (record.priority or Priority.P5, record.reported_at or now))
        return [(record, step_due(record, self._ladder, now)) for record in late]

    # --- writing ---------------------------------------------------------------------------------------------

    def record(self, title: str, *, why: str = "", **fields: object) -> Feedback:
        """Keep a new record; values may be words (``impact="high"``) or typed. It was reported now unless said."""
        values = read_fields({**fields, "title": title})
        author = self._author(why)
        draft = begun(values, self._matrix, author.at, why)
        with self._database.work() as work:
            record = work.feedback.add(draft)
            work.feedback.record_events((created(record, author),))
            work.commit()
        self._tell((record,))
        return record

    def change(
        self, feedback_id: str, *, why: str = "", expected: int | None = None, **fields: object
    ) -> Feedback:
        """Set fields of a record, its state included; each that changes leaves one event. No change writes nothing.

        A state must be an allowed move of the loop; reopening, and a priority other than the matrix's, need ``why``.
        """
        values = read_fields(fields)
        author = self._author(why)
        with self._database.work() as work:
            old = work.feedback.get(_id(feedback_id))
            new = edited(old, values, self._matrix, author.at, why)
            if expected is not None and expected != old.version:
                raise Conflict(
                    f"{old.id} was changed by somebody else since you opened it (version {old.version}, yours"
                    f" {expected}); look at both and save again.",
                    mine=new,
                    theirs=old,
                )
            stored = self._write(work, old, new, author)
            work.commit()
        if stored is not old:
            self._tell((stored,))
        return stored

    def triage(
        self,
        feedback_id: str,
        impact: object,
        urgency: object,
        override: object = None,
        reason: str = "",
        *,
        expected: int | None = None,
    ) -> Feedback:
        """Rate a record: its priority is the matrix's, or ``override`` with a reason; a new one becomes triaged."""
        fields: dict[str, object] = {
            "impact": read_level("impact", impact),
            "urgency": read_level("urgency", urgency),
            "priority": read_priority(override) if override else None,
            "priority_override": reason if override else "",
        }
        if self.get(feedback_id).state is State.NEW:
            fields["state"] = State.TRIAGED
        return self.change(feedback_id, why=reason, expected=expected, **fields)

    def change_many(
        self, feedback_ids: Iterable[str], *, why: str = "", **fields: object
    ) -> tuple[builtins.list[tuple[Feedback, Feedback]], dict[str, str]]:
        """Set the same fields of many records in one transaction.

        Returns each record that changed as it was and as it is, and for each that may not be changed so the sentence
        that says why: it stays as it was while the others change.
        """
        values = read_fields(fields)
        author = self._author(why)
        changed: builtins.list[tuple[Feedback, Feedback]] = []
        refused: dict[str, str] = {}
        with self._database.work() as work:
            for feedback_id in feedback_ids:
                old = work.feedback.get(_id(feedback_id))
                try:
                    new = edited(old, values, self._matrix, author.at, why)
                except Invalid as fault:
                    refused[old.id] = fault.message
                    continue
                stored = self._write(work, old, new, author)
                if stored is not old:
                    changed.append((old, stored))
            work.commit()
        self._tell([new for _, new in changed])
        return changed, refused

    def put_back(self, changed: Iterable[tuple[Feedback, Feedback]], why: str) -> Sequence[Feedback]:
        """Undo: records get the fields they had before a change, their state included, which the history tells.

        ``changed`` are pairs as ``change_many`` returns them. A record that was changed since is left alone; returns
        those that were put back.
        """
        author = self._author(why)
        stored: builtins.list[Feedback] = []
        with self._database.work() as work:
            for before, after in changed:
                now = work.feedback.get(after.id)
                if now.version == after.version:
                    stored.append(self._write(work, now, replace(before, version=now.version), author))
            work.commit()
        self._tell(stored)
        return stored

    def merge(self, duplicate_id: str, into_id: str, why: str = "") -> Feedback:
        """Close a record as a repetition of another, which gets its links too; both keep their histories.

        Returns the record that stays.
        """
        author = self._author(why)
        with self._database.work() as work:
            duplicate, into = work.feedback.get(_id(duplicate_id)), work.feedback.get(_id(into_id))
            closed = self._write(work, duplicate, merged(duplicate, into, author.at), author)
            events = [_noted(into.id, author, "duplicate", "", duplicate.id)]
            for link in work.links.of_feedback(duplicate.id):
                if work.links.add(replace(link, feedback_id=into.id)):
                    events.append(
                        _noted(into.id, author, "link", "", f"{link.relation.value} {link.target_id}")
                    )
            work.feedback.record_events(events)
            work.commit()
        self._tell((closed, into))
        return into

    def link(
        self, feedback_id: str, target_id: str, relation: object = Relation.SOLVED_BY, why: str = ""
    ) -> bool:
        """Tie a record to an article or post-mortem, which must be there; False if they were tied so already."""
        kind, target = read_relation(relation), _target(target_id)
        if ARTICLE_ID.match(target):
            self._find_article(target)
        author = self._author(why)
        with self._database.work() as work:
            record = work.feedback.get(_id(feedback_id))
            if _POSTMORTEM_ID.match(target):
                work.postmortems.get(target)
            added = work.links.add(Link(record.id, target, kind, author.at, author.who))
            if added:
                work.feedback.record_events(
                    (_noted(record.id, author, "link", "", f"{kind.value} {target}"),)
                )
                work.commit()
        if added:
            self._announce(_touched((record,), target))
        return added

    def unlink(self, feedback_id: str, target_id: str, relation: object = None, why: str = "") -> int:
        """Untie a record from an article or post-mortem, in one relation or (None) all; returns how many ties went."""
        wanted = None if relation is None else read_relation(relation)
        target = _target(target_id)
        author = self._author(why)
        with self._database.work() as work:
            record = work.feedback.get(_id(feedback_id))
            gone = [
                link
                for link in work.links.of_feedback(record.id)
                if link.target_id == target and wanted in (None, link.relation)
            ]
            for link in gone:
                work.links.remove(record.id, target, link.relation.value)
            work.feedback.record_events(
                [_noted(record.id, author, "link", f"{link.relation.value} {target}", "") for link in gone]
            )
            work.commit()
        if gone:
            self._announce(_touched((record,), target))
        return len(gone)

    def reserve_ids(self, count: int) -> Sequence[str]:
        """Ids for records that ``add_many`` will bring together with their events and links."""
        with self._database.work() as work:
            ids = work.next_id(PREFIX, count)
            work.commit()
        return ids

    def add_many(
        self, records: Iterable[Feedback], events: Iterable[FeedbackEvent] = (), links: Iterable[Link] = ()
    ) -> Sequence[Feedback]:
        """Keep many records at once, with the events and links given, in one transaction; for imports.

        An empty id is given here; a record without any event gets the one it begins with. Returns what is stored.
        """
        author = self._author()
        kept = [*events]
        with self._database.work() as work:
            stored = _with_ids([cleaned(record) for record in records], author, work)
            begun_already = {event.feedback_id for event in kept}
            kept += [created(r, _import_author(r, author)) for r in stored if r.id not in begun_already]
            work.feedback.add_many(stored)
            work.feedback.record_events(kept)
            for link in links:
                work.links.add(link)
            work.commit()
        self._tell(stored)
        return stored

    # --- inside ----------------------------------------------------------------------------------------------

    def _author(self, why: str = "") -> Author:
        return Author(self._user, self._clock.now(), cast(str, read_field("resolution", why)))

    def _write(self, work: UnitOfWork, old: Feedback, new: Feedback, author: Author) -> Feedback:
        events = differences(old, new, author)
        if not events:
            return old
        stored = work.feedback.change(replace(new, updated_at=author.at))
        work.feedback.record_events(events)
        return stored

    def _tell(self, records: Sequence[Feedback]) -> None:
        if not records:
            return
        # The records are safe; an index that does not answer knows that it is behind and mends itself.
        with suppress(Unavailable):
            self._search.index_feedback(records)
        self._announce(_touched(records))


def _touched(records: Sequence[Feedback], target: str = "") -> Changes:
    articles = frozenset({target}) if ARTICLE_ID.match(target) else frozenset[str]()
    meetings = frozenset({target}) if _POSTMORTEM_ID.match(target) else frozenset[str]()
    return Changes(feedback=frozenset(r.id for r in records), articles=articles, postmortems=meetings)


def _id(feedback_id: str) -> str:
    return feedback_id.strip().upper()


def _target(target_id: str) -> str:
    target = target_id.strip().upper()
    if ARTICLE_ID.match(target) or _POSTMORTEM_ID.match(target):
        return target
    raise Invalid(
        f"“{target_id}” is the id of no article or post-mortem; they look like KI-0007 or PM-0003.",
        code="invalid_target",
    )


def _noted(feedback_id: str, author: Author, field: str, old: str, new: str) -> FeedbackEvent:
    return FeedbackEvent(feedback_id, author.at, author.who, field, old, new, author.why)


def _with_ids(records: Sequence[Feedback], author: Author, work: UnitOfWork) -> builtins.list[Feedback]:
    nameless = sum(not record.id for record in records)
    fresh = iter(work.next_id(PREFIX, nameless) if nameless else ())
    return [
        replace(
            record,
            id=record.id or next(fresh),
            created_at=record.created_at or author.at,
            updated_at=record.updated_at or author.at,
        )
        for record in records
    ]


def _import_author(record: Feedback, author: Author) -> Author:
    return replace(author, at=record.created_at or author.at, why="imported")
