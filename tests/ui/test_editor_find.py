"""Finding and replacing."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from studio.ui import theme as themes
from studio.ui.editor.find import FindBar
from studio.ui.editor.pane import ScriptPane
from studio.ui.editor.search import BadPatternError, Query, find_all

SCRIPT = "[Maya] The tide, the tide.\n[Tom] 😀 Tides and THE tide."


@pytest.fixture
def pane(qtbot: QtBot) -> ScriptPane:
    made = ScriptPane(themes.load("dark"))
    qtbot.addWidget(made)
    made.resize(900, 400)
    made.editor.set_text(SCRIPT)
    made.show()
    made.editor.setFocus()
    QApplication.processEvents()
    return made


def looked_for(pane: ScriptPane, words: str) -> FindBar:
    QTest.keyClick(pane.editor, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    pane.find_bar.words.setText(words)
    pane.find_bar.search()
    return pane.find_bar


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (Query("tide"), ["tide", "tide", "Tide", "tide"]),
        (Query("tide", match_case=True), ["tide", "tide", "tide"]),
        (Query("tide", whole_words=True), ["tide", "tide", "tide"]),
        (Query("the (t)", is_pattern=True), ["The t", "the t", "THE t"]),
        (Query("^.T", match_case=True, is_pattern=True), ["[T"]),
        (Query("."), [".", "."]),
        (Query("x*", is_pattern=True), []),
        (Query(""), []),
    ],
)
def test_what_is_found(query: Query, found: list[str]) -> None:
    assert [match.groups[0] for match in find_all(SCRIPT, query)] == found


def test_positions_are_the_documents(pane: ScriptPane) -> None:
    bar = looked_for(pane, "Tides")
    bar.step(1)
    assert pane.editor.textCursor().selectedText() == "Tides"


def test_a_pattern_that_runs_away_ends() -> None:
    assert find_all("a" * 40 + "!", Query("(a+)+$", is_pattern=True)) == ()


def test_a_bad_pattern_is_a_sentence(pane: ScriptPane) -> None:
    with pytest.raises(BadPatternError, match=r"cannot be read at character \d+: .+\."):
        find_all("x", Query("(a", is_pattern=True))
    bar = looked_for(pane, "(a")
    bar.is_pattern.setChecked(True)
    assert bar.count.text() == "Not a pattern"
    assert "cannot be read" in bar.words.toolTip()
    bar.words.setText("a")
    bar.search()
    assert bar.words.toolTip() == ""


def test_next_and_previous_wrap_and_count(pane: ScriptPane) -> None:
    bar = looked_for(pane, "tide")
    assert bar.count.text() == "4 found"
    counts = []
    for _step in range(5):
        QTest.keyClick(bar.words, Qt.Key.Key_Return)
        counts.append(bar.count.text())
    assert counts == ["1 of 4", "2 of 4", "3 of 4", "4 of 4", "1 of 4"]
    QTest.keyClick(bar.words, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert bar.count.text() == "4 of 4"


def test_escape_gives_the_keys_back(pane: ScriptPane) -> None:
    bar = looked_for(pane, "tide")
    QTest.keyClick(bar.words, Qt.Key.Key_Escape)
    assert bar.isHidden()
    assert pane.editor.hasFocus()


def test_the_bar_opens_with_the_selected_words(pane: ScriptPane) -> None:
    pane.editor.select(7, 15)
    QTest.keyClick(pane.editor, Qt.Key.Key_H, Qt.KeyboardModifier.ControlModifier)
    assert pane.find_bar.words.text() == "The tide"
    assert pane.find_bar.by.isVisible()
    QTest.keyClick(pane.find_bar.words, Qt.Key.Key_Escape)
    QTest.keyClick(pane.editor, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert not pane.find_bar.by.isVisible()


def test_replacing_one_goes_on_to_the_next(pane: ScriptPane) -> None:
    bar = looked_for(pane, "tide")
    bar.by.setText("sea")
    bar.step(1)
    bar.replace_one()
    assert pane.editor.text().split("\n")[0] == "[Maya] The sea, the tide."
    assert pane.editor.textCursor().selectedText() == "tide"


def test_replacing_all_is_one_step_of_undo(pane: ScriptPane) -> None:
    said: list[str] = []
    pane.editor.said.connect(said.append)
    bar = looked_for(pane, "tide")
    bar.by.setText("tide tide")
    bar.replace_all()
    assert pane.editor.text() == "[Maya] The tide tide, the tide tide.\n[Tom] 😀 tide tides and THE tide tide."
    assert "4 replaced." in said
    pane.editor.undo()
    assert pane.editor.text() == SCRIPT


def test_groups_of_a_pattern_are_filled_in(pane: ScriptPane) -> None:
    bar = looked_for(pane, r"\[(\w+)\]")
    bar.is_pattern.setChecked(True)
    bar.by.setText(r"[\1 \\ \0\9]")
    bar.replace_all()
    assert pane.editor.text().startswith(r"[Maya \ [Maya]] The")


def test_matches_follow_the_writing(pane: ScriptPane, qtbot: QtBot) -> None:
    bar = looked_for(pane, "tide")
    cursor = pane.editor.textCursor()
    cursor.setPosition(0)
    cursor.insertText("tide\n")
    qtbot.waitUntil(lambda: bar.count.text() == "5 found", timeout=2_000)


def test_every_control_has_a_name(pane: ScriptPane) -> None:
    bar = looked_for(pane, "x")
    for widget in (pane.editor, *bar.findChildren(QWidget)):
        if widget.focusPolicy() != Qt.FocusPolicy.NoFocus:
            spoken = QAccessible.queryAccessibleInterface(widget)
            assert spoken.text(QAccessible.Text.Name), widget
            assert spoken.role() not in (QAccessible.Role.NoRole, QAccessible.Role.Client), widget


def test_nothing_is_replaced_in_a_script_that_is_only_read(pane: ScriptPane) -> None:
    bar = looked_for(pane, "tide")
    pane.editor.setReadOnly(True)
    bar.by.setText("sea")
    bar.step(1)
    bar.replace_one()
    bar.replace_all()
    assert pane.editor.text() == SCRIPT


def test_another_theme_draws_the_buttons_anew(pane: ScriptPane, qapp: QApplication) -> None:
    close = next(one for one in pane.find_bar.findChildren(QToolButton) if one.toolTip() == "Close the find bar")
    dark = close.icon().pixmap(18).toImage()
    try:
        themes.apply(qapp, themes.load("light"))
        assert close.icon().pixmap(18).toImage() != dark
        themes.apply(qapp, themes.load("dark"))
        assert close.icon().pixmap(18).toImage() == dark
    finally:
        themes.apply(qapp, themes.load("dark"))
        qapp.setStyleSheet("")
