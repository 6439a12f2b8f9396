"""Takes in the window: marked, compared, doubted and marked as pickups by keys; every act is taken back by undo."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from studio.core.edits import ChooseTake
from studio.core.project import TakeMark
from studio.core.quality import REVISION, Defect, Finding, Review
from studio.core.render import Word
from studio.core.timeline import Clip
from studio.qt.following import Follower, Spoken
from studio.qt.inspecting import signs_of, take_rows, view_of
from studio.qt.models.takes import TakeRow, by_score
from studio.qt.remembered import Remembered
from studio.qt.session import Session
from studio.qt.workspace import Workspace
from studio.store.project import ProjectStore
from studio.ui.editor.gutter import spoken_text, tooltip
from studio.ui.shown import ShownSession
from studio.ui.theme import ThemeSwitch
from studio.ui.window import MainWindow

SCRIPT = """# Cold open

[Maya] They found the boat on a Thursday, upright, with the lamp still warm.

# The tide took

[Tom] The names of seven ships, and under the seventh he drew a line as if he had been called away.

# Goodnight

[Maya] So what did the keeper write in the book that night?
"""
CTRL, SHIFT, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier
GAP = Finding(Defect.GAP, 1.8, 0.9, 4.1, 5.9)
LOOP = Finding(Defect.LOOP, 5.0, 0.8, 3.0, 8.0)
TAIL = Finding(Defect.CUT_TAIL, -18.0, -30.0, 1.0, 1.1)


def wait_until(condition: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end, what
        QApplication.processEvents()
        time.sleep(0.005)


@dataclass
class Studio:
    """A window with a project of three segments: three takes of the first, two of them doubted, and one take in doubt of the
    last. What a test does to it is taken back when the test ends."""

    window: MainWindow

    @property
    def session(self) -> Session:
        assert self.window.workspace.session is not None
        return self.window.workspace.session

    @property
    def shown(self) -> ShownSession:
        assert self.window.shown is not None
        return self.window.shown

    @property
    def first(self) -> str:
        return self.session.plan.segments[0].id

    @property
    def keys(self) -> list[str]:
        return [row.key for row in self.session.takes.of(self.first)]

    def rows(self) -> tuple[TakeRow, ...]:
        return take_rows(self.session, self.first)

    def mark(self, number: int) -> TakeMark:
        return self.session.project.marks.get((self.first, self.keys[number]), TakeMark())

    def cursor_to(self, words: str) -> None:
        found = self.window.editor.document().find(words)
        assert not found.isNull()
        found.clearSelection()
        self.window.editor.setTextCursor(found)
        self.window.editor.setFocus()
        self.refresh()

    def point_to(self, number: int) -> None:
        self.window.segment.section.point_to(self.keys[number])

    def refresh(self) -> None:
        QApplication.processEvents()
        self.shown.refresh()

    def press(self, key: Qt.Key, *modifiers: Qt.KeyboardModifier) -> None:
        combined = Qt.KeyboardModifier.NoModifier
        for one in modifiers:
            combined |= one
        target: QWidget = QApplication.focusWidget() or self.window
        QTest.keyClick(target, key, combined)
        self.refresh()

    def undo(self) -> None:
        self.session.undo_stack.undo()
        self.refresh()

    def said(self) -> str:
        return self.window.status.text()


@pytest.fixture(scope="module")
def studio_of_module(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    themes = ThemeSwitch(qapp, "dark")
    folder = tmp_path_factory.mktemp("takes")
    ProjectStore.create(folder / "show", SCRIPT).close()
    window = MainWindow(Workspace(Remembered(folder / "window.ini"), engine="fake"), themes)
    window.resize(1280, 720)
    window.show()
    studio = Studio(window)
    open_and_wait(studio, folder / "show")
    studio.session.render_needed()
    wait_until(lambda: not studio.session.rendering.count("waiting", "running"), "rendered")
    for count in (2, 3):
        studio.session.render_another_take(studio.first)
        wait_until(lambda count=count: len(studio.keys) == count, "another take")  # type: ignore[misc]
    studio.session.do(ChooseTake(studio.first, None), "")
    first, second, third = studio.keys
    last = studio.session.states.of(studio.session.plan.segments[2].id)
    assert last is not None
    window.workspace.close_project()
    with ProjectStore.open(folder / "show") as store:
        store.put_review(Review(first, REVISION, words=(Word(0, 0, 4, 0.0, 0.5), Word(0, 5, 10, 0.5, 9.0))))
        store.put_review(Review(second, REVISION, (TAIL, GAP)))
        store.put_review(Review(third, REVISION, (Finding(Defect.SILENT_TAIL, 1.2, 0.6, 1.0, 2.2),)))
        store.put_review(Review(last.take, REVISION, (GAP, LOOP)))
    open_and_wait(studio, folder / "show")
    window.activateWindow()
    wait_until(window.isActiveWindow, "active")
    yield studio
    window.close()
    window.deleteLater()
    qapp.sendPostedEvents(None, 52)  # DeferredDelete
    qapp.setStyleSheet("")


def open_and_wait(studio: Studio, folder: Path) -> None:
    studio.window.desk.open_path(folder)
    wait_until(lambda: studio.session.caps is not None, "the engine")
    studio.refresh()


@pytest.fixture
def studio(studio_of_module: Studio) -> Iterator[Studio]:
    one = studio_of_module
    stack = one.session.undo_stack
    before, began = stack.index(), one.session.project
    one.window.desk.go_to("segment")
    one.cursor_to("They found")
    one.point_to(0)
    yield one
    one.window.taking.end()
    one.window.segment.section.asking.dismiss()
    one.window.review.asking.dismiss()
    one.window.segment.section.show_bin(False)
    one.window.segment.section.sort(False)
    while stack.index() > before:
        stack.undo()
    one.refresh()
    assert one.session.project == began  # whatever the test did, undo took it back


def clip_heard(studio: Studio, number: int, key: str) -> Clip:
    """A segment's clip, once the timeline follows the take that stands for it."""

    def clip() -> Clip | None:
        speech = studio.session.timeline.track("speech")
        return speech.clips[number] if speech is not None and number < len(speech.clips) else None

    wait_until(lambda: (found := clip()) is not None and found.source == key, "the timeline")
    found = clip()
    assert found is not None
    return found


@contextmanager
def asked_for_takes(studio: Studio) -> Iterator[list[str]]:
    """The segments that another take is asked of; none is rendered."""
    asked: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(studio.session, "render_another_take", lambda segment: asked.append(segment) or True)
        yield asked


# marks


@pytest.mark.parametrize(
    ("key", "modifiers", "flag"), [(Qt.Key.Key_L, (CTRL,), "is_locked"), (Qt.Key.Key_D, (CTRL,), "is_favourite")]
)
def test_one_key_marks_a_take_and_takes_the_mark_away(
    studio: Studio, key: Qt.Key, modifiers: tuple[Qt.KeyboardModifier, ...], flag: str
) -> None:
    studio.point_to(1)
    studio.press(key, *modifiers)
    assert getattr(studio.mark(1), flag)
    assert "Take B" in studio.said()
    studio.undo()
    assert not getattr(studio.mark(1), flag)
    studio.point_to(1)
    studio.press(key, *modifiers)
    studio.press(key, *modifiers)
    assert not getattr(studio.mark(1), flag)


def test_a_locked_take_stays_says_what_changed_and_lets_no_other_in(studio: Studio) -> None:
    studio.point_to(1)
    studio.press(Qt.Key.Key_L, CTRL)
    status = studio.session.states.of(studio.first)
    assert status is not None
    assert (str(status.state), status.take) == ("locked", studio.keys[1])
    studio.press(Qt.Key.Key_1, ALT)
    assert studio.session.project.chosen[studio.first] == studio.keys[1]
    assert "locked" in studio.window.notice.text()
    cursor = studio.window.editor.textCursor()
    cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock)
    cursor.insertText(" Really.")
    studio.session.settle()
    view = view_of(studio.session, studio.first, {})
    assert view is not None
    assert view.sentence == "Take B is locked; the words changed since it was made. It is heard all the same."
    assert view.state == "locked"
    studio.window.editor.document().undo()
    studio.session.settle()


def test_delete_needs_no_question_and_the_bin_gives_back(studio: Studio) -> None:
    listed = studio.window.segment.section.list
    listed.setFocus()
    studio.point_to(2)
    QTest.keyClick(listed, Qt.Key.Key_Delete)
    studio.refresh()
    assert studio.mark(2).is_binned
    assert [row.letter for row in studio.window.segment.takes.rows] == ["A", "B"]
    studio.window.actions_["takes.bin"].trigger()
    assert [row.finding for row in studio.window.segment.takes.rows][-1] == "deleted"
    studio.point_to(2)
    studio.window.actions_["takes.restore"].trigger()
    studio.refresh()
    assert not studio.mark(2).is_binned
    studio.undo()
    studio.undo()
    assert len(studio.window.segment.takes.rows) == 3


def test_a_note_is_written_where_the_take_is_and_undo_takes_it_back(studio: Studio) -> None:
    studio.point_to(1)
    studio.press(Qt.Key.Key_N, CTRL, SHIFT)
    field = studio.window.segment.section.asking.line
    assert field.hasFocus()
    assert field.accessibleName() == "Note on take B"
    QTest.keyClicks(field, "warmer")
    QTest.keyClick(field, Qt.Key.Key_Return)
    studio.refresh()
    assert studio.mark(1).note == "warmer"
    assert "warmer" in str(studio.window.segment.takes.index(1, 0).data(Qt.ItemDataRole.AccessibleTextRole))
    studio.undo()
    assert studio.mark(1).note == ""


def test_escape_leaves_a_note_as_it_was(studio: Studio) -> None:
    studio.press(Qt.Key.Key_N, CTRL, SHIFT)
    QTest.keyClicks(studio.window.segment.section.asking.line, "never mind")
    studio.press(Qt.Key.Key_Escape)
    assert studio.window.segment.section.asking.isHidden()
    assert studio.window.editor.hasFocus()
    assert studio.mark(0).note == ""


def test_several_takes_are_asked_for_by_a_number_in_the_panel(studio: Studio) -> None:
    with asked_for_takes(studio) as asked:
        studio.press(Qt.Key.Key_T, CTRL, SHIFT)
        field = studio.window.segment.section.asking.number
        assert field.hasFocus()
        QTest.keyClicks(field, "4")
        QTest.keyClick(field, Qt.Key.Key_Return)
    assert asked == [studio.first] * 4
    assert "4 takes are being made." in studio.said()


# what the list shows


def test_the_word_that_matters_the_score_and_the_findings_in_numbers(studio: Studio) -> None:
    first, second, third = studio.rows()
    assert (first.finding, first.score) == ("", "100")
    assert (second.finding, second.is_doubtful) == ("cut tail", True)
    assert int(second.score) < 50 < int(third.score) < 100
    hint = str(studio.window.segment.takes.index(1, 0).data(Qt.ItemDataRole.ToolTipRole))
    assert "Rendered by fake, seed" in hint
    assert "cut tail −18 dB at 0:01\nlong gap 1.8 s at 0:04" in hint
    assert [row.letter for row in by_score(studio.rows())] == ["A", "C", "B"]


def test_takes_in_order_of_their_score_keep_their_letters_and_who_points_at_one_still_does(studio: Studio) -> None:
    studio.point_to(1)
    studio.window.actions_["takes.sort"].trigger()
    assert [row.letter for row in studio.window.segment.takes.rows] == ["A", "C", "B"]
    current = studio.window.segment.section.current()
    assert current is not None
    assert current.letter == "B"
    studio.press(Qt.Key.Key_2, ALT)
    assert studio.session.project.chosen[studio.first] == studio.keys[1]


def test_what_sets_two_takes_apart_is_told(studio: Studio) -> None:
    studio.point_to(1)
    studio.press(Qt.Key.Key_D, CTRL, SHIFT)
    told = studio.window.segment.section.told_text()
    assert told.startswith("Take A and take B\nSeed: ")
    assert "→" in told


# comparing


def compare_ready(studio: Studio) -> None:
    comparing = studio.window.workspace.comparing
    wait_until(lambda: comparing.now is not None and comparing.now.lufs is not None, "both in memory")
    studio.refresh()


def test_ctrl_b_compares_and_switches_and_keep_chooses(studio: Studio) -> None:
    studio.point_to(1)
    studio.press(Qt.Key.Key_B, CTRL)
    compare_ready(studio)
    strip = studio.window.segment.section.strip
    assert strip.sides[0].text() == "▶ A"
    assert "LUFS" in strip.sides[0].toolTip()
    assert "Seed: " in strip.text()
    studio.press(Qt.Key.Key_B, CTRL)
    assert strip.sides[1].text() == "▶ B"
    assert strip.sides[1].accessibleName() == "Take B, heard now"
    assert "B is heard." in studio.said()
    studio.press(Qt.Key.Key_K, CTRL, SHIFT)
    assert studio.session.project.chosen[studio.first] == studio.keys[1]
    assert "Take B is kept." in studio.said()
    studio.undo()
    assert studio.first not in studio.session.project.chosen


def test_blind_hides_every_name_until_one_is_kept(studio: Studio) -> None:
    studio.window.workspace.comparing.let_chance_be(lambda: True)
    studio.point_to(1)
    studio.press(Qt.Key.Key_B, CTRL, SHIFT)
    compare_ready(studio)
    strip = studio.window.segment.section.strip
    shown = strip.text()
    assert strip.sides[0].text() == "▶ 1"
    for name in ("A", "B", "LUFS", "Seed", "dB"):
        assert name not in shown.replace("Both", "").replace("Ctrl+B", "").split(), name
    assert "LUFS" not in shown
    assert "Seed" not in shown
    studio.press(Qt.Key.Key_B, CTRL)
    assert "2 is heard." in studio.said()
    studio.press(Qt.Key.Key_K, CTRL, SHIFT)
    assert "2 was take A, 1 was take B." in studio.said()
    assert studio.session.project.chosen[studio.first] == studio.keys[0]


def test_another_segment_ends_a_comparison(studio: Studio) -> None:
    studio.press(Qt.Key.Key_B, CTRL)
    compare_ready(studio)
    studio.press(Qt.Key.Key_Down, ALT)
    assert studio.window.workspace.comparing.now is None
    assert studio.window.segment.section.strip.isHidden()


# doubts


def test_f7_goes_from_doubt_to_doubt_round_and_round_and_accepting_ends_it(studio: Studio) -> None:
    studio.session.choose_take(studio.first, studio.keys[1])
    studio.refresh()
    assert "? 2 doubtful" in studio.said()
    studio.press(Qt.Key.Key_F7)
    assert studio.shown.segment == studio.session.plan.segments[2].id
    assert "2 of 2: loop 5 s at 0:03, long gap 1.8 s at 0:04" in studio.said()
    studio.press(Qt.Key.Key_F7)
    assert studio.shown.segment == studio.first
    studio.press(Qt.Key.Key_F7, SHIFT)
    studio.press(Qt.Key.Key_F7, SHIFT)
    assert studio.shown.segment == studio.first
    studio.press(Qt.Key.Key_A, CTRL, SHIFT)
    assert studio.mark(1).is_accepted
    assert "? 1 doubtful" in studio.said()
    studio.undo()
    assert "? 2 doubtful" in studio.said()
    studio.undo()


def test_the_margin_says_doubt_and_pickup_in_words_beside_the_state(studio: Studio) -> None:
    studio.session.choose_take(studio.first, studio.keys[1])
    studio.press(Qt.Key.Key_M, CTRL)
    assert [sign for sign, _words in signs_of(studio.session, studio.first)] == ["doubtful", "pickup"]
    mark = studio.window.editor.segment_here()
    assert mark is not None
    assert "doubtful: cut tail −18 dB at 0:01" in spoken_text(mark, 2)
    assert "pickup" in tooltip((mark,))


def test_the_list_of_doubts_can_be_sorted_by_weight_and_leads_to_its_line(studio: Studio) -> None:
    studio.session.choose_take(studio.first, studio.keys[1])
    studio.press(Qt.Key.Key_8, CTRL)
    review = studio.window.review
    studio.refresh()
    assert [row.line for row in review.doubts.rows] == [3, 11]
    review._turn()
    assert [row.line for row in review.doubts.rows] == [11, 3]
    review._turn()
    review.doubt_list.setCurrentIndex(review.doubts.index(1, 0))
    review.doubt_list.setFocus()
    QTest.keyClick(review.doubt_list, Qt.Key.Key_Return)
    studio.refresh()
    assert studio.shown.segment == studio.session.plan.segments[2].id
    studio.window.workspace.player.pause()


# pickups


def test_ctrl_m_marks_the_line_and_the_list_has_chapter_line_and_note(studio: Studio) -> None:
    studio.cursor_to("seven ships")
    studio.press(Qt.Key.Key_M, CTRL)
    assert "Line 7 is a pickup." in studio.said()
    studio.press(Qt.Key.Key_8, CTRL)
    studio.refresh()
    (row,) = studio.window.review.pickups.rows
    assert (row.chapter, row.line, row.note) == ("The tide took", 7, "")
    assert row.at_s > 0
    studio.window.actions_["review.note"].trigger()
    field = studio.window.review.asking.line
    assert field.hasFocus()
    QTest.keyClicks(field, "eight, not seven")
    QTest.keyClick(field, Qt.Key.Key_Return)
    studio.refresh()
    assert studio.window.review.pickups.rows[0].note == "eight, not seven"
    studio.window.review.pickup_list.setFocus()
    studio.window.actions_["review.unmark"].trigger()
    studio.refresh()
    assert studio.window.review.pickups.rows == ()
    for _act in range(3):
        studio.undo()
    assert not studio.session.project.pickups


def test_what_is_heard_is_marked_where_it_is_heard_and_a_run_up_begins_before_it(studio: Studio) -> None:
    player, rate = studio.window.workspace.player, studio.session.timeline.rate
    clip_heard(studio, 0, studio.keys[0])
    clip = clip_heard(studio, 1, studio.session.takes.of(studio.session.plan.segments[1].id)[0].key)
    studio.window.notice.hide()
    player.seek(clip.start + rate // 2)
    player.play()
    studio.press(Qt.Key.Key_M, CTRL)
    player.pause()
    pickup = studio.session.project.pickups[clip.id]
    assert 0.45 <= pickup.at_s <= clip.length / rate
    studio.cursor_to("seven ships")
    began: list[int] = []
    player.moved.connect(began.append)
    studio.press(Qt.Key.Key_R, CTRL)
    player.pause()
    player.moved.disconnect(began.append)
    expected = max(0, clip.start + round(pickup.at_s * rate) - 3 * rate)
    assert began[0] == expected


def test_all_pickups_are_rendered_again_by_one_command(studio: Studio) -> None:
    for words in ("seven ships", "They found"):
        studio.cursor_to(words)
        studio.press(Qt.Key.Key_M, CTRL)
    with asked_for_takes(studio) as asked:
        studio.window.actions_["review.render-pickups"].trigger()
    assert asked == [studio.first, studio.session.plan.segments[1].id]


def test_pickups_go_out_as_a_table_and_come_back_as_one_step(studio: Studio, tmp_path: Path) -> None:
    studio.cursor_to("seven ships")
    studio.press(Qt.Key.Key_M, CTRL)
    second = studio.shown.segment
    studio.window.proofing.put_note(second, "said eight")
    before = studio.session.project.pickups
    studio.window.proofing.write_pickups(tmp_path / "pickups.csv")
    assert "1 pickup is written." in studio.said()
    assert "The tide took,7,0:" in (tmp_path / "pickups.csv").read_text("utf-8-sig")
    studio.window.proofing.unmark()
    assert not studio.session.project.pickups
    steps = studio.session.undo_stack.count()
    studio.window.proofing.read_pickups(tmp_path / "pickups.csv")
    after = studio.session.project.pickups[second]
    assert (after.note, round(after.at_s, 3)) == ("said eight", round(before[second].at_s, 3))
    assert studio.session.undo_stack.count() == steps + 1
    (tmp_path / "by-line.csv").write_text("line,note\n3,slower\n", "utf-8")
    studio.window.proofing.read_pickups(tmp_path / "by-line.csv")
    assert studio.session.project.pickups[studio.first].note == "slower"


@pytest.mark.parametrize("data", [b"\xff\xfe\x00", b"these,are,no,pickups\n1,2,3,4\n", b"line,note\nx,y\n"])
def test_what_is_no_table_of_pickups_is_told_in_a_sentence_and_marks_nothing(
    studio: Studio, tmp_path: Path, data: bytes
) -> None:
    (tmp_path / "odd.csv").write_bytes(data)
    for name in ("odd.csv", "missing.csv"):
        studio.window.proofing.read_pickups(tmp_path / name)
        assert "no pickup was changed" in studio.window.notice.text().lower()
    assert not studio.session.project.pickups


# how takes are judged


def test_takes_and_retakes_of_the_project_are_set_in_the_review_and_undone(studio: Studio) -> None:
    studio.press(Qt.Key.Key_8, CTRL)
    studio.refresh()
    boxes = studio.window.review.judging.numbers
    assert (boxes["takes"].value(), boxes["retries"].value()) == (1, 2)
    boxes["takes"].setValue(3)
    studio.refresh()
    assert studio.session.settings["takes"] == "3"
    studio.undo()
    assert boxes["takes"].value() == 1
    assert "takes" not in studio.session.settings


# words by measuring


def test_the_word_that_is_heard_is_known_by_measuring_where_the_engine_does_not_tell(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(studio.session.sounds, "words", lambda key: ())
    clip, rate = clip_heard(studio, 0, studio.keys[0]), studio.session.timeline.rate
    follower = Follower(studio.session)
    assert follower.at(clip.start + rate // 4) == Spoken(0, 0, 0, 4)
    assert follower.at(clip.start + rate * 3 // 4) == Spoken(0, 0, 5, 10)


# for all eyes and ears


def items(root: QAccessibleInterface) -> Iterator[QAccessibleInterface]:
    yield root
    for number in range(root.childCount()):
        child = root.child(number)
        if child is not None and child.isValid() and not child.state().invisible:
            yield from items(child)


def test_all_of_it_has_names_and_is_large_enough_to_hit(studio: Studio) -> None:
    studio.session.choose_take(studio.first, studio.keys[1])
    studio.press(Qt.Key.Key_M, CTRL)
    studio.press(Qt.Key.Key_B, CTRL)
    compare_ready(studio)
    studio.press(Qt.Key.Key_N, CTRL, SHIFT)
    nameless, small = [], []
    for panel in (studio.window.segment, studio.window.review):
        if panel is studio.window.review:
            studio.press(Qt.Key.Key_8, CTRL)
            studio.refresh()
        for item in items(QAccessible.queryAccessibleInterface(panel)):
            name, box = item.text(QAccessible.Text.Name), item.rect()
            if item.state().focusable and not any(letter.isalnum() for letter in name):
                nameless.append((item.role(), name))
            hits = (QAccessible.Role.Button, QAccessible.Role.CheckBox, QAccessible.Role.SpinBox, QAccessible.Role.EditableText)
            if item.role() in hits and item.object() is not None and item.object().objectName() != "qt_spinbox_lineedit":
                small += [(name, box.width(), box.height())] if 0 < min(box.width(), box.height()) < 24 else []
    assert nameless == []
    assert small == []


def test_nothing_in_the_panels_is_wider_than_they_are(studio: Studio) -> None:
    studio.session.choose_take(studio.first, studio.keys[1])
    studio.press(Qt.Key.Key_B, CTRL)
    compare_ready(studio)
    assert studio.window.segment.minimumSizeHint().width() <= 340
    assert studio.window.review.minimumSizeHint().width() <= 340


def test_ctrl_z_takes_back_whatever_was_done_last_and_says_what(studio: Studio) -> None:
    def words() -> str:
        studio.session.settle()
        return studio.session.text()

    before = words()
    QTest.keyClicks(studio.window.editor, "Look! ")
    written = words()
    studio.press(Qt.Key.Key_D, CTRL)
    QTest.keyClicks(studio.window.editor, "And ")
    studio.point_to(1)
    studio.press(Qt.Key.Key_L, CTRL)
    assert studio.mark(1).is_locked

    studio.press(Qt.Key.Key_Z, CTRL)
    assert (studio.mark(1).is_locked, studio.mark(0).is_favourite) == (False, True)
    assert words() != written
    assert studio.said().endswith("Undone: Lock take")
    studio.press(Qt.Key.Key_Z, CTRL)
    assert studio.mark(0).is_favourite
    assert studio.said().endswith("Undone: what was written in the script")
    studio.press(Qt.Key.Key_Z, CTRL)
    assert not studio.mark(0).is_favourite
    studio.press(Qt.Key.Key_Z, CTRL)
    assert words() == before

    for _step in range(4):
        studio.press(Qt.Key.Key_Z, CTRL, SHIFT)
    assert (studio.mark(1).is_locked, studio.mark(0).is_favourite) == (True, True)
    studio.window.editor.setFocus()
    while words() != before:
        studio.press(Qt.Key.Key_Z, CTRL)
    assert not studio.mark(1).is_locked
