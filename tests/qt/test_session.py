"""The open project: what is typed, decided and rendered, and how it comes back."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from studio.core.edits import SetCast, SetClip, SetSetting
from studio.core.errors import EditError
from studio.core.project import ClipDecision, Project
from studio.core.voices import CastEntry
from studio.qt.change import Change, Kind
from studio.qt.recasting import give_voice
from studio.qt.session import Session
from studio.qt.states import Basis, SegmentStates, State
from studio.qt.workspace import Workspace
from studio.store.jobs import JobRow
from studio.store.project import ProjectStore


def states(session: Session) -> list[str]:
    return [str(status.state) for status in session.states.in_order(session.plan.segments)]


def render_all(session: Session, qtbot: QtBot) -> None:
    with qtbot.waitSignal(session.rendering.finished, timeout=20_000):
        session.render_needed()


def line_of(session: Session, words: str) -> int:
    return next(number for number, line in enumerate(session.text().split("\n")) if words in line)


def test_a_fresh_project_has_nothing_rendered_and_its_shape_at_once(session: Session, qtbot: QtBot) -> None:
    assert set(states(session)) == {"empty"}
    qtbot.waitUntil(lambda: session.timeline.length > 0)
    speech = session.timeline.track("speech")
    assert speech is not None
    assert [clip.source for clip in speech.clips] == [""] * len(session.plan.segments)


def test_rendering_gives_takes_and_their_place_on_the_timeline(session: Session, qtbot: QtBot) -> None:
    render_all(session, qtbot)
    assert set(states(session)) == {"rendered"}
    assert session.states.needed(session.plan.segments) == []
    qtbot.waitUntil(lambda: all(clip.source for clip in session.timeline.tracks[0].clips))
    assert session.undo_stack.count() == 0  # rendering is no decision


def test_words_that_come_twice_are_rendered_once_and_stand_as_rendered_both_times(session: Session, qtbot: QtBot) -> None:
    line = line_of(session, "We will be right back")
    session.edit_lines(line, 1, ["{pause 1s} [Maya] The end, they say.", "", "{pause 1s} [Maya] The end, they say."])
    render_all(session, qtbot)
    assert set(states(session)) == {"rendered"}
    assert len({row.key for one in session.plan.segments for row in session.takes.of(one.id)}) == len(states(session)) - 1


def test_one_edited_line_makes_at_most_two_segments_stale(session: Session, qtbot: QtBot) -> None:
    render_all(session, qtbot)
    line = line_of(session, "So what did")
    session.edit_lines(line, 1, ["[Maya] So what did the keeper write in the log that night?"])
    session.settle()
    assert 1 <= states(session).count("stale") <= 2
    session.edit_lines(line, 1, ["[Maya] So what did the keeper write in the book that night?"])
    session.settle()
    assert set(states(session)) == {"rendered"}


def test_views_hear_what_changed_and_no_more(session: Session, qtbot: QtBot) -> None:
    render_all(session, qtbot)
    heard: list[Change] = []
    session.changed.connect(heard.append)
    line = line_of(session, "We will be right back")
    session.edit_lines(line, 1, ["[Maya] We will be back, after some seconds of the open sea."])
    session.settle()
    about_states = [change for change in heard if change.touches(Kind.STATES)]
    assert about_states
    assert all(0 < len(change.segments) <= 2 for change in about_states)


def test_a_voice_is_cast_undone_and_cast_again(workspace: Workspace, session: Session) -> None:
    give_voice(session, workspace.voices, "Maya", "Annie")
    assert session.cast["Maya"].voice == "Annie"
    session.undo_stack.undo()
    assert session.cast["Maya"].voice == ""
    session.undo_stack.redo()
    assert session.cast["Maya"].voice == "Annie"


def test_another_voice_makes_only_its_speakers_segments_stale(workspace: Workspace, session: Session, qtbot: QtBot) -> None:
    render_all(session, qtbot)
    of_maya = [any(turn.character == "Maya" for turn in one.turns) for one in session.plan.segments]
    give_voice(session, workspace.voices, "Maya", "Annie")
    assert [state == "stale" for state in states(session)] == of_maya


def test_a_voice_that_is_not_there_fails_its_segments_and_says_why(session: Session) -> None:
    session.do(SetCast("Tom", CastEntry("Nobody")), "Cast")
    failed = [status.segment for status in session.states.in_order(session.plan.segments) if status.state is State.FAILED]
    assert failed
    assert "Nobody" in session.states.problem(failed[0])
    assert failed[0] not in {job.segment for job in session.states.needed(session.plan.segments)}


def test_another_take_is_heard_when_it_comes_and_undo_brings_the_old_one_back(session: Session, qtbot: QtBot) -> None:
    render_all(session, qtbot)
    segment = session.plan.segments[0].id
    first = session.states.of(segment)
    with qtbot.waitSignal(session.rendering.finished, timeout=20_000):
        assert session.render_another_take(segment)
    takes = session.takes.of(segment)
    assert len(takes) == 2
    assert session.project.chosen[segment] == takes[1].key
    session.undo_stack.undo()
    now = session.states.of(segment)
    assert first is not None
    assert now is not None
    assert now.take == first.take


def test_everything_is_there_again_after_closing(workspace: Workspace, session: Session, qtbot: QtBot) -> None:
    folder = session.folder
    render_all(session, qtbot)
    give_voice(session, workspace.voices, "Tom", "Reed")
    session.do(SetClip(session.plan.segments[0].id, ClipDecision(gain_db=-3.0)), "Level")
    session.edit_lines(line_of(session, "We will be"), 1, ["[Maya] The end."])
    text, project, plan = session.text(), session.project, session.plan
    before = states(session)
    workspace.close_project()
    assert workspace.session is None
    assert (folder / "script.txt").read_text() == text
    assert workspace.open(folder)
    again = workspace.session
    assert again is not None
    qtbot.waitUntil(lambda: len(again.states.in_order(again.plan.segments)) == len(plan.segments), timeout=20_000)
    assert again.project == project
    assert [(one.id, one.turns) for one in again.plan.segments] == [(one.id, one.turns) for one in plan.segments]
    assert states(again) == before


def test_typing_is_on_disk_a_second_later(session: Session, qtbot: QtBot) -> None:
    session.edit_lines(line_of(session, "We will be"), 1, ["[Maya] Kept without being asked."])
    assert not session.saving.is_kept
    qtbot.waitUntil(lambda: session.saving.is_kept, timeout=3000)
    assert "Kept without being asked." in (session.folder / "script.txt").read_text()


def test_a_decision_is_on_disk_when_it_is_made(session: Session) -> None:
    session.do(SetSetting("title", "Another name"), "Title")
    with ProjectStore.open(session.folder, write=False) as other:
        assert other.load().settings["title"] == "Another name"
    assert session.title == "Another name"


def test_an_edit_that_does_not_fit_changes_nothing(session: Session) -> None:
    before = session.project
    with pytest.raises(EditError):
        session.do(SetClip("x", ClipDecision(trim_head_s=-1.0)), "Trim")
    assert session.project == before
    assert session.undo_stack.count() == 0


def test_a_locked_project_is_offered_to_read_only(
    workspace: Workspace, make_project: object, tmp_path: Path, qtbot: QtBot
) -> None:
    folder = tmp_path / "mine"
    with ProjectStore.create(folder, "[S1] Hello there."):
        with qtbot.waitSignal(workspace.locked):
            assert not workspace.open(folder)
        assert workspace.open(folder, write=False)
        session = workspace.session
        assert session is not None
        with pytest.raises(EditError):
            session.do(SetSetting("title", "x"), "Title")


def test_what_left_the_script_leaves_no_state_behind(session: Session) -> None:
    line = line_of(session, "# The tide took")
    session.edit_lines(line, len(session.text().split("\n")) - line, [""])
    session.settle()
    assert sum(session.states.counts().values()) == len(session.plan.segments)
    assert session.states.wanting == len(session.plan.segments)


def test_a_job_of_older_words_says_nothing_about_a_segment(session: Session) -> None:
    segment = session.plan.segments[0]
    assert session.casting is not None
    caps = session.caps
    assert caps is not None
    old = JobRow(segment.id, "0" * 32, id=7, state="failed", error="The engine died.")
    basis = Basis(session.casting, caps, session.takes.known(Project(), {}), lambda _: old)
    states = SegmentStates()
    states.follow([segment], basis)
    status = states.of(segment.id)
    assert status is not None
    assert status.state is State.EMPTY
    assert states.problem(segment.id) == ""
    ours = JobRow(segment.id, status.key, id=7, state="failed", error="The engine died.")
    states.follow([segment], Basis(session.casting, caps, session.takes.known(Project(), {}), lambda _: ours))
    assert states.problem(segment.id) == "The engine died."


def test_a_long_queue_is_filled_in_slices_and_rendered_to_its_end(
    session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("studio.qt.filling.SLICE", 1)
    with qtbot.waitSignal(session.rendering.finished, timeout=20_000) as finished:
        count = session.render_needed()
        assert session.rendering.count("waiting", "running") == 1
        assert session.render_needed() == count - 1  # pressed twice
    assert finished.args == [count, 0]
    assert [row.segment for row in session.rendering.rows()] == [one.id for one in session.plan.segments]
    assert set(states(session)) == {"rendered"}


def test_stopping_while_the_queue_is_filled_leaves_nothing_to_come(
    session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("studio.qt.filling.SLICE", 1)
    session.render_needed()
    session.rendering.stop()
    qtbot.waitUntil(lambda: not session.rendering.running, timeout=20_000)
    qtbot.wait(50)
    assert session.rendering.count("waiting", "running") == 0
    assert len(session.rendering.rows()) == 1
    render_all(session, qtbot)
    assert set(states(session)) == {"rendered"}


def test_closing_while_the_queue_is_filled_keeps_what_was_asked_for(
    workspace: Workspace, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("studio.qt.filling.SLICE", 1)
    wanted = [one.id for one in session.plan.segments]
    session.render_needed()
    workspace.close_project()
    with ProjectStore.open(session.folder) as store:
        assert [row.segment for row in store.jobs()] == wanted
        assert {row.state for row in store.jobs()} == {"waiting"}
