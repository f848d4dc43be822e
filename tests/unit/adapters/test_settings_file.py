"""`workspace.toml`: what is written is what holds, and each mistake is told with its line and what is allowed."""

import re
from dataclasses import replace
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hypercare_desk.adapters.settings_file import parse_settings, read_settings, settings_text
from hypercare_desk.domain.errors import Invalid, NotFound
from hypercare_desk.settings import EscalationSetting, PackSectionSetting, TargetSetting

LEAST = 'system = "Orders"\ngo_live = 2026-11-02\n'


def refusal(text: str) -> Invalid:
    """The error that reading ``text`` ends with."""
    with pytest.raises(Invalid) as caught:
        parse_settings(text)
    return caught.value


def uncommented(text: str) -> str:
    """The written file with every commented setting taken into use."""
    return re.sub(r"(?m)^# (?=\[|[A-Za-z_0-9]+ = )", "", text)


def test_a_new_file_holds_the_two_facts_and_nothing_but_defaults() -> None:
    settings = parse_settings(settings_text('Order "to" \\ cash', date(2026, 11, 2)))

    assert settings.system == 'Order "to" \\ cash'
    assert settings.go_live == date(2026, 11, 2)
    assert settings.planned_exit is None
    assert settings.targets["P1"] == TargetSetting(15, 240)
    assert settings.matrix["high", "low"] == "P3"


def test_the_comments_of_a_new_file_show_the_values_that_hold() -> None:
    text = settings_text("Orders", date(2026, 11, 2))
    told, held = parse_settings(uncommented(text)), parse_settings(text)

    assert told.planned_exit == date(2026, 11, 30)
    assert told.escalation == (EscalationSetting("P1", 30, "Incident manager", "phone"),)
    assert told.pack_sections == {"warranty": PackSectionSetting(include=True, mandatory=False)}
    examples = {"planned_exit": None, "escalation": (), "pack_sections": {}}
    assert replace(told, **examples) == held


def test_a_planned_exit_that_is_known_is_written_as_a_value() -> None:
    assert parse_settings(settings_text("Orders", date(2026, 11, 2), date(2026, 12, 1))).planned_exit == date(
        2026, 12, 1
    )


def test_everything_that_can_be_said_is_read() -> None:
    settings = parse_settings(
        LEAST
        + """
time_zone = "Europe/Berlin"
language = "DE"
teams = ["Hypercare", "Desk", "Desk"]
bau_team = "Desk"
[database]
url = "postgresql://desk@db.example.com/hypercare"
[work]
days = ["Sun", "Monday"]
start = "07:30"
end = 16:00:00
holidays = ["2026-12-26", 2026-12-25]
[matrix]
low = { low = "p4" }
[targets]
P1 = { resolve = "1 h 30 min" }
[pack.sections.training]
include = false
"""
    )

    assert (settings.language, settings.teams, settings.bau_team) == ("de", ("Hypercare", "Desk"), "Desk")
    assert settings.work_days == (1, 7)
    assert (settings.work_start, settings.work_end) == (time(7, 30), time(16))
    assert settings.holidays == (date(2026, 12, 25), date(2026, 12, 26))
    assert (settings.matrix["low", "low"], settings.matrix["high", "high"]) == ("P4", "P1")
    assert settings.targets["P1"] == TargetSetting(15, 90)
    assert settings.pack_sections["training"] == PackSectionSetting(include=False, mandatory=True)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("planed_exit = 2026-12-01", 'planed_exit is no setting; did you mean "planned_exit"?'),
        ("planned_exit = 2026-10-01", "planned_exit must not be before go_live (2026-11-02)"),
        ('planned_exit = "soon"', 'planned_exit must be a day such as 2026-11-02, but is "soon"'),
        ("planned_exit = 2026-12-01T10:00:00", "planned_exit must be a day"),
        ('time_zone = "Europe/Berln"', 'such as "Europe/Berlin"'),
        ('time_zone = "../../etc/passwd"', "time_zone must be"),
        ('language = "english"', 'language must be two letters such as "en"'),
        ('components = "Ordering"', "components must be a list of texts"),
        ("components = [[[]], 3]", "components must be a list of texts"),
        ("release = 2.10", 'release must be text in quotes, such as "Production", but is 2.1'),
        ('teams = ["A", "B"]\nbau_team = "C"', "bau_team must be one of the teams (A, B)"),
        ("targets.P1.respond = 15", 'targets.P1.respond must be a time such as "15 min"'),
        ('targets.P1.respond = "5 h"', "targets.P1.respond must not be longer than resolve"),
        ('targets.P1.resolve = "4 fortnights"', "targets.P1.resolve must be a time"),
        ('targets.P6.resolve = "4 h"', "targets.P6 is no setting"),
        ('matrix.high.high = "P0"', "matrix.high.high must be one of P1, P2, P3, P4, P5"),
        ('work.days = ["Someday"]', "work.days must name days of the week (Mon, "),
        ('work.start = "19:00"', "work.start is wrong: work ends"),
        ("work = 3", "work must be a table ([work])"),
        ("escalation = [1]", "escalation must be written as blocks that begin with [[escalation]]"),
        ("pack.sections.warrenty.include = true", 'did you mean "warranty"?'),
        ("pack.sections.warranty.include = 1", "pack.sections.warranty.include must be true or false"),
        ('sign_off_roles = ["a\\u0007"]', "sign_off_roles must be a list of texts"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_what_is_allowed(line: str, said: str) -> None:
    error = refusal(LEAST + "\n" + line)

    assert said in error.message
    assert len(error.message.splitlines()) == 1
    assert error.values["mistakes"][0].line == 4 + line.count("\n")  # type: ignore[index]


def test_all_mistakes_are_told_at_once_in_the_order_of_their_lines() -> None:
    error = refusal(
        '''language = 7
# a comment with a [table] in it
sign_off_roles = [
  "Operations", # the first "role"
]
[[escalation]]
priority = "P1"
after = "30 min"
who = """
x [y
z""" # two lines
[[escalation]]
priority = "P9"
after = "1 h"
who = "Sponsor"
'''
    )

    mistakes: Any = error.values["mistakes"]
    assert [str(mistake).partition(" must")[0] for mistake in mistakes] == [
        "go_live is missing; say the day, such as 2026-11-02.",
        "system is missing; it",
        "line 1: language",
        "line 9: escalation[1].who",
        "line 13: escalation[2].priority",
    ]


@pytest.mark.parametrize(
    "url", ["mysql://desk:hunter2@db/x", "postgresql://desk:hunter2@db:port/x", "hunter2"]
)
def test_a_database_url_that_is_none_is_refused_without_repeating_it(url: str) -> None:
    error = refusal(f'{LEAST}[database]\nurl = "{url}"')

    assert "line 4: database.url must be a PostgreSQL address" in error.message
    assert "hunter2" not in error.message + repr(error.values)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("system = Orders", "line 1: this is not valid TOML"),
        (LEAST + 'system = "again"', "line 3: this is not valid TOML"),
        ("a = " + "9" * 5000, "this is not valid TOML"),
        ("a = " + "[" * 5000, "this is not valid TOML"),
        ("a = " + "[" * 200 + "]" * 200, "a is no setting"),
        ("a" + ".a" * 3000 + " = 1", "a is no setting"),
    ],
)
def test_hostile_or_broken_text_is_refused_with_a_sentence(text: str, said: str) -> None:
    assert said in refusal(text).message


@given(st.text(max_size=200))
def test_no_text_raises_anything_but_a_sentence(text: str) -> None:
    with pytest.raises(Invalid):
        parse_settings(text)


@given(st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=60))
def test_any_name_of_a_system_survives_writing(name: str) -> None:
    assert parse_settings(settings_text(name, date(2026, 11, 2))).system == name


def test_a_file_that_is_absent_huge_or_not_utf8_is_told_apart(tmp_path: Path) -> None:
    file = tmp_path / "workspace.toml"
    with pytest.raises(NotFound):
        read_settings(file)
    file.write_bytes(b"# x\n" * 100_000)
    with pytest.raises(Invalid, match="larger than 256 KiB"):
        read_settings(file)
    file.write_bytes('# plain\nsystem = "Größe"'.encode("cp1252"))
    with pytest.raises(Invalid, match="line 2: the text is not UTF-8"):
        read_settings(file)
    file.write_bytes(b"\xef\xbb\xbf" + LEAST.replace("\n", "\r\n").encode())
    assert read_settings(file).system == "Orders"
