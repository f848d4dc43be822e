"""Contrast is computed from the tokens: text at least 4.5 to 1, graphics at least 3 (WCAG 2.2, 1.4.3 and 1.4.11)."""

import pytest

from hypercare_desk.ui.theme import tokens

SURFACES = ("window", "surface", "sunken", "raised", "hover", "selected")
HUES = ("red", "orange", "yellow", "amber", "green", "slate", "violet", "blue")


def _luminance(color: str) -> float:
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("mode", [0, 1], ids=["light", "dark"])
class TestContrast:
    @pytest.mark.parametrize("surface", SURFACES)
    @pytest.mark.parametrize("text", ["text", "text2", "accent"])
    def test_text_on_surfaces(self, mode: int, surface: str, text: str) -> None:
        color = tokens()["color"]
        assert contrast(color[text][mode], color[surface][mode]) >= 4.5

    @pytest.mark.parametrize(
        ("text", "ground"), [("on_accent", "accent_fill"), ("on_accent", "accent_hover"), ("on_hit", "hit")]
    )
    def test_text_on_fills(self, mode: int, text: str, ground: str) -> None:
        color = tokens()["color"]
        assert contrast(color[text][mode], color[ground][mode]) >= 4.5

    @pytest.mark.parametrize("hue", HUES)
    def test_status_text_on_its_tint_and_on_surfaces(self, mode: int, hue: str) -> None:
        row, color = tokens()["hue"][hue], tokens()["color"]
        grounds = [row["tint"][mode], *(color[name][mode] for name in ("surface", "selected", "window"))]
        assert min(contrast(row["fg"][mode], ground) for ground in grounds) >= 4.5

    @pytest.mark.parametrize("hue", HUES)
    def test_status_marks(self, mode: int, hue: str) -> None:
        row, color = tokens()["hue"][hue], tokens()["color"]
        assert contrast(row["mark"][mode], color["surface"][mode]) >= 3

    def test_borders_of_controls(self, mode: int) -> None:
        color = tokens()["color"]
        assert contrast(color["control"][mode], color["surface"][mode]) >= 3
