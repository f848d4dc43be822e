"""The window: cold start to first paint, memory, and the GUI thread's worst gap while work goes on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from hypercare_desk import create_workspace
from tests.benchmarks import corpus
from tests.benchmarks.measure import quantile
from tests.benchmarks.results import Options, Row, Target


def run(options: Options) -> Iterator[Row]:
    """Start and memory at each size; gaps and cancel at the largest."""
    if options.shared_data is None:
        raise SystemExit(
            "The window benchmark multiplies real articles: name their folder with --shared-data."
        )
    for size in options.sizes:
        with tempfile.TemporaryDirectory(prefix="desk-bench-") as folder:
            os.environ |= {
                f"XDG_{name}_HOME": str(Path(folder) / name) for name in ("CACHE", "DATA", "CONFIG")
            }
            workspace = Path(folder) / "workspace"
            with create_workspace(workspace, system="Benchmark", go_live=date(2026, 11, 2)) as desk:
                corpus.write_articles(
                    workspace / "kb", corpus.multiplied(size, options.shared_data, options.seed)
                )
                desk.search.rebuild()
            yield from _measure(f"{size:,} articles", workspace, options, small=size <= 10_000)


def _measure(subject: str, workspace: Path, options: Options, *, small: bool) -> Iterator[Row]:
    starts = [_probe("start", workspace) for _ in range(2 if options.quick else 5)]
    first = quantile([figures["first_paint_s"] for figures in starts], 0.5)
    resident = max(figures["rss_mib"] for figures in starts)
    yield Row(subject, "process start to first paint", "s", first, target=Target(1.5) if small else None)
    yield Row(
        subject, "resident set after ten searches", "MiB", resident, target=Target(300) if small else None
    )
    busy = _probe("busy", workspace)
    yield Row(
        subject, "worst gap of the GUI thread, index rebuilt", "ms", busy["index_gap_ms"], target=Target(100)
    )
    yield Row(
        subject, "worst gap of the GUI thread, pack made", "ms", busy["pack_gap_ms"], target=Target(100)
    )
    yield Row(subject, "cancel to end of the job", "ms", busy["cancel_ms"], target=Target(500))


def _probe(what: str, workspace: Path) -> dict[str, float]:
    environment = {"QT_QPA_PLATFORM": "offscreen", **os.environ}
    command = [sys.executable, "-m", "tests.benchmarks.window_probe", what, str(workspace), str(time.time())]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])
