"""What is pasted or dropped into an article: pictures and files, with a name to keep them under."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData
from PySide6.QtGui import QImage

_LARGEST = 50 * 1024 * 1024


def files_of(source: QMimeData) -> list[tuple[str, bytes]]:
    """Names and bytes of the local files, or of the picture, in ``source``; empty when it holds text only."""
    if source.hasUrls():
        paths = [Path(url.toLocalFile()) for url in source.urls() if url.isLocalFile()]
        return [(p.name, p.read_bytes()) for p in paths if p.is_file() and p.stat().st_size <= _LARGEST]
    if source.hasImage():
        image = source.imageData()
        if isinstance(image, QImage) and not image.isNull():
            held = QByteArray()
            buffer = QBuffer(held)
            buffer.open(QIODevice.OpenModeFlag.WriteOnly)
            image.save(buffer, "PNG")  # type: ignore[call-overload]
            stamp = datetime.now().astimezone().strftime("%Y%m%d-%H%M%S")
            return [(f"picture-{stamp}.png", bytes(held.data()))]
    return []
