"""Which of the three stacks of undo goes first: that of the script, of the decisions or of the voices. The latest act does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QObject
from PySide6.QtGui import QUndoStack

from studio.i18n import _
from studio.qt.voiceedits import VoiceEdits
from studio.ui.editor.view import ScriptEditor

Stack = Literal["script", "decisions", "voices"]
STACKS: tuple[Stack, ...] = ("script", "decisions", "voices")


@dataclass(slots=True)
class _Run:
    """Acts of one kind in a row. `floor`: how many steps the stack had before the first of them."""

    stack: Stack
    floor: int


class UndoOrder(QObject):
    """Lives on the GUI thread, as long as its session is open. Remembers in which order things were done, and was undone."""

    def __init__(self, editor: ScriptEditor, decisions: QUndoStack, edits: VoiceEdits, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self._document = editor.document()
        self._decisions = decisions
        self._edits = edits
        self._done: list[_Run] = []
        self._undone: list[Stack] = []
        self._is_moving = False
        self._steps: dict[Stack, int] = {stack: self._count(stack) for stack in STACKS}
        editor.lines_changed.connect(self._on_script)
        decisions.indexChanged.connect(self._on_decision)
        edits.done.connect(self._on_voices)

    def close(self) -> None:
        self._editor.lines_changed.disconnect(self._on_script)
        self._decisions.indexChanged.disconnect(self._on_decision)
        self._edits.done.disconnect(self._on_voices)

    def undo(self) -> str | None:
        """Take back what was done last, and answer with a sentence about it; "" where the voices tell it themselves. None where
        there is nothing."""
        while self._done and not (self._can_undo(self._done[-1].stack) and self._is_in(self._done[-1])):
            self._done.pop()
        stack = self._done[-1].stack if self._done else self._any(self._can_undo)
        if stack is None:
            return None
        what = self._in_words(stack, self._decisions.undoText())
        self._move(stack, "undo")
        self._undone.append(stack)
        return _("Undone: {what}").format(what=what) if what else ""

    def redo(self) -> str | None:
        """Do again what was taken back last; as `undo`."""
        while self._undone and not self._can_redo(self._undone[-1]):
            self._undone.pop()
        stack = self._undone.pop() if self._undone else self._any(self._can_redo)
        if stack is None:
            return None
        what, before = self._in_words(stack, self._decisions.redoText()), self._count(stack)
        self._move(stack, "redo")
        self._add(stack, before)
        return _("Done again: {what}").format(what=what) if what else ""

    def _in_words(self, stack: Stack, title: str) -> str:
        words = {"script": _("what was written in the script"), "decisions": title or _("the last decision"), "voices": ""}
        return words[stack]

    def _move(self, stack: Stack, act: str) -> None:
        self._is_moving = True
        try:
            getattr({"script": self._editor, "decisions": self._decisions, "voices": self._edits}[stack], act)()
        finally:
            self._is_moving = False
            self._steps[stack] = self._count(stack)

    def _note(self, stack: Stack) -> None:
        """Something was done by the user, not by this."""
        if self._is_moving:
            return
        count = self._count(stack)
        before, self._steps[stack] = self._steps[stack], count
        # Typing that Qt adds to the last step has the floor below that step, whatever was done between.
        self._add(stack, min(before, count - 1))
        self._undone.clear()

    def _add(self, stack: Stack, floor: int) -> None:
        if not self._done or self._done[-1].stack != stack:
            self._done.append(_Run(stack, floor))

    def _is_in(self, run: _Run) -> bool:
        """There is more to take back of this run."""
        return self._count(run.stack) > run.floor

    def _count(self, stack: Stack) -> int:
        if stack == "script":
            return self._document.availableUndoSteps()
        return self._decisions.index() if stack == "decisions" else self._edits.undo_count

    def _any(self, can: Callable[[Stack], bool]) -> Stack | None:
        """For what was done before this was there."""
        return next((stack for stack in STACKS if can(stack)), None)

    def _can_undo(self, stack: Stack) -> bool:
        if stack == "script":
            return self._document.isUndoAvailable()
        return self._decisions.canUndo() if stack == "decisions" else self._edits.can_undo

    def _can_redo(self, stack: Stack) -> bool:
        if stack == "script":
            return self._document.isRedoAvailable()
        return self._decisions.canRedo() if stack == "decisions" else self._edits.can_redo

    def _on_script(self, *_lines: object) -> None:
        self._note("script")

    def _on_decision(self, _index: int) -> None:
        self._note("decisions")

    def _on_voices(self, _said: str) -> None:
        self._note("voices")
