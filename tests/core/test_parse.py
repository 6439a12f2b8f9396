"""The parser: every character accounted for, and an edit gives what a whole parse gives."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core.parse import line_count, parse, reparse, splice, utterances
from tests.core.scripts import LINES, TEXTS
from tests.strategies import examples


def spoken(text: str) -> list[tuple[int, str, str]]:
    return [(line, one.character, one.text) for line, one in utterances(parse(text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[S1] Hello. [S2] Hi!", [(0, "S1", "Hello."), (0, "S2", "Hi!")]),
        ("Once.\n\n[Maya] Hello.\n\nAgain.", [(0, "S1", "Once."), (2, "Maya", "Hello."), (4, "Maya", "Again.")]),
        ("MAYA: One\n[Maya] Two\n[maya] Three", [(0, "Maya", "One"), (1, "Maya", "Two"), (2, "Maya", "Three")]),
        ("---\nnarrator: Jo\n---\nOnce.", [(3, "Jo", "Once.")]),
        ("---\ncast:\n  Zoe: a\n  McCoy: b\n---\nOnce.\nMCCOY: No.", [(5, "Zoe", "Once."), (6, "McCoy", "No.")]),
        ("[S2] One\n# Chapter\nTwo", [(0, "S2", "One"), (2, "S1", "Two")]),
        ("[s2] One [S1 Two", [(0, "S2", "One"), (0, "S1", "Two")]),
        ("***\n---\n…", []),
        ("// silence\n{pause 1s}\n# Title", []),
        ("One // not this", [(0, "S1", "One")]),
        ("(laughs)", [(0, "S1", "(laughs)")]),
    ],
)
def test_who_says_what(text: str, expected: list[tuple[int, str, str]]) -> None:
    assert spoken(text) == expected


def gaps(text: str) -> list[str]:
    return [one.gap.name for _, one in utterances(parse(text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One\nTwo", ["HARD", "NONE"]),
        ("[S1] One [S2] Two", ["HARD", "TURN"]),
        ("[S1] One\n\n[S2] Two", ["HARD", "PARAGRAPH"]),
        ("One\n# Title\nTwo", ["HARD", "HARD"]),
        ("One {pause 1s} two", ["HARD", "HARD"]),
        ("One {puase 1s} two", ["HARD", "NONE"]),
        ("One\n{music a.wav}\n\nTwo", ["HARD", "HARD"]),
        ('One {say "x" as "y"} two', ["HARD"]),
        ("{pace 0.9} One\n\nTwo", ["HARD", "HARD"]),
    ],
)
def test_what_parts_utterances(text: str, expected: list[str]) -> None:
    assert gaps(text) == expected


def test_directions_hold_as_long_as_the_manual_says() -> None:
    text = "{pace 0.9} {seed 7} {voice Maya/angry} One\nTwo\n\nThree\n{segments solo} Four\n\nFive\n# Next\nSix"
    said = {one.text: one for _, one in utterances(parse(text))}
    assert [(said[word].pace, said[word].seed, said[word].voice) for word in ("One", "Two", "Three")] == [
        (0.9, 7, "Maya/angry"),
        (0.9, 7, "Maya/angry"),
        (1.0, None, ""),
    ]
    assert [word for word, one in said.items() if one.solo] == ["Four", "Five"]


def test_pauses_wait_for_the_next_words_and_add_up() -> None:
    said = [one.pause_s for _, one in utterances(parse("One {pause 1s}\n\n{pause 500ms}\n# Title\nTwo\nThree"))]
    assert said == [0.0, 1.5, 0.0]


def test_cues_know_their_place() -> None:
    script = parse('One\n{music "my intro.wav" fade 2s duck -12dB gain -6dB} Two {sfx door.wav}\n{music stop fade 1s}')
    first, second, third = script.paragraphs[0].cues
    assert (first.kind, first.file, first.line, first.utterance) == ("music", "my intro.wav", 1, 1)
    assert (first.fade_s, first.duck_db, first.gain_db) == (2.0, -12.0, -6.0)
    assert (second.kind, second.file, second.utterance) == ("sfx", "door.wav", 2)
    assert (third.stop, third.fade_s, third.file, third.utterance) == (True, 1.0, "", 2)


def test_a_cue_knows_the_pause_that_stands_between_it_and_the_words() -> None:
    script = parse("{music a.wav}\n{pause 1s}\n{sfx b.wav}\n{pause 500ms}\nOne {sfx c.wav} Two")
    assert [cue.lead_s for cue in script.paragraphs[0].cues] == [1.5, 0.5, 0.0]


def test_chapters() -> None:
    script = parse("---\ntitle: T\n---\n\nBefore.\n# One\n\nText\n## Two\r\n")
    assert [(one.title, one.line) for one in script.chapters] == [("", 4), ("One", 5), ("Two", 8)]
    assert [script.starts[one.paragraph] for one in script.chapters] == [4, 5, 8]
    assert [one.title for one in parse("# One\nText").chapters] == ["One"]


@pytest.mark.parametrize(
    ("text", "raw"),
    [
        ("[S1] a [S2] b", True),
        ("[s1] a", True),
        ("a", False),
        ("[S1] a [Maya] b", False),
        ("MAYA: a", False),
        ("---\ncast: {S1: anna}\n---\n[S1] a", False),
    ],
)
def test_raw_form(text: str, raw: bool) -> None:
    assert parse(text).raw is raw


def test_an_edit_parses_only_what_it_touches() -> None:
    text = "\n\n".join(f"[S{number % 2 + 1}] Line {number}." for number in range(100))
    script = parse(text)
    after, change = splice(script, 100, 1, ["[S2] New.", "", "[S1] More."])
    assert (change.old_end - change.start, change.lines) == (2, 2)
    kept = [
        one is other for one, other in zip(script.paragraphs[change.old_end :], after.paragraphs[change.new_end :], strict=True)
    ]
    assert len(kept) > 45
    assert all(kept)


def test_an_edit_outside_the_script_is_refused() -> None:
    with pytest.raises(ValueError, match="lines 3 to 4"):
        reparse(parse("One\nTwo"), 3, 1, [])


@given(TEXTS)
@examples(300)
def test_lines_of_a_script_are_the_lines_of_its_text(lines: list[str]) -> None:
    script = parse("\n".join(lines))
    assert [line.text for paragraph in script.paragraphs for line in paragraph.lines] == (lines or [""])
    assert line_count(script) == max(1, len(lines))
    for line, one in utterances(script):
        assert 0 <= line < len(lines)
        assert one.text == " ".join(one.text.split(" "))
        assert all(one.start <= one.column(index) <= one.end for index in range(len(one.text) + 1))


@given(TEXTS, st.data())
@examples(600)
def test_an_edit_gives_what_a_whole_parse_gives(lines: list[str], data: st.DataObject) -> None:
    script = parse("\n".join(lines))
    lines = lines or [""]
    for _ in range(3):
        first = data.draw(st.integers(0, len(lines)))
        removed = data.draw(st.integers(0, len(lines) - first))
        new = data.draw(st.lists(LINES, max_size=4))
        script = reparse(script, first, removed, new)
        lines[first : first + removed] = new
        lines = lines or [""]
        assert script == parse("\n".join(lines))


PLAIN = st.lists(
    st.builds(
        "".join, st.tuples(st.sampled_from(["", "[S1] ", "[S2] ", "x"]), st.sampled_from(["", "Yes.", "So (laughs) it goes."]))
    ),
    max_size=8,
)


@given(PLAIN, TEXTS)
@examples(300)
def test_a_plain_paragraph_is_read_as_any_other(plain: list[str], others: list[str]) -> None:
    # A lexicon makes the parser look at every line twice; one that respells nothing changes nothing.
    text = "\n".join([*plain, "", *others])
    quick, thorough = parse(f"---\ntitle: T\n---\n{text}"), parse(f"---\nlexicon: {{qqqq: x}}\n---\n{text}")
    assert quick.paragraphs[1:] == thorough.paragraphs[1:]
