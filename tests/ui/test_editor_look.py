"""How the script looks: formats, column, margin, and what is painted again."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QEvent, QObject, QRect, Qt
from PySide6.QtGui import (
    QImage,
    QInputMethodEvent,
    QPaintEvent,
    QTextCharFormat,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.ui import theme as themes
from studio.ui.editor.painting import between
from studio.ui.editor.search import Query, find_all
from studio.ui.editor.table import SegmentMark
from studio.ui.editor.view import ScriptEditor
from tests.ui.editors import SCRIPT, block_formats, followed, problem, shown

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # pop-ups on the offscreen platform


@pytest.fixture
def editor(qtbot: QtBot) -> Iterator[ScriptEditor]:
    made = shown(qtbot)
    yield made
    assert not QApplication.activePopupWidget()


def test_tags_sounds_and_headings_look_different(editor: ScriptEditor) -> None:
    QApplication.processEvents()
    layout = editor.document().findBlockByNumber(2).layout()
    shapes = {(one.start, one.length): QTextCharFormat(one.format) for one in layout.formats()}
    dark = themes.load("dark")
    assert shapes[(1, 4)].foreground().color() == dark.speaker(0)
    assert shapes[(0, 1)].foreground().color() == dark.color("faint")
    assert shapes[(21, 5)].foreground().color() == dark.color("muted")
    rows = list(editor.rows())
    assert rows[0].height > rows[3].height > rows[1].height


def test_formats_count_in_utf16(qtbot: QtBot) -> None:
    editor = shown(qtbot, "😀 (sighs) [Tom] yes")
    starts = {(one.start, one.length) for one in editor.document().firstBlock().layout().formats()}
    assert (4, 5) in starts
    editor.reveal(0, 2)
    assert editor.textCursor().position() == 3
    assert editor.place() == (0, 2)


def test_a_new_theme_or_cast_recolours_what_is_seen(editor: ScriptEditor) -> None:
    editor.set_speakers({"Tom": 0, "Maya": 1})
    QApplication.processEvents()
    light = themes.load("light")

    def color() -> object:
        list(editor.rows())
        return next(
            one.format.foreground().color()
            for one in editor.document().findBlockByNumber(2).layout().formats()
            if one.start == 1
        )

    assert color() == themes.load("dark").speaker(1)
    editor.set_theme(light)
    assert color() == light.speaker(1)


def test_the_column_is_centred_and_never_too_wide(editor: ScriptEditor) -> None:
    editor.resize(1800, 400)
    QApplication.processEvents()
    column = editor.layout_column()
    assert abs(column.left + column.width / 2 - editor.viewport().width() / 2) <= 1
    assert column.width < editor.fontMetrics().horizontalAdvance("n" * 90)
    editor.resize(500, 400)
    QApplication.processEvents()
    column = editor.layout_column()
    assert column.left + column.width <= editor.viewport().width() - 80


def test_the_states_differ_in_the_margin_without_colour(editor: ScriptEditor) -> None:
    seen = set()
    for state in ("empty", "queued", "rendering", "rendered", "stale", "failed", "kept"):
        editor.show_segments([SegmentMark(2, 2, state, 3.0)])
        QApplication.processEvents()
        row = next(row for row in editor.rows() if row.number == 2)
        image = editor.viewport().grab().toImage()
        left = int(editor.layout_column().left) - 78
        ground = image.pixelColor(2, 2).lightness()
        shape = tuple(
            abs(image.pixelColor(x, y).lightness() - ground) > 40
            for y in range(int(row.top), int(row.bottom))
            for x in range(left, left + 28)
        )
        assert any(shape), state
        seen.add(shape)
    assert len(seen) == 7


def test_the_spoken_word_is_tinted_and_cleared(editor: ScriptEditor) -> None:
    spoken = themes.load("dark").color("spoken")

    def tinted() -> int:
        QApplication.processEvents()
        image = editor.viewport().grab().toImage()
        return sum(image.pixelColor(x, y) == spoken for x in range(80, 400, 2) for y in range(0, 160, 2))

    assert tinted() == 0
    editor.mark_spoken(2, 7, 12)
    assert tinted() > 50
    editor.clear_spoken()
    assert tinted() == 0
    editor.mark_spoken(999, 0, 4)
    assert tinted() == 0


def test_closing_the_front_matter_recolours_its_lines(qtbot: QtBot) -> None:
    editor = shown(qtbot, "---\n[Maya] is no tag here\n\n[Tom] Hello.")
    assert block_formats(editor, 1)[0].length == 1
    editor.reveal(2, 0)
    for _dash in range(3):
        QTest.keyClick(editor, "-")
    QApplication.processEvents()
    assert [one.length for one in block_formats(editor, 1)] == [21]
    editor.undo()
    QApplication.processEvents()
    assert block_formats(editor, 1)[0].length == 1


def test_only_the_spoken_line_is_painted_again(editor: ScriptEditor) -> None:
    painted: list[QRect] = []

    class Watch(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if isinstance(event, QPaintEvent):
                painted.append(event.rect())
            return False

    watch = Watch()
    editor.setCursorWidth(0)
    QApplication.processEvents()
    editor.viewport().installEventFilter(watch)
    editor.mark_spoken(3, 6, 10)
    QApplication.processEvents()
    row = next(row for row in editor.rows() if row.number == 3)
    assert painted
    assert all(row.top - 2 <= box.top() and box.bottom() <= row.bottom + 4 for box in painted)
    editor.viewport().removeEventFilter(watch)


def on_screen(editor: ScriptEditor) -> QImage:
    """What is on the (offscreen) screen, put there by partial repaints."""
    QApplication.processEvents()
    return editor.screen().grabWindow(editor.winId()).toImage().convertToFormat(QImage.Format.Format_RGB32)


def painted_anew(editor: ScriptEditor) -> QImage:
    return editor.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)


def test_partial_repaints_leave_nothing_stale(editor: ScriptEditor) -> None:
    editor.setCursorWidth(0)
    editor.show_segments([SegmentMark(2, 3, "stale", 12.8, id="a"), SegmentMark(5, 5, "empty", 4.0, id="b")])
    keys = Qt.KeyboardModifier
    acts: list[Callable[[], object]] = [
        lambda: editor.reveal(3, 9),
        lambda: QTest.keyClick(editor, "x"),
        lambda: QTest.keyClick(editor, Qt.Key.Key_Right, keys.ShiftModifier),
        lambda: QTest.keyClick(editor, Qt.Key.Key_Up, keys.ShiftModifier),
        lambda: QTest.keyClick(editor, Qt.Key.Key_Left),
        lambda: QTest.keyClick(editor, Qt.Key.Key_Return),
        lambda: QTest.keyClicks(editor, "words that go on and on " * 6),
        editor.undo,
        lambda: editor.mark_spoken(2, 7, 12),
        lambda: editor.mark_spoken(5, 7, 12),
        lambda: editor.show_diagnostics([problem(2, 7, 12)], 2, 2),
        lambda: editor.show_segments([SegmentMark(2, 2, "failed", 3.0, id="a")], 2, 3),
        lambda: editor.show_found(((10, 14),)),
        lambda: editor.reveal(0, 0),
        lambda: editor.set_speakers({"Tom": 0, "Maya": 1}),
        editor.selectAll,
        editor.cut,
        editor.undo,
    ]
    for number, act in enumerate(acts):
        act()
        assert on_screen(editor) == painted_anew(editor), number


def test_the_applications_theme_reaches_the_editor(qtbot: QtBot, qapp: QApplication) -> None:
    themes.apply(qapp, themes.load("dark"))
    editor = ScriptEditor()
    qtbot.addWidget(editor)
    editor.show()
    themes.apply(qapp, themes.load("light"))
    QApplication.processEvents()
    assert editor.theme.name == "light"
    assert editor.viewport().grab().toImage().pixelColor(5, 5) == themes.load("light").color("bg")
    qapp.setStyleSheet("")
    qapp.setProperty("studioTheme", None)


def test_an_input_method_composes_among_our_formats(editor: ScriptEditor) -> None:
    copy = followed(editor)
    editor.reveal(2, 7)
    underline = QTextCharFormat()
    underline.setFontUnderline(True)
    shape = QInputMethodEvent.Attribute(QInputMethodEvent.AttributeType.TextFormat, 0, 2, underline)
    QApplication.sendEvent(editor, QInputMethodEvent("にほ", [shape]))
    QApplication.processEvents()
    formats = [(one.start, one.length, one.format.fontUnderline()) for one in block_formats(editor, 2)]
    assert (7, 2, True) in formats
    assert (23, 5, False) in formats
    assert copy() == SCRIPT
    done = QInputMethodEvent("", [])
    done.setCommitString("日本")
    QApplication.sendEvent(editor, done)
    assert editor.text().split("\n")[2] == "[Maya] 日本Hello there. (sighs)"
    assert copy() == editor.text()


def test_a_long_script_is_laid_out_only_where_it_is_seen(qtbot: QtBot) -> None:
    editor = shown(qtbot, "\n".join(f"[Maya] line {n}" for n in range(20_000)))
    editor.reveal(15_000, 3)
    QApplication.processEvents()
    heard = []
    editor.document().contentsChange.connect(lambda *change: heard.append(change))
    QTest.keyClick(editor, "x")
    QApplication.processEvents()
    assert [change[1:] for change in heard] == [(0, 1)]
    assert editor.blocks_laid_out() < 400


def test_zoom_steps_and_ends(editor: ScriptEditor) -> None:
    heights = [next(iter(editor.rows())).height]
    editor.zoom(1)
    heights.append(next(iter(editor.rows())).height)
    assert (editor.zoom_percent, heights[1] > heights[0]) == (110, True)
    for _step in range(20):
        editor.zoom(1)
    assert editor.zoom_percent == 200
    editor.zoom(0)
    assert editor.zoom_percent == 100


def test_of_all_matches_those_in_sight_are_painted(qtbot: QtBot) -> None:
    editor = shown(qtbot, "\n".join(f"the tide {n} and the sea" for n in range(300)))
    matches = tuple((match.start, match.end) for match in find_all(editor.text(), Query("the")))
    editor.reveal(150)
    QApplication.processEvents()
    rows = list(editor.rows())
    first, last = rows[0].block.position(), rows[-1].block.position() + rows[-1].block.length()
    assert list(between(matches, rows)) == [one for one in matches if one[1] >= first and one[0] <= last]
    assert len(list(between(matches, rows))) >= 2 * (len(rows) - 1)
    before = painted_anew(editor)
    editor.show_found(matches)
    assert painted_anew(editor) != before
    editor.show_found(())
    assert painted_anew(editor) == before
