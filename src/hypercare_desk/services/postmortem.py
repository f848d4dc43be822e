"""Post-mortems: begun, filled while the review runs, their actions seen through, tied to their feedback records."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Protocol

from hypercare_desk.domain.changes import Changes
from hypercare_desk.domain.errors import Conflict, Invalid, NotFound
from hypercare_desk.domain.feedback import FeedbackEvent, Link, Relation
from hypercare_desk.domain.postmortem import Action, Postmortem, PostmortemStatus, TimelineEntry
from hypercare_desk.services.ports import Clock, Database, UnitOfWork
from hypercare_desk.services.record_fields import clean, read_record, required

_STAMPS = ("created_at", "updated_at")
_ORDER = (
    ("started_at", "detected_at"),
    ("detected_at", "acknowledged_at"),
    ("started_at", "mitigated_at"),
    ("started_at", "resolved_at"),
)
_ATTEMPTS = 3
"""How often an addition is tried again when somebody else wrote in between."""


class PostmortemSearch(Protocol):
    """What post-mortems need of search."""

    def index_postmortems(self, items: Iterable[Postmortem]) -> None:
        """Make post-mortems findable."""
        ...


class PostmortemService:
    """All that is done with post-mortems; ids are taken in any case (``pm-0001``).

    Raises only ``DeskError`` kinds: ``NotFound``, ``Invalid``, and ``Conflict`` with both versions when ``expected``
    is not the latest. Times to detect, mitigate and resolve are properties of what comes back.
    """

    def __init__(
        self,
        *,
        database: Database,
        search: PostmortemSearch,
        clock: Clock,
        user: str,
        announce: Callable[[Changes], None] = lambda changes: None,
    ) -> None:
        self._database = database
        self._search = search
        self._clock = clock
        self._user = user
        self._announce = announce

    # --- reading ---------------------------------------------------------------------------------------------

    def list(self, status: PostmortemStatus | str | None = None) -> Sequence[Postmortem]:
        """Post-mortems in order of their ids; of one status if given."""
        equal = {} if status is None else read_record(Postmortem, {"status": status})
        with self._database.view() as work:
            return work.postmortems.all(**equal)

    def get(self, postmortem_id: str) -> Postmortem:
        """One post-mortem."""
        with self._database.view() as work:
            return work.postmortems.get(_id(postmortem_id))

    def open_actions(self, until: date | None = None) -> Sequence[tuple[Postmortem, Action]]:
        """Actions that are not done, the earliest due first; only those due by ``until`` if given."""
        found = [
            (item, action)
            for item in self.list()
            for action in item.actions
            if action.done_on is None and (until is None or (action.due is not None and action.due <= until))
        ]
        return sorted(found, key=lambda pair: (pair[1].due or date.max, pair[0].id, pair[1].number))

    # --- writing ---------------------------------------------------------------------------------------------

    def new(self, title: str, **fields: object) -> Postmortem:
        """Begin a post-mortem as a draft; it is tied to the records in ``feedback_ids``."""
        now = self._clock.now()
        values = read_record(Postmortem, {**fields, "title": title}, but=_STAMPS)
        draft = _checked(Postmortem(id="", **values))  # pyright: ignore[reportArgumentType]
        draft = replace(draft, created_at=now, updated_at=now)
        with self._database.work() as work:
            item = work.postmortems.add(draft)
            self._tie(work, item, ())
            work.commit()
        self._tell(item, item.feedback_ids)
        return item

    def change(self, postmortem_id: str, *, expected: int | None = None, **fields: object) -> Postmortem:
        """Set fields; ``expected`` is the version that the author saw. No change writes nothing."""
        values = read_record(Postmortem, fields, but=_STAMPS)

        def edit(old: Postmortem) -> Postmortem:
            new = replace(old, **values)  # pyright: ignore[reportArgumentType]
            if expected is not None and expected != old.version:
                raise Conflict(
                    f"{old.id} was changed by somebody else since you opened it (version {old.version}, yours"
                    f" {expected}); look at both and save again.",
                    mine=new,
                    theirs=old,
                    id=old.id,
                )
            return new

        return self._edit(postmortem_id, edit)

    def add_timeline(
        self,
        postmortem_id: str,
        event: str,
        *,
        at: datetime | None = None,
        source: str = "",
        starred: bool = False,
    ) -> Postmortem:
        """Put one event into the timeline, at its place in time; it happened now unless said."""
        told = required("event", event, "Say what happened: an event of the timeline may not be empty.")
        moment = read_record(TimelineEntry, {"at": at or self._clock.now()})["at"]
        assert isinstance(moment, datetime)
        entry = TimelineEntry(moment, told, clean(source), starred)
        return self._edit(postmortem_id, lambda old: replace(old, timeline=(*old.timeline, entry)))

    def add_action(self, postmortem_id: str, text: str, **fields: object) -> Postmortem:
        """Add a follow-up with the next number; ``fields``: type, owner, priority, due, external_key, done_on."""
        told = required("text", text, "Say what is to be done: an action may not be empty.")
        values = read_record(Action, fields, but=("number", "text"))

        def edit(old: Postmortem) -> Postmortem:
            number = max((action.number for action in old.actions), default=0) + 1
            action = Action(number, told, **values)  # pyright: ignore[reportArgumentType]
            return replace(old, actions=(*old.actions, action))

        return self._edit(postmortem_id, edit)

    def change_action(self, postmortem_id: str, number: int, **fields: object) -> Postmortem:
        """Set fields of one action; ``done_on`` closes it. Raises ``NotFound`` for a number that is not there."""
        values = read_record(Action, fields, but=("number",))

        def edit(old: Postmortem) -> Postmortem:
            if number not in [action.number for action in old.actions]:
                raise NotFound(f"{old.id} has no action {number}.", id=old.id, number=number)
            return replace(
                old,
                actions=tuple(
                    replace(action, **values) if action.number == number else action  # pyright: ignore[reportArgumentType]
                    for action in old.actions
                ),
            )

        return self._edit(postmortem_id, edit)

    # --- inside ----------------------------------------------------------------------------------------------

    def _edit(self, postmortem_id: str, edit: Callable[[Postmortem], Postmortem]) -> Postmortem:
        """Read, edit and write in one transaction; again on top of the newer version if somebody else came between."""
        for left in reversed(range(_ATTEMPTS)):
            with self._database.work() as work:
                old = work.postmortems.get(_id(postmortem_id))
                new = _checked(edit(old))
                if new == old:
                    return old
                try:
                    item = work.postmortems.change(replace(new, updated_at=self._clock.now()))
                except Conflict:
                    if left:
                        continue
                    raise
                self._tie(work, item, old.feedback_ids)
                work.commit()
            self._tell(item, {*old.feedback_ids} ^ {*item.feedback_ids})
            return item
        raise AssertionError("the last attempt returns or raises")

    def _tie(self, work: UnitOfWork, item: Postmortem, before: Sequence[str]) -> None:
        """Links say the same as ``feedback_ids``, and the records' histories tell of it."""
        tie, now = f"{Relation.RELATED.value} {item.id}", self._clock.now()
        for feedback_id in item.feedback_ids:
            if feedback_id not in before:
                work.feedback.get(feedback_id)
                if work.links.add(Link(feedback_id, item.id, Relation.RELATED, now, self._user)):
                    self._note(work, feedback_id, "", tie)
        for feedback_id in before:
            if feedback_id not in item.feedback_ids and work.links.remove(
                feedback_id, item.id, Relation.RELATED.value
            ):
                self._note(work, feedback_id, tie, "")

    def _note(self, work: UnitOfWork, feedback_id: str, old: str, new: str) -> None:
        event = FeedbackEvent(feedback_id, self._clock.now(), self._user, "link", old, new)
        work.feedback.record_events([event])

    def _tell(self, item: Postmortem, records: Iterable[str]) -> None:
        self._search.index_postmortems([item])
        self._announce(Changes(postmortems=frozenset({item.id}), feedback=frozenset(records)))


def _checked(item: Postmortem) -> Postmortem:
    """The post-mortem with its timeline in order of time and ids in capitals; raises ``Invalid`` for what cannot be."""
    title = required(
        "title", item.title, "A post-mortem needs a title: say in a line what happened, without blame."
    )
    for first, then in _ORDER:
        start, end = getattr(item, first), getattr(item, then)
        if start and end and end < start:
            raise Invalid(
                f"{then.removesuffix('_at').capitalize()} lies before {first.removesuffix('_at')}: correct one of"
                " the two times.",
                code="time_order",
                field=then,
            )
    numbers = [action.number for action in item.actions]
    if len(numbers) != len({*numbers}):
        raise Invalid(
            "Two actions have the same number: number them apart.", code="action_number", field="actions"
        )
    return replace(
        item,
        title=title,
        timeline=tuple(sorted(item.timeline, key=lambda entry: entry.at)),
        feedback_ids=tuple(dict.fromkeys(_id(feedback_id) for feedback_id in item.feedback_ids)),
    )


def _id(row_id: str) -> str:
    return clean(row_id).strip().upper()
