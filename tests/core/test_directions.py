"""Directions: their values, and what is said about wrong ones."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core.directions import BadDirection, Direction, read


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ("pause 1.5s", Direction("pause", 1.5)),
        ("pause 1.5", Direction("pause", 1.5)),
        ("pause 300 ms", Direction("pause", 0.3)),
        ("pause .5 seconds", Direction("pause", 0.5)),
        ("pace 0.9", Direction("pace", 0.9)),
        ("seed 42", Direction("seed", 42.0)),
        ("voice Maya/angry", Direction("voice", word="Maya/angry")),
        ('voice "Old Man/tired"', Direction("voice", word="Old Man/tired")),
        ("segments solo", Direction("segments", word="solo")),
        ("music intro.wav", Direction("music", word="intro.wav")),
        ('music "a b.wav" fade 2s duck -12dB gain +3dB', Direction("music", word="a b.wav", fade_s=2, duck_db=-12, gain_db=3)),
        ("music a.wav duck −12 dB fade 2 s", Direction("music", word="a.wav", fade_s=2, duck_db=-12)),
        ("music stop fade 2s", Direction("music", fade_s=2, stop=True)),
        ("sfx door.wav gain -3dB", Direction("sfx", word="door.wav", gain_db=-3)),
    ],
)
def test_good_ones(inside: str, expected: Direction) -> None:
    assert read(inside) == expected


@pytest.mark.parametrize(
    ("inside", "words", "better"),
    [
        ("", "An empty direction", ""),
        ("puase 1s", "Perhaps pause is meant", "pause 1s"),
        ("Pause: 1s", "Perhaps pause is meant", "pause 1s"),
        ("whatever", "There is no direction", ""),
        ("pause", "a number of seconds", ""),
        ("pause soon", "a number of seconds", ""),
        ("pause 90s", "between 0s and 60s", "pause 60s"),
        ("pause 1e9s", "a number of seconds", ""),
        ("pace 3", "between 0.5 and 2", "pace 2"),
        ("pace 0.1", "between 0.5 and 2", "pace 0.5"),
        ("seed 1.5", "a whole number", ""),
        ("seed 99999999999", "a whole number", ""),
        ("segments sola", "solo or dialogue", "segments solo"),
        ("voice", "Name one voice", ""),
        ("music", "Name the file", ""),
        ("music a.wav fede 2s", "none of them", "music a.wav fade 2s"),
        ("music a.wav fade", "fade 2s", ""),
        ("music a.wav duck 12dB", "from -60dB to 0dB", ""),
        ("sfx a.wav fade 2s", "may stand gain", ""),
        ("say x as y", "double quotes", 'say "x" as "y"'),
        ("say 'x' as 'y'", "double quotes", 'say "x" as "y"'),
    ],
)
def test_wrong_ones_say_what_to_write(inside: str, words: str, better: str) -> None:
    answer = read(inside)
    assert isinstance(answer, BadDirection)
    assert words in answer.message
    assert answer.better == better


@given(st.text())
def test_nothing_makes_it_raise(inside: str) -> None:
    for text in (inside, f"pause {inside}", f"music a {inside}", f"say {inside}"):
        assert isinstance(read(text), Direction | BadDirection)
