"""What a benchmark is asked and what it answers: options, rows, targets, and the table they make."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Options:
    """What is measured: corpus sizes in articles, the seed of generators, the folder of real data or None.

    `quick` asks for fewer repetitions: figures for a glance, not for a report.
    """

    sizes: tuple[int, ...] = (10_000, 50_000)
    seed: int = 20261102
    shared_data: Path | None = None
    quick: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """What a row must hold: `limit` times the figure of `peer`, or `limit` itself where `peer` is empty.

    `upper` says that the figure must not be above it (times); otherwise it must not be below it (relevance).
    """

    limit: float
    peer: str = ""
    upper: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """One figure beside the same figure of each peer, all in `unit`; `subject` is e.g. "10,000 articles"."""

    subject: str
    case: str
    unit: str
    ours: float
    peers: Mapping[str, float] = field(default_factory=dict[str, float])
    target: Target | None = None

    def ratio(self, peer: str) -> float | None:
        """Ours divided by the peer's; None where it was not measured or is zero."""
        figure = self.peers.get(peer)
        return self.ours / figure if figure else None

    def holds(self) -> bool | None:
        """Whether the target is met; None without one, or when the peer named by it was not measured."""
        if self.target is None:
            return None
        bound = self.target.limit
        if self.target.peer:
            if self.target.peer not in self.peers:
                return None
            bound *= self.peers[self.target.peer]
        return self.ours <= bound if self.target.upper else self.ours >= bound


def as_json(benchmark: str, row: Row) -> dict[str, object]:
    """A row for machines: figures, ratios, and the target with whether it holds."""
    target = row.target
    return {
        "benchmark": benchmark,
        "subject": row.subject,
        "case": row.case,
        "unit": row.unit,
        "ours": row.ours,
        "peers": dict(row.peers),
        "ratios": {peer: row.ratio(peer) for peer in row.peers},
        "target": target and {"limit": target.limit, "peer": target.peer or None, "upper": target.upper},
        "holds": row.holds(),
    }


def as_table(rows: Sequence[Row]) -> str:
    """Rows for people: ours, every peer's figure with our ratio to it, the target. Plain text, fixed width."""
    peers = sorted({peer for row in rows for peer in row.peers})
    heads = ["subject", "case", "unit", "ours", *(f"{peer} (×)" for peer in peers), "target", ""]
    lines = [heads] + [_cells(row, peers) for row in rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(heads))]
    figures = range(3, 4 + len(peers))

    def aligned(line: list[str]) -> str:
        cells = (
            text.rjust(width) if column in figures else text.ljust(width)
            for column, (text, width) in enumerate(zip(line, widths, strict=True))
        )
        return "  ".join(cells).rstrip()

    rule = "  ".join("-" * width for width in widths)
    return "\n".join([aligned(lines[0]), rule, *map(aligned, lines[1:])])


def _cells(row: Row, peers: Sequence[str]) -> list[str]:
    beside: list[str] = []
    for peer in peers:
        ratio = row.ratio(peer)
        figure = _figure(row.peers[peer]) if peer in row.peers else ""
        beside.append(f"{figure} ({ratio:.2f})" if ratio is not None else figure)
    verdict = {True: "holds", False: "MISSED", None: ""}[row.holds()]
    return [row.subject, row.case, row.unit, _figure(row.ours), *beside, _target(row.target), verdict]


def _target(target: Target | None) -> str:
    if target is None:
        return ""
    sign = "≤" if target.upper else "≥"
    return f"{sign} {target.limit:g} × {target.peer}" if target.peer else f"{sign} {target.limit:g}"


def _figure(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
