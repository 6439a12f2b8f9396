"""The editor as a writer meets it: real keys on a real widget, offscreen."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import (
    QAccessible,
    QContextMenuEvent,
    QTextCursor,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractSlider, QApplication, QMenu
from pytestqt.qtbot import QtBot

from studio.ui import theme as themes
from studio.ui.editor.pane import ScriptPane
from studio.ui.editor.table import SegmentMark
from studio.ui.editor.view import ScriptEditor
from tests.strategies import examples
from tests.ui.editors import SCRIPT, followed, problem, raw, shown

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # pop-ups on the offscreen platform


@pytest.fixture
def editor(qtbot: QtBot) -> Iterator[ScriptEditor]:
    made = shown(qtbot)
    yield made
    assert not QApplication.activePopupWidget()


EDIT = st.tuples(
    st.sampled_from(["insert", "delete", "undo", "redo", "key", "group"]),
    st.integers(0, 200),
    st.integers(0, 40),
    st.sampled_from(["x", "\n", "[Tom] yes\n", "---\n", "a\nb\nc", "😀", "é\n\n", "(laughs)"]),
)


@examples(40)
@given(edits=st.lists(EDIT, max_size=25))
def test_the_changes_told_rebuild_the_text(qapp: QApplication, edits: list[tuple[str, int, int, str]]) -> None:
    editor = ScriptEditor(themes.load("dark"))
    editor.resize(600, 300)
    editor.set_text(SCRIPT)
    copy = followed(editor)
    for edit in edits:
        _apply(editor, *edit)
        assert copy() == raw(editor) == editor.text()
    while editor.document().isUndoAvailable():
        editor.undo()
        assert copy() == raw(editor) == editor.text()
    assert copy() == SCRIPT
    while editor.document().isRedoAvailable():
        editor.redo()
    assert copy() == raw(editor) == editor.text()
    editor.deleteLater()


def _apply(editor: ScriptEditor, kind: str, at: int, length: int, text: str) -> None:
    cursor = editor.textCursor()
    last = editor.document().characterCount() - 1
    cursor.setPosition(min(at, last))
    if kind == "undo":
        editor.undo()
    elif kind == "redo":
        editor.redo()
    elif kind == "insert":
        cursor.insertText(text)
    elif kind == "key":
        editor.setTextCursor(cursor)
        QTest.keyClick(editor, Qt.Key.Key_Return if length % 2 else Qt.Key.Key_Backspace)
    else:
        cursor.beginEditBlock()
        cursor.setPosition(min(at + length, last), QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()
        if kind == "group":
            cursor.setPosition(0)
            cursor.insertText(text)
        cursor.endEditBlock()


def test_typing_tells_one_line_and_lays_out_one_block(editor: ScriptEditor) -> None:
    heard = []
    editor.lines_changed.connect(lambda *change: heard.append(change))
    editor.reveal(3, 6)
    QApplication.processEvents()
    before = editor.blocks_laid_out()
    QTest.keyClick(editor, "x")
    QApplication.processEvents()
    assert heard == [(3, 1, ("[Tom] xGood evening to you.",))]
    assert editor.blocks_laid_out() - before <= 3


def test_a_click_between_lines_lands_in_the_nearest(editor: ScriptEditor) -> None:
    row = next(row for row in editor.rows() if row.number == 2)
    x = int(editor.layout_column().left + 120)
    for y in (row.top + 1, row.top + row.height / 2, row.bottom - 1):
        QTest.mouseClick(editor.viewport(), Qt.MouseButton.LeftButton, pos=QPointF(x, y).toPoint())
        line, column = editor.place()
        assert line == 2
        assert column > 3


def test_the_cursor_is_told_as_line_and_column(editor: ScriptEditor) -> None:
    heard = []
    editor.cursor_moved.connect(lambda *place: heard.append(place))
    editor.reveal(5, 7)
    assert heard[-1] == (5, 7)
    editor.reveal(99, 99)
    assert heard[-1] == (5, 23)


def test_reveal_scrolls_to_lines_far_away(qtbot: QtBot) -> None:
    editor = shown(qtbot, "\n".join(f"[Maya] line {n}" for n in range(3_000)))
    editor.reveal(2_000)
    QApplication.processEvents()
    inside = [row.number for row in editor.rows() if row.top >= 0 and row.bottom <= editor.viewport().height()]
    assert 2_000 in inside
    assert editor.place() == (0, 0)
    top = editor.verticalScrollBar().value()
    editor.reveal(2_001)
    assert editor.verticalScrollBar().value() == top


def test_tab_leads_on_and_writes_nothing(qtbot: QtBot) -> None:
    pane = ScriptPane(themes.load("dark"))
    qtbot.addWidget(pane)
    pane.show()
    pane.find_bar.open()
    pane.editor.setFocus()
    QApplication.processEvents()
    QTest.keyClick(pane.editor, Qt.Key.Key_Tab)
    assert not pane.editor.hasFocus()
    assert pane.editor.text() == ""


def test_pasting_keeps_words_and_shows_what_it_cannot_keep(editor: ScriptEditor) -> None:
    said = []
    editor.said.connect(said.append)
    copy = followed(editor)
    data = QMimeData()
    data.setText("one\r\ntwo\0\u2028three")
    editor.reveal(1, 0)
    editor.insertFromMimeData(data)
    assert editor.text().split("\n")[1:4] == ["one", "two�", "three"]
    assert copy() == editor.text()
    assert said == ["1 character that no script can hold was replaced by �."]
    editor.undo()
    assert editor.text() == SCRIPT


def test_files_and_pictures_are_not_pasted(editor: ScriptEditor) -> None:
    data = QMimeData()
    data.setData("text/uri-list", b"file:///tmp/x.wav")
    assert not editor.canInsertFromMimeData(data)


def test_segment_state_is_told_to_everybody(editor: ScriptEditor) -> None:
    editor.show_segments([SegmentMark(2, 3, "stale", 12.8, False, note="The text changed."), SegmentMark(5, 5, "empty", 4.0)])
    editor.reveal(3, 0)
    assert editor.accessibleDescription() == "line 4, changed since it was rendered, 12.8 seconds, The text changed."
    row = next(row for row in editor.rows() if row.number == 2)
    assert "Changed since it was rendered" in editor.tooltip_at(QPointF(30, row.top + 8))
    assert "12.8 s" in editor.tooltip_at(QPointF(30, row.top + 8))
    editor.reveal(5, 0)
    assert "about 4.0 seconds" in editor.accessibleDescription()
    editor.show_segments([SegmentMark(5, 5, "rendering", 11.0, True, 8.2)], 5, 5)
    assert "rendering" in editor.accessibleDescription()


def test_a_state_is_announced_once_however_often_it_is_shown(editor: ScriptEditor) -> None:
    editor.reveal(5, 0)
    editor.show_segments([SegmentMark(5, 5, "rendering", 11.0, True, 1.0, "a")], 5, 5)
    editor.announcer.announce("something else")
    editor.show_segments([SegmentMark(5, 5, "rendering", 11.0, True, 2.0, "a")], 5, 5)
    assert editor.announcer.waiting == "something else"


def test_the_menu_holds_the_same_acts(editor: ScriptEditor, qtbot: QtBot) -> None:
    editor.show_diagnostics([problem(5, 7, 18, "(chuckle)")])
    editor.reveal(5, 9)
    menu = editor.context_menu()
    titles = [action.text() for action in menu.actions()]
    assert titles[0] == "change to (chuckle)"
    assert "Next problem" in titles
    menu.actions()[0].trigger()
    assert editor.text().endswith("[Maya] (chuckle) Bye.")
    menu.deleteLater()


def test_the_menu_opens_by_key_at_the_cursor(editor: ScriptEditor, qtbot: QtBot) -> None:
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(0, 0), QPoint(0, 0))
    editor.contextMenuEvent(event)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    menu.close()


def test_screen_readers_read_the_script_and_where_the_cursor_is(editor: ScriptEditor) -> None:
    spoken = QAccessible.queryAccessibleInterface(editor)
    assert spoken.text(QAccessible.Text.Name) == "Script"
    assert spoken.role() == QAccessible.Role.EditableText
    editor.reveal(3, 6)
    words = spoken.textInterface()
    assert words.cursorPosition() == editor.position_of(3, 6)
    assert words.text(words.cursorPosition(), words.cursorPosition() + 4) == "Good"


def test_announcements_wait_for_a_second_and_the_last_wins(editor: ScriptEditor, qtbot: QtBot) -> None:
    announcer = editor.announcer
    for sentence in ("one", "two", "three"):
        announcer.announce(sentence)
    assert announcer.waiting == "three"
    qtbot.waitUntil(lambda: announcer.waiting == "", timeout=3_000)


def test_a_click_and_a_wheel_are_told_apart_from_following(editor: ScriptEditor) -> None:
    heard: list[object] = []
    editor.clicked.connect(lambda *place: heard.append(place))
    editor.scrolled_by_hand.connect(lambda: heard.append("scrolled"))
    editor.set_text("\n".join(f"line {n}" for n in range(200)))
    editor.reveal(150)
    assert heard == []
    editor.verticalScrollBar().triggerAction(QAbstractSlider.SliderAction.SliderSingleStepAdd)
    assert heard == ["scrolled"]
    row = list(editor.rows())[3]
    QTest.mouseClick(
        editor.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(int(editor.layout_column().left) + 1, int(row.top) + 9)
    )
    assert heard[1] == (row.number, 0)


def test_nothing_is_left_behind(qtbot: QtBot, qapp: QApplication) -> None:
    before = set(qapp.allWidgets())
    pane = ScriptPane(themes.load("dark"))
    pane.show()
    pane.editor.setFocus()
    QTest.keyClick(pane.editor, "[")
    pane.find_bar.open(True)
    pane.editor.say("something")
    QApplication.processEvents()
    gone = []
    pane.editor.destroyed.connect(lambda: gone.append("editor"))
    pane.find_bar.destroyed.connect(lambda: gone.append("bar"))
    pane.close()
    pane.deleteLater()
    qtbot.waitUntil(lambda: len(gone) == 2)
    assert not set(qapp.allWidgets()) - before


def test_a_click_between_the_lines_of_a_paragraph_lands_in_the_nearer(qtbot: QtBot) -> None:
    editor = shown(qtbot, "word " * 60)
    row = next(iter(editor.rows()))
    first, second = row.layout.lineAt(0), row.layout.lineAt(1)
    gap = row.top + first.y() + first.height(), row.top + second.y()
    x = int(editor.layout_column().left + 100)
    QTest.mouseClick(editor.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(x, int(gap[0]) + 1))
    assert 0 < editor.place()[1] < second.textStart()
    QTest.mouseClick(editor.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(x, int(gap[1]) - 1))
    assert editor.place()[1] > second.textStart()


def test_the_menu_is_about_the_place_clicked(editor: ScriptEditor) -> None:
    row = next(row for row in editor.rows() if row.number == 3)
    at = QPoint(int(editor.layout_column().left) + 90, int(row.top) + 12)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, editor.viewport().mapToGlobal(at))
    editor.contextMenuEvent(event)
    assert editor.place()[0] == 3
    QApplication.activePopupWidget().close()


def test_the_end_can_be_reached_and_written_at(qtbot: QtBot) -> None:
    editor = shown(qtbot, "\n".join("[Maya] " + "a long way to say it " * (n % 9) for n in range(200)))
    editor.verticalScrollBar().setValue(editor.verticalScrollBar().maximum())
    QApplication.processEvents()
    last = list(editor.rows())[-1]
    assert last.number == 199
    assert last.bottom <= editor.viewport().height() + 4
    editor.reveal(199, 999)
    for _line in range(5):
        QTest.keyClick(editor, Qt.Key.Key_Return)
        QTest.keyClick(editor, "x")
        assert editor.viewport().rect().contains(editor.cursorRect())
