"""The navigator: where the window is, and how a page asks for another without knowing it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

PAGES = (
    "search",
    "knowledge",
    "feedback",
    "criteria",
    "postmortems",
    "handoff",
    "dashboard",
    "settings",
)


@dataclass(frozen=True, slots=True)
class Place:
    """A page, and what it is to show: an id, a query, or ``new`` with a text to start from."""

    page: str
    target: str = ""
    text: str = ""


class Navigator(QObject):
    """``moved`` says where to go; Back and Forward walk through where the window was."""

    moved = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._places: list[Place] = []
        self._at = -1

    @property
    def place(self) -> Place | None:
        """Where the window is now."""
        return self._places[self._at] if self._at >= 0 else None

    def go(self, page: str, target: str = "", text: str = "") -> None:
        """Show ``page`` with ``target``."""
        place = Place(page, target, text)
        if place != self.place:
            del self._places[self._at + 1 :]
            self._places.append(place)
            self._at = len(self._places) - 1
        self.moved.emit(place)

    def open(self, item_id: str) -> None:
        """Show whatever has this id: an article, a record, a criterion, a post-mortem, a pack."""
        self.go(page_of(item_id), item_id)

    def back(self) -> None:
        """One place back, if there is one."""
        if self._at > 0:
            self._at -= 1
            self.moved.emit(self._places[self._at])

    def forward(self) -> None:
        """One place forward, if there is one."""
        if self._at + 1 < len(self._places):
            self._at += 1
            self.moved.emit(self._places[self._at])


def page_of(item_id: str) -> str:
    """The page that shows the item with this id, by its prefix."""
    prefix = item_id.partition("-")[0]
    by_prefix = {"FB": "feedback", "EC": "criteria", "W": "criteria", "PM": "postmortems", "HP": "handoff"}
    return by_prefix.get(prefix, "knowledge")
