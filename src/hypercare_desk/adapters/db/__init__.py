"""Records: SQLAlchemy Core tables behind the Database port, on SQLite or PostgreSQL.

Belongs here: connections and pragmas, tables, the mapping from frozen rows to columns, repositories, the unit of
work, migrations and rotated backups.
Does not belong here: rules about records (domain), and anything that hands a connection or a result row out.
SQLAlchemy takes a third of a second to import, so importing this package loads none of it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hypercare_desk.services.ports import Clock, Database


def open_database(url: str | Path, *, backups: Path, clock: Clock, create: bool = False) -> Database:
    """Open the record store at ``url``: ``sqlite:///path``, ``postgresql://…``, or the path of a SQLite file.

    ``backups`` is the folder of rotated copies. With ``create`` a missing SQLite file, or an empty PostgreSQL
    database, is given its tables. An older schema is migrated after a backup; a newer one opens for reading only, and
    so does a file or folder that may not be written (``read_only`` says why). Raises ``NotFound`` if there is no
    database, ``Invalid`` for another kind of URL, ``Unavailable`` if it cannot be opened.
    """
    from hypercare_desk.adapters.db.opening import open_records

    return open_records(str(url), backups=backups, clock=clock, create=create)
