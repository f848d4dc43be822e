"""Printing what is read: an article's text on the paper the user chooses."""

from __future__ import annotations

from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QWidget


def print_document(parent: QWidget, document: QTextDocument, name: str) -> None:
    """Ask for a printer and print ``document`` on it, black on white whatever the theme is."""
    from PySide6.QtPrintSupport import QPrintDialog, QPrinter

    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setDocName(name)
    dialog = QPrintDialog(printer, parent)
    dialog.setWindowTitle(name)
    copy = document.clone()

    def accepted() -> None:
        copy.setDefaultStyleSheet("body { color: black; }")
        copy.print_(printer)

    dialog.accepted.connect(accepted)
    dialog.finished.connect(copy.deleteLater)
    dialog.finished.connect(dialog.deleteLater)
    dialog.setModal(True)
    dialog.show()
