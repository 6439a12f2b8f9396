"""What is known of lines moves with them, and only real changes are told."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from studio.core.diagnostics import Diagnostic
from studio.core.script import SpanKind
from studio.ui.editor.clean import clean
from studio.ui.editor.positions import length_in_units, to_column, to_units
from studio.ui.editor.table import LinesChange, LineTable, SegmentMark


def table_of(text: str) -> LineTable:
    table = LineTable()
    table.load(text.split("\n"))
    return table


def problem(line: int, start: int, end: int) -> Diagnostic:
    return Diagnostic("unknown-nonverbal", "warning", line, start, line, end, "No such sound.")


@given(st.text(alphabet="ab é“\U0001f600\U00010348", max_size=20), st.data())
def test_columns_and_units_lead_to_each_other(text: str, data: st.DataObject) -> None:
    column = data.draw(st.integers(0, len(text)))
    units = to_units(text, column)
    assert units == column + sum(1 for character in text[:column] if ord(character) > 0xFFFF)
    assert to_column(text, units) == column
    assert length_in_units(text) == to_units(text, len(text))


def test_a_place_within_a_pair_is_its_character() -> None:
    assert to_column("a😀b", 2) == 1


@given(st.lists(st.sampled_from(["", "a", "b", "---", "[Maya] c"]), min_size=1, max_size=8), st.data())
def test_splices_tell_the_smallest_change_and_add_up(lines: list[str], data: st.DataObject) -> None:
    table = LineTable()
    table.load(list(lines))
    first = data.draw(st.integers(0, len(lines)))
    removed = data.draw(st.integers(0, len(lines) - first))
    new = data.draw(st.lists(st.sampled_from(["", "a", "---", "[Tom] d"]), max_size=4))
    after = lines[:first] + new + lines[first + removed :]
    change = table.splice(first, removed, new)
    assert table.texts == after
    assert len(table.problems) == len(table.segments) == len(after)
    if change is None:
        assert after == lines
    else:
        assert lines[: change.first] + list(change.lines) + lines[change.first + change.removed :] == after
        assert not change.removed or not change.lines or lines[change.first] != change.lines[0]
    fresh = table_of("\n".join(after)) if after else None
    if fresh is not None and fresh.texts == after:
        assert [table.line(n) for n in range(len(after))] == [fresh.line(n) for n in range(len(after))]


def test_lines_that_are_the_same_are_no_change() -> None:
    assert table_of("a\nb\nc").splice(0, 3, ["a", "b", "c"]) is None
    assert table_of("a\nb\nc").splice(0, 3, ["a", "x", "c"]) == LinesChange(1, 1, ("x",))


def test_closing_the_front_matter_turns_its_lines() -> None:
    table = table_of("---\ntitle: x\n[Maya] a")
    assert table.line(1).spans[0].kind is SpanKind.TEXT
    table.splice(2, 0, ["---"])
    assert table.front_end == 3
    assert table.line(1).spans[0].kind is SpanKind.FRONT
    table.splice(0, 1, ["-"])
    assert table.front_end == 0
    assert table.line(1).spans[0].kind is SpanKind.TEXT


def test_problems_move_with_the_words_they_are_about() -> None:
    table = table_of("one (two) three\nlast")
    table.put_problems([problem(0, 0, 3), problem(0, 4, 9), problem(0, 10, 15)], 0, 1)
    table.splice(0, 1, ["one (twoo) three"])
    assert [(one.start, one.end, one.moved) for one in table.problems[0]] == [(0, 3, 0), (11, 16, 1)]
    table.splice(0, 0, ["new", "lines"])
    assert [(one.start, one.end) for one in table.problems[2]] == [(0, 3), (11, 16)]
    assert table.problems[0] == ()


def test_segments_move_and_grow_with_lines_written_into_them() -> None:
    mark, other = SegmentMark(1, 2, "rendered"), SegmentMark(4, 4, "stale")
    table = table_of("\n".join("abcde"))
    table.put_segments([mark, other], 0, 4)
    table.splice(2, 0, ["new"])
    assert table.extent(1, mark) == (1, 3)
    table.splice(0, 0, ["x", "y"])
    assert table.extent(4, mark) == (3, 5)
    assert table.segments[7] == (other,)
    table.put_segments([SegmentMark(3, 5, "failed")], 3, 5)
    assert [mark.state for mark in table.segments[4]] == ["failed"]
    assert table.segments[7] == (other,)


def test_a_segment_shown_in_part_is_still_one() -> None:
    table = table_of("\n".join("abcde"))
    table.put_segments([SegmentMark(0, 0, "kept", id="x"), SegmentMark(0, 3, "stale", id="y")], 0, 4)
    new = SegmentMark(0, 4, "empty", id="y")
    table.put_segments([new], 2, 4)
    assert table.extent(4, new) == (0, 4)
    assert [mark.state for mark in table.segments[0]] == ["kept", "empty"]


def test_two_segments_may_share_a_line() -> None:
    table = table_of("a\nb")
    marks = SegmentMark(0, 0, "rendered"), SegmentMark(0, 1, "stale")
    table.put_segments(marks, 0, 1)
    assert table.segments == [marks, (marks[1],)]


def test_what_a_script_cannot_hold_becomes_visible() -> None:
    assert clean("a\0b\ud800c\ufffcd") == ("a�b�c�d", 3)
    assert clean("a\r\nb\rc\u2028d\u2029e") == ("a\nb\nc\nd\ne", 0)
    assert clean("plain 😀") == ("plain 😀", 0)
