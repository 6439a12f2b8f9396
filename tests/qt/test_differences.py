"""What sets two takes apart, from the recipes that lie beside them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from studio.qt.differences import Difference, differ_by_chance_alone, differences, settings_of

BASE: dict[str, Any] = {
    "engine": "dia",
    "revision": "1",
    "turns": [{"speaker": 1, "text": "They found the boat.", "pause_after_s": 0.0}],
    "voices": [{"seed": 7, "settings": [["draft.pitch", "55"]], "sample_digest": "", "transcript": ""}],
    "seed": 12,
    "pace": 1.0,
    "params": {"temperature": "1.2"},
}


def recipe(**changes: Any) -> str:
    return json.dumps({**BASE, **changes})


def voice(**changes: Any) -> list[dict[str, Any]]:
    return [{**BASE["voices"][0], **changes}]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"seed": 99}, [("Seed", "12", "99")]),
        ({"engine": "draft"}, [("Engine", "dia", "draft")]),
        ({"revision": "2"}, [("Revision of the engine", "1", "2")]),
        ({"pace": 1.1}, [("Pace", "1", "1.1")]),
        ({"stretched": 1.04}, [("Stretched", "none", "1.04")]),
        ({"params": {}}, [("Temperature", "1.2", "none")]),
        ({"params": {"temperature": "1.2", "top_p": "0.9"}}, [("Top p", "none", "0.9")]),
        ({"params": {"temperature": "1.2", "odd": "x"}}, [("odd", "none", "x")]),
        ({"voices": voice(seed=8)}, [("Seed of voice 1", "7", "8")]),
        ({"voices": voice(sample_digest="f" * 64)}, [("Sample of voice 1", "none", "ffffffffffff…")]),
        ({"voices": voice(codes_digest="f" * 64)}, [("Codes of voice 1", "none", "ffffffffffff…")]),
        ({"voices": voice(transcript="[S1] Hello.")}, [("Transcript of voice 1", "none", "[S1] Hello.")]),
        ({"voices": voice(settings=[])}, [("Settings of voice 1", "draft.pitch 55", "none")]),
        ({"turns": [{"speaker": 1, "text": "Nobody."}]}, [("Words", "They found the boat.", "Nobody.")]),
        ({"seed": 1, "engine": "x"}, [("Engine", "dia", "x"), ("Seed", "12", "1")]),
    ],
)
def test_each_thing_that_differs_is_named_with_both_values(changes: dict[str, Any], expected: list[tuple[str, ...]]) -> None:
    assert differences(recipe(), recipe(**changes)) == tuple(Difference(*one) for one in expected)


@pytest.mark.parametrize("broken", ["", "{", "[]", "null", '{"voices": 3, "turns": {}, "params": []}', "[" * 100_000])
def test_a_recipe_that_cannot_be_read_has_no_contents(broken: str) -> None:
    assert differences(broken, broken) == ()
    assert ("Seed", "none", "12") in [(one.name, one.one, one.other) for one in differences(broken, recipe())]
    assert settings_of(broken) == ()


def test_only_seed_and_stretch_are_chance() -> None:
    assert differ_by_chance_alone(recipe(), recipe(seed=3))
    assert differ_by_chance_alone(recipe(stretched=0.97), recipe(seed=3))
    assert not differ_by_chance_alone(recipe(), recipe(voices=voice(seed=8)))
    assert not differ_by_chance_alone(recipe(), recipe(params={}))
    assert not differ_by_chance_alone("", "")


def test_settings_are_told_by_their_titles() -> None:
    assert settings_of(recipe(pace=1.2, stretched=1.03)) == (
        ("Pace", "1.2"),
        ("Stretched", "1.03"),
        ("Temperature", "1.2"),
    )
    assert settings_of(recipe()) == (("Temperature", "1.2"),)
