"""The loop a feedback record goes through, and the stamps each move sets (product.md §5).

new → triaged → analysing → decided → in progress → fix deployed → validated → reporter informed → closed. Steps may
be skipped forwards. While nothing is solved, a record may go back to any earlier step but *new*. From a solved step
it goes back only by being reopened, which needs a reason. *merged* is reached by merging alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast

from hypercare_desk.domain.errors import Invalid
from hypercare_desk.domain.feedback import Feedback, FeedbackEvent, Level, Priority, State
from hypercare_desk.domain.feedback_fields import word
from hypercare_desk.domain.triage import Matrix, prioritise

ORDER: tuple[State, ...] = (
    State.NEW,
    State.TRIAGED,
    State.ANALYSING,
    State.DECIDED,
    State.IN_PROGRESS,
    State.FIX_DEPLOYED,
    State.VALIDATED,
    State.INFORMED,
    State.CLOSED,
)
SOLVED: frozenset[State] = frozenset(ORDER[ORDER.index(State.FIX_DEPLOYED) :])
WORKING: tuple[State, ...] = ORDER[1 : ORDER.index(State.FIX_DEPLOYED)]
# What the system itself keeps; an event is written for each all the same.
STAMPS = ("responded_at", "resolved_at", "informed_at", "closed_at")
_UNRECORDED = frozenset(("id", "created_at", "updated_at", "version"))


def _moves() -> Mapping[State, frozenset[State]]:
    allowed: dict[State, frozenset[State]] = {State.MERGED: frozenset(WORKING)}
    for place, state in enumerate(ORDER):
        later = ORDER[place + 1 :]
        allowed[state] = frozenset((*later, *WORKING)) - {state}
    return allowed


ALLOWED_MOVES: Mapping[State, frozenset[State]] = _moves()


def check_move(old: State, new: State, why: str = "") -> None:
    """Raise ``Invalid``, listing the allowed states, unless a record may go from ``old`` to ``new``."""
    if new is old:
        return
    if new is State.MERGED:
        raise Invalid(
            "A record becomes merged only by merging it into the record it repeats; name that record.",
            code="merge_needs_target",
        )
    if new not in ALLOWED_MOVES[old]:
        allowed = ", ".join(state.value for state in ORDER if state in ALLOWED_MOVES[old])
        raise Invalid(
            f"A record that is {old.value} cannot become {new.value}; allowed: {allowed}.",
            code="move_not_allowed",
            allowed=tuple(state.value for state in ORDER if state in ALLOWED_MOVES[old]),
        )
    if is_reopening(old, new) and not why.strip():
        raise Invalid("Say why the record is reopened.", code="reopen_needs_why")


def is_reopening(old: State, new: State) -> bool:
    """Whether going from ``old`` to ``new`` takes back a solution (or a merge)."""
    return (old in SOLVED or old is State.MERGED) and new not in SOLVED and new is not State.MERGED


def moved(record: Feedback, new: State, at: datetime) -> Feedback:
    """``record`` in state ``new`` with its stamps as of ``at``; the move must have been checked.

    Leaving *new* stamps the response; reaching any solved state stamps the resolution, so that a step that was
    skipped leaves no hole; reopening clears what no longer holds and counts.
    """
    old = record.state
    if new is old:
        return record
    stamps: dict[str, object] = {"state": new}
    if record.responded_at is None and new is not State.NEW:
        stamps["responded_at"] = at
    if is_reopening(old, new):
        stamps.update(resolved_at=None, closed_at=None, informed_at=None)
        if old is State.MERGED:
            stamps["duplicate_of"] = ""
        else:
            stamps["reopen_count"] = record.reopen_count + 1
    if new in SOLVED and record.resolved_at is None:
        stamps["resolved_at"] = at
    if new is State.INFORMED and record.informed_at is None:
        stamps["informed_at"] = at
    if not new.is_open:
        stamps["closed_at"] = at
    return replace(record, **stamps)  # pyright: ignore[reportArgumentType]


@dataclass(frozen=True, slots=True)
class Author:
    """Who changes a record, when, and why."""

    who: str
    at: datetime
    why: str = ""


def created(record: Feedback, author: Author) -> FeedbackEvent:
    """The event that a record begins with."""
    return FeedbackEvent(record.id, author.at, author.who, "state", "", record.state.value, author.why)


def differences(old: Feedback, new: Feedback, author: Author) -> tuple[FeedbackEvent, ...]:
    """One event for each field that differs, in the order of the fields."""
    names = [name for name in Feedback.__dataclass_fields__ if name not in _UNRECORDED]
    return tuple(
        FeedbackEvent(
            old.id,
            author.at,
            author.who,
            name,
            word(getattr(old, name)),
            word(getattr(new, name)),
            author.why,
        )
        for name in names
        if getattr(old, name) != getattr(new, name)
    )


def begun(values: Mapping[str, object], matrix: Matrix, at: datetime, why: str = "") -> Feedback:
    """A new record (without id) from checked ``values``; it was reported now unless they say when.

    Raises ``Invalid`` for a missing title, a priority without a reason, or times that contradict each other.
    """
    title = values.get("title")
    if not isinstance(title, str):
        raise Invalid("A feedback record needs a title: say in a line what the caller sees.", code="no_title")
    reported = values.get("reported_at") or at
    blank = Feedback("", title, reported_at=cast(datetime, reported), created_at=at, updated_at=at)
    return edited(blank, {**values, "reported_at": reported}, matrix, at, why)


def edited(
    record: Feedback, values: Mapping[str, object], matrix: Matrix, at: datetime, why: str = ""
) -> Feedback:
    """``record`` with checked ``values`` put in, moved if they name a state, its priority in step with the matrix.

    Stamps among the values win over those that a move sets. Raises ``Invalid`` for what the rules forbid.
    """
    plain = {name: value for name, value in values.items() if name != "state"}
    plain.update(_priority(record, values, matrix, why))
    state = cast(State, values.get("state", record.state))
    check_move(record.state, state, why)
    result = replace(moved(record, state, at), **plain)  # pyright: ignore[reportArgumentType]
    if any(name in values for name in (*STAMPS, "reported_at")):
        _check_times(result)
    return result


def merged(duplicate: Feedback, into: Feedback, at: datetime) -> Feedback:
    """``duplicate`` closed as a repetition of ``into``; raises ``Invalid`` when that makes no sense."""
    if duplicate.id == into.id:
        raise Invalid(f"{duplicate.id} cannot be merged into itself.", code="merge_into_itself")
    for record in (duplicate, into):
        if record.state is State.MERGED:
            raise Invalid(
                f"{record.id} is merged into {record.duplicate_of} already; use that record.",
                code="merged_already",
            )
    return replace(moved(duplicate, State.MERGED, at), duplicate_of=into.id)


def _priority(record: Feedback, values: Mapping[str, object], matrix: Matrix, why: str) -> dict[str, object]:
    if not {"impact", "urgency", "priority", "priority_override"} & values.keys():
        return {}
    reason = str(values.get("priority_override", record.priority_override) or "")
    wanted = record.priority if reason else None
    if "priority" in values:
        wanted = cast("Priority | None", values["priority"])
        reason = str(values.get("priority_override") or why or record.priority_override)
    impact = cast("Level | None", values.get("impact", record.impact))
    urgency = cast("Level | None", values.get("urgency", record.urgency))
    result = prioritise(impact, urgency, wanted, reason, matrix)
    if result.priority is None and "priority" not in values:
        return {"priority": record.priority, "priority_override": reason}
    return {"priority": result.priority, "priority_override": result.override}


def _check_times(record: Feedback) -> None:
    for name in STAMPS:
        moment = getattr(record, name)
        if moment is not None and record.reported_at is not None and moment < record.reported_at:
            label = name.removesuffix("_at")
            raise Invalid(
                f"The record would be {label} ({word(moment)}) before it was reported"
                f" ({word(record.reported_at)}); correct one of the two times.",
                code="times_out_of_order",
            )
