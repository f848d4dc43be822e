"""What is known of the article files, kept in the user's cache folder so that a new process need not read them all.

Disposable: missing, damaged or written by another version, it is ignored and written anew. It is JSON, never pickle.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, cast

from hypercare_desk.adapters.kb.field_keys import LISTS, ORDER, TEXTS, Value, values_of
from hypercare_desk.domain.article import ArticleFields, Audience, Confidence, Kind, Stamp, Status

_FORMAT = 1
# A file that was written in the same instant as this cache may change again without its time changing.
_SETTLED_NS = 2_000_000_000
_DAYS = ("valid_until", "review_by", "created", "updated", "validated")


@dataclass(frozen=True, slots=True)
class Known:
    """A file as it was read: valid as long as its size and its mtime (ns) are these."""

    path: str
    size: int
    mtime: int
    version: str
    fields: ArticleFields
    links: tuple[str, ...]


def load(file: Path) -> list[Known]:
    """What was kept, or nothing."""
    try:
        kept: Any = json.loads(file.read_bytes())
        if kept["format"] != _FORMAT or kept["keys"] != list(ORDER):
            return []
        return [_known(row) for row in kept["rows"]]
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError):
        return []


def keep(file: Path, rows: Iterable[Known]) -> None:
    """Keep ``rows``; a cache that cannot be written is done without."""
    newest = time.time_ns() - _SETTLED_NS
    kept = {"format": _FORMAT, "keys": ORDER, "rows": [_plain(row) for row in rows if row.mtime < newest]}
    staged = file.with_name(f".{file.name}-{os.getpid()}")
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        staged.write_bytes(json.dumps(kept).encode())
        staged.replace(file)
    except OSError:
        with contextlib.suppress(OSError):
            staged.unlink()


def _plain(row: Known) -> list[object]:
    values = values_of(row.fields)
    return [row.path, row.size, row.mtime, row.version, row.links, [_written(values[key]) for key in ORDER]]


def _written(value: Value) -> object:
    return value.isoformat() if isinstance(value, date) else value


def _known(row: list[Any]) -> Known:
    path, size, mtime, version, links, written = row
    values: dict[str, Any] = dict(zip(ORDER, written, strict=True))
    for key in _DAYS:
        values[key] = date.fromisoformat(values[key]) if values[key] else None
    fields = ArticleFields(
        title=values["title"],
        kind=Kind(values["kind"]),
        id=values["id"],
        status=Status(values["status"]),
        confidence=Confidence(values["confidence"]),
        audience=Audience(values["audience"]),
        valid_until=values["valid_until"],
        review_by=values["review_by"],
        created=Stamp(values["created"], values["created_by"]),
        updated=Stamp(values["updated"], values["updated_by"]),
        validated=Stamp(values["validated"], values["validated_by"]),
        **{key: tuple(cast("list[str]", values[key])) for key in LISTS},
        **{key: values[key] for key in TEXTS},
    )
    return Known(str(path), int(size), int(mtime), str(version), fields, tuple(links))
