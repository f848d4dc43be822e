"""Articles as files: saved whole or not at all, found again, never outside their folder."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from hypercare_desk.adapters.kb import files, open_store
from hypercare_desk.adapters.kb.store import FileStore
from hypercare_desk.domain.article import ArticleDraft, ArticleFields, Kind
from hypercare_desk.domain.errors import Cancelled, Conflict, DeskError, Invalid, NotFound, Unavailable
from hypercare_desk.services.ports import Incoming
from hypercare_desk.services.progress import Token
from tests.unit.adapters.kb.conftest import Draft


def write(kb: Path, path: str, text: str) -> None:
    (kb / path).parent.mkdir(parents=True, exist_ok=True)
    (kb / path).write_text(text, encoding="utf-8", newline="")


def leftovers(kb: Path) -> list[Path]:
    return [path for path in kb.rglob(".*") if path.name.startswith(files.TEMPORARY)]


def test_a_new_article_is_a_readable_file(store: FileStore, kb: Path, draft: Draft) -> None:
    saved = store.save(draft(title="Überweisung: “fails”"), None)
    assert saved.path == "known-issue/KI-0001-uberweisung-fails.md"
    text = (kb / saved.path).read_bytes()
    assert text.startswith(b"---\nid: KI-0001\nkind: known-issue\ntitle: ")
    assert text.endswith(b"---\nText\n")
    assert store.read("KI-0001") == saved
    assert leftovers(kb) == []


def test_a_save_over_another_ones_change_is_a_conflict_with_both_texts(
    store: FileStore, kb: Path, draft: Draft
) -> None:
    first = store.save(draft(), None)
    theirs = store.save(replace(first.draft(), body="Theirs\n"), first.version)
    mine = replace(first.draft(), body="Mine\n")
    with pytest.raises(Conflict) as caught:
        store.save(mine, first.version)
    assert caught.value.mine == mine
    assert caught.value.theirs == theirs
    assert store.read("KI-0001").body == "Theirs\n"


def test_a_new_title_keeps_the_file_name_and_a_new_kind_is_refused(store: FileStore, draft: Draft) -> None:
    first = store.save(draft(), None)
    renamed = replace(first.fields, title="Another title")
    second = store.save(ArticleDraft(renamed, first.body), first.version)
    assert (second.path, second.title) == (first.path, "Another title")
    with pytest.raises(Invalid, match="Make a new FAQ"):
        store.save(ArticleDraft(replace(renamed, kind=Kind.FAQ), first.body), second.version)


@pytest.mark.parametrize(
    "fields",
    [
        ArticleFields("", Kind.FAQ, "FAQ-0001"),
        ArticleFields("two\nlines", Kind.FAQ, "FAQ-0001"),
        ArticleFields("T", Kind.FAQ, ""),
        ArticleFields("T", Kind.FAQ, "KI-0001"),
        ArticleFields("T", Kind.FAQ, "FAQ-1"),
        ArticleFields("half \ud800", Kind.FAQ, "FAQ-0001"),
    ],
)
def test_what_is_no_article_is_refused_and_leaves_nothing(
    store: FileStore, kb: Path, fields: ArticleFields
) -> None:
    with pytest.raises(Invalid):
        store.save(ArticleDraft(fields, "x"), None)
    assert list(kb.rglob("*.md")) == []


def test_ids_are_found_by_front_matter_name_or_place(store: FileStore, kb: Path) -> None:
    write(kb, "anywhere/deep/note.md", "---\nid: KI-0005\ntitle: Deep\n---\n")
    write(kb, "faq/FAQ-0002-by-name.md", "# By name\n")
    write(kb, "known-issue/KI-0006-x.md", "---\nid: KI-0007\n---\n")
    assert store.read("KI-0005").path == "anywhere/deep/note.md"
    assert (store.read("FAQ-0002").title, store.read("FAQ-0002").kind) == ("By name", Kind.FAQ)
    assert store.read("KI-0007").path == "known-issue/KI-0006-x.md"
    with pytest.raises(NotFound):
        store.read("KI-0006")
    with pytest.raises(NotFound):
        store.read("../../etc/passwd")


def test_rows_are_ordered_and_follow_the_files(store: FileStore, kb: Path, draft: Draft) -> None:
    for number in ("KI-0010", "KI-0009", "KI-10000"):
        store.save(draft(number), None)
    assert [row.fields.id for row in store.rows()] == ["KI-0009", "KI-0010", "KI-10000"]
    write(kb, "known-issue/KI-0009-invoice-cannot-be-posted.md", "---\ntitle: Edited elsewhere\n---\n")
    (kb / "known-issue/KI-0010-invoice-cannot-be-posted.md").unlink()
    assert [(row.fields.id, row.fields.title) for row in store.rows()] == [
        ("KI-0009", "Edited elsewhere"),
        ("KI-10000", "Invoice cannot be posted"),
    ]


def test_two_files_with_one_id_and_a_file_without_are_problems(store: FileStore, kb: Path) -> None:
    write(kb, "faq/b.md", "---\nid: FAQ-0001\ntitle: B\n---\n")
    write(kb, "faq/a.md", "---\nid: FAQ-0001\ntitle: A\n---\n")
    write(kb, "README.md", "Hello")
    assert [row.path for row in store.rows()] == ["faq/a.md"]
    problems = store.problems()
    assert "faq/a.md" in problems["faq/b.md"]
    assert "no id" in problems["README.md"]


def test_the_scan_leaves_out_what_is_no_article(store: FileStore, kb: Path) -> None:
    for path in ("faq/a.md", "attachments/b.md", "templates/faq.md", ".git/c.md", "faq/.d.md", "faq/e.txt"):
        write(kb, path, "x")
    assert [path for path, _, _ in store.scan()] == ["faq/a.md"]
    assert list(store.stat(("faq/a.md", "faq/gone.md"))) == list(store.scan())


def test_links_that_lead_outside_are_not_followed(store: FileStore, kb: Path) -> None:
    secret = kb.parent / "secret.md"
    secret.write_text("secret")
    (kb / "faq").mkdir()
    (kb / "faq/FAQ-0001-link.md").symlink_to(secret)
    (kb / "outside").symlink_to(kb.parent)
    assert list(store.scan()) == []
    with pytest.raises(DeskError):
        store.read_path("faq/FAQ-0001-link.md")


UNSAFE = [
    "../x.png",
    "../../x.png",
    "a/../../x.png",
    "/etc/passwd",
    "/x.png",
    "//server/share/x.png",
    "\\\\server\\share\\x.png",
    "..\\x.png",
    "C:\\x.png",
    "C:x.png",
    "x.png:stream",
    "x.png::$DATA",
    "con",
    "CON.png",
    "nul",
    "aux.txt",
    "com1",
    "lpt9.png",
    "a/prn/b.png",
    "./x.png",
    "a//b.png",
    "a/./b.png",
    ".git/config",
    ".GIT/hooks/post-commit",
    "a/.gitmodules",
    "x.",
    "x.png.",
    "a*b.png",
    "a?b.png",
    "a|b.png",
    "<a>.png",
    'a"b.png',
    "conin$",
    "CONOUT$.png",
    "com¹",
    "LPT².txt",
    "a/../b.png",
    "..",
    ".",
    "~/../x",
    "%2e%2e\\x",
]


@pytest.mark.parametrize(
    "name", [*UNSAFE, "", "x\x00.png", "x\n.png", " x.png", "x.png ", "a/" * 600 + "x", "ü" * 130]
)
def test_attachment_names_that_lead_astray_are_refused(store: FileStore, kb: Path, name: str) -> None:
    with pytest.raises(Invalid):
        store.add_attachment(name, b"x")
    assert [path for path in kb.parent.rglob("*") if path.is_file()] == []


def test_attachments_are_kept_once_and_never_overwritten(store: FileStore, kb: Path) -> None:
    first = store.add_attachment("shot 1.png", b"one")
    assert (first, store.add_attachment("shot 1.png", b"one")) == ("attachments/shot 1.png",) * 2
    other = store.add_attachment("shot 1.png", b"two")
    assert other != first
    assert ((kb / first).read_bytes(), (kb / other).read_bytes()) == (b"one", b"two")


def test_an_attachments_folder_that_leads_outside_is_refused(store: FileStore, kb: Path) -> None:
    (kb / "attachments").symlink_to(kb.parent)
    with pytest.raises(Invalid):
        store.add_attachment("x.png", b"x")


def test_leftovers_of_a_killed_save_are_swept(kb: Path, draft: Draft) -> None:
    saved = open_store(kb).save(draft(), None)
    (kb / "known-issue" / f"{files.TEMPORARY}123-abc").write_text("half")
    again = open_store(kb)
    assert leftovers(kb) == []
    assert again.read("KI-0001") == saved


def test_the_sweep_waits_for_nobody(kb: Path) -> None:
    left = kb / f"{files.TEMPORARY}1"
    left.write_text("being written")
    with files.writing(kb):
        assert open_store(kb).rows() == []
        assert left.exists()


def test_a_lock_that_is_held_gives_a_sentence(kb: Path) -> None:
    with files.writing(kb), pytest.raises(Unavailable, match="try again"), files.writing(kb, seconds=0):
        pass


def test_templates_come_from_the_workspace_then_the_shipped_ones(kb: Path, tmp_path: Path) -> None:
    shipped = tmp_path / "templates"
    shipped.mkdir()
    (shipped / "faq.md").write_text("---\nkind: faq\n---\n## Question\n")
    store = open_store(kb, shipped)
    faq = ArticleFields("T", Kind.FAQ)
    assert store.template(faq) == "## Question\n"
    write(kb, "templates/faq.md", "## Our question\n")
    assert store.template(faq) == "## Our question\n"
    assert "## Symptoms" in store.template(ArticleFields("T", Kind.KNOWN_ISSUE))


def test_many_at_once_or_none(store: FileStore, kb: Path, draft: Draft) -> None:
    foreign = b"---\n# theirs\ntitle: T\nx: 1\n---\nBody \r\n"
    fields = replace(store.parse(foreign, "x.md").fields, id="KI-0002", kind=Kind.KNOWN_ISSUE)
    with store.prepare([Incoming(draft()), Incoming(ArticleDraft(fields, ""), foreign)]) as prepared:
        assert store.rows() == []
        prepared.place()
    kept = (kb / store.read("KI-0002").path).read_bytes()
    assert b"# theirs\n" in kept
    assert kept.endswith(b"x: 1\n---\nBody \r\n")
    assert b"id: KI-0002\n" in kept
    assert leftovers(kb) == []


def test_what_is_not_placed_leaves_nothing(store: FileStore, kb: Path, draft: Draft, tmp_path: Path) -> None:
    picture = tmp_path / "p.png"
    picture.write_bytes(b"p")
    with store.prepare([Incoming(draft())], {"imp/p.png": picture}):
        pass
    assert list(kb.rglob("*")) == []


def test_a_cancelled_sweep_leaves_nothing(store: FileStore, kb: Path, draft: Draft) -> None:
    token = Token()
    token.cancel()
    with pytest.raises(Cancelled):
        store.prepare([Incoming(draft(f"KI-{n:04}")) for n in range(1, 200)], progress=token)
    assert list(kb.rglob("*")) == []


def test_a_sweep_that_fails_half_way_is_undone(store: FileStore, kb: Path, draft: Draft) -> None:
    old = store.save(draft(), None)
    changed_draft = Incoming(ArticleDraft(old.fields, ""), b"---\nid: KI-0001\n---\nNew\n", old.version)
    with store.prepare([changed_draft, Incoming(draft("KI-0002"))]) as prepared:
        write(kb, prepared.paths[1], "somebody was faster")
        with pytest.raises(Conflict):
            prepared.place()
    assert store.read("KI-0001") == old
    assert leftovers(kb) == []


def test_times_in_the_future_and_the_past_do_not_matter(store: FileStore, kb: Path, draft: Draft) -> None:
    first = store.save(draft(), None)
    for moment in (0, 4_102_444_800, 2**33):
        os.utime(kb / first.path, (moment, moment))
        assert store.read("KI-0001") == first
        assert [row.version for row in store.rows()] == [first.version]
    second = store.save(replace(first.draft(), body="New\n"), first.version)
    assert store.rows()[0].version == second.version


@pytest.fixture
def settled(kb: Path, tmp_path: Path) -> Path:
    """250 articles of long ago, known to a cache; returns the cache's folder."""
    for number in range(1, 251):
        path = f"faq/FAQ-{number:04}-x.md"
        text = f"---\ntitle: T{number}\ntags: [a, b]\nvalid_until: 2026-12-01\n---\n[[KI-0001]]\n"
        write(kb, path, text)
        os.utime(kb / path, (1_000_000_000, 1_000_000_000))
    cache = tmp_path / "cache"
    open_store(kb, cache=cache).rows()
    return cache


def test_the_next_process_knows_what_this_one_read(kb: Path, settled: Path) -> None:
    kept = settled / "articles.json"
    kept.write_text(kept.read_text().replace('"T7"', '"From the cache"'))
    recalled, read = open_store(kb, cache=settled), open_store(kb)
    assert recalled.rows()[6].fields.title == "From the cache"
    assert [*recalled.rows()[:6], *recalled.rows()[7:]] == [*read.rows()[:6], *read.rows()[7:]]
    assert recalled.links() == read.links()


def test_the_cache_never_hides_a_change(kb: Path, settled: Path) -> None:
    write(kb, "faq/FAQ-0001-x.md", "---\ntitle: Changed\n---\n")
    (kb / "faq/FAQ-0002-x.md").unlink()
    write(kb, "faq/FAQ-0900-x.md", "# New\n")
    assert list(open_store(kb, cache=settled).rows()) == list(open_store(kb).rows())


@pytest.mark.parametrize(
    "damage", [b"", b"{", b"[]", b'{"format": 1}', b"\xff\x00", b'{"format": 0, "keys": [], "rows": []}']
)
def test_a_damaged_cache_is_ignored(kb: Path, settled: Path, damage: bytes) -> None:
    (settled / "articles.json").write_bytes(damage)
    assert list(open_store(kb, cache=settled).rows()) == list(open_store(kb).rows())


def test_a_cache_that_cannot_be_written_is_done_without(kb: Path, settled: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    assert len(open_store(kb, cache=tmp_path / "file" / "below").rows()) == 250


def test_files_of_this_very_instant_are_not_kept(kb: Path, settled: Path) -> None:
    for number in range(1, 251):
        os.utime(kb / f"faq/FAQ-{number:04}-x.md")
    open_store(kb, cache=settled).rows()
    assert '"rows": []' in (settled / "articles.json").read_text()
