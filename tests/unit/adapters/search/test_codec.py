"""Whoosh's own reader and searcher see the same index that the ranking reads."""

import random
from pathlib import Path

from whoosh.query import And, Term

from hypercare_desk.adapters.search import WhooshIndex
from hypercare_desk.adapters.search.manifest import read_manifest
from hypercare_desk.adapters.search.view import View
from hypercare_desk.adapters.search.writer import open_index
from tests.unit.adapters.search.conftest import document

WORDS = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta"]


def _index(folder: Path) -> WhooshIndex:
    rng = random.Random(2)
    index = WhooshIndex(folder, folder)
    index.rebuild([document(n, rng.choice(WORDS), " ".join(rng.choices(WORDS, k=9))) for n in range(40)])
    index.update([document(50, "alpha alpha", "beta")], [document(3, "").key])
    return index


def test_postings_equal_the_public_matcher(tmp_path: Path) -> None:
    _index(tmp_path)
    manifest = read_manifest(tmp_path)
    assert manifest
    view = View(tmp_path, manifest)
    reader = open_index(tmp_path / manifest.index, manifest).reader()
    assert reader.doc_count() == view.documents == 40
    for word in WORDS:
        public = {n for field in ("title", "body") for n in _documents(reader, field, word)}
        assert public == set(view.term(word).documents.tolist())


def _documents(reader: object, field: str, word: str) -> list[int]:
    if (field, word) not in reader:  # type: ignore[operator]
        return []
    return list(reader.postings(field, word).all_ids())  # type: ignore[attr-defined]


def test_frequencies_and_lengths_equal_the_texts(tmp_path: Path) -> None:
    index = WhooshIndex(tmp_path, tmp_path)
    index.rebuild([document(1, "alpha", "alpha beta alpha"), document(2, "beta", "gamma")])
    manifest = read_manifest(tmp_path)
    assert manifest
    reader = open_index(tmp_path / manifest.index, manifest).reader()
    assert reader.frequency("body", "alpha") == 2
    assert reader.doc_frequency("body", "alpha") == 1
    assert reader.doc_field_length(0, "body") == 3
    assert reader.stored_fields(1)["key"] == document(2, "").key
    assert list(reader.field_terms("title")) == ["alpha", "beta"]


def test_whooshs_searcher_answers(tmp_path: Path) -> None:
    index = _index(tmp_path)
    manifest = read_manifest(tmp_path)
    assert manifest
    with open_index(tmp_path / manifest.index, manifest).searcher() as searcher:
        hits = searcher.search(And([Term("title", "alpha"), Term("body", "beta")]), limit=100)
        public = {hit["key"] for hit in hits}
    ours = index.find("kind:known-issue alpha beta ", limit=100).hits
    assert public
    assert public <= {hit.path for hit in ours}
