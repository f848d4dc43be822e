"""The workspace's synonyms, ``synonyms.toml``: groups of words that mean the same to the people who search."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from hypercare_desk.domain.errors import Invalid

_LARGEST = 256 * 1024


def read_synonyms(path: Path) -> Mapping[str, Sequence[str]]:
    """Word → the other words of its groups; empty without a file.

    The file holds ``groups = [["invoice", "bill"], …]``. Raises ``Invalid`` when it cannot be read so.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(_LARGEST + 1)
        if len(raw) > _LARGEST:
            raise _refused(path, f"it is larger than {_LARGEST // 1024} KiB")
        groups: object = tomllib.loads(raw.decode("utf-8-sig")).get("groups", [])
    except FileNotFoundError:
        return {}
    except OSError as fault:
        raise _refused(path, fault.strerror or "the disk refuses") from fault
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise _refused(path, str(fault)) from fault
    found: dict[str, list[str]] = {}
    for number, words in enumerate(_groups(path, groups), start=1):
        if len(words) < 2 or not all(isinstance(word, str) and word.strip() for word in words):
            raise _refused(path, f"group {number} is not a list of two or more words")
        for word in words:
            found.setdefault(str(word), []).extend(str(other) for other in words if other != word)
    return found


def _groups(path: Path, groups: object) -> list[list[Any]]:
    if not isinstance(groups, list) or not all(
        isinstance(group, list) for group in cast("list[Any]", groups)
    ):
        raise _refused(path, '"groups" is not a list of lists')
    return cast("list[list[Any]]", groups)


def _refused(path: Path, why: str) -> Invalid:
    return Invalid(
        f'{path.name} cannot be used: {why}; write it as groups = [["invoice", "bill"]].',
        code="synonyms",
        path=path,
    )
