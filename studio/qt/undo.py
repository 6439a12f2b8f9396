"""One undo command that carries one core edit: redo applies it, undo applies the inverse, a gesture merges into one."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QUndoCommand

from studio.core.edits import Edit

EDIT_COMMAND = 1  # commands merge only with commands of the same number


class Gesture:
    """One continuous movement of the user (a drag, a turned knob). Edits made under it become one step to undo."""


class EditCommand(QUndoCommand):
    """Lives on the GUI thread. `apply` changes the project and answers with the inverse edit."""

    def __init__(self, edit: Edit, apply: Callable[[Edit], Edit], title: str, gesture: Gesture | None = None) -> None:
        super().__init__(title)
        self._edit = edit
        self._inverse: Edit | None = None
        self._apply = apply
        self._gesture = gesture

    def redo(self) -> None:
        inverse = self._apply(self._edit)
        if self._inverse is None:
            self._inverse = inverse

    def undo(self) -> None:
        if self._inverse is not None:
            self._apply(self._inverse)

    def id(self) -> int:
        return EDIT_COMMAND if self._gesture is not None else -1

    def mergeWith(self, other: QUndoCommand) -> bool:
        """Take a later edit of the same gesture in; undo still leads to where the gesture began."""
        if not isinstance(other, EditCommand) or other._gesture is not self._gesture:
            return False
        merged = self._edit.merged_with(other._edit)
        if merged is None:
            return False
        self._edit = merged
        return True
