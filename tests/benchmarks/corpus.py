"""Corpora for the benchmarks: the real articles, multiplied with a seeded generator; queries made from them."""

from __future__ import annotations

import json
import os
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_FRONT = re.compile(r"\A---\r?\n.*?\r?\n---\r?\n", re.DOTALL)
_TITLE = re.compile(r"^(?:title:\s*(.+?)|#\s+(.+?))\s*$", re.MULTILINE)
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9-]{2,}")


@dataclass(frozen=True, slots=True)
class Text:
    """One document: a key, a title, a Markdown body."""

    key: str
    title: str
    body: str


@dataclass(frozen=True, slots=True)
class Judged:
    """A test collection: texts, queries by id, and per query the relevant keys with their grade."""

    name: str
    texts: tuple[Text, ...]
    queries: dict[str, str]
    relevant: dict[str, dict[str, float]]


def real_texts(folder: Path) -> list[Text]:
    """The support articles and runbooks, front matter cut off."""
    found: list[Text] = []
    for part in ("kb-support", "kb-runbooks"):
        for path in sorted((folder / part).rglob("*.md")):
            raw = path.read_text(encoding="utf-8-sig", errors="replace").replace("\r\n", "\n")
            title = _TITLE.search(raw)
            name = (title.group(1) or title.group(2)).strip("\"'") if title else path.stem
            found.append(Text(path.relative_to(folder).as_posix(), name, _FRONT.sub("", raw)))
    return found


def multiplied(count: int, folder: Path, seed: int = 7) -> Iterator[Text]:
    """``count`` articles of real paragraphs in new company, each with words and codes of its own (about 4 KB each)."""
    rng = random.Random(seed)
    base = real_texts(folder)
    paragraphs = [[p for p in text.body.split("\n\n") if p.strip()] or [text.title] for text in base]
    words = sorted({word.lower() for text in base for word in _WORD.findall(text.body)})
    for number in range(count):
        at = rng.randrange(len(base))
        own = paragraphs[at]
        guest = paragraphs[rng.randrange(len(base))]
        body = rng.sample(own, k=max(1, int(len(own) * 0.8))) + rng.sample(guest, k=min(len(guest), 4))
        code = f"{rng.choice(('ORA', 'EDI', 'CRD', 'PRC', 'E'))}-{number:05d}"
        extra = " ".join(rng.sample(words, k=8))
        title = f"{base[at].title} ({rng.choice(words)} {rng.choice(words)})"
        yield Text(
            f"{number:06d}", title, "\n\n".join((*body, f"Message {code} in batch {number:06x}. {extra}."))
        )


def queries(texts: list[Text], count: int, seed: int = 11) -> list[str]:
    """Queries of one to four words that stand together somewhere in the corpus, as callers' words would."""
    rng = random.Random(seed)
    asked: list[str] = []
    while len(asked) < count:
        text = rng.choice(texts)
        found = _WORD.findall(text.title if rng.random() < 0.5 else text.body)
        size = rng.randint(1, 4)
        if len(found) >= size:
            at = rng.randrange(len(found) - size + 1)
            asked.append(" ".join(found[at : at + size]).lower())
    return asked


def traces(texts: list[Text], count: int, seed: int = 13) -> list[str]:
    """Pasted error texts of about 2,000 characters."""
    rng = random.Random(seed)
    joined = []
    for _ in range(count):
        lines = []
        while sum(map(len, lines)) < 2000:
            found = _WORD.findall(rng.choice(texts).body)[:60]
            lines.append(f"  at {'.'.join(rng.sample(found, k=min(4, len(found))))}({rng.randrange(900)})")
        joined.append("\n".join(lines)[:2000])
    return joined


def write_articles(kb: Path, texts: Iterator[Text]) -> int:
    """Write texts as articles of a workspace; returns how many."""
    folder = kb / "reference"
    folder.mkdir(parents=True, exist_ok=True)
    number = 0
    for number, text in enumerate(texts, start=1):
        name = f"RF-{number:06d}"
        title = json.dumps(text.title, ensure_ascii=False)
        head = f"---\nid: {name}\nkind: reference\ntitle: {title}\nstatus: published\n---\n\n"
        (folder / f"{name}-{text.key.replace('/', '-')[:40]}.md").write_text(
            head + text.body, encoding="utf-8", newline="\n"
        )
    return number


def judged(name: str, folder: Path, *, titles: bool) -> Judged:
    """A collection under ``retrieval/``, with or without titles."""
    at = folder / "retrieval" / name
    texts = tuple(
        Text(row["id"], row["title"] if titles else "", row["text"]) for row in _lines(at / "corpus.jsonl")
    )
    asked = {row["id"]: row["text"] for row in _lines(at / "queries.jsonl")}
    relevant: dict[str, dict[str, float]] = {}
    for line in (at / "qrels.tsv").read_text(encoding="utf-8").splitlines():
        query, key, grade = line.split("\t")
        if float(grade) > 0:
            relevant.setdefault(query, {})[key] = float(grade)
    known = {query: text for query, text in asked.items() if query in relevant}
    return Judged(f"{name}{'' if titles else ', no titles'}", texts, known, relevant)


def linked(folder: Path) -> Judged:
    """Support articles that link to each other: an article's title asks, the articles it links to are the answer."""
    base = folder / "kb-support"
    texts = [text for text in real_texts(folder) if text.key.startswith("kb-support/")]
    by_key = {text.key: text for text in texts}
    asked: dict[str, str] = {}
    relevant: dict[str, dict[str, float]] = {}
    for text in texts:
        here = (base.parent / text.key).parent
        for target in re.findall(r"\]\(([^)#\s]+\.md)", text.body):
            path = Path(os.path.normpath(here / target))
            key = path.relative_to(base.parent).as_posix() if path.is_relative_to(base.parent) else ""
            if key in by_key and key != text.key:
                asked[text.key] = text.title
                relevant.setdefault(text.key, {})[key] = 1.0
    return Judged("support articles that link", tuple(texts), asked, relevant)


def _lines(path: Path) -> Iterator[dict[str, str]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        yield json.loads(line)
