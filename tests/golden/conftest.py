"""Golden texts: what came out once and was looked at. ``UPDATE_GOLDEN=1`` writes them anew; look at the difference."""

import difflib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent


@pytest.fixture
def same_as_golden() -> Callable[[str, str], None]:
    """Compare a text with the golden file of that name below ``tests/golden``; fail with the difference."""

    def compare(text: str, name: str) -> None:
        file = FOLDER / name
        if os.environ.get("UPDATE_GOLDEN") == "1":
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8", newline="\n")
        golden = file.read_text("utf-8") if file.exists() else ""
        if text != golden:
            lines = difflib.unified_diff(
                golden.splitlines(), text.splitlines(), "golden", "now", lineterm="", n=1
            )
            pytest.fail(f"{name} differs (UPDATE_GOLDEN=1 writes it anew):\n" + "\n".join(list(lines)[:60]))

    return compare
