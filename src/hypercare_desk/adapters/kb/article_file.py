"""One article file: bytes to ``Article``, and a draft to the bytes that save it."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass

from hypercare_desk.adapters.kb.field_keys import Value, read_fields, values_of
from hypercare_desk.adapters.kb.front_matter import FileText, FrontMatter, decode, read, split
from hypercare_desk.adapters.kb.front_matter_edit import edited, fresh_block
from hypercare_desk.domain.article import ARTICLE_ID, Article, ArticleDraft
from hypercare_desk.domain.errors import Invalid

MAX_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Parsed:
    """A file in its parts, with the article they make."""

    file: FileText
    matter: FrontMatter
    article: Article


def version_of(data: bytes) -> str:
    """SHA-256 of a file's bytes, in hex: the version that a save names."""
    return hashlib.sha256(data).hexdigest()


def parse(data: bytes, path: str) -> Parsed:
    """The article in ``data``; never fails: what is not understood becomes a sentence in ``problems``."""
    text, encoding, encoding_problem = decode(data)
    file, split_problem = split(text, encoding)
    file, matter = read(file)
    body = file.body
    fields, problems = read_fields(matter, body, path)
    notes = tuple(note for note in (encoding_problem, split_problem) if note)
    return Parsed(file, matter, Article(fields, body, version_of(data), path, notes + problems))


def fresh(draft: ArticleDraft) -> bytes:
    """The bytes of a new article: UTF-8, LF. Raises ``Invalid``."""
    checked(draft)
    body = draft.body.replace("\r\n", "\n")
    if body and not body.endswith("\n"):
        body += "\n"
    return _encoded(f"---\n{fresh_block(values_of(draft.fields))}---\n{body}", "utf-8")


def changed(parsed: Parsed, draft: ArticleDraft, ensure: Collection[str] = ()) -> bytes:
    """The file's bytes with what differs between ``parsed`` and ``draft`` written into it, and nothing else.

    ``ensure`` names keys that are written even if their value is only a default so far. Raises ``Invalid``.
    """
    checked(draft, parsed.article)
    old, new = values_of(parsed.article.fields), values_of(draft.fields)
    changes: dict[str, Value] = {
        key: value
        for key, value in new.items()
        if value != old[key] or (key in ensure and value and key not in parsed.matter.keys)
    }
    file = edited(parsed.file, parsed.matter, changes)
    body = draft.body.replace("\r\n", "\n")
    if parsed.article.body in (body, draft.body):
        raw = file.raw_body
    else:
        raw = body.replace("\n", file.newline)
    text = file.head + file.block + file.tail[: file.tail_mark] + raw
    return _encoded(text, file.encoding)


def checked(draft: ArticleDraft, before: Article | None = None) -> None:
    """Refuse what cannot be an article: no id, no title, a new kind that is not its id's, too much text."""
    fields = draft.fields
    match = ARTICLE_ID.match(fields.id)
    if not match:
        raise Invalid(f"“{fields.id:.40}” is no article id: it should look like {fields.kind.prefix}-0007.")
    if match.group(1) != fields.kind.prefix and (before is None or before.kind != fields.kind):
        raise Invalid(
            f"{fields.id} cannot become a {fields.kind.noun}: its id says {match.group(1)}. "
            f"Make a new {fields.kind.noun} and retire this article.",
            code="kind_fixed",
        )
    if not fields.title.strip() or "\n" in fields.title:
        raise Invalid(f"{fields.id} needs a title of one line.", code="title_missing")
    if len(fields.title) > 1000:
        raise Invalid(f"The title of {fields.id} is longer than 1,000 characters.", code="title_too_long")
    if len(draft.body) > MAX_BYTES // 4:
        raise Invalid(f"The text of {fields.id} is longer than 4 million characters.", code="too_large")


def _encoded(text: str, encoding: str) -> bytes:
    try:
        return text.encode(encoding)
    except UnicodeEncodeError:
        pass
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        raise Invalid(f"Line {line} holds half a character, which no file can keep: remove it.") from None
