"""All records from one database into a fresh SQLite file."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from sqlalchemy import Connection, insert, select

from hypercare_desk.adapters.db import schema, sqlite
from hypercare_desk.adapters.db.backups import flush_folder
from hypercare_desk.adapters.db.repositories import BATCH
from hypercare_desk.adapters.db.tables import METADATA


def copy_into_file(source: Connection, target: Path) -> Path:
    """Every row that ``source`` sees, in ``target``, which has its name only once it is whole. Raises ``OSError``."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)  # records are private
    unfinished = target.with_name(f".{target.name}.{os.getpid()}.part")
    unfinished.unlink(missing_ok=True)
    engine = sqlite.engine_for(unfinished, read_only=False, immutable=False)
    try:
        with engine.connect() as copy:
            copy.execution_options(writing=True).begin()
            copy.exec_driver_sql(f"PRAGMA application_id={sqlite.APPLICATION_ID}")
            schema.create(copy)
            for table in METADATA.sorted_tables:
                found = source.execution_options(yield_per=BATCH).execute(select(table))
                for rows in found.mappings().partitions():
                    copy.execute(insert(table), [dict(row) for row in rows])
            copy.commit()
        engine.dispose()
        unfinished.replace(target)
        flush_folder(target.parent)
    finally:
        engine.dispose()
        for left in (unfinished, unfinished.with_name(unfinished.name + "-journal")):
            with suppress(OSError):
                left.unlink()
    return target
