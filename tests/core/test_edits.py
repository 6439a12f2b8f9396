import random
from typing import Any

import pytest

from studio.core.edits import ChooseTake, Edit, SetCast, SetClip, SetSetting, SetTrack
from studio.core.errors import EditError
from studio.core.project import ClipDecision, Project, TrackDecision
from studio.core.voices import CastEntry

EDITS: list[Any] = [
    SetCast("Maya", CastEntry("alto")),
    ChooseTake("3fa9", "ab" * 16),
    SetClip("3fa9", ClipDecision(shift_s=0.5)),
    SetTrack("music", TrackDecision(gain_db=-6)),
    SetSetting("title", "The Lily Pod"),
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
                ChooseTake(name, rng.choice([None, str(rng.random())])),
                SetClip(name, rng.choice([None, ClipDecision(gain_db=rng.random())])),
                SetTrack(name, rng.choice([None, TrackDecision(mute=rng.random() < 0.5)])),
                SetSetting(name, rng.choice([None, str(rng.random())])),
            ]
        )
        project, inverse = edit.apply(project)
        undo.append(inverse)
    last, redo = project, []
    for edit in reversed(undo):
        project, inverse = edit.apply(project)
        redo.append(inverse)
    assert {**project.chosen, **project.clips, **project.tracks, **project.settings} == {}
    assert len(project.cast) == 0
    for edit in reversed(redo):
        project, _ = edit.apply(project)
    assert (project.chosen, project.clips, project.tracks, project.settings) == (
        last.chosen,
        last.clips,
        last.tracks,
        last.settings,
    )
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
