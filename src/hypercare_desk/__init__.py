"""Hypercare Desk: knowledge, feedback, exit criteria and the handoff pack of a go-live's first weeks.

The public API is ``create_workspace`` and ``open_workspace``; both give a ``Desk``, a context manager.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date
    from os import PathLike

    from hypercare_desk.services.desk import Desk

__all__ = ["__version__", "create_workspace", "open_workspace"]
__version__ = "0.1.0"


def create_workspace(
    path: str | PathLike[str],
    *,
    system: str,
    go_live: date,
    planned_exit: date | None = None,
    user: str | None = None,
) -> Desk:
    """Make a workspace in the folder ``path`` (made if absent) and open it.

    Raises ``Invalid`` if the folder holds one already or a day is none, ``Unavailable`` if it cannot be written.
    """
    from datetime import date
    from pathlib import Path

    from hypercare_desk.bootstrap import create_desk
    from hypercare_desk.domain.errors import Invalid

    for day in (go_live, planned_exit or go_live):
        if type(day) is not date:
            raise Invalid(f"{day!r} is no day: hand in a datetime.date, such as date(2026, 11, 2).")
    return create_desk(Path(path), system=system, go_live=go_live, planned_exit=planned_exit, user=user)


def open_workspace(path: str | PathLike[str], *, user: str | None = None, catch_up: bool = True) -> Desk:
    """Open the workspace in ``path``; unless ``catch_up`` is False, index first what changed while it was closed.

    Raises ``NotFound``, ``Invalid`` or ``Unavailable``, each with one sentence.
    """
    from pathlib import Path

    from hypercare_desk.bootstrap import open_desk

    return open_desk(Path(path), user=user, catch_up=catch_up)
