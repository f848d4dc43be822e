"""The folders of a workspace and of this user: finding them, making them, keeping them private.

The index is pickle and backups hold everything the records hold, so both lie in folders that only this user may
enter, named after the workspace's place on disk; never inside the workspace.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import cast

import platformdirs

from hypercare_desk.adapters.settings_file import FILE_NAME, check_system_name, settings_text
from hypercare_desk.domain.article import slug
from hypercare_desk.domain.errors import DeskError, Invalid, NotFound, Unavailable
from hypercare_desk.settings import WorkspacePaths

WORKSPACE_VARIABLE = "HYPERCARE_DESK_WORKSPACE"

_APPLICATION = "hypercare-desk"
_USER_FILE = "user.json"


def find_workspace(
    named: str | Path | None = None, environ: Mapping[str, str] | None = None, start: Path | None = None
) -> Path:
    """The folder of the workspace meant: the one named, the environment's, the nearest upwards, the last opened.

    ``start`` is where the way upwards begins (default: the current folder). Raises ``NotFound`` with what to do; a
    workspace that was named and is none is never replaced by another one.
    """
    environ = os.environ if environ is None else environ
    variable = environ.get(WORKSPACE_VARIABLE, "").strip()
    if named:
        return _named(Path(named), "--workspace")
    if variable:
        return _named(Path(variable), WORKSPACE_VARIABLE)
    here = absolute(start or _current_folder())
    for folder in (here, *here.parents):
        if _is_workspace(folder):
            return folder
    last = last_opened()
    if last is not None and _is_workspace(last):
        return last
    raise NotFound(
        f"There is no workspace in {here} or above it: name one with --workspace DIR or {WORKSPACE_VARIABLE}, or make "
        "one with: hypercare-desk init DIR --system NAME --go-live DATE",
        folder=here,
    )


def create_workspace_files(
    root: Path, *, system: str, go_live: date, planned_exit: date | None = None, text: str = ""
) -> Path:
    """Make ``root`` a workspace with its ``workspace.toml`` (``text``, or the usual one) and empty folders; returns its
    absolute path.

    A folder that holds other files may become one as long as nothing in it would be overwritten or taken over.
    Raises ``Invalid`` where there is a workspace (or its parts) already, ``Unavailable`` when the disk refuses.
    """
    root, system = absolute(root), check_system_name(system)
    if not 1990 <= go_live.year <= 2100:
        raise Invalid(f"The go-live date must lie between 1990 and 2100, but is {go_live}.")
    if planned_exit and planned_exit < go_live:
        raise Invalid(f"The planned exit ({planned_exit}) must not be before go-live ({go_live}).")
    if _is_workspace(root):
        raise Invalid(f"{root} is a workspace already: open it, or name another folder.", folder=root)
    around = next((folder for folder in root.parents if _is_workspace(folder)), None)
    if around:
        raise Invalid(f"{root} lies inside the workspace {around}: name a folder outside it.", folder=root)
    try:
        root.mkdir(parents=True, exist_ok=True)
        for name in ("desk.db", "kb", "packs"):
            part = root / name
            if part.exists() and (name == "desk.db" or not part.is_dir()):
                raise Invalid(
                    f"{part} exists already and would be taken over: name another folder.", folder=root
                )
        for name in ("kb", "packs"):
            (root / name).mkdir(exist_ok=True)
        with (root / FILE_NAME).open("x", encoding="utf-8", newline="\n") as file:
            file.write(text or settings_text(system, go_live, planned_exit))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise Unavailable(f"{root} cannot become a workspace: {_reason(error)}.", folder=root) from error
    return root


def discard_workspace_files(root: Path) -> None:
    """Take away what ``create_workspace_files`` made when the workspace could not be opened after all; other files
    stay."""
    root = absolute(root)
    for name in ("desk.db", FILE_NAME):
        with suppress(OSError):
            (root / name).unlink(missing_ok=True)
    for folder in (root / "kb", root / "packs", root):
        with suppress(OSError):  # not empty: it holds something else
            folder.rmdir()


def workspace_paths(root: Path) -> WorkspacePaths:
    """Where the parts of the workspace ``root`` lie; its folders in the cache and data are made (mode 0700).

    Without a cache folder of the user's (a read-only home) the index goes to a private temporary folder.
    """
    root = absolute(root)
    key = workspace_key(root)
    cache = Path(platformdirs.user_cache_dir(_APPLICATION, appauthor=False)) / key
    try:
        private_folder(cache)
    except DeskError:
        cache = private_folder(Path(tempfile.gettempdir()) / f"{_APPLICATION}-{_user_number()}" / key)
    data = user_data_folder() / key
    with suppress(DeskError):  # whoever keeps something there says so when it cannot
        private_folder(data)
    return WorkspacePaths(root=root, cache=cache, data=data)


def workspace_key(root: Path) -> str:
    """The name of a workspace's folders in the user's cache and data: readable, and one for each place on disk."""
    place = os.path.normcase(root.resolve())
    digest = hashlib.sha256(place.encode("utf-8", "surrogateescape")).hexdigest()[:16]
    return f"{slug(root.name, 40)}-{digest}"


def private_folder(folder: Path) -> Path:
    """``folder``, made if need be, that nobody but this user may enter.

    Raises ``Unavailable`` when it cannot be made or belongs to somebody else.
    """
    try:
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or (os.name == "posix" and found.st_uid != _user_number()):
            raise Unavailable(f"{folder} is not a folder of yours: remove it and try again.", folder=folder)
        if os.name == "posix" and stat.S_IMODE(found.st_mode) != 0o700:
            folder.chmod(0o700)
    except OSError as error:
        raise Unavailable(f"The folder {folder} cannot be made: {_reason(error)}.", folder=folder) from error
    return folder


def user_data_folder() -> Path:
    """The user's folder for the application's data (backups, the demonstration); not made here."""
    return Path(platformdirs.user_data_dir(_APPLICATION, appauthor=False))


def log_folder() -> Path:
    """Where the application's log goes; not made here."""
    return Path(platformdirs.user_log_dir(_APPLICATION, appauthor=False))


def configured_user() -> str:
    """The name this user wants changes to be recorded under; empty when none was set."""
    name = _user_values().get("name")
    return name.strip() if isinstance(name, str) and name.isprintable() else ""


def last_opened() -> Path | None:
    """The workspace this user opened last, None if there is none or nobody remembers."""
    place = _user_values().get("last_opened")
    return Path(place) if isinstance(place, str) and place else None


def recent_workspaces() -> tuple[Path, ...]:
    """The workspaces this user opened, the last one first; those that are gone are left out."""
    places = _user_values().get("recent")
    listed = cast("list[object]", places) if isinstance(places, list) else []
    known = [Path(place) for place in listed if isinstance(place, str)]
    last = last_opened()
    roots: list[Path] = [last, *known] if last else known
    return tuple(root for root in dict.fromkeys(roots) if _is_workspace(root))


def folder_state(folder: Path) -> tuple[bool, str]:
    """Whether ``folder`` can become a workspace, and a sentence about it."""
    folder = absolute(folder)
    if _is_workspace(folder):
        return False, "This is a workspace already: open it."
    if folder.is_file():
        return False, "This is a file: name a folder."
    there = next((parent for parent in (folder, *folder.parents) if parent.is_dir()), None)
    if there is None or not os.access(there, os.W_OK):
        return False, "This folder cannot be written: choose another one."
    synced = ("dropbox", "onedrive", "google drive", "icloud", "nextcloud")
    if any(name in part.casefold() for part in folder.parts for name in synced):
        return True, "A synchronised folder may damage the database: a folder on this machine is safer."
    if folder == there and any(folder.iterdir()):
        return True, "The folder holds other files; they are left alone."
    free = shutil.disk_usage(there).free / 1e9
    return True, f"New, will be made. {free:,.0f} GB free."


def remember_opened(root: Path) -> None:
    """Note ``root`` as the last workspace opened; not being able to is no fault."""
    if last_opened() == root:
        return
    recent = [str(place) for place in recent_workspaces() if place != root]
    values = {**_user_values(), "last_opened": str(root), "recent": [str(root), *recent][:10]}
    file = _user_file()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{_USER_FILE}-")
        try:
            with os.fdopen(handle, "w", encoding="ascii") as new:
                json.dump(values, new, indent=2)
            Path(name).replace(file)
        except OSError:
            Path(name).unlink(missing_ok=True)
    except OSError:
        return


def absolute(folder: Path) -> Path:
    """From the root, without ``..``; links stay as the user wrote them. Raises ``NotFound``."""
    try:
        folder = folder.expanduser()
    except RuntimeError:  # ~somebody whom this machine does not know
        raise NotFound(f"There is no home folder for {folder.parts[0]}: name the folder in full.") from None
    return Path(os.path.normpath(folder if folder.is_absolute() else _current_folder() / folder))


def _named(folder: Path, how: str) -> Path:
    folder = absolute(folder)
    if folder.name == FILE_NAME and folder.is_file():
        folder = folder.parent
    if _is_workspace(folder):
        return folder
    what = f"holds no {FILE_NAME}" if folder.is_dir() else "is no folder"
    raise NotFound(
        f"{folder} ({how}) is no workspace: it {what}. Make one with: "
        f'hypercare-desk init "{folder}" --system NAME --go-live DATE',
        folder=folder,
    )


def _is_workspace(folder: Path) -> bool:
    try:
        return (folder / FILE_NAME).is_file()
    except (OSError, ValueError):
        return False


def _current_folder() -> Path:
    try:
        return Path.cwd()
    except OSError:  # it was deleted meanwhile
        raise NotFound(
            "The current folder does not exist any more: go to another one, or name a workspace."
        ) from None


def _user_file() -> Path:
    return Path(platformdirs.user_config_dir(_APPLICATION, appauthor=False)) / _USER_FILE


def _user_values() -> dict[str, object]:
    """What is remembered for this user; a damaged file counts as an empty one."""
    try:
        values = json.loads(_user_file().read_text(encoding="ascii"))
    except (OSError, ValueError, RecursionError):
        return {}
    return values if isinstance(values, dict) else {}  # pyright: ignore[reportUnknownVariableType]


def _user_number() -> int:
    return os.getuid() if os.name == "posix" else 0


def _reason(error: OSError) -> str:
    return error.strerror or str(error)
