"""Kill a process while it commits, again and again: a program of its own, so that it may fork.

``python killing.py FOLDER ROUNDS SEED``: prints how many commits were acknowledged, and every loss.
"""

from __future__ import annotations

import os
import random
import select
import signal
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hypercare_desk.adapters.db import open_database
from hypercare_desk.domain.feedback import Feedback, FeedbackEvent
from hypercare_desk.services.ports import Database


class Office:
    """A clock that stands still."""

    def now(self) -> datetime:
        return datetime(2026, 11, 18, 9, tzinfo=UTC)

    def today(self) -> Any:
        return self.now().date()


def opened(folder: Path) -> Database:
    return open_database(folder / "desk.db", backups=folder / "backups", clock=Office(), create=True)


def commit_for_ever(folder: Path, acknowledge: int) -> None:
    """One record with its event a commit; its id goes to the other side once it is promised."""
    database = opened(folder)
    while True:
        with database.work() as work:
            record = work.feedback.add(Feedback("", "Orders held", description="x" * 2000))
            work.feedback.record_events([FeedbackEvent(record.id, Office().now(), "me", "state", "", "new")])
            work.commit()
        os.write(acknowledge, f"{record.id}\n".encode())


def killed_once(folder: Path, delay: float) -> list[str]:
    """The ids that were acknowledged before the process was killed."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        commit_for_ever(folder, writing)
    os.close(writing)
    seen = b""
    select.select([reading], [], [], 60)
    time.sleep(delay)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    while part := os.read(reading, 1 << 16):
        seen += part
    os.close(reading)
    return seen.decode().split()


def main(folder: Path, rounds: int, seed: int) -> int:
    chance = random.Random(seed)
    opened(folder).close()
    acknowledged = 0
    for number in range(rounds):
        promised = killed_once(folder, chance.uniform(0, 0.2))
        acknowledged += len(promised)
        database = opened(folder)
        with database.view() as view:
            there = {record.id for record in view.feedback.all()}
            told = {event.feedback_id for event in view.feedback.events()}
        wrong = [
            *database.check(),
            *(f"{row_id} is lost" for row_id in promised if row_id not in there & told),
        ]
        if there != told:
            wrong.append("a record and its event came apart")
        database.close()
        if wrong:
            print(f"round {number}: {wrong}")
            return 1
    print(f"{rounds} kills, {acknowledged} acknowledged commits, none lost")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
