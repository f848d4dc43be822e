"""The doctor names everything that somebody must look after, and goes on when one look fails."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hypercare_desk.domain.article import ArticleFields, ArticleRow, Kind
from hypercare_desk.domain.errors import Unavailable
from hypercare_desk.domain.feedback import Feedback, Link, Relation
from hypercare_desk.domain.handoff import Pack
from hypercare_desk.domain.search import IndexStatus
from hypercare_desk.services.doctor import DoctorService
from hypercare_desk.settings import WorkspacePaths, WorkspaceSettings
from tests.fakes.database import MemoryDatabase

NOW = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)
PATHS = WorkspacePaths(Path("/desk"), Path("/cache"), Path("/data"))


@dataclass
class FakeMachine:
    """A computer on which everything is well."""

    closed: set[Path] = field(default_factory=set)
    open: set[Path] = field(default_factory=set)
    free: int = 10**12
    pdf: str = ""
    backup: tuple[Path, datetime] | None = (Path("/data/backups/desk.db"), NOW - timedelta(hours=3))
    changed: datetime = NOW
    hashes: dict[Path, str] = field(default_factory=dict)

    def versions(self) -> Mapping[str, str]:
        return {"python": "3.11"}

    def why_no_pdf(self) -> str:
        return self.pdf

    def writable(self, folder: Path) -> bool:
        return folder not in self.closed

    def private(self, folder: Path) -> bool:
        return folder not in self.open

    def free_bytes(self, folder: Path) -> int:
        return self.free

    def newest_file(self, folder: Path) -> tuple[Path, datetime] | None:
        return self.backup

    def written(self, file: Path) -> datetime | None:
        return self.changed

    def sha256(self, file: Path) -> str:
        return self.hashes.get(file, "")


@dataclass
class FakeStore:
    """Articles by id, and files that are none."""

    ids: tuple[str, ...] = ("KI-0001",)
    unreadable: dict[str, str] = field(default_factory=dict)

    def rows(self) -> list[ArticleRow]:
        return [
            ArticleRow(ArticleFields("x", Kind.KNOWN_ISSUE, id=i), f"{i}.md", "", 0, NOW) for i in self.ids
        ]

    def problems(self) -> Mapping[str, str]:
        return self.unreadable


class FakeSearch:
    """An index in some state, or one that does not answer."""

    def __init__(self, answer: IndexStatus | Exception | None = None) -> None:
        self.answer = answer or IndexStatus(10, 0, 1000, True)

    def status(self) -> IndexStatus:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class DamagedDatabase(MemoryDatabase):
    """A database that knows that it is damaged."""

    def check(self) -> list[str]:
        return ["Page 7 is damaged.", "Restore the newest backup."]


class Today:
    """A clock that stands still."""

    def now(self) -> datetime:
        return NOW

    def today(self) -> date:
        return NOW.date()


@pytest.fixture
def surroundings() -> dict[str, Any]:
    return {
        "paths": PATHS,
        "settings": WorkspaceSettings("Orders", date(2026, 11, 2)),
        "database": MemoryDatabase(),
        "store": FakeStore(),
        "search": FakeSearch(),
        "machine": FakeMachine(),
        "clock": Today(),
    }


def found(surroundings: dict[str, Any], **other: object) -> dict[str, str]:
    """What the doctor finds wrong: name → detail."""
    health = DoctorService(**{**surroundings, **other}).look()
    assert health.well == all(check.ok for check in health.checks)
    return {check.name: check.detail for check in health.checks if not check.ok}


def with_records(
    database: MemoryDatabase, *, links: tuple[Link, ...] = (), packs: tuple[Pack, ...] = ()
) -> MemoryDatabase:
    with database.work() as work:
        for link in links:
            if not work.feedback.all(id=link.feedback_id):
                work.feedback.add(Feedback(link.feedback_id, "x"))
            work.links.add(link)
        work.packs.add_many(packs)
        work.commit()
    return database


def test_a_workspace_that_is_well_has_nothing_found(surroundings: dict[str, Any]) -> None:
    assert found(surroundings) == {}


@pytest.mark.parametrize(
    ("name", "other", "said"),
    [
        ("Workspace", {"machine": FakeMachine(closed={Path("/desk/kb")})}, "/desk/kb cannot be written to"),
        ("Database", {"database": DamagedDatabase()}, "Page 7 is damaged. Restore"),
        (
            "Backups",
            {"machine": FakeMachine(backup=(Path("b"), NOW - timedelta(days=4)))},
            "Records changed since b",
        ),
        (
            "Articles",
            {"store": FakeStore(unreadable={"faq/x.md": "The front matter is broken."})},
            "In kb/: faq/x.md: The",
        ),
        ("Search index", {"search": FakeSearch(IndexStatus(0, 0, 99, False, "torn"))}, "index rebuild"),
        ("Private folders", {"machine": FakeMachine(open={Path("/cache")})}, "chmod 700"),
        ("Disk space", {"machine": FakeMachine(free=5 * 1024**2)}, "5 MiB free: make room"),
        ("PDF", {"machine": FakeMachine(pdf="Install Pango.")}, "Install Pango."),
    ],
)
def test_what_is_wrong_is_found_with_what_to_do(
    surroundings: dict[str, Any], name: str, other: dict[str, Any], said: str
) -> None:
    wrong = found(surroundings, **other)
    assert list(wrong) == [name]
    assert said in wrong[name]


def test_a_planned_exit_that_is_over_is_found(surroundings: dict[str, Any]) -> None:
    settings = replace(surroundings["settings"], planned_exit=date(2026, 11, 17))
    assert "2026-11-17" in found(surroundings, settings=settings)["Settings"]


def test_a_backup_is_old_only_if_something_changed_since(surroundings: dict[str, Any]) -> None:
    idle = FakeMachine(backup=(Path("b"), NOW - timedelta(days=9)), changed=NOW - timedelta(days=9))
    assert found(surroundings, machine=idle) == {}
    assert found(surroundings, machine=FakeMachine(backup=None)) == {}


def test_an_index_that_was_never_made_is_no_fault(surroundings: dict[str, Any]) -> None:
    assert found(surroundings, search=FakeSearch(IndexStatus(0, 5, 0, False, "There is none."))) == {}


def test_the_backups_of_a_database_server_are_not_ours(surroundings: dict[str, Any]) -> None:
    settings = replace(surroundings["settings"], database_url="postgresql://db/x")
    assert found(surroundings, settings=settings, machine=FakeMachine(backup=None)) == {}


def test_links_to_articles_that_are_gone_break_the_chain(surroundings: dict[str, Any]) -> None:
    there, gone, review = (
        Link("FB-0001", target, Relation.SOLVED_BY, NOW, "x") for target in ("KI-0001", "KI-0009", "PM-0001")
    )
    database = with_records(MemoryDatabase(), links=(there, gone, review))
    assert found(surroundings, database=database) == {
        "Links": "Tied to articles that are not there: FB-0001 → KI-0009; restore them from the history of kb/."
    }


def test_an_issued_pack_that_was_changed_or_lost_is_found(surroundings: dict[str, Any]) -> None:
    def pack(number: int, issued: datetime | None) -> Pack:
        return Pack(
            f"HP-{number:04}", "1", NOW, NOW, "x", f"/was here/packs/{number}.pdf", "good", "", "", issued
        )

    database = with_records(MemoryDatabase(), packs=(pack(1, NOW), pack(2, NOW), pack(3, NOW), pack(4, None)))
    machine = FakeMachine(hashes={Path("/desk/packs/1.pdf"): "good", Path("/desk/packs/2.pdf"): "other"})
    assert found(surroundings, database=database, machine=machine) == {
        "Issued packs": "2.pdf was changed, 3.pdf is not there; bring the file back from a backup."
    }


def test_one_look_that_fails_does_not_end_the_others(surroundings: dict[str, Any]) -> None:
    search = FakeSearch(Unavailable("The index is locked."))
    assert found(surroundings, search=search, machine=FakeMachine(pdf="Install Pango.")) == {
        "Search index": "The index is locked.",
        "PDF": "Install Pango.",
    }
