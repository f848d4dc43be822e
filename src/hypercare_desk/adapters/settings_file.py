"""``workspace.toml``: written once with every setting explained, read and held against what is allowed.

All mistakes of a file are told at once, a sentence each, with the line, the key and what may stand there. A password
in the database URL is never repeated.
"""

from __future__ import annotations

import tomllib
from datetime import date, timedelta
from pathlib import Path
from string import Template

from hypercare_desk.adapters.settings_values import Mistake, Reading
from hypercare_desk.adapters.toml_lines import key_lines
from hypercare_desk.domain.errors import Invalid, NotFound, Unavailable
from hypercare_desk.domain.feedback import Level, Priority
from hypercare_desk.domain.handoff import SECTION_OF_KEY
from hypercare_desk.domain.triage import DEFAULT_MATRIX, DEFAULT_TARGETS
from hypercare_desk.resources import resource
from hypercare_desk.settings import (
    EscalationSetting,
    PackSectionSetting,
    TargetSetting,
    WorkspaceSettings,
)

FILE_NAME = "workspace.toml"
_LARGEST = 256 * 1024
_USUAL_STAY = timedelta(weeks=4)
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def read_settings(path: Path) -> WorkspaceSettings:
    """The settings in the file ``path``.

    Raises ``NotFound`` without a file, ``Unavailable`` when it cannot be read, ``Invalid`` with all its mistakes
    (``values["mistakes"]``: tuple of `Mistake`).
    """
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
    except FileNotFoundError:
        raise NotFound(f"There is no {FILE_NAME} in {path.parent}.", path=path) from None
    except OSError as error:
        raise Unavailable(f"{path} cannot be read: {error.strerror or error}.", path=path) from error
    if len(data) > _LARGEST:
        raise Invalid(
            f"{path} is larger than {_LARGEST // 1024} KiB: that is no settings file; put the right one in its place.",
            path=path,
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Invalid(
            f"{path}, line {line}: the text is not UTF-8; save the file as UTF-8.", path=path
        ) from None
    return parse_settings(text, str(path))


def parse_settings(text: str, name: str = FILE_NAME) -> WorkspaceSettings:
    """The settings in TOML ``text``; ``name`` is what sentences call the file. Raises ``Invalid``."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _broken(name, text, str(error)) from None
    except RecursionError:
        raise _broken(name, text, "brackets inside brackets, too deep") from None
    except ValueError:
        raise _broken(name, text, "a number or a date that is none") from None
    reading = Reading(tables, key_lines(text))
    settings = _settings(reading)
    reading.refuse_the_rest()
    if reading.mistakes:
        raise _invalid(name, reading.mistakes)
    return settings


def settings_text(system: str, go_live: date, planned_exit: date | None = None) -> str:
    """A new ``workspace.toml``: what must be said, and every other setting as a comment."""
    template = Template(resource("workspace", FILE_NAME).read_text(encoding="utf-8"))
    exit_day = planned_exit or go_live + _USUAL_STAY
    return template.substitute(
        system=_quoted(system),
        go_live=go_live.isoformat(),
        planned_exit=f"{'' if planned_exit else '# '}planned_exit = {exit_day.isoformat()}",
    )


def check_system_name(system: str) -> str:
    """The name of a system, tidied; raises ``Invalid`` unless it is one line of 1 to 120 characters."""
    name = " ".join(system.split())
    if not 0 < len(name) <= 120 or not name.isprintable():
        raise Invalid("The system's name must be one line of 1 to 120 characters.", system=system)
    return name


def _settings(reading: Reading) -> WorkspaceSettings:
    """Every setting there is; a mistake is noted in ``reading`` and its default stands in."""
    default = WorkspaceSettings(system="", go_live=date.min)
    work, pack = reading.table("work"), reading.table("pack")
    start, end = work.clock_time("start", default.work_start), work.clock_time("end", default.work_end)
    if end <= start:
        key = "end" if "end" in work.keys else "start"
        work.mistake(key, f'is wrong: work ends ("{end:%H:%M}") after it starts ("{start:%H:%M}")')
    go_live = reading.day("go_live", required=True) or date.min
    planned_exit = reading.day("planned_exit")
    if planned_exit and planned_exit < go_live:
        reading.mistake("planned_exit", f"must not be before go_live ({go_live}), but is {planned_exit}")
    teams = reading.texts("teams")
    return WorkspaceSettings(
        system=reading.text("system", required=True),
        go_live=go_live,
        planned_exit=planned_exit,
        time_zone=reading.time_zone("time_zone", default.time_zone),
        language=reading.language("language", default.language),
        classification=reading.text("classification", default.classification),
        release=reading.text("release"),
        service=reading.text("service"),
        components=reading.texts("components"),
        environments=reading.texts("environments"),
        teams=teams,
        hypercare_team=_team(reading, "hypercare_team", teams),
        bau_team=_team(reading, "bau_team", teams),
        database_url=reading.table("database").database_url("url"),
        work_days=_work_days(work, default.work_days),
        work_start=start,
        work_end=end,
        holidays=work.days("holidays"),
        matrix=_matrix(reading.table("matrix")),
        targets=_targets(reading.table("targets")),
        escalation=tuple(_step(step) for step in reading.tables("escalation")),
        sign_off_roles=reading.texts("sign_off_roles", default.sign_off_roles),
        page_size=pack.choice("page_size", ("A4", "Letter"), default.page_size),
        pack_sections=_pack_sections(pack.table("sections")),
    )


def _team(reading: Reading, key: str, teams: tuple[str, ...]) -> str:
    team = reading.text(key)
    if team and teams and team not in teams:
        reading.mistake(key, f'must be one of the teams ({", ".join(teams)}), but is "{team}"')
    return team


def _work_days(work: Reading, default: tuple[int, ...]) -> tuple[int, ...]:
    names = work.texts("days", tuple(_DAYS[number - 1] for number in default))
    numbers = {_DAYS.index(name[:3].title()) + 1 for name in names if name[:3].title() in _DAYS}
    strange = [name for name in names if name[:3].title() not in _DAYS]
    if strange or not numbers:
        work.mistake(
            "days", f"must name days of the week ({', '.join(_DAYS)}), but has {', '.join(strange) or 'none'}"
        )
    return tuple(sorted(numbers))


def _matrix(table: Reading) -> dict[tuple[str, str], str]:
    """What the file says over the usual matrix, so that the result is always whole."""
    matrix = {(str(impact), str(urgency)): str(p) for (impact, urgency), p in DEFAULT_MATRIX.items()}
    for impact in Level:
        row = table.table(impact)
        for urgency in Level:
            usual = matrix[impact, urgency]
            matrix[impact, urgency] = row.choice(urgency, tuple(Priority), usual)
    return matrix


def _targets(table: Reading) -> dict[str, TargetSetting]:
    targets: dict[str, TargetSetting] = {}
    for priority, usual in DEFAULT_TARGETS.items():
        row = table.table(priority)
        respond = row.minutes("respond", _minutes(usual.respond))
        resolve = row.minutes("resolve", _minutes(usual.resolve))
        if respond and resolve and respond > resolve:
            row.mistake("respond", "must not be longer than resolve")
        targets[str(priority)] = TargetSetting(respond, resolve)
    return targets


def _minutes(span: timedelta | None) -> int | None:
    return None if span is None else int(span.total_seconds() // 60)


def _step(step: Reading) -> EscalationSetting:
    return EscalationSetting(
        priority=step.choice("priority", tuple(Priority), Priority.P1, required=True),
        after_minutes=step.minutes("after", 0, required=True) or 0,
        who=step.text("who", required=True),
        channel=step.text("channel"),
    )


def _pack_sections(table: Reading) -> dict[str, PackSectionSetting]:
    sections: dict[str, PackSectionSetting] = {}
    for key, usual in SECTION_OF_KEY.items():
        section = table.table(key)
        if section.keys:
            include, mandatory = section.flag("include", True), section.flag("mandatory", usual.mandatory)
            sections[key] = PackSectionSetting(include, mandatory)
    return sections


def _quoted(text: str) -> str:
    """``text`` as a TOML basic string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _broken(name: str, text: str, reason: str) -> Invalid:
    """tomllib's complaint ("… (at line 3, column 8)") as our sentence."""
    what, _, where = reason.removesuffix(")").rpartition(" (at ")
    line: int | None = None
    if what:
        last = len(text.rstrip("\n").split("\n"))
        line = last if where == "end of document" else int(where.removeprefix("line ").partition(",")[0])
    said = (what or reason)[:200]
    place = f", line {line}" if line else ""
    return Invalid(
        f"{name}{place}: this is not valid TOML ({said[:1].lower()}{said[1:]}); text goes in quotes, "
        "days are written 2026-11-02, each key stands once.",
        mistakes=(Mistake("", line, said),),
    )


def _invalid(name: str, mistakes: list[Mistake]) -> Invalid:
    ordered = tuple(sorted(mistakes, key=lambda m: m.line or 0))
    if len(ordered) == 1:
        return Invalid(f"{name}, {ordered[0]}", mistakes=ordered)
    told = "".join(f"\n  {mistake}" for mistake in ordered)
    return Invalid(
        f"{name} has {len(ordered)} mistakes; put them right and try again:{told}", mistakes=ordered
    )
