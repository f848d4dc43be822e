"""Theme: tokens, light and dark palettes, fonts, icons and the one style sheet."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QPalette
from PySide6.QtWidgets import QApplication

from hypercare_desk.resources import resource


@dataclass(frozen=True, slots=True)
class Hue:
    """A status colour: text on the tint or on a surface, the tint behind it, the mark for icons and bars."""

    fg: QColor
    tint: QColor
    mark: QColor


@cache
def tokens() -> Mapping[str, Any]:
    """The tokens of ``resources/styles/tokens.toml`` as they are written."""
    return tomllib.loads(resource("styles", "tokens.toml").read_text(encoding="utf-8"))


class Theme(QObject):
    """What things look like now. ``changed`` is emitted after a switch; painters ask again, icons are made anew."""

    changed = Signal()

    def __init__(self, *, dark: bool = False, scale: float = 1.0, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._dark = dark
        self._scale = scale
        self._icons: dict[tuple[str, str], QIcon] = {}

    @property
    def dark(self) -> bool:
        return self._dark

    @property
    def scale(self) -> float:
        """Text size as a factor of 100 %."""
        return self._scale

    def set(self, *, dark: bool | None = None, scale: float | None = None) -> None:
        """Switch, style the application anew and tell everybody."""
        self._dark = self._dark if dark is None else dark
        self._scale = self._scale if scale is None else min(2.0, max(0.9, scale))
        self._icons.clear()
        self.apply()
        self.changed.emit()

    def apply(self) -> None:
        """Give the application this theme's font, palette and style sheet."""
        app = cast(QApplication, QApplication.instance())
        app.setFont(self.font("body"))
        app.setPalette(self.palette())
        app.setStyleSheet(self.style_sheet())

    def color(self, name: str) -> QColor:
        """A colour token by name, e.g. ``text2``."""
        return QColor(tokens()["color"][name][self._dark])

    def hue(self, name: str) -> Hue:
        """A status hue by name, e.g. ``green``."""
        row = tokens()["hue"][name]
        return Hue(*(QColor(row[part][self._dark]) for part in ("fg", "tint", "mark")))

    def state(self, word: str) -> tuple[Hue, str]:
        """The hue and icon name of a state or priority word (``P1``, ``met``, ``validated``); slate if unknown."""
        hue, icon = tokens()["state"].get(word.lower().replace("-", " "), ("slate", "ph.circle"))
        return self.hue(hue), icon

    def size(self, name: str) -> int:
        """A size token in px at 100 %, grown with the text."""
        return round(tokens()["size"][name] * self._scale)

    def font(self, role: str) -> QFont:
        """The font of a type role (``body``, ``title``, ``mono`` …), grown with the text size."""
        pixels, weight = tokens()["type"][role]
        font = QFont(_mono_family() if role == "mono" else _text_family())
        # 13 px at 100 % are 9.75 points at 96 dpi: points follow the screen's own scale.
        font.setPointSizeF(pixels * 0.75 * self._scale)
        font.setWeight(QFont.Weight(weight))
        if role == "mono":
            font.setStyleHint(QFont.StyleHint.Monospace)
        return font

    def icon(self, name: str, color: str = "text2") -> QIcon:
        """A Phosphor icon (``ph.bug``) in a colour token or ``hue.mark``/``hue.fg`` such as ``green.mark``."""
        key = (name, color)
        if key not in self._icons:
            import qtawesome

            self._icons[key] = qtawesome.icon(
                name,
                color=self._any_color(color),
                color_disabled=self.color("disabled"),
                color_active=self._any_color(color),
            )
        return self._icons[key]

    def palette(self) -> QPalette:
        """The tokens as a ``QPalette`` for Fusion."""
        roles = {
            QPalette.ColorRole.Window: "window",
            QPalette.ColorRole.WindowText: "text",
            QPalette.ColorRole.Base: "surface",
            QPalette.ColorRole.AlternateBase: "sunken",
            QPalette.ColorRole.Text: "text",
            QPalette.ColorRole.PlaceholderText: "text2",
            QPalette.ColorRole.Button: "surface",
            QPalette.ColorRole.ButtonText: "text",
            QPalette.ColorRole.ToolTipBase: "raised",
            QPalette.ColorRole.ToolTipText: "text",
            QPalette.ColorRole.Highlight: "accent_fill",
            QPalette.ColorRole.HighlightedText: "on_accent",
            QPalette.ColorRole.Link: "accent",
            QPalette.ColorRole.LinkVisited: "accent",
            QPalette.ColorRole.Accent: "accent_fill",
            QPalette.ColorRole.Mid: "border",
            QPalette.ColorRole.Dark: "control",
            QPalette.ColorRole.Light: "raised",
        }
        palette = QPalette()
        for role, name in roles.items():
            palette.setColor(role, self.color(name))
        for role in (QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText, QPalette.ColorRole.WindowText):
            palette.setColor(QPalette.ColorGroup.Disabled, role, self.color("disabled"))
        return palette

    def style_sheet(self) -> str:
        """The style sheet template with this theme's values filled in."""
        text = resource("styles", "desk.qss").read_text(encoding="utf-8")
        values = {name: self.color(name).name() for name in tokens()["color"]}
        for name in tokens()["hue"]:
            hue = self.hue(name)
            values |= {
                f"{name}_fg": hue.fg.name(),
                f"{name}_tint": hue.tint.name(),
                f"{name}_mark": hue.mark.name(),
            }
        for role in tokens()["type"]:
            values[f"pt_{role}"] = f"{tokens()['type'][role][0] * 0.75 * self._scale:.2f}pt"
        for name, size in tokens()["size"].items():
            if isinstance(size, int):
                values[f"px_{name}"] = f"{round(size * self._scale)}px"
        values["mono"] = _mono_family()
        for name in ("caret", "close"):
            values[name] = resource("styles", f"{name}-{'dark' if self._dark else 'light'}.svg").as_posix()
        for name in sorted(values, key=len, reverse=True):
            text = text.replace(f"@{name}@", values[name])
        return text

    def _any_color(self, name: str) -> QColor:
        hue, _, part = name.partition(".")
        return getattr(self.hue(hue), part) if part else self.color(name)


@cache
def _text_family() -> str:
    return _first_installed(("Inter", "Segoe UI", "SF Pro Text", "Noto Sans", "DejaVu Sans"))


@cache
def _mono_family() -> str:
    return _first_installed(
        ("JetBrains Mono", "Cascadia Mono", "SF Mono", "Noto Sans Mono", "DejaVu Sans Mono")
    )


def _first_installed(wanted: tuple[str, ...]) -> str:
    there = set(QFontDatabase.families())
    return next((name for name in wanted if name in there), QApplication.font().family())


def system_is_dark() -> bool:
    """Whether the desktop asks for a dark window."""
    hints = QApplication.styleHints()
    return hints.colorScheme() == Qt.ColorScheme.Dark
