"""Importing folders: nothing half-done, twice changes nothing, edits on either side are never lost."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from hypercare_desk.domain.article import ArticleFields, Confidence, Kind, Stamp, Status
from hypercare_desk.domain.changes import Changes
from hypercare_desk.domain.errors import Cancelled, NotFound, Unavailable
from hypercare_desk.domain.intake import ForeignText, ImportReport
from hypercare_desk.services.intake import IntakeService
from hypercare_desk.services.progress import Token
from tests.conftest import FrozenClock
from tests.fakes.database import MemoryDatabase
from tests.fakes.knowledge import MemoryHistory, MemoryStore, QuietSearch


class Folders:
    """A folder in memory: path → text; "" is an empty file."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}
        self.kind = Kind.REFERENCE

    def paths(self, folder: Path) -> Sequence[str]:
        if folder.name == "none":
            raise NotFound("There is no such folder.")
        return sorted(self.texts)

    def read(self, folder: Path, path: str) -> ForeignText:
        text = self.texts[path]
        data = text.encode()
        fields = ArticleFields(path.removesuffix(".md"), self.kind, status=Status.PUBLISHED)
        digest = hashlib.sha256(data).hexdigest()
        pictures = ("p.png",) if "p.png" in text else ()
        return ForeignText(path, data, digest, fields, pictures, skip="" if text else "It is empty.")


class Desk:
    def __init__(self, clock: FrozenClock) -> None:
        self.store = MemoryStore()
        self.history = MemoryHistory(self.store.raw)
        self.search = QuietSearch()
        self.database = MemoryDatabase()
        self.folders = Folders()
        self.heard: list[Changes] = []
        self.intake = IntakeService(
            store=self.store,
            history=self.history,
            search=self.search,  # pyright: ignore[reportArgumentType]
            database=self.database,  # pyright: ignore[reportArgumentType]
            folders=self.folders,
            clock=clock,
            user="Ada",
            announce=self.heard.append,
        )


@pytest.fixture
def desk(clock: FrozenClock) -> Desk:
    made = Desk(clock)
    made.folders.texts = {"a.md": "A", "b/a.md": "B", "empty.md": ""}
    return made


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    return report.created, report.updated, report.unchanged, report.skipped


def test_every_file_is_told_of(desk: Desk, tmp_path: Path) -> None:
    report = desk.intake.markdown(tmp_path)
    assert counts(report) == (2, 0, 0, 1)
    assert [(i.source, i.id, i.outcome) for i in report.items] == [
        ("a.md", "RF-0001", "created"),
        ("b/a.md", "RF-0002", "created"),
        ("empty.md", "", "skipped"),
    ]
    fields = desk.store.read("RF-0002").fields
    assert fields.imported_from.endswith("/b/a.md")
    assert (fields.status, fields.created.by) == (Status.PUBLISHED, "Ada")
    assert len(desk.history.commits) == 1
    assert [article.id for article in desk.search.indexed] == ["RF-0001", "RF-0002"]
    assert desk.heard == [Changes(articles=frozenset({"RF-0001", "RF-0002"}))]


def test_again_changes_nothing(desk: Desk, tmp_path: Path) -> None:
    desk.intake.markdown(tmp_path)
    before = dict(desk.store.articles)
    assert counts(desk.intake.markdown(tmp_path)) == (0, 0, 2, 1)
    assert desk.store.articles == before
    assert len(desk.history.commits) == len(desk.heard) == 1


def test_a_dry_run_writes_nothing_and_spends_no_id(desk: Desk, tmp_path: Path) -> None:
    report = desk.intake.markdown(tmp_path, dry_run=True)
    assert (counts(report), report.dry_run) == ((2, 0, 0, 1), True)
    assert desk.store.articles == {}
    assert desk.intake.markdown(tmp_path).items[0].id == "RF-0001"


def test_a_changed_file_updates_its_article(desk: Desk, tmp_path: Path) -> None:
    desk.intake.markdown(tmp_path)
    desk.folders.texts["a.md"] = "A, corrected"
    assert counts(desk.intake.markdown(tmp_path)) == (0, 1, 1, 1)
    assert desk.store.read("RF-0001").body == "A, corrected"
    assert counts(desk.intake.markdown(tmp_path)) == (0, 0, 2, 1)


def test_what_was_edited_here_is_never_overwritten(desk: Desk, tmp_path: Path) -> None:
    desk.intake.markdown(tmp_path)
    mine = desk.store.read("RF-0001")
    edited = desk.store.save(replace(mine.draft(), body="Mine"), mine.version)
    assert counts(desk.intake.markdown(tmp_path)) == (0, 0, 2, 1)
    desk.folders.texts["a.md"] = "Theirs"
    report = desk.intake.markdown(tmp_path)
    assert counts(report) == (0, 0, 1, 2)
    assert "RF-0001" in report.items[0].reason
    assert desk.store.read("RF-0001") == edited


def test_an_update_keeps_where_the_article_stands(desk: Desk, tmp_path: Path) -> None:
    desk.intake.markdown(tmp_path)
    here = desk.store.read("RF-0001")
    stood = replace(
        here.fields, status=Status.RETIRED, confidence=Confidence.VALIDATED, validated=Stamp(by="Grace")
    )
    desk.store.save(replace(here.draft(), fields=stood), here.version)
    believe_untouched(desk, tmp_path, "a.md", "RF-0001")
    desk.folders.texts["a.md"] = "Theirs"
    desk.intake.markdown(tmp_path)
    fields = desk.store.read("RF-0001").fields
    assert (fields.status, fields.confidence, fields.validated.by) == (
        Status.RETIRED,
        Confidence.NOT_VALIDATED,
        "Grace",
    )


def believe_untouched(desk: Desk, folder: Path, path: str, article_id: str) -> None:
    """Let the import believe that the article is as it left it."""
    source = f"markdown:{folder.resolve()}"
    with desk.database.work() as work:
        _, fingerprint = work.imports.known(source)[path]
        version = desk.store.read(article_id).version
        work.imports.remember(source, {path: (article_id, f"{fingerprint.partition(':')[0]}:{version[:32]}")})
        work.commit()


def test_an_article_that_is_gone_is_made_again_with_its_id(desk: Desk, tmp_path: Path) -> None:
    desk.intake.markdown(tmp_path)
    gone = desk.store.read("RF-0002")
    desk.store.remove("RF-0002", gone.version)
    report = desk.intake.markdown(tmp_path)
    assert counts(report) == (1, 0, 1, 1)
    assert desk.store.read("RF-0002").body == "B"


def test_stopping_leaves_nothing(desk: Desk, tmp_path: Path) -> None:
    token = Token(lambda done, total, what: token.cancel() if done == 2 else None)
    with pytest.raises(Cancelled):
        desk.intake.markdown(tmp_path, progress=token)
    assert desk.store.articles == {}
    assert desk.history.commits == []
    assert counts(desk.intake.markdown(tmp_path)) == (2, 0, 0, 1)


def test_a_disk_that_refuses_leaves_nothing_and_the_next_try_works(desk: Desk, tmp_path: Path) -> None:
    desk.store.broken = "The disk is full."
    with pytest.raises(Unavailable):
        desk.intake.markdown(tmp_path)
    desk.store.broken = ""
    assert counts(desk.intake.markdown(tmp_path)) == (2, 0, 0, 1)
    assert counts(desk.intake.markdown(tmp_path)) == (0, 0, 2, 1)


def test_without_history_the_import_stands_and_says_so(desk: Desk, tmp_path: Path) -> None:
    desk.history.broken = "The repository is broken."
    report = desk.intake.markdown(tmp_path)
    assert counts(report) == (2, 0, 0, 1)
    assert report.notes == ("The repository is broken.",)


def test_a_kind_that_is_given_overrides_the_guess(desk: Desk, tmp_path: Path) -> None:
    report = desk.intake.markdown(tmp_path, kind=Kind.FAQ)
    assert [item.id for item in report.items[:2]] == ["FAQ-0001", "FAQ-0002"]
    assert desk.store.read("FAQ-0001").kind is Kind.FAQ


def test_pictures_come_along(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "p.png").write_bytes(b"png")
    desk.folders.texts = {"a.md": "![x](p.png)"}
    desk.intake.markdown(tmp_path)
    ((path, data),) = desk.store.attachments.items()
    assert data == b"png"
    assert path == f"{desk.store.read('RF-0001').link_base}/p.png"


def test_no_folder_is_a_sentence(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        desk.intake.markdown(tmp_path / "none")
