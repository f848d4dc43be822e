"""The schema's revisions: a fresh database made at once, an older one migrated in one transaction.

Alembic is imported only when there is something to migrate; opening an up-to-date database costs one query.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Connection

HEAD = "0001"
"""The revision of this version's tables. Revisions are numbers, so that a newer one is known for what it is."""


MIGRATIONS = Path(__file__).parent / "migrations"


def is_newer(revision: str) -> bool:
    """Whether the schema comes from a newer version of the application."""
    return revision > HEAD


def create(connection: Connection) -> None:
    """All tables, at the latest revision, in the transaction that ``connection`` is in."""
    from hypercare_desk.adapters.db.append_only import protect
    from hypercare_desk.adapters.db.tables import METADATA

    METADATA.create_all(connection)
    protect(connection)
    connection.exec_driver_sql(
        "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL,"
        " CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
    )
    connection.exec_driver_sql(f"INSERT INTO alembic_version VALUES ('{HEAD}')")


def upgrade(connection: Connection) -> None:
    """Run the migrations that are missing, in the transaction that ``connection`` is in; it is not committed."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
