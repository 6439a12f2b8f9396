"""Suggestions: there when a bracket is begun, silent in prose."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.ui import theme as themes
from studio.ui.editor.view import ScriptEditor

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # pop-ups on the offscreen platform


@pytest.fixture
def editor(qtbot: QtBot) -> ScriptEditor:
    made = ScriptEditor(themes.load("dark"))
    qtbot.addWidget(made)
    made.resize(860, 300)
    made.set_speakers({"Maya": 0, "Old Bo": 1})
    made.show()
    made.setFocus()
    QApplication.processEvents()
    return made


def typed(editor: ScriptEditor, keys: str) -> None:
    for key in keys:
        popup = QApplication.activePopupWidget()
        QTest.keyClick(popup or editor, key)


def press(editor: ScriptEditor, key: Qt.Key) -> None:
    QTest.keyClick(QApplication.activePopupWidget() or editor, key)


def test_a_square_bracket_offers_the_cast(editor: ScriptEditor) -> None:
    typed(editor, "[")
    assert editor.completer.words() == ["Maya", "Old Bo", "S1", "S2"]
    typed(editor, "o")
    assert editor.completer.words() == ["Old Bo"]
    press(editor, Qt.Key.Key_Return)
    assert editor.text() == "[Old Bo] "
    assert not editor.completer.is_open()
    editor.undo()
    assert editor.text() == "[o"


def test_arrows_choose_and_tab_takes(editor: ScriptEditor) -> None:
    typed(editor, "[")
    press(editor, Qt.Key.Key_Down)
    press(editor, Qt.Key.Key_Tab)
    assert editor.text() == "[Old Bo] "


def test_escape_closes_and_writing_goes_on(editor: ScriptEditor) -> None:
    typed(editor, "[M")
    press(editor, Qt.Key.Key_Escape)
    assert not editor.completer.is_open()
    press(editor, Qt.Key.Key_Return)
    assert editor.text() == "[M\n"


def test_a_round_bracket_offers_sounds_once_a_letter_follows(editor: ScriptEditor) -> None:
    typed(editor, "(")
    assert not editor.completer.is_open()
    typed(editor, "la")
    assert editor.completer.words() == ["laughs"]
    press(editor, Qt.Key.Key_Tab)
    assert editor.text() == "(laughs)"


def test_prose_in_brackets_is_left_alone(editor: ScriptEditor) -> None:
    typed(editor, "He said (which was true")
    assert not editor.completer.is_open()
    press(editor, Qt.Key.Key_Return)
    assert editor.text() == "He said (which was true\n"


def test_a_direction_leaves_its_value_selected(editor: ScriptEditor) -> None:
    typed(editor, "{pau")
    press(editor, Qt.Key.Key_Return)
    assert editor.text() == "{pause 1s}"
    assert editor.textCursor().selectedText() == "1s"
    typed(editor, "3")
    assert editor.text() == "{pause 3}"


def test_a_closing_bracket_that_is_there_is_used(editor: ScriptEditor) -> None:
    editor.set_text("[] hello")
    editor.reveal(0, 1)
    typed(editor, "m")
    press(editor, Qt.Key.Key_Return)
    assert editor.text() == "[Maya] hello"


def test_asking_where_nothing_fits_is_answered(editor: ScriptEditor) -> None:
    said: list[str] = []
    editor.said.connect(said.append)
    QTest.keyClick(editor, Qt.Key.Key_Slash, Qt.KeyboardModifier.AltModifier)
    assert said == ["Suggestions come after [ for speakers, ( for sounds and { for directions."]


def test_front_matter_is_not_script(editor: ScriptEditor) -> None:
    editor.set_text("---\nmusic: \n---\n")
    editor.reveal(1, 7)
    typed(editor, "[")
    assert not editor.completer.is_open()
