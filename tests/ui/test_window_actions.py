"""Every command once: in a menu, in the list, with a key of its own."""

from __future__ import annotations

from collections import Counter

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMainWindow
from pytestqt.qtbot import QtBot

from studio.ui.actions import COMMANDS, MENUS, Actions, Situation, key_hint, title_of
from studio.ui.commandlist import CommandList, matches
from studio.ui.desk import Desk


class Recorder:
    """A desk that remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, tuple[object, ...]]] = []

    def __getattr__(self, name: str) -> object:
        return lambda *arguments: self.asked.append((name, arguments))


@pytest.fixture
def window(qtbot: QtBot) -> QMainWindow:
    window = QMainWindow()
    qtbot.addWidget(window)
    return window


def test_no_key_is_given_twice() -> None:
    keys = Counter(QKeySequence(key).toString() for command in COMMANDS for key in command.keys)
    assert [key for key, count in keys.items() if count > 1] == []


def test_every_key_is_one_that_qt_understands() -> None:
    for command in COMMANDS:
        for key in command.keys:
            assert QKeySequence(key)[0].key() != Qt.Key.Key_unknown, command.id


def test_no_command_has_two_rows() -> None:
    assert max(Counter(command.id for command in COMMANDS).values()) == 1


def test_every_command_stands_in_a_menu(window: QMainWindow) -> None:
    actions = Actions(window, Recorder())  # type: ignore[arg-type]
    menus = actions.fill(window.menuBar())
    shown = {action.objectName() for menu in menus.values() for action in menu.actions() if not action.isSeparator()}
    assert shown == {command.id for command in COMMANDS}
    assert {command.menu for command in COMMANDS} == {name for name, _ in MENUS}


def test_every_command_is_something_the_desk_can_do(window: QMainWindow) -> None:
    recorder = Recorder()
    actions = Actions(window, recorder)  # type: ignore[arg-type]
    for command in COMMANDS:
        recorder.asked.clear()
        actions[command.id].setEnabled(True)
        actions[command.id].trigger()
        assert len(recorder.asked) == 1, command.id
        assert callable(getattr(Desk, recorder.asked[0][0], None)), recorder.asked


def test_the_keys_that_people_learn_are_these() -> None:
    by_id = {command.id: command.keys for command in COMMANDS}
    expected = {
        "segment.render": "Ctrl+Return",
        "render.changed": "Ctrl+Shift+Return",
        "segment.play": "Shift+Space",
        "play.toggle": "Ctrl+Space",
        "segment.previous": "Alt+Up",
        "segment.next": "Alt+Down",
        "script.next-problem": "F8",
        "script.previous-problem": "Shift+F8",
        "script.fix": "Ctrl+.",
        "segment.new-take": "Ctrl+T",
        "segment.take-1": "Alt+1",
        "segment.take-9": "Alt+9",
        "segment.swap": "Ctrl+B",
        "view.next-pane": "F6",
        "view.back": "Esc",
        "view.commands": "Ctrl+Shift+P",
        "file.save": "Ctrl+S",
    }
    assert {name: by_id[name][0] for name in expected} == expected


def test_what_cannot_be_done_now_is_off(window: QMainWindow) -> None:
    actions = Actions(window, Recorder())  # type: ignore[arg-type]
    actions.update(Situation())
    on = {name for name, action in actions.all().items() if action.isEnabled()}
    assert {"file.new", "file.open", "help.manual", "view.commands"} <= on
    assert not {"file.export", "render.changed", "segment.new-take", "edit.undo", "file.save", "script.fix"} & on
    actions.update(Situation(has_project=True, can_write=True, changed=2, has_segment=True, takes=2))
    assert actions["render.changed"].isEnabled()
    assert actions["segment.take-2"].isEnabled()
    assert not actions["segment.take-3"].isEnabled()


def test_a_project_open_to_read_only_offers_nothing_that_writes(window: QMainWindow) -> None:
    actions = Actions(window, Recorder())  # type: ignore[arg-type]
    actions.update(Situation(has_project=True, can_write=False, changed=2, has_segment=True, takes=2, has_sound=True))
    on = {name for name, action in actions.all().items() if action.isEnabled()}
    assert not {"file.save", "render.changed", "segment.render", "segment.new-take", "segment.take-1", "script.fix"} & on
    assert {"play.toggle", "segment.play", "file.export", "script.find"} <= on


def test_the_command_list_finds_by_words_and_runs(window: QMainWindow, qtbot: QtBot) -> None:
    recorder = Recorder()
    actions = Actions(window, recorder)  # type: ignore[arg-type]
    listed = CommandList(actions.all(), window)
    qtbot.addWidget(listed)
    assert listed.model.rowCount() == len(COMMANDS) - 1
    qtbot.keyClicks(listed.field, "take new")
    assert [row.id for row in listed.model.rows] == ["segment.new-take"]
    qtbot.keyClick(listed, Qt.Key.Key_Return)
    assert recorder.asked == [("new_take", ())]


def test_words_match_in_any_order_and_case() -> None:
    assert matches("Segment: New take", "TAKE new")
    assert not matches("Segment: New take", "old take")


def test_hints_are_short_and_titles_filled_in() -> None:
    assert key_hint("render.changed") == "Ctrl ⇧ ↵"
    third = next(command for command in COMMANDS if command.id == "segment.take-3")
    assert title_of(third) == "Choose take C"
