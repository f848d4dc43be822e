"""What tests of the command line share: calling it in this process, and a workspace to call it on."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from hypercare_desk.__main__ import main


@dataclass(frozen=True)
class Outcome:
    """What one call left behind."""

    status: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """Standard output as the JSON it must be."""
        return json.loads(self.out)


Command = Callable[..., Outcome]


@pytest.fixture
def command(capfd: pytest.CaptureFixture[str]) -> Command:
    """Call ``hypercare-desk`` with arguments."""

    def call(*argv: object) -> Outcome:
        capfd.readouterr()
        status = main([str(word) for word in argv])
        captured = capfd.readouterr()
        assert "Traceback" not in captured.err
        return Outcome(status, captured.out, captured.err)

    return call
