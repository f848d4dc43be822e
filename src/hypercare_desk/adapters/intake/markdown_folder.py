"""Folders of Markdown from elsewhere (imports.md, "Markdown folders"): which files, and what each of them is.

Reads front matter of Hugo, Microsoft Learn, Jekyll and Obsidian, or none; guesses the kind with care; finds the
pictures that a text shows. Nothing is written here, and no text is altered.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from hypercare_desk.adapters.intake.kind_guess import guessed_kind
from hypercare_desk.adapters.kb.article_file import Parsed, parse
from hypercare_desk.adapters.kb.files import checked_path
from hypercare_desk.adapters.kb.front_matter import FrontMatter
from hypercare_desk.domain.article import ArticleFields, Stamp, Status, first_heading
from hypercare_desk.domain.errors import Invalid, NotFound, Unavailable
from hypercare_desk.domain.intake import ForeignText

RENDERED_BYTES = 512 * 1024
MAX_BYTES = 4 * 1024 * 1024
MAX_ATTACHMENT = 50 * 1024 * 1024
_SUFFIXES = (".md", ".markdown")
_UNTOLD = ("readme", "index", "_index", "overview", "toc")
_INLINE = re.compile(
    r"(!?)\[[^\]\n]{0,200}\]\(\s{0,5}<?([^()\s<>]{1,500}(?:\([^()\s]{0,100}\)[^()\s<>]{0,100})?)>?[^)\n]{0,200}\)"
)
_HTML = re.compile(r"<img\b[^>]{0,500}?\bsrc\s*=\s*[\"']([^\"'\n]{1,500})[\"']", re.IGNORECASE)
_LEARN = re.compile(r":::image [^\n]{0,500}?\bsource=\"([^\"\n]{1,500})\"")
_DEFINITION = re.compile(r"^ {0,3}\[[^\]\n]{1,200}\]:\s*<?([^\s<>]{1,500})>?", re.MULTILINE)
_EMBED = re.compile(r"!\[\[[^\]\n]{1,300}\]\]")
_OTHER = re.compile(r"^(?:[A-Za-z][A-Za-z0-9+.\-]*:|#|/|\\|mailto)")
_AMERICAN_DAY = re.compile(r"^(\d{1,2})/(\d{1,2})/(\d{4})$")
_DAY = re.compile(r"^(\d{4})-(\d{1,2})-(\d{1,2})")


class MarkdownFolders:
    """``services.ports.MarkdownFolders`` on the local disk."""

    def paths(self, folder: Path) -> Sequence[str]:
        """Markdown files below ``folder``, ordered by path; see the port."""
        if not folder.is_dir():
            raise NotFound(f"There is no folder {folder}: name the folder that holds the Markdown files.")
        try:
            with os.scandir(folder):
                pass
        except OSError as error:
            raise Unavailable(f"The folder {folder} cannot be read: {error.strerror}.") from error
        return sorted(_markdown_below(folder))

    def read(self, folder: Path, path: str) -> ForeignText:
        """One file, as far as it can be understood."""
        try:
            size = (folder / path).stat().st_size
            data = b"" if size > MAX_BYTES else (folder / path).read_bytes()
        except OSError as error:
            return _skipped(path, b"", f"It cannot be read: {error.strerror}.")
        if size > MAX_BYTES:
            return _skipped(path, b"", f"It is larger than {MAX_BYTES // 1024 // 1024} MiB: split it.")
        if b"\x00" in data[:8192] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
            return _skipped(path, data, "It is no text.")
        parsed = parse(data, PurePosixPath(path).name)
        if not parsed.article.body.strip() and not parsed.matter.keys:
            return _skipped(path, data, "It is empty.")
        return _understood(folder, path, data, parsed)


def _markdown_below(folder: Path) -> Iterator[str]:
    """Hidden files and folders are left out; links are followed to files inside ``folder`` only."""
    root = folder.resolve()
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            if name.startswith(".") or not name.lower().endswith(_SUFFIXES):
                continue
            file = Path(place, name)
            if file.is_symlink() and not file.resolve().is_relative_to(root):
                continue
            if file.is_file():
                yield file.relative_to(folder).as_posix()


def _skipped(path: str, data: bytes, why: str) -> ForeignText:
    fields = parse(b"", PurePosixPath(path).name).article.fields
    return ForeignText(path, data, hashlib.sha256(data).hexdigest(), fields, skip=why)


def _understood(folder: Path, path: str, data: bytes, parsed: Parsed) -> ForeignText:
    article = parsed.article
    attachments, dangling = _attachments(folder, path, article.body)
    # Publishers use the key "audience" for words of their own; a note on each of a thousand files would hide the rest.
    notes = [note for note in article.problems if "the key audience is" not in note]
    if article.id:
        notes.append(f"Its own id {article.id} is replaced by the one it gets here.")
    notes += [f"{name} is not there, so it is not shown." for name in dangling[:5]]
    if len(dangling) > 5:
        notes.append(f"{len(dangling) - 5} more pictures or files are not there.")
    if _EMBED.search(article.body):
        notes.append("Embedded notes (![[…]]) are shown as text.")
    if len(data) > RENDERED_BYTES:
        notes.append("It is larger than 512 KiB, so it is shown as plain text.")
    digest = hashlib.sha256(data).hexdigest()
    return ForeignText(path, data, digest, _fields(path, parsed), attachments, tuple(notes))


def _fields(path: str, parsed: Parsed) -> ArticleFields:
    matter, article = parsed.matter, parsed.article
    fields = article.fields
    title = fields.title if _text(matter, "title") else _title(path, article.body)
    kind = (
        fields.kind
        if _text(matter, "kind")
        else guessed_kind(title, path, article.body, _text(matter, "ms.topic"))
    )
    unfinished = _text(matter, "draft").casefold() in ("true", "yes")
    return replace(
        fields,
        id="",
        title=title,
        kind=kind,
        status=fields.status if _text(matter, "status") else _status(unfinished),
        component=fields.component or _area(matter),
        updated=fields.updated if fields.updated.on else Stamp(_day(matter), fields.updated.by),
    )


def _status(unfinished: bool) -> Status:
    """A text that was in use elsewhere is in use here; a status of its own stays as it is written."""
    return Status.DRAFT if unfinished else Status.PUBLISHED


def _title(path: str, body: str) -> str:
    """The first heading, else the file's name; the folder's name where the file's says nothing."""
    heading = first_heading(body)
    if heading:
        return heading[:1000]
    file = PurePosixPath(path)
    name = file.parent.name if file.stem.casefold() in _UNTOLD and file.parent.name else file.stem
    return " ".join(re.sub(r"[_-]+", " ", name).split()) or "Untitled"


def _texts(matter: FrontMatter, key: str) -> list[str]:
    found = matter.keys.get(key)
    if found is None or found.entry.value.empty:
        return []
    value = found.entry.value
    items = value.items if value.shape == "list" else (value,)
    return [item.text.strip() for item in items if item.shape == "text" and item.text.strip()]


def _text(matter: FrontMatter, key: str) -> str:
    return next(iter(_texts(matter, key)), "")


def _area(matter: FrontMatter) -> str:
    """The category that Microsoft Learn keeps in ``ms.custom`` as ``sap:Area\\Sub``."""
    for word in _texts(matter, "ms.custom"):
        for part in word.split(","):
            if part.strip().casefold().startswith("sap:"):
                levels = [level.strip() for level in part.strip()[4:].split("\\")]
                return " / ".join(level for level in levels if level)
    return ""


def _day(matter: FrontMatter) -> date | None:
    """When the text was last changed, by the keys of Hugo, Jekyll and Microsoft Learn."""
    for key in ("lastmod", "last_modified_at", "modified", "ms.date", "date"):
        text = _text(matter, key)
        american, iso = _AMERICAN_DAY.match(text), _DAY.match(text)
        try:
            if american:
                return date(int(american.group(3)), int(american.group(1)), int(american.group(2)))
            if iso:
                return date(int(iso.group(1)), int(iso.group(2)), int(iso.group(3)))
        except ValueError:
            continue
    return None


def _attachments(folder: Path, path: str, body: str) -> tuple[tuple[str, ...], list[str]]:
    """Paths below ``folder`` of the files that the text shows or links to; and pictures that are not there."""
    found: dict[str, None] = {}
    dangling: dict[str, None] = {}
    for address, picture in _addresses(body[:1_000_000]):
        plain = unquote(re.split(r"[?#]", address, maxsplit=1)[0])
        if not plain or plain.lower().endswith(_SUFFIXES):
            continue
        kept = _file_below(folder, os.path.normpath(f"{PurePosixPath(path).parent.as_posix()}/{plain}"))
        if kept:
            found[kept] = None
        elif picture:
            dangling[address] = None
    return tuple(found), list(dangling)


def _addresses(body: str) -> Iterator[tuple[str, bool]]:
    for match in _INLINE.finditer(body):
        if not _OTHER.match(match.group(2)):
            yield match.group(2), bool(match.group(1))
    for pattern, picture in ((_HTML, True), (_LEARN, True), (_DEFINITION, False)):
        for match in pattern.finditer(body):
            if not _OTHER.match(match.group(1)):
                yield match.group(1), picture


def _file_below(folder: Path, path: str) -> str:
    """``path`` if it is a file of bearable size and name below ``folder``, else empty."""
    try:
        checked_path(path.replace(os.sep, "/"))
        file = folder / path
        if (
            file.is_file()
            and file.resolve().is_relative_to(folder.resolve())
            and file.stat().st_size <= MAX_ATTACHMENT
        ):
            return PurePosixPath(path).as_posix()
    except (Invalid, OSError, ValueError):
        pass
    return ""
