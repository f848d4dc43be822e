"""``index``: the search index, which may be made again at any time."""

from __future__ import annotations

from hypercare_desk.cli.context import Context
from hypercare_desk.cli.output import plural
from hypercare_desk.cli.parser import Parser, leaves


def configure(parser: Parser) -> None:
    leaf = leaves(parser)
    leaf("status", "say how many documents are indexed and whether the index is current", status, reads=True)
    leaf("rebuild", "make the index again from the files and records", rebuild)


def status(context: Context) -> int:
    with context.desk() as desk:
        found, folder = desk.search.status(), desk.paths.index
    if context.output.as_json:
        context.output.document({"folder": folder, "status": found})
        return 0
    damaged = (
        "damaged: the next search makes it again" if found.bytes else "none yet: the next search makes it"
    )
    behind = f"{found.behind:,} behind: the next search catches up" if found.behind else "nothing behind"
    context.output.fields(
        (
            ("Documents", f"{found.documents:,}"),
            ("Files", behind),
            ("Size", f"{found.bytes / 1024:,.0f} KiB"),
            ("Health", "good" if found.healthy else damaged),
            ("Note", found.note if found.bytes else ""),
            ("Folder", folder),
        )
    )
    return 0


def rebuild(context: Context) -> int:
    with context.desk() as desk, context.watched() as progress:
        documents = desk.search.rebuild(progress)
    context.output.note(f"Indexed {plural(documents, 'document')}.")
    return 0
