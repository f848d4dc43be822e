"""Foreign Markdown: what it is, what it shows, and what of it could not be understood."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from hypercare_desk.adapters.intake.markdown_folder import MarkdownFolders
from hypercare_desk.domain.article import Kind, Status
from hypercare_desk.domain.errors import NotFound
from hypercare_desk.domain.intake import ForeignText


def read(folder: Path, path: str, data: bytes | str) -> ForeignText:
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_bytes(data.encode() if isinstance(data, str) else data)
    return MarkdownFolders().read(folder, path)


def test_only_markdown_that_belongs_to_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    for path in ("b c/README.md", "a/README.md", "x.markdown", "X.MD", ".git/y.md", ".hidden.md", "z.txt"):
        read(folder, path, "x")
    (tmp_path / "outside.md").write_text("secret")
    (folder / "link.md").symlink_to(tmp_path / "outside.md")
    (folder / "inside.md").symlink_to(folder / "x.markdown")
    (folder / "up").symlink_to(tmp_path)
    assert MarkdownFolders().paths(folder) == [
        "X.MD",
        "a/README.md",
        "b c/README.md",
        "inside.md",
        "x.markdown",
    ]
    with pytest.raises(NotFound):
        MarkdownFolders().paths(folder / "none")


def test_microsoft_learn(tmp_path: Path) -> None:
    text = read(
        tmp_path,
        "mail.md",
        "---\ntitle: Mail is late\naudience: ITPro\nms.date: 6/9/2024\nms.custom:\n  - sap:Mail Flow\\Delays\n"
        "  - CSS\nms.topic: troubleshooting\n---\n# Mail is late\n\n## Symptoms\n\nx\n",
    )
    assert (text.fields.title, text.fields.kind) == ("Mail is late", Kind.KNOWN_ISSUE)
    assert text.fields.component == "Mail Flow / Delays"
    assert text.fields.updated.on == date(2024, 6, 9)
    assert (text.fields.status, text.fields.id, text.notes) == (Status.PUBLISHED, "", ())


@pytest.mark.parametrize(
    "matter, title, updated, status",
    [
        (
            "title: Hugo\nweight: 5\nlastmod: 2024-02-03T10:00:00+01:00\ndraft: true\n",
            "Hugo",
            date(2024, 2, 3),
            Status.DRAFT,
        ),
        (
            "layout: post\ntitle: 'Jekyll: 1'\ndate: 2020-01-02 10:00\n",
            "Jekyll: 1",
            date(2020, 1, 2),
            Status.PUBLISHED,
        ),
        ("aliases: [a, b]\ntags:\n- x\n", "Heading", None, Status.PUBLISHED),
        ("title: '{{ x }}'\nms.date: 13/13/2024\n", "{{ x }}", None, Status.PUBLISHED),
        ("title: {{ x }}\nlayout: {% y %}\n", "Heading", None, Status.PUBLISHED),
    ],
)
def test_other_publishers(
    tmp_path: Path, matter: str, title: str, updated: date | None, status: Status
) -> None:
    fields = read(tmp_path, "a.md", f"---\n{matter}---\n\n# Heading\n").fields
    assert (fields.title, fields.updated.on, fields.status) == (title, updated, status)


@pytest.mark.parametrize(
    "path, text, title",
    [
        ("alerts/KubeDown.md", "no heading", "KubeDown"),
        ("pay roll/README.md", "text", "pay roll"),
        ("how_to-do it.md", "text", "how to do it"),
        ("README.md", "# The `code` and [link](x)\n", "The code and link"),
        ("a.md", "```\n# not this\n```\n## This\n", "This"),
        ("a.md", "\ufeff# With BOM\r\n", "With BOM"),
    ],
)
def test_titles_without_front_matter(tmp_path: Path, path: str, text: str, title: str) -> None:
    assert read(tmp_path, path, text).fields.title == title


@pytest.mark.parametrize(
    "path, text, kind",
    [
        ("a.md", "# A\n## Symptoms\n## Cause\n## Resolution\n", Kind.KNOWN_ISSUE),
        ("a.md", "# A\n## Problem\n## Solution\n", Kind.KNOWN_ISSUE),
        ("a.md", "# KubeDown\n## Meaning\n## Impact\n## Diagnosis\n## Mitigation\n", Kind.HOW_TO),
        ("a.md", "# Where is my invoice?\ntext", Kind.FAQ),
        ("docs/faq.md", "# Answers\ntext", Kind.FAQ),
        ("a.md", "# How to print\ntext", Kind.HOW_TO),
        ("a.md", "# Print\n1. a\n2. b\n3. c\n", Kind.HOW_TO),
        ("a.md", "# Print\ntext", Kind.REFERENCE),
        ("a.md", "---\nkind: lesson\n---\n# Where?\n", Kind.LESSON),
    ],
)
def test_kinds_are_guessed_with_care(tmp_path: Path, path: str, text: str, kind: Kind) -> None:
    assert read(tmp_path, path, text).fields.kind is kind


@pytest.mark.parametrize(
    "data, reason",
    [
        (b"", "It is empty."),
        (b"\xef\xbb\xbf \r\n\n", "It is empty."),
        (b"---\n---\n\n", "It is empty."),
        (b"PK\x00\x01binary", "It is no text."),
        (b"x" * (4 * 1024 * 1024 + 1), "It is larger than 4 MiB: split it."),
    ],
)
def test_what_cannot_be_imported_says_why(tmp_path: Path, data: bytes, reason: str) -> None:
    assert read(tmp_path, "a.md", data).skip == reason


def test_a_text_of_two_megabytes_comes_in_with_a_note(tmp_path: Path) -> None:
    text = read(tmp_path, "a.md", "# Long\n" + "word " * 400_000)
    assert (text.skip, text.fields.title) == ("", "Long")
    assert any("512 KiB" in note for note in text.notes)


def test_pictures_and_files_are_found_and_missing_ones_told(tmp_path: Path) -> None:
    for path in (
        "media/a 1.png",
        "docs/b.png",
        "docs/c.pdf",
        "docs/d.png",
        ".attachments/e.png",
        "docs/f.md",
    ):
        read(tmp_path, path, "x")
    (tmp_path.parent / "secret.png").write_text("x")
    (tmp_path / "docs/g.png").symlink_to(tmp_path.parent / "secret.png")
    text = read(
        tmp_path,
        "docs/note.md",
        '![](../media/a%201.png "t") ![x](b.png?raw=1) [c](c.pdf#page=2) <img src="d.png"> ![e](../.attachments/e.png)'
        " ![](g.png) ![](../../secret.png) ![](/etc/passwd) ![](http://x/y.png) [f](f.md) ![](lost.png) [n](lost.pdf)"
        " ![[obsidian.png]]",
    )
    assert sorted(text.attachments) == [
        ".attachments/e.png",
        "docs/b.png",
        "docs/c.pdf",
        "docs/d.png",
        "media/a 1.png",
    ]
    assert text.notes[:3] == tuple(
        f"{name} is not there, so it is not shown." for name in ("g.png", "../../secret.png", "lost.png")
    )
    assert "Embedded notes" in text.notes[3]


def test_what_was_not_understood_is_told(tmp_path: Path) -> None:
    text = read(
        tmp_path, "a.md", "---\nid: KI-0003\nvalid_until: soon\nowner: [x\naudience: ITPro\n---\nText\n"
    )
    told = " ".join(text.notes)
    assert "KI-0003 is replaced" in told
    assert "valid_until" in told
    assert "owner" in told
    assert "ITPro" not in told


@pytest.mark.slow
def test_the_real_folders_are_understood_whole(shared_data: Path) -> None:
    folders = MarkdownFolders()
    for name, count in (("kb-support", 999), ("kb-runbooks", 274)):
        texts = [folders.read(shared_data / name, path) for path in folders.paths(shared_data / name)]
        assert len(texts) == count
        assert not any(text.skip for text in texts)
        assert all(text.fields.title for text in texts)
