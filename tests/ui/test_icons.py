"""Every icon that the window names is in the icon font: a missing one would break painting."""

import json
import re
from importlib.resources import files
from pathlib import Path

import hypercare_desk.ui
from hypercare_desk.resources import resource

NAMED = re.compile(r"[\"']ph\.([a-z0-9-]+)[\"']")


def test_every_icon_named_is_in_the_font() -> None:
    fonts = files("qtawesome") / "fonts"
    [charmap] = [f for f in fonts.iterdir() if f.name.startswith("phosphor") and f.name.endswith(".json")]
    known = set(json.loads(charmap.read_text(encoding="utf-8")))
    sources = [*Path(hypercare_desk.ui.__file__).parent.rglob("*.py"), resource("styles", "tokens.toml")]
    named = {(p.name, icon) for p in sources for icon in NAMED.findall(p.read_text(encoding="utf-8"))}
    assert len(named) > 50
    assert sorted((file, icon) for file, icon in named if icon not in known) == []
