"""Which articles there are: rows of every file, read once and again only when size or time of a file changed."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from hypercare_desk.adapters.kb import row_cache
from hypercare_desk.adapters.kb.article_file import MAX_BYTES, parse
from hypercare_desk.adapters.kb.files import markdown_files
from hypercare_desk.domain.article import Article, ArticleFields, ArticleRow, linked_ids
from hypercare_desk.services.progress import Progress

# Reading fewer files than this again takes less time than writing all that is known.
_WORTH_KEEPING = 200
_NUMBER = re.compile(r"^([A-Z]+)-(\d+)$")


class Catalogue:
    """Rows by path. Safe for use from several threads."""

    def __init__(self, root: Path, cache: Path | None = None) -> None:
        self._root = root
        self._cache = cache
        self._cache_read = cache is None
        self._guard = threading.Lock()
        self._rows: dict[str, tuple[int, int, ArticleRow]] = {}
        self._links: dict[str, tuple[str, ...]] = {}
        self._unreadable: dict[str, tuple[int, int, str]] = {}
        self._first: dict[str, ArticleRow] | None = None

    def rows(self, progress: Progress | None = None) -> Sequence[ArticleRow]:
        """Every article once, ordered by prefix and number; of two files with one id the first by path."""
        with self._guard:
            self._refresh(progress)
            return sorted(self._first_by_id().values(), key=_order)

    def problems(self) -> Mapping[str, str]:
        """Path → sentence for files that are no article, or that repeat another one's id."""
        with self._guard:
            self._refresh(None)
            first = self._first_by_id()
            found = {path: sentence for path, (_, _, sentence) in self._unreadable.items()}
            for path, (_, _, row) in self._rows.items():
                article_id = row.fields.id
                if not article_id:
                    found[path] = f"{path} has no id, so it is no article yet: import it, or give it one."
                elif first[article_id].path != path:
                    found[path] = (
                        f"{path} has the id {article_id}, as {first[article_id].path} has: give one another."
                    )
        return dict(sorted(found.items()))

    def links(self) -> Mapping[str, Sequence[str]]:
        """Article id → ids that its body links to, for articles that link to any."""
        with self._guard:
            self._refresh(None)
            by_id = self._first_by_id()
            return {i: self._links[row.path] for i, row in by_id.items() if self._links.get(row.path)}

    def path_of(self, article_id: str) -> str | None:
        """The path of an article as last seen; None if it has not been seen."""
        with self._guard:
            row = self._first_by_id().get(article_id)
        return row.path if row else None

    def note(self, article: Article, size: int, mtime: int) -> None:
        """Take up what has just been written, so that the next list need not read it."""
        with self._guard:
            row = _row(article, size, mtime)
            known = (self._first or {}).get(article.id)
            self._unreadable.pop(article.path, None)
            self._rows[article.path] = (size, mtime, row)
            self._links[article.path] = linked_ids(article.body)
            if self._first is not None and (known is None or known.path == article.path):
                self._first[article.id] = row
            else:
                self._first = None

    def _refresh(self, progress: Progress | None) -> None:
        self._recall()
        seen: set[str] = set()
        read = 0
        for number, (path, size, mtime) in enumerate(markdown_files(self._root), start=1):
            seen.add(path)
            if progress and number % 500 == 0:
                progress.step(number, 0, "Reading articles")
            known = self._rows.get(path) or self._unreadable.get(path)
            if known and known[:2] == (size, mtime):
                continue
            self._first = None
            self._rows.pop(path, None)
            self._unreadable.pop(path, None)
            self._take(path, size, mtime)
            read += 1
        for store in (self._rows, self._unreadable):
            for path in store.keys() - seen:
                self._first = None
                del store[path]

        if self._cache and read >= _WORTH_KEEPING:
            rows = ((path, size, mtime, row) for path, (size, mtime, row) in self._rows.items())
            row_cache.keep(
                self._cache,
                [
                    row_cache.Known(p, s, m, r.version, r.fields, self._links.get(p, ()))
                    for p, s, m, r in rows
                ],
            )

    def _recall(self) -> None:
        """Take up, once, what an earlier process knew; each row is used only if its file has not changed since."""
        if self._cache_read or self._cache is None:
            return
        self._cache_read = True
        for known in row_cache.load(self._cache):
            if known.path not in self._rows:
                row = _row_of(known.fields, known.path, known.version, known.size, known.mtime)
                self._rows[known.path] = (known.size, known.mtime, row)
                self._links[known.path] = known.links
        self._first = None

    def _take(self, path: str, size: int, mtime: int) -> None:
        if size > MAX_BYTES:
            self._unreadable[path] = (size, mtime, f"{path} is larger than 16 MiB, so it is left alone.")
            return
        try:
            data = (self._root / path).read_bytes()
        except OSError as error:
            self._unreadable[path] = (size, mtime, f"{path} cannot be read: {error.strerror}.")
            return
        article = parse(data, path).article
        self._rows[path] = (size, mtime, _row(article, size, mtime))
        self._links[path] = linked_ids(article.body)

    def _first_by_id(self) -> dict[str, ArticleRow]:
        if self._first is None:
            first: dict[str, ArticleRow] = {}
            for _, (_, _, row) in sorted(self._rows.items()):
                if row.fields.id:
                    first.setdefault(row.fields.id, row)
            self._first = first
        return self._first


def _row(article: Article, size: int, mtime: int) -> ArticleRow:
    return _row_of(article.fields, article.path, article.version, size, mtime)


def _row_of(fields: ArticleFields, path: str, version: str, size: int, mtime: int) -> ArticleRow:
    modified = datetime.fromtimestamp(max(0.0, min(mtime / 1e9, 253402300799.0)), UTC)
    return ArticleRow(fields, path, version, size, modified)


def _order(row: ArticleRow) -> tuple[str, int, str]:
    match = _NUMBER.match(row.fields.id)
    return (match.group(1), int(match.group(2)), row.path) if match else (row.fields.id, 0, row.path)
