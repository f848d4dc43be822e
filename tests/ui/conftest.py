"""What tests of the window share: a small workspace with real services, and its window, offscreen."""

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from hypercare_desk import create_workspace, open_workspace
from hypercare_desk.domain.article import Confidence, Kind, Status
from hypercare_desk.services.desk import Desk
from hypercare_desk.ui.app import workspace_memory
from hypercare_desk.ui.main_window import MainWindow
from hypercare_desk.ui.registry import page_entries
from hypercare_desk.ui.theme import Theme

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

WORKAROUND = """## When to use

The order stays on hold with CRD-0042.

## Steps

1. Open **Order monitor**.

## Steps to read to the caller

1. Your order is safe.
2. Please press *Refresh*.
"""


@pytest.fixture(scope="session")
def made_workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the run keeps one small workspace, made by the first test that needs it."""
    return tmp_path_factory.mktemp("made") / "workspace"


@pytest.fixture
def workspace(made_workspace: Path, workspace_folder: Path) -> Path:
    """A workspace with three articles and three records."""
    if not made_workspace.exists():
        with create_workspace(
            made_workspace, system="Order to cash", go_live=date(2026, 11, 2), user="SME Credit"
        ) as desk:
            _fill(desk)
    shutil.copytree(made_workspace, workspace_folder)
    return workspace_folder


def _fill(desk: Desk) -> None:
    new = desk.knowledge.new
    published = {"status": Status.PUBLISHED, "confidence": Confidence.VALIDATED, "component": "Credit"}
    new(
        Kind.WORKAROUND,
        "Re-run the credit check (CRD-0042)",
        body=WORKAROUND,
        codes=("CRD-0042",),
        **published,
    )
    new(
        Kind.KNOWN_ISSUE,
        "Order stays on hold after credit release",
        body="## Symptoms\n\nOn hold.\n",
        **published,
    )
    new(
        Kind.FAQ,
        "When does the customer get the invoice?",
        body="## Question\n\nWhen?\n\n## Answer\n\nAt night.\n",
    )
    desk.feedback.record(
        "Order is still blocked", description="Finance released it", source="call", component="Credit"
    )
    desk.feedback.record("Invoice shows the tax line twice", source="ticket", component="Billing")
    desk.feedback.record("Cannot print pick list", source="ticket", component="Delivery")


@pytest.fixture
def desk(workspace: Path) -> Desk:
    """The open workspace; the window closes it."""
    return open_workspace(workspace, user="SME Credit")


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    """The light theme, applied."""
    qapp.setOrganizationName("hypercare-desk-tests")
    qapp.setApplicationName("hypercare-desk-tests")
    qapp.setStyle("Fusion")
    QSettings().clear()
    made = Theme(dark=False)
    made.apply()
    yield made
    qapp.setStyleSheet("")


@pytest.fixture
def window(qtbot: QtBot, desk: Desk, theme: Theme) -> Iterator[MainWindow]:
    """The window of the workspace, shown; its lanes are idle and no dialog is left when the test ends."""
    made = MainWindow(desk, page_entries(), theme, workspace_memory(desk))
    faults: list[object] = []
    made.jobs.broke.connect(faults.append)
    made.navigator.go("search")
    made.show()
    qtbot.waitExposed(made)
    qtbot.waitUntil(lambda: not made.jobs.busy, timeout=15_000)
    yield made
    qtbot.waitUntil(lambda: not made.jobs.busy, timeout=15_000)
    assert QApplication.activeModalWidget() is None
    made.close()
    made.deleteLater()
    assert not faults, faults


@pytest.fixture
def idle(qtbot: QtBot, window: MainWindow) -> Callable[[], None]:
    """Wait until nothing runs any more."""
    return lambda: qtbot.waitUntil(lambda: not window.jobs.busy, timeout=15_000)
