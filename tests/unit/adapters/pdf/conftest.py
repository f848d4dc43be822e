"""A snapshot of the small hypercare, and PDFs made from it; skipped with a reason where Pango is missing."""

import json
from pathlib import Path
from typing import Any

import pytest

from hypercare_desk.adapters.markdown import MarkdownRenderer
from hypercare_desk.adapters.pdf import PdfRenderer
from tests.conftest import FrozenClock
from tests.fakes.database import MemoryDatabase
from tests.fakes.handoff import at, fill_articles, fill_records, handoff_service
from tests.fakes.knowledge import MemoryStore


def small_snapshot(root: Path) -> str:
    """The frozen snapshot (canonical JSON) of the small hypercare, its articles rendered as in real life."""
    database, store, renderer = MemoryDatabase(), MemoryStore(), MarkdownRenderer()
    fill_articles(store)
    fill_records(database)
    try:
        return handoff_service(
            root, FrozenClock(at(18)), database=database, store=store, renderer=renderer
        ).assemble()
    finally:
        renderer.close()


@pytest.fixture(scope="session")
def snapshot_json(tmp_path_factory) -> str:
    return small_snapshot(tmp_path_factory.mktemp("hypercare"))


@pytest.fixture
def snapshot(snapshot_json) -> dict[str, Any]:
    """The snapshot, to be changed by a test."""
    return json.loads(snapshot_json)


@pytest.fixture
def short_json(snapshot) -> str:
    """A snapshot of a cover and one section: enough where only the making of the file matters."""
    return json.dumps(shortened(snapshot))


def shortened(snapshot: dict[str, Any]) -> dict[str, Any]:
    """The snapshot with its cover and its open records only."""
    kept = [s for s in snapshot["sections"] if s["key"] in ("control-sheet", "open-records")]
    return {**snapshot, "sections": kept, "articles": []}


@pytest.fixture(scope="session")
def pango() -> None:
    try:
        import weasyprint  # noqa: F401
    except OSError as fault:
        pytest.skip(f"Pango is not installed: {str(fault).splitlines()[0]}")


@pytest.fixture(scope="session")
def built(snapshot_json, tmp_path_factory, pango) -> Path:
    """The small hypercare's pack, built once for all tests that only read it."""
    out = tmp_path_factory.mktemp("pack") / "pack.pdf"
    PdfRenderer(out.parent / "kb").render(snapshot_json, out)
    return out
