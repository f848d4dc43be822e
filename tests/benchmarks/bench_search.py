"""Search beside SQLite FTS5 and Tantivy on the same corpus in one process: answers, build, save, start."""

from __future__ import annotations

import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from hypercare_desk import create_workspace
from hypercare_desk.services.desk import Desk
from tests.benchmarks import corpus
from tests.benchmarks.measure import milliseconds, quantile, seconds
from tests.benchmarks.peers import Fts5, Tantivy
from tests.benchmarks.results import Options, Row, Target

_COLD = """
import sys, time
from hypercare_desk import open_workspace
start = time.perf_counter()
with open_workspace(sys.argv[1]) as desk:
    opened = time.perf_counter()
    desk.search.find(sys.argv[2], limit=20)
    print((opened - start) * 1000, (time.perf_counter() - opened) * 1000)
"""


@dataclass(frozen=True, slots=True)
class _Engines:
    """The three engines over the same texts."""

    subject: str
    desk: Desk
    fts: Fts5
    tantivy: Tantivy


def run(options: Options) -> Iterator[Row]:
    """All figures, a corpus size after the other."""
    if options.shared_data is None:
        raise SystemExit(
            "The search benchmark multiplies real articles: name their folder with --shared-data."
        )
    for size in options.sizes:
        with tempfile.TemporaryDirectory(prefix="desk-bench-") as folder:
            os.environ["XDG_CACHE_HOME"] = str(Path(folder) / "cache")
            os.environ["XDG_DATA_HOME"] = str(Path(folder) / "data")
            yield from _measure(size, Path(folder), options)


def _measure(size: int, folder: Path, options: Options) -> Iterator[Row]:
    assert options.shared_data
    texts = list(corpus.multiplied(size, options.shared_data, options.seed))
    queries = corpus.queries(texts, 40 if options.quick else 200)
    workspace = folder / "workspace"
    with create_workspace(workspace, system="Benchmark", go_live=date(2026, 11, 2)) as desk:
        corpus.write_articles(workspace / "kb", iter(texts))
        engines = _Engines(f"{size:,} articles", desk, Fts5(folder), Tantivy(folder))
        yield _build(engines, texts)
        yield from _answers(engines, queries, corpus.traces(texts, 20))
        yield from _saves(engines, texts, 8 if options.quick else 25)
    yield from _starts(engines.subject, size, workspace, queries[: 3 if options.quick else 7])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    yield Row(engines.subject, "peak memory, engines and corpus together", "MiB", peak)


def _build(engines: _Engines, texts: Sequence[corpus.Text]) -> Row:
    peers = {
        engines.fts.name: seconds(lambda: engines.fts.build(texts)),
        engines.tantivy.name: seconds(lambda: engines.tantivy.build(texts)),
    }
    ours = seconds(engines.desk.search.rebuild)
    return Row(engines.subject, "build, files to index", "s", ours, peers, Target(4, engines.fts.name))


def _answers(engines: _Engines, queries: list[str], traces: list[str]) -> Iterator[Row]:
    find, fts, tantivy = engines.desk.search.find, engines.fts, engines.tantivy
    typed = [query[:end] for query in queries for end in range(2, len(query) + 1) if query[end - 1] != " "]
    single = [query for query in queries if " " not in query]

    def ask(
        case: str, asked: list[str], peers: dict[str, Callable[[str], object]], target: Target | None
    ) -> Iterator[Row]:
        typing = case == "as you type"
        ours = milliseconds(lambda q=q: find(q, limit=20, typing=typing) for q in asked)
        theirs = {
            name: milliseconds(lambda q=q, call=call: call(q) for q in asked) for name, call in peers.items()
        }
        for share in (0.5, 0.95):
            yield Row(
                engines.subject,
                f"{case}, p{share * 100:.0f}",
                "ms",
                quantile(ours, share),
                {name: quantile(taken, share) for name, taken in theirs.items()},
                target if share > 0.5 else None,
            )

    any_word: dict[str, Callable[[str], object]] = {fts.name: fts.any_word, tantivy.name: tantivy.any_word}
    all_words: dict[str, Callable[[str], object]] = {fts.name: fts.all_words, tantivy.name: tantivy.all_words}
    yield from ask("any word, first time", queries, any_word, None)
    yield from ask("as you type", typed, {fts.name: fts.typing}, Target(1, fts.name))
    yield from ask("any word, warm", queries, any_word, Target(2, tantivy.name))
    yield from ask("one word, warm", single, any_word, None)
    yield from ask("all words, warm", queries, all_words, None)
    yield from ask("pasted error of 2,000 characters", traces, any_word, None)
    shown = milliseconds(lambda q=q: [hit.snippet for hit in find(q, limit=20).hits] for q in queries)
    yield Row(engines.subject, "any word with 20 snippets read, p95", "ms", quantile(shown, 0.95))


def _saves(engines: _Engines, texts: Sequence[corpus.Text], times: int) -> Iterator[Row]:
    rng = random.Random(5)
    rows = engines.desk.knowledge.list()
    ours: list[float] = []
    theirs: list[float] = []
    for number in range(times):
        word = f"zq{number}unheardof"
        article = engines.desk.knowledge.read(rng.choice(rows).fields.id)
        draft = replace(article.draft(), body=f"{article.body}\n\nNow with {word}.\n")
        start = time.perf_counter()
        engines.desk.knowledge.save(draft, expected=article.version)
        hits = engines.desk.search.find(word).hits
        ours.append((time.perf_counter() - start) * 1000)
        if [hit.id for hit in hits] != [article.id]:
            raise SystemExit(f"A saved article was not found by its new word {word}: {hits!r}")
        text = replace(rng.choice(texts), key=word, body=f"{word} {article.body}")
        theirs += milliseconds(
            [lambda text=text, word=word: (engines.fts.save(text), engines.fts.any_word(word))]
        )
    for share in (0.5, 0.95):
        peer = {engines.fts.name: quantile(theirs, share)}
        case = f"save (file, history, index) to found, p{share * 100:.0f}"
        yield Row(
            engines.subject, case, "ms", quantile(ours, share), peer, Target(100) if share > 0.5 else None
        )


def _starts(subject: str, size: int, workspace: Path, queries: list[str]) -> Iterator[Row]:
    opened: list[float] = []
    first: list[float] = []
    for query in queries:
        command = [sys.executable, "-c", _COLD, str(workspace), query]
        out = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
        opened.append(float(out[0]))
        first.append(float(out[1]))
    desk = [sys.executable, "-m", "hypercare_desk"]

    def program(*arguments: str) -> float:
        taken = milliseconds(
            lambda: subprocess.run([*desk, *arguments], capture_output=True, check=True) for _ in queries
        )
        return quantile(taken, 0.5)

    small = size <= 10_000
    searched = program("--workspace", str(workspace), "search", queries[0])
    yield Row(subject, "open a workspace", "ms", quantile(opened, 0.5))
    yield Row(
        subject, "first answer after start", "ms", quantile(first, 0.5), target=Target(50) if small else None
    )
    yield Row(
        subject, "search as a program of its own", "ms", searched, target=Target(1000) if small else None
    )
    yield Row(subject, "--help", "ms", program("--help"), target=Target(300))
