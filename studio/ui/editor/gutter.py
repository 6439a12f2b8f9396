"""The margin: state mark, signs, line number and bar of each segment on the left, its length on the right. Paints and words."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QPainter

from studio.i18n import _
from studio.ui.editor.layout import Column
from studio.ui.editor.painting import Row
from studio.ui.editor.table import LineTable, SegmentMark
from studio.ui.theme import Theme
from studio.ui.widgets.marks import paint_mark, state_color, state_word

LEFT, RIGHT = 100, 92  # room kept on both sides of the text, in points
BAR, MARK, SIGN = 3, 24, 14


def length_text(mark: SegmentMark) -> str:
    """`14.0 s`, `~6.4 s` for an estimate, `8.2 / 11 s` while rendering."""
    if mark.progress is not None and mark.state == "rendering":
        return _("{done:.1f} / {total:.0f} s").format(done=mark.progress, total=mark.seconds)
    if mark.seconds <= 0:
        return ""
    return ("~" if mark.is_estimate else "") + _("{seconds:.1f} s").format(seconds=mark.seconds)


def spoken_text(mark: SegmentMark, number: int) -> str:
    """The segment at line `number` in words, for screen readers."""
    length = _("about {seconds:.1f} seconds") if mark.is_estimate else _("{seconds:.1f} seconds")
    parts = [_("line {line}").format(line=number + 1), state_word(mark.state)]
    if mark.seconds > 0:
        parts.append(length.format(seconds=mark.seconds))
    if mark.note:
        parts.append(mark.note)
    parts += [said(*sign) for sign in mark.signs]
    return ", ".join(parts)


def said(sign: str, words: str) -> str:
    """`doubtful: long gap 1.8 s at 0:04`"""
    return f"{state_word(sign)}: {words}" if words else state_word(sign)


def tooltip(marks: tuple[SegmentMark, ...]) -> str:
    """What the margin says of the segments of a line, as rich text."""
    lines = []
    for mark in marks:
        length = length_text(mark)
        word = state_word(mark.state)
        lines.append(f"<b>{escape(word[:1].upper() + word[1:])}</b>" + (f" · {escape(length)}" if length else ""))
        if mark.note:
            lines.append(escape(mark.note))
        lines += [escape(said(*sign)) for sign in mark.signs]
    return "<br>".join(lines)


def paint_margin(
    painter: QPainter, rows: list[Row], table: LineTable, column: Column, font: QFont, theme: Theme, here: int
) -> None:
    """Numbers, marks, bars and lengths of the visible rows. `here` is the cursor's line."""
    segments = table.segments
    for row in rows:
        first = row.layout.lineAt(0)
        box = QRectF(0, row.top + first.y(), column.left - 20, first.height())
        is_empty = row.block.length() == 1
        if not is_empty or row.number == here:
            painter.setFont(font)
            painter.setPen(theme.color("text" if row.number == here else "muted"))
            painter.drawText(box, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), str(row.number + 1))
        marks = segments[row.number]
        if not marks:
            continue
        before = segments[row.number - 1] if row.number else ()
        begun = [mark for mark in marks if mark not in before]
        after = segments[row.number + 1] if row.number + 1 < len(segments) else ()
        joins = any(mark in before for mark in marks), any(mark in after for mark in marks)
        _paint_bars(painter, row, marks, column, theme, joins)
        if begun:
            _paint_mark(painter, box, begun, column, theme)
            _paint_lengths(painter, row, begun, column, font, theme)


def _paint_bars(
    painter: QPainter, row: Row, marks: tuple[SegmentMark, ...], column: Column, theme: Theme, joins: tuple[bool, bool]
) -> None:
    """One bar; where several segments share a line, one piece each, from top to bottom. Whole points, so that rows join."""
    first, last = row.layout.lineAt(0), row.layout.lineAt(row.layout.lineCount() - 1)
    room = (column.pitch - first.height()) / 2
    top = round(row.top) if joins[0] else round(row.top + first.y() - room + 2)
    bottom = round(row.bottom) if joins[1] else round(row.top + last.y() + last.height() + room - 2)
    for index, mark in enumerate(marks):
        begin, end = (top + (bottom - top) * at // len(marks) for at in (index, index + 1))
        color = theme.color("faint") if mark.state == "empty" else state_color(mark.state, theme)
        gap = 1 if index + 1 < len(marks) else 0
        painter.fillRect(round(column.left) - 12, begin, BAR, end - begin - gap, color)


def _paint_mark(painter: QPainter, box: QRectF, begun: list[SegmentMark], column: Column, theme: Theme) -> None:
    worst = min(begun, key=lambda mark: _URGENCY.get(mark.state, 9))
    room = QRectF(column.left - 74, box.top(), MARK, box.height())
    paint_mark(painter, room, worst.state, state_color(worst.state, theme))
    signs = dict.fromkeys(sign for mark in begun for sign, _words in mark.signs)
    for number, sign in enumerate(signs):
        place = QRectF(room.left() + (MARK - SIGN) / 2 - (number + 1) * SIGN, box.top(), SIGN, box.height())
        paint_mark(painter, place, sign, state_color(sign, theme))


_URGENCY = {"failed": 0, "rendering": 1, "queued": 2, "stale": 3, "empty": 4, "rendered": 5, "kept": 6, "locked": 7}


def _paint_lengths(painter: QPainter, row: Row, begun: list[SegmentMark], column: Column, font: QFont, theme: Theme) -> None:
    painter.setFont(font)
    painter.setPen(theme.color("muted"))
    right = column.left + column.width + RIGHT - 16
    lines = row.layout.lineCount()
    for index, mark in enumerate(begun):
        line = row.layout.lineAt(index * lines // len(begun))
        box = QRectF(right - 160, row.top + line.y(), 160, line.height())
        painter.drawText(box, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), length_text(mark))
