import random
from dataclasses import replace
from typing import Any

import pytest

from studio.core.edits import ChooseTake, Edit, MarkTake, SetCast, SetClip, SetPickup, SetSetting, SetTrack, Together
from studio.core.errors import EditError
from studio.core.project import ClipDecision, Pickup, Project, TakeMark, TrackDecision
from studio.core.voices import CastEntry

MARKS = (None, TakeMark("Warm."), TakeMark(is_locked=True), TakeMark(is_binned=True, binned_at=1.0))
EDITS: list[Any] = [
    SetCast("Maya", CastEntry("alto")),
    ChooseTake("3fa9", "ab" * 16),
    SetClip("3fa9", ClipDecision(shift_s=0.5)),
    SetTrack("music", TrackDecision(gain_db=-6)),
    SetSetting("title", "The Lily Pod"),
    MarkTake("3fa9", "ab" * 16, TakeMark("Warmer.", is_favourite=True)),
    MarkTake("3fa9", "ab" * 16, TakeMark(is_locked=True)),
    SetPickup("3fa9", Pickup("He says “boat”.", 1.5, 2.0)),
    Together((ChooseTake("3fa9", "ab" * 16), MarkTake("3fa9", "ab" * 16, TakeMark(is_binned=True)))),
]


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: type(edit).__name__)
def test_an_edit_and_its_inverse_leave_the_project_as_it_was(edit: Edit) -> None:
    before = Project()
    after, inverse = edit.apply(before)
    assert after != before
    undone, again = inverse.apply(after)
    assert undone == before
    assert again.apply(undone)[0] == after


def test_undoing_any_session_gives_back_the_first_state_and_redoing_the_last() -> None:
    rng = random.Random(7)
    project, undo = Project(), []
    for _ in range(300):
        name = rng.choice("abc")
        edit: Edit = rng.choice(
            [
                SetCast(name, rng.choice([None, CastEntry(str(rng.random()))])),
                ChooseTake(name, rng.choice([None, *"xyz"])),
                SetClip(name, rng.choice([None, ClipDecision(gain_db=rng.random())])),
                SetTrack(name, rng.choice([None, TrackDecision(mute=rng.random() < 0.5)])),
                SetSetting(name, rng.choice([None, str(rng.random())])),
                MarkTake(name, rng.choice("xyz"), rng.choice(MARKS)),
                SetPickup(name, rng.choice([None, Pickup(str(rng.random()))])),
            ]
        )
        try:
            project, inverse = edit.apply(project)
        except EditError:  # what is locked or deleted
            continue
        undo.append(inverse)
    last, redo = project, []
    for edit in reversed(undo):
        project, inverse = edit.apply(project)
        redo.append(inverse)
    assert project == Project()
    for edit in reversed(redo):
        project, _ = edit.apply(project)
    assert replace(project, cast=last.cast) == last
    assert dict(project.cast) == dict(last.cast)


def test_a_drag_becomes_one_step_but_another_clip_starts_a_new_one() -> None:
    first, later = SetClip("a", ClipDecision(shift_s=0.1)), SetClip("a", ClipDecision(shift_s=0.2))
    assert first.merged_with(later) == later
    assert first.merged_with(SetClip("b", ClipDecision())) is None
    assert first.merged_with(SetTrack("a", None)) is None
    assert ChooseTake("a", "x").merged_with(ChooseTake("a", "y")) is None


def test_an_edit_that_does_not_fit_says_so_and_changes_nothing() -> None:
    project = Project()
    with pytest.raises(EditError, match="unchanged"):
        SetCast("", CastEntry("alto")).apply(project)
    with pytest.raises(EditError, match="unchanged"):
        SetClip("a", ClipDecision(trim_head_s=-1)).apply(project)
    assert project == Project()


def marked(**marks: TakeMark) -> Project:
    """Segment `one` with take `a` chosen, and these marks of its takes."""
    return Project(chosen={"one": "a"}, marks={("one", key): mark for key, mark in marks.items()})


def test_a_locked_take_is_chosen_and_another_cannot_take_its_place() -> None:
    locked, undo = MarkTake("one", "b", TakeMark(is_locked=True)).apply(marked())
    assert (locked.chosen, locked.locked()) == ({"one": "b"}, {"one": "b"})
    for edit in (ChooseTake("one", "a"), ChooseTake("one", None), MarkTake("one", "a", TakeMark(is_locked=True))):
        with pytest.raises(EditError, match="unlock it first"):
            edit.apply(locked)
    assert ChooseTake("two", "a").apply(locked)[0].chosen == {"one": "b", "two": "a"}, "other segments are free"
    assert undo.apply(locked)[0] == marked()


def test_deleting_the_take_that_is_heard_takes_the_choice_away_and_undo_brings_both_back() -> None:
    deleted, undo = MarkTake("one", "a", TakeMark(is_binned=True, binned_at=5.0)).apply(marked())
    assert (deleted.chosen, deleted.binned()) == ({}, {("one", "a")})
    with pytest.raises(EditError, match="restore it first"):
        ChooseTake("one", "a").apply(deleted)
    assert undo.apply(deleted)[0] == marked()


def test_a_locked_take_cannot_be_deleted() -> None:
    with pytest.raises(EditError, match="unlock it first"):
        MarkTake("one", "a", TakeMark(is_locked=True, is_binned=True)).apply(marked(a=TakeMark(is_locked=True)))


def test_typing_a_note_is_one_gesture_and_nothing_else_is() -> None:
    first, second = (MarkTake("one", "a", TakeMark(note, is_favourite=True)) for note in ("W", "Wa"))
    assert first.merged_with(second) == second
    assert first.merged_with(MarkTake("one", "a", TakeMark("Wa"))) is None
    assert first.merged_with(MarkTake("one", "b", TakeMark("Wa", is_favourite=True))) is None


def test_edits_made_together_are_made_all_or_none() -> None:
    edit = Together((ChooseTake("one", "b"), MarkTake("one", "a", TakeMark(is_locked=True)), ChooseTake("one", "b")))
    with pytest.raises(EditError):
        edit.apply(marked())
