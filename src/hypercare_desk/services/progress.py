"""Progress and cancel: one token that a long piece of work reports to and polls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, cast

from hypercare_desk.domain.errors import Cancelled


class Progress(Protocol):
    """What long work is given: ``step`` reports and raises ``Cancelled`` once the user has asked to stop."""

    def step(self, done: int, total: int, what: str = "") -> None:
        """``done`` of ``total`` units are finished (``total`` 0: not known yet); ``what`` is shown beside it."""
        ...

    @property
    def cancelled(self) -> bool:
        """Whether the user has asked to stop."""
        ...


Report = Callable[[int, int, str], None]
"""What ``Progress.step`` tells, for callers that only want to hear: done, total, what."""


class Silent:
    """Progress that nobody watches and nobody cancels."""

    cancelled = False

    def step(self, done: int, total: int, what: str = "") -> None:
        """Nothing to tell anybody."""


class Token:
    """Progress that calls ``report`` and can be cancelled from another thread."""

    def __init__(self, report: Report | None = None) -> None:
        self._report = report
        self._cancelled = False

    def cancel(self) -> None:
        """Ask the work to stop at its next step."""
        self._cancelled = True

    @property
    def cancelled(self) -> bool:
        return self._cancelled

    def step(self, done: int, total: int, what: str = "") -> None:
        """Report, or raise ``Cancelled``."""
        if self._cancelled:
            raise Cancelled("Stopped as you asked; nothing was half-done.")
        if self._report:
            self._report(done, total, what)


def heard(progress: Progress | Report | None) -> Progress:
    """Whatever a caller handed in to follow long work, as ``Progress``."""
    if progress is None:
        return Silent()
    return cast(Progress, progress) if hasattr(progress, "step") else Token(cast(Report, progress))
