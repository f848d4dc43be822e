"""Progress: Ctrl+C stops between two steps, quick work is silent, pipes get a line now and then."""

import io
import signal

import pytest

from hypercare_desk.cli import watching
from hypercare_desk.cli.watching import Watched
from hypercare_desk.domain.errors import Cancelled


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_the_first_interrupt_stops_the_work_at_its_next_step() -> None:
    before = signal.getsignal(signal.SIGINT)
    with Watched(io.StringIO()) as progress:
        progress.step(1, 10)
        signal.raise_signal(signal.SIGINT)
        assert progress.cancelled
        with pytest.raises(Cancelled):
            progress.step(2, 10)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.parametrize("stream", [io.StringIO(), Terminal()])
def test_quick_work_shows_nothing(stream: io.StringIO) -> None:
    with Watched(stream) as progress:
        progress.step(1, 2, "Indexing")
    assert stream.getvalue() == ""


def test_long_work_is_shown_on_a_terminal_and_told_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "_BAR_AFTER", 0.0)
    monkeypatch.setattr(watching, "_LINE_EVERY", 0.0)
    monkeypatch.setenv("TERM", "xterm")
    for stream in (Terminal(), io.StringIO()):
        with Watched(stream) as progress:
            progress.step(1, 2, "Indexing [articles]")
            progress.step(2, 2, "Indexing [articles]")
        assert "Indexing [articles]" in stream.getvalue()
