"""Opening a record store: which database it is, what state its schema is in, what may be done with it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hypercare_desk.domain.errors import Invalid

if TYPE_CHECKING:
    from hypercare_desk.services.ports import Clock, Database

_SQLITE = "sqlite:///"
_POSTGRESQL = ("postgresql://", "postgres://", "postgresql+psycopg://")


def open_records(url: str, *, backups: Path, clock: Clock, create: bool) -> Database:
    """See ``open_database``."""
    if url.startswith(_POSTGRESQL):
        from hypercare_desk.adapters.db.postgresql import open_postgresql

        return open_postgresql(url)
    if url.startswith(_SQLITE):
        path = Path(url.removeprefix(_SQLITE))
    elif ":" in url.split("/", 1)[0] and not Path(url).is_absolute():
        raise Invalid(
            f"The database URL {url.split(':', 1)[0]}:… is of a kind that is not supported: use sqlite:///PATH or"
            " postgresql://USER@HOST/NAME.",
            code="database_url",
        )
    else:
        path = Path(url)
    if not path.name:
        raise Invalid("The database URL names no file: write sqlite:///PATH.", code="database_url")
    from hypercare_desk.adapters.db.sqlite_store import open_sqlite

    return open_sqlite(path, backups=backups, clock=clock, create=create)
