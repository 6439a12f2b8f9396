"""The script editor for hands: keys, mouse, clipboard, menu and tooltips on top of the surface. Thread: the GUI's."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QMimeData, QPointF, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QHelpEvent, QKeyEvent, QMouseEvent, QTextBlock, QTextCursor, QWheelEvent
from PySide6.QtWidgets import QMenu, QToolTip, QWidget

from studio.core.sounds import SOUNDS
from studio.i18n import _
from studio.ui.editor import gutter
from studio.ui.editor.clean import clean
from studio.ui.editor.commands import COMMANDS, command_for
from studio.ui.editor.complete import Completer
from studio.ui.editor.painting import cursor_x
from studio.ui.editor.positions import to_column
from studio.ui.editor.problems import Problems
from studio.ui.editor.surface import ScriptSurface
from studio.ui.theme import Theme, theme_of


class ScriptEditor(ScriptSurface):
    """What the window embeds. Its commands have keys of their own where the window's menus have not taken them."""

    find_requested = Signal(bool)  # with the line for replacing
    find_again = Signal(int)  # 1 forward, -1 back
    clicked = Signal(int, int)  # line, column of a plain click in the text
    scrolled_by_hand = Signal()  # by wheel or scroll bar, so that nothing scrolls against the hand

    def __init__(self, theme: Theme | None = None, sounds: Iterable[str] = SOUNDS, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._follows_theme = theme is None
        self.problems = Problems(self)
        self.completer = Completer(self, sounds)
        self.verticalScrollBar().actionTriggered.connect(lambda _action: self.scrolled_by_hand.emit())

    # Commands (see commands.py)

    def fix(self) -> None:
        """Mend the problem at the cursor, or offer the ways when there are several."""
        self.completer.hide()
        self.problems.fix_here()

    def fix_all(self) -> None:
        """Mend every problem of the kind at the cursor, as one step of undo."""
        self.problems.fix_all_like_here()

    def next_problem(self) -> None:
        self.problems.step(1)

    def previous_problem(self) -> None:
        self.problems.step(-1)

    def show_find(self) -> None:
        self.find_requested.emit(False)

    def show_replace(self) -> None:
        self.find_requested.emit(True)

    def find_next(self) -> None:
        self.find_again.emit(1)

    def find_previous(self) -> None:
        self.find_again.emit(-1)

    def complete(self) -> None:
        """Offer speakers, sounds or directions now."""
        self.completer.offer(asked=True)

    def larger(self) -> None:
        self.zoom(1)

    def smaller(self) -> None:
        self.zoom(-1)

    def usual_size(self) -> None:
        self.zoom(0)

    # Keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.completer.takes(event):
            event.ignore()
            return
        command = command_for(event)
        if command is not None:
            getattr(self, command.method)()
            event.accept()
            return
        super().keyPressEvent(event)
        if self.cursorRect().bottom() >= self.viewport().height():
            # Qt scrolls by the boxes of lines, which are lower than our lines are apart.
            self.verticalScrollBar().setValue(self.verticalScrollBar().value() + 1)
        is_written = bool(event.text()) and event.text().isprintable()
        if is_written or (event.key() == Qt.Key.Key_Backspace and self.completer.is_open()):
            self.completer.offer()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            if event.angleDelta().y():
                self.zoom(1 if event.angleDelta().y() > 0 else -1)
            event.accept()
            return
        super().wheelEvent(event)

    # Mouse: Qt knows the boxes of the lines only, not the space between them, so every place is moved into a line.

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(self._into_line(event))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        in_margin = event.position().x() < self.layout_column().left - 12
        self.viewport().setCursor(Qt.CursorShape.ArrowCursor if in_margin else Qt.CursorShape.IBeamCursor)
        super().mouseMoveEvent(self._into_line(event))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(self._into_line(event))
        if event.button() == Qt.MouseButton.LeftButton and not self.textCursor().hasSelection():
            self.clicked.emit(*self.place())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        super().mouseDoubleClickEvent(self._into_line(event))

    def _into_line(self, event: QMouseEvent) -> QMouseEvent:
        place = self.snapped(event.position())
        if place == event.position():
            return event
        return QMouseEvent(
            event.type(),
            place,
            event.globalPosition(),
            event.button(),
            event.buttons(),
            event.modifiers(),
            event.pointingDevice(),
        )

    def snapped(self, place: QPointF) -> QPointF:
        """The place in the nearest line of text of the row it is in; outside of all rows the place itself."""
        for row in self.rows():
            if row.top <= place.y() < row.bottom:
                lines = [row.layout.lineAt(index) for index in range(row.layout.lineCount())]
                nearest = min(lines, key=lambda line: abs(row.top + line.y() + line.height() / 2 - place.y()))
                top = row.top + nearest.y()
                return QPointF(place.x(), min(max(place.y(), top + 1), top + nearest.height() - 1))
        return place

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() == QContextMenuEvent.Reason.Mouse and not self.textCursor().hasSelection():
            self.setTextCursor(self.cursorForPosition(self.snapped(QPointF(event.pos())).toPoint()))
        where = event.globalPos()
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            where = self.viewport().mapToGlobal(self.cursorRect().bottomLeft())
        menu = self.context_menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(where)

    def context_menu(self) -> QMenu:
        """The usual acts on text, the ways to mend what is at the cursor, and the editor's own commands."""
        menu = self.createStandardContextMenu()
        first = menu.actions()[0]
        ways = self.problems.actions(menu)
        menu.insertActions(first, ways)
        if ways:
            menu.insertSeparator(first)
        menu.addSeparator()
        for command in COMMANDS:
            if command.in_menu:
                action = menu.addAction(_(command.title), getattr(self, command.method))
                action.setShortcut(command.keys[0])
        return menu

    # Clipboard

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return source.hasText() and not source.hasUrls()

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Paste as plain text; what a script cannot hold is shown as �, and said."""
        kept, replaced = clean(source.text())
        self.textCursor().insertText(kept)
        self.ensureCursorVisible()
        if replaced:
            self._tell_replaced(replaced)

    def put_text(self, text: str) -> None:
        """Another text in place of this one, as one step of undo; lines at both ends that are the same are left alone."""
        old, new = self.table.texts, clean(text)[0].split("\n")
        shorter = min(len(old), len(new))
        head = next((number for number in range(shorter) if old[number] != new[number]), shorter)
        tail = next((number for number in range(shorter - head) if old[-1 - number] != new[-1 - number]), shorter - head)
        document = self.document()
        cursor = QTextCursor(document)
        if head:
            cursor.setPosition(_end_of(document.findBlockByNumber(head - 1)))
            cursor.setPosition(_end_of(document.findBlockByNumber(len(old) - tail - 1)), QTextCursor.MoveMode.KeepAnchor)
            cursor.insertText("".join(f"\n{line}" for line in new[head : len(new) - tail]))
        elif tail:
            cursor.setPosition(document.findBlockByNumber(len(old) - tail).position(), QTextCursor.MoveMode.KeepAnchor)
            cursor.insertText("".join(f"{line}\n" for line in new[: len(new) - tail]))
        else:
            cursor.select(QTextCursor.SelectionType.Document)
            cursor.insertText("\n".join(new))

    # Tooltips and theme

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            words = self.tooltip_at(QPointF(event.pos()))
            if words:
                QToolTip.showText(event.globalPos(), words, self.viewport())
            else:
                QToolTip.hideText()
            return True
        return super().viewportEvent(event)

    def tooltip_at(self, place: QPointF) -> str:
        """What is to be said about the place: a problem, or the segment beside it; "" for nothing."""
        for row in self.rows():
            if not row.top <= place.y() < row.bottom:
                continue
            if not 0 <= place.x() - self.layout_column().left + 8 <= self.layout_column().width + 8:
                return gutter.tooltip(self.table.segments[row.number])
            at = self.snapped(place).y() - row.top
            for index in range(row.layout.lineCount()):
                line = row.layout.lineAt(index)
                if line.y() <= at <= line.y() + line.height() and place.x() <= cursor_x(
                    line, line.textStart() + line.textLength()
                ):
                    column = to_column(self.table.texts[row.number], line.xToCursor(place.x()))
                    return self.problems.tooltip(row.number, column)
        return ""

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and getattr(self, "_follows_theme", False) and theme_of() != self.theme:
            self.set_theme(theme_of())

    def select(self, start: int, end: int) -> None:
        """Select between two positions of the document and show it."""
        cursor = self.textCursor()
        cursor.setPosition(start)
        cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        self.setTextCursor(cursor)
        self.reveal(cursor.blockNumber())


def _end_of(block: QTextBlock) -> int:
    """The position behind the last letter of a line."""
    return block.position() + block.length() - 1
