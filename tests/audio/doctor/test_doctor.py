"""Faults of known strength, on both sides of each verdict's border: 95 of 100 are to be judged right, so all of eight here."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pytest

from studio.audio.doctor import examine, levels, register, room, tones
from studio.audio.doctor.mains import hum
from studio.audio.files import Samples, resample
from studio.audio.screening.frames import Frames, frames_of
from studio.core.prompts import Check, Remedy, Trait, Verdict
from tests.audio.doctor import speech
from tests.audio.doctor.speech import RATE

GOOD, DOUBTFUL, BAD = Verdict.GOOD, Verdict.DOUBTFUL, Verdict.BAD
Voices = list[tuple[Samples, str]]


@pytest.fixture(scope="module")
def voices() -> Voices:
    return speech.recordings()


def judged(voices: Voices, fault: Callable[[Samples], Samples], check: Callable[[Frames], Check]) -> list[Verdict]:
    return [check(frames_of(fault(sound), RATE)).verdict for sound, _ in voices]


def test_clean_speech_of_every_voice_is_good_throughout(voices: Voices) -> None:
    for sound, text in voices:
        diagnosis = examine(sound, RATE, f"[S1] {text}")
        assert [check.sentence() for check in diagnosis.troubles] == []
        assert {check.trait for check in diagnosis.checks} == set(Trait)
        assert diagnosis.verdict is GOOD


@pytest.mark.parametrize(("gain", "verdict"), [(1.0, {GOOD}), (1.6, {DOUBTFUL, BAD}), (5.0, {BAD})])
def test_clipping(voices: Voices, gain: float, verdict: set[Verdict]) -> None:
    found = {levels.clipping(speech.clipped(sound, gain), RATE).verdict for sound, _ in voices}
    assert found <= verdict


@pytest.mark.parametrize(("snr_db", "verdict"), [(30, GOOD), (20, DOUBTFUL), (10, BAD)])
def test_noise(voices: Voices, snr_db: float, verdict: Verdict) -> None:
    assert set(judged(voices, lambda sound: speech.with_noise(sound, snr_db), levels.noise)) == {verdict}


@pytest.mark.parametrize(("hz", "below_db", "verdict"), [(50, 48, GOOD), (50, 30, DOUBTFUL), (60, 30, DOUBTFUL), (60, 15, BAD)])
def test_hum(voices: Voices, hz: float, below_db: float, verdict: Verdict) -> None:
    assert set(judged(voices, lambda sound: speech.with_hum(sound, hz, below_db), hum)) == {verdict}


@pytest.mark.parametrize(("rt60_s", "verdict"), [(0.35, GOOD), (0.65, DOUBTFUL), (1.1, BAD)])
def test_reverberation(voices: Voices, rt60_s: float, verdict: Verdict) -> None:
    found = [room.reverberation(frames_of(speech.in_room(sound, rt60_s), RATE)) for sound, _ in voices]
    assert {check.verdict for check in found} == {verdict}
    if rt60_s > 0.5:
        assert np.median([check.value for check in found]) == pytest.approx(rt60_s, rel=0.15)


@pytest.mark.parametrize(("below_db", "verdict"), [(40, {GOOD}), (15, {DOUBTFUL, BAD})])
def test_music(voices: Voices, below_db: float, verdict: set[Verdict]) -> None:
    assert set(judged(voices, lambda sound: speech.with_chords(sound, below_db), tones.music)) <= verdict


def test_two_speakers_of_different_register_are_suspected(voices: Voices) -> None:
    sounds = [sound for sound, _ in voices]
    for low, high in zip(sounds[::2], sounds[1::2], strict=True):
        assert register.speakers(frames_of(speech.in_turns(low, high), RATE)).verdict is DOUBTFUL
        assert register.speakers(frames_of(speech.in_turns(high, high), RATE)).verdict is GOOD


@pytest.mark.parametrize(("rate", "verdict"), [(8_000, BAD), (11_025, DOUBTFUL), (16_000, GOOD)])
def test_a_narrow_band_is_told_whatever_rate_the_file_has(voices: Voices, rate: int, verdict: Verdict) -> None:
    for sound, _ in voices[:4]:
        narrow = resample(sound, RATE, rate)
        assert levels.bandwidth(frames_of(narrow, rate), rate).verdict is verdict
        assert levels.bandwidth(frames_of(resample(narrow, rate, RATE), RATE), RATE).verdict is verdict


@pytest.mark.parametrize(("offset", "verdict"), [(0.0, GOOD), (0.03, DOUBTFUL), (0.1, BAD)])
def test_offset(voices: Voices, offset: float, verdict: Verdict) -> None:
    assert levels.offset(voices[1][0] + np.float32(offset)).verdict is verdict


@pytest.mark.parametrize(("gain_db", "verdict"), [(-40, BAD), (-20, DOUBTFUL), (-5, GOOD), (5, GOOD), (16, DOUBTFUL)])
def test_level(voices: Voices, gain_db: float, verdict: Verdict) -> None:
    assert levels.level(frames_of(voices[0][0] * np.float32(10 ** (gain_db / 20)), RATE)).verdict is verdict


@pytest.mark.parametrize(("seconds", "verdict"), [(0.2, GOOD), (1.0, DOUBTFUL), (3.0, BAD)])
def test_silence_at_the_ends(voices: Voices, seconds: float, verdict: Verdict) -> None:
    quiet = np.zeros(round(seconds * RATE), np.float32)
    head, _ = levels.silence(frames_of(np.concatenate([quiet, voices[0][0]]), RATE))
    _, tail = levels.silence(frames_of(np.concatenate([voices[0][0], quiet]), RATE))
    assert (head.trait, head.verdict, tail.trait, tail.verdict) == (Trait.HEAD, verdict, Trait.TAIL, verdict)
    assert head.value == pytest.approx(seconds, abs=0.1)
    assert head.remedy is (None if verdict is GOOD else Remedy.TRIM)


@pytest.mark.parametrize("seconds", [0.0, 0.01, 0.5, 3.0])
def test_silence_and_next_to_nothing_are_bad_in_one_sentence_each(seconds: float) -> None:
    diagnosis = examine(np.zeros(round(seconds * RATE), np.float32), RATE)
    assert diagnosis.verdict is BAD
    assert diagnosis[Trait.LEVEL].sentence() == "There is nothing to hear in it."


def test_samples_that_are_no_numbers_are_listened_to_all_the_same(voices: Voices) -> None:
    broken = voices[0][0].copy()
    broken[::1000] = np.nan
    broken[::7777] = np.inf
    assert examine(broken, RATE).checks


def test_every_trouble_is_one_sentence_and_its_remedies_are_in_order(voices: Voices) -> None:
    late = np.concatenate([np.zeros(RATE, np.float32), voices[0][0] * np.float32(0.05)])
    diagnosis = examine(speech.with_hum(late, 50.0, 10.0) + np.float32(0.1), RATE, "no tag at all here")
    assert diagnosis.verdict is BAD
    for check in diagnosis.troubles:
        without_numbers = re.sub(r"\d\.\d", "", check.sentence())
        assert without_numbers.count(".") == 1 and without_numbers.endswith(".")
    assert diagnosis.remedies == tuple(remedy for remedy in Remedy if remedy in set(diagnosis.remedies))
    assert {Remedy.REMOVE_DC, Remedy.REMOVE_HUM, Remedy.ADD_TAG} <= set(diagnosis.remedies)
    verdicts = [check.verdict for check in diagnosis.troubles]
    assert verdicts == sorted(verdicts, key=[BAD, DOUBTFUL].index)
