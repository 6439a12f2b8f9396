"""Voices go through plain fields unharmed, and what is no voice does not."""

import json
from dataclasses import replace

import pytest

from studio.core.errors import VoiceError
from studio.core.voicefields import as_fields, content_hash, voice_of
from studio.core.voices import Consent, Sample, SeedRank, Voice

MAYA = Voice(
    "Zoë", 3, (Sample("a" * 64, 7.5, "[S1] Grüß Gott.", "calm", "c" * 64, "dac-44100"),),
    (("draft.pitch", "55"),), ("warm",), "de-AT", "Two\nlines.",
    "CC0", Consent("Yes.", "Zoë", "2026-11-21", "b" * 64), "#3a86c8", "Show", (SeedRank(3, 1, 2),),
)  # fmt: skip


@pytest.mark.parametrize("voice", [MAYA, Voice("Ben", 5), Voice("Nobody")])
def test_a_voice_comes_back_from_json_as_it_was(voice: Voice) -> None:
    assert voice_of(json.loads(json.dumps(as_fields(voice)))) == voice
    assert content_hash(voice_of(as_fields(voice))) == content_hash(voice)


def test_the_hash_is_the_same_everywhere_and_another_for_another_voice() -> None:
    assert content_hash(Voice("Ben", 5)) == "de896fbf38d6e9d945c7ca80000581acd8141847394b5238b50397c94a9256d2"
    assert len({content_hash(one) for one in (MAYA, Voice("Ben", 5), Voice("ben", 5), Voice("Ben", 6))}) == 4


@pytest.mark.parametrize(
    "change",
    [
        {"name": 3}, {"name": "a\x1b[2J"}, {"name": "\ud800"}, {"seed": True}, {"seed": -1}, {"seed": 2**64}, {"seed": 1.5},
        {"samples": {}}, {"samples": [{"file": "../x"}]}, {"tags": "warm"}, {"tags": [["warm"]]}, {"tags": ["x"] * 1000},
        {"settings": [["a/../b", "1"]]}, {"settings": [["a"]]}, {"seeds": [[1, 2]]}, {"seeds": [[1, 2, None]]},
        {"colour": "red"}, {"consent_at": "yesterday"}, {"consent_recording": "../../etc/passwd"}, {"notes": "x" * 100_000},
        {"more": 1},
    ],
    ids=str,
)  # fmt: skip
def test_what_no_program_of_ours_writes_is_no_voice(change: dict[str, object]) -> None:
    with pytest.raises(VoiceError, match="no voice that can be"):
        voice_of({**as_fields(MAYA), **change})


@pytest.mark.parametrize("seconds", [float("nan"), float("inf"), 0.0, -1.0, 1e9, "7", 7])
def test_a_sample_has_a_length_that_can_be(seconds: object) -> None:
    fields = as_fields(MAYA)
    fields["samples"][0]["seconds"] = seconds
    with pytest.raises(VoiceError, match="seconds"):
        voice_of(fields)


@pytest.mark.parametrize(
    "change",
    [{"codes": ""}, {"codec": ""}, {"codes": "../../etc/passwd"}, {"codes": 7}, {"codec": "../x"}, {"codec": "x" * 100}],
    ids=str,
)
def test_a_sample_has_codes_of_a_codec_or_none(change: dict[str, object]) -> None:
    fields = as_fields(MAYA)
    fields["samples"][0].update(change)
    with pytest.raises(VoiceError, match="code"):
        voice_of(fields)
    assert voice_of({**fields, "samples": [{**fields["samples"][0], "codes": "", "codec": ""}]}).samples[0].codes == ""


def test_other_codes_are_another_voice() -> None:
    sample = MAYA.samples[0]
    others = (replace(sample, codes="d" * 64), replace(sample, codec="other"), replace(sample, codes="", codec=""))
    assert len({content_hash(replace(MAYA, samples=(one,))) for one in (sample, *others)}) == 4


@pytest.mark.parametrize("fields", [None, [], "Maya", {}, 3])
def test_no_fields_are_no_voice(fields: object) -> None:
    with pytest.raises(VoiceError):
        voice_of(fields)
