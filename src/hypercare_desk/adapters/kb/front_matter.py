"""The front matter of a file: where it stands, which keys it has, and what of it could not be understood.

The text of the file is never changed here. Front matter that YAML refuses as a whole is read key by key, so that one
``{{ placeholder }}`` does not hide the title.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from hypercare_desk.adapters.kb.yaml_nodes import YamlFault, entries
from hypercare_desk.adapters.kb.yaml_shapes import Entry

BOM = "\ufeff"
_CLOSING = re.compile(r"^(?:---|\.\.\.)[ \t]*\r?$", re.MULTILINE)
_OPENING = re.compile(r"---[ \t]*\r?\n")
_TOP_KEY = re.compile(r"^([A-Za-z_][\w.\-]*)[ \t]*:(?=[ \t\r\n]|$)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class FileText:
    """A file's bytes as text in three parts that add up to it: ``head`` (BOM, opening line), ``block`` (the YAML
    between the marks, "" if there is none) and ``tail`` (closing line and body). ``tail_mark`` is the length of the
    closing line in ``tail``."""

    head: str
    block: str
    tail: str
    tail_mark: int
    encoding: str

    @property
    def fenced(self) -> bool:
        """Whether the file has front matter, however empty."""
        return self.tail_mark > 0

    @property
    def body(self) -> str:
        """The Markdown below the front matter, with LF line ends."""
        return self.raw_body.replace("\r\n", "\n")

    @property
    def raw_body(self) -> str:
        return self.tail[self.tail_mark :]

    @property
    def newline(self) -> str:
        """The line end most lines of the file have."""
        whole = self.head + self.block + self.tail
        crlf = whole.count("\r\n")
        return "\r\n" if crlf * 2 > whole.count("\n") else "\n"


@dataclass(frozen=True, slots=True)
class KeyText:
    """A key with its value, as read from ``source`` (the whole block, or one key's lines) that starts at ``offset``
    in the block. ``line`` is the line in the file."""

    entry: Entry
    offset: int
    line: int


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """Keys by name in file order; ``problems`` are sentences; ``whole`` tells whether YAML could read the block as one;
    ``spans`` are (name, start, end) of each key's lines in the block when it could not."""

    keys: dict[str, KeyText]
    problems: tuple[str, ...]
    whole: bool = True
    spans: tuple[tuple[str, int, int], ...] = ()


def decode(data: bytes) -> tuple[str, str, str]:
    """Text, encoding and a problem sentence (or ""): UTF-8, UTF-16 with its mark, else Windows-1252."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16-le" if data.startswith(b"\xff\xfe") else "utf-16-be"
        try:
            return data.decode(encoding), encoding, "The file is UTF-16; it is kept so."
        except UnicodeDecodeError:
            pass
    try:
        return data.decode("utf-8"), "utf-8", ""
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
    note = f"The file is not UTF-8 (line {line}); it is shown as Windows-1252."
    try:
        return data.decode("cp1252"), "cp1252", note
    except UnicodeDecodeError:
        return data.decode("latin-1"), "latin-1", note


def split(text: str, encoding: str = "utf-8") -> tuple[FileText, str]:
    """The three parts of a file's text, and a problem sentence (or "") when front matter begins but never ends."""
    bom = BOM if text.startswith(BOM) else ""
    opening = _OPENING.match(text, len(bom))
    if not opening:
        return FileText(bom, "", text[len(bom) :], 0, encoding), ""
    closing = _CLOSING.search(text, opening.end())
    if not closing:
        problem = "Front matter, line 1: there is no closing --- line, so the whole file is read as text."
        return FileText(bom, "", text[len(bom) :], 0, encoding), problem
    end = closing.end() + (1 if text[closing.end() : closing.end() + 1] == "\n" else 0)
    head, block = text[: opening.end()], text[opening.end() : closing.start()]
    return FileText(head, block, text[closing.start() :], end - closing.start(), encoding), ""


def read(file: FileText) -> tuple[FileText, FrontMatter]:
    """The keys of a file. A block that is no list of keys (a rule and a sentence) is handed back as body."""
    if not file.fenced:
        return file, FrontMatter({}, ())
    try:
        found = entries(file.block)
    except YamlFault as fault:
        return file, _key_by_key(file.block, fault)
    if found is None:
        text = file.head.lstrip(BOM) + file.block + file.tail
        bom = BOM if file.head.startswith(BOM) else ""
        return FileText(bom, "", text, 0, file.encoding), FrontMatter({}, ())
    return file, FrontMatter({e.name: KeyText(e, 0, e.line + 1) for e in found}, ())


def _key_by_key(block: str, fault: YamlFault) -> FrontMatter:
    """Each top-level key read alone; what cannot be read is named and left out."""
    problems = [f"Front matter, line {fault.line + 1}: {fault.what}."]
    if len(block) > 32 * 1024:
        return FrontMatter({}, tuple(problems), whole=False)
    keys: dict[str, KeyText] = {}
    spans = _spans(block)
    twice = {name for name, _, _ in spans if sum(name == other for other, _, _ in spans) > 1}
    for name, start, end in spans:
        line = block.count("\n", 0, start) + 2
        try:
            found = entries(block[start:end])
        except YamlFault as fault_here:
            problems.append(
                f"Front matter, line {line}: the key {name:.40} is not understood: {fault_here.what}."
            )
            continue
        if found and len(found) == 1 and found[0].name == name and name not in twice:
            keys[name] = KeyText(found[0], start, line)
    return FrontMatter(keys, tuple(dict.fromkeys(problems))[:20], whole=False, spans=spans)


def _spans(block: str) -> tuple[tuple[str, int, int], ...]:
    starts = [(m.group(1), m.start()) for m in _TOP_KEY.finditer(block)][:500]
    if not starts:
        return ()
    ends = [start for _, start in starts[1:]] + [len(block)]
    return tuple(
        (name, start, _without_notes(block, start, end))
        for (name, start), end in zip(starts, ends, strict=True)
    )


def _without_notes(block: str, start: int, end: int) -> int:
    """Where a key's lines end, without the comments and blank lines that stand between it and the next key."""
    lines = block[start:end].splitlines(keepends=True)
    while len(lines) > 1 and (not lines[-1].strip() or lines[-1].startswith("#")):
        end -= len(lines.pop())
    return end
