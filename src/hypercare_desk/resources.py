"""Where the files that are shipped but not executed lie: inside the wheel, or beside `src` in a checkout.

Nothing is read at import. The folders are real folders on disk (wheels are installed unpacked), so plain paths are
given out.
"""

from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def resources_folder() -> Path:
    """The folder of styles, templates and example data; FileNotFoundError when the installation lacks it."""
    return _shipped_folder("resources")


def starter_kb_folder() -> Path:
    """The starter knowledge base: `templates/` for every kind, and the handbook's articles."""
    return _shipped_folder("kb")


def resource(*parts: str) -> Path:
    """One shipped file or folder below `resources/`, e.g. `resource("pack", "pack.css")`.

    Raises FileNotFoundError with a sentence when it is not there: the installation is incomplete.
    """
    path = resources_folder().joinpath(*parts)
    if not path.exists():
        raise FileNotFoundError(f"The installation lacks {'/'.join(parts)}: install Hypercare Desk again.")
    return path


@cache
def _shipped_folder(name: str) -> Path:
    in_wheel = _PACKAGE / name
    in_checkout = _PACKAGE.parents[1] / name
    for folder in (in_wheel, in_checkout):
        if folder.is_dir():
            return folder
    raise FileNotFoundError(f"The installation lacks its folder {name}: install Hypercare Desk again.")
