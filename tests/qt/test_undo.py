"""One command carries one edit; a gesture is one step; undo leads back to where it began."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QUndoStack

from studio.core.edits import Edit, SetCast, SetClip
from studio.core.project import ClipDecision, Project
from studio.core.voices import CastEntry
from studio.qt.undo import EditCommand, Gesture


class Holder:
    """A project that commands change."""

    def __init__(self) -> None:
        self.project = Project()
        self.stack = QUndoStack()
        self.applied = 0

    def apply(self, edit: Edit) -> Edit:
        self.applied += 1
        self.project, inverse = edit.apply(self.project)
        return inverse

    def do(self, edit: Edit, gesture: Gesture | None = None) -> None:
        self.stack.push(EditCommand(edit, self.apply, "change", gesture))


@pytest.fixture
def holder(qapp: object) -> Holder:
    return Holder()


def gain(level: float) -> SetClip:
    return SetClip("a", ClipDecision(gain_db=level))


def test_push_applies_once_and_undo_and_redo_go_back_and_forth(holder: Holder) -> None:
    holder.do(SetCast("Maya", CastEntry("Warm alto")))
    assert holder.applied == 1
    after = holder.project
    holder.stack.undo()
    assert holder.project == Project()
    holder.stack.redo()
    assert holder.project == after


def test_a_gesture_is_one_step(holder: Holder) -> None:
    holder.do(gain(-1))
    drag = Gesture()
    for level in (-2, -3, -4):
        holder.do(gain(level), drag)
    assert holder.stack.count() == 2
    holder.stack.undo()
    assert holder.project.clips["a"].gain_db == -1
    holder.stack.redo()
    assert holder.project.clips["a"].gain_db == -4


def test_two_gestures_are_two_steps(holder: Holder) -> None:
    holder.do(gain(-1), Gesture())
    holder.do(gain(-2), Gesture())
    assert holder.stack.count() == 2


def test_edits_outside_a_gesture_never_merge(holder: Holder) -> None:
    holder.do(gain(-1))
    holder.do(gain(-2))
    holder.stack.undo()
    assert holder.project.clips["a"].gain_db == -1


def test_edits_of_one_gesture_that_do_not_continue_each_other_stay_apart(holder: Holder) -> None:
    drag = Gesture()
    holder.do(gain(-1), drag)
    holder.do(SetClip("b", ClipDecision(gain_db=-1)), drag)
    assert holder.stack.count() == 2
