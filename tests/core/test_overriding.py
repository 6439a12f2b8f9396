"""One line with another voice: that line alone, and back again."""

from __future__ import annotations

import pytest

from studio.core.diagnostics import TextEdit
from studio.core.overriding import say_with, utterance_at
from studio.core.parse import parse

SCRIPT = """---
cast: {Maya: {}, Tom: {}}
---
[Maya] Hello there. {pause 1s} More words.
[Tom] Yes.
[Maya] And again
over two lines.

[Tom] New.
"""
CALM = "Warm alto/calm"


def applied(text: str, edits: tuple[TextEdit, ...]) -> str:
    lines = text.split("\n")
    for edit in reversed(edits):
        assert edit.line == edit.end_line
        lines[edit.line] = lines[edit.line][: edit.column] + edit.text + lines[edit.line][edit.end_column :]
    return "\n".join(lines)


def voices(text: str) -> list[str]:
    return [one.voice for paragraph in parse(text).paragraphs for one in paragraph.utterances]


@pytest.mark.parametrize(
    ("line", "column", "expected"),
    [
        (3, 10, [CALM, "", "", "", "", ""]),
        (3, 40, ["", CALM, "", "", "", ""]),
        (4, 0, ["", "", CALM, "", "", ""]),
        (5, 9, ["", "", "", CALM, CALM, ""]),
        (6, 2, ["", "", "", CALM, CALM, ""]),
        (8, 7, ["", "", "", "", "", CALM]),
    ],
)
def test_one_turn_speaks_otherwise_and_goes_back_without_a_trace(line: int, column: int, expected: list[str]) -> None:
    changed = applied(SCRIPT, say_with(parse(SCRIPT), line, column, CALM))
    assert voices(changed) == expected
    there = next(number for number, text in enumerate(changed.split("\n")) if CALM in text)
    at = changed.split("\n")[there].index(CALM) + len(CALM) + 4
    other = applied(changed, say_with(parse(changed), there, at, "Reed"))
    assert voices(other) == [voice.replace(CALM, "Reed") for voice in expected]
    there, at = next((n, text.index("Reed") + 7) for n, text in enumerate(other.split("\n")) if "Reed" in text)
    assert applied(other, say_with(parse(other), there, at, "")) == SCRIPT


def test_nothing_is_changed_where_nothing_is_said() -> None:
    assert say_with(parse(SCRIPT), 7, 0, CALM) == ()
    assert say_with(parse(SCRIPT), 1, 3, CALM) == ()
    assert say_with(parse(""), 0, 0, CALM) == ()
    assert utterance_at(parse(SCRIPT), 7, 0) is None


def test_what_follows_keeps_the_voice_that_it_was_given() -> None:
    script = "[Maya] {voice Reed} One. \n[Tom] Two.\n"
    changed = applied(script, say_with(parse(script), 0, 22, "Annie"))
    assert voices(changed) == ["Annie", "Reed"]


def test_it_says_who_speaks_there() -> None:
    said = utterance_at(parse(SCRIPT), 4, 2)
    assert said is not None
    assert (said.text, said.character, said.voice) == ("Yes.", "Tom", "")
