import os
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from hypercare_desk.adapters.pdf import assets
from hypercare_desk.adapters.pdf.assets import asset, checked_picture, picture_hashes
from hypercare_desk.domain.handoff import attachment_path


def picture(size=(2, 2), kind="PNG") -> bytes:
    out = BytesIO()
    Image.new("RGB", size, "navy").save(out, kind)
    return out.getvalue()


@pytest.fixture
def kb(tmp_path) -> Path:
    folder = tmp_path / "kb"
    (folder / "attachments").mkdir(parents=True)
    (folder / "attachments" / "a.png").write_bytes(picture())
    return folder


def test_a_picture_of_the_workspace_is_given_out_while_its_content_is_the_frozen_one(kb):
    frozen = picture_hashes(kb, ["attachments/a.png", "attachments/none.png"])
    assert list(frozen) == ["attachments/a.png"]
    data, media = asset("pack:attachment/attachments/a.png", kb, frozen, {})
    assert (data, media) == (picture(), "image/png")
    (kb / "attachments" / "a.png").write_bytes(picture((3, 3)))
    with pytest.raises(ValueError, match="changed"):
        asset("pack:attachment/attachments/a.png", kb, frozen, {})


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "http://127.0.0.1/a.png",
        "https://example.org/",
        "data:text/html,x",
        "pack:font/../../etc/passwd",
        "pack:icon/../pack.css",
        "pack:icon/%2e%2e",
        "pack:attachment/attachments/other.png",
        "pack:attachment/../desk.db",
        "pack:chart/none",
        "pack:/",
        "ftp://x/y",
        "",
    ],
)
def test_everything_else_is_refused(kb, url):
    with pytest.raises(ValueError):
        asset(url, kb, {"attachments/a.png": "0"}, {})


@pytest.mark.skipif(os.name != "posix", reason="links need privileges elsewhere")
def test_a_link_out_of_the_attachments_is_no_picture(kb, tmp_path):
    (tmp_path / "secret.png").write_bytes(picture())
    (kb / "attachments" / "link.png").symlink_to(tmp_path / "secret.png")
    (kb / "attachments" / "folder").symlink_to(tmp_path)
    assert checked_picture(kb, "attachments/link.png") is None
    assert checked_picture(kb, "attachments/folder/secret.png") is None


@pytest.mark.skipif(os.name != "posix", reason="no pipes with names elsewhere")
def test_a_pipe_does_not_hold_the_build_up(kb):
    os.mkfifo(kb / "attachments" / "pipe.png")
    assert checked_picture(kb, "attachments/pipe.png") is None


@pytest.mark.parametrize(
    "data", [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a", b"%PDF-1.7", b"\x89PNG"]
)
def test_what_is_no_picture_by_its_content_is_not_printed(kb, data):
    (kb / "attachments" / "b.png").write_bytes(data)
    assert checked_picture(kb, "attachments/b.png") is None


def test_pictures_are_bounded_in_bytes_and_pixels(kb, monkeypatch):
    assert checked_picture(kb, "attachments/a.png")
    monkeypatch.setattr(assets, "PICTURE_PIXELS", 3)
    assert checked_picture(kb, "attachments/a.png") is None
    monkeypatch.setattr(assets, "PICTURE_PIXELS", 100)
    monkeypatch.setattr(assets, "PICTURE_BYTES", 10)
    assert checked_picture(kb, "attachments/a.png") is None


@pytest.mark.parametrize(
    "source, path",
    [
        ("attachments/a.png", "attachments/a.png"),
        ("attachments/x/../a%20b.png?v=1#c", "attachments/a b.png"),
        ("./attachments/a.png", "attachments/a.png"),
        ("attachments/../desk.db", ""),
        ("../attachments/a.png", ""),
        ("/attachments/a.png", ""),
        ("attachments\\a.png", ""),
        ("C:attachments/a.png", ""),
        ("attachments/a\0.png", ""),
        ("", ""),
    ],
)
def test_where_a_picture_lies(source, path):
    assert attachment_path(source) == path
