"""Suggestions while writing: speakers after `[`, sounds after `(`, directions after `{`. Silent in prose. GUI thread."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QStringListModel, Qt
from PySide6.QtGui import QKeyEvent, QTextCursor
from PySide6.QtWidgets import QCompleter, QListView

from studio.i18n import _
from studio.ui.editor.positions import length_in_units

if TYPE_CHECKING:
    from studio.ui.editor.view import ScriptEditor

# What was begun at the end of the text before the cursor. A round bracket is prose until a letter follows it.
_BEGUN = re.compile(r"\[(?P<speaker>[^\[\](){}\\]{0,40})$|\((?P<sound>[a-z][a-z ]{0,20})$|\{(?P<direction>[a-z]{0,12})$")
_CLOSED = re.compile(r"[^\[\](){}]*[\])}]")
# As inserted; what stands between angle brackets is left selected, to be typed over.
DIRECTIONS = (
    "pause <1s>",
    "music <file.wav> fade 2s duck -12dB",
    "music stop",
    "sfx <file.wav>",
    "pace <1.0>",
    "voice <name>",
    "seed <42>",
    'say "<word>" as "sound"',
)
_CLOSING = {"speaker": "]", "sound": ")", "direction": "}"}
_CHOOSING = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab, Qt.Key.Key_Backtab, Qt.Key.Key_Escape)


class Completer(QObject):
    """Watches what is typed and shows a list at the cursor. Enter or Tab takes, Esc closes, anything else goes on writing."""

    def __init__(self, editor: ScriptEditor, sounds: Iterable[str]) -> None:
        super().__init__(editor)
        self._editor = editor
        self._sounds = sorted(sounds)
        self._kind = ""
        self._model = QStringListModel(self)
        self._list = QCompleter(self._model, self)
        self._list.setWidget(editor)
        self._list.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._list.setMaxVisibleItems(10)
        self._popup = QListView()
        self._list.setPopup(self._popup)
        self._popup.setAccessibleName(_("Suggestions"))
        self._popup.setMinimumWidth(180)
        self._list.activated.connect(self._insert)

    def is_open(self) -> bool:
        return self._popup.isVisible()

    def hide(self) -> None:
        self._popup.hide()

    def words(self) -> list[str]:
        """What is offered now, in order."""
        model = self._list.completionModel()
        return [str(model.data(model.index(row, 0))) for row in range(model.rowCount())]

    def takes(self, event: QKeyEvent) -> bool:
        """The key belongs to the open list."""
        return self.is_open() and event.type() == QEvent.Type.KeyPress and event.key() in _CHOOSING

    def offer(self, asked: bool = False) -> None:
        """Show what fits the word begun at the cursor, or hide. `asked`: by command, so that silence is explained."""
        begun = None if self._editor.isReadOnly() else self._begun()
        if begun is None:
            self.hide()
            if asked:
                self._editor.say(_("Suggestions come after [ for speakers, ( for sounds and {{ for directions.").format())
            return
        self._kind, prefix = begun
        words = self._words(self._kind)
        if self._model.stringList() != words:
            self._model.setStringList(words)
        self._list.setCompletionPrefix(prefix)
        if not self._list.completionCount():
            self.hide()
            return
        box = self._editor.cursorRect()
        box.setWidth(max(200, self._popup.sizeHintForColumn(0) + 40))
        self._list.complete(box)
        self._popup.setCurrentIndex(self._list.completionModel().index(0, 0))

    def _begun(self) -> tuple[str, str] | None:
        line, column = self._editor.place()
        match = _BEGUN.search(self._editor.table.texts[line][:column])
        if match is None or match.lastgroup is None or line < self._editor.table.front_end:
            return None
        return match.lastgroup, match[match.lastgroup]

    def _words(self, kind: str) -> list[str]:
        if kind == "speaker":
            names = list(self._editor.speakers())
            return names + [name for name in ("S1", "S2") if name not in names]
        return self._sounds if kind == "sound" else [one.replace("<", "").replace(">", "") for one in DIRECTIONS]

    def _insert(self, chosen: str) -> None:
        begun = self._begun()
        if begun is None:
            return
        kind, prefix = begun
        written = next((one for one in DIRECTIONS if one.replace("<", "").replace(">", "") == chosen), chosen)
        line, column = self._editor.place()
        after = self._editor.table.texts[line][column:]
        closing = "" if _CLOSED.match(after) else _CLOSING[kind]
        space = " " if kind == "speaker" and closing and not after.startswith(" ") else ""
        cursor = self._editor.textCursor()
        cursor.beginEditBlock()
        cursor.setPosition(cursor.position() - length_in_units(prefix), QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText(chosen + closing + space)
        cursor.endEditBlock()
        if "<" in written:
            _select_blank(cursor, chosen, written, len(closing))
        self._editor.setTextCursor(cursor)


def _select_blank(cursor: QTextCursor, chosen: str, written: str, behind: int) -> None:
    """Select what stood between angle brackets of a direction just written."""
    start, length = written.index("<"), written.index(">") - written.index("<") - 1
    begin = cursor.position() - behind - len(chosen) + start
    cursor.setPosition(begin)
    cursor.setPosition(begin + length, QTextCursor.MoveMode.KeepAnchor)
