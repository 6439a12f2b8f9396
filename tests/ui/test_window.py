"""The window as a user meets it: opened, worked by keys, closed, opened again. Real project, real engine process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QApplication, QFileDialog, QListView, QPushButton, QSpinBox, QWidget
from pytestqt.qtbot import QtBot

from studio.qt.remembered import Remembered
from studio.qt.session import Session
from studio.qt.workspace import Workspace
from studio.store.jobs import JobRow
from studio.store.project import ProjectStore
from studio.ui.theme import ThemeSwitch
from studio.ui.window import MainWindow

SCRIPT = """---
title: The Lily Pod
cast:
  Maya: {}
  Tom: {}
---

# Cold open

[Maya] They found the boat on a Thursday, upright, with the lamp still warm.
[Tom] And nobody in it. I remember my father saying that was the part he could not put down.

# The tide took

[Maya] So what did the keeper write in the book that night?
[Tom] The names of seven ships, and under the seventh he drew a line (chuckling) as if he had been called away.
"""


@pytest.fixture
def open_window(
    themes: ThemeSwitch, dispose: Callable[[MainWindow], None], qtbot: QtBot, tmp_path: Path
) -> Iterator[Callable[[], MainWindow]]:
    """Makes a window over the same remembered state each time; all are closed in the end."""
    windows: list[MainWindow] = []

    def make() -> MainWindow:
        workspace = Workspace(Remembered(tmp_path / "window.ini"), engine="fake")
        window = MainWindow(workspace, themes)
        windows.append(window)
        window.show()
        return window

    yield make
    for window in windows:
        dispose(window)


@pytest.fixture
def window(open_window: Callable[[], MainWindow]) -> MainWindow:
    return open_window()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "show"
    ProjectStore.create(folder, SCRIPT).close()
    return folder


def opened(window: MainWindow, folder: Path, qtbot: QtBot) -> Session:
    with qtbot.waitSignal(window.workspace.engine.ready, timeout=20_000):
        window.desk.open_path(folder)
    session = window.workspace.session
    assert session is not None
    return session


def activate(window: MainWindow, qtbot: QtBot) -> None:
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)


def press(window: MainWindow, key: Qt.Key, *modifiers: Qt.KeyboardModifier) -> None:
    """A key on whatever has the focus, through the window's shortcuts."""
    from PySide6.QtTest import QTest

    combined = Qt.KeyboardModifier.NoModifier
    for one in modifiers:
        combined |= one
    target: QWidget = QApplication.focusWidget() or window
    QTest.keyClick(target, key, combined)


CTRL, SHIFT, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier


def cursor_to(window: MainWindow, words: str) -> None:
    document = window.editor.document()
    found = document.find(words)
    assert not found.isNull()
    found.clearSelection()
    window.editor.setTextCursor(found)
    found.movePosition(QTextCursor.MoveOperation.EndOfBlock)


def test_without_a_project_it_says_what_can_be_begun(window: MainWindow) -> None:
    assert window.pages.currentWidget() is window.welcome
    assert len(window.welcome.demo_buttons) >= 1
    assert not window.actions_["render.changed"].isEnabled()
    assert not window.actions_["file.export"].isEnabled()
    assert window.actions_["file.open"].isEnabled()


def test_a_whole_session_by_keys(open_window: Callable[[], MainWindow], project: Path, qtbot: QtBot) -> None:
    window = open_window()
    activate(window, qtbot)
    session = opened(window, project, qtbot)
    window.shown.refresh()  # type: ignore[union-attr]
    assert window.top.main_button.text() == f"Render {len(session.plan.segments)} changed"
    window.editor.setFocus()

    with qtbot.waitSignal(session.rendering.finished, timeout=30_000):
        press(window, Qt.Key.Key_Return, CTRL, SHIFT)
    window.shown.refresh()  # type: ignore[union-attr]
    assert window.top.main_button.text() == "Everything is rendered"

    cursor_to(window, "So what did")
    segment = window.shown.segment  # type: ignore[union-attr]
    assert segment
    first = session.takes.of(segment)[0].key
    with qtbot.waitSignal(session.rendering.finished, timeout=30_000):
        press(window, Qt.Key.Key_T, CTRL)
    window.shown.refresh()  # type: ignore[union-attr]
    assert window.segment.takes.rowCount() == 2
    assert session.project.chosen[segment] != first
    press(window, Qt.Key.Key_1, ALT)
    assert session.project.chosen[segment] == first
    press(window, Qt.Key.Key_Z, CTRL)
    assert session.project.chosen[segment] != first

    press(window, Qt.Key.Key_E, CTRL)
    dialog = window.desk.export_dialog
    assert dialog is not None
    target = project / "episode.mp3"
    dialog.target.setText(str(target))
    qtbot.keyClick(dialog.target, Qt.Key.Key_Return)
    qtbot.waitUntil(target.exists, timeout=30_000)
    qtbot.waitUntil(lambda: not window.workspace.exporting.is_running)  # type: ignore[union-attr]
    assert target.stat().st_size > 10_000
    dialog.close()

    words, chosen = window.editor.text(), dict(session.project.chosen)
    window.close()
    again = open_window()
    again.begin(None)
    now = again.workspace.session
    assert now is not None
    assert now.folder == project
    assert again.editor.text() == words
    assert dict(now.project.chosen) == chosen


def test_typing_reaches_the_session_and_undo_takes_it_back(window: MainWindow, project: Path, qtbot: QtBot) -> None:
    session = opened(window, project, qtbot)
    before = session.text()
    cursor_to(window, "They found the boat")
    qtbot.keyClicks(window.editor, "Look! ")
    qtbot.waitUntil(lambda: "Look! " in "\n".join(line.text for one in session.script.paragraphs for line in one.lines))
    window.editor.setFocus()
    window.desk.undo()
    assert session.text() == before


def test_a_problem_is_listed_counted_visited_and_mended(window: MainWindow, project: Path, qtbot: QtBot) -> None:
    session = opened(window, project, qtbot)
    window.desk.go_to("problems")
    window.shown.refresh()  # type: ignore[union-attr]
    assert [row.problem.rule for row in window.problems.model.rows] == ["unknown-nonverbal"]
    assert "1 warning" in window.status.text()
    window.problems.place_asked.emit(window.problems.model.rows[0].problem.line, window.problems.model.rows[0].problem.column)
    assert window.editor.place()[0] == session.diagnostics()[0].line
    window.desk.in_editor("fix")
    qtbot.waitUntil(lambda: session.diagnostics() == [])
    assert "(chuckle)" in session.text()


def test_casting_in_the_outline_is_one_step_that_undo_takes_back(window: MainWindow, project: Path, qtbot: QtBot) -> None:
    opened(window, project, qtbot)
    window.shown.refresh()  # type: ignore[union-attr]
    maya = window.outline.cast.rows[0]
    assert maya.voice_words == "choose…"
    menu = window.outline.voice_menu(maya)
    next(action for action in menu.actions() if action.text() == "Reed").trigger()
    window.shown.refresh()  # type: ignore[union-attr]
    assert window.outline.cast.rows[0].voice_words == "Reed"
    window.desk.undo()
    window.shown.refresh()  # type: ignore[union-attr]
    assert window.outline.cast.rows[0].voice_words == "choose…"
    menu.deleteLater()


def test_the_bar_says_when_all_is_kept(window: MainWindow, project: Path, qtbot: QtBot) -> None:
    session = opened(window, project, qtbot)
    cursor_to(window, "They found the boat")
    qtbot.keyClicks(window.editor, "Yes. ")
    window.shown.refresh()  # type: ignore[union-attr]
    assert window.top.saved_words() == "keeping changes…"
    qtbot.waitUntil(lambda: window.top.saved_words() == "all changes kept", timeout=4000)
    assert "Yes. " in (session.folder / "script.txt").read_text()


def test_f6_goes_round_the_panes_and_escape_leads_back(window: MainWindow, project: Path, qtbot: QtBot) -> None:
    opened(window, project, qtbot)
    activate(window, qtbot)
    window.editor.setFocus()
    seen = []
    for _ in range(4):
        press(window, Qt.Key.Key_F6)
        here = QApplication.focusWidget()
        seen.append(
            next(name for name in ("outline", "script", "inspector", "timeline") if window.frame_of(name).isAncestorOf(here))
        )
    assert sorted(seen) == ["inspector", "outline", "script", "timeline"]
    window.desk.go_to("timeline")
    press(window, Qt.Key.Key_Escape)
    assert window.editor.hasFocus()


def test_a_locked_project_can_be_opened_to_read_only(window: MainWindow, project: Path, qtbot: QtBot) -> None:
    with ProjectStore.open(project):
        window.desk.open_path(project)
        assert window.workspace.session is None
        assert not window.notice.isHidden()
        window.notice.act()
        session = window.workspace.session
        assert session is not None
        assert not session.is_writable
        assert window.editor.isReadOnly()
        assert window.top.saved_words() == "read only"


def test_what_is_no_project_is_told_and_nothing_opens(window: MainWindow, tmp_path: Path) -> None:
    window.desk.open_path(tmp_path)
    assert window.workspace.session is None
    assert "no project" in window.notice.text()


def test_panels_sizes_and_zoom_are_there_again(open_window: Callable[[], MainWindow], project: Path, qtbot: QtBot) -> None:
    window = open_window()
    opened(window, project, qtbot)
    window.desk.toggle_panel("outline")
    window.down.setSizes([300, 400])
    window.desk.in_editor("larger")
    sizes, zoom = window.down.sizes(), window.editor.zoom_percent
    window.close()
    again = open_window()
    again.begin(None)
    assert again.is_hidden("outline")
    assert again.down.sizes()[1] == sizes[1]
    assert again.editor.zoom_percent == zoom


def test_a_script_becomes_a_project_and_is_left_alone(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    script = tmp_path / "tale.txt"
    script.write_text("[S1] Once upon a time there was a lamp. [S2] And then there was none at all.")
    session = opened(window, script, qtbot)
    assert session.folder.name == "tale"
    assert session.text() == script.read_text()
    window.desk.open_path(script)
    assert window.workspace.session is not None
    assert window.workspace.session.folder == session.folder


def test_pause_lets_the_segment_in_hand_finish_and_resume_goes_on(window: MainWindow, project: Path, qtbot: QtBot) -> None:
    session = opened(window, project, qtbot)
    window.desk.render_changed()
    window.desk.pause_rendering()
    qtbot.waitUntil(lambda: not session.rendering.running, timeout=20_000)
    assert session.rendering.count("waiting") == len(session.plan.segments) - 1
    with qtbot.waitSignal(session.rendering.finished, timeout=20_000):
        window.desk.pause_rendering()
    assert session.states.needed(session.plan.segments) == []


@pytest.mark.qt_log_ignore("PulseAudioService")
def test_playing_moves_the_playhead_and_marks_what_is_spoken(window: MainWindow, project: Path, qtbot: QtBot) -> None:
    session = opened(window, project, qtbot)
    with qtbot.waitSignal(session.rendering.finished, timeout=20_000):
        window.desk.render_changed()
    qtbot.waitUntil(lambda: all(clip.source for clip in session.timeline.tracks[0].clips))
    marked: list[str] = []
    original = window.editor.mark_spoken

    def mark(line: int, start: int, end: int) -> None:
        marked.append(window.editor.table.texts[line][start:end])
        original(line, start, end)

    window.editor.mark_spoken = mark  # type: ignore[method-assign]
    window.desk.play_from_start()
    qtbot.waitUntil(lambda: window.workspace.player.position > 0)
    qtbot.waitUntil(lambda: bool(marked))
    window.desk.toggle_play()
    assert not window.workspace.player.is_playing()
    assert marked[0] == "They"


def test_everything_that_takes_the_focus_has_a_name(window: MainWindow, project: Path, qtbot: QtBot) -> None:
    opened(window, project, qtbot)
    nameless = [
        f"{type(widget).__name__} in {type(widget.parent()).__name__}"
        for widget in window.findChildren(QWidget)
        if widget.isVisibleTo(window)
        and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and not (widget.accessibleName() or getattr(widget, "text", lambda: "")())
        and type(widget).__name__ not in ("QTabBar", "QStackedWidget", "QWidget")
    ]
    assert nameless == []


def test_nothing_to_hit_is_smaller_than_a_finger_tip(window: MainWindow, project: Path, qtbot: QtBot) -> None:
    opened(window, project, qtbot)
    from PySide6.QtWidgets import QAbstractButton

    small = [
        f"{type(one).__name__} {one.text()} {one.accessibleName()} {one.width()}x{one.height()}"
        for one in window.findChildren(QAbstractButton)
        if one.isVisibleTo(window) and min(one.width(), one.height()) < 24
    ]
    assert small == []


def test_the_window_is_no_larger_than_the_screen(window: MainWindow) -> None:
    room = window.screen().availableGeometry()
    assert window.width() <= room.width()
    assert window.height() <= room.height()


def test_a_project_opens_at_the_first_spoken_words_and_then_where_one_was(
    open_window: Callable[[], MainWindow], project: Path, qtbot: QtBot
) -> None:
    window = open_window()
    opened(window, project, qtbot)
    assert window.editor.textCursor().block().text().startswith("[Maya] They found")
    cursor_to(window, "what did")
    place = window.editor.place()
    window.close()
    again = open_window()
    opened(again, project, qtbot)
    assert again.editor.place() == place


def test_a_new_project_is_ready_to_be_written_in(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    from studio.qt.places import new_project

    session = opened(window, new_project(tmp_path / "fresh"), qtbot)
    qtbot.keyClicks(window.editor, "Hello, everybody.")
    session.settle()
    assert session.text().endswith("---\n\nHello, everybody.")


def test_the_next_episode_of_a_show_opens_with_its_cast(
    window: MainWindow, project: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = opened(window, project, qtbot)
    cast = first.cast
    target = project.with_name("Part 2: the lamp")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    window.actions_["file.new-episode"].trigger()
    session = window.workspace.session
    assert session is not None and session.folder == target
    assert (session.title, session.cast, session.plan.segments) == ("Part 2: the lamp", cast, ())


def test_a_character_with_a_seed_has_a_voice_of_its_own_and_warns_no_more(
    window: MainWindow, project: Path, qtbot: QtBot
) -> None:
    session = opened(window, project, qtbot)
    window.shown.refresh()  # type: ignore[union-attr]
    before = {one.id: session.request_of(one.id).key for one in session.plan.segments}  # type: ignore[union-attr]
    menu = window.outline.voice_menu(window.outline.cast.rows[0])
    next(action for action in menu.actions() if action.text() == "A voice of its own").trigger()
    window.shown.refresh()  # type: ignore[union-attr]
    maya = window.outline.cast.rows[0]
    assert (maya.voice_words, maya.needs_choice) == ("own voice", False)
    after = {one.id: session.request_of(one.id).key for one in session.plan.segments}  # type: ignore[union-attr]
    assert after == before
    next(action for action in menu.actions() if action.text() == "Another voice of its own").trigger()
    window.shown.refresh()  # type: ignore[union-attr]
    assert window.outline.cast.rows[0].seed == (maya.seed or 0) + 1
    window.desk.undo()
    window.desk.undo()
    window.shown.refresh()  # type: ignore[union-attr]
    assert window.outline.cast.rows[0].voice_words == "choose…"
    menu.deleteLater()


def test_a_seed_can_be_written_down_in_the_voices_panel(window: MainWindow, project: Path, qtbot: QtBot) -> None:
    session = opened(window, project, qtbot)
    window.desk.go_to("voices")
    window.shown.refresh()  # type: ignore[union-attr]
    window.voices.point_to("Tom")
    field = next(one for one in window.voices.findChildren(QSpinBox))
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "7")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert session.cast["Tom"].seed == 7
    window.desk.undo()
    window.shown.refresh()  # type: ignore[union-attr]
    assert session.cast["Tom"].seed is None
    assert field.value() == -1


def test_one_failed_segment_can_be_retried_alone(open_window: Callable[[], MainWindow], project: Path, qtbot: QtBot) -> None:
    window = open_window()
    jobs = opened(window, project, qtbot)
    wanted = jobs.states.needed(jobs.plan.segments)
    window.close()
    with ProjectStore.open(project) as store:
        rows = [JobRow(one.segment, one.key, state="failed", error="no breath") for one in wanted]
        first, second = store.put_jobs(rows)[:2]
    window = open_window()
    session = opened(window, project, qtbot)
    window.desk.go_to("queue")
    window.shown.refresh()  # type: ignore[union-attr]
    listed = window.queue.findChild(QListView)
    listed.setCurrentIndex(window.queue.model.index(1, 0))
    retry = next(one for one in window.queue.findChildren(QPushButton) if one.text() == "Retry")
    with qtbot.waitSignal(session.rendering.finished, timeout=20_000):
        retry.click()
    states = {row.id: row.state for row in session.rendering.rows()}
    assert (states[first.id], states[second.id]) == ("failed", "done")


def test_a_show_without_chapters_is_exported_in_mono(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    folder = tmp_path / "plain"
    ProjectStore.create(folder, "[S1] One line, no more. [S2] And its answer.").close()
    session = opened(window, folder, qtbot)
    with qtbot.waitSignal(session.rendering.finished, timeout=20_000):
        window.desk.render_changed()
    window.desk.export()
    dialog = window.desk.export_dialog
    assert dialog is not None
    assert dialog.channels.currentData() == 2
    dialog.channels.setCurrentIndex(dialog.channels.findData(1))
    dialog.format.setCurrentText("WAV")
    target = Path(dialog.target.text())
    with qtbot.waitSignal(window.workspace.exporting.done, timeout=20_000):  # type: ignore[union-attr]
        dialog.start()
    from studio.audio.files import read

    samples, _rate = read(target)
    assert samples.shape[1] == 1
    assert abs(samples).max() > 0.01
    dialog.close()


def test_a_script_changed_outside_can_be_loaded_and_taken_back(window: MainWindow, project: Path, qtbot: QtBot) -> None:
    session = opened(window, project, qtbot)
    theirs = SCRIPT.replace("They found the boat", "They lost the boat")
    (project / "script.txt").write_text(theirs)
    qtbot.waitUntil(lambda: "changed by another program" in window.notice.text())
    window.notice.act()
    assert window.editor.text() == session.text() == theirs
    window.desk.undo()
    assert window.editor.text() == SCRIPT
    qtbot.waitUntil(lambda: (project / "script.txt").read_text() == SCRIPT)


def test_keeping_ours_sets_the_other_version_aside(window: MainWindow, project: Path, qtbot: QtBot) -> None:
    session = opened(window, project, qtbot)
    theirs = SCRIPT.replace("They found the boat", "They lost the boat")
    window.editor.insertPlainText("Ours. ")
    (project / "script.txt").write_text(theirs)
    qtbot.waitUntil(lambda: "changed by another program" in window.notice.text())
    window.shown.refresh()  # type: ignore[union-attr]
    assert window.top.saved_words().startswith("NOT SAVED")
    window.notice.act_otherwise()
    assert "Ours. " in (project / "script.txt").read_text()
    assert (project / "script.txt").read_text() == session.text()
    assert [path.read_text() for path in (project / "backups").glob("script *.txt")] == [theirs]
    qtbot.waitUntil(lambda: window.top.saved_words() == "all changes kept")


def test_closing_undecided_loses_neither_version(window: MainWindow, project: Path, qtbot: QtBot) -> None:
    opened(window, project, qtbot)
    theirs = SCRIPT.replace("They found the boat", "They lost the boat")
    (project / "script.txt").write_text(theirs)
    window.editor.insertPlainText("Ours. ")
    window.desk.close_project()
    assert (project / "script.txt").read_text() == theirs
    aside = [path.read_text() for path in (project / "backups").glob("script *.txt")]
    assert len(aside) == 1
    assert "Ours. " in aside[0]
    assert "backups/script" in window.notice.text()


def test_a_folder_that_vanishes_is_told_and_saved_to_when_it_is_back(window: MainWindow, project: Path, qtbot: QtBot) -> None:
    opened(window, project, qtbot)
    project.rename(project.with_name("away"))
    window.editor.insertPlainText("Still here. ")
    qtbot.waitUntil(lambda: "not there any more" in window.notice.text())
    project.with_name("away").rename(project)
    qtbot.waitUntil(lambda: "Still here. " in (project / "script.txt").read_text(), timeout=6000)


LONG = SCRIPT + "".join(f"\n[Maya] Line number {number}, and on it goes.\n" for number in range(60))


def rendered(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> Session:
    folder = tmp_path / "long"
    ProjectStore.create(folder, LONG).close()
    session = opened(window, folder, qtbot)
    with qtbot.waitSignal(session.rendering.finished, timeout=60_000):
        window.desk.render_changed()
    qtbot.waitUntil(lambda: all(clip.source for clip in session.timeline.tracks[0].clips))
    return session


@pytest.mark.qt_log_ignore("PulseAudioService")
def test_the_script_scrolls_along_with_what_is_played(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    session = rendered(window, tmp_path, qtbot)
    last = session.timeline.tracks[0].clips[-1]
    bar = window.editor.verticalScrollBar()
    before = bar.value()
    window.workspace.player.seek(last.start)
    window.desk.toggle_play()
    qtbot.waitUntil(lambda: bar.value() > before)
    window.desk.toggle_play()


@pytest.mark.qt_log_ignore("PulseAudioService")
def test_a_click_while_it_plays_goes_there_and_a_hand_on_the_bar_stops_following(
    window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    session = rendered(window, tmp_path, qtbot)
    window.desk.play_from_start()
    cursor_to(window, "Line number 20,")
    window.editor.clicked.emit(*window.editor.place())
    clip = next(one for one in session.timeline.tracks[0].clips if one.id == window.shown.segment)  # type: ignore[union-attr]
    qtbot.waitUntil(lambda: clip.start <= window.workspace.player.position)
    window.editor.verticalScrollBar().setValue(0)
    window.editor.scrolled_by_hand.emit()
    heard = window.workspace.player.position
    qtbot.waitUntil(lambda: window.workspace.player.position > heard)
    window.desk.toggle_play()
    assert window.editor.verticalScrollBar().value() == 0


def test_a_segment_is_muted_and_undo_lets_it_be_heard_again(window: MainWindow, project: Path, qtbot: QtBot) -> None:
    session = opened(window, project, qtbot)
    segment = window.shown.segment  # type: ignore[union-attr]
    window.shown.refresh()  # type: ignore[union-attr]
    window.actions_["segment.mute"].trigger()
    assert session.project.clips[segment].is_muted
    window.desk.undo()
    assert segment not in session.project.clips
