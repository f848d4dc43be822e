"""The pack of the small hypercare: its HTML, and what a reader finds in the PDF. Never the PDF's bytes."""

import json
import re
from datetime import date, datetime
from pathlib import Path

import pypdf
import pytest

from hypercare_desk import __version__
from hypercare_desk.adapters.markdown import MarkdownRenderer
from hypercare_desk.adapters.pdf import PdfRenderer
from hypercare_desk.adapters.pdf.compose import compose
from hypercare_desk.domain.exit_criteria import CriterionResult, CriterionState, Evidence, Operator, Verdict
from hypercare_desk.domain.statistics import Statistics, statistics
from hypercare_desk.services.workspace_facts import read_facts
from tests.conftest import FrozenClock
from tests.fakes.database import MemoryDatabase
from tests.fakes.handoff import SETTINGS, at, fill_articles, fill_records, handoff_service, sign_and_waive
from tests.fakes.knowledge import MemoryStore


class FixedVerdict:
    """Criteria that stand still: how they are judged and worded is held elsewhere."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    def evaluate(self, as_of: datetime | None = None, keep: bool = True) -> Verdict:
        assert as_of
        rows = [
            (
                "open_p1_p2",
                "Open P1 and P2",
                "records",
                Operator.AT_MOST,
                0,
                3.0,
                CriterionState.NOT_MET,
                True,
            ),
            (
                "new_per_day",
                "New records per day",
                "records",
                Operator.AT_MOST,
                5,
                3.0,
                CriterionState.MET,
                True,
            ),
            ("reopen_rate", "Reopened", "%", Operator.AT_MOST, 5, 4.8, CriterionState.AT_RISK, False),
            ("cycle", "Month-end close", "", Operator.AT_LEAST, 1, None, CriterionState.WAIVED, True),
            (
                "availability",
                "Availability",
                "%",
                Operator.AT_LEAST,
                99.9,
                None,
                CriterionState.NO_DATA,
                False,
            ),
        ]
        return Verdict(
            "",
            as_of,
            tuple(
                CriterionResult(
                    f"EC-{number:02d}",
                    metric,
                    title,
                    unit,
                    operator,
                    limit,
                    value,
                    9,
                    state,
                    f"{title}: why.",
                    mandatory,
                    Evidence("feedback", ("FB-0006", "p95@x"), "3 open"),
                    7,
                    "W-0001" if state is CriterionState.WAIVED else "",
                )
                for number, (metric, title, unit, operator, limit, value, state, mandatory) in enumerate(
                    rows, start=1
                )
            ),
        )

    def statistics(self, since: date | None = None, as_of: datetime | None = None) -> Statistics:
        assert as_of
        return statistics(read_facts(self.database, self._store, SETTINGS, as_of))

    database: MemoryDatabase


@pytest.fixture(scope="module")
def snapshot_json(tmp_path_factory) -> str:
    database, store, renderer = MemoryDatabase(), MemoryStore(), MarkdownRenderer()
    fill_articles(store)
    fill_records(database)
    criteria = FixedVerdict(store)
    criteria.database = database
    service = handoff_service(
        tmp_path_factory.mktemp("ws"),
        FrozenClock(at(18)),
        database=database,
        store=store,
        renderer=renderer,
        criteria=criteria,
    )
    sign_and_waive(database, "EC-04")
    try:
        return service.assemble()
    finally:
        renderer.close()


def test_html(snapshot_json, same_as_golden):
    html = compose(json.loads(snapshot_json))
    same_as_golden(steady(re.sub(r"\n\s*\n+", "\n", html)), "pack/pack.html")


@pytest.mark.slow
def test_text_and_outline(snapshot_json, tmp_path, same_as_golden):
    try:
        import weasyprint  # noqa: F401
    except OSError as fault:
        pytest.skip(f"Pango is not installed: {str(fault).splitlines()[0]}")
    pdf = tmp_path / "pack.pdf"
    PdfRenderer(tmp_path).render(snapshot_json, pdf)
    same_as_golden(outline(pdf), "pack/outline.txt")
    same_as_golden(steady(text(pdf)), "pack/text.txt")


def steady(text: str) -> str:
    """Without what moves by itself: the manifest's hash covers every word, the application has a version."""
    text = re.sub(r"\b(?:[0-9a-f]{64}|[0-9a-f]{16}|[0-9a-f]{8}…[0-9a-f]{4})\b", "HASH", text)
    text = re.sub(r"(Manifest |manifest (?:<[^>]*>)?)[0-9a-f]{8}\b", r"\1HASH", text)
    return text.replace(f"Hypercare Desk {__version__}", "Hypercare Desk VERSION")


def outline(pdf: Path) -> str:
    reader = pypdf.PdfReader(pdf)

    def lines(items, depth=0):
        for item in items:
            if isinstance(item, list):
                yield from lines(item, depth + 1)
            else:
                yield f"{'  ' * depth}{item.title} · {reader.get_destination_page_number(item) + 1}"

    return "\n".join(lines(reader.outline)) + "\n"


def text(pdf: Path) -> str:
    """The words of each page in reading order; a line's breaks depend on the fonts' version, so they do not count."""
    pages = []
    for number, page in enumerate(pypdf.PdfReader(pdf).pages, start=1):
        words = re.sub(r"[ .\u2007]*\. \.[ .\u2007]*", " … ", page.extract_text()).split()
        pages.append(
            f"--- page {number}\n" + "\n".join(" ".join(words[i : i + 16]) for i in range(0, len(words), 16))
        )
    return "\n".join(pages) + "\n"
