"""Problems for hands: going from one to the next, mending one or all of a kind, and what the tooltip says. GUI thread."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QTextCursor
from PySide6.QtWidgets import QMenu

from studio.i18n import _
from studio.ui.editor.table import Problem
from studio.ui.widgets.labels import key_html

if TYPE_CHECKING:
    from studio.ui.editor.view import ScriptEditor

TOOLTIP_WIDTH = 340  # points
Placed = tuple[int, Problem]  # with its line
Change = tuple[int, int, str]  # from position to position, the text that goes there


class Problems(QObject):
    """Reads the editor's table; changes its document, one step of undo for each act."""

    def __init__(self, editor: ScriptEditor) -> None:
        super().__init__(editor)
        self._editor = editor

    def all(self) -> list[Placed]:
        """Every problem in the order of the script."""
        listed = self._editor.table.problems
        return [(line, one) for line, found in enumerate(listed) if found for one in sorted(found, key=lambda p: p.start)]

    def here(self) -> list[Placed]:
        """The problems at the cursor; else those of its line."""
        line, column = self._editor.place()
        found = sorted(self._editor.table.problems[line], key=lambda one: one.start)
        at = [one for one in found if one.start <= column <= one.end]
        return [(line, one) for one in at or found]

    def step(self, step: int) -> None:
        """Go to the next (1) or previous (-1) problem, around the ends, and say which it is."""
        found = self.all()
        if not found:
            self._editor.say(_("No problems."))
            return
        place = self._editor.place()
        places = [(line, one.start) for line, one in found]
        if step > 0:
            index = next((at for at, other in enumerate(places) if other > place), 0)
        else:
            index = next((at for at in reversed(range(len(places))) if places[at] < place), len(places) - 1)
        self._editor.reveal(*places[index])
        message = found[index][1].diagnostic.message
        self._editor.say(_("{number} of {count}: {message}").format(number=index + 1, count=len(found), message=message))

    # Mending

    def fix_here(self) -> None:
        ways = [placed for placed in self.here() if placed[1].diagnostic.fix is not None]
        if not ways:
            self._editor.say(_("Nothing here can be mended by itself."))
        elif len(ways) == 1:
            self.mend(ways)
        else:
            menu = QMenu(self._editor)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.addActions(self.actions(menu))
            menu.setActiveAction(menu.actions()[0])
            menu.popup(self._editor.viewport().mapToGlobal(self._editor.cursorRect().bottomLeft()))

    def fix_all_like_here(self) -> None:
        here = next((one for _line, one in self.here() if one.diagnostic.fix is not None), None)
        if here is None:
            self._editor.say(_("Nothing here can be mended by itself."))
            return
        rule = here.diagnostic.rule
        self.mend(placed for placed in self.all() if placed[1].diagnostic.rule == rule)

    def actions(self, parent: QObject) -> list[QAction]:
        """One action for each way to mend what is at the cursor."""
        made = []
        for placed in self.here():
            fix = placed[1].diagnostic.fix
            if fix is not None:
                action = QAction(fix.title, parent)
                action.triggered.connect(lambda _checked=False, placed=placed: self.mend([placed]))
                made.append(action)
        return made

    def mend(self, placed: Iterable[Placed]) -> int:
        """Apply the fixes, the last place first, as one step of undo. A fix that overlaps another waits. Returns how many."""
        if not self._editor.can_write():
            return 0
        chosen: list[list[Change]] = []
        title = ""
        taken: list[tuple[int, int]] = []
        for line, problem in placed:
            changes = self._changes(line, problem)
            if changes and not any(_overlap(change, other) for change in changes for other in taken):
                chosen.append(changes)
                title = problem.diagnostic.fix.title if problem.diagnostic.fix else ""
                taken.extend((start, end) for start, end, _text in changes)
        cursor = QTextCursor(self._editor.document())
        cursor.beginEditBlock()
        for start, end, text in sorted((change for changes in chosen for change in changes), reverse=True):
            cursor.setPosition(start)
            cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
            cursor.insertText(text)
        cursor.endEditBlock()
        self._editor.say(title if len(chosen) == 1 else _("{count} mended.").format(count=len(chosen)))
        return len(chosen)

    def _changes(self, line: int, problem: Problem) -> list[Change]:
        """A fix's edits where they lie now, after the lines above and the text before have moved."""
        diagnostic = problem.diagnostic
        if diagnostic.fix is None:
            return []
        down = line - diagnostic.line
        place = self._editor.position_of

        def moved(at: int, column: int) -> int:
            return place(at + down, column + (problem.moved if at == diagnostic.line else 0))

        return [
            (moved(edit.line, edit.column), moved(edit.end_line, edit.end_column), edit.text) for edit in diagnostic.fix.edits
        ]

    # Words

    def tooltip(self, line: int, column: int) -> str:
        """What is wrong at a place, and the keys that mend it or lead on; rich text, "" when all is well."""
        found = [one for one in self._editor.table.problems[line] if one.start <= column <= max(one.end, one.start + 1)]
        if not found:
            return ""
        theme, count = self._editor.theme, len(self.all())
        parts = []
        for one in found:
            head, _stop, rest = one.diagnostic.message.partition(". ")
            parts.append(f"<p style='margin:0 0 4px 0'><b>{escape(head.rstrip('.'))}</b>")
            if rest:
                parts.append(f"<br><span style='color:{theme.tokens['muted']}'>{escape(rest)}</span>")
            parts.append("</p>")
        fix = next((one.diagnostic.fix for one in found if one.diagnostic.fix is not None), None)
        keys = []
        if fix is not None:
            keys.append(f"{key_html('Ctrl+.', theme)} {escape(fix.title)}")
        keys.append(f"{key_html('F8', theme)} " + escape(_("next of {count}").format(count=count)))
        keyline = "<p style='margin:0; white-space:nowrap'>" + "&nbsp;&nbsp; ".join(keys) + "</p>"
        return f"<table width='{TOOLTIP_WIDTH}'><tr><td>{''.join(parts)}{keyline}</td></tr></table>"


def _overlap(change: Change, other: tuple[int, int]) -> bool:
    start, end, _text = change
    return (start < other[1] and other[0] < end) or start == other[0]
