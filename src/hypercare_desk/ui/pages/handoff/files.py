"""Packs as files: where to save one, which one to check, and the copy itself."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from hypercare_desk.domain.errors import Unavailable


def ask_where_to_save(parent: QWidget, name: str, then: Callable[[Path], None]) -> None:
    """Ask for a file to write, offering ``name``."""
    dialog = QFileDialog(parent, parent.tr("Save the pack"))
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix("pdf")
    dialog.selectFile(name)
    _ask(dialog, then)


def ask_for_pack(parent: QWidget, then: Callable[[Path], None]) -> None:
    """Ask for a PDF that is there."""
    dialog = QFileDialog(parent, parent.tr("Verify a pack"))
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    _ask(dialog, then)


def copy_pack(file: Path, to: Path) -> Path:
    """Copy ``file`` to ``to`` whole or not at all; raises ``Unavailable`` when the disk refuses."""
    part = to.with_name(f".{to.name}.part")
    try:
        shutil.copyfile(file, part)
        part.replace(to)
    except OSError as fault:
        raise Unavailable(f"{to} cannot be written: {fault.strerror or fault}.") from fault
    finally:
        part.unlink(missing_ok=True)
    return to


def _ask(dialog: QFileDialog, then: Callable[[Path], None]) -> None:
    dialog.setNameFilter(dialog.tr("PDF (*.pdf)"))
    dialog.fileSelected.connect(lambda name: then(Path(name)))
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()
