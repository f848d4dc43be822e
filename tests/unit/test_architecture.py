"""What import-linter's contracts cannot say: libraries a room may use, names that are not used, room cards."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

import hypercare_desk

PACKAGE = Path(hypercare_desk.__path__[0])
UNSPECIFIC_NAMES = {"utils", "util", "helpers", "helper", "misc", "common"}
WINDOW_LIBRARIES = {"PySide6", "qtawesome", "qtpy", "shiboken6"}

# Libraries outside the standard one, by room; None: any but those of the window.
ALLOWED_LIBRARIES: dict[str, set[str] | None] = {
    "domain": set(),
    "services": set(),
    "settings": set(),
    "resources": set(),
    "__init__": set(),
    "__main__": set(),
    "bootstrap": {"platformdirs"},
    "cli": {"rich"},
    "ui": {"PySide6", "platformdirs", "pygments", "pypdfium2", "qtawesome"},
    "adapters": None,
}


def modules() -> list[Path]:
    """Every module of the application, relative to the package."""
    return sorted(path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py"))


def libraries_of(path: Path) -> Iterator[str]:
    """Top-level names that a module imports from outside the standard library and the application."""
    for node in ast.walk(ast.parse((PACKAGE / path).read_text(encoding="utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module]
        for name in names:
            top = name.partition(".")[0]
            if top not in sys.stdlib_module_names and top != PACKAGE.name:
                yield top


def test_each_room_uses_only_its_libraries() -> None:
    strangers: list[str] = []
    for path in modules():
        room = path.parts[0].removesuffix(".py")
        allowed = ALLOWED_LIBRARIES[room]
        used = set(libraries_of(path))
        wrong = used & WINDOW_LIBRARIES if allowed is None else used - allowed
        strangers += [f"{path} imports {library}" for library in sorted(wrong)]
    assert strangers == []


def test_the_libraries_that_are_declared_are_those_that_are_imported() -> None:
    project = tomllib.loads((PACKAGE.parents[1] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = [*project["dependencies"], *project["optional-dependencies"]["postgres"]]
    declared = {re.split(r"[^a-z0-9-]", line.replace("ruamel.yaml", "ruamel-yaml"))[0] for line in lines}
    owners = packages_distributions()
    imported = {
        owner.lower().replace("_", "-").replace(".", "-")
        for path in modules()
        for library in libraries_of(path)
        for owner in owners[library]
    }
    # Markdown highlights with Pygments, Python reads time zones from tzdata, SQLAlchemy loads psycopg; WeasyPrint
    # is loaded by name, because it may lack Pango.
    indirect = {"psycopg", "pygments", "tzdata", "weasyprint"}
    assert imported - declared - {"psycopg-binary"} == set()
    assert declared - imported - indirect == set()


def test_no_module_has_an_unspecific_name() -> None:
    named = {
        path for path in modules() if UNSPECIFIC_NAMES & {part.removesuffix(".py") for part in path.parts}
    }
    assert named == set()


def test_every_folder_has_its_room_card() -> None:
    without: list[str] = []
    for folder in sorted({PACKAGE / path.parent for path in modules()}):
        init = folder / "__init__.py"
        if not init.is_file() or not ast.get_docstring(ast.parse(init.read_text(encoding="utf-8"))):
            without.append(str(folder.relative_to(PACKAGE)))
    assert without == []


def test_relative_imports_are_not_used() -> None:
    relative = [
        str(path)
        for path in modules()
        for node in ast.walk(ast.parse((PACKAGE / path).read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert relative == []


@pytest.mark.parametrize(
    "heavy", ["PySide6", "sqlalchemy", "whoosh", "numpy", "matplotlib", "weasyprint", "rich"]
)
def test_help_starts_without_heavy_libraries(help_imports: set[str], heavy: str) -> None:
    assert heavy not in help_imports


@pytest.fixture(scope="module")
def help_imports() -> set[str]:
    """Top-level modules that a fresh process has imported after printing the command line's help."""
    script = (
        "import sys\n"
        "from hypercare_desk.__main__ import main\n"
        "sys.argv = ['hypercare-desk', '--help']\n"
        "try:\n    status = main()\nexcept SystemExit as stop:\n    status = stop.code\n"
        "sys.stderr.write(' '.join({name.partition('.')[0] for name in sys.modules}))\n"
        "sys.exit(status)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert "usage" in done.stdout.lower()
    return set(done.stderr.split())
