"""Scripts become projects, exports can be stopped, waveforms and previews come from real takes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from studio.core.errors import ExportError
from studio.core.timeline import Clip, Timeline, Track
from studio.engines import dia
from studio.qt import places
from studio.qt.exporting import ExportOrder, TagWords, formats
from studio.qt.following import Follower
from studio.qt.session import Session
from studio.qt.workspace import Workspace
from studio.render.previews import shortened
from studio.store.library import VoiceLibrary


def rendered(session: Session, qtbot: QtBot) -> None:
    with qtbot.waitSignal(session.rendering.finished, timeout=20_000):
        session.render_needed()
    qtbot.waitUntil(lambda: all(clip.source for clip in session.timeline.tracks[0].clips))


def test_the_same_script_gives_the_same_project_and_a_changed_one_another(tmp_path: Path) -> None:
    script = tmp_path / "tale.txt"
    script.write_text("[S1] One. {music bed.flac}")
    (tmp_path / "bed.flac").write_bytes(b"sound")
    (tmp_path / "other.flac").write_bytes(b"not named")
    first = places.project_of_script(script, tmp_path / "projects")
    assert (first / "bed.flac").read_bytes() == b"sound"
    assert not (first / "other.flac").exists()
    assert places.project_of_script(script, tmp_path / "projects") == first
    script.write_text("[S1] Two.")
    assert places.project_of_script(script, tmp_path / "projects") == first.with_name("tale 2")


def test_every_demo_can_be_opened(tmp_path: Path) -> None:
    assert "the-lily-pod" in places.demos()
    assert places.is_project(places.project_of_demo("the-lily-pod"))


def test_an_export_goes_through_the_registry_and_reports(
    workspace: Workspace, session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    rendered(session, qtbot)
    exporting = workspace.exporting
    assert exporting is not None
    heard: list[float] = []
    exporting.progressed.connect(heard.append)
    for kind in formats():
        target = tmp_path / f"episode{kind.suffix}"
        with qtbot.waitSignal(exporting.done, timeout=30_000):
            exporting.start(ExportOrder(target, session.arranging.now(), TagWords("Title", "Author"), {}))
        assert target.stat().st_size > 1000
    assert heard == sorted(heard) or heard.count(1.0) == len(formats())


def test_a_stopped_export_leaves_nothing(workspace: Workspace, session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    exporting = workspace.exporting
    assert exporting is not None
    hours = Timeline((Track("speech", (Clip("x", "", 0, 10**9),)),), length=10**9)
    target = tmp_path / "long.wav"
    with qtbot.waitSignal(exporting.stopped, timeout=20_000):
        exporting.start(ExportOrder(target, hours, TagWords(), {}))
        exporting.stop()
    assert list(tmp_path.glob("*long*")) == []


def test_an_export_that_cannot_be_is_told(workspace: Workspace, session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    exporting = workspace.exporting
    assert exporting is not None
    with qtbot.waitSignal(exporting.failed) as failed:
        exporting.start(ExportOrder(tmp_path / "no" / "such.mp3", session.timeline, TagWords(), {}))
    assert isinstance(failed.args[0], ExportError)


def test_waveforms_come_and_are_kept(workspace: Workspace, session: Session, qtbot: QtBot) -> None:
    rendered(session, qtbot)
    key = session.timeline.tracks[0].clips[0].source
    peaks = workspace.peaks
    assert peaks is not None
    assert peaks.get(key) is None
    qtbot.waitUntil(lambda: peaks.get(key) is not None)
    waveform = peaks.get(key)
    assert waveform is not None
    lows, highs = waveform.columns(0.0, waveform.seconds, 40)
    assert len(lows) == len(highs) == 40
    assert highs.max() > 0.05
    assert (places.peaks_folder() / f"{key}.peaks").is_file()


def test_the_word_that_is_heard_is_found(session: Session, qtbot: QtBot) -> None:
    rendered(session, qtbot)
    follower = Follower(session)
    clip = session.timeline.tracks[0].clips[0]
    spoken = follower.at(clip.start + session.timeline.rate // 10)
    assert spoken is not None
    turn = session.plan.segments[spoken.segment].turns[spoken.turn]
    assert turn.text[spoken.start : spoken.end] == "They"
    assert follower.at(session.timeline.length + 5) is None


@pytest.mark.qt_log_ignore("PulseAudioService")
def test_a_voice_can_be_heard_without_touching_the_project(workspace: Workspace, session: Session, qtbot: QtBot) -> None:
    with qtbot.waitSignal(workspace.player.playing_changed, timeout=20_000):
        workspace.previewing.hear_character(session, "Maya")
    assert session.takes.of(session.plan.segments[0].id) == ()
    assert workspace.player.position == 0
    workspace.player.pause()


def test_a_queue_that_was_cut_short_goes_on_after_reopening(workspace: Workspace, session: Session, qtbot: QtBot) -> None:
    folder = session.folder
    session.render_needed()
    session.rendering.pause()
    workspace.close_project()
    assert workspace.open(folder)
    again = workspace.session
    assert again is not None
    assert again.rendering.count("waiting") > 0
    assert again.rendering.is_paused  # and it says so, rather than to be at work
    qtbot.waitUntil(lambda: len(again.states.in_order(again.plan.segments)) == len(again.plan.segments), timeout=20_000)
    with qtbot.waitSignal(again.rendering.finished, timeout=20_000):
        again.rendering.resume()
    assert again.states.needed(again.plan.segments) == []


def test_takes_that_were_asked_for_are_made_after_reopening(workspace: Workspace, session: Session, qtbot: QtBot) -> None:
    folder, first = session.folder, session.plan.segments[0].id
    with qtbot.waitSignal(session.rendering.finished, timeout=20_000):
        session.render_needed()
    session.rendering.pause()
    asked = [session.reviewing.another(first)]
    session.rendering.put([job for job in asked if job is not None])
    asked.append(session.reviewing.another(first))
    session.rendering.put([job for job in asked[1:] if job is not None])
    keys = {job.key for job in asked if job is not None}
    assert len(keys) == 2
    workspace.close_project()
    assert workspace.open(folder)
    again = workspace.session
    assert again is not None
    qtbot.waitUntil(lambda: len(again.states.in_order(again.plan.segments)) == len(again.plan.segments), timeout=20_000)
    with qtbot.waitSignal(again.rendering.finished, timeout=20_000):
        again.rendering.resume()
    assert keys <= {row.key for row in again.takes.of(first)}
    assert len(again.takes.of(first)) == 3
    assert again.project.chosen[first] in keys


def test_stopping_takes_out_what_waits_and_keeps_what_is_done(session: Session, qtbot: QtBot) -> None:
    session.render_needed()
    session.rendering.stop()
    qtbot.waitUntil(lambda: session.rendering.count("waiting", "running") == 0, timeout=20_000)
    left = len(session.states.needed(session.plan.segments))
    assert left == len(session.plan.segments) - len(
        {row.key for one in session.plan.segments for row in session.takes.of(one.id)}
    )


def test_long_lines_are_heard_in_part() -> None:
    assert shortened("Short.") == "Short."
    long = "A first sentence that is long enough. " * 12
    assert len(shortened(long)) <= 160
    assert shortened(long).endswith(".")


def test_a_window_remembers_projects_that_are_still_there(
    workspace: Workspace, make_project: Callable[..., Path], tmp_path: Path
) -> None:
    folder = make_project()
    workspace.remembered.note(tmp_path / "gone")
    workspace.remembered.note(folder)
    assert workspace.remembered.recent() == (folder,)
    assert workspace.remembered.last() == folder


def test_what_a_removed_voice_left_in_a_cache_is_swept_when_a_project_is_opened(
    workspace: Workspace, make_project: Callable[[], Path], qtbot: QtBot
) -> None:
    VoiceLibrary.open(places.library_file()).close()
    left = dia.voice_codes() / ("ab" * 32) / "cpu" / "model.codes"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"what an engine wrote when the voice was gone")
    assert workspace.open(make_project())
    qtbot.waitUntil(lambda: not left.exists(), timeout=20_000)
