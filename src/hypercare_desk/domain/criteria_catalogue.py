"""The catalogue of exit criteria: every metric of product.md §6 with its default rule, owner, reason and evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from hypercare_desk.domain.criteria_measured import OTHER_METRICS, mean_of_window
from hypercare_desk.domain.criteria_metrics import RECORD_METRICS
from hypercare_desk.domain.exit_criteria import Criterion, Operator
from hypercare_desk.domain.reading import Metric

AT_MOST, AT_LEAST, BELOW, ABOVE = Operator.AT_MOST, Operator.AT_LEAST, Operator.BELOW, Operator.ABOVE


class Group(StrEnum):
    """Where a criterion stands on the page."""

    STABILITY = "Stability"
    SERVICE = "Service"
    KNOWLEDGE = "Knowledge and handover"
    BUSINESS = "Business"


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """One metric and the criterion it makes by default.

    ``measured``: values are typed in or imported. ``trended``: a line through its last days says where it is going;
    counts of days grow by themselves, and a trend of a trend says nothing. ``flags``: only 0 and 1 can be measured.
    """

    metric: str
    group: Group
    title: str
    unit: str
    operator: Operator
    threshold: float
    owner: str
    rationale: str
    evidence: str
    window_days: int | None = None
    consecutive_days: int | None = None
    minimum_sample: int = 1
    margin: float | None = None
    mandatory: bool = True
    weight: float = 1.0
    measured: bool = False
    trended: bool = True
    flags: bool = False

    def criterion(self, criterion_id: str) -> Criterion:
        """The criterion with the catalogue's rule."""
        return Criterion(
            id=criterion_id,
            metric=self.metric,
            title=self.title,
            unit=self.unit,
            operator=self.operator,
            threshold=self.threshold,
            window_days=self.window_days,
            consecutive_days=self.consecutive_days,
            minimum_sample=self.minimum_sample,
            margin=self.margin,
            mandatory=self.mandatory,
            weight=self.weight,
            owner=self.owner,
            rationale=self.rationale,
            evidence=self.evidence,
        )


_RECORDS = "Feedback records and their history"
_STABILITY = (
    CatalogueEntry(
        "open_p1_unplanned",
        Group.STABILITY,
        "Open P1 without an accepted plan",
        "records",
        AT_MOST,
        0,
        "Incident manager",
        "Nobody takes over a critical fault that has no agreed way out.",
        _RECORDS,
        weight=3,
    ),
    CatalogueEntry(
        "open_p1_p2",
        Group.STABILITY,
        "Open P1 and P2",
        "records",
        AT_MOST,
        0,
        "Incident manager",
        "BAU starts with a quiet system.",
        _RECORDS,
        weight=3,
    ),
    CatalogueEntry(
        "days_since_p1",
        Group.STABILITY,
        "Days since the last P1",
        "days",
        AT_LEAST,
        7,
        "Incident manager",
        "A full week of business without a critical fault shows that it is stable.",
        _RECORDS,
        consecutive_days=7,
        weight=2,
        trended=False,
    ),
    CatalogueEntry(
        "availability",
        Group.STABILITY,
        "Availability",
        "%",
        AT_LEAST,
        99.9,
        "Operations",
        "Users can work whenever they are meant to.",
        "Measured: typed in, imported, or from monitoring",
        window_days=7,
        weight=2,
        measured=True,
    ),
    CatalogueEntry(
        "p95_response",
        Group.STABILITY,
        "Response time, 95th percentile",
        "ms",
        AT_MOST,
        500,
        "Operations",
        "A slow system is reported as a broken one; the worst day of the window counts.",
        "Measured: typed in, imported, or from gateway logs",
        window_days=7,
        mandatory=False,
        measured=True,
    ),
    CatalogueEntry(
        "error_rate",
        Group.STABILITY,
        "Server errors (5xx)",
        "%",
        AT_MOST,
        1,
        "Operations",
        "Errors that users have not reported yet are faults all the same.",
        "Measured: typed in, imported, or from gateway logs",
        window_days=7,
        mandatory=False,
        measured=True,
    ),
    CatalogueEntry(
        "key_transactions",
        Group.STABILITY,
        "Key transactions that succeed",
        "%",
        AT_LEAST,
        99,
        "Business process owner",
        "The business runs on a few transactions; these must work.",
        "Measured: typed in, imported, or from process monitoring",
        window_days=7,
        weight=2,
        measured=True,
    ),
    CatalogueEntry(
        "interfaces_stable",
        Group.STABILITY,
        "Days with all interfaces stable",
        "days",
        AT_LEAST,
        30,
        "Technical lead",
        "Interfaces fail at the rhythm of the partners; a month shows most of it.",
        "Measured: 1 for a stable day, 0 for another, each day and interface",
        consecutive_days=30,
        margin=0,
        mandatory=False,
        measured=True,
        trended=False,
        flags=True,
    ),
)
_SERVICE = (
    CatalogueEntry(
        "new_per_day",
        Group.SERVICE,
        "New records per working day",
        "records",
        AT_MOST,
        5,
        "Incident manager",
        "BAU's desk must be able to take the calls that are left.",
        _RECORDS,
        consecutive_days=5,
        weight=2,
    ),
    CatalogueEntry(
        "volume_trend",
        Group.SERVICE,
        "New records, week on week",
        "records",
        AT_MOST,
        0,
        "Incident manager",
        "Fewer calls than the week before: it is getting better, not only quieter today.",
        _RECORDS,
        window_days=14,
        mandatory=False,
        trended=False,
    ),
    CatalogueEntry(
        "targets_met",
        Group.SERVICE,
        "Targets met for P1 and P2",
        "%",
        AT_LEAST,
        90,
        "Service desk",
        "The support model is kept under load.",
        _RECORDS,
        window_days=14,
        minimum_sample=5,
        weight=2,
    ),
    CatalogueEntry(
        "reopen_rate",
        Group.SERVICE,
        "Reopened records",
        "%",
        AT_MOST,
        5,
        "QA",
        "A solution that comes back was none.",
        _RECORDS,
        window_days=14,
        minimum_sample=5,
        mandatory=False,
    ),
    CatalogueEntry(
        "old_backlog",
        Group.SERVICE,
        "Backlog older than 10 days",
        "records",
        AT_MOST,
        5,
        "Incident manager",
        "What lies long is handed over as debt.",
        _RECORDS,
        window_days=10,
        mandatory=False,
    ),
    CatalogueEntry(
        "solved_by_bau",
        Group.SERVICE,
        "Solved by BAU without hypercare staff",
        "%",
        AT_LEAST,
        95,
        "BAU support lead",
        "BAU already does the work that it takes over.",
        "Feedback records that say who solved them",
        window_days=14,
        minimum_sample=5,
        weight=2,
    ),
)
_KNOWLEDGE = (
    CatalogueEntry(
        "recurring_validated",
        Group.KNOWLEDGE,
        "Recurring issues with a validated article",
        "%",
        AT_LEAST,
        90,
        "Service desk",
        "What comes again is answered from the knowledge base.",
        "Records tied by merges, fingerprints and articles; the articles' confidence",
    ),
    CatalogueEntry(
        "unanswered_searches",
        Group.KNOWLEDGE,
        "Searches without a result",
        "%",
        BELOW,
        15,
        "Service desk",
        "The knowledge base holds what is asked for.",
        "Searches made",
        window_days=7,
        minimum_sample=5,
        mandatory=False,
    ),
    CatalogueEntry(
        "postmortems_held",
        Group.KNOWLEDGE,
        "Post-mortem held and actions owned for P1 and P2",
        "%",
        AT_LEAST,
        100,
        "Incident manager",
        "Every serious fault was understood and has somebody who sees to it.",
        "Post-mortems linked to P1 and P2 records",
    ),
    CatalogueEntry(
        "transfer_done",
        Group.KNOWLEDGE,
        "Knowledge transfer done",
        "%",
        AT_LEAST,
        100,
        "Project",
        "BAU has been shown everything that it needs.",
        "Mandatory knowledge-transfer items accepted",
    ),
    CatalogueEntry(
        "assessed_score",
        Group.KNOWLEDGE,
        "BAU staff assessed",
        "%",
        ABOVE,
        80,
        "BAU support lead",
        "Shown is not understood; an assessment tells.",
        "Scores of the transfer items, or measured",
        mandatory=False,
    ),
    CatalogueEntry(
        "handover_done",
        Group.KNOWLEDGE,
        "Handover checklist",
        "%",
        AT_LEAST,
        100,
        "Project",
        "Access, contracts and monitoring have changed hands.",
        "Mandatory items of the handover checklist accepted",
    ),
    CatalogueEntry(
        "runbooks_signed",
        Group.KNOWLEDGE,
        "Runbooks signed by operations",
        "%",
        AT_LEAST,
        100,
        "Operations",
        "Operations has tried the runbooks and takes them.",
        "Runbooks accepted, or measured",
    ),
    CatalogueEntry(
        "sections_complete",
        Group.KNOWLEDGE,
        "Sections of the handoff pack complete",
        "%",
        AT_LEAST,
        100,
        "Project",
        "BAU can support the system from the pack alone.",
        "Mandatory sections of the pack",
    ),
)
_BUSINESS = (
    CatalogueEntry(
        "critical_cycles", Group.BUSINESS, "Critical cycles done, such as a month-end close", "cycles", AT_LEAST, 2,
        "Business process owner", "The rare, heavy runs have worked at least twice.",
        "Measured: each entry adds the cycles it tells of", margin=0, measured=True, trended=False,
    ),
    CatalogueEntry(
        "satisfaction", Group.BUSINESS, "User satisfaction", "of 5", AT_LEAST, 4,
        "Business owner", "Those who work with it say that they can.", "Surveys, or measured", window_days=28,
        minimum_sample=20, margin=0.1, mandatory=False, measured=True,
    ),
    CatalogueEntry(
        "adoption", Group.BUSINESS, "Adoption", "%", AT_LEAST, 90,
        "Business owner", "A system that nobody uses makes no calls.",
        "Measured: share of the intended users who use it", window_days=28, mandatory=False, measured=True,
    ),
)  # fmt: skip
CATALOGUE: tuple[CatalogueEntry, ...] = (*_STABILITY, *_SERVICE, *_KNOWLEDGE, *_BUSINESS)
ENTRIES: Mapping[str, CatalogueEntry] = {entry.metric: entry for entry in CATALOGUE}
METRICS: Mapping[str, Metric] = {**RECORD_METRICS, **OTHER_METRICS}


def defaults() -> tuple[Criterion, ...]:
    """A criterion for each metric of the catalogue, ``EC-01`` on."""
    return tuple(entry.criterion(f"EC-{number:02d}") for number, entry in enumerate(CATALOGUE, start=1))


def metric_of(key: str) -> Metric:
    """How a metric is computed; one that the catalogue does not know is measured, as a mean over its window."""
    return METRICS.get(key, mean_of_window)


def can_be_measured(key: str) -> bool:
    """Whether values of a metric can be typed in: the measured ones, those that fall back on it, a team's own."""
    entry = ENTRIES.get(key)
    return entry is None or entry.measured or key in ("runbooks_signed", "assessed_score")


def is_trended(key: str) -> bool:
    """Whether a line through the last days means something for a metric."""
    return key not in ENTRIES or ENTRIES[key].trended


def group_of(key: str) -> Group:
    """Where a criterion on this metric stands on the page."""
    return ENTRIES[key].group if key in ENTRIES else Group.BUSINESS
