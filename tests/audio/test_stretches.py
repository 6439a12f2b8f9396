"""Stretches of speech, and the best one for a sample."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from studio.audio.dsp import rms_db
from studio.audio.files import Samples
from studio.audio.stretches import MARGIN_S, Span, best_stretch, stretches
from tests.audio.doctor import speech
from tests.audio.doctor.speech import RATE


@pytest.fixture(scope="module")
def voice() -> Samples:
    return speech.spoken([speech.request("en-us", speech.TEXTS[1])])[0][0]


def quiet(seconds: float) -> Samples:
    return np.zeros(round(seconds * RATE), np.float32)


def test_pauses_part_stretches(voice: Samples) -> None:
    word = voice[: round(1.2 * RATE)]
    found = stretches(np.concatenate([quiet(0.5), word, quiet(0.6), word, quiet(0.5)]), RATE)
    assert found[0].start == pytest.approx(0.5 * RATE, abs=0.1 * RATE)
    assert found[-1].end == pytest.approx(3.5 * RATE, abs=0.15 * RATE)
    gaps = [(before.end, after.start) for before, after in pairwise(found)]
    assert any(end < 1.8 * RATE and start > 2.1 * RATE for end, start in gaps)


@pytest.mark.parametrize("copies", [2, 5])
@pytest.mark.parametrize("floor_db", [None, 35.0])
def test_the_best_stretch_has_5_to_10_s_and_begins_and_ends_in_pauses(
    voice: Samples, copies: int, floor_db: float | None
) -> None:
    sound = np.concatenate([quiet(0.7), *[voice, quiet(0.5)] * copies])
    if floor_db is not None:
        sound = speech.with_noise(sound, floor_db)
    span = best_stretch(sound, RATE)
    assert 5.0 <= (span.end - span.start) / RATE <= 10.0
    edge = round(MARGIN_S * RATE * 0.6)
    for place in (sound[span.start : span.start + edge], sound[span.end - edge : span.end]):
        assert rms_db(place) < rms_db(voice) - 20.0


def test_what_is_short_already_stays_but_for_the_silence_around_it(voice: Samples) -> None:
    span = best_stretch(np.concatenate([quiet(1.0), voice[: 3 * RATE], quiet(1.0)]), RATE)
    assert span.start == pytest.approx((1.0 - MARGIN_S) * RATE, abs=0.1 * RATE)
    assert (span.end - span.start) / RATE == pytest.approx(3.0, abs=0.3)


def test_whoever_never_pauses_is_cut_all_the_same() -> None:
    at = np.arange(20 * RATE) / RATE
    babble = (0.2 * np.sin(2 * np.pi * 150 * at) * (0.6 + 0.4 * np.sin(2 * np.pi * 4 * at))).astype(np.float32)
    span = best_stretch(babble, RATE)
    assert 7.0 <= (span.end - span.start) / RATE <= 10.0


def test_limits_are_the_callers(voice: Samples) -> None:
    sound = np.concatenate([voice, quiet(0.5)] * 4)
    span = best_stretch(sound, RATE, low_s=2.0, high_s=4.0)
    assert 2.0 <= (span.end - span.start) / RATE <= 4.0


@pytest.mark.parametrize("sound", [np.zeros(0, np.float32), np.zeros(5 * RATE, np.float32)])
def test_silence_has_no_stretch(sound: Samples) -> None:
    assert stretches(sound, RATE) == []
    assert best_stretch(sound, RATE) == Span(0, 0)
