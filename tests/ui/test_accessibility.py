"""Every control of every page has a name; every page can be reached and left by keys."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

from hypercare_desk.ui.main_window import MainWindow
from hypercare_desk.ui.registry import page_entries

CONTROLS = (QAbstractButton, QAbstractItemView, QComboBox, QLineEdit, QPlainTextEdit, QTextEdit)


def _nameless(page: QWidget) -> list[str]:
    found: list[str] = []
    for control in page.findChildren(QWidget):
        if not isinstance(control, CONTROLS) or not control.isVisibleTo(page) or _is_part_of_another(control):
            continue
        text = control.text() if isinstance(control, QAbstractButton) else ""
        if control.focusPolicy() != Qt.FocusPolicy.NoFocus and not (control.accessibleName() or text.strip()):
            found.append(f"{type(control).__name__} in {type(control.parent()).__name__}")
    return found


def _is_part_of_another(control: QWidget) -> bool:
    """Whether Qt made the control itself, inside a box, a spin field or a scroll area."""
    parent = control.parentWidget()
    while parent is not None:
        if isinstance(parent, QComboBox | QAbstractSpinBox):
            return True
        parent = parent.parentWidget()
    return control.objectName().startswith("qt_")


@pytest.mark.parametrize("name", [entry.name for entry in page_entries()])
def test_every_control_has_a_name(window: MainWindow, idle: Callable[[], None], name: str) -> None:
    window.navigator.go(name)
    idle()
    assert window.page is not None
    assert not _nameless(window.page)


@pytest.mark.parametrize("name", [entry.name for entry in page_entries()])
def test_a_page_offers_its_commands(window: MainWindow, idle: Callable[[], None], name: str) -> None:
    window.navigator.go(name)
    idle()
    assert window.page is not None
    for command in window.page.commands():
        assert command.text
        assert callable(command.run)


def test_the_window_itself_has_no_nameless_control(window: MainWindow) -> None:
    assert not _nameless(window)
