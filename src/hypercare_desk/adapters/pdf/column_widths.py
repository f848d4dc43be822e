"""Finds the widths of a table's columns from the lengths of the texts in them, in one pass while it is written."""

from __future__ import annotations

_LONGEST = 70
_LONGEST_WORD = 22
_LEAST = 5.0
_MANY, _TOO_MANY = 6, 10


class ColumnWidths:
    """Watches one table go by. ``place`` is where its opening tag stands in the writer's output."""

    def __init__(self, place: int) -> None:
        self.place = place
        self._texts: list[int] = []
        self._words: list[int] = []
        self._column = -1
        self._length = 0
        self._spans = False

    def row(self) -> None:
        """A row begins."""
        self._column = -1

    def cell(self, colspan: str) -> None:
        """A cell begins; those over several columns say nothing of any of them."""
        wide = int(colspan[:2]) if colspan[:2].isdigit() else 1
        self._column += 1
        self._spans = wide > 1
        self._length = 0
        for _ in range(min(self._column + wide, 64) - len(self._texts)):
            self._texts.append(0)
            self._words.append(0)
        if wide > 1:
            self._column += wide - 1

    def text(self, text: str) -> None:
        """Text inside the present cell."""
        if self._spans or not 0 <= self._column < len(self._texts):
            return
        self._length += len(text.strip()) + 1
        self._texts[self._column] = max(self._texts[self._column], self._length)
        longest = max(map(len, text.split()), default=0)
        self._words[self._column] = max(self._words[self._column], longest)

    def opening(self) -> str:
        """The table's opening tag and its columns, their widths in percent."""
        count = len(self._texts)
        style = ' class="wider"' if count > _TOO_MANY else ' class="wide"' if count > _MANY else ""
        if count < 2:
            return f"<table{style}>"
        weights = [
            max(_LEAST, min(words, _LONGEST_WORD) * 1.15 + 1, min(length, _LONGEST) ** 0.9)
            for length, words in zip(self._texts, self._words, strict=True)
        ]
        total = sum(weights)
        columns = "".join(f'<col style="width: {100 * weight / total:.1f}%">' for weight in weights)
        return f"<table{style}><colgroup>{columns}</colgroup>"
