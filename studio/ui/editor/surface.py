"""The script as a surface: its text, what is known of its lines, and how it looks. `view.ScriptEditor` adds what hands do.

It owns the text and its undo, and says which lines changed. What is known of the lines it is told: it knows no session.
Columns are code points of the line, as everywhere in core. Thread: the GUI's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette, QResizeEvent, QTextCursor, QTextOption
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from studio.core.script import Line
from studio.i18n import _, ngettext
from studio.ui.editor import gutter, painting
from studio.ui.editor.announce import Announcer
from studio.ui.editor.clean import clean
from studio.ui.editor.highlight import Highlighter
from studio.ui.editor.layout import Column, ScriptLayout, column_for
from studio.ui.editor.painting import Row
from studio.ui.editor.positions import to_column, to_units
from studio.ui.editor.table import LinesChange, LineTable, SegmentMark
from studio.ui.theme import Theme, interface_font, tabular, theme_of

if TYPE_CHECKING:
    from studio.core.diagnostics import Diagnostic

SIZE = 15  # points of the script's text at zoom 100 %
ZOOMS = (70, 80, 90, 100, 110, 125, 150, 175, 200)


class ScriptSurface(QPlainTextEdit):
    """Everything that passes in and out of the editor."""

    lines_changed = Signal(int, int, object)  # first line, how many old lines it replaces, tuple of the new lines
    cursor_moved = Signal(int, int)  # line, column
    said = Signal(str)  # a sentence for the status line
    zoomed = Signal(int)  # per cent

    def __init__(self, theme: Theme | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("script")
        self.setAccessibleName(_("Script"))
        self.table = LineTable()
        self.zoom_percent = 100
        self.theme = theme or theme_of()
        self._follows_theme = theme is None
        self._highlighter = Highlighter(self.theme, SIZE)
        self._layout = ScriptLayout(self.document(), self._highlighter, self._line)
        self.document().setDocumentLayout(self._layout)
        self._is_loading = False
        self._pending: list[LinesChange] = []
        self._spoken: tuple[int, int, int] | None = None
        self._found: tuple[tuple[int, int], ...] = ()
        self._had_selection = False
        self._here: tuple[int, SegmentMark | None] = (0, None)
        self._set_up()
        self.announcer = Announcer(self)
        self.document().contentsChange.connect(self._contents_change)
        self.document().contentsChanged.connect(self._tell_changes)
        self.cursorPositionChanged.connect(self._cursor_changed)
        self.selectionChanged.connect(self._selection_changed)

    def _set_up(self) -> None:
        self.setFrameShape(QPlainTextEdit.Shape.NoFrame)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabChangesFocus(True)
        self.setCursorWidth(2)
        self.setMouseTracking(True)
        self.document().setDocumentMargin(0)
        self._set_look()

    # What passes in

    def set_text(self, text: str) -> str:
        """Show another script; its undo starts empty. Returns the text as it can be kept (see `clean`)."""
        kept, replaced = clean(text)
        self._is_loading = True
        self.table.load(kept.split("\n"))
        self._spoken, self._found = None, ()
        self.setPlainText(kept)
        self._is_loading = False
        self._cursor_changed()
        if replaced:
            self._tell_replaced(replaced)
        return kept

    def text(self) -> str:
        """The whole script, lines joined by line feeds."""
        return "\n".join(self.table.texts)

    def show_diagnostics(self, found: Iterable[Diagnostic], first: int = 0, last: int | None = None) -> None:
        """Let `found` be all problems of lines `first` to `last` (included; None: to the end)."""
        self.table.put_problems(found, first, len(self.table) - 1 if last is None else last)
        self.viewport().update()

    def show_segments(self, marks: Iterable[SegmentMark], first: int = 0, last: int | None = None) -> None:
        """Let `marks` be all segments of lines `first` to `last` (included; None: to the end)."""
        self.table.put_segments(marks, first, len(self.table) - 1 if last is None else last)
        self._note_segment()
        self.viewport().update()

    def set_speakers(self, speakers: Mapping[str, int]) -> None:
        """Name -> index of its colour; the names are also what completion offers."""
        if dict(speakers) != self._highlighter.speakers:
            self._highlighter.set_speakers(speakers)
            self._lay_out_again()

    def speakers(self) -> tuple[str, ...]:
        return tuple(self._highlighter.speakers)

    def mark_spoken(self, line: int, start: int, end: int) -> None:
        """Mark the word being spoken."""
        old, self._spoken = self._spoken, (line, start, end)
        self._update_lines({line} | ({old[0]} if old else set()))

    def clear_spoken(self) -> None:
        old, self._spoken = self._spoken, None
        if old:
            self._update_lines({old[0]})

    def show_found(self, matches: tuple[tuple[int, int], ...]) -> None:
        """Tint what a search found: (start, end) positions of the document, in order."""
        if matches != self._found:
            self._found = matches
            self.viewport().update()

    def reveal(self, line: int, column: int | None = None) -> None:
        """Scroll until a line can be seen, a third from the top if it was out of sight; with a column, put the cursor there."""
        block = self.document().findBlockByNumber(max(0, min(line, len(self.table) - 1)))
        if column is not None:
            self.setTextCursor(QTextCursor(block))
            self._move_to(block.blockNumber(), column)
        rows = list(self.rows())
        inside = [row.number for row in rows if row.top >= 0 and row.bottom <= self.viewport().height()]
        if inside and inside[0] <= block.blockNumber() <= inside[-1]:
            return
        above = max(1, len(rows) // 3)
        target = self.document().findBlockByNumber(max(0, block.blockNumber() - above))
        self.verticalScrollBar().setValue(target.firstLineNumber())

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme
        self._set_look()

    def set_zoom(self, percent: int) -> None:
        """The size of the text, 70 to 200 per cent."""
        percent = max(ZOOMS[0], min(ZOOMS[-1], percent))
        if percent != self.zoom_percent:
            self.zoom_percent = percent
            self._set_look()
            self.zoomed.emit(percent)

    def zoom(self, step: int) -> None:
        """One size up (1), one down (-1), or back to 100 per cent (0)."""
        if step == 0:
            self.set_zoom(100)
            return
        further = [size for size in ZOOMS if (size - self.zoom_percent) * step > 0]
        if further:
            self.set_zoom(min(further, key=lambda size: abs(size - self.zoom_percent)))

    # Where the cursor is

    def place(self) -> tuple[int, int]:
        """Line and column of the cursor."""
        cursor = self.textCursor()
        line = cursor.blockNumber()
        return line, to_column(self.table.texts[line], cursor.positionInBlock())

    def segment_here(self) -> SegmentMark | None:
        """The segment the cursor is in; the first of several on its line."""
        marks = self.table.segments[self.textCursor().blockNumber()]
        return marks[0] if marks else None

    def position_of(self, line: int, column: int) -> int:
        """The document's position of a line and column; past the end is the end."""
        line = max(0, min(line, len(self.table) - 1))
        text = self.table.texts[line]
        return self.document().findBlockByNumber(line).position() + to_units(text, max(0, min(column, len(text))))

    def rows(self) -> Iterator[Row]:
        """The blocks that can be seen, from the top."""
        block = self.firstVisibleBlock()
        top = self.contentOffset().y()
        end = self.viewport().height()
        number = block.blockNumber()
        while block.isValid() and top <= end:
            height = self._layout.blockBoundingRect(block).height()
            yield Row(block, block.layout(), number, top, height)
            top += height
            number += 1
            block = block.next()

    def say(self, sentence: str) -> None:
        """Put a sentence on the status line, and to screen readers."""
        self.said.emit(sentence)
        self.announcer.announce(sentence)

    # Changes

    def _line(self, number: int) -> Line | None:
        return self.table.line(number) if number < len(self.table) else None

    def _contents_change(self, position: int, _removed: int, added: int) -> None:
        if self._is_loading:
            return
        document = self.document()
        first_block = document.findBlock(position)
        end_block = document.findBlock(min(position + added, document.characterCount() - 1))
        first, end = first_block.blockNumber(), end_block.blockNumber() + 1
        removed = len(self.table) - (document.blockCount() - end) - first  # what follows `end` is as it was
        lines = []
        for _number in range(first, end):
            lines.append(first_block.text())
            first_block = first_block.next()
        front = self.table.front_end
        change = self.table.splice(first, removed, lines)
        if change is not None:
            self._pending.append(change)
        if front != self.table.front_end:
            self._clear_layouts(0, max(front, self.table.front_end))

    def _tell_changes(self) -> None:
        pending, self._pending = self._pending, []
        for change in pending:
            self.lines_changed.emit(change.first, change.removed, change.lines)

    def _cursor_changed(self) -> None:
        line, column = self.place()
        if line != self._here[0] or self._had_selection:
            self.viewport().update()
        self._note_segment()
        self.cursor_moved.emit(line, column)

    def _note_segment(self) -> None:
        """Say so when the cursor comes into another segment, or its segment into another state."""
        here = (self.textCursor().blockNumber(), self.segment_here())
        if here == self._here:
            return
        if here[1] != self._here[1] and here[1] is not None:
            self.announcer.describe(gutter.spoken_text(here[1], here[0]))
        self._here = here

    def _selection_changed(self) -> None:
        has = self.textCursor().hasSelection()
        if has or self._had_selection:
            self.viewport().update()
        self._had_selection = has

    def _tell_replaced(self, count: int) -> None:
        one = "{count} character that no script can hold was replaced by �."
        many = "{count} characters that no script can hold were replaced by �."
        self.say(ngettext(one, many, count).format(count=count))

    def can_write(self) -> bool:
        """The script may be changed; says why not."""
        if self.isReadOnly():
            self.say(_("This project is open for reading only."))
        return not self.isReadOnly()

    def _move_to(self, line: int, column: int) -> None:
        cursor = self.textCursor()
        cursor.setPosition(self.position_of(line, column))
        self.setTextCursor(cursor)

    # Look

    def _set_look(self) -> None:
        pixels = round(SIZE * self.zoom_percent / 100)
        font = interface_font(pixels)
        self.setFont(font)
        self.document().setDefaultFont(font)
        self._small = tabular(interface_font(max(11, round(pixels * 0.8))))
        palette = QPalette(self.palette())
        for group in (QPalette.ColorGroup.Active, QPalette.ColorGroup.Inactive, QPalette.ColorGroup.Disabled):
            palette.setColor(group, QPalette.ColorRole.Base, self.theme.color("bg"))
            palette.setColor(group, QPalette.ColorRole.Text, self.theme.color("text"))
            palette.setColor(group, QPalette.ColorRole.Highlight, QColor(0, 0, 0, 0))
            palette.setColor(group, QPalette.ColorRole.HighlightedText, self.theme.color("text"))
        self.setPalette(palette)
        self._highlighter.set_look(self.theme, pixels)
        self._place_column()
        self._lay_out_again()

    def _place_column(self) -> None:
        self._layout.column = column_for(self.document().defaultFont(), self.viewport().width(), gutter.LEFT, gutter.RIGHT)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._place_column()
        super().resizeEvent(event)

    def _lay_out_again(self) -> None:
        self._clear_layouts(0, self.document().blockCount())
        self.viewport().update()

    def _clear_layouts(self, first: int, end: int) -> None:
        block = self.document().findBlockByNumber(first)
        for _number in range(first, end):
            if not block.isValid():
                break
            block.clearLayout()
            block = block.next()

    def _update_lines(self, lines: set[int]) -> None:
        for row in self.rows():
            if row.number in lines:
                self.viewport().update(0, int(row.top), self.viewport().width(), int(row.height) + 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        rows = [row for row in self.rows() if row.bottom >= event.rect().top() - 4 and row.top <= event.rect().bottom() + 4]
        painter = QPainter(self.viewport())
        self._paint_below(painter, rows)
        painter.end()
        super().paintEvent(event)
        painter = QPainter(self.viewport())
        table, here = self.table, self.textCursor().blockNumber()
        for row in rows:
            if table.problems[row.number]:
                painting.paint_problems(painter, row, table.texts[row.number], table.problems[row.number], self.theme)
        gutter.paint_margin(painter, rows, table, self._layout.column, self._small, self.theme, here)
        painter.end()

    def _paint_below(self, painter: QPainter, rows: list[Row]) -> None:
        theme, column, cursor = self.theme, self._layout.column, self.textCursor()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        mark = self.segment_here()
        if mark is not None:
            painting.paint_band(painter, [row for row in rows if mark in self.table.segments[row.number]], column, theme)
        for start, end in painting.between(self._found, rows):
            painting.paint_selection(painter, rows, start, end, column, theme.color("found"))
        if self._spoken is not None:
            line, start, end = self._spoken
            text = self.table.texts[line] if line < len(self.table) else ""
            units = to_units(text, start), to_units(text, end)
            painting.paint_word(painter, [row for row in rows if row.number == line], *units, column, theme.color("spoken"))
        if cursor.hasSelection():
            ends = cursor.selectionStart(), cursor.selectionEnd()
            painting.paint_selection(painter, rows, *ends, column, theme.color("selection"))
        for row in rows:
            painting.paint_pills(painter, row, self.table.line(row.number), theme)

    def layout_column(self) -> Column:
        """Where the text lies in the viewport."""
        return self._layout.column

    def blocks_laid_out(self) -> int:
        """How many blocks have been laid out and highlighted so far, for benches and tests."""
        return self._layout.laid_out
