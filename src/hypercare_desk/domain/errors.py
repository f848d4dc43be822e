"""Expected faults: every one says what happened, where, and what to do."""

from __future__ import annotations


class DeskError(Exception):
    """An expected fault, worded as one sentence a user can act on.

    ``code`` names the fault for programs (snake_case); ``values`` holds the facts the sentence was made from.
    """

    code = "desk_error"

    def __init__(self, message: str, *, code: str | None = None, **values: object) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.values = values


class Invalid(DeskError):
    """The input cannot be accepted as it is."""

    code = "invalid"


class NotFound(DeskError):
    """Nothing has that id, name or path."""

    code = "not_found"


class Unavailable(DeskError):
    """Something outside (disk, database, library, another process) does not answer now."""

    code = "unavailable"


class Cancelled(DeskError):
    """The user stopped the work; nothing was half-done."""

    code = "cancelled"


class Conflict(DeskError):
    """Somebody changed the same thing in the meantime; carries both versions so that neither is lost."""

    code = "conflict"

    def __init__(
        self, message: str, *, mine: object, theirs: object, code: str | None = None, **values: object
    ) -> None:
        super().__init__(message, code=code, **values)
        self.mine = mine
        self.theirs = theirs
