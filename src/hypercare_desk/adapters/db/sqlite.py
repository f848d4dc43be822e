"""SQLite connections: pragmas, real transactions, reading where nothing may be written.

Python's sqlite3 begins transactions of its own accord and not before DDL; here it is told to keep out of it
(``isolation_level=None``) and every transaction begins with a statement of ours.
"""

from __future__ import annotations

import os
import sqlite3
import urllib.parse
from pathlib import Path
from typing import Any

APPLICATION_ID = 0x48435244
"""Marks a SQLite file as a record store of this application (``HCRD``)."""
BUSY_MILLISECONDS = 5000


def wal_is_safe(version: tuple[int, int, int] = sqlite3.sqlite_version_info) -> bool:
    """Whether this SQLite has the fix of the WAL-reset bug (3.51.3, 3.50.7, 3.44.6; see dependencies.md trap 4)."""
    return version >= (3, 51, 3) or (3, 50, 7) <= version < (3, 51) or (3, 44, 6) <= version < (3, 45)


def connect(path: Path, *, read_only: bool = False, immutable: bool = False) -> sqlite3.Connection:
    """A connection with our pragmas; it may be handed from thread to thread. Raises ``sqlite3.Error``.

    ``immutable`` also ignores locks: for files that nobody can write.
    """
    connection = sqlite3.connect(
        _uri(path, read_only, immutable),
        uri=True,
        timeout=BUSY_MILLISECONDS / 1000,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=256,
    )
    try:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA trusted_schema=OFF")
        cursor.execute("PRAGMA cell_size_check=ON")  # damaged pages are noticed sooner
        if read_only:
            cursor.execute("PRAGMA query_only=ON")
        else:
            _choose_journal(cursor)
            cursor.execute("PRAGMA synchronous=FULL")
        cursor.close()
    except BaseException:
        connection.close()
        raise
    return connection


def _choose_journal(cursor: sqlite3.Cursor) -> None:
    """TRUNCATE, or WAL where it is safe. A file in WAL mode is changed back only when nobody else has it open."""
    wanted = "wal" if wal_is_safe() else "truncate"
    try:
        found = cursor.execute("PRAGMA journal_mode").fetchone()[0]
        if found != wanted:
            cursor.execute(f"PRAGMA journal_mode={wanted}")
    except sqlite3.OperationalError as fault:
        if getattr(fault, "sqlite_errorcode", 0) & 0xFF not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise


def _uri(path: Path, read_only: bool, immutable: bool) -> str:
    # as_uri needs an absolute path; quoting keeps ? and # of a file's name out of the query.
    quoted = urllib.parse.quote(path.absolute().as_posix())
    mode = "ro" if read_only else "rwc"
    extra = "&immutable=1" if immutable else ""
    slash = "" if quoted.startswith("/") else "/"
    return f"file:{slash}{quoted}?mode={mode}{extra}"


def why_not_writable(path: Path) -> str:
    """Why the database cannot be written here (a sentence), or empty."""
    if not os.access(path, os.W_OK):
        return f"The database {path} may not be written, so it is opened for reading only."
    if not os.access(path.parent, os.W_OK | os.X_OK):
        return (
            f"The folder {path.parent} may not be written, so its database is opened for reading only: a change"
            " needs room for a journal beside it."
        )
    return ""


def revision_of(connection: sqlite3.Connection) -> str:
    """The schema's revision, or empty for a file without tables; raises ``sqlite3.Error``.

    A file that holds other tables and not our mark gives ``foreign``.
    """
    mark = connection.execute("PRAGMA application_id").fetchone()[0]
    names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if "alembic_version" in names and mark == APPLICATION_ID:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return str(row[0]) if row else ""
    return "foreign" if names or mark not in (0, APPLICATION_ID) else ""


def engine_for(path: Path, *, read_only: bool, immutable: bool) -> Any:
    """An engine whose transactions read, unless their execution option ``writing`` is true."""
    from sqlalchemy import Connection, create_engine, event
    from sqlalchemy.pool import QueuePool

    engine = create_engine(
        "sqlite://",
        creator=lambda: connect(path, read_only=read_only, immutable=immutable),
        poolclass=QueuePool,
        pool_size=5,
        max_overflow=20,
        pool_timeout=30,
    )

    def begin(connection: Connection) -> None:
        # Writers take the lock at once, so that what they read holds until they commit; readers cannot write.
        writing = connection.get_execution_options().get("writing", False)
        connection.exec_driver_sql("PRAGMA query_only=OFF" if writing else "PRAGMA query_only=ON")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    event.listen(engine, "begin", begin)
    return engine
