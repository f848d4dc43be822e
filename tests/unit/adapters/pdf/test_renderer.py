import hashlib
import json
import os
import re
import subprocess
import sys
import threading
from pathlib import Path

import pypdf
import pytest
from PIL import Image

from hypercare_desk.adapters.pdf import PdfRenderer, renderer
from hypercare_desk.domain.errors import Cancelled, Invalid, NotFound, Unavailable
from hypercare_desk.services.progress import Token

pytestmark = pytest.mark.slow


def outline(reader, items=None, level=0):
    for item in reader.outline if items is None else items:
        if isinstance(item, list):
            yield from outline(reader, item, level + 1)
        else:
            yield level, item.title, reader.get_destination_page_number(item) + 1


def text(page) -> str:
    return page.extract_text().replace("\u2007", " ")


def test_the_same_snapshot_gives_the_same_bytes_whatever_fonts_a_machine_has(
    built, snapshot_json, tmp_path, monkeypatch
):
    fonts = tmp_path / "fonts.conf"
    fonts.write_text(f"<fontconfig><dir>/nowhere</dir><cachedir>{tmp_path}/cache</cachedir></fontconfig>")
    monkeypatch.setenv("FONTCONFIG_FILE", str(fonts))
    PdfRenderer(tmp_path).render(snapshot_json, tmp_path / "again.pdf")
    assert (tmp_path / "again.pdf").read_bytes() == built.read_bytes()


def test_contents_name_the_page_that_each_bookmark_leads_to(built):
    reader = pypdf.PdfReader(built)
    contents = "\n".join(text(page) for page in reader.pages[1:3])
    places = {title: page for level, title, page in outline(reader) if level == 0}
    assert len(places) > 15
    for title, page in places.items():
        number, _, words = title.partition(" ")
        if number.isdigit() and number != "1":
            line = re.search(rf"{re.escape(words)}(?: \(missing\))?[ .]*?(\d+)\s*$", contents, re.MULTILINE)
            assert line, title
            assert int(line[1]) == page, title


def test_bookmarks_have_three_levels(built):
    found = {(level, title) for level, title, _ in outline(pypdf.PdfReader(built))}
    assert (0, "7 Known issues and workarounds") in found
    assert (1, "7.1 Partial deliveries double the freight charge") in found
    assert (2, "Symptoms") in found


def test_every_page_says_which_pack_it_is_and_of_how_many_pages(built, snapshot):
    reader = pypdf.PdfReader(built)
    for number, page in enumerate(reader.pages, start=1):
        assert f"Page {number} of {len(reader.pages)}" in text(page)
        assert f"Manifest {snapshot['manifest_sha256'][:8]}" in text(page)


def test_articles_and_records_link_to_each_other(built):
    reader = pypdf.PdfReader(built)
    named = reader.named_destinations
    targets = {
        annotation.get_object().get("/Dest")
        for page in reader.pages
        for annotation in page.get("/Annots", [])
        if annotation.get_object().get("/Subtype") == "/Link"
    }
    assert {"KI-0001", "WA-0001", "FB-0001", "section-8"} <= targets
    assert targets - {None} <= set(named)


def test_the_file_says_its_title_language_and_standard(built, snapshot):
    reader = pypdf.PdfReader(built)
    assert "Order to cash" in str(reader.metadata and reader.metadata.title)
    assert reader.trailer["/Root"]["/Lang"] == "en"
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert b"pdfuaid" in reader.trailer["/Root"]["/Metadata"].get_object().get_data()
    assert reader.metadata
    assert str(reader.metadata.get("/CreationDate")).startswith("D:20261118090000")


def test_manifest_and_markdown_of_each_article_are_attached(built, snapshot):
    attached = PdfRenderer(built.parent).attachments(built)
    assert hashlib.sha256(attached["manifest.json"]).hexdigest() == snapshot["manifest_sha256"]
    assert {f"{a['id']}.md" for a in snapshot["articles"]} == set(attached) - {"manifest.json"}
    assert b"PRC-2231 Condition not divided" in attached["KI-0001.md"]


def test_the_structure_of_the_file_is_sound(built):
    if not any(Path(folder, "qpdf").exists() for folder in os.environ["PATH"].split(os.pathsep)):
        pytest.skip("qpdf is not installed")
    checked = subprocess.run(["qpdf", "--check", str(built)], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_an_issued_pack_on_letter_paper(built, short_json, tmp_path, pango):
    short = json.loads(short_json)
    short["pack"] |= {"status": "issued", "page_size": "Letter"}
    PdfRenderer(tmp_path).render(json.dumps(short), tmp_path / "issued.pdf")
    pages = pypdf.PdfReader(tmp_path / "issued.pdf").pages
    assert [float(side) for side in pages[0].mediabox[2:]] == [612, 792]
    assert "Issued" in text(pages[0])
    assert "· draft" not in text(pages[1])
    assert "· draft" in text(pypdf.PdfReader(built).pages[1])


def test_cancelling_kills_the_child_and_leaves_the_old_file(short_json, tmp_path, pango, monkeypatch):
    children: list[subprocess.Popen] = []
    start = renderer._start
    monkeypatch.setattr(renderer, "_start", lambda *given: children.append(start(*given)) or children[-1])
    (tmp_path / "pack.pdf").write_bytes(b"old")
    token = Token(lambda done, total, what: token.cancel())
    with pytest.raises(Cancelled):
        PdfRenderer(tmp_path).render(short_json, tmp_path / "pack.pdf", token)
    assert children[0].poll() is not None
    assert (tmp_path / "pack.pdf").read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["pack.pdf"]


def test_cancel_from_another_thread_is_noticed_without_a_word_from_the_child(tmp_path, monkeypatch):
    monkeypatch.setattr(renderer, "_start", _sleeping_child)
    token = Token()
    threading.Timer(0.2, token.cancel).start()
    with pytest.raises(Cancelled):
        PdfRenderer(tmp_path).render("{}", tmp_path / "pack.pdf", token)
    assert list(tmp_path.iterdir()) == []


def test_a_child_that_takes_too_long_is_stopped(tmp_path, monkeypatch):
    monkeypatch.setattr(renderer, "_start", _sleeping_child)
    with pytest.raises(Unavailable, match="too long"):
        PdfRenderer(tmp_path, longest_seconds=0.2).render("{}", tmp_path / "pack.pdf")


def test_a_child_that_dies_is_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(renderer, "_start", lambda *given: _child("import sys; sys.exit('no luck')"))
    with pytest.raises(Unavailable, match=r"ended early with status 1 \(no luck"):
        PdfRenderer(tmp_path).render("{}", tmp_path / "pack.pdf")


@pytest.mark.parametrize(
    "fault, words",
    [
        ({"fault": "pango", "detail": ""}, "libpangoft2-1.0-0 libharfbuzz-subset0"),
        ({"fault": "memory", "detail": ""}, "memory"),
        ({"fault": "disk", "errno": 28, "detail": "No space left on device"}, "no space left on device"),
    ],
)
def test_what_the_child_reports_is_a_sentence(tmp_path, monkeypatch, fault, words):
    monkeypatch.setattr(renderer, "_start", lambda *given: _child(f"print({json.dumps(json.dumps(fault))})"))
    with pytest.raises(Unavailable, match=words):
        PdfRenderer(tmp_path).render("{}", tmp_path / "pack.pdf")


def test_a_folder_that_is_not_there_is_a_sentence(short_json, tmp_path, pango):
    with pytest.raises(Unavailable, match="cannot be written"):
        PdfRenderer(tmp_path).render(short_json, tmp_path / "none" / "pack.pdf")


def test_a_full_disk_leaves_the_old_pack_and_nothing_else(short_json, tmp_path, pango):
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=24k", "tmpfs", str(disk)]
    if os.name != "posix" or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small disk can be mounted by root on Linux only")
    try:
        (disk / "pack.pdf").write_bytes(b"old")
        with pytest.raises(Unavailable, match=r"no space left on device.*untouched"):
            PdfRenderer(tmp_path).render(short_json, disk / "pack.pdf")
        assert [(p.name, p.read_bytes()) for p in disk.iterdir()] == [("pack.pdf", b"old")]
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_the_child_goes_when_its_parent_goes(tmp_path):
    child = renderer._start(tmp_path, tmp_path / "x.part")
    assert child.stdin
    child.stdin.write(b"2\n{}")
    child.stdin.close()
    assert child.wait(30) != 0
    for pipe in (child.stdout, child.stderr):
        assert pipe
        pipe.close()


def test_what_is_no_pdf_is_refused(tmp_path):
    (tmp_path / "x.pdf").write_text("no")
    with pytest.raises(Invalid):
        PdfRenderer(tmp_path).attachments(tmp_path / "x.pdf")
    with pytest.raises(NotFound):
        PdfRenderer(tmp_path).attachments(tmp_path / "y.pdf")
    with pytest.raises(NotFound):
        PdfRenderer(tmp_path).fingerprint(tmp_path / "y.pdf")


def _child(program: str) -> subprocess.Popen:
    pipe = subprocess.PIPE
    return subprocess.Popen([sys.executable, "-c", program], stdin=pipe, stdout=pipe, stderr=pipe)


def _sleeping_child(*given: object) -> subprocess.Popen:
    return _child("import time; time.sleep(60)")


def test_a_picture_of_the_workspace_is_in_the_pack_and_keeps_inside_the_page(
    short_json, tmp_path, snapshot, pango
):
    folder = tmp_path / "kb" / "attachments"
    folder.mkdir(parents=True)
    Image.new("RGB", (3000, 4000), "navy").save(folder / "map.png")
    renderer = PdfRenderer(tmp_path / "kb")
    short = json.loads(short_json)
    html = '<p>Before</p><p><img src="attachments/map.png" alt="The map"></p><p>After</p>'
    short["articles"] = [{**snapshot["articles"][0], "section": "open-records", "html": html}]
    short["pictures"] = dict(renderer.pictures(["attachments/map.png"]))
    renderer.render(json.dumps(short), tmp_path / "pack.pdf")
    page = next(p for p in pypdf.PdfReader(tmp_path / "pack.pdf").pages if p.images)
    width, height = page.images[0].image.size
    assert width / height == pytest.approx(0.75, abs=0.01)
    assert width < 1500, "printed at 200 dots an inch at most"
    assert "Picture not in this workspace" not in text(page)
