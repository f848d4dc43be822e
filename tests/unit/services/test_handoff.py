import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hypercare_desk.domain.article import Confidence, Kind, Status
from hypercare_desk.domain.changes import Changes
from hypercare_desk.domain.errors import Cancelled, Invalid, NotFound, Unavailable
from hypercare_desk.domain.feedback import FeedbackEvent, State
from hypercare_desk.settings import PackSectionSetting
from tests.fakes.database import MemoryDatabase
from tests.fakes.handoff import (
    SETTINGS,
    SnapshotWriter,
    add_article,
    at,
    fill_articles,
    fill_records,
    handoff_service,
    sign_and_waive,
)
from tests.fakes.knowledge import MemoryStore


@pytest.fixture
def database() -> MemoryDatabase:
    database = MemoryDatabase()
    fill_records(database)
    return database


@pytest.fixture
def store() -> MemoryStore:
    store = MemoryStore()
    fill_articles(store)
    return store


@pytest.fixture
def heard() -> list[Changes]:
    return []


@pytest.fixture
def service(tmp_path, clock, database, store, heard):
    return handoff_service(tmp_path, clock, database=database, store=store, announce=heard.append)


def snapshot(service, **named):
    return json.loads(service.assemble(**named))


def section(document, key) -> Any:
    return next((s for s in document["sections"] if s["key"] == key), None)


def unmet(service):
    return next(c["id"] for c in snapshot(service)["decision"]["criteria"] if c["state"] == "not met")


def test_a_build_is_recorded_with_its_manifest_and_announced(service, tmp_path, heard):
    built = service.build(tmp_path / "pack.pdf")
    (pack,) = service.packs()
    assert (pack.id, pack.version, pack.sha256) == ("HP-0001", "0.1", built.sha256)
    assert pack.manifest_sha256 == built.manifest_sha256
    assert built.pages == 7
    assert Changes(packs=frozenset({"HP-0001"})) in heard


def test_the_same_content_gives_the_same_pack_and_no_second_record(service, tmp_path):
    first = service.build(tmp_path / "one.pdf")
    second = service.build(tmp_path / "two.pdf")
    assert first.sha256 == second.sha256
    assert (tmp_path / "one.pdf").read_bytes() == (tmp_path / "two.pdf").read_bytes()
    assert len(service.packs()) == 1


def test_changed_content_gives_the_next_draft_and_says_what_changed(service, store, tmp_path):
    service.build(tmp_path / "one.pdf")
    add_article(store, "FAQ-0002", Kind.FAQ, "Where is VA01?", "In the menu.")
    service.build(tmp_path / "two.pdf")
    document = json.loads((tmp_path / "two.pdf").read_text())
    assert [v["version"] for v in document["control"]["versions"]] == ["0.2", "0.1"]
    assert document["control"]["versions"][0]["what"] == "Article: 1 added"
    assert document["changes"]["lists"][0] == ["Added", ["FAQ-0002"]]


def test_an_issued_pack_is_never_overwritten_and_supersedes_the_last(service, store, tmp_path):
    service.build(tmp_path / "draft.pdf")
    issued = Path(service.issue().path)
    assert issued == tmp_path / "packs" / "HP-0002-v1.0.pdf"
    before = issued.read_bytes()
    with pytest.raises(Invalid, match="never overwritten"):
        service.build(issued)
    assert issued.read_bytes() == before
    add_article(store, "FAQ-0002", Kind.FAQ, "New", "New.")
    service.build(tmp_path / "draft.pdf")
    service.issue()
    assert [(p.version, p.superseded_by) for p in service.packs()] == [
        ("0.1", ""),
        ("1.0", "HP-0004"),
        ("1.1", ""),
        ("2.0", ""),
    ]


def test_an_issued_pack_carries_no_draft_mark(service, tmp_path):
    service.build(tmp_path / "draft.pdf")
    assert json.loads((tmp_path / "draft.pdf").read_text())["pack"]["status"] == "draft"
    assert json.loads(Path(service.issue().path).read_text())["pack"]["status"] == "issued"


def test_a_folder_is_no_place_for_a_pack(service, tmp_path):
    with pytest.raises(Invalid, match="is a folder"):
        service.build(tmp_path)


def test_a_time_without_zone_is_refused(service, tmp_path):
    with pytest.raises(Invalid, match="zone"):
        service.build(tmp_path / "pack.pdf", as_of=datetime(2026, 11, 5))  # noqa: DTZ001


def test_a_read_only_workspace_builds_no_pack(service, database, tmp_path):
    database.read_only = "The disk is read-only."
    with pytest.raises(Unavailable, match="read-only"):
        service.build(tmp_path / "pack.pdf")
    assert not (tmp_path / "pack.pdf").exists()


def test_a_cancelled_build_is_not_recorded(tmp_path, clock, database, store):
    class Stopped(SnapshotWriter):
        def render(self, snapshot_json, out, progress=None):
            raise Cancelled("Stopped.")

    service = handoff_service(tmp_path, clock, database=database, store=store, pack_renderer=Stopped())
    with pytest.raises(Cancelled):
        service.build(tmp_path / "pack.pdf")
    assert service.packs() == []


# --- verify and diff


def test_a_pack_that_was_built_here_verifies(service, tmp_path):
    service.build(tmp_path / "pack.pdf")
    found = service.verify(tmp_path / "pack.pdf")
    assert found.ok
    assert "HP-0001, version 0.1" in found.sentence
    assert found.changed == ()


def test_verify_tells_what_has_changed_since(service, store, database, tmp_path):
    service.build(tmp_path / "pack.pdf")
    add_article(store, "KI-0001", Kind.KNOWN_ISSUE, "Another title", "Other text.")
    with database.work() as unit:
        row = unit.feedback.get("FB-0006")
        unit.feedback.change(replace(row, state=State.CLOSED))
        unit.commit()
    found = service.verify(tmp_path / "pack.pdf")
    assert found.ok
    assert {"KI-0001 was changed.", "FB-0006 was changed."} <= set(found.changed)


def test_altered_bytes_are_ours_but_not_whole(service, tmp_path):
    pdf = tmp_path / "pack.pdf"
    service.build(pdf)
    pdf.write_bytes(pdf.read_bytes() + b" ")
    found = service.verify(pdf)
    assert (found.ours, found.whole) == (True, False)


def test_an_altered_manifest_is_not_ours(service, tmp_path):
    pdf = tmp_path / "pack.pdf"
    service.build(pdf)
    document = json.loads(pdf.read_text())
    manifest = json.loads(document["manifest_json"])
    manifest["criteria"] = []
    pdf.write_text(json.dumps(document | {"manifest_json": json.dumps(manifest)}))
    found = service.verify(pdf)
    assert (found.ours, found.whole) == (False, False)
    assert "manifest" in found.sentence


def test_another_workspaces_pack_is_not_ours(service, tmp_path, clock):
    other = handoff_service(tmp_path / "elsewhere", clock)
    other.build(tmp_path / "other.pdf")
    assert not service.verify(tmp_path / "other.pdf").ours


@pytest.mark.parametrize("text, fault", [("nonsense", Invalid), (None, NotFound)])
def test_verify_refuses_what_is_no_pdf(service, tmp_path, text, fault):
    if text:
        (tmp_path / "x.pdf").write_text(text)
    with pytest.raises(fault):
        service.verify(tmp_path / "x.pdf")


@pytest.mark.parametrize("manifest", ["[]", "{", '{"pack": 3}', "{}"])
def test_a_pdf_with_a_foreign_manifest_is_no_pack(service, tmp_path, manifest):
    (tmp_path / "x.pdf").write_text(json.dumps({"manifest_json": manifest}))
    assert not service.verify(tmp_path / "x.pdf").ours


def test_diff_names_what_was_added_removed_and_changed(service, store, tmp_path, clock):
    service.build(tmp_path / "old.pdf")
    add_article(store, "FAQ-0002", Kind.FAQ, "New", "New.")
    add_article(store, "KI-0001", Kind.KNOWN_ISSUE, "Changed", "Changed.")
    store.remove("LL-0001", store.read("LL-0001").version)
    service.build(tmp_path / "new.pdf")
    diff = service.diff(tmp_path / "old.pdf", tmp_path / "new.pdf")
    assert (diff.added, diff.removed, diff.changed) == (("FAQ-0002",), ("LL-0001",), ("KI-0001",))


def test_diff_names_criteria_that_moved(service, database, tmp_path, clock):
    service.build(tmp_path / "old.pdf")
    waived = unmet(service)
    sign_and_waive(database, waived)
    service.build(tmp_path / "new.pdf")
    moved = service.diff(tmp_path / "old.pdf", tmp_path / "new.pdf").criteria
    assert moved == (f"{waived} not met → waived",)


# --- what a snapshot holds


def test_the_snapshot_is_canonical(service):
    document = service.assemble()
    assert document == json.dumps(
        json.loads(document), ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    assert document == service.assemble()


def test_articles_stand_in_their_sections(service):
    where = {a["id"]: a["section"] for a in snapshot(service)["articles"]}
    assert where == {
        "SP-0001": "support-model",
        "KI-0001": "known-issues",
        "WA-0001": "known-issues",
        "FAQ-0001": "articles",
        "HT-0001": "how-tos",
        "LL-0001": "lessons",
    }


def test_retired_and_archived_articles_stay_out(service, store):
    add_article(store, "FAQ-0002", Kind.FAQ, "Old", "Old.", status=Status.RETIRED)
    add_article(store, "FAQ-0003", Kind.FAQ, "Older", "Older.", confidence=Confidence.ARCHIVED)
    assert not {"FAQ-0002", "FAQ-0003"} & {a["id"] for a in snapshot(service)["articles"]}


def test_an_article_past_its_day_is_marked_expired(service):
    expired = {a["id"]: a["expired"] for a in snapshot(service)["articles"]}
    assert expired["WA-0001"]
    assert not expired["KI-0001"]


def test_a_mandatory_section_with_nothing_in_it_is_missing(service):
    document = snapshot(service)
    assert section(document, "service-summary")["missing"]
    assert "pack:service-summary" in section(document, "service-summary")["mend"]
    assert not section(document, "known-issues")["missing"]


def test_build_names_the_missing_sections(service, tmp_path):
    missing = service.build(tmp_path / "pack.pdf").missing
    assert "Continuity" in missing
    assert "Support model" not in missing


def test_an_empty_optional_section_is_left_out(service):
    assert section(snapshot(service), "warranty") is None


def test_a_workspace_decides_what_is_printed_and_what_may_be_empty(tmp_path, clock, database, store):
    chosen = {
        "continuity": PackSectionSetting(include=True, mandatory=False),
        "lessons": PackSectionSetting(include=False),
    }
    settings = replace(SETTINGS, pack_sections=chosen)
    document = snapshot(handoff_service(tmp_path, clock, database=database, store=store, settings=settings))
    assert section(document, "continuity") is None
    assert section(document, "lessons") is None
    assert "LL-0001" not in {a["id"] for a in document["articles"]}


def test_open_records_come_most_pressing_first_and_closed_ones_not_at_all(service):
    rows = snapshot(service)["records"]
    assert rows == sorted(rows, key=lambda r: (r["priority"], r["reported"]))
    assert {r["id"] for r in rows} == {f"FB-{n:04d}" for n in (6, 12, 18, 24, 30, 36)}


def test_records_are_those_of_the_day_asked_for(service, database):
    with database.work() as unit:
        unit.feedback.record_events(
            [
                FeedbackEvent("FB-0001", at(12), "x", "state", "decided", "closed"),
                FeedbackEvent("FB-0001", at(12), "x", "owner", "SME EDI", ""),
            ]
        )
        unit.commit()
    rows = {r["id"]: r for r in snapshot(service, as_of=at(4))["records"]}
    assert rows["FB-0001"]["owner"] == "SME EDI"
    assert all(r["reported"] <= at(4).isoformat() for r in rows.values())


def test_the_records_behind_an_article_are_listed_newest_first(service):
    article = next(a for a in snapshot(service)["articles"] if a["id"] == "KI-0001")
    days = [r["reported"] for r in article["records"]]
    assert len(days) == 8
    assert days == sorted(days, reverse=True)
    assert article["uses"] == {"used": 6, "solved": 5}


def test_the_decision_follows_the_verdict(service):
    decision = snapshot(service)["decision"]
    assert decision["tone"] == "bad"
    assert decision["headline"].startswith("Recommendation: do not leave hypercare on 30 November 2026")
    assert len(decision["criteria"]) == sum(int(f["value"]) for f in decision["figures"][:5])


def test_a_waiver_in_force_is_a_card_with_its_owner_and_end(service, database):
    sign_and_waive(database, unmet(service))
    (card,) = [c for c in snapshot(service)["decision"]["cards"] if c["state"] == "waived"]
    assert card["title"].startswith("Waiver W-")
    assert ["Ends", "5 Dec 2026, then not met"] in card["facts"]


def test_every_role_that_must_sign_is_listed_signed_or_not(service, database):
    sign_and_waive(database, "EC-01")
    approvals = {a["role"]: a["who"] for a in snapshot(service)["control"]["approvals"]}
    assert approvals == {"Operations": "Operations lead", "Business owner": "", "Project": "", "Sponsor": ""}


def test_the_manifest_holds_versions_hashes_and_criteria(service, store):
    manifest = json.loads(snapshot(service)["manifest_json"])
    versions = {a["id"]: a["version"] for a in manifest["articles"]}
    assert versions["KI-0001"] == store.read("KI-0001").version
    assert len(manifest["records"]) == 40
    assert {c["id"] for c in manifest["criteria"]} == {
        c["id"] for c in snapshot(service)["decision"]["criteria"]
    }


def test_only_pictures_that_may_be_printed_are_in_the_snapshot(tmp_path, clock, store):
    class Renderer:
        def html_many(self, texts, progress=None, **named):
            return [
                '<p><img src="attachments/a.png"><img src="../secret.png"><img src="attachments/b.png"></p>'
                for _ in texts
            ]

    writer = SnapshotWriter()
    writer.known = {"attachments/a.png": "0" * 64}
    service = handoff_service(tmp_path, clock, store=store, renderer=Renderer(), pack_renderer=writer)
    assert snapshot(service)["pictures"] == {"attachments/a.png": "0" * 64}


def test_an_empty_workspace_has_a_pack_too(tmp_path, clock):
    service = handoff_service(tmp_path, clock)
    built = service.build(tmp_path / "pack.pdf")
    assert "Known issues and workarounds" in built.missing


def test_source_date_epoch_is_the_packs_date(service, tmp_path, monkeypatch, clock):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(at(10).timestamp())))
    first = service.build(tmp_path / "one.pdf")
    clock.advance(hours=5)
    assert service.build(tmp_path / "two.pdf").sha256 == first.sha256
    assert json.loads((tmp_path / "two.pdf").read_text())["pack"]["as_of"] == at(10).isoformat()


@pytest.mark.parametrize("epoch", ["0", "99999999999", "soon", "-5", "٣"])
def test_an_epoch_outside_the_hypercare_does_not_move_the_data(service, monkeypatch, clock, epoch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    assert snapshot(service)["pack"]["as_of"] == clock.now().isoformat()


def test_a_later_change_does_not_reach_an_earlier_pack(service, database):
    before = snapshot(service, as_of=at(10))["records"]
    with database.work() as unit:
        row = unit.feedback.get("FB-0006")
        unit.feedback.change(replace(row, owner="Somebody else"))
        unit.feedback.record_events(
            [
                FeedbackEvent(
                    "FB-0006", datetime(2026, 11, 17, tzinfo=UTC), "x", "owner", row.owner, "Somebody else"
                )
            ]
        )
        unit.commit()
    assert snapshot(service, as_of=at(10))["records"] == before
    assert snapshot(service, as_of=at(17) + timedelta(hours=12))["records"] != before
