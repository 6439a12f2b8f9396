import json
from dataclasses import replace

import pytest

from studio.core.render import Caps, Limits, Request, SpokenTurn, VoiceSpec

CAPS = Caps(id="fake", revision="1", sample_rate=22_050, limits=Limits(), sounds=frozenset())
REQUEST = Request(
    turns=(SpokenTurn(1, "Hello."), SpokenTurn(2, "Hi! (laughs)")),
    voices=(VoiceSpec(seed=1), VoiceSpec(seed=2, sample_digest="ab", transcript="[S1] Me.", pcm=b"\0" * 8, rate=44_100)),
    seed=7,
)


def test_the_text_that_is_sent_ends_with_the_tag_of_the_second_to_last_speaker() -> None:
    assert REQUEST.text() == "[S1] Hello. [S2] Hi! (laughs) [S1]"
    assert replace(REQUEST, turns=REQUEST.turns[:1]).text() == "[S1] Hello."


@pytest.mark.parametrize(
    "changed",
    [
        replace(REQUEST, seed=8),
        replace(REQUEST, pace=0.9),
        replace(REQUEST, params=(("temperature", "1.2"),)),
        replace(REQUEST, turns=(SpokenTurn(1, "Hello!"), REQUEST.turns[1])),
        replace(REQUEST, turns=(SpokenTurn(1, "Hello.", 0.5), REQUEST.turns[1])),
        replace(REQUEST, voices=(VoiceSpec(seed=3), REQUEST.voices[1])),
        replace(REQUEST, voices=(REQUEST.voices[0], replace(REQUEST.voices[1], transcript="[S1] You."))),
        replace(REQUEST, voices=(REQUEST.voices[0], replace(REQUEST.voices[1], sample_digest="cd"))),
        replace(REQUEST, voices=(REQUEST.voices[0], replace(REQUEST.voices[1], codes_digest="ef"))),
    ],
)
def test_everything_that_changes_the_sound_changes_the_key(changed: Request) -> None:
    assert changed.key(CAPS) != REQUEST.key(CAPS)


def test_another_engine_or_other_weights_make_another_key() -> None:
    assert len({REQUEST.key(caps) for caps in (CAPS, replace(CAPS, id="dia"), replace(CAPS, revision="2"))}) == 3


def test_what_does_not_change_the_sound_does_not_change_the_key() -> None:
    unloaded = replace(REQUEST, voices=(REQUEST.voices[0], replace(REQUEST.voices[1], pcm=b"", rate=0)))
    assert unloaded.key(CAPS) == REQUEST.key(CAPS)
    assert REQUEST.key(replace(CAPS, slots=16)) == REQUEST.key(CAPS)


def test_takes_without_codes_keep_the_keys_they_had() -> None:
    assert REQUEST.key(CAPS) == "da38c5f7a131e2f83dae90f21f3b81fd"
    assert "codes" not in REQUEST.recipe(CAPS)


def test_the_digest_stands_for_the_codes_in_the_key() -> None:
    coded, empty = (
        replace(REQUEST, voices=(REQUEST.voices[0], replace(REQUEST.voices[1], codes_digest="ef", codes=codes)))
        for codes in (b"\1\0" * 9, b"")
    )
    assert coded.key(CAPS) == empty.key(CAPS)
    assert [voice.get("codes_digest") for voice in json.loads(coded.recipe(CAPS))["voices"]] == [None, "ef"]


def test_the_recipe_beside_a_take_tells_a_reader_what_was_asked() -> None:
    recipe = json.loads(REQUEST.recipe(CAPS))
    assert recipe["engine"] == "fake"
    assert recipe["turns"][1]["text"] == "Hi! (laughs)"
    assert recipe["voices"][1]["transcript"] == "[S1] Me."
    assert "pcm" not in recipe["voices"][1]
