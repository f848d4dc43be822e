"""The whole workspace as one file, and a workspace from such a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hypercare_desk.domain.errors import Invalid
from hypercare_desk.services.ports import Archives, Clock, Database
from hypercare_desk.services.progress import Progress
from hypercare_desk.settings import WorkspacePaths


class BackupService:
    """Writes backups: settings, articles with attachments and history, records, packs."""

    def __init__(
        self, *, database: Database, archives: Archives, paths: WorkspacePaths, clock: Clock
    ) -> None:
        self._database = database
        self._archives = archives
        self._paths = paths
        self._clock = clock

    def write(self, target: Path, progress: Progress | None = None) -> Path:
        """The workspace as it is now in the file ``target``, over an older one only when the new one is whole.

        Records come as one consistent copy, from PostgreSQL too (as a SQLite file). Raises ``Invalid`` for a folder,
        ``Unavailable`` when the disk refuses.
        """
        target = target.absolute()
        if target.is_dir():
            raise Invalid(
                f"{target} is a folder: name the file to write, such as desk-backup.zip.", code="backup"
            )
        records = self._paths.data / f".backup-{target.name}.part"
        try:
            self._database.backup(records)
            facts = {"made_at": self._clock.now().isoformat(), "workspace": self._paths.root.name}
            return self._archives.write(self._paths.root, records, target, facts, progress)
        finally:
            records.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class Restored:
    """A workspace that came out of a backup; ``facts`` say when and from which workspace it was made."""

    root: Path
    facts: Mapping[str, str]


def restore(archives: Archives, source: Path, folder: Path, progress: Progress | None = None) -> Restored:
    """The workspace in the backup ``source`` as ``folder``, which must be absent or empty; whole or not at all.

    Raises ``Invalid`` for a file that is no backup, is damaged, or would write outside the folder; ``Unavailable``
    when the disk refuses.
    """
    folder = folder.absolute()
    facts = archives.extract(source.absolute(), folder, progress)
    return Restored(folder, facts)
