"""How long all exit criteria, their trends and the dashboard's numbers take over 100,000 records and their events."""

import random
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypercare_desk.domain.criteria_catalogue import defaults
from hypercare_desk.domain.evaluation import evaluate
from hypercare_desk.domain.facts import Facts
from hypercare_desk.domain.feedback import (
    Category,
    Feedback,
    FeedbackEvent,
    Link,
    Priority,
    Relation,
    Resolver,
    SearchMade,
    State,
)
from hypercare_desk.domain.statistics import statistics
from tests.benchmarks.results import Options, Row, Target

RECORDS = 100_000
NOW = datetime(2026, 11, 30, 16, 0, tzinfo=UTC)
GO_LIVE = date(2026, 11, 2)


def run(options: Options) -> Iterator[Row]:
    """Seconds for one evaluation and one dashboard over generated facts, and with reading them from SQLite."""
    facts = generated(RECORDS, options.seed)
    repeat = 2 if options.quick else 5
    subject = f"{RECORDS:,} records"
    limit = Target(1.0)
    yield Row(
        subject,
        "all criteria, with trends",
        "s",
        best(repeat, lambda: evaluate(defaults(), facts)),
        target=limit,
    )
    yield Row(subject, "dashboard", "s", best(repeat, lambda: statistics(facts)), target=limit)
    yield Row(f"{len(facts.events):,} events", "read from SQLite", "s", reading(facts, repeat))


def best(repeat: int, work: Callable[[], object]) -> float:
    """The least of several, in seconds of the processor: what a machine takes that does nothing else."""
    times: list[float] = []
    for _ in range(repeat):
        started = time.process_time()
        work()
        times.append(time.process_time() - started)
    return min(times)


def generated(count: int, seed: int) -> Facts:
    """Four weeks of records with the events of their loop, links and searches."""
    chance = random.Random(seed)
    records: list[Feedback] = []
    events: list[FeedbackEvent] = []
    links: list[Link] = []
    start = datetime(2026, 11, 2, tzinfo=UTC)
    for number in range(count):
        reported = start + timedelta(seconds=chance.triangular(0, 28.6 * 86_400, 3 * 86_400))
        row, made = history(f"FB-{number:06d}", reported, chance)
        records.append(row)
        events += made
        if chance.random() < 0.3:
            article = f"KI-{chance.randrange(2_000):04d}"
            links.append(Link(row.id, article, Relation.SOLVED_BY, reported, "Agent"))
    searches = tuple(
        SearchMade(f"query {n % 900}", start + timedelta(minutes=n), "Agent", chance.randrange(7))
        for n in range(40_000)
    )
    return Facts(
        NOW,
        GO_LIVE,
        date(2026, 12, 4),
        records=tuple(records),
        events=tuple(events),
        links=tuple(links),
        searches=searches,
    )


def history(key: str, at: datetime, chance: random.Random) -> tuple[Feedback, list[FeedbackEvent]]:
    """One record that went some way through the loop; one in twenty-five was reopened."""
    path = [State.TRIAGED, State.IN_PROGRESS, State.FIX_DEPLOYED, State.CLOSED][
        : chance.choice((1, 2, 4, 4, 4, 4))
    ]
    if len(path) == 4 and chance.random() < 0.04:
        path += [State.ANALYSING, State.FIX_DEPLOYED]
    reported, before = at, State.NEW
    priority = chance.choices(list(Priority), (1, 6, 30, 40, 23))[0]
    events = [FeedbackEvent(key, at, "Agent", "state", "", "new")]
    stamps: dict[State, datetime] = {}
    for state in path:
        at = min(at + timedelta(hours=chance.expovariate(1 / 9)), NOW)
        stamps[state] = at
        events.append(FeedbackEvent(key, at, "Agent", "state", before.value, state.value))
        if state is State.TRIAGED:
            events.append(FeedbackEvent(key, at, "Agent", "priority", "", priority.value))
        before = state
    solved = stamps.get(State.FIX_DEPLOYED)
    row = Feedback(
        key,
        "The label printer prints blank labels",
        state=before,
        category=chance.choice(list(Category)),
        priority=priority,
        component=chance.choice(("EDI", "Pricing", "Labels", "Credit")),
        resolver=chance.choice((Resolver.BAU, Resolver.BAU, Resolver.HYPERCARE))
        if solved
        else Resolver.UNKNOWN,
        reopen_count=int(len(path) > 4),
        reported_at=reported,
        responded_at=stamps.get(State.TRIAGED),
        resolved_at=solved,
        closed_at=stamps.get(State.CLOSED) if before is State.CLOSED else None,
        created_at=reported,
        updated_at=at,
    )
    return row, events


def reading(facts: Facts, repeat: int) -> float:
    """Seconds to read the records and events back from an SQLite file."""
    from hypercare_desk.adapters.db import open_database
    from hypercare_desk.domain.feedback import FeedbackFilter

    class Clock:
        def now(self) -> datetime:
            return NOW

        def today(self) -> date:
            return NOW.date()

    with TemporaryDirectory() as folder:
        place = Path(folder)
        database = open_database(
            f"sqlite:///{place / 'desk.db'}", backups=place / "backups", clock=Clock(), create=True
        )
        with database.work() as work:
            work.feedback.add_many(facts.records)
            work.feedback.record_events(facts.events)
            work.commit()

        def read() -> None:
            with database.view() as view:
                view.feedback.find(FeedbackFilter())
                view.feedback.events()

        taken = best(repeat, read)
        database.close()
        return taken
