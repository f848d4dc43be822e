"""The edge of the command line: exit statuses, one sentence, no traceback, UTF-8, pipes that close."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NoReturn

import pytest

from hypercare_desk.cli import main as edge
from hypercare_desk.domain.errors import NotFound

from .conftest import Command


class BrokenWorld:
    """A composition root in which looking for a workspace ends with ``fault``."""

    def __init__(self, fault: BaseException, logs: Path) -> None:
        self._fault = fault
        self._logs = logs

    def find_workspace(self, named: object) -> NoReturn:
        raise self._fault

    def log_folder(self) -> Path:
        return self._logs


def run_broken(fault: BaseException, logs: Path) -> int:
    world: Any = BrokenWorld(fault, logs)
    return edge.run(["index", "status"], world)


def fresh_process(*argv: str, **environ: str) -> subprocess.CompletedProcess[bytes]:
    """The command line in a process of its own."""
    source = str(Path(edge.__file__).parents[2])
    return subprocess.run(
        [sys.executable, "-m", "hypercare_desk", *argv],
        capture_output=True,
        check=False,
        timeout=60,
        env={**os.environ, "PYTHONPATH": source, **environ},
    )


def test_without_a_command_help_goes_to_standard_error(command: Command) -> None:
    done = command()
    assert (done.status, done.out) == (2, "")
    assert "usage: hypercare-desk" in done.err


@pytest.mark.parametrize(
    "argv",
    [
        ["nonsense"],
        ["init"],
        ["search"],
        ["search", "x", "--limit", "0"],
        ["index"],
        ["search", "x", "--jso"],
    ],
)
def test_wrong_usage_is_status_2_and_one_line(command: Command, argv: list[str]) -> None:
    done = command(*argv)
    assert (done.status, done.out) == (2, "")
    assert len(done.err.splitlines()) == 1
    assert "--help" in done.err


def test_version_is_a_result(command: Command) -> None:
    done = command("--version")
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith("hypercare-desk ")


def test_an_expected_fault_is_status_1_and_its_sentence(
    capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run_broken(NotFound("There is none."), tmp_path / "logs") == 1

    assert capfd.readouterr() == ("", "There is none.\n")
    assert not (tmp_path / "logs").exists()


def test_a_defect_is_told_in_one_sentence_and_its_traceback_goes_to_the_log(
    capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run_broken(KeyError("a secret"), tmp_path / "logs") == 1

    told = capfd.readouterr()
    log = tmp_path / "logs" / "hypercare-desk.log"
    assert told.out == ""
    assert len(told.err.splitlines()) == 1
    assert str(log) in told.err
    assert "a secret" not in told.err
    assert "Traceback" in log.read_text()


def test_a_log_that_cannot_be_written_is_no_second_fault(
    capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "logs").write_text("in the way")
    assert run_broken(KeyError("x"), tmp_path / "logs") == 1
    assert len(capfd.readouterr().err.splitlines()) == 1


def test_interrupting_is_a_sentence(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run_broken(KeyboardInterrupt(), tmp_path) == 1
    assert capfd.readouterr().err == "Stopped as you asked; nothing was left half-done.\n"


def test_a_reader_that_goes_away_is_no_fault(tmp_path: Path) -> None:
    source = str(Path(edge.__file__).parents[2])
    with subprocess.Popen(
        [sys.executable, "-m", "hypercare_desk", "--help"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": source},
    ) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        child.stdout.close()
        said = child.stderr.read()
        assert (child.wait(60), said) == (0, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_output_that_cannot_be_written_is_a_sentence() -> None:
    source = str(Path(edge.__file__).parents[2])
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "hypercare_desk", "--version"],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
            timeout=60,
            env={**os.environ, "PYTHONPATH": source},
        )
    assert done.returncode == 1
    assert len(done.stderr.decode().splitlines()) == 1
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("locale", ["C", "POSIX", "en_US.ISO-8859-1"])
def test_output_is_utf8_whatever_the_locale(locale: str) -> None:
    done = fresh_process(
        "criteria", "waive", "--help", LC_ALL=locale, PYTHONUTF8="0", PYTHONCOERCECLOCALE="0"
    )
    assert done.returncode == 0, done.stderr
    assert "as in “criteria list”" in done.stdout.decode("utf-8")


def test_bytes_that_are_no_text_are_told_and_not_a_defect() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "hypercare_desk", "search", b"\xff", "--workspace", b"/nowhere/\xfe"],
        capture_output=True,
        check=False,
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(Path(edge.__file__).parents[2])},
    )
    assert done.returncode == 1
    assert "is no workspace" in done.stderr.decode("utf-8")


@pytest.mark.parametrize(
    "heavy", ["numpy", "whoosh", "sqlalchemy", "weasyprint", "rich", "PySide6", "platformdirs"]
)
def test_help_imports_nothing_heavy(heavy: str, modules_of_help: set[str]) -> None:
    assert heavy not in modules_of_help


def test_help_imports_no_service(modules_of_help: set[str]) -> None:
    assert not {
        name
        for name in modules_of_help
        if name.startswith(("hypercare_desk.services", "hypercare_desk.adapters"))
    }


@pytest.fixture(scope="module")
def modules_of_help() -> set[str]:
    """Names of the modules in a fresh process after ``search --help``."""
    script = (
        "import json, sys; from hypercare_desk.__main__ import main\n"
        "main(['search', '--help']); sys.stderr.write(json.dumps(sorted(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        check=True,
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(Path(edge.__file__).parents[2])},
    )
    names = json.loads(done.stderr)
    return {*names, *(name.partition(".")[0] for name in names)}
