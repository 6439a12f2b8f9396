"""Keys become few edits that say the same."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from studio.qt.typing import LinesEdit, Typing


def apply(lines: list[str], edit: LinesEdit) -> list[str]:
    return [*lines[: edit.first], *edit.lines, *lines[edit.first + edit.removed :]]


def test_keys_on_one_line_are_one_edit(qtbot: QtBot) -> None:
    given_edits: list[LinesEdit] = []
    typing = Typing(given_edits.append)
    for text in ("h", "hi", "hi!"):
        typing.edit(4, 1, [text])
    assert given_edits == []
    qtbot.waitUntil(lambda: bool(given_edits))
    assert given_edits == [LinesEdit(4, 1, ("hi!",))]


def test_a_change_elsewhere_hands_over_what_is_pending(qapp: object) -> None:
    given_edits: list[LinesEdit] = []
    typing = Typing(given_edits.append)
    typing.edit(4, 1, ["a"])
    typing.edit(40, 1, ["b"])
    assert given_edits == [LinesEdit(4, 1, ("a",))]
    typing.flush()
    assert given_edits == [LinesEdit(4, 1, ("a",)), LinesEdit(40, 1, ("b",))]


def test_whoever_types_on_is_heard_all_the_same(qtbot: QtBot) -> None:
    given_edits: list[LinesEdit] = []
    typing = Typing(given_edits.append)

    def type_on() -> bool:
        typing.edit(0, 1, ["x"])
        return bool(given_edits)

    qtbot.waitUntil(type_on, timeout=3000)


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[str], list[LinesEdit]]:
    """A text, and edits that fit it one after another."""
    lines = [f"line {number}" for number in range(draw(st.integers(1, 8)))]
    now, edits = list(lines), []
    for step in range(draw(st.integers(1, 6))):
        first = draw(st.integers(0, len(now)))
        removed = draw(st.integers(0, len(now) - first))
        edit = LinesEdit(first, removed, tuple(f"new {step}.{one}" for one in range(draw(st.integers(0, 3)))))
        edits.append(edit)
        now = apply(now, edit)
    return lines, edits


@given(history=histories())
def test_joined_edits_say_the_same_as_the_single_ones(qapp: object, history: tuple[list[str], list[LinesEdit]]) -> None:
    start, edits = history
    collected: list[LinesEdit] = []
    typing = Typing(collected.append)
    single = start
    for edit in edits:
        single = apply(single, edit)
        typing.edit(edit.first, edit.removed, edit.lines)
    typing.flush()
    joined = start
    for edit in collected:
        joined = apply(joined, edit)
    assert joined == single
