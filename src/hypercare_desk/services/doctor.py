"""Health of a workspace: what a person should look after, each with what to do about it.

Looking changes nothing and goes on after a check that fails: a damaged workspace is what this is for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import PurePath

from hypercare_desk.domain.article import ARTICLE_ID
from hypercare_desk.domain.errors import DeskError
from hypercare_desk.services.ports import ArticleStore, Clock, Database, Machine
from hypercare_desk.services.search import SearchService
from hypercare_desk.settings import WorkspacePaths, WorkspaceSettings

LEAST_FREE_BYTES = 200 * 1024 * 1024
OLDEST_BACKUP = timedelta(days=2)
MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: its name, whether it is well, and what was seen or has to be done."""

    name: str
    ok: bool
    detail: str


@dataclass(frozen=True, slots=True)
class Health:
    """Everything that was looked at, and which versions of what are at work."""

    checks: tuple[Check, ...]
    versions: Mapping[str, str]

    @property
    def well(self) -> bool:
        """Whether nobody has to do anything."""
        return all(check.ok for check in self.checks)


class DoctorService:
    """Looks at the workspace, its database, index, articles, packs and backups, and at the machine."""

    def __init__(
        self,
        *,
        paths: WorkspacePaths,
        settings: WorkspaceSettings,
        database: Database,
        store: ArticleStore,
        search: SearchService,
        machine: Machine,
        clock: Clock,
    ) -> None:
        self._paths = paths
        self._settings = settings
        self._database = database
        self._store = store
        self._search = search
        self._machine = machine
        self._clock = clock

    def look(self) -> Health:
        """Every check, in an order from what holds the data to what only helps."""
        looks: tuple[tuple[str, Callable[[], tuple[bool, str]]], ...] = (
            ("Workspace", self._workspace),
            ("Database", self._database_),
            ("Backups", self._backups),
            ("Articles", self._articles),
            ("Links", self._links),
            ("Issued packs", self._packs),
            ("Search index", self._index),
            ("Private folders", self._private),
            ("Disk space", self._space),
            ("PDF", self._pdf),
            ("Settings", self._dates),
        )
        return Health(tuple(_checked(name, look) for name, look in looks), self._machine.versions())

    def _workspace(self) -> tuple[bool, str]:
        folders = (self._paths.root, self._paths.kb, self._paths.packs)
        closed = [str(folder) for folder in folders if not self._machine.writable(folder)]
        if closed:
            return (
                False,
                f"Open for reading only: {_named(closed)} cannot be written to; mend the permissions.",
            )
        return True, str(self._paths.root)

    def _database_(self) -> tuple[bool, str]:
        if self._database.read_only:
            return False, self._database.read_only
        wrong = self._database.check()
        return (False, " ".join(wrong[:MOST_NAMED])) if wrong else (True, "Whole, and open for writing.")

    def _backups(self) -> tuple[bool, str]:
        if self._settings.database_url:
            return True, "The records are in a database server: its administrator keeps the backups."
        newest = self._machine.newest_file(self._paths.backups)
        changed = self._machine.written(self._paths.database)
        if newest is None:
            return True, f"None yet: the first change of a day leaves a copy in {self._paths.backups}."
        file, made = newest
        behind = changed is not None and changed - made > OLDEST_BACKUP
        wrong = f"Records changed since {file} ({made:%Y-%m-%d}): see that a new copy can be written there."
        return not behind, wrong if behind else f"Newest: {file}, {made:%Y-%m-%d %H:%M} UTC."

    def _articles(self) -> tuple[bool, str]:
        problems = self._store.problems()
        if problems:
            told = [
                sentence if path in sentence else f"{path}: {sentence}" for path, sentence in problems.items()
            ]
            return False, f"In kb/: {_named(told)}"
        return True, f"{len(self._store.rows()):,}, all readable."

    def _links(self) -> tuple[bool, str]:
        """The chain holds: every article that a record is tied to is there."""
        ids = {row.fields.id for row in self._store.rows()}
        with self._database.view() as work:
            links = work.links.all()
        broken = [
            f"{link.feedback_id} → {link.target_id}"
            for link in links
            if ARTICLE_ID.match(link.target_id) and link.target_id not in ids
        ]
        if broken:
            return (
                False,
                f"Tied to articles that are not there: {_named(broken)}; restore them from the history of kb/.",
            )
        return True, f"{len(links):,} between records and articles, none broken."

    def _packs(self) -> tuple[bool, str]:
        """An issued pack is evidence: its file is there, byte for byte."""
        with self._database.view() as work:
            issued = [pack for pack in work.packs.all() if pack.issued_at is not None]
        wrong: list[str] = []
        for pack in issued:
            name = PurePath(pack.path).name  # its folder may have moved since
            found = self._machine.sha256(self._paths.packs / name)
            if found != pack.sha256:
                wrong.append(f"{name} {'is not there' if not found else 'was changed'}")
        if wrong:
            return False, f"{_named(wrong)}; bring the file back from a backup."
        return True, f"{len(issued):,} issued, all as they were issued." if issued else "None issued yet."

    def _index(self) -> tuple[bool, str]:
        status = self._search.status()
        if not status.healthy and not status.bytes:
            return True, "None yet: the next search makes it."
        if not status.healthy:
            return False, f"Damaged ({status.note or 'it cannot be read'}): run hypercare-desk index rebuild."
        behind = f", {status.behind:,} files behind (the next search catches up)" if status.behind else ""
        return True, f"Holds {status.documents:,}{behind}."

    def _private(self) -> tuple[bool, str]:
        open_ = [
            str(folder)
            for folder in (self._paths.cache, self._paths.data)
            if not self._machine.private(folder)
        ]
        if open_:
            return False, f"Others may enter {_named(open_)}: take their permissions away (chmod 700)."
        return True, str(self._paths.cache)

    def _space(self) -> tuple[bool, str]:
        least = min(self._machine.free_bytes(folder) for folder in (self._paths.root, self._paths.cache))
        return (
            least >= LEAST_FREE_BYTES,
            f"{least / 1024**2:,.0f} MiB free{'' if least >= LEAST_FREE_BYTES else ': make room.'}",
        )

    def _pdf(self) -> tuple[bool, str]:
        why_not = self._machine.why_no_pdf()
        return not why_not, why_not or "Packs can be made."

    def _dates(self) -> tuple[bool, str]:
        planned: date | None = self._settings.planned_exit
        live = f"{self._settings.system}, live on {self._settings.go_live}"
        if planned and planned < self._clock.today():
            return (
                False,
                f"{live}: the planned exit ({planned}) is over; say the new day in workspace.toml, or exit.",
            )
        return True, f"{live}{f', planned exit {planned}' if planned else ''}."


def _checked(name: str, look: Callable[[], tuple[bool, str]]) -> Check:
    try:
        ok, detail = look()
    except DeskError as fault:
        return Check(name, False, fault.message)
    except OSError as fault:
        return Check(name, False, f"{fault.filename or 'A file'} cannot be read: {fault.strerror or fault}.")
    return Check(name, ok, detail)


def _named(things: list[str]) -> str:
    more = len(things) - MOST_NAMED
    return ", ".join(things[:MOST_NAMED]) + (f" and {more:,} more" if more > 0 else "")
