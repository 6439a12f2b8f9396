"""The bar for finding and replacing over the script. Replacing is one step of undo; Esc leads back. GUI thread."""

from __future__ import annotations

from bisect import bisect_left

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QTextCursor
from PySide6.QtWidgets import QCheckBox, QGridLayout, QHBoxLayout, QLabel, QLineEdit, QPushButton, QToolButton, QWidget

from studio.i18n import _
from studio.ui.editor.search import BadPatternError, Match, Query, find_all, replacement
from studio.ui.editor.view import ScriptEditor
from studio.ui.theme import theme_of
from studio.ui.widgets.icons import icon

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
PAUSE_MS = 120  # after a key, before the whole script is searched again


class FindBar(QWidget):
    """Hidden until asked for. Searches again whenever the words, the ways or the script change."""

    closed = Signal()

    def __init__(self, editor: ScriptEditor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("findBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._editor = editor
        self._matches: tuple[Match, ...] = ()
        self._drawn_for = theme_of()
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self.search)
        self._build()
        self.words.textChanged.connect(self._words_changed)
        for way in (self.match_case, self.whole_words, self.is_pattern):
            way.toggled.connect(self.search)
        editor.lines_changed.connect(self._script_changed)
        editor.find_requested.connect(self.open)
        editor.find_again.connect(self.step)
        self.hide()

    def _build(self) -> None:
        self.words = _field(_("Find"), self)
        self.by = _field(_("Replace with"), self)
        self.count = QLabel(self)
        self.count.setMinimumWidth(88)
        self.count.setProperty("role", "muted")
        self.match_case = QCheckBox(_("Match case"), self)
        self.whole_words = QCheckBox(_("Whole words"), self)
        self.is_pattern = QCheckBox(_("Regular expression"), self)
        self._previous = _button("up", _("Previous match"), self, lambda: self.step(-1))
        self._next = _button("down", _("Next match"), self, lambda: self.step(1))
        self._close = _button("close", _("Close the find bar"), self, self.close_bar)
        self._one = QPushButton(_("Replace"), self)
        self._all = QPushButton(_("Replace all"), self)
        self._one.clicked.connect(self.replace_one)
        self._all.clicked.connect(self.replace_all)
        grid = QGridLayout(self)
        grid.setContentsMargins(16, 8, 12, 8)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(0, 3)
        grid.setColumnStretch(1, 4)
        grid.addWidget(self.words, 0, 0)
        ways = (self.match_case, self.whole_words, self.is_pattern)
        grid.addLayout(_row(self._previous, self._next, self.count, *ways), 0, 1)
        grid.addWidget(self._close, 0, 2)
        grid.addWidget(self.by, 1, 0)
        grid.addLayout(_row(self._one, self._all), 1, 1)
        for widget in (self.words, self.by):
            widget.installEventFilter(self)

    def query(self) -> Query:
        return Query(self.words.text(), self.match_case.isChecked(), self.whole_words.isChecked(), self.is_pattern.isChecked())

    def open(self, with_replace: bool = False) -> None:
        """Show the bar, with the selected words in it if they are on one line."""
        for widget in (self.by, self._one, self._all):
            widget.setVisible(with_replace)
        chosen = self._editor.textCursor().selectedText()
        if chosen and "\u2029" not in chosen:
            self.words.setText(chosen)
        self.show()
        self.words.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.words.selectAll()
        self.search()

    def close_bar(self) -> None:
        self._pause.stop()
        self.hide()
        self._matches = ()
        self._editor.show_found(())
        self._editor.setFocus(Qt.FocusReason.OtherFocusReason)
        self.closed.emit()

    def search(self) -> None:
        """Search the whole script and show what was found and how many."""
        self._pause.stop()
        wrong = ""
        try:
            self._matches = find_all(self._editor.text(), self.query())
        except BadPatternError as error:
            self._matches, wrong = (), str(error)
        self._editor.show_found(tuple((one.start, one.end) for one in self._matches))
        if self.words.property("wrong") != bool(wrong):
            self.words.setProperty("wrong", bool(wrong))
            self.words.style().unpolish(self.words)
            self.words.style().polish(self.words)
        self.words.setToolTip(wrong)
        self._show_count(wrong)

    def step(self, step: int) -> None:
        """Go to the next (1) or previous (-1) match from the cursor, around the ends."""
        if self.isHidden():
            self.open()
        elif self._pause.isActive():
            self.search()
        if not self._matches:
            return
        cursor = self._editor.textCursor()
        starts = [one.start for one in self._matches]
        if step > 0:
            index = bisect_left(starts, max(cursor.selectionEnd(), cursor.selectionStart() + cursor.hasSelection()))
        else:
            index = bisect_left(starts, cursor.selectionStart()) - 1
        match = self._matches[index % len(self._matches)]
        self._editor.select(match.start, match.end)
        self._show_count("")

    def replace_one(self) -> None:
        """Replace the selected match and go to the next; select the next if none is."""
        if not self._editor.can_write():
            return
        self.search()
        cursor = self._editor.textCursor()
        place = cursor.selectionStart(), cursor.selectionEnd()
        match = next((one for one in self._matches if (one.start, one.end) == place), None)
        if match is not None:
            cursor.insertText(replacement(match, self.by.text(), self.query()))
            self._editor.setTextCursor(cursor)
            self.search()
        self.step(1)

    def replace_all(self) -> None:
        """Replace every match, as one step of undo, and say how many."""
        if not self._editor.can_write():
            return
        self.search()
        query, by = self.query(), self.by.text()
        cursor = QTextCursor(self._editor.document())
        cursor.beginEditBlock()
        for match in reversed(self._matches):
            cursor.setPosition(match.start)
            cursor.setPosition(match.end, QTextCursor.MoveMode.KeepAnchor)
            cursor.insertText(replacement(match, by, query))
        cursor.endEditBlock()
        self._editor.say(_("{count} replaced.").format(count=len(self._matches)))
        self.search()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter and Shift+Enter step; in the second field Enter replaces."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() in _ENTER:
            if watched is self.by:
                self.replace_one()
            else:
                self.step(-1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
            return True
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close_bar()
        elif event.key() == Qt.Key.Key_F3:
            self.step(-1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "_close") and theme_of() != self._drawn_for:
            self._drawn_for = theme_of()
            for button, name in ((self._previous, "up"), (self._next, "down"), (self._close, "close")):
                button.setIcon(icon(name, theme_of()))

    def _words_changed(self) -> None:
        self._pause.start()

    def _script_changed(self) -> None:
        if self.isVisible():
            self._pause.start()

    def _show_count(self, wrong: str) -> None:
        cursor = self._editor.textCursor()
        place = cursor.selectionStart(), cursor.selectionEnd()
        at = next((index for index, one in enumerate(self._matches) if (one.start, one.end) == place), None)
        words = _("{count} found").format(count=len(self._matches))
        if wrong:
            words = _("Not a pattern")
        elif not self._matches:
            words = _("Nothing found") if self.words.text() else ""
        elif at is not None:
            words = _("{number} of {count}").format(number=at + 1, count=len(self._matches))
        if words != self.count.text():
            self.count.setText(words)
            self._editor.say(wrong or words)


def _row(*widgets: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(8)
    for widget in widgets:
        row.addWidget(widget)
    row.addStretch()
    return row


def _field(name: str, parent: QWidget) -> QLineEdit:
    made = QLineEdit(parent)
    made.setPlaceholderText(name)
    made.setAccessibleName(name)
    return made


def _button(picture: str, name: str, parent: QWidget, act: object) -> QToolButton:
    made = QToolButton(parent)
    made.setProperty("flat", True)
    made.setIcon(icon(picture, theme_of()))
    made.setToolTip(name)
    made.setAccessibleName(name)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    made.clicked.connect(act)
    return made
