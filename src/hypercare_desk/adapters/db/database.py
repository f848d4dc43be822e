"""The record store as the services see it; implements ``ports.Database`` on SQLite and PostgreSQL."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Connection, Engine, event

from hypercare_desk.adapters.db.faults import Faults
from hypercare_desk.adapters.db.ids import COMMITS, Counters
from hypercare_desk.adapters.db.unit_of_work import SqlUnitOfWork
from hypercare_desk.domain.errors import Unavailable

_WAIT_FOR_OTHER_THREADS = 30.0
"""Seconds that a writer waits for the writers before it in this process."""


class Store(Protocol):
    """What differs between the two databases."""

    engine: Engine
    read_only: str

    def options(self, *, writing: bool) -> dict[str, Any]:
        """Execution options of a transaction."""
        ...

    def before_writing(self) -> None:
        """Called before each writing transaction begins."""
        ...

    def backup(self, target: Path) -> Path: ...

    def check(self) -> Sequence[str]: ...


class SqlDatabase:
    """A record store over an engine. Any thread may use it; a unit of work belongs to one thread."""

    def __init__(self, store: Store, faults: Faults) -> None:
        self._store = store
        self._engine = store.engine
        self._faults = faults
        self._writers = threading.Lock()
        self._writing = threading.local()
        self._own_commits = 0
        event.listen(self._engine, "handle_error", self._reword)

    @property
    def read_only(self) -> str:
        """Why nothing can be written (a sentence), or empty."""
        return self._store.read_only

    @contextmanager
    def work(self) -> Generator[SqlUnitOfWork, None, None]:
        """A writing transaction, alone in this process; what is not committed is undone on leaving.

        Raises ``Unavailable`` when nothing may be written, or when others write for too long.
        """
        if self.read_only:
            raise Unavailable(self.read_only, code="read_only")
        if getattr(self._writing, "now", False):
            raise RuntimeError("A unit of work was begun inside another one on the same thread")
        if not self._writers.acquire(timeout=_WAIT_FOR_OTHER_THREADS):
            raise self._faults.busy()
        self._writing.now = True
        try:
            self._store.before_writing()
            with self._transaction(writing=True, committed=self._count_commit) as unit:
                yield unit
        finally:
            self._writing.now = False
            self._writers.release()

    @contextmanager
    def view(self) -> Generator[SqlUnitOfWork, None, None]:
        """A reading transaction: one consistent state. Keep it short: on SQLite a writer waits for it to end."""
        with self._transaction(writing=False, committed=None) as unit:
            yield unit

    def backup(self, target: Path) -> Path:
        """A consistent copy of the database as a SQLite file; raises ``Unavailable``."""
        with self._faults.worded():
            return self._store.backup(target)

    def check(self) -> Sequence[str]:
        """Sentences on what is wrong; empty when all is well."""
        with self._faults.worded():
            return self._store.check()

    def data_version(self) -> int:
        """Changes when another process has committed; this one's own commits do not count."""
        with self._faults.worded(), self._connected(writing=False) as connection:
            return Counters(connection).value(COMMITS) - self._own_commits

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()

    @contextmanager
    def _transaction(
        self, *, writing: bool, committed: Callable[[], None] | None
    ) -> Generator[SqlUnitOfWork, None, None]:
        with self._faults.worded(), self._connected(writing=writing) as connection:
            connection.begin()
            yield SqlUnitOfWork(connection, committed)

    @contextmanager
    def _connected(self, *, writing: bool) -> Generator[Connection, None, None]:
        with self._engine.connect() as connection:
            yield connection.execution_options(**self._store.options(writing=writing))

    def _count_commit(self) -> None:
        self._own_commits += 1

    def _reword(self, context: Any) -> None:
        if context.sqlalchemy_exception is not None and not context.is_pre_ping:
            raise self._faults.of(context.sqlalchemy_exception) from context.original_exception
