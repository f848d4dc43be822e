"""Templates: the body that a new article of each kind starts with."""

from __future__ import annotations

from pathlib import Path

from hypercare_desk.adapters.kb.article_file import parse
from hypercare_desk.domain.article import Kind
from hypercare_desk.resources import starter_kb_folder


def template_body(kind: Kind, own: Path, shipped: Path | None) -> str:
    """The body of ``<kind>.md`` in the workspace's ``templates`` folder, else the shipped one, else bare headings."""
    for folder in (own, shipped or _shipped()):
        if folder is None:
            continue
        try:
            data = (folder / f"{kind}.md").read_bytes()
        except OSError:
            continue
        return parse(data, f"templates/{kind}.md").article.body.lstrip("\n")
    return "\n".join(f"## {heading}\n\n" for heading in kind.sections)


def _shipped() -> Path | None:
    try:
        return starter_kb_folder() / "templates"
    except FileNotFoundError:
        return None
