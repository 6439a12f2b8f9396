"""What decides a request: cast over library over name; the seeds; what belongs to the key and what does not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from studio.core.errors import VoiceError
from studio.core.render import Caps, Limits
from studio.core.segments import Segment, SegmentTurn
from studio.core.voices import Cast, CastEntry, Sample, Voice, stable_seed
from studio.render.judging import request_of
from studio.render.requests import Casting, casting, request_for, samples_by_digest, with_samples

DRAFT = Caps("draft", "1", 22_050, Limits(), frozenset())
CLONING = replace(DRAFT, id="dia", clones=True)
CALM = Sample("d1", 6.0, "[S1] How are you?")
ANGRY = Sample("d2", 6.0, "Go away!", style="angry")
WARM = Voice("warm", seed=7, samples=(CALM, ANGRY), settings=(("draft.pitch", "40"),))
COLD = Voice("cold")
LIBRARY = {voice.name: voice for voice in (WARM, COLD)}


def dialogue(voice: str = "", seed: int | None = None) -> Segment:
    turns = (SegmentTurn(1, "Maya", "Hello."), SegmentTurn(2, "Ben", "Hi!", voice), SegmentTurn(1, "Maya", "Well?"))
    return Segment("s", turns, seed=seed)


def cast(**entries: CastEntry) -> Casting:
    return Casting(Cast(tuple(entries.items())), LIBRARY, base_seed=1, clones=True)


def test_without_a_cast_every_character_has_a_seed_of_its_own_that_stays() -> None:
    request = request_for(dialogue(), Casting(Cast(), {}))
    assert [voice.seed for voice in request.voices] == [stable_seed("Maya", 1), stable_seed("Ben", 1)]
    assert request == request_for(dialogue(), Casting(Cast(), {}))
    assert request.text() == "[S1] Hello. [S2] Hi! [S1] Well? [S2]"


@pytest.mark.parametrize(
    ("entry", "seed"),
    [
        (CastEntry("warm", seed=5), 5),
        (CastEntry("warm"), 7),
        (CastEntry("cold"), stable_seed("Maya", 1)),
        (CastEntry(seed=9), 9),
    ],
)
def test_a_voice_s_seed_is_the_cast_s_then_the_library_s_then_the_name_s(entry: CastEntry, seed: int) -> None:
    assert request_for(dialogue(), cast(Maya=entry)).voices[0].seed == seed


def test_the_project_s_seed_changes_every_derived_one() -> None:
    one, two = (request_for(dialogue(), Casting(Cast(), {}, base_seed=base)) for base in (1, 2))
    assert {voice.seed for voice in one.voices}.isdisjoint({voice.seed for voice in two.voices})
    assert one.seed != two.seed


def test_a_seed_in_the_script_changes_the_performance_and_nobody_s_voice() -> None:
    plain, seeded = request_for(dialogue(), cast()), request_for(dialogue(seed=42), cast())
    assert (seeded.seed, seeded.voices) == (42, plain.voices)
    assert plain.seed == plain.voices[0].seed


def solo(name: str, words: str) -> Segment:
    return Segment(words, (SegmentTurn(1, name, words),))


def test_a_voice_that_lives_by_its_seed_lends_it_to_every_segment_whoever_stands_beside_it() -> None:
    settled = cast(Maya=CastEntry("cold", seed=99), Ben=CastEntry("warm"))
    spoken = [request_for(solo("Maya", words), settled).seed for words in ("Hello.", "And goodbye!")]
    assert spoken == [99, 99]
    assert request_for(dialogue(), settled).seed == 99
    assert request_for(dialogue(), cast(Maya=CastEntry("warm"), Ben=CastEntry(seed=98))).seed == 98, "the sample needs no seed"


def test_a_voice_with_a_sample_has_a_seed_for_each_of_its_segments_and_neighbours_never_change_it() -> None:
    settled = cast(Maya=CastEntry("warm"), Ben=CastEntry("warm"))
    lines = [solo("Maya", words) for words in ("One.", "Two.", "Three.")]
    assert len({request_for(line, settled).seed for line in lines}) == 3
    moved = replace(lines[0], id="cut anew")
    assert request_for(moved, settled).seed == request_for(lines[0], settled).seed
    assert request_for(lines[0], replace(settled, base_seed=2)).seed != request_for(lines[0], settled).seed
    assert request_for(lines[0], replace(settled, clones=False)).seed == 7, "an engine that does not clone goes by the seed"


def test_further_takes_are_other_performances_of_the_same_words() -> None:
    takes = [request_for(dialogue(), cast(), take) for take in range(4)]
    assert len({take.seed for take in takes}) == 4
    assert len({(take.turns, take.voices) for take in takes}) == 1


def test_the_prompt_follows_the_speaker_s_place_in_the_segment() -> None:
    request = request_for(dialogue(), cast(Maya=CastEntry("warm", "angry"), Ben=CastEntry("warm")))
    assert [(voice.sample_digest, voice.transcript) for voice in request.voices] == [
        ("d2", "[S1] Go away!"),
        ("d1", "[S2] How are you?"),
    ]
    assert request.voices[0].settings == (("draft.pitch", "40"),)


@pytest.mark.parametrize(
    ("override", "digest"), [("warm/angry", "d2"), ("warm", "d1"), ("/angry", "d2"), ("Ben/angry", "d2"), ("Maya/angry", "d2")]
)
def test_a_direction_gives_another_voice_or_style(override: str, digest: str) -> None:
    everyone = cast(Maya=CastEntry("warm"), Ben=CastEntry("warm"))
    assert request_for(dialogue(override), everyone).voices[1].sample_digest == digest


def test_samples_belong_to_the_key_of_engines_that_clone_and_of_no_others() -> None:
    entry = Cast((("Maya", CastEntry("warm")),))
    retaken = {**LIBRARY, "warm": replace(WARM, samples=(replace(CALM, digest="new"), ANGRY))}
    for caps, is_stale in ((DRAFT, False), (CLONING, True)):
        keys = {request_for(dialogue(), casting(entry, voices, {}, caps)).key(caps) for voices in (LIBRARY, retaken)}
        assert (len(keys) == 2) is is_stale


def test_a_sample_s_sound_is_filled_in_last_and_leaves_the_key_alone() -> None:
    request = request_for(dialogue(), cast(Maya=CastEntry("warm")))
    filled = with_samples(request, samples_by_digest(LIBRARY), sound_of, codes_of)
    assert [(voice.pcm, voice.rate, voice.codes) for voice in filled.voices] == [(b"d1", 44_100, b""), (b"", 0, b"")]
    assert filled.key(CLONING) == request.key(CLONING)


def sound_of(sample: Sample) -> tuple[bytes, int]:
    return sample.digest.encode(), 44_100


def codes_of(digest: str) -> bytes:
    return f"codes {digest}".encode()


@pytest.mark.parametrize(("codec", "are_lent"), [("dac", True), ("another", False), ("", False)])
def test_codes_are_lent_to_engines_of_their_codec_and_are_part_of_their_keys_alone(codec: str, are_lent: bool) -> None:
    coded = {"warm": replace(WARM, samples=(replace(CALM, codes="c1", codec="dac"), ANGRY))}
    entry, caps = Cast((("Maya", CastEntry("warm")), ("Ben", CastEntry("warm", "angry")))), replace(CLONING, codec=codec)
    plain, request = (request_for(dialogue(), casting(entry, voices, {}, caps)) for voices in (LIBRARY, coded))
    filled = with_samples(request, samples_by_digest(coded), sound_of, codes_of)
    assert [(voice.pcm, voice.codes) for voice in filled.voices] == [(b"d1", b"codes c1" if are_lent else b""), (b"d2", b"")]
    assert filled.key(caps) == request.key(caps)
    assert (request.key(caps) != plain.key(caps)) is are_lent
    assert request_of(filled.recipe(caps)) == request, "a judge asks for the same"


def test_a_sample_without_a_codec_lends_no_codes_to_an_engine_without_one() -> None:
    coded = {"warm": replace(WARM, samples=(replace(CALM, codes="c1"),))}
    settled = casting(Cast((("Maya", CastEntry("warm")),)), coded, {}, CLONING)
    assert request_for(dialogue(), settled).voices[0].codes_digest == ""


def test_a_voice_that_is_gone_is_named_and_never_replaced() -> None:
    with pytest.raises(VoiceError) as raised:
        request_for(dialogue(), cast(Maya=CastEntry("lost")))
    assert "“lost” of Maya" in raised.value.what.replace('"lost"', "“lost”")
    assert raised.value.kept
    assert "voices add lost" in raised.value.todo


def test_sampling_settings_reach_the_request() -> None:
    settled = casting(Cast(), {}, {"temperature": "1.1", "seed": "3", "title": "no"}, DRAFT)
    assert (settled.params, settled.base_seed) == ((("temperature", "1.1"),), 3)
    assert request_for(dialogue(), settled).params == (("temperature", "1.1"),)
