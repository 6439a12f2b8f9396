"""What is painted below and above the text of the visible lines: bands, pills, selection, spoken word, wavy lines.

Works on the layouts that Qt has made already; asks the document nothing that costs more than the visible lines.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QTextBlock, QTextLayout, QTextLine

from studio.core.script import Line, SpanKind
from studio.ui.editor.layout import Column
from studio.ui.editor.positions import to_units
from studio.ui.editor.table import Problem
from studio.ui.theme import Theme
from studio.ui.widgets.labels import paint_pill

_SOUNDS = (SpanKind.NONVERBAL, SpanKind.UNKNOWN_NONVERBAL)
SEVERITY_COLORS = {"error": "failed", "warning": "stale", "info": "accent"}


@dataclass(frozen=True, slots=True)
class Row:
    """A block that can be seen. `top` and `height` are points of the viewport."""

    block: QTextBlock
    layout: QTextLayout
    number: int
    top: float
    height: float

    @property
    def bottom(self) -> float:
        return self.top + self.height


def boxes(row: Row, start: int, end: int, pitch: float, *, runs_on: bool = False) -> Iterator[QRectF]:
    """The boxes, one per line of text, around the UTF-16 units `start` to `end` of a row; `runs_on` beyond its end."""
    layout = row.layout
    first = layout.lineForTextPosition(start)
    if not first.isValid():
        return
    for index in range(first.lineNumber(), layout.lineCount()):
        line = layout.lineAt(index)
        begins = line.textStart()
        if begins > end or (begins == end and end > start):
            break
        ends = begins + line.textLength()
        left, right = cursor_x(line, max(start, begins)), cursor_x(line, min(end, ends))
        if end > ends or (runs_on and end >= ends):
            right += 6
        height = max(pitch, line.height()) if pitch else line.height()
        top = row.top + line.y() + line.height() / 2 - height / 2
        yield QRectF(min(left, right), top, abs(right - left), height)


def cursor_x(line: QTextLine, units: int) -> float:
    """Where the cursor stands before a character of the line; PySide gives the place along with the character."""
    place = line.cursorToX(units)
    return float(place[0]) if isinstance(place, tuple) else float(str(place))


def paint_box(painter: QPainter, box: QRectF, color: QColor, radius: float = 3) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawRoundedRect(box, radius, radius)


def paint_band(painter: QPainter, rows: Iterable[Row], column: Column, theme: Theme) -> None:
    """The ground of the current segment, from edge to edge."""
    for row in rows:
        painter.fillRect(QRectF(0, round(row.top), column.whole, round(row.bottom) - round(row.top)), theme.color("band"))


def paint_word(painter: QPainter, rows: Iterable[Row], start: int, end: int, column: Column, color: QColor) -> None:
    """The ground of the word being spoken."""
    for row in rows:
        for box in boxes(row, start, end, column.pitch - 4):
            paint_box(painter, box.adjusted(-2, 0, 2, 0), color, 4)


def between(places: Sequence[tuple[int, int]], rows: Sequence[Row]) -> Iterator[tuple[int, int]]:
    """Those of the ordered (start, end) positions that can be seen."""
    if not places or not rows:
        return
    first, last = rows[0].block.position(), rows[-1].block.position() + rows[-1].block.length()
    for start, end in places[bisect_left(places, first, key=lambda place: place[1]) :]:
        if start > last:
            return
        yield start, end


def paint_pills(painter: QPainter, row: Row, line: Line, theme: Theme) -> None:
    """A quiet outline around every sound of a line."""
    for span in line.spans:
        if span.kind in _SOUNDS:
            start, end = to_units(line.text, span.start), to_units(line.text, span.end)
            for box in boxes(row, start, end, 0):
                paint_pill(painter, box.adjusted(-2.5, -1, 2.5, 1), theme.color("line"))


def paint_selection(painter: QPainter, rows: Iterable[Row], start: int, end: int, column: Column, color: QColor) -> None:
    """The selected text between two positions of the document, at the full height of its lines."""
    for row in rows:
        begins = row.block.position()
        length = row.block.length() - 1
        if begins + length < start or begins > end:
            continue
        runs_on = end > begins + length
        for box in boxes(row, max(0, start - begins), min(length, end - begins), column.pitch, runs_on=runs_on):
            paint_box(painter, box, color, 2)


def paint_problems(painter: QPainter, row: Row, text: str, problems: Iterable[Problem], theme: Theme) -> None:
    """A wavy line under each problem, in the colour of its severity."""
    for one in problems:
        start = to_units(text, min(one.start, max(0, len(text) - 1)))
        end = max(start + 1, to_units(text, one.end))
        color = theme.color(SEVERITY_COLORS.get(one.diagnostic.severity, "accent"))
        for box in boxes(row, start, min(end, row.block.length() - 1), 0):
            paint_wave(painter, box.left(), max(box.right(), box.left() + 8), box.bottom() + 1.5, color)


def paint_wave(painter: QPainter, left: float, right: float, y: float, color: QColor) -> None:
    path = QPainterPath(QPointF(left, y))
    x, up = left, True
    while x < right:
        path.quadTo(x + 2, y - 3 if up else y + 3, min(x + 4, right), y)
        x, up = x + 4, not up
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(color, 1.4))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(path)
