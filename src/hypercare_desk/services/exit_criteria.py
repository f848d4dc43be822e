"""Exit criteria: evaluated from the records, measured, waived, and signed off."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

from hypercare_desk.domain.changes import Changes
from hypercare_desk.domain.criteria_catalogue import (
    CATALOGUE,
    CatalogueEntry,
    can_be_measured,
    defaults,
)
from hypercare_desk.domain.errors import Conflict, Invalid, NotFound
from hypercare_desk.domain.evaluation import Move, evaluate, fallen, series
from hypercare_desk.domain.exit_criteria import (
    Criterion,
    ExitDecision,
    Measurement,
    SignOff,
    Verdict,
    Waiver,
)
from hypercare_desk.domain.exit_rules import (
    check_decision,
    check_measurement,
    check_rule,
    check_waiver,
    read_decision,
    read_role,
)
from hypercare_desk.domain.fact_index import FactIndex
from hypercare_desk.domain.facts import Facts
from hypercare_desk.domain.feedback_fields import read_instant
from hypercare_desk.domain.statistics import Statistics, statistics
from hypercare_desk.services.ports import ArticleStore, Clock, Database
from hypercare_desk.services.workspace_facts import read_facts
from hypercare_desk.settings import WorkspaceSettings


class ExitCriteriaService:
    """All that is done with exit criteria. Raises only ``DeskError`` kinds."""

    def __init__(
        self,
        *,
        database: Database,
        store: ArticleStore,
        settings: WorkspaceSettings,
        clock: Clock,
        user: str,
        announce: Callable[[Changes], None] = lambda changes: None,
    ) -> None:
        self._database = database
        self._store = store
        self._settings = settings
        self._clock = clock
        self._user = user
        self._announce = announce

    # --- judging ---------------------------------------------------------------------------------------------

    def evaluate(self, as_of: datetime | None = None, keep: bool = True) -> Verdict:
        """What every criterion says now, or would have said at ``as_of``; kept as an evaluation unless told not to.

        Criteria whose state is another than in the evaluation before are announced. In a workspace that cannot be
        written nothing is kept. Raises ``Invalid`` for an instant without zone or in the future.
        """
        facts = self.facts(as_of)
        verdict = evaluate(self.criteria(), facts)
        if not keep or self._database.read_only:
            return verdict
        with self._database.work() as work:
            before = work.evaluations.latest()
            kept = work.evaluations.add(verdict)
            work.commit()
        known = {c.id: c.state for c in before.criteria} if before else {}
        touched = frozenset(c.id for c in kept.criteria if known.get(c.id) is not c.state)
        self._announce(Changes(criteria=touched))
        return kept

    def facts(self, as_of: datetime | None = None) -> Facts:
        """Everything that criteria and statistics are computed from, for now or an instant in the past."""
        now = self._clock.now()
        as_of = read_instant("the evaluation", as_of)
        if as_of is not None and as_of > now.replace(microsecond=999_999):
            raise Invalid(
                f"{as_of.isoformat()} lies in the future; criteria can be evaluated for now or an earlier time.",
                code="future",
            )
        return read_facts(self._database, self._store, self._settings, (as_of or now).astimezone(UTC))

    def latest(self) -> Verdict | None:
        """The newest kept evaluation."""
        with self._database.view() as work:
            return work.evaluations.latest()

    def evaluations(self, since: datetime | None = None) -> Sequence[Verdict]:
        """Kept evaluations, oldest first."""
        with self._database.view() as work:
            return work.evaluations.all(since)

    def fallen(self, verdict: Verdict) -> Sequence[Move]:
        """The criteria that allowed the exit in the kept evaluation before ``verdict`` and do not in it."""
        earlier = [v for v in self.evaluations() if v.id != verdict.id and v.as_of <= verdict.as_of]
        return fallen(max(earlier, key=lambda v: (v.as_of, v.id), default=None), verdict)

    def trends(
        self, days: int = 14, as_of: datetime | None = None
    ) -> Mapping[str, tuple[tuple[date, float | None], ...]]:
        """Criterion → its value on each of the last ``days`` days, oldest first; None where there was no data."""
        facts = self.facts(as_of)
        index = FactIndex(facts)
        return {c.id: series(c, index, facts.as_of, days) for c in self.criteria() if c.active}

    def statistics(self, since: date | None = None, as_of: datetime | None = None) -> Statistics:
        """The numbers of the dashboard, from ``since`` (go-live) on."""
        return statistics(self.facts(as_of), since)

    # --- rules -----------------------------------------------------------------------------------------------

    def catalogue(self) -> Sequence[CatalogueEntry]:
        """Every metric there is, with the rule it comes with."""
        return CATALOGUE

    def criteria(self) -> Sequence[Criterion]:
        """The workspace's criteria, inactive ones included, ordered by id."""
        with self._database.view() as work:
            return work.criteria.all()

    def install_defaults(self) -> int:
        """Put the catalogue's criteria in place for every metric that has none yet; returns how many were added."""
        with self._database.work() as work:
            there = work.criteria.all()
            metrics, ids = {c.metric for c in there}, {c.id for c in there}
            missing = [c for c in defaults() if c.metric not in metrics]
            for criterion in missing:
                work.criteria.add(replace(criterion, id="") if criterion.id in ids else criterion)
            work.commit()
        if missing:
            self._announce(Changes(criteria=frozenset(c.id for c in missing)))
        return len(missing)

    def set(self, criterion: Criterion) -> Criterion:
        """Keep a criterion: a new one (empty id), or a change of the version that it names.

        Raises ``Invalid`` for a rule that cannot be computed, ``NotFound`` and ``Conflict``.
        """
        check_rule(criterion)
        with self._database.work() as work:
            if criterion.id:
                stored = work.criteria.get(criterion.id)
                if stored.version != criterion.version:
                    raise Conflict(
                        f"{criterion.id} was changed by somebody else since you opened it;"
                        " look at both and save again.",
                        mine=criterion,
                        theirs=stored,
                    )
                kept = work.criteria.change(criterion)
            else:
                kept = work.criteria.add(criterion)
            work.commit()
        self._announce(Changes(criteria=frozenset({kept.id})))
        return kept

    # --- measuring -------------------------------------------------------------------------------------------

    def measure(
        self,
        metric: str,
        value: float,
        at: datetime | None = None,
        sample: int = 1,
        source: str = "",
        note: str = "",
        component: str = "",
    ) -> Measurement:
        """Note a measured value; ``sample`` is how many observations stand behind it. Raises ``Invalid``."""
        now = self._clock.now()
        try:
            figure = float(value)
        except (TypeError, ValueError):
            raise Invalid(f"{value!r} is no measured value; write a number.", code="invalid_number") from None
        one = Measurement(
            metric.strip(), at or now, figure, sample, source.strip(), note.strip(), component.strip()
        )
        check_measurement(one, self._measurable(), now)
        with self._database.work() as work:
            work.measurements.add(one)
            work.commit()
        self._announce(Changes(criteria=self._ids_on(one.metric)))
        return one

    def measure_many(self, measurements: Sequence[Measurement]) -> int:
        """Note many measured values at once, all or none; returns how many. Raises ``Invalid``."""
        now = self._clock.now()
        for one in measurements:
            check_measurement(one, self._measurable(), now)
        with self._database.work() as work:
            count = work.measurements.add_many(measurements)
            work.commit()
        metrics = {one.metric for one in measurements}
        self._announce(Changes(criteria=frozenset(i for metric in metrics for i in self._ids_on(metric))))
        return count

    def _measurable(self) -> frozenset[str]:
        return frozenset(c.metric for c in self.criteria() if can_be_measured(c.metric))

    def _ids_on(self, metric: str) -> frozenset[str]:
        return frozenset(c.id for c in self.criteria() if c.metric == metric)

    # --- waiving and signing ---------------------------------------------------------------------------------

    def waive(self, criterion_id: str, reason: str, owner: str, approver: str, expires_on: date) -> Waiver:
        """Accept that a criterion is not met, until a day is over; the approver is never the owner."""
        check_waiver(reason, owner, approver, expires_on, self._clock.today())
        with self._database.work() as work:
            criterion = work.criteria.get(criterion_id.strip().upper())
            waiver = work.waivers.add(
                Waiver(
                    "",
                    criterion.id,
                    reason.strip(),
                    owner.strip(),
                    approver.strip(),
                    self._clock.now(),
                    expires_on,
                )
            )
            work.commit()
        self._announce(Changes(criteria=frozenset({criterion.id})))
        return waiver

    def revoke(self, waiver_id: str) -> Waiver:
        """End a waiver now; one that was revoked stays as it is."""
        with self._database.work() as work:
            waiver = work.waivers.get(waiver_id.strip().upper())
            if waiver.revoked_at is None:
                waiver = work.waivers.change(replace(waiver, revoked_at=self._clock.now()))
                work.commit()
        self._announce(Changes(criteria=frozenset({waiver.criterion_id})))
        return waiver

    def waivers(self) -> Sequence[Waiver]:
        """Every waiver there ever was, ordered by id."""
        with self._database.view() as work:
            return work.waivers.all()

    def sign(
        self,
        role: str,
        decision: ExitDecision | str,
        evaluation_id: str = "",
        note: str = "",
        manifest_sha256: str = "",
    ) -> SignOff:
        """Record that the user signed a decision in a role, over an evaluation (the newest kept one if none is named).

        To exit, every mandatory criterion must allow it; with waivers, it is an exit with waivers; nobody signs over
        a waiver of their own. Raises ``Invalid`` and ``NotFound``.
        """
        wanted, named = read_decision(decision), read_role(role, self._settings.sign_off_roles)
        verdict = self._evaluation(evaluation_id)
        check_decision(wanted, verdict, self.waivers(), self._user)
        with self._database.work() as work:
            signed = work.sign_offs.add(
                SignOff(
                    "",
                    self._clock.now(),
                    self._user,
                    named,
                    wanted,
                    verdict.id,
                    manifest_sha256,
                    note.strip(),
                )
            )
            work.commit()
        self._announce(Changes(criteria=frozenset(c.id for c in verdict.criteria)))
        return signed

    def sign_offs(self) -> Sequence[SignOff]:
        """Every sign-off, ordered by id."""
        with self._database.view() as work:
            return work.sign_offs.all()

    def is_outdated(self, sign_off: SignOff, verdict: Verdict) -> bool:
        """Whether the states (or criteria) in ``verdict`` are others than those that were signed."""
        signed = self._evaluation(sign_off.evaluation_id)
        return {c.id: c.state for c in signed.criteria} != {c.id: c.state for c in verdict.criteria}

    def _evaluation(self, evaluation_id: str) -> Verdict:
        wanted = evaluation_id.strip().upper()
        kept = self.evaluations()
        found = [v for v in kept if v.id == wanted] if wanted else kept[-1:]
        if not found:
            told = (
                f"There is no evaluation {wanted}."
                if wanted
                else "Nothing has been evaluated yet; evaluate first."
            )
            raise NotFound(told, code="no_evaluation")
        return found[0]
