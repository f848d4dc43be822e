"""What SQLite and PostgreSQL report, as DeskErrors with a sentence that can be acted on."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

from sqlalchemy.exc import DBAPIError, SQLAlchemyError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from hypercare_desk.domain.errors import DeskError, Invalid, Unavailable

_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_PG_BUSY = ("55P03", "40001", "40P01")
_PG_READ_ONLY = ("42501", "25006")


class Faults:
    """Words the faults of one database. ``place`` names it; ``advice`` says what to do when it is damaged."""

    def __init__(self, place: str, advice: Callable[[], str]) -> None:
        self.place = place
        self._place = place[0].lower() + place[1:]
        self._advice = advice

    @contextmanager
    def worded(self) -> Generator[None, None, None]:
        """Raise what SQLAlchemy or the driver reports inside the block as a ``DeskError``."""
        try:
            yield
        except StatementError as fault:
            raise self.of(fault) from fault
        except PoolTimeout as fault:
            raise self.busy() from fault
        except SQLAlchemyError as fault:
            raise Unavailable(f"{self.place} does not answer ({_first_line(fault)}).") from fault
        except sqlite3.Error as fault:
            raise self.of_sqlite(fault) from fault

    def of(self, fault: StatementError) -> DeskError:
        """The DeskError for what a statement met."""
        cause = fault.orig
        if isinstance(cause, DeskError):
            return cause
        if isinstance(cause, sqlite3.Error):
            return self.of_sqlite(cause)
        if isinstance(cause, OverflowError):
            return Invalid("A number is too large to be stored.", code="value")
        return self._of_server(fault, cause)

    def of_sqlite(self, fault: sqlite3.Error) -> DeskError:
        """The DeskError for what SQLite reports."""
        code = getattr(fault, "sqlite_errorcode", 0) & 0xFF
        text = _first_line(fault)
        if code in _BUSY:
            return self.busy()
        if code in _DAMAGED or "decode to UTF-8" in text:
            return self.damaged(text)
        if code == sqlite3.SQLITE_FULL:
            return Unavailable(
                f"There is no room left on the disk that holds {self._place}; nothing was changed. Make room and try"
                " again.",
                code="disk_full",
            )
        if code == sqlite3.SQLITE_READONLY:
            return Unavailable(
                f"{self.place} may not be written: check the permissions of the file and of its folder.",
                code="read_only",
            )
        if code == sqlite3.SQLITE_CONSTRAINT:
            return _of_constraint(text)
        if code in (sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_MISMATCH):
            return Invalid(f"A value is too large or of the wrong kind to be stored ({text}).", code="value")
        return Unavailable(
            f"{self.place} cannot be read or written ({text}). Check the disk, then try again.", code="disk"
        )

    def busy(self) -> Unavailable:
        """Somebody else has held the database for too long."""
        return Unavailable(
            f"{self.place} is busy: another window or command is writing and does not come to an end. Nothing was"
            " changed; try again.",
            code="busy",
        )

    def damaged(self, detail: str) -> Unavailable:
        """The file is no database any more."""
        return Unavailable(f"{self.place} is damaged ({detail}). {self._advice()}", code="damaged")

    def _of_server(self, fault: StatementError, cause: Any) -> DeskError:
        state = str(getattr(cause, "sqlstate", None) or "")
        text = _first_line(cause if cause is not None else fault)
        if state.startswith("23"):
            return _of_constraint(text)
        if state.startswith("22"):
            return Invalid(f"A value cannot be stored ({text}).", code="value")
        if state in _PG_BUSY:
            return self.busy()
        if state in _PG_READ_ONLY:
            return Unavailable(
                f"{self.place} does not allow this ({text}). Ask whoever runs it for the right to write.",
                code="read_only",
            )
        if state == "53100":
            return Unavailable(f"The disk of {self._place} is full; nothing was changed.", code="disk_full")
        if isinstance(fault, DBAPIError):
            return Unavailable(
                f"{self.place} does not answer ({text}). Check that the server runs and can be reached, then try"
                " again.",
                code="server",
            )
        return Unavailable(f"{self.place} does not answer ({text}).")


def _of_constraint(text: str) -> DeskError:
    lowered = text.lower()
    if "foreign key" in lowered:
        return Invalid(
            "The record points at another one that does not exist, or others still point at it; nothing was changed.",
            code="reference",
        )
    if "unique" in lowered or "primary key" in lowered:
        return Invalid(f"There is one with this id already ({text}); nothing was changed.", code="exists")
    if "append only" in lowered:
        return Invalid(
            "What was written into the history stays as it is; nothing was changed.", code="append_only"
        )
    return Invalid(f"A value is not allowed here ({text}); nothing was changed.", code="value")


def _first_line(fault: BaseException) -> str:
    lines = str(fault).strip().splitlines()
    return lines[0].strip() if lines else type(fault).__name__
