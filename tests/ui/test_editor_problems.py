"""Problems by key: from one to the next, and mended in one step of undo."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from studio.core.diagnostics import Diagnostic, Fix, TextEdit
from studio.ui import theme as themes
from studio.ui.editor.view import ScriptEditor

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # pop-ups on the offscreen platform

SCRIPT = "[Maya] (laughing) one (cough) two\n[Tom] three!!\n[Maya] 😀 (laughing) four"


def problem(line: int, start: int, end: int, text: str | None, rule: str = "unknown-nonverbal") -> Diagnostic:
    fix = Fix(f"change to {text}", (TextEdit(line, start, line, end, text),)) if text is not None else None
    return Diagnostic(rule, "warning", line, start, line, end, f"Problem at {line}. It would be read aloud.", fix)


PROBLEMS = (
    problem(0, 7, 17, "(laughs)"),
    problem(0, 22, 29, "(coughs)"),
    problem(1, 11, 13, None, "exclamation-run"),
    problem(2, 9, 19, "(laughs)"),
)


@pytest.fixture
def editor(qtbot: QtBot) -> ScriptEditor:
    made = ScriptEditor(themes.load("dark"))
    qtbot.addWidget(made)
    made.resize(860, 300)
    made.set_text(SCRIPT)
    made.show_diagnostics(PROBLEMS)
    made.show()
    made.setFocus()
    QApplication.processEvents()
    return made


def test_f8_visits_all_in_order_and_wraps(editor: ScriptEditor) -> None:
    said: list[str] = []
    editor.said.connect(said.append)
    places = []
    for _step in range(5):
        QTest.keyClick(editor, Qt.Key.Key_F8)
        places.append(editor.place())
    assert places == [(0, 7), (0, 22), (1, 11), (2, 9), (0, 7)]
    assert said[1] == "2 of 4: Problem at 0. It would be read aloud."
    QTest.keyClick(editor, Qt.Key.Key_F8, Qt.KeyboardModifier.ShiftModifier)
    assert editor.place() == (2, 9)


def test_nothing_to_visit_is_said(editor: ScriptEditor) -> None:
    said: list[str] = []
    editor.said.connect(said.append)
    editor.show_diagnostics([])
    QTest.keyClick(editor, Qt.Key.Key_F8)
    assert said == ["No problems."]


def test_one_key_mends_the_problem_at_the_cursor(editor: ScriptEditor) -> None:
    editor.reveal(2, 12)
    QTest.keyClick(editor, Qt.Key.Key_Period, Qt.KeyboardModifier.ControlModifier)
    assert editor.text().split("\n")[2] == "[Maya] 😀 (laughs) four"
    editor.undo()
    assert editor.text() == SCRIPT


def test_several_ways_are_offered_in_a_menu(editor: ScriptEditor) -> None:
    editor.show_diagnostics([problem(1, 6, 13, "three!"), problem(1, 6, 13, "three.")], 1, 1)
    editor.reveal(1, 8)
    editor.fix()
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert [action.text() for action in menu.actions()] == ["change to three!", "change to three."]
    QTest.keyClick(menu, Qt.Key.Key_Return)
    assert editor.text().split("\n")[1] == "[Tom] three!"


def test_fixes_lie_right_after_typing_above_and_before(editor: ScriptEditor) -> None:
    cursor = editor.textCursor()
    cursor.setPosition(editor.position_of(2, 7))
    cursor.insertText("Oh ")
    cursor.setPosition(0)
    cursor.insertText("new\nlines\n")
    editor.reveal(4, 14)
    editor.fix()
    assert editor.text().split("\n")[4] == "[Maya] Oh 😀 (laughs) four"


def test_all_of_a_kind_are_one_step_of_undo(editor: ScriptEditor) -> None:
    said: list[str] = []
    editor.said.connect(said.append)
    editor.reveal(0, 8)
    editor.fix_all()
    assert editor.text() == "[Maya] (laughs) one (coughs) two\n[Tom] three!!\n[Maya] 😀 (laughs) four"
    assert said[-1] == "3 mended."
    editor.undo()
    assert editor.text() == SCRIPT


def test_fixes_that_overlap_are_not_mixed(editor: ScriptEditor) -> None:
    editor.show_diagnostics([problem(1, 6, 11, "four"), problem(1, 8, 13, "five")])
    editor.reveal(1, 8)
    editor.fix_all()
    assert editor.text().split("\n")[1] == "[Tom] four!!"


def test_where_nothing_can_be_mended_it_is_said(editor: ScriptEditor) -> None:
    said: list[str] = []
    editor.said.connect(said.append)
    editor.reveal(1, 12)
    editor.fix()
    assert said == ["Nothing here can be mended by itself."]
    assert editor.text() == SCRIPT


def test_the_tooltip_says_what_why_and_which_key(editor: ScriptEditor) -> None:
    row = next(iter(editor.rows()))
    words = editor.tooltip_at(QPointF(editor.layout_column().left + 75, row.top + row.height / 2))
    for part in ("Problem at 0", "It would be read aloud", "Ctrl+.", "change to (laughs)", "F8", "next of 4"):
        assert part in words
    assert editor.tooltip_at(QPointF(editor.layout_column().left + 10, row.top + row.height / 2)) == ""


def test_problems_are_underlined_in_the_colour_of_their_severity(editor: ScriptEditor) -> None:
    def painted() -> int:
        QApplication.processEvents()
        image = editor.viewport().grab().toImage()
        stale = themes.load("dark").color("stale")
        return sum(
            abs(image.pixelColor(x, y).hue() - stale.hue()) < 6 and image.pixelColor(x, y).saturation() > 90
            for x in range(80, 400)
            for y in range(140)
        )

    assert painted() > 30
    editor.show_diagnostics([])
    assert painted() == 0


def test_a_script_that_is_only_read_stays_as_it_is(editor: ScriptEditor) -> None:
    said: list[str] = []
    editor.said.connect(said.append)
    editor.setReadOnly(True)
    editor.reveal(0, 8)
    editor.fix()
    editor.fix_all()
    assert editor.text() == SCRIPT
    assert said == ["This project is open for reading only."] * 2
