"""What a command is given: its arguments, where to print, and the way to the workspace."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from zoneinfo import ZoneInfo

from hypercare_desk.cli.output import Output
from hypercare_desk.cli.watching import Watched
from hypercare_desk.domain.errors import Invalid

if TYPE_CHECKING:
    from hypercare_desk.services.desk import Desk
    from hypercare_desk.services.ports import Clock
    from hypercare_desk.services.progress import Progress


class Demo(Protocol):
    """The open demonstration, and what it was filled with (nothing when it was there already)."""

    @property
    def desk(self) -> Desk: ...

    @property
    def lines(self) -> tuple[str, ...]: ...


class World(Protocol):
    """The composition root as the command line needs it (``hypercare_desk.bootstrap`` is one)."""

    def find_workspace(self, named: Path | None) -> Path:
        """The workspace's folder, as product.md §3 says; raises ``NotFound``."""
        ...

    def open_desk(self, root: Path, *, user: str | None = None, clock: Clock | None = None) -> Desk:
        """Open a workspace; raises ``DeskError``."""
        ...

    def create_desk(
        self,
        root: Path,
        *,
        system: str,
        go_live: date,
        planned_exit: date | None = None,
        clock: Clock | None = None,
    ) -> Desk:
        """Make a workspace and open it; raises ``DeskError``."""
        ...

    def open_demo(
        self, folder: Path | None = None, *, fresh: bool = False, progress: Progress | None = None
    ) -> Demo:
        """The demonstration, made if it is not there; raises ``DeskError``."""
        ...

    def restore_workspace(self, source: Path, folder: Path, progress: Progress | None = None) -> Path:
        """A workspace from a backup file; raises ``DeskError``."""
        ...

    def remember_workspace(self, root: Path) -> None:
        """Note the workspace as the last one opened."""
        ...

    def log_folder(self) -> Path:
        """Where the log file goes."""
        ...


Window = Callable[[Path | None], int]
"""Opens the window of a workspace (None: the one that is meant) and stays until it is closed."""


class Context:
    """One call of one command; ``window`` is None where nothing can be shown."""

    def __init__(
        self, args: argparse.Namespace, output: Output, world: World, window: Window | None = None
    ) -> None:
        self.args = args
        self.output = output
        self.world = world
        self.window = window

    def desk(self) -> Desk:
        """Open the workspace that was meant; from now on times are shown in its zone."""
        root = self.world.find_workspace(self.args.workspace)
        desk = self.world.open_desk(root)
        self.world.remember_workspace(root)
        self.output.zone = desk.settings.time_zone
        return desk

    def watched(self) -> Watched:
        """Progress for long work, stopped by Ctrl+C."""
        return Watched(self.output.errors)

    def instant(self, moment: datetime | date | None) -> datetime | None:
        """What `parser.moment` read as an instant in UTC; a day alone is its beginning."""
        if moment is None:
            return None
        if not isinstance(moment, datetime):
            moment = datetime.combine(moment, time.min)
        return self._in_utc(moment)

    def as_of(self, moment: datetime | date | None, clock: Clock) -> datetime | None:
        """The same for the state at a time: a day alone is its end, and today is now."""
        if moment is None or isinstance(moment, datetime):
            return self.instant(moment)
        end = self._in_utc(datetime.combine(moment, time(23, 59, 59)))
        return min(end, clock.now()) if moment == clock.today() else end

    def _in_utc(self, moment: datetime) -> datetime:
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=ZoneInfo(self.output.zone))
        try:
            return moment.astimezone(UTC)
        except OverflowError:
            raise Invalid(f"{moment:%Y-%m-%d} lies too far away.") from None
