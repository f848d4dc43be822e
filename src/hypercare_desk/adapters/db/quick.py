"""What every search of the command line needs of the records, without SQLAlchemy: importing that takes longer than
the search.

Only for the SQLite file, and only where it is of this version; everything else says so, and the unit of work does it.
"""

from __future__ import annotations

import sqlite3
import urllib.parse
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from hypercare_desk.adapters.db.schema import HEAD
from hypercare_desk.domain.feedback import SearchMade
from hypercare_desk.services.ports import Clock

_PATIENCE_SECONDS = 1.0
_FINDABLE = ("feedback", "postmortems")


class QuickSqlite:
    """Implements ``services.search.QuickRecords`` for the SQLite file ``path`` with its folder of ``backups``."""

    def __init__(self, path: Path, backups: Path, clock: Clock) -> None:
        self._path = path
        self._backups = backups
        self._clock = clock

    def stamp(self) -> str:
        """How many feedback records and post-mortems there are and when one changed last; empty if not known."""
        counts = " UNION ALL ".join(f"SELECT count(*), max(updated_at) FROM {name}" for name in _FINDABLE)
        try:
            with closing(self._open("ro")) as connection:
                return "/".join(f"{count}@{changed or ''}" for count, changed in connection.execute(counts))
        except sqlite3.Error:
            return ""

    def uses(self) -> Mapping[str, tuple[int, int]] | None:
        """Times used and times solved, by article id; None if not known."""
        counts = "SELECT article_id, count(*), sum(solved) FROM article_uses GROUP BY article_id"
        try:
            with closing(self._open("ro")) as connection:
                return {article_id: (used, solved) for article_id, used, solved in connection.execute(counts)}
        except sqlite3.Error:
            return None

    def count(self, made: SearchMade) -> bool:
        """Keep one search; False where the unit of work has to: a first write of the day (it leaves a backup), another
        schema, a file that is locked or cannot be written."""
        if not (self._backups / f"desk-{self._clock.today().isoformat()}.db").exists():
            return False
        at = made.at.isoformat(timespec="microseconds")
        try:
            with closing(self._open("rw")) as connection:
                if connection.execute("SELECT version_num FROM alembic_version").fetchall() != [(HEAD,)]:
                    return False
                connection.execute("PRAGMA synchronous=FULL")
                connection.execute(
                    "INSERT INTO searches (query, at, who, hits, gap_id) VALUES (?, ?, ?, ?, ?)",
                    (made.query, at, made.who, made.hits, made.gap_id),
                )
                return True
        except (sqlite3.Error, UnicodeEncodeError):
            return False

    def _open(self, mode: str) -> sqlite3.Connection:
        place = urllib.parse.quote(self._path.absolute().as_posix())
        slash = "" if place.startswith("/") else "/"
        return sqlite3.connect(
            f"file:{slash}{place}?mode={mode}", uri=True, timeout=_PATIENCE_SECONDS, isolation_level=None
        )
