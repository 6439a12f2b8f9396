"""Front matter: what it says, and where it is wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core.front import read_front
from studio.core.script import FrontMatter
from studio.core.voices import CastEntry
from tests.strategies import examples


def read(yaml: str) -> FrontMatter:
    return read_front(["---", *yaml.split("\n"), "---", "Hello."])


def test_everything_it_can_say() -> None:
    front = read(
        "title: The  Show\nauthor: Jo\nnarrator: Zoe\n"
        "cast:\n  Zoe: anna\n  Al: {voice: bob, style: angry, seed: 7}\n  Cy: {}\n  Di: eve/calm\n"
        "lexicon:\n  Nguyen: win\nsegments: solo\nmusic: intro.wav\ncover: cover.png\nexport:\n  bitrate: 128"
    )
    assert (front.title, front.author, front.narrator, front.solo) == ("The Show", "Jo", "Zoe", True)
    assert front.cast.entries == (
        ("Zoe", CastEntry("anna")),
        ("Al", CastEntry("bob", "angry", 7)),
        ("Cy", CastEntry()),
        ("Di", CastEntry("eve", "calm")),
    )
    assert front.lexicon == (("Nguyen", "win"),)
    assert (front.music, front.cover, front.export) == ("intro.wav", "cover.png", (("bitrate", "128"),))
    assert front.places == (("Zoe", 5, 2), ("Al", 6, 2), ("Cy", 7, 2), ("Di", 8, 2))
    assert front.problems == ()


def test_numbers_and_dates_are_titles_too() -> None:
    assert read("title: 1984").title == "1984"
    assert read("title: 2001-01-01").title == "2001-01-01"
    assert read("title:").title == ""


@pytest.mark.parametrize(
    ("yaml", "line", "column", "words"),
    [
        ("title: [a", 1, 9, "no valid YAML"),
        ("title: T\n\tauthor: A", 2, 0, "no valid YAML"),
        ("cast: [a, b]", 1, 6, "“name: value” lines"),
        ("- a", 1, 0, "“name: value” lines"),
        ("title: {a: b}", 1, 7, "One line of text"),
        ("title: A\ntitle: B", 2, 0, "twice"),
        ("cast:\n  Maya: a\n  maya: b", 3, 2, "twice"),
        ("cast:\n  Maya: {seed: x}", 2, 15, "whole number"),
        ("segments: duo", 1, 10, "solo or dialogue"),
        ("a: &x [1]\nb: *x", 1, 3, "Anchors"),
        ("b: *x", 1, 3, "Anchors"),
        ("lexicon:\n  Nguyen:", 2, 2, "how “Nguyen” is spoken"),
        ("title: \x07", 0, 0, "does not allow"),
        ("a: " + "[" * 5000, 1, 10, "nested too deeply"),
    ],
)
def test_errors_say_where_and_what(yaml: str, line: int, column: int, words: str) -> None:
    problem = read(yaml).problems[0]
    assert problem[:2] == (line, column)
    assert words in problem[2]
    assert problem[3] is True


def test_unknown_keys_are_kept_and_warned_about() -> None:
    front = read("tilte: T\nauthor: A")
    assert front.extra == ("tilte",)
    assert front.author == "A"
    assert [problem[3] for problem in front.problems] == [False]


def test_a_fence_that_nothing_closes_is_a_problem_and_no_front_matter() -> None:
    front = read_front(["---", "title: T"])
    assert front.end == 0
    assert "never closed" in front.problems[0][2]


def test_an_alias_bomb_costs_nothing() -> None:
    bomb = "a: &a [x, x]\n" + "\n".join(f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]" for n in range(24))
    assert "Anchors" in read(bomb).problems[0][2]


def test_only_line_feeds_end_lines() -> None:
    front = read("title: A\rB\u2028C\ncast: [a]")
    assert front.title == "A B C"
    assert front.problems[0][:2] == (2, 6)


def test_windows_line_ends_are_no_trouble() -> None:
    assert read_front(["---\r", "title: T\r", "---\r"]).title == "T"


@given(st.text(max_size=60), st.text(alphabet="ab:-{}[]&*!%@`'\"|>#? \n\t,.1", max_size=60))
@examples(400)
def test_nothing_makes_it_raise(first: str, second: str) -> None:
    for text in (first, second, f"cast:\n  {second}"):
        assert read_front(f"---\n{text}\n---".split("\n")).end > 1
