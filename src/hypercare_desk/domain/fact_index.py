"""Facts arranged for asking about many instants: each table is sorted once, each question is a look-up in it.

100,000 records are arranged in a fraction of a second and answer for any day in milliseconds, which is what trends
and evaluations of the past need. Instants are POSIX seconds.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import accumulate
from math import inf

from hypercare_desk.domain.article import Confidence, Status
from hypercare_desk.domain.exit_criteria import Measurement
from hypercare_desk.domain.facts import Facts
from hypercare_desk.domain.feedback import Priority, Relation, Resolver, SearchMade, State
from hypercare_desk.domain.postmortem import Postmortem
from hypercare_desk.domain.record_history import Life, lives

DAY = 86_400.0
URGENT = (Priority.P1, Priority.P2)
_TYING = frozenset((Relation.SOLVED_BY, Relation.DOCUMENTED_IN, Relation.CAUSED_ARTICLE))


@dataclass(frozen=True, slots=True)
class Solved:
    """How many records were solved in a window, and by whom; ``known`` counts those that say so."""

    total: int
    by_bau: int
    known: int


@dataclass(frozen=True, slots=True)
class Issue:
    """One recurring issue: from when on it was recurring and from when on a validated article covered it."""

    recurs_since: float
    covered_since: float
    ids: tuple[str, ...]


class FactIndex:
    """The arranged facts. Built for one ``Facts``; nothing in it changes after it was asked once."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.lives = lives(facts.records, facts.events)
        self.opened = [life.opened for life in self.lives]

    def count_opened(self, after: float, until: float) -> int:
        """How many records were reported in (``after``, ``until``]."""
        return bisect_right(self.opened, until) - bisect_right(self.opened, after)

    def lives_on(self, day: date, t: float) -> Sequence[Life]:
        """The records that were reported on a local day, by ``t``."""
        low, high = self._bounds(day, t)
        return self.lives[low:high]

    def opened_on(self, day: date, t: float) -> int:
        """How many records were reported on a local day, by ``t``."""
        low, high = self._bounds(day, t)
        return max(high - low, 0)

    def _bounds(self, day: date, t: float) -> tuple[int, int]:
        calendar = self.facts.calendar
        low = bisect_left(self.opened, calendar.start_of(day).timestamp())
        high = bisect_left(self.opened, calendar.end_of(day).timestamp())
        return low, min(high, self.known_by(t))

    def known_by(self, t: float) -> int:
        """How many records had been reported by ``t``."""
        return bisect_right(self.opened, t)

    def lives_by(self, t: float) -> Sequence[Life]:
        """The records that had been reported by ``t``."""
        return self.lives[: self.known_by(t)]

    # --- priorities ------------------------------------------------------------------------------------------

    @cached_property
    def urgent(self) -> tuple[Life, ...]:
        """Records that are or were P1 or P2."""
        return tuple(life for life in self.lives if life.urgent)

    @cached_property
    def first_rated(self) -> float:
        """When the first record had a priority: before that, nothing that asks for priorities has data."""
        rated = inf
        for life in self.lives:
            if life.opened >= rated:
                break
            since = next((since for since, priority in life.priorities if priority is not None), inf)
            rated = min(rated, max(since, life.opened))
        return rated

    @cached_property
    def p1_onsets(self) -> tuple[tuple[float, float, str], ...]:
        """Every P1 as (known since, began, id). A P1 begins with the report, or when a lower priority was raised."""
        found: list[tuple[float, float, str]] = []
        for life in self.urgent:
            before: Priority | None = None
            for since, priority in life.priorities:
                if priority is Priority.P1 and before is not Priority.P1:
                    known = max(since, life.opened)
                    found.append((known, known if before else life.opened, life.id))
                before = priority
        return tuple(sorted(found))

    @cached_property
    def open_now(self) -> Sequence[Life]:
        """The records that are open as of the facts."""
        now = self.facts.as_of.timestamp()
        return [
            life for life in self.lives_by(now) if (life.ended > now if life.plain else life.is_open_at(now))
        ]

    @cached_property
    def solved_now(self) -> Sequence[tuple[float, Life]]:
        """When the solutions that hold as of the facts were reached, with their records."""
        now = self.facts.as_of.timestamp()
        found: list[tuple[float, Life]] = []
        for life in self.lives_by(now):
            if not life.plain:
                since = life.solved_at(now)
                if since is not None:
                    found.append((since, life))
            elif life.solved <= now:
                found.append((life.solved, life))
        return found

    @cached_property
    def unrated_open(self) -> int:
        """How many open records have no priority as of the facts."""
        now = self.facts.as_of.timestamp()
        return sum(life.priority_at(now) is None for life in self.open_now)

    # --- open and solved -------------------------------------------------------------------------------------

    @cached_property
    def _kinds(self) -> tuple[list[Life], list[Life]]:
        plain: list[Life] = []
        wavering: list[Life] = []
        for life in self.lives:
            (plain if life.plain and life.resolver_settled else wavering).append(life)
        return plain, wavering

    @property
    def wavering(self) -> Sequence[Life]:
        """Records whose story two numbers do not tell: reopened, or their resolver changed after the solution."""
        return self._kinds[1]

    @cached_property
    def _spans(self) -> tuple[list[float], list[float]]:
        plain = self._kinds[0]
        return [life.opened for life in plain], [life.ended for life in plain]

    def open_at(self, t: float, opened_by: float) -> int:
        """How many records reported by ``opened_by`` were open at ``t``."""
        opened, ended = self._spans
        count = sum(end > t for end in ended[: bisect_right(opened, min(opened_by, t))])
        return count + sum(life.opened <= opened_by and life.is_open_at(t) for life in self.wavering)

    @cached_property
    def _solutions(self) -> tuple[list[float], list[int], list[int], list[int]]:
        """Lasting solutions in order of time, with running counts: by BAU, of known resolver, reopened unseen."""
        steady = [life for life in self._kinds[0] if life.solved < inf]
        steady.sort(key=_solved)
        by = [life.resolver for life in steady]
        return (
            [life.solved for life in steady],
            _running(resolver is Resolver.BAU for resolver in by),
            _running(resolver is not Resolver.UNKNOWN for resolver in by),
            _running(life.said_reopened for life in steady),
        )

    def solved_between(self, after: float, until: float) -> Solved:
        """Records whose solution, as it stood at ``until``, was reached in (``after``, ``until``]."""
        times, bau, known, _ = self._solutions
        low, high = bisect_right(times, after), bisect_right(times, until)
        total, by_bau, with_name = high - low, bau[high] - bau[low], known[high] - known[low]
        for life in self.wavering:
            solved = life.solved_at(until)
            if solved is not None and after < solved <= until:
                resolver = life.resolver_at(until)
                total += 1
                by_bau += resolver is Resolver.BAU
                with_name += resolver is not Resolver.UNKNOWN
        return Solved(total, by_bau, with_name)

    @cached_property
    def came_back(self) -> Sequence[Life]:
        """Records that may have been reopened: those with a story, and those that merely say they were."""
        return [life for life in self.lives if life.said_reopened or not life.plain]

    def reopened_between(self, after: float, until: float) -> tuple[int, int]:
        """Records reopened in (``after``, ``until``], and records solved or reopened in it."""
        times, _, _, again = self._solutions
        low, high = bisect_right(times, after), bisect_right(times, until)
        moments, turned = self._turns
        story = turned[bisect_right(moments, after) : bisect_right(moments, until)]
        touched = {record for record, _ in story}
        reopened = {record for record, solving in story if not solving}
        return again[high] - again[low] + len(reopened), high - low + len(touched)

    @cached_property
    def _turns(self) -> tuple[list[float], list[tuple[str, bool]]]:
        """Every solving (True) and reopening of the wavering records, in order of time."""
        turns = sorted(
            (moment, life.id, solving) for life in self.wavering for moment, solving in life.turns()
        )
        return [moment for moment, _, _ in turns], [(record, solving) for _, record, solving in turns]

    # --- recurring issues ------------------------------------------------------------------------------------

    @cached_property
    def issues(self) -> tuple[Issue, ...]:
        """Issues seen at least twice: records tied by a merge, an alert's fingerprint, or an article of both."""
        ties = _Ties()
        for record in (life.record for life in self.lives if life.tied):
            if record.duplicate_of:
                ties.join(record.id, record.duplicate_of)
            if record.fingerprint:
                ties.join(record.id, f"fingerprint:{record.fingerprint}")
        covered: dict[str, float] = {}
        for link in self.facts.links:
            if link.relation in _TYING and not link.target_id.startswith("PM-"):
                ties.join(link.feedback_id, f"article:{link.target_id}")
                since = self._validated.get(link.target_id)
                if since is not None:
                    since = max(since, link.at.timestamp())
                    covered[link.feedback_id] = min(covered.get(link.feedback_id, inf), since)
        groups: defaultdict[str, list[Life]] = defaultdict(list)
        for life in self.lives:
            if life.id in ties:
                groups[ties.root(life.id)].append(life)
        return tuple(
            Issue(
                group[1].opened,
                min(covered.get(life.id, inf) for life in group),
                tuple(sorted(life.id for life in group)),
            )
            for group in groups.values()
            if len(group) > 1
        )

    @cached_property
    def _validated(self) -> Mapping[str, float]:
        """Article → since when it is validated; for ever, where the day is not known."""
        return {
            article.id: self.facts.calendar.start_of(article.validated_on).timestamp()
            if article.validated_on
            else -inf
            for article in self.facts.articles
            if article.confidence is Confidence.VALIDATED and article.status is not Status.RETIRED
        }

    # --- searches and measurements ---------------------------------------------------------------------------

    @cached_property
    def _searches(self) -> tuple[list[float], list[int], list[SearchMade]]:
        made = sorted(self.facts.searches, key=lambda search: (search.at, search.query))
        return [s.at.timestamp() for s in made], _running(s.hits == 0 for s in made), made

    def searches_between(self, after: float, until: float) -> tuple[int, int]:
        """Searches in (``after``, ``until``], and those of them that found nothing."""
        times, empty, _ = self._searches
        low, high = bisect_right(times, after), bisect_right(times, until)
        return high - low, empty[high] - empty[low]

    def unanswered(self, after: float, until: float) -> Counter[str]:
        """The searches that found nothing in (``after``, ``until``], by text without case."""
        times, _, made = self._searches
        some = made[bisect_right(times, after) : bisect_right(times, until)]
        return Counter(" ".join(s.query.casefold().split()) for s in some if s.hits == 0)

    @cached_property
    def _measurements(self) -> dict[str, tuple[list[float], list[Measurement]]]:
        by_metric: defaultdict[str, list[Measurement]] = defaultdict(list)
        for one in sorted(self.facts.measurements, key=lambda m: (m.at, m.component, m.value, m.sample)):
            by_metric[one.metric].append(one)
        return {metric: ([m.at.timestamp() for m in rows], rows) for metric, rows in by_metric.items()}

    def measured(self, metric: str, after: float, until: float) -> Sequence[Measurement]:
        """Measurements of a metric taken in (``after``, ``until``], oldest first."""
        times, rows = self._measurements.get(metric, ([], []))
        return rows[bisect_right(times, after) : bisect_right(times, until)]

    def measured_since(self, metric: str) -> float:
        """When a metric was first measured; infinity: never."""
        times, _ = self._measurements.get(metric, ([], []))
        return times[0] if times else inf

    # --- roots -----------------------------------------------------------------------------------------------

    @cached_property
    def _merged_into(self) -> dict[str, str]:
        return {
            life.id: life.record.duplicate_of
            for life in self.lives
            if life.tied and life.record.state is State.MERGED and life.record.duplicate_of
        }

    @cached_property
    def _linked_records(self) -> Mapping[str, list[str]]:
        linked: defaultdict[str, list[str]] = defaultdict(list)
        for link in self.facts.links:
            if link.target_id.startswith("PM-"):
                linked[link.target_id].append(link.feedback_id)
        return linked

    def reviewed(self, postmortem: Postmortem) -> Sequence[str]:
        """The records a post-mortem is about, named in it or linked to it."""
        return (*postmortem.feedback_ids, *self._linked_records.get(postmortem.id, ()))

    def survivor(self, feedback_id: str) -> str:
        """The record that a merged one went into, however many merges later; a record that was not merged is itself."""
        seen = {feedback_id}
        while (further := self._merged_into.get(feedback_id)) and further not in seen:
            seen.add(further)
            feedback_id = further
        return feedback_id


class _Ties:
    """Sets of names that belong together (union-find with path halving)."""

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._parent

    def root(self, name: str) -> str:
        parent = self._parent.setdefault(name, name)
        while parent != name:
            self._parent[name] = self._parent[parent]
            name, parent = self._parent[name], self._parent[self._parent[name]]
        return name

    def join(self, one: str, other: str) -> None:
        self._parent[self.root(one)] = self.root(other)


def _solved(life: Life) -> float:
    return life.solved


def _running(flags: Iterable[bool]) -> list[int]:
    return list(accumulate(map(int, flags), initial=0))
