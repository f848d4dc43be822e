"""Help: every command says what it does, every argument what it is for, and the handbook mentions them all."""

import argparse
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from hypercare_desk.cli.catalogue import COMMANDS
from hypercare_desk.cli.parser import PROGRAM, make_parser

HANDBOOK = Path(__file__).resolve().parents[2] / "kb" / "handbook"


def sub_parsers(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """The parser's sub-commands by name."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}


def all_parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """The parser and everything below it."""
    yield parser
    for below in sub_parsers(parser).values():
        yield from all_parsers(below)


PARSERS = {parser.prog.removeprefix(f"{PROGRAM}").strip(): parser for parser in all_parsers(make_parser())}
LEAVES = {name: parser for name, parser in PARSERS.items() if not sub_parsers(parser)}
READING = ("list", "show", "status", "history", "check", "evaluate", "verify", "diff", "search", "doctor")


@pytest.mark.parametrize("name", PARSERS)
def test_every_command_and_argument_has_help(name: str) -> None:
    parser = PARSERS[name]

    assert parser.description
    assert parser.description[0].isupper()
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            assert all(choice.help for choice in action._choices_actions)
        else:
            assert action.help, f"{action.dest} of {name} has no help"


@pytest.mark.parametrize("name", LEAVES)
def test_every_command_takes_a_workspace_and_reading_ones_print_json(name: str) -> None:
    options = {option for action in LEAVES[name]._actions for option in action.option_strings}

    assert "--workspace" in options
    if name.split()[-1] in READING:
        assert "--json" in options


def test_the_handbook_mentions_every_command() -> None:
    told = "\n".join(file.read_text(encoding="utf-8") for file in sorted(HANDBOOK.rglob("*.md")))
    assert [name for name in LEAVES if f"{PROGRAM} {name}" not in told] == []


EXAMPLE = re.compile(
    rf"^(?:\$ )?{PROGRAM} (?P<words>[a-z-][^\n|>]*)|`{PROGRAM} (?P<quoted>[a-z-][^`\n]*)`", re.MULTILINE
)


def examples() -> list[str]:
    """Every call of the command line that the handbook and the README show, without what a shell does with it.

    A command that is only named (`feedback list`, `criteria`) is no example.
    """
    files = [*sorted(HANDBOOK.rglob("*.md")), HANDBOOK.parents[1] / "README.md"]
    texts = [re.sub(r"\\\n\s*", "", file.read_text(encoding="utf-8")) for file in files]
    found = [match for text in texts for match in EXAMPLE.finditer(text)]
    calls = {(match["words"] or match["quoted"]).strip() for match in found}
    return sorted(
        c for c in calls - set(PARSERS) if "COMMAND" not in c and not c.endswith(("--help", "--version"))
    )


@pytest.mark.parametrize("call", examples())
def test_what_the_handbook_shows_can_be_typed(call: str) -> None:
    words = shlex.split(call, comments=True)
    if words and " ".join(words) not in PARSERS:
        assert make_parser(words).parse_args(words).run


@pytest.mark.parametrize("name", LEAVES)
def test_only_the_command_that_was_typed_is_imported_for_its_arguments(name: str) -> None:
    first = name.split()[0]
    others = sub_parsers(make_parser([first]))

    assert set(others) == set(COMMANDS)
    for other, parser in others.items():
        configured = len(parser._actions) > 1
        assert configured == (other == first)
