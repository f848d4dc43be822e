"""Record stores for the contract suite: in memory, SQLite, PostgreSQL."""

from __future__ import annotations

import itertools
import shutil
import tempfile
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any, cast

import pytest

from hypercare_desk.adapters.db import open_database
from hypercare_desk.services.ports import Clock, Database
from tests.fakes import postgresql
from tests.fakes.database import MemoryDatabase

_NUMBERS = itertools.count(1)


class OfficeClock:
    """The frozen clock of the tests, with its day."""

    def __init__(self, frozen: Any) -> None:
        self._frozen = frozen

    def now(self) -> Any:
        return self._frozen.now()

    def today(self) -> Any:
        return self._frozen.now().date()


@pytest.fixture
def office(clock: Any) -> OfficeClock:
    """A clock that knows the day, too; move it by moving ``clock``."""
    return OfficeClock(clock)


@pytest.fixture
def open_sqlite(tmp_path: Path, office: Clock) -> Generator[Callable[..., Database], None, None]:
    """Opens ``desk.db`` in the test's folder as often as wanted, and closes what was opened."""
    opened: list[Database] = []

    def opener(path: Path | None = None, *, create: bool = True) -> Database:
        where = path or tmp_path / "desk.db"
        opened.append(
            open_database(f"sqlite:///{where}", backups=tmp_path / "backups", clock=office, create=create)
        )
        return opened[-1]

    yield opener
    for database in opened:
        database.close()


@pytest.fixture(scope="session")
def postgresql_server() -> Generator[str, None, None]:
    """The URL of a running server, without a database's name."""
    if postgresql.programs() is None:
        pytest.skip("postgres: no PostgreSQL server on this machine (Debian: apt-get install postgresql)")
    # Outside pytest's folders: those are closed to the user the server runs as.
    place = Path(tempfile.mkdtemp(prefix="records-"))
    place.chmod(0o755)
    try:
        with postgresql.cluster(place / "cluster") as url:
            yield url
    finally:
        shutil.rmtree(place, ignore_errors=True)


@pytest.fixture
def postgresql_url(postgresql_server: str) -> str:
    """The URL of a database of the test's own, without any tables."""
    return _made(postgresql_server)


@pytest.fixture(scope="session")
def postgresql_with_tables(postgresql_server: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of a database that is emptied before each test: making one takes half a second."""
    url = _made(postgresql_server)
    nowhere = tmp_path_factory.mktemp("backups")
    open_database(url, backups=nowhere, clock=cast("Clock", None), create=True).close()
    return url


@pytest.fixture
def open_postgresql(
    postgresql_with_tables: str, tmp_path: Path, office: Clock
) -> Generator[Callable[..., Database], None, None]:
    """Opens the test's PostgreSQL database as often as wanted, and closes what was opened."""
    opened: list[Database] = []
    _empty(postgresql_with_tables)

    def opener() -> Database:
        opened.append(
            open_database(postgresql_with_tables, backups=tmp_path / "backups", clock=office, create=True)
        )
        return opened[-1]

    yield opener
    for database in opened:
        database.close()


def _made(server: str) -> str:
    import psycopg

    name = f"records_{next(_NUMBERS)}"
    with psycopg.connect(_plain(server) + "postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return server + name


def _empty(url: str) -> None:
    import psycopg

    from hypercare_desk.adapters.db.tables import METADATA

    tables = ", ".join(METADATA.tables)
    with psycopg.connect(_plain(url), autocommit=True) as connection:
        connection.execute(f"TRUNCATE {tables} RESTART IDENTITY CASCADE".encode())


def _plain(url: str) -> str:
    """The URL as psycopg reads it."""
    return url.replace("+psycopg", "")


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest) -> Database:
    """An empty record store: every test that asks for it runs over all three."""
    if request.param == "memory":
        return MemoryDatabase()
    return request.getfixturevalue(f"open_{request.param}")()
