"""The same numbers computed a second time, by SQL over the raw tables that know nothing of the engine."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from hypercare_desk.adapters.db import open_database
from hypercare_desk.domain.exit_criteria import CriterionResult
from hypercare_desk.services.exit_criteria import ExitCriteriaService
from hypercare_desk.settings import WorkspaceSettings
from tests.benchmarks.bench_criteria import GO_LIVE, NOW, generated

DONE = "('fix-deployed', 'validated', 'informed', 'closed')"
OPEN = "state NOT IN ('closed', 'merged')"
SINCE = "> strftime('%Y-%m-%dT%H:%M:%S', :now, '-14 days')"
HOURS = "(julianday(resolved_at) - julianday(reported_at)) * 24"
LIMIT = "CASE priority WHEN 'P1' THEN 4 ELSE 8 END"
ANSWER = "CASE priority WHEN 'P1' THEN 15 ELSE 30 END"

QUERIES = {
    "open_p1_unplanned": f"SELECT count(*) FROM feedback WHERE priority = 'P1' AND {OPEN} AND NOT plan_accepted",
    "open_p1_p2": f"SELECT count(*) FROM feedback WHERE priority IN ('P1', 'P2') AND {OPEN}",
    "days_since_p1": "SELECT julianday(:now) - julianday(max(reported_at)) FROM feedback WHERE priority = 'P1'",
    "targets_met": f"""
        SELECT 100.0 * sum(met) / count(*) FROM (
            SELECT state IN {DONE} AND {HOURS} <= {LIMIT} AND
                   (julianday(responded_at) - julianday(reported_at)) * 1440 <= {ANSWER} AS met
            FROM feedback
            WHERE priority IN ('P1', 'P2') AND (
                (state IN {DONE} AND resolved_at {SINCE})
                OR (state NOT IN {DONE} AND (julianday(:now) - julianday(reported_at)) * 24 > {LIMIT})))""",
    "solved_by_bau": f"""
        SELECT 100.0 * sum(resolver = 'bau') / count(*) FROM feedback
        WHERE state IN {DONE} AND resolved_at {SINCE}""",
    "reopen_rate": f"""
        SELECT 100.0 * sum(again) / count(*) FROM (
            SELECT max(old IN {DONE} AND new NOT IN {DONE}) AS again FROM feedback_events
            WHERE field = 'state' AND at {SINCE} AND (old IN {DONE}) <> (new IN {DONE})
            GROUP BY feedback_id)""",
    "new_per_day": """
        SELECT max(n) FROM (
            SELECT count(*) AS n FROM feedback WHERE date(reported_at) IN
                ('2026-11-23', '2026-11-24', '2026-11-25', '2026-11-26', '2026-11-27', '2026-11-30')
            GROUP BY date(reported_at))""",
    "volume_trend": """
        SELECT sum(age <= 7) - sum(age > 7)
        FROM (SELECT julianday(:now) - julianday(reported_at) AS age FROM feedback) WHERE age < 14""",
    "old_backlog": f"SELECT count(*) FROM feedback WHERE {OPEN} AND julianday(:now) - julianday(reported_at) > 10",
    "unanswered_searches": """
        SELECT 100.0 * sum(hits = 0) / count(*) FROM searches
        WHERE julianday(at) <= julianday(:now) AND julianday(at) > julianday(:now) - 7""",
}


class Clock:
    def now(self):
        return NOW

    def today(self):
        return NOW.date()


class Store:
    def rows(self, progress=None):
        return []


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ExitCriteriaService, Path]]:
    folder = tmp_path_factory.mktemp("records")
    file = folder / "desk.db"
    database = open_database(f"sqlite:///{file}", backups=folder / "backups", clock=Clock(), create=True)
    facts = generated(800, seed=7)
    with database.work() as work:
        work.feedback.add_many(facts.records)
        work.feedback.record_events(facts.events)
        work.searches.add_many(facts.searches[:: len(facts.searches) // 4000])
        for link in facts.links:
            work.links.add(link)
        work.commit()
    service = ExitCriteriaService(
        database=database,
        store=Store(),
        settings=WorkspaceSettings("Order to cash", GO_LIVE),
        clock=Clock(),
        user="Agent",
    )
    service.install_defaults()
    yield service, file
    database.close()


@pytest.fixture(scope="module")
def results(workspace: tuple[ExitCriteriaService, Path]) -> dict[str, CriterionResult]:
    return {c.metric: c for c in workspace[0].evaluate(keep=False).criteria}


def ask(file: Path, query: str) -> float:
    connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    try:
        return connection.execute(query, {"now": NOW.strftime("%Y-%m-%dT%H:%M:%S")}).fetchone()[0]
    finally:
        connection.close()


@pytest.mark.parametrize("metric", QUERIES)
def test_the_engine_and_sql_agree(workspace, results, metric: str) -> None:
    assert results[metric].value == pytest.approx(ask(workspace[1], QUERIES[metric]), abs=1e-4)


def test_the_dashboard_and_sql_agree(workspace) -> None:
    service, file = workspace
    numbers = service.statistics()
    for share in numbers.open_by_priority[:5]:
        query = f"SELECT count(*) FROM feedback WHERE priority = '{share.label}' AND {OPEN}"
        assert share.count == len(share.ids) == ask(file, query)
    for day in numbers.days:
        on = f"= '{day.day.isoformat()}'"
        assert day.new == ask(file, f"SELECT count(*) FROM feedback WHERE date(reported_at) {on}")
        assert day.closed == ask(file, f"SELECT count(*) FROM feedback WHERE date(closed_at) {on}")
        solved = f"SELECT count(*) FROM feedback WHERE state IN {DONE} AND date(resolved_at) {on}"
        assert day.solved == ask(file, solved)
