"""Runs the benchmarks and prints one table each, or everything as one JSON document (`--json`)."""

import argparse
import importlib
import json
import os
import platform
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from tests.benchmarks.results import Options, Row, as_json, as_table

FOLDER = Path(__file__).resolve().parent


def main() -> int:
    """Run what the command line names; exit status 3 when a target is missed and `--gate` is given."""
    known = sorted(path.stem.removeprefix("bench_") for path in FOLDER.glob("bench_*.py"))
    chosen = _parser(known).parse_args()
    shared = chosen.shared_data or FOLDER.parents[2] / "shared" / "data"
    options = Options(
        sizes=tuple(chosen.articles),
        seed=chosen.seed,
        shared_data=shared if shared.is_dir() else None,
        quick=chosen.quick,
    )
    collected: list[tuple[str, Row]] = []
    for name in chosen.benchmark or known:
        rows = _measured(name, options)
        collected += [(name, row) for row in rows]
        if not chosen.json:
            print(as_table(rows), flush=True)
    if chosen.json:
        print(
            json.dumps(
                {"machine": _machine(), "rows": [as_json(name, row) for name, row in collected]}, indent=2
            )
        )
    missed = sum(row.holds() is False for _, row in collected)
    print(f"{len(collected)} figures, {missed} targets missed", file=sys.stderr)
    return 3 if missed and chosen.gate else 0


def _parser(known: list[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="desk bench", description="Measure Hypercare Desk beside its peers."
    )
    parser.add_argument("benchmark", nargs="*", help=f"which: {', '.join(known)} (all)", metavar="BENCHMARK")
    parser.add_argument("--articles", type=int, nargs="+", default=[10_000, 50_000], help="corpus sizes")
    parser.add_argument("--seed", type=int, default=Options().seed, help="seed of the generated corpus")
    parser.add_argument("--quick", action="store_true", help="fewer repetitions")
    parser.add_argument("--json", action="store_true", help="one JSON document instead of tables")
    parser.add_argument("--gate", action="store_true", help="exit status 3 when a target is missed")
    named = os.environ.get("HYPERCARE_DESK_SHARED_DATA")
    parser.add_argument("--shared-data", type=Path, default=Path(named) if named else None, help="real data")
    return parser


def _measured(name: str, options: Options) -> list[Row]:
    try:
        module = importlib.import_module(f"tests.benchmarks.bench_{name}")
    except ModuleNotFoundError as missing:
        if missing.name != f"tests.benchmarks.bench_{name}":
            raise
        raise SystemExit(f"desk bench: there is no benchmark {name}") from None
    run: Callable[[Options], Iterable[Row]] = module.run
    title = (module.__doc__ or name).strip().splitlines()[0]
    print(f"\n{name}: {title}", file=sys.stderr, flush=True)
    started = time.perf_counter()
    rows = list(run(options))
    print(f"({time.perf_counter() - started:.0f} s)", file=sys.stderr, flush=True)
    return rows


def _machine() -> dict[str, object]:
    return {"system": platform.platform(), "python": platform.python_version(), "cores": os.cpu_count()}


if __name__ == "__main__":
    sys.exit(main())
