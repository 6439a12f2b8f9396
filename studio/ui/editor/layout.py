"""Where every line of the script lies: a centred column, generous line height, formats put on when a line is first shown.

QPlainTextEdit asks a QPlainTextDocumentLayout for the height of each block. Qt's own ignores line height and margins; this one
lays out single blocks with QTextLayout, lazily, so that a script of any length opens at once and a key costs one block.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFont, QFontMetricsF, QTextBlock, QTextCharFormat, QTextDocument, QTextLayout
from PySide6.QtWidgets import QPlainTextDocumentLayout

from studio.core.script import Line, SpanKind
from studio.ui.editor.highlight import Highlighter
from studio.ui.editor.positions import length_in_units

CHARACTERS = 80  # the text is never wider
LEADING = 1.42  # of the font's own height, which is about 1.2 of its size: 1.7 in all
_SAMPLE = "the names of seven ships, and under "


@dataclass(frozen=True, slots=True)
class Column:
    """The text's place in the viewport, in points. `pitch` is the height of one line of text."""

    left: float = 80
    width: float = 700
    whole: float = 860
    pitch: float = 26
    gap: float = 4  # below a line of script
    small: float = 12  # height of an empty line


def column_for(font: QFont, whole: float, left_room: float, right_room: float) -> Column:
    """The column in a viewport `whole` points wide: centred, at most CHARACTERS wide, with room on both sides."""
    metrics = QFontMetricsF(font)
    pitch = round(metrics.height() * LEADING)
    widest = metrics.horizontalAdvance(_SAMPLE) / len(_SAMPLE) * CHARACTERS
    width = max(120.0, min(widest, whole - left_room - right_room))
    left = max(left_room, (whole - width) / 2)
    return Column(round(left), round(width), whole, pitch, round(pitch * 0.14), round(pitch * 0.5))


class ScriptLayout(QPlainTextDocumentLayout):
    """Lays out blocks. `laid_out` counts them, for the bench and the tests."""

    def __init__(self, document: QTextDocument, highlighter: Highlighter, line_of: Callable[[int], Line | None]) -> None:
        super().__init__(document)
        self._highlighter = highlighter
        self._line_of = line_of
        self._formatting = False
        self._changing = False
        self._telling = False
        self._blocks = document.blockCount()
        self.column = Column()
        self.laid_out = 0

    def blockBoundingRect(self, block: QTextBlock) -> QRectF:
        """The whole width, and the height of the block's lines with the space around them."""
        if not block.isValid():
            return QRectF()
        layout = block.layout()
        count = layout.lineCount()
        if not count:
            self._lay_out(block, layout)
            count = layout.lineCount()
        return QRectF(0, 0, self.column.whole, self._height(block, layout, count))

    def documentChanged(self, position: int, removed: int, added: int) -> None:
        if self._formatting:
            return
        self._changing = True
        try:
            block = self.document().findBlock(position)
            if position + added < block.position() + block.length() and self.document().blockCount() == self._blocks:
                self._block_changed(block)
            else:
                self._blocks = self.document().blockCount()
                super().documentChanged(position, removed, added)
        finally:
            self._changing = False

    def _block_changed(self, block: QTextBlock) -> None:
        layout = block.layout()
        count = layout.lineCount()
        before = self._height(block, layout, count) if count else -1.0
        self._lay_out(block, layout)
        if self._height(block, layout, layout.lineCount()) == before:
            self.updateBlock.emit(block)
        else:
            self.documentSizeChanged.emit(self.documentSize())
            self.update["QRectF"].emit(QRectF(0, 0, 1e9, 1e9))  # type: ignore[index]

    def _height(self, block: QTextBlock, layout: QTextLayout, count: int) -> float:
        last = layout.lineAt(count - 1)
        if count == 1 and not last.textLength():
            return self.column.small if block.blockNumber() else self.column.pitch
        return last.y() + last.height() * (LEADING + 1) / 2 + self.column.gap

    def _lay_out(self, block: QTextBlock, layout: QTextLayout) -> None:
        self.laid_out += 1
        number = block.blockNumber()
        line = self._line_of(number)
        self._set_formats(block, layout, line)
        column = self.column
        above = column.gap * 3 if number == 0 else 0.0
        if line is not None and line.spans and line.spans[0].kind is SpanKind.HEADING:
            above += column.pitch * (0.55 if number else 0.2)
        layout.setTextOption(self.document().defaultTextOption())
        layout.beginLayout()
        y, text_line = above, layout.createLine()
        while text_line.isValid():
            text_line.setLineWidth(column.width)
            height = text_line.height()
            room = height * LEADING if block.length() > 1 or not number else column.small
            text_line.setPosition(QPointF(column.left, y + (room - height) / 2))
            y += max(room, height)
            text_line = layout.createLine()
        layout.endLayout()
        lines = max(1, layout.lineCount())
        if lines != block.lineCount():
            block.setLineCount(lines)
            self._tell_size()

    def _tell_size(self) -> None:
        """Scroll bars are told as blocks turn out to be longer than a line. What that lays out in turn is told once more."""
        if self._telling:
            return
        self._telling = True
        told = -1
        while told != self.document().lineCount():
            told = self.document().lineCount()
            self.documentSizeChanged.emit(self.documentSize())
        self._telling = False

    def _set_formats(self, block: QTextBlock, layout: QTextLayout, line: Line | None) -> None:
        ranges = self._highlighter.ranges(line) if line is not None else []
        if layout.preeditAreaText():
            ranges = _around_preedit(layout, ranges)
        if not ranges and not layout.formats():
            return
        # Qt notes a change of formats as a change of the document, to be told at its next edit. It is told at once, to deaf
        # ears, so that the next edit reports its own range only.
        document = self.document()
        self._formatting = True
        blocked = document.blockSignals(True)
        layout.setFormats(ranges)
        if not self._changing:
            document.markContentsDirty(block.position(), 0)
        document.blockSignals(blocked)
        self._formatting = False


def _around_preedit(layout: QTextLayout, ranges: list[QTextLayout.FormatRange]) -> list[QTextLayout.FormatRange]:
    """The formats while an input method composes: its own stay, and ours make room for the text that is not yet written."""
    start, length = layout.preeditAreaPosition(), length_in_units(layout.preeditAreaText())
    for one in ranges:
        if one.start >= start:
            one.start += length
        elif one.start + one.length > start:
            one.length += length
    for one in layout.formats():
        if start <= one.start and one.start + one.length <= start + length:
            kept = QTextLayout.FormatRange()
            kept.start, kept.length, kept.format = one.start, one.length, QTextCharFormat(one.format)
            ranges.append(kept)
    return ranges
