"""Samples of files, recordings and takes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from studio.audio import files
from studio.audio.files import Samples
from studio.core.codes import CODEBOOKS, CODES
from studio.core.errors import VoiceError
from studio.core.prompts import Trait, Verdict
from studio.core.render import Caps, Limits, Request, SpokenTurn, VoiceSpec, Word
from studio.core.voices import Voice
from studio.render import prompting
from studio.render.takecut import sample_of_take
from studio.store.library import sample_digest
from studio.store.takes import TakeStore
from tests.audio.doctor import speech
from tests.audio.doctor.speech import RATE, TEXTS
from tests.store.voices import opened

ANNA = "They found the boat on a Thursday, upright, with the lamp still warm. And nobody was in it."
BEN = (
    "Good evening everybody. We have three guests, and (laughs) each of them brought a story. It is about the sea and the wind."
)
SHORT = "Quite so."
VOICES = (VoiceSpec(11, (("draft.variant", "en-us"),)), VoiceSpec(4, (("draft.variant", "en-us+f3"),)))
DIALOGUE = Request((SpokenTurn(1, ANNA, 0.3), SpokenTurn(2, BEN, 0.3), SpokenTurn(1, SHORT)), VOICES, 7)
LONG = Request((SpokenTurn(1, " ".join(TEXTS)),), VOICES[:1], 7)

Take = tuple[Samples, tuple[Word, ...]]


@pytest.fixture(scope="module")
def takes() -> tuple[Take, Take]:
    """A dialogue, and a long speech."""
    dialogue, long = speech.spoken([DIALOGUE, LONG])
    return dialogue, long


def said(transcript: str) -> str:
    return transcript.removeprefix("[S1] ")


def test_a_dialogue_gives_the_longest_run_of_one_speaker(takes: tuple[Take, Take]) -> None:
    samples, words = takes[0]
    part = sample_of_take(samples, RATE, DIALOGUE.turns, words)
    assert 5.0 <= part.seconds <= 10.0
    assert part.transcript.startswith("[S1] ") and part.transcript.count("[") == 1
    assert said(part.transcript) in BEN or said(part.transcript) in ANNA
    assert part.seconds == pytest.approx(part.end_s - part.start_s, abs=0.001)


@pytest.mark.parametrize(("speaker", "text"), [(1, ANNA), (2, BEN)])
def test_only_the_wanted_speaker_is_in_it(takes: tuple[Take, Take], speaker: int, text: str) -> None:
    samples, words = takes[0]
    part = sample_of_take(samples, RATE, DIALOGUE.turns, words, speaker)
    assert part.speaker == speaker
    assert said(part.transcript) in text
    of_others = [word for word in words if DIALOGUE.turns[word.turn].speaker != speaker]
    for word in of_others:
        assert word.end_s <= part.start_s + 0.1 or word.start_s >= part.end_s - 0.1


def test_the_words_of_the_transcript_are_the_words_that_are_heard(takes: tuple[Take, Take]) -> None:
    for request, (samples, words) in zip((DIALOGUE, LONG), takes, strict=True):
        part = sample_of_take(samples, RATE, request.turns, words)
        inside = [word for word in words if part.start_s - 0.1 < (word.start_s + word.end_s) / 2 < part.end_s + 0.1]
        heard = [request.turns[word.turn].text[word.start : word.end] for word in inside]
        assert said(part.transcript).split() == " ".join(heard).split()


def test_a_long_speech_is_cut_at_sentences(takes: tuple[Take, Take]) -> None:
    samples, words = takes[1]
    part = sample_of_take(samples, RATE, LONG.turns, words)
    assert 5.0 <= part.seconds <= 10.0
    assert said(part.transcript)[-1] in ".?!"
    assert said(part.transcript)[0].isupper()
    edge = round(0.02 * RATE)
    assert max(np.abs(part.samples[:edge]).max(), np.abs(part.samples[-edge:]).max()) < 0.05 * np.abs(samples).max()


@pytest.mark.parametrize("hop", [256, 512])
def test_the_codes_of_just_this_sound_come_along(takes: tuple[Take, Take], hop: int) -> None:
    samples, words = takes[0]
    count = len(samples) // hop
    table = np.zeros((count, CODEBOOKS), "<i2")
    table[:, 0], table[:, 1] = np.arange(count) % CODES, np.arange(count) // CODES
    part = sample_of_take(samples, RATE, DIALOGUE.turns, words, 2, table.tobytes(), "codec-x")
    got = np.frombuffer(part.codes, "<i2").reshape(-1, CODEBOOKS).astype(int)
    assert part.codec == "codec-x"
    assert len(part.samples) == len(got) * hop
    first, last = (int(got[at, 0] + CODES * got[at, 1]) for at in (0, -1))
    assert np.array_equal(part.samples, samples[first * hop : (last + 1) * hop])


def test_codes_that_are_not_as_long_as_the_sound_of_their_codec_are_left_out(takes: tuple[Take, Take]) -> None:
    samples, words = takes[0]
    frames = len(samples) // 256  # this rate is half of that of the codec
    for count, is_kept in ((frames, True), (frames * 10 // 11, False), (frames + 4, False)):
        part = sample_of_take(samples, RATE, DIALOGUE.turns, words, 2, bytes(18 * count), "dac-44100")
        assert bool(part.codes) is is_kept


@pytest.mark.parametrize("codes", [b"", b"odd", bytes(18 * 7), b"\xff" * 18 * 1500], ids=["none", "odd", "few", "below"])
def test_codes_that_do_not_fit_the_sound_are_left_out(takes: tuple[Take, Take], codes: bytes) -> None:
    samples, words = takes[0]
    part = sample_of_take(samples, RATE, DIALOGUE.turns, words, 1, codes, "codec-x")
    assert (part.codes, part.codec) == (b"", "")


def test_without_word_times_one_speaker_gives_the_whole_take_and_two_give_a_sentence(takes: tuple[Take, Take]) -> None:
    samples, words = takes[0]
    end = next(word.start_s for word in words if word.turn == 1)
    alone = samples[: round((end - 0.1) * RATE)]
    part = sample_of_take(alone, RATE, DIALOGUE.turns[:1])
    assert part.transcript == f"[S1] {ANNA}"
    with pytest.raises(VoiceError, match="each of its speakers"):
        sample_of_take(samples, RATE, DIALOGUE.turns)


def test_what_was_not_spoken_is_not_in_the_transcript(takes: tuple[Take, Take]) -> None:
    samples, words = takes[0]
    cut = ANNA.index("And")
    end = next(word.start_s for word in words if word.turn == 0 and word.start == cut)
    heard = tuple(word for word in words if word.turn == 0 and word.end <= cut)
    part = sample_of_take(samples[: round(end * RATE)], RATE, DIALOGUE.turns[:1], heard, unspoken=[(0, cut, len(ANNA))])
    assert said(part.transcript) == ANNA[:cut].strip()


@pytest.mark.parametrize(
    ("turns", "samples", "speaker", "words"),
    [
        (DIALOGUE.turns, np.zeros(5 * RATE, np.float32), None, "nothing of this speaker"),
        (DIALOGUE.turns, np.zeros(0, np.float32), None, "nothing of this speaker"),
        ((), np.ones(RATE, np.float32), None, "nothing of this speaker"),
        (DIALOGUE.turns, None, 3, "nothing of this speaker"),
        (DIALOGUE.turns[:1], np.sin(np.arange(RATE // 2) * 0.1).astype(np.float32), None, "only 0."),
        (DIALOGUE.turns[:1], np.sin(np.arange(40 * RATE) * 0.1).astype(np.float32), None, "is not known when"),
    ],
)
def test_takes_that_make_no_sample_are_told_in_a_sentence(
    takes: tuple[Take, Take], turns: tuple[SpokenTurn, ...], samples: Samples | None, speaker: int | None, words: str
) -> None:
    with pytest.raises(VoiceError, match=words) as caught:
        sample_of_take(takes[0][0] if samples is None else samples, RATE, turns, (), speaker)
    assert caught.value.kept and caught.value.todo


@pytest.fixture
def store(tmp_path: Path, takes: tuple[Take, Take]) -> TakeStore:
    store = TakeStore(tmp_path / "takes", sync=False)
    caps = Caps("draft", "1", RATE, Limits(), frozenset())
    samples, words = takes[0]
    codes = np.random.default_rng(5).integers(0, CODES, (len(samples) // 256, CODEBOOKS)).astype("<i2").tobytes()
    store.write("a" * 32, samples, RATE, words, DIALOGUE.recipe(caps), codes=codes, codec="dac-44100")
    store.write("b" * 32, samples, RATE, words)
    paced, stretched = replace(DIALOGUE, pace=1.001).recipe(caps), {**json.loads(DIALOGUE.recipe(caps)), "stretched": 1.001}
    store.write("c" * 32, samples, RATE, words, paced, codes=codes, codec="dac-44100")
    store.write("d" * 32, samples, RATE, words, json.dumps(stretched), codes=codes, codec="dac-44100")
    return store


def test_a_take_becomes_a_sample_of_the_library(store: TakeStore, tmp_path: Path) -> None:
    made = prompting.of_take(store, "a" * 32, speaker=2, style="calm")
    assert made.sample.digest == sample_digest(made.sound)
    assert made.sample.style == "calm"
    assert made.diagnosis[Trait.TAGS].verdict is Verdict.GOOD
    assert len(made.codes) // (2 * CODEBOOKS) == round(made.sample.seconds * RATE / 256)
    (tmp_path / "her.flac").write_bytes(made.sound)
    assert files.info(tmp_path / "her.flac").seconds == pytest.approx(made.sample.seconds)
    with opened(tmp_path / "data" / "library.db") as library:
        library.add(Voice("Her", samples=(made.sample,)), made.files)
        assert library.sample_codes(made.sample.codes) == made.codes
        kept, rate = files.read(library.sample_path(made.sample.digest))
    taken, _ = files.read(store.path("a" * 32))
    whole, _codec = store.codes("a" * 32) or (b"", "")
    first = whole.index(made.codes) // (2 * CODEBOOKS) * 256
    np.testing.assert_allclose(kept, taken[first : first + len(kept)], atol=2 / 32_768, err_msg="as loud as in the take")
    assert (made.sample.codec, rate) == ("dac-44100", RATE)


@pytest.mark.parametrize("key", ["c", "d"])
def test_a_take_at_another_pace_gives_its_sound_without_codes(store: TakeStore, key: str) -> None:
    made = prompting.of_take(store, key * 32, speaker=2)
    assert (made.codes, made.sample.codes, made.sample.codec) == (b"", "", "")
    assert made.files == {made.sample.digest: made.sound}


def test_a_take_without_a_recipe_is_told_and_stays(store: TakeStore) -> None:
    before = store.path("b" * 32).read_bytes()
    with pytest.raises(VoiceError, match="not known what is said"):
        prompting.of_take(store, "b" * 32)
    assert store.path("b" * 32).read_bytes() == before


@pytest.mark.parametrize("recipe", ["", "{", "[]", "null", '{"turns": 3}', '{"turns": [{}]}', '{"turns": [[1]]}'])
def test_recipes_that_cannot_be_read(recipe: str) -> None:
    with pytest.raises(VoiceError):
        prompting.turns_of(recipe)


def test_a_recording_is_trimmed_levelled_tagged_and_its_faults_told(takes: tuple[Take, Take]) -> None:
    samples, words = takes[0]
    end = next(word.start_s for word in words if word.turn == 1)
    alone = speech.with_noise(samples[: round(end * RATE)], 12.0) * np.float32(0.1)
    made = prompting.of_recording(np.stack([alone, alone], axis=1), RATE, ANNA)
    assert made.sample.transcript == f"[S1] {ANNA}"
    assert (made.codes, made.sample.codes) == (b"", ""), "a sound that was changed has none"
    assert any("noise" in warning for warning in made.warnings)
    assert not any(warning.endswith(".") for warning in made.warnings)
    assert not any("dBFS" in warning for warning in made.warnings), "the level was mended"


@pytest.mark.parametrize("transcript", ["", "  ", "[S1]", "(laughs)"])
def test_no_transcript_is_refused_before_anything_is_read(tmp_path: Path, transcript: str) -> None:
    with pytest.raises(VoiceError, match="no transcript") as caught:
        prompting.of_file(tmp_path / "is not there.wav", transcript)
    assert caught.value.kept == "nothing was changed"
    assert caught.value.todo


def test_a_file_becomes_a_sample(tmp_path: Path, takes: tuple[Take, Take]) -> None:
    samples, words = takes[0]
    end = next(word.start_s for word in words if word.turn == 1)
    files.write_wav(tmp_path / "her.wav", samples, RATE)
    made = prompting.of_file(tmp_path / "her.wav", f"[S2] {ANNA}", end_s=end)
    assert made.sample.transcript == f"[S1] {ANNA}"
    assert 5.0 < made.sample.seconds < end
    assert any("second speaker" in warning for warning in made.warnings)
