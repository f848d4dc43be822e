"""Printing: JSON that any program reads, plain tables where no terminal is, nothing that drives one."""

import io
import json
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hypercare_desk.cli.documents import as_document
from hypercare_desk.cli.output import Output, clean, plural, shortened
from hypercare_desk.domain.article import Kind


class Terminal(io.StringIO):
    """A stream that says that a person looks at it."""

    def isatty(self) -> bool:
        return True


@dataclass(frozen=True)
class Sample:
    kind: Kind
    at: datetime
    parts: tuple[object, ...]


def unstyled(out: io.StringIO) -> str:
    """What was printed without the bold and colour that rich puts around it."""
    return re.sub(r"\x1b\[[\d;]*m", "", out.getvalue())


def printed(value: object) -> str:
    out = io.StringIO()
    Output(as_json=True, out=out).document(value)
    return out.getvalue()


def test_a_document_has_only_what_json_has() -> None:
    at = datetime(2026, 11, 18, 10, 0, tzinfo=timezone(timedelta(hours=1)))
    sample = Sample(
        Kind.FAQ, at, (date(2026, 11, 2), timedelta(minutes=90), float("nan"), Path("a/b"), {"x"})
    )

    assert as_document(sample) == {
        "kind": "faq",
        "at": "2026-11-18T09:00:00Z",
        "parts": ["2026-11-02", 5400.0, None, "a/b", ["x"]],
    }


def test_what_has_no_form_in_json_is_a_defect_not_a_guess() -> None:
    with pytest.raises(TypeError):
        as_document(object())


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists))
def test_documents_survive_the_way_through_text(value: object) -> None:
    assert json.loads(printed(value)) == value


def test_bytes_that_are_no_text_stay_valid_json() -> None:
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding="utf-8", errors="backslashreplace")
    Output(as_json=True, out=out).document({"path": "a\udcffb"})
    out.flush()
    assert json.loads(raw.getvalue().decode("utf-8")) == {"path": "a\udcffb"}


def test_without_a_terminal_a_table_is_parted_by_tabs_and_never_wrapped() -> None:
    out = io.StringIO()
    Output(out=out).table(("ID", "Title"), [("KI-0001", "x" * 300), ("KI-0002", "two\nlines\tand tab")])
    assert out.getvalue() == f"ID\tTitle\nKI-0001\t{'x' * 300}\nKI-0002\ttwo lines and tab\n"


def test_on_a_terminal_a_table_is_laid_out_and_ids_stay_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("TERM", "xterm")
    out = Terminal()
    Output(out=out).table(("ID", "Title"), [("KI-0001", "a long title that needs more than one line")])
    lines = unstyled(out).splitlines()
    assert lines[1].startswith("KI-0001  a long title")
    assert len(lines) == 3
    assert all(len(line) <= 40 for line in lines)


def test_text_cannot_drive_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    evil = "\x1b]0;owned\x07\x1b[2J\x9b31mred[bold]"
    for out in (io.StringIO(), Terminal()):
        output = Output(out=out)
        output.line(evil)
        output.table(("A",), [(evil,)])
        output.fields([("Name", evil)])
        assert not {"\x1b", "\x07", "\x9b"} & set(unstyled(out))
        assert "[bold]" in unstyled(out)


def test_times_are_shown_in_the_workspaces_zone() -> None:
    output = Output(out=io.StringIO())
    output.zone = "Europe/Berlin"
    assert output.shown(datetime(2026, 11, 18, 23, 30, tzinfo=UTC)) == "2026-11-19 00:30"


def test_fields_that_are_not_stated_are_left_out() -> None:
    out = io.StringIO()
    Output(out=out).fields([("A", ""), ("Long name", "two\nlines"), ("B", None), ("C", False)])
    assert out.getvalue() == "Long name  two\n           lines\nC          no\n"


@given(st.text(max_size=50), st.integers(2, 20))
def test_shortened_text_fits_and_is_one_line(text: str, limit: int) -> None:
    assert len(shortened(text, limit)) <= limit
    assert "\n" not in shortened(text, limit)


@given(st.text())
def test_cleaning_leaves_what_people_write(text: str) -> None:
    assert clean(text) == text or not text.isprintable()


def test_numbers_agree_with_their_nouns() -> None:
    assert [plural(n, "entry", "entries") for n in (0, 1, 1200)] == ["0 entries", "1 entry", "1,200 entries"]
