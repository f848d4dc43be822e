"""The closed set of files a pack may use: our fonts and icons, its own charts, and checked attachments.

WeasyPrint fetches whatever a page names (files and the network alike) unless it is given a fetcher that knows
only what is listed here. Everything else is refused without being looked at.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path

from hypercare_desk.resources import resource

PICTURE_BYTES = 8 * 1024 * 1024
PICTURE_PIXELS = 40_000_000
_FORMATS = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif", "WEBP": "image/webp"}
_ICON = re.compile(r"^[a-z0-9-]{1,40}$")
FONTS: Mapping[tuple[str, str, str], str] = {
    ("Pack Sans", "normal", "normal"): "DejaVuSans.ttf",
    ("Pack Sans", "bold", "normal"): "DejaVuSans-Bold.ttf",
    ("Pack Sans", "normal", "italic"): "DejaVuSans-Oblique.ttf",
    ("Pack Sans", "bold", "italic"): "DejaVuSans-BoldOblique.ttf",
    ("Pack Mono", "normal", "normal"): "DejaVuSansMono.ttf",
    ("Pack Mono", "bold", "normal"): "DejaVuSansMono-Bold.ttf",
}


def checked_picture(kb: Path, path: str) -> tuple[bytes, str] | None:
    """The bytes and media type of an attachment that may be printed, or None.

    It must be a regular file under ``kb/attachments`` (links that lead elsewhere do not count), at most 8 MiB and
    40 megapixels, and be a PNG, JPEG, GIF or WebP by its content.
    """
    root = (kb / "attachments").resolve()
    try:
        found = (kb / path).resolve(strict=True)
        if not found.is_relative_to(root):
            return None
        handle = os.open(found, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(handle, "rb") as file:
            facts = os.fstat(file.fileno())
            if not stat.S_ISREG(facts.st_mode) or facts.st_size > PICTURE_BYTES:
                return None
            data = file.read(PICTURE_BYTES + 1)
    except (OSError, ValueError):
        return None
    media = _media_type(data)
    return (data, media) if media and len(data) <= PICTURE_BYTES else None


def picture_hashes(kb: Path, paths: Iterable[str]) -> dict[str, str]:
    """Path → SHA-256, for those of ``paths`` that may be printed."""
    hashes: dict[str, str] = {}
    for path in sorted(set(paths)):
        picture = checked_picture(kb, path)
        if picture:
            hashes[path] = hashlib.sha256(picture[0]).hexdigest()
    return hashes


def asset(url: str, kb: Path, pictures: Mapping[str, str], charts: Mapping[str, str]) -> tuple[bytes, str]:
    """The bytes and media type of one of the pack's own files; ValueError for every other address.

    A picture whose content is not what the snapshot froze is refused: the same snapshot gives the same pack.
    """
    kind, _, name = url.removeprefix("pack:").partition("/") if url.startswith("pack:") else ("", "", "")
    if kind == "font" and name in FONTS.values():
        return (font_folder() / name).read_bytes(), "font/ttf"
    if kind == "icon" and _ICON.match(name):
        return resource("pack", "icons", f"{name}.svg").read_bytes(), "image/svg+xml"
    if kind == "chart" and name in charts:
        return charts[name].encode(), "image/svg+xml"
    if kind == "attachment" and name in pictures:
        picture = checked_picture(kb, name)
        if picture and hashlib.sha256(picture[0]).hexdigest() == pictures[name]:
            return picture
        raise ValueError("This picture has changed since the snapshot was frozen.")
    raise ValueError("Not part of the pack.")


def font_folder() -> Path:
    """Where the pack's fonts lie: they come with Matplotlib, so that a pack looks alike on every machine."""
    import matplotlib

    return Path(matplotlib.get_data_path()) / "fonts" / "ttf"


def font_faces() -> str:
    """The ``@font-face`` rules for the pack's fonts."""
    rule = '@font-face{{font-family:"{}";font-weight:{};font-style:{};src:url("pack:font/{}")}}'
    return "\n".join(rule.format(*face, file) for face, file in FONTS.items())


def _media_type(data: bytes) -> str:
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data), formats=list(_FORMATS)) as picture:
            width, height = picture.size
            return _FORMATS.get(picture.format or "", "") if 0 < width * height <= PICTURE_PIXELS else ""
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return ""
