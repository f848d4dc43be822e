"""The record store on a PostgreSQL server that a team shares.

Writers run at READ COMMITTED (every change is checked against the row's version), readers at REPEATABLE READ in a
read-only transaction. Rights are the server's: a role that may not write opens for reading only.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, inspect, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError

from hypercare_desk.adapters.db import schema
from hypercare_desk.adapters.db.copying import copy_into_file
from hypercare_desk.adapters.db.database import SqlDatabase
from hypercare_desk.adapters.db.faults import Faults
from hypercare_desk.adapters.db.reading_check import unreadable_rows
from hypercare_desk.adapters.db.tables import METADATA
from hypercare_desk.domain.errors import Invalid, Unavailable

_MIGRATION_LOCK = 0x48435244
"""The advisory lock under which tables are made and migrated."""
_SESSION = "-c timezone=UTC -c lock_timeout=5000"


class PostgresqlStore:
    """One database on a server behind a ``SqlDatabase``."""

    def __init__(self, engine: Any, place: str, read_only: str) -> None:
        self.engine = engine
        self.read_only = read_only
        self._place = place

    def options(self, *, writing: bool) -> dict[str, Any]:
        """Readers see one state and can change nothing."""
        return {} if writing else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}

    def before_writing(self) -> None:
        """The server's own backups are the work of whoever runs it."""

    def backup(self, target: Path) -> Path:
        """All records as a SQLite file, which a workspace without a server can open; raises ``Unavailable``."""
        with self.engine.connect() as connection:
            connection.execution_options(**self.options(writing=False))
            return copy_into_file(connection, target)

    def check(self) -> Sequence[str]:
        """Sentences on tables that are missing or cannot be read."""
        with self.engine.connect() as connection:
            connection.execution_options(**self.options(writing=False))
            there = set(inspect(connection).get_table_names())
            missing = [name for name in METADATA.tables if name not in there]
            if missing:
                return [f"{self._place} has no table {name}." for name in missing]
            return list(unreadable_rows(connection))


def open_postgresql(url: str) -> SqlDatabase:
    """Open the database at ``url``, with its tables made or brought up to date; see ``open_database``.

    An empty database is given its tables: its name was written into the settings by somebody who made it for this.
    """
    address = _address(url)
    place = f"The PostgreSQL database {address.database} on {address.host or 'this machine'}"
    faults = Faults(place, lambda: "Ask whoever runs the server.")
    connect_args: dict[str, Any] = {"connect_timeout": 5, "application_name": "hypercare-desk"}
    if "options" not in address.query:
        connect_args["options"] = _SESSION
    try:
        engine = create_engine(
            address, connect_args=connect_args, pool_pre_ping=True, pool_size=5, max_overflow=20
        )
    except ModuleNotFoundError as fault:
        raise Unavailable(
            'The PostgreSQL driver is not installed: run `pip install "hypercare-desk[postgres]"`.',
            code="driver",
        ) from fault
    try:
        with faults.worded():
            return SqlDatabase(PostgresqlStore(engine, place, _prepare(engine, place)), faults)
    except BaseException:
        engine.dispose()
        raise


def _address(url: str) -> URL:
    try:
        address = make_url(url)
    except (ArgumentError, ValueError) as fault:
        raise Invalid(
            "The database URL cannot be read: write postgresql://USER:PASSWORD@HOST:PORT/NAME.",
            code="database_url",
        ) from fault
    if not address.database:
        raise Invalid("The database URL names no database: add /NAME at its end.", code="database_url")
    return address.set(drivername="postgresql+psycopg")


def _prepare(engine: Any, place: str) -> str:
    """Make or migrate the tables; returns why nothing may be written, or empty."""
    with engine.connect() as connection:
        revision = _revision(connection)
        if revision < schema.HEAD:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})")
            revision = _revision(connection)
            if revision == "":
                schema.create(connection)
            elif revision < schema.HEAD:
                schema.upgrade(connection)
            connection.commit()
            return ""
        if schema.is_newer(revision):
            return (
                f"{place} was written by a newer version (schema {revision}, known here: {schema.HEAD}), so it is"
                " opened for reading only. Update the application to write."
            )
        standby = connection.exec_driver_sql("SELECT pg_is_in_recovery()").scalar_one()
        if standby:
            return f"{place} is a standby copy, so it is opened for reading only."
        may_write = connection.exec_driver_sql(
            "SELECT has_table_privilege('feedback', 'INSERT')"
        ).scalar_one()
        return "" if may_write else f"You may read {place[0].lower() + place[1:]} but not write it."


def _revision(connection: Connection) -> str:
    """The schema's revision, or empty while there are no tables of ours."""
    if connection.exec_driver_sql("SELECT to_regclass('alembic_version')").scalar() is None:
        return ""
    return str(connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() or "")
