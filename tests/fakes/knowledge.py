"""Articles, their history and their HTML in memory: the ports ArticleStore, History and Renderer.

``MemoryStore`` is held to the same contract suite as the store on disk.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from hypercare_desk.domain.article import (
    Article,
    ArticleDraft,
    ArticleFields,
    ArticleRow,
    Kind,
    Revision,
    first_heading,
    linked_ids,
    slug,
)
from hypercare_desk.domain.errors import Conflict, Invalid, NotFound, Unavailable
from hypercare_desk.domain.search import Found, Hit, Tier
from hypercare_desk.services.ports import Incoming
from hypercare_desk.services.progress import Progress, Silent

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


class MemoryStore:
    """Implements ``services.ports.ArticleStore``. ``broken`` set to a sentence makes every write fail with it."""

    def __init__(self) -> None:
        self.articles: dict[str, Article] = {}
        self.attachments: dict[str, bytes] = {}
        self.broken = ""
        self._known: dict[bytes, Article] = {}

    def raw(self, path: str) -> bytes:
        """What stands for the file's bytes."""
        return _version(self._at(path).draft()).encode()

    def rows(self, progress: Progress | None = None) -> Sequence[ArticleRow]:
        found = [a for a in self.articles.values() if a.id]
        found.sort(key=lambda a: (a.id.partition("-")[0], int(a.id.partition("-")[2])))
        return [ArticleRow(a.fields, a.path, a.version, len(a.body), LONG_AGO) for a in found]

    def problems(self) -> Mapping[str, str]:
        return {}

    def read(self, article_id: str) -> Article:
        found = next((a for a in self.articles.values() if a.id == article_id), None)
        if found is None:
            raise NotFound(f"There is no article {article_id}.")
        return found

    def read_path(self, path: str) -> Article:
        return self._at(path)

    def parse(self, data: bytes, path: str) -> Article:
        if data in self._known:
            return replace(self._known[data], path=path)
        body = data.decode()
        fields = ArticleFields(first_heading(body) or "Untitled", Kind.REFERENCE)
        return Article(fields, body, _version(ArticleDraft(fields, body)), path)

    def links(self) -> Mapping[str, Sequence[str]]:
        return {a.id: linked_ids(a.body) for a in self.articles.values() if linked_ids(a.body)}

    def save(self, draft: ArticleDraft, expected: str | None) -> Article:
        if not draft.fields.title.strip() or not draft.fields.id:
            raise Invalid("An article needs an id and a title.")
        there = next((a for a in self.articles.values() if a.id == draft.fields.id), None)
        if expected is not None and there is None:
            raise NotFound(f"There is no article {draft.fields.id}.")
        if there is not None and there.version != expected:
            raise Conflict("Somebody was faster.", mine=draft, theirs=there)
        self._writable()
        path = there.path if there else f"{draft.fields.kind}/{draft.fields.id}-{slug(draft.fields.title)}.md"
        return self.put(path, draft)

    def put(self, path: str, draft: ArticleDraft) -> Article:
        """Let the file ``path`` hold this, as if somebody else had written it."""
        article = Article(draft.fields, draft.body, _version(draft), path)
        self.articles[path] = article
        self._known[article.version.encode()] = article
        return article

    def prepare(
        self,
        items: Sequence[Incoming],
        attachments: Mapping[str, Path] | None = None,
        progress: Progress | None = None,
    ) -> MemoryPrepared:
        for number, _ in enumerate(items, start=1):
            (progress or Silent()).step(number, len(items))
        return MemoryPrepared(self, items, attachments or {})

    def add_many(
        self, drafts: Iterable[tuple[ArticleDraft, bytes | None]], progress: Progress | None = None
    ) -> Sequence[Article]:
        with self.prepare([Incoming(*one) for one in drafts], progress=progress) as prepared:
            prepared.place()
            return prepared.articles

    def remove(self, article_id: str, expected: str) -> None:
        there = self.read(article_id)
        if there.version != expected:
            raise Conflict("Somebody was faster.", mine=there.draft(), theirs=there)
        self._writable()
        del self.articles[there.path]

    def scan(self) -> Iterator[tuple[str, int, int]]:
        yield from ((path, len(a.body), 0) for path, a in self.articles.items())

    def stat(self, paths: Sequence[str]) -> Iterator[tuple[str, int, int]]:
        return (row for row in self.scan() if row[0] in paths)

    def add_attachment(self, name: str, data: bytes) -> str:
        self._writable()
        self.attachments[f"attachments/{name}"] = data
        return f"attachments/{name}"

    def template(self, fields: ArticleFields) -> str:
        return "".join(f"## {heading}\n\n" for heading in fields.kind.sections)

    def _at(self, path: str) -> Article:
        if path not in self.articles:
            raise NotFound(f"There is no file {path}.")
        return self.articles[path]

    def _writable(self) -> None:
        if self.broken:
            raise Unavailable(self.broken)


class MemoryPrepared:
    """Implements ``services.ports.Prepared`` over a ``MemoryStore``."""

    def __init__(
        self, store: MemoryStore, items: Sequence[Incoming], attachments: Mapping[str, Path]
    ) -> None:
        self._store = store
        self._attachments = attachments
        self._drafts = [
            ArticleDraft(i.draft.fields, i.original.decode()) if i.original is not None else i.draft
            for i in items
        ]
        self._expected = [item.expected for item in items]

    @property
    def articles(self) -> Sequence[Article]:
        return [
            Article(d.fields, d.body, _version(d), f"{d.fields.kind}/{d.fields.id}-{slug(d.fields.title)}.md")
            for d in self._drafts
        ]

    @property
    def paths(self) -> Sequence[str]:
        return [a.path for a in self.articles] + [f"attachments/{name}" for name in self._attachments]

    def place(self) -> None:
        if self._store.broken:
            raise Unavailable(self._store.broken)
        for draft, expected in zip(self._drafts, self._expected, strict=True):
            self._store.save(draft, expected)
        for name, source in self._attachments.items():
            self._store.attachments[f"attachments/{name}"] = source.read_bytes()

    def __enter__(self) -> MemoryPrepared:
        return self

    def __exit__(self, *raised: object) -> None:
        """Nothing was written yet."""


class MemoryHistory:
    """Implements ``services.ports.History``; keeps what ``read_now`` gives. ``broken`` makes it unavailable."""

    def __init__(self, read_now: Callable[[str], bytes]) -> None:
        self.commits: list[tuple[tuple[str, ...], str, str]] = []
        self.broken = ""
        self._read_now = read_now
        self._kept: dict[tuple[str, str], bytes] = {}

    def commit(self, paths: Sequence[str], message: str, who: str) -> str:
        if self.broken:
            raise Unavailable(self.broken)
        self.commits.append((tuple(paths), message, who))
        revision = str(len(self.commits))
        for path in paths:
            if not path.startswith("attachments/"):
                self._kept[path, revision] = self._read_now(path)
        return revision

    def log(self, path: str) -> Sequence[Revision]:
        found = [
            Revision(str(number), LONG_AGO, who, message)
            for number, (paths, message, who) in enumerate(self.commits, start=1)
            if path in paths
        ]
        return found[::-1]

    def read(self, path: str, revision: str) -> bytes:
        if (path, revision) not in self._kept:
            raise NotFound(f"{path} has no revision {revision}.")
        return self._kept[path, revision]


class PlainRenderer:
    """Implements ``services.ports.Renderer`` by saying what it was asked."""

    def html(self, markdown: str, *, resolve: Mapping[str, str] | None = None, base: str = "") -> str:
        return f"<p>{markdown.strip()}</p><!-- {base} {sorted((resolve or {}).items())} -->"

    def html_many(
        self,
        texts: Sequence[str],
        progress: Progress | None = None,
        *,
        resolve: Mapping[str, str] | None = None,
        bases: Sequence[str] = (),
    ) -> Sequence[str]:
        return [
            self.html(text, resolve=resolve, base=bases[n] if bases else "") for n, text in enumerate(texts)
        ]

    def close(self) -> None:
        """Nothing is held."""


class QuietSearch:
    """What the knowledge and intake services need of the search service: remembers what it was given."""

    def __init__(self) -> None:
        self.indexed: list[Article] = []
        self.near: list[tuple[str, str]] = []
        self.uses: list[tuple[str, bool]] = []

    def index_articles(self, articles: Iterable[Article], progress: Progress | None = None) -> None:
        self.indexed += articles

    def similar(self, text: str, limit: int = 10, kinds: Sequence[str] = ()) -> Found:
        hits = tuple(Hit(i, "known-issue", title, 1.0, Tier.EXACT) for i, title in self.near)
        return Found(text, hits)

    def used(self, article_id: str, solved: bool, query: str = "", feedback_id: str = "") -> None:
        self.uses.append((article_id, solved))


def _version(draft: ArticleDraft) -> str:
    return hashlib.sha256(repr(draft).encode()).hexdigest()
