"""Peers on the same texts: SQLite FTS5, Tantivy, and Whoosh as it comes. Each is set up as its users would."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Protocol

from tests.benchmarks.corpus import Text

_WORD = re.compile(r"\w+")
_STOP_WORDS = """a an and are as at be but by for from has have he i in is it its of on or that the this to was
what when where which who will with you your how do does can"""
ENGLISH_STOP_WORDS = frozenset(_STOP_WORDS.split())


def words(query: str) -> list[str]:
    """The query's words; stop words only when there is nothing else."""
    found = [word.lower() for word in _WORD.findall(query)]
    return [word for word in found if word not in ENGLISH_STOP_WORDS] or found


class Peer(Protocol):
    """A search engine over texts."""

    name: str

    def build(self, texts: Iterable[Text]) -> None: ...

    def any_word(self, query: str, limit: int = 20) -> list[str]: ...

    def all_words(self, query: str, limit: int = 20) -> list[str]: ...

    def typing(self, query: str, limit: int = 20) -> list[str]: ...


class Fts5:
    """SQLite FTS5, porter over unicode61, with a prefix index; BM25 with the title weighted."""

    name = "SQLite FTS5"

    def __init__(self, folder: Path) -> None:
        self._db = sqlite3.connect(folder / "fts5.db")

    def build(self, texts: Iterable[Text]) -> None:
        self._db.execute(
            "create virtual table t using fts5(key unindexed, title, body,"
            " tokenize='porter unicode61 remove_diacritics 2', prefix='2 3')"
        )
        self._db.executemany("insert into t values (?, ?, ?)", ((t.key, t.title, t.body) for t in texts))
        self._db.commit()

    def save(self, text: Text) -> None:
        """One document, committed."""
        self._db.execute("insert into t values (?, ?, ?)", (text.key, text.title, text.body))
        self._db.commit()

    def any_word(self, query: str, limit: int = 20) -> list[str]:
        return self._match(" OR ".join(f'"{w}"' for w in words(query)), limit)

    def all_words(self, query: str, limit: int = 20) -> list[str]:
        return self._match(" AND ".join(f'"{w}"' for w in words(query)), limit)

    def typing(self, query: str, limit: int = 20) -> list[str]:
        found = words(query)
        return self._match(
            " OR ".join([*(f'"{w}"' for w in found[:-1]), *(f'"{w}"*' for w in found[-1:])]), limit
        )

    def _match(self, expression: str, limit: int) -> list[str]:
        if not expression:
            return []
        sql = "select key from t where t match ? order by bm25(t, 0, 4.0, 1.0) limit ?"
        return [row[0] for row in self._db.execute(sql, (expression, limit))]


class Tantivy:
    """Tantivy with English stemming, title boosted."""

    name = "Tantivy"

    def __init__(self, folder: Path) -> None:
        import tantivy

        self._tantivy: Any = tantivy
        builder = tantivy.SchemaBuilder()
        builder.add_text_field("key", stored=True, tokenizer_name="raw")
        builder.add_text_field("title", stored=True, tokenizer_name="en_stem")
        builder.add_text_field("body", stored=False, tokenizer_name="en_stem")
        path = folder / "tantivy"
        path.mkdir()
        self._index: Any = tantivy.Index(builder.build(), path=str(path))

    def build(self, texts: Iterable[Text]) -> None:
        writer = self._index.writer(heap_size=200_000_000, num_threads=1)
        for text in texts:
            writer.add_document(self._tantivy.Document(key=[text.key], title=[text.title], body=[text.body]))
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()
        self._searcher = self._index.searcher()

    def any_word(self, query: str, limit: int = 20) -> list[str]:
        return self._search(" ".join(words(query)), limit, all_words=False)

    def all_words(self, query: str, limit: int = 20) -> list[str]:
        return self._search(" ".join(words(query)), limit, all_words=True)

    typing = any_word

    def _search(self, text: str, limit: int, *, all_words: bool) -> list[str]:
        if not text:
            return []
        query = self._index.parse_query(
            text, ["title", "body"], field_boosts={"title": 3.0}, conjunction_by_default=all_words
        )
        hits = self._searcher.search(query, limit).hits
        return [self._searcher.doc(address)["key"][0] for _, address in hits]


class StockWhoosh:
    """Whoosh as it comes: stemming analyser, BM25F, title boosted."""

    name = "Whoosh as it comes"

    def __init__(self, folder: Path) -> None:
        from whoosh import fields, index
        from whoosh.analysis import StemmingAnalyzer

        schema: Any = fields.Schema(
            key=fields.ID(stored=True),
            title=fields.TEXT(analyzer=StemmingAnalyzer(), field_boost=3.0),
            body=fields.TEXT(analyzer=StemmingAnalyzer()),
        )
        path = folder / "whoosh"
        path.mkdir()
        self._index: Any = index.create_in(str(path), schema)

    def build(self, texts: Iterable[Text]) -> None:
        writer = self._index.writer(limitmb=256)
        for text in texts:
            writer.add_document(key=text.key, title=text.title, body=text.body)
        writer.commit()
        self._searcher = self._index.searcher()

    def any_word(self, query: str, limit: int = 20) -> list[str]:
        return self._search(query, limit, "or")

    def all_words(self, query: str, limit: int = 20) -> list[str]:
        return self._search(query, limit, "and")

    def typing(self, query: str, limit: int = 20) -> list[str]:
        found = words(query)
        return self._search(" ".join(found[:-1]), limit, "or", prefix=found[-1] if found else "")

    def _search(self, query: str, limit: int, group: str, prefix: str = "") -> list[str]:
        from whoosh.qparser import AndGroup, MultifieldParser, OrGroup
        from whoosh.query import Or, Prefix

        kind: Any = OrGroup if group == "or" else AndGroup
        parsed: Any = MultifieldParser(["title", "body"], self._index.schema, group=kind).parse(
            " ".join(words(query))
        )
        if prefix:
            parsed = Or([parsed, Prefix("title", prefix), Prefix("body", prefix)])
        return [hit["key"] for hit in self._searcher.search(parsed, limit=limit)]
