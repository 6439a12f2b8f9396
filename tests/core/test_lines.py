"""One line: what each construct is read as, and that slips are recognised."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core.lines import parse_line
from studio.core.rules import ALL
from tests.strategies import examples


def spans(line: str) -> list[tuple[str, str, str]]:
    """(kind, text, value) of everything but text and white space."""
    found = [(span.kind.value, line[span.start : span.end], span.value) for span in parse_line(line).spans]
    return [span for span in found if span[0] not in ("text", "space")]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("[S1] Hello. [S2] Hi!", [("speaker", "[S1]", "S1"), ("speaker", "[S2]", "S2")]),
        ("[Maya] Hello.", [("speaker", "[Maya]", "Maya")]),
        ("[Mr. O'Brien-Smith]", [("speaker", "[Mr. O'Brien-Smith]", "Mr. O'Brien-Smith")]),
        ("MAYA: Hello.", [("speaker", "MAYA:", "MAYA")]),
        ("  DR. NO: Hello.", [("speaker", "DR. NO:", "DR. NO")]),
        ("ÉLODIE: Bonjour.", [("speaker", "ÉLODIE:", "ÉLODIE")]),
        ("MAYA:", [("speaker", "MAYA:", "MAYA")]),
        ("Maya: Hello.", []),
        ("He said MAYA: Hello.", []),
        ("12:30 is late", []),
        ("Ha (laughs) ha", [("nonverbal", "(laughs)", "laughs")]),
        ("(clears throat)", [("nonverbal", "(clears throat)", "clears throat")]),
        ("(laughing)", [("unknown-nonverbal", "(laughing)", "laughing")]),
        ("(Laughs)", [("unknown-nonverbal", "(Laughs)", "laughs")]),
        ("(which nobody at all believed)", [("aside", "(which nobody at all believed)", "")]),
        ("(in 1912)", [("aside", "(in 1912)", "")]),
        ("(really?)", [("aside", "(really?)", "")]),
        ("(and/or so they say)", [("aside", "(and/or so they say)", "")]),
        ("{pause 1.5s}", [("direction", "{pause 1.5s}", "pause 1.5s")]),
        ('{say "Nguyen" as "win"}', [("say", '{say "Nguyen" as "win"}', "win")]),
        ("{say “Nguyen” as “win”}", [("say", "{say “Nguyen” as “win”}", "win")]),
        ("// a note", [("comment", "// a note", "")]),
        ("Hello // a note", [("comment", "// a note", "")]),
        ("see http://example.org//x", []),
        ("# One", [("heading", "# One", "One")]),
        ("## One // note", [("heading", "## One", "One"), ("comment", "// note", "")]),
        ("#", [("heading", "#", "")]),
        ("#1 fan", []),
        (
            r"\# no \[S1] \(no\) \{ \\ \/",
            [("escape", f"\\{c}", c) for c in r"#[()"] + [("escape", f"\\{c}", c) for c in "{\\/"],
        ),
        ("[S1", [("malformed", "[S1", "[S1]")]),
        ("[S1 Hello", [("malformed", "[S1", "[S1]")]),
        ("S1] Hello", [("malformed", "S1]", "[S1]")]),
        ("[s1] Hello", [("malformed", "[s1]", "[S1]")]),
        ("[ S1 ] Hello", [("malformed", "[ S1 ]", "[S1]")]),
        ("[S1): Hello", [("malformed", "[S1):", "[S1]")]),
        ("(S2) Hello", [("malformed", "(S2)", "[S2]")]),
        ("{S2} Hello", [("malformed", "{S2}", "[S2]")]),
        ("[S2]: Hello", [("malformed", "[S2]:", "[S2]")]),
        ("[S 2] Hello", [("malformed", "[S 2]", "[S2]")]),
        ("[Maya]: Hello", [("malformed", "[Maya]:", "[Maya]")]),
        ("[ Maya ] Hello", [("malformed", "[ Maya ]", "[Maya]")]),
        ("[laughs]", [("malformed", "[laughs]", "(laughs)")]),
        ("see [1]", [("malformed", "[1]", "")]),
        ("Hello [ and ( and { and ]", []),
    ],
)
def test_constructs(line: str, expected: list[tuple[str, str, str]]) -> None:
    assert spans(line) == expected


def test_white_space_stands_apart_from_words() -> None:
    line = "[S1]  Hello  (laughs) there. \r"
    kinds = [(span.kind.value, line[span.start : span.end]) for span in parse_line(line).spans]
    assert kinds == [
        ("speaker", "[S1]"),
        ("space", "  "),
        ("text", "Hello"),
        ("space", "  "),
        ("nonverbal", "(laughs)"),
        ("space", " "),
        ("text", "there."),
        ("space", " "),
        ("space", "\r"),
    ]


def test_front_matter_is_one_span() -> None:
    assert [(span.kind.value, span.end) for span in parse_line("[S1] (x)", True).spans] == [("front", 8)]


@given(st.text(), st.booleans())
@examples(300)
def test_every_character_lies_in_one_span(text: str, in_front: bool) -> None:
    for line in (text.replace("\n", ""), "[S1] (" + text.replace("\n", "")):
        at = 0
        for span in parse_line(line, in_front).spans:
            assert span.start == at
            assert span.end > span.start
            at = span.end
        assert at == len(line)


WORDS = st.lists(
    st.sampled_from(
        [
            *"ABZabz .!'’:-–&½½#éÉ1,;\"()]я",
            "[S1] ",
            "Mr",
            "Dr",
            "St",
            "etc",
            "e.g",
            "vs",
            "est",
            "Hi",
            "OK",
            "  ",
            "(laughs)",
            "(sigh)",
        ]
    ),
    max_size=7,
).map("".join)


@given(WORDS)
@examples(1500)
def test_no_rule_looks_for_anything_on_a_plain_line(text: str) -> None:
    line = parse_line(text)
    assert not line.plain or not [rule.id for rule in ALL if rule.trigger and rule.trigger.search(text)]


@pytest.mark.parametrize("line", ["Yes", "[S1] No. It's late, he said.", "[S2] Well (laughs).", "So (clears throat) it goes"])
def test_words_and_known_sounds_are_plain(line: str) -> None:
    assert parse_line(line).plain


@pytest.mark.parametrize(
    "line", ["(laughs)", "Yes (laugh)", "it was so) (laughs)", "Yes  no", "Yes ", "[S1]  Yes", "NO", "1", "MAYA: x"]
)
def test_lines_that_need_a_second_look_are_not(line: str) -> None:
    assert not parse_line(line).plain
