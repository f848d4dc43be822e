"""What is shipped in kb/: templates that fit their kinds, and a handbook whose examples work."""

import re
import shlex
from pathlib import Path

import pytest

from hypercare_desk.adapters.kb.article_file import parse
from hypercare_desk.adapters.settings_file import parse_settings
from hypercare_desk.cli.parser import PROGRAM, make_parser
from hypercare_desk.domain.article import ARTICLE_ID, Article, Kind, linked_ids, sections
from hypercare_desk.domain.criteria_catalogue import CATALOGUE
from hypercare_desk.domain.handoff import PACK_SECTIONS, SECTION_OF_KEY
from hypercare_desk.resources import starter_kb_folder

KB = starter_kb_folder()
PAGES = sorted((KB / "handbook").glob("*.md"))
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```", re.DOTALL | re.MULTILINE)
PLACEHOLDERS = ("COMMAND", "…")


def article(path: Path) -> Article:
    return parse(path.read_bytes(), path.name).article


def examples(text: str) -> list[str]:
    """Every command line that a page shows, in a block or in a table."""
    blocks = "\n".join(code for language, code in FENCE.findall(text) if language == "sh")
    lines = [line.strip() for line in blocks.replace("\\\n", " ").splitlines()]
    lines += re.findall(r"`(" + PROGRAM + r" [^`]+)`", FENCE.sub("", text))
    found = [re.split(r" \| | \|\| | > ", line)[0] for line in lines if line.startswith(PROGRAM)]
    return [line for line in found if not any(word in line for word in PLACEHOLDERS)]


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_has_a_template_with_its_sections_and_guidance(kind: Kind) -> None:
    body = article(KB / "templates" / f"{kind}.md").body
    told = sections(body)
    if kind.sections:
        assert tuple(s.heading for s in told) == kind.sections
    assert len(told) >= 2
    assert COMMENT.search(body)


def test_every_section_that_people_write_has_a_template() -> None:
    keys = {path.stem for path in (KB / "templates" / "sections").glob("*.md")}
    assert keys <= set(SECTION_OF_KEY)
    assert {section.key for section in PACK_SECTIONS if section.written} <= keys
    for path in (KB / "templates" / "sections").glob("*.md"):
        assert f"pack:{path.stem}" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_page_of_the_handbook_is_a_readable_article(path: Path) -> None:
    page = article(path)
    assert page.problems == ()
    assert ARTICLE_ID.match(page.id)
    assert page.fields.tags == ("handbook",)
    assert page.fields.aliases
    assert len(sections(page.body)) >= 2


def test_pages_have_ids_of_their_own_and_link_to_pages_that_exist() -> None:
    pages = [article(path) for path in PAGES]
    ids = {page.id for page in pages}
    assert len(ids) == len(pages)
    # Ids that a page shows as an example of writing a link stand in code; links of the handbook lead to pages.
    targets = {t for p in pages for t in linked_ids(re.sub(r"`[^`\n]*`", "", FENCE.sub("", p.body)))}
    assert targets <= ids


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_every_example_on_a_page_is_a_command_that_there_is(path: Path) -> None:
    for line in examples(path.read_text(encoding="utf-8")):
        words = shlex.split(line, comments=True)[1:]
        if "--help" not in words:
            make_parser(words).parse_args(words)


def test_the_example_of_workspace_toml_is_valid() -> None:
    text = (KB / "handbook" / "04-workspace-toml.md").read_text(encoding="utf-8")
    example = next(code for language, code in FENCE.findall(text) if language == "toml")
    settings = parse_settings(example)
    assert settings.system == "Order to cash"
    assert settings.escalation
    assert settings.holidays


def test_the_example_of_front_matter_is_understood() -> None:
    text = (KB / "handbook" / "06-front-matter.md").read_text(encoding="utf-8")
    example = next(code for language, code in FENCE.findall(text) if language == "yaml")
    found = parse(example.encode(), "KI-0001.md").article
    assert found.problems == ()
    assert found.fields.validated.by == "SME Credit"


def test_every_metric_and_every_section_of_the_pack_is_explained() -> None:
    criteria = (KB / "handbook" / "09-exit-criteria.md").read_text(encoding="utf-8")
    pack = (KB / "handbook" / "12-handoff-pack.md").read_text(encoding="utf-8")
    assert [entry.metric for entry in CATALOGUE if f"`{entry.metric}`" not in criteria] == []
    assert [s.key for s in PACK_SECTIONS if f"| `{s.key}` | {s.title} |" not in pack] == []
