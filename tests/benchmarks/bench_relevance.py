"""Relevance beside SQLite FTS5, Tantivy and stock Whoosh: nDCG@10 on collections judged by people."""

from __future__ import annotations

import json
import math
import os
import tempfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from hypercare_desk import create_workspace
from hypercare_desk.services.desk import Desk
from tests.benchmarks import corpus
from tests.benchmarks.peers import Fts5, StockWhoosh, Tantivy
from tests.benchmarks.results import Options, Row, Target

Search = Callable[[str], list[str]]


def run(options: Options) -> Iterator[Row]:
    """One row a collection, with titles and without where it has them."""
    if options.shared_data is None:
        raise SystemExit(
            "The relevance benchmark needs the judged collections: name their folder with --shared-data."
        )
    for judged in _collections(options.shared_data):
        with tempfile.TemporaryDirectory(prefix="desk-bench-") as folder:
            os.environ["XDG_CACHE_HOME"] = str(Path(folder) / "cache")
            os.environ["XDG_DATA_HOME"] = str(Path(folder) / "data")
            yield _measure(judged, Path(folder))


def _collections(data: Path) -> Iterator[corpus.Judged]:
    for path in sorted((data / "retrieval").iterdir()):
        if (path / "qrels.tsv").is_file():
            yield corpus.judged(path.name, data, titles=True)
            yield corpus.judged(path.name, data, titles=False)
    yield corpus.linked(data)


def ndcg(found: list[str], relevant: dict[str, float], depth: int = 10) -> float:
    """Normalised discounted cumulative gain with the grades as gains (Järvelin and Kekäläinen 2002)."""
    gained = sum(relevant.get(key, 0.0) / math.log2(at + 2) for at, key in enumerate(found[:depth]))
    best = sorted(relevant.values(), reverse=True)[:depth]
    return gained / sum(grade / math.log2(at + 2) for at, grade in enumerate(best))


def mean(search: Search, judged: corpus.Judged) -> float:
    """Mean nDCG@10 over the queries; a text is never its own answer."""
    scores = [
        ndcg([key for key in search(text) if key != query], judged.relevant[query])
        for query, text in judged.queries.items()
    ]
    return sum(scores) / len(scores)


def _measure(judged: corpus.Judged, folder: Path) -> Row:
    peers: dict[str, float] = {}
    for peer in (Fts5(folder), Tantivy(folder), StockWhoosh(folder)):
        peer.build(judged.texts)
        peers[peer.name] = mean(lambda query, peer=peer: peer.any_word(query, 20), judged)
    with create_workspace(folder / "workspace", system="Benchmark", go_live=date(2026, 11, 2)) as desk:
        ours = mean(_through(desk, judged, folder), judged)
    best = max(peers, key=lambda name: peers[name])
    return Row(judged.name, "nDCG@10", "", ours, peers, Target(1, best, upper=False))


def _through(desk: Desk, judged: corpus.Judged, folder: Path) -> Search:
    source = folder / "source"
    source.mkdir()
    for number, text in enumerate(judged.texts):
        title = json.dumps(text.title or f"n{number}", ensure_ascii=False)
        file = source / f"{number:06d}.md"
        file.write_text(f"---\ntitle: {title}\n---\n\n{text.body}\n", encoding="utf-8")
    report = desk.intake.markdown(source)
    keys = {item.id: judged.texts[int(Path(item.source).stem)].key for item in report.items if item.id}
    return lambda query: [keys[hit.id] for hit in desk.search.find(query, limit=20).hits if hit.id in keys]
