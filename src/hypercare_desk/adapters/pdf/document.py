"""Lays out the composed pages with WeasyPrint and writes the PDF. Runs in the child process only."""

from __future__ import annotations

import hashlib
import importlib
import json
import logging
import os
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from hypercare_desk.adapters.pdf.assets import asset, font_faces
from hypercare_desk.adapters.pdf.charts import charts
from hypercare_desk.adapters.pdf.compose import compose
from hypercare_desk.adapters.pdf.page_numbers import room, write_page_numbers
from hypercare_desk.resources import resource

Report = Callable[[int, int, str], None]
_CHARACTERS_A_PAGE = 4200
_DOTS_AN_INCH = 200
_LETTER = "@page { size: Letter; }"
_PAGE_LINE = re.compile(r"Step 5 - Creating layout - Page (\d+)")


def write_pdf(snapshot_json: str, kb: Path, part: Path, report: Report) -> int:
    """Make the pack that ``snapshot_json`` describes and write it, flushed to disk, to ``part``; returns its pages.

    Raises OSError when the disk refuses, or (``cannot load library``) when Pango is missing.
    """
    report(0, 0, "Getting ready")
    weasyprint = _library("weasyprint")
    snapshot = cast("dict[str, Any]", json.loads(snapshot_json))
    drawn = charts(snapshot)
    html = compose(snapshot, lambda done, total, what: report(done, 3 * total, what))
    fetcher = _fetcher(kb, cast("dict[str, str]", snapshot["pictures"]), drawn)
    fonts = _library("weasyprint.text.fonts").FontConfiguration()
    estimate = max(1, len(html) // _CHARACTERS_A_PAGE)
    size = _LETTER if snapshot["pack"]["page_size"].casefold() == "letter" else ""
    style = weasyprint.CSS(
        string=font_faces() + _style(estimate) + size,
        url_fetcher=fetcher,
        font_config=fonts,
        base_url="pack:/",
    )
    _follow_layout(estimate, report)
    page = weasyprint.HTML(string=html, url_fetcher=fetcher, base_url="pack:/")
    document = page.render(stylesheets=[style], font_config=fonts, dpi=_DOTS_AN_INCH)
    write_page_numbers(document.pages)
    _follow_painting(document.pages, report)
    document.metadata.attachments = _attachments(snapshot, fetcher)
    data = document.write_pdf(
        pdf_variant="pdf/ua-1",
        pdf_identifier=hashlib.sha256(snapshot_json.encode()).digest()[:16],
        custom_metadata=False,
    )
    report(1, 1, "Writing the file")
    _write(part, cast(bytes, data))
    return len(document.pages)


def _library(name: str) -> Any:
    """WeasyPrint has no type stubs; imported by name it is plainly untyped."""
    return importlib.import_module(name)


def _style(pages: int) -> str:
    return resource("pack", "pack.css").read_text("utf-8").replace("%PAGE%", room(pages))


def _fetcher(kb: Path, pictures: Mapping[str, str], drawn: Mapping[str, str]) -> Any:
    """A fetcher that knows the pack's own files and refuses everything else unseen."""
    urls = _library("weasyprint.urls")

    def fetch(_fetcher: Any, url: str, headers: Any = None) -> Any:
        data, media = asset(url, kb, pictures, drawn)
        return urls.URLFetcherResponse(url, data, {"Content-Type": media})

    closed = type("ClosedFetcher", (urls.URLFetcher,), {"fetch": fetch})
    return closed(allowed_protocols=(), allow_redirects=False)


def _attachments(snapshot: Mapping[str, Any], fetcher: Any) -> list[Any]:
    """The manifest and the Markdown of every article, stamped with the pack's date."""
    when = datetime.fromisoformat(snapshot["pack"]["stamp"])
    attachment = _library("weasyprint").Attachment
    files = [("manifest.json", snapshot["manifest_json"], "What this pack is made of")]
    files += [(f"{a['id']}.md", a["source"], a["title"]) for a in snapshot["articles"]]
    return [
        attachment(
            string=text,
            name=name,
            description=title,
            created=when,
            modified=when,
            url_fetcher=fetcher,
            base_url="pack:/",
            relationship="Source",
        )
        for name, text, title in files
    ]


def _follow_layout(estimate: int, report: Report) -> None:
    """Pass on which page WeasyPrint is laying out; it tells its progress by its log only."""

    class Pages(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            at = _PAGE_LINE.match(record.getMessage())
            if at:
                number = int(at[1])
                total = max(estimate, number + number // 10)
                report(total + number, 3 * total, f"Laying out page {number}")

    log = logging.getLogger("weasyprint.progress")
    log.handlers[:] = [Pages()]
    log.setLevel(logging.INFO)
    log.propagate = False
    logging.getLogger("weasyprint").handlers[:] = [logging.NullHandler()]


def _follow_painting(pages: list[Any], report: Report) -> None:
    total = len(pages)

    def painted(paint: Callable[..., None], number: int) -> Callable[..., None]:
        def tell(*arguments: Any, **named: Any) -> None:
            report(2 * total + number, 3 * total, f"Drawing page {number} of {total}")
            paint(*arguments, **named)

        return tell

    for number, page in enumerate(pages, start=1):
        page.paint = painted(page.paint, number)


def _write(part: Path, data: bytes) -> None:
    with part.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
