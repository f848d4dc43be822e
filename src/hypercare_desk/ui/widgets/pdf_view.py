"""The pages of a PDF below each other: only those in sight are drawn, off the GUI thread, one at a time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QGuiApplication,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QMenu, QWidget

from hypercare_desk.ui.theme import Theme
from hypercare_desk.ui.widgets.pdf_file import Match, PdfFile

# Runs work off the GUI thread and hands its result back on it.
Run = Callable[[Callable[[], Any], Callable[[Any], None]], None]
_GAP, _MARGIN = 14, 24
_KEPT = 8
_STEP = 1.2
_STILL = 4
SMALLEST, LARGEST = 0.3, 5.0


class PdfView(QAbstractScrollArea):
    """Shows one file. ``page_changed`` (from 0) tells which page is in sight, ``zoomed`` how large (1 is 100 %)."""

    page_changed = Signal(int)
    zoomed = Signal(float)

    def __init__(self, theme: Theme, run: Run, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._run = run
        self._file: PdfFile | None = None
        self._zoom = 0.0  # 0: as wide as the window
        self._tops: list[float] = []
        self._pictures: dict[int, tuple[float, QImage]] = {}
        self._asked: tuple[PdfFile, int] | None = None
        self._matches: Sequence[Match] = ()
        self._match = -1
        self._page = -1
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Pages of the pack"))
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        self.horizontalScrollBar().valueChanged.connect(self.viewport().update)
        theme.changed.connect(self.viewport().update)

    # --- what is shown ---------------------------------------------------------------------------------------

    @property
    def file(self) -> PdfFile | None:
        """The file that is shown."""
        return self._file

    @property
    def page(self) -> int:
        """The page in sight, from 0; -1 without a file."""
        return self._page

    @property
    def pages(self) -> int:
        """How many pages the file has."""
        return len(self._file.sizes) if self._file else 0

    @property
    def zoom(self) -> float:
        """How large the pages are; 1 is a point as 1/72 inch at 96 dpi."""
        return self._scale() / (96 / 72)

    @property
    def fits(self) -> bool:
        """Whether the pages are as wide as the window."""
        return self._zoom == 0.0

    def drawn(self, page: int) -> bool:
        """Whether a page's picture is there in the size it is shown in."""
        kept = self._pictures.get(page)
        return kept is not None and kept[0] == self._sharpness()

    def show_file(self, file: PdfFile | None) -> None:
        """Show another file from the page of the same number on; the old one is closed."""
        old, page = self._file, max(self._page, 0)
        self._file = file
        self._pictures.clear()
        self._matches, self._match, self._page = (), -1, -1
        if old is not None and old is not file:
            self._run(old.close, lambda _nothing: None)
        self._lay_out()
        if file is not None:
            self.go_to(min(page, len(file.sizes) - 1))
            self._notice_page()

    def go_to(self, page: int, y: float = 0.0) -> None:
        """Bring a page (from 0) to the top, from ``y`` points below its edge."""
        if 0 <= page < len(self._tops):
            self.verticalScrollBar().setValue(round(self._tops[page] + y * self._scale() - _GAP))
            self._notice_page()

    def set_zoom(self, zoom: float) -> None:
        """Show the pages so large (1 is 100 %); 0 fits them to the width."""
        page, within = self._place()
        self._zoom = min(LARGEST, max(SMALLEST, zoom)) * (96 / 72) if zoom else 0.0
        self._lay_out()
        self.go_to(page, within)
        self.zoomed.emit(self.zoom)

    def zoom_by(self, steps: int) -> None:
        """A step larger or smaller."""
        self.set_zoom(self.zoom * _STEP**steps)

    def show_matches(self, matches: Sequence[Match]) -> None:
        """Mark what was found, and go to the first match from the page in sight on."""
        self._matches = matches
        self._match = -1
        self.viewport().update()
        if matches:
            at = next((n for n, match in enumerate(matches) if match.page >= self._page), 0)
            self._go_to_match(at)

    def next_match(self, step: int) -> int:
        """Go to the next (1) or previous (-1) match; returns its number from 1, 0 without any."""
        if self._matches:
            self._go_to_match((self._match + step) % len(self._matches))
        return self._match + 1

    @property
    def match(self) -> int:
        """The number of the match in sight, from 1; 0 without any."""
        return self._match + 1

    # --- layout ----------------------------------------------------------------------------------------------

    def _scale(self) -> float:
        if self._zoom:
            return self._zoom
        widest = max((size[0] for size in self._file.sizes), default=595.0) if self._file else 595.0
        return max(0.2, (self.viewport().width() - 2 * _MARGIN) / widest)

    def _sharpness(self) -> float:
        return round(self._scale() * self.devicePixelRatioF(), 4)

    def _lay_out(self) -> None:
        scale = self._scale()
        self._tops, y = [], float(_GAP)
        for _, height in self._file.sizes if self._file else ():
            self._tops.append(y)
            y += height * scale + _GAP
        widest = max((size[0] for size in self._file.sizes), default=0.0) if self._file else 0.0
        seen = self.viewport().size()
        across = max(0, round(widest * scale) + 2 * _MARGIN - seen.width()) if self._zoom else 0
        self.verticalScrollBar().setRange(0, max(0, round(y) - seen.height()))
        self.verticalScrollBar().setPageStep(max(40, seen.height() - 40))
        self.verticalScrollBar().setSingleStep(48)
        self.horizontalScrollBar().setRange(0, across)
        self.horizontalScrollBar().setPageStep(seen.width())
        self.viewport().update()

    def _box(self, page: int) -> QRectF:
        """Where a page lies in the viewport."""
        scale = self._scale()
        width, height = self._file.sizes[page] if self._file else (0.0, 0.0)
        room = self.viewport().width()
        left = max(float(_MARGIN), (room - width * scale) / 2) - self.horizontalScrollBar().value()
        top = self._tops[page] - self.verticalScrollBar().value()
        return QRectF(round(left), round(top), round(width * scale), round(height * scale))

    def _in_sight(self) -> range:
        if not self._tops:
            return range(0)
        top = self.verticalScrollBar().value()
        first = max(0, bisect_right(self._tops, top) - 1)
        last = bisect_right(self._tops, top + self.viewport().height())
        return range(first, max(first + 1, last))

    def _place(self) -> tuple[int, float]:
        """The page at the upper edge and how many points of it are above."""
        if not self._tops:
            return 0, 0.0
        top = self.verticalScrollBar().value() + _GAP
        page = max(0, bisect_right(self._tops, top) - 1)
        return page, max(0.0, (top - self._tops[page]) / self._scale())

    def _notice_page(self) -> None:
        if not self._tops:
            return
        middle = self.verticalScrollBar().value() + self.viewport().height() // 3
        at_end = self.verticalScrollBar().value() >= self.verticalScrollBar().maximum() > 0
        page = max(0, bisect_right(self._tops, middle) - 1)
        if at_end and self._in_sight()[-1] == len(self._tops) - 1 and page < len(self._tops) - 1:
            page = max(page, self._in_sight()[-1])
        if page != self._page:
            self._page = page
            self.setAccessibleDescription(self.tr("Page {0} of {1}").format(page + 1, self.pages))
            self.page_changed.emit(page)

    # --- drawing ---------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.fillRect(self.viewport().rect(), self._theme.color("hover"))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for page in self._in_sight():
            box = self._box(page)
            painter.fillRect(box, QColor("white"))
            if page in self._pictures:
                painter.drawImage(box, self._pictures[page][1])
            self._paint_matches(painter, page, box)
            painter.setPen(QPen(self._theme.color("border"), 1))
            painter.drawRect(box)
        if self.hasFocus():
            painter.setPen(QPen(self._theme.color("accent"), 2))
            painter.drawRect(self.viewport().rect().adjusted(1, 1, -1, -1))
        self._ask()

    def _paint_matches(self, painter: QPainter, page: int, box: QRectF) -> None:
        scale = self._scale()
        for number, match in enumerate(self._matches):
            if match.page != page:
                continue
            for x, y, width, height in match.boxes:
                at = QRectF(box.x() + x * scale, box.y() + y * scale, width * scale, height * scale)
                at.adjust(-1, -1, 1, 1)
                painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Multiply)
                painter.fillRect(at, QColor("#FFD84D"))
                painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
                if number == self._match:
                    painter.setPen(QPen(QColor("#2456C8"), 2))
                    painter.drawRect(at)

    def _ask(self) -> None:
        """Have the next page that lacks its picture drawn; the one after it follows when this one has come."""
        file = self._file
        if file is None or self._asked is not None:
            return
        seen = self._in_sight()
        near = [*seen, *(p for p in (seen[-1] + 1, seen[0] - 1) if 0 <= p < len(self._tops))]
        page = next((p for p in near if not self.drawn(p)), None)
        if page is None:
            return
        self._asked = (file, page)
        sharpness = self._sharpness()
        self._run(lambda: file.picture(page, sharpness), lambda seen: self._come(file, page, sharpness, seen))

    def _come(self, file: PdfFile, page: int, sharpness: float, picture: QImage) -> None:
        self._asked = None
        if file is self._file and not picture.isNull():
            self._pictures.pop(page, None)
            self._pictures[page] = (sharpness, picture)
            for old in [p for p in self._pictures if p not in self._in_sight()][
                : max(0, len(self._pictures) - _KEPT)
            ]:
                del self._pictures[old]
        if file is not self._file or not picture.isNull():
            self.viewport().update()

    def _go_to_match(self, at: int) -> None:
        self._match = at
        match = self._matches[at]
        y = match.boxes[0][1] if match.boxes else 0.0
        box = self._box(match.page)
        top = box.y() + y * self._scale()
        if match.page not in self._in_sight() or not 20 <= top <= self.viewport().height() - 60:
            self.go_to(match.page, max(0.0, y - self.viewport().height() / 3 / self._scale()))
        self.viewport().update()

    # --- Qt's own --------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        page, within = self._place()
        super().resizeEvent(event)
        self._lay_out()
        if self._file is not None:
            self.go_to(page, within)
        if self.fits:
            self.zoomed.emit(self.zoom)

    def _on_scrolled(self) -> None:
        self._notice_page()
        self.viewport().update()

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.DevicePixelRatioChange, QEvent.Type.ScreenChangeInternal):
            self.viewport().update()
        return super().viewportEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        bar = self.verticalScrollBar()
        moves = {
            Qt.Key.Key_Down: bar.singleStep(),
            Qt.Key.Key_Up: -bar.singleStep(),
            Qt.Key.Key_PageDown: bar.pageStep(),
            Qt.Key.Key_PageUp: -bar.pageStep(),
            Qt.Key.Key_Space: bar.pageStep(),
        }
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            super().keyPressEvent(event)
        elif event.key() in moves:
            bar.setValue(bar.value() + moves[Qt.Key(event.key())])
        elif event.key() == Qt.Key.Key_Home:
            self.go_to(0)
        elif event.key() == Qt.Key.Key_End:
            bar.setValue(bar.maximum())
        elif event.key() == Qt.Key.Key_Right:
            self.go_to(self._page + 1)
        elif event.key() == Qt.Key.Key_Left:
            self.go_to(max(0, self._page - 1))
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            if event.angleDelta().y():
                self.zoom_by(1 if event.angleDelta().y() > 0 else -1)
            event.accept()
            return
        super().wheelEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed = event.position().toPoint()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click follows a link of the document."""
        at, file = event.position().toPoint(), self._file
        if event.button() != Qt.MouseButton.LeftButton or file is None or not self._tops:
            return
        if (at - self._pressed).manhattanLength() > _STILL:
            return
        page = self._page_at(at)
        box, scale = self._box(page), self._scale()
        if box.contains(QPointF(at)):
            x, y = (at.x() - box.x()) / scale, (at.y() - box.y()) / scale
            self._run(lambda: file.link(page, x, y), self._follow)

    def _follow(self, place: Match | None) -> None:
        if place is not None:
            self.go_to(place.page, place.boxes[0][1] if place.boxes else 0.0)

    _pressed = QPoint()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        file = self._file
        if file is None:
            return
        page = self._page_at(event.pos()) if event.reason() == QContextMenuEvent.Reason.Mouse else self._page
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(
            self.tr("Copy the text of page {0}").format(page + 1), lambda: self._copy_text(file, page)
        )
        picture = menu.addAction(self.tr("Copy page {0} as a picture").format(page + 1))
        picture.triggered.connect(lambda: QGuiApplication.clipboard().setImage(self._pictures[page][1]))
        picture.setEnabled(page in self._pictures)
        menu.addSeparator()
        menu.addAction(self.tr("Fit width"), lambda: self.set_zoom(0))
        menu.addAction(self.tr("100 %"), lambda: self.set_zoom(1))
        menu.popup(event.globalPos())

    def _page_at(self, at: QPoint) -> int:
        return max(0, bisect_right(self._tops, at.y() + self.verticalScrollBar().value()) - 1)

    def _copy_text(self, file: PdfFile, page: int) -> None:
        self._run(lambda: file.text(page), QGuiApplication.clipboard().setText)
