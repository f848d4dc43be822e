"""The record store in one SQLite file: opening, migrating, checking, copying."""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypercare_desk.adapters.db import schema, sqlite
from hypercare_desk.adapters.db.backups import backup_before, copy_database, daily_backup, newest_backup
from hypercare_desk.adapters.db.database import SqlDatabase
from hypercare_desk.adapters.db.faults import Faults
from hypercare_desk.adapters.db.network_drives import network_kind
from hypercare_desk.adapters.db.reading_check import unreadable_rows
from hypercare_desk.domain.errors import DeskError, NotFound, Unavailable

if TYPE_CHECKING:
    from hypercare_desk.services.ports import Clock

_LOG = logging.getLogger(__name__)
_SHOWN_FAULTS = 20


class SqliteStore:
    """One SQLite file behind a ``SqlDatabase``. ``immutable`` ones are read without locks."""

    def __init__(
        self, path: Path, backups: Path, clock: Clock, read_only: str, *, immutable: bool = False
    ) -> None:
        self.path = path
        self.read_only = read_only
        self.engine = sqlite.engine_for(path, read_only=bool(read_only), immutable=immutable)
        self._immutable = immutable
        self._backups = backups
        self._clock = clock
        self._saved_on: date | None = None
        self._backup_fault = ""

    def options(self, *, writing: bool) -> dict[str, Any]:
        """What the engine's ``begin`` looks at."""
        return {"writing": writing}

    def before_writing(self) -> None:
        """The first writer of a day leaves a copy; a copy that fails is told by ``check``, and stops nobody."""
        today = self._clock.today()
        if self._saved_on == today:
            return
        self._saved_on = today
        try:
            daily_backup(self.path, self._backups, today.isoformat())
            self._backup_fault = ""
        except (OSError, sqlite3.Error) as fault:
            self._backup_fault = f"Today's backup into {self._backups} failed ({fault})."
            _LOG.warning(self._backup_fault)

    def backup(self, target: Path) -> Path:
        """A consistent copy in ``target``; raises ``Unavailable``."""
        try:
            return copy_database(self.path, target, read_only=bool(self.read_only), immutable=self._immutable)
        except OSError as fault:
            raise Unavailable(
                f"The backup {target} cannot be written ({fault.strerror or fault}); an older one is untouched.",
                code="backup",
            ) from fault

    def check(self) -> Sequence[str]:
        """Sentences on what is wrong, the file's pages first."""
        found: list[str] = []
        connection = sqlite.connect(self.path, read_only=True, immutable=self._immutable)
        try:
            found.extend(faults_in(connection))
        except sqlite3.DatabaseError as fault:
            found.append(f"The database {self.path} is damaged ({fault}).")
        finally:
            connection.close()
        if not found:
            with self.engine.connect() as reader:
                found.extend(unreadable_rows(reader))
        if found:
            found.append(advice(self.path, self._backups))
        if self._backup_fault:
            found.append(self._backup_fault)
        return found


def open_sqlite(path: Path, *, backups: Path, clock: Clock, create: bool) -> SqlDatabase:
    """Open, make or migrate the file; see ``open_database``."""
    drive = network_kind(path if path.exists() else path.parent)
    if drive:
        raise Unavailable(
            f"{path} lies on a network drive ({drive}), where SQLite loses records. Put the workspace on a local"
            " disk, or share the records by PostgreSQL: set database.url in workspace.toml.",
            code="network_drive",
        )
    if not path.exists() and not create:
        raise NotFound(
            f"There is no database {path}: restore it from a backup, or make a workspace.", path=str(path)
        )
    faults = Faults(f"The database {path}", lambda: advice(path, backups))
    with faults.worded():
        reason, immutable = _prepare(path, backups, clock, faults)
    return SqlDatabase(SqliteStore(path, backups, clock, reason, immutable=immutable), faults)


def advice(path: Path, backups: Path) -> str:
    """What to do about a damaged file."""
    copy = newest_backup(backups)
    if copy is None:
        return f"There is no backup in {backups}: restore the workspace from a backup of your own."
    made = time.strftime("%Y-%m-%d %H:%M", time.localtime(copy.stat().st_mtime))
    # A journal that is left beside would be played back into the copy.
    return (
        f"The newest backup, of {made}, is {copy}: close every window, delete {path.name}-journal and {path.name}-wal"
        f" where they are, then copy it over {path}."
    )


def faults_in(connection: sqlite3.Connection) -> list[str]:
    """What SQLite's own checks of pages and references find."""
    found = [str(row[0]) for row in connection.execute(f"PRAGMA integrity_check({_SHOWN_FAULTS})")]
    sentences = [] if found == ["ok"] else [f"The database is damaged: {line}." for line in found]
    broken = connection.execute("PRAGMA foreign_key_check").fetchmany(_SHOWN_FAULTS)
    sentences.extend(
        f"A row of {table} points at a row of {parent} that is gone." for table, _, parent, _ in broken
    )
    return sentences


def _prepare(path: Path, backups: Path, clock: Clock, faults: Faults) -> tuple[str, bool]:
    """Bring the file up to date; returns why it may only be read, and whether that must be without locks."""
    reason = sqlite.why_not_writable(path) if path.exists() else ""
    if reason:
        return reason, _look(path, faults)
    try:
        connection = sqlite.connect(path)
    except sqlite3.OperationalError as fault:
        raise Unavailable(
            f"The database {path} cannot be opened or made ({fault}): check that its folder exists and may be"
            " written.",
            code="disk",
        ) from fault
    try:
        revision = sqlite.revision_of(connection)
    finally:
        connection.close()
    if revision == schema.HEAD:
        return "", False
    _refuse_foreign(path, revision)
    if schema.is_newer(revision):
        return _newer(path, revision), False
    migrate(path, backups, clock)
    return "", False


def _look(path: Path, faults: Faults) -> bool:
    """Check a file that may not be written; returns whether it can only be read without locks."""
    immutable = False
    try:
        revision = _read_revision(path, immutable=False)
    except sqlite3.OperationalError:
        # A journal or shared memory would be needed and cannot be made: nobody can write here, so locks do not matter.
        immutable = True
        revision = _read_revision(path, immutable=True)
    _refuse_foreign(path, revision)
    if revision < schema.HEAD:
        raise Unavailable(
            f"The database {path} was written by an older version and may not be written: open it once where it may"
            " be.",
            code="read_only",
        )
    return immutable


def _read_revision(path: Path, *, immutable: bool) -> str:
    connection = sqlite.connect(path, read_only=True, immutable=immutable)
    try:
        return sqlite.revision_of(connection)
    finally:
        connection.close()


def _refuse_foreign(path: Path, revision: str) -> None:
    if revision == "foreign":
        raise Unavailable(
            f"{path} is a database of another application; it was left as it is. Choose another folder.",
            code="foreign",
        )


def _newer(path: Path, revision: str) -> str:
    return (
        f"The database {path} was written by a newer version (schema {revision}, known here: {schema.HEAD}), so it is"
        " opened for reading only. Update the application to write."
    )


def migrate(path: Path, backups: Path, clock: Clock) -> None:
    """Lock, copy, migrate, check, commit: after any fault the database equals its copy (dependencies.md trap 5)."""
    engine = sqlite.engine_for(path, read_only=False, immutable=False)
    try:
        with engine.connect() as connection:
            # Tables are rebuilt with references switched off, and checked as a whole before the commit.
            connection.connection.cursor().execute("PRAGMA foreign_keys=OFF")
            connection.execution_options(writing=True).begin()
            driver: Any = connection.connection.driver_connection
            revision = sqlite.revision_of(driver)
            if revision == "":
                driver.execute(f"PRAGMA application_id={sqlite.APPLICATION_ID}")
                schema.create(connection)
            elif revision < schema.HEAD:
                backup_before(path, backups, schema.HEAD, clock.now())
                schema.upgrade(connection)
            wrong = faults_in(driver)
            if wrong:
                raise Unavailable(
                    f"The database {path} did not pass its check after the update and was left as it was. {wrong[0]}",
                    code="migration",
                )
            connection.commit()
            connection.invalidate()
    except (DeskError, sqlite3.Error):
        raise
    except OSError as fault:
        raise Unavailable(
            f"The backup before the update cannot be written into {backups} ({fault.strerror or fault}); nothing was"
            " changed.",
            code="backup",
        ) from fault
    finally:
        engine.dispose()
