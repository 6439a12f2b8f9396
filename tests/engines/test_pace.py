from __future__ import annotations

import numpy as np
import pytest

from studio.engines import pace as paces
from studio.engines.draft import DraftEngine
from studio.engines.pace import Stretch
from tests.engines.conformance import hear, request

RATE = 22_050
TONE = (0.5 * np.sin(2 * np.pi * 220 * np.arange(2 * RATE) / RATE)).astype(np.float32)


def stretched(pace: float, sound: np.ndarray, piece: int) -> np.ndarray:
    stretch = Stretch(pace, RATE)
    parts = [stretch.feed(sound[start : start + piece]) for start in range(0, len(sound), piece)]
    return np.concatenate([np.zeros(0, np.float32), *parts, stretch.end()])


@pytest.mark.parametrize("pace", [0.5, 0.8, 1.1, 1.3, 2.0, 4.0])
def test_speech_gets_longer_or_shorter_and_keeps_its_pitch_and_level(pace: float) -> None:
    out = stretched(pace, TONE, len(TONE))
    assert len(out) == round(len(TONE) / pace)
    strongest = np.argmax(np.abs(np.fft.rfft(out * np.hanning(len(out))))) * RATE / len(out)
    assert strongest == pytest.approx(220, abs=4)
    middle = out[len(out) // 4 : -len(out) // 4]
    assert np.abs(middle).max() == pytest.approx(0.5, abs=0.02)
    windows = middle[: len(middle) // 500 * 500].reshape(-1, 500)
    assert np.abs(windows).max(axis=1).min() > 0.4, "no holes between the pieces"


@pytest.mark.parametrize("pace", [0.7, 1.0, 1.6])
@pytest.mark.parametrize("piece", [1_000, 777, 30_000])
def test_how_sound_comes_in_changes_nothing(pace: float, piece: int) -> None:
    np.testing.assert_array_equal(stretched(pace, TONE, piece), stretched(pace, TONE, len(TONE)))


def test_at_its_own_pace_every_sample_passes_at_once() -> None:
    stretch = Stretch(1.0, RATE)
    np.testing.assert_array_equal(stretch.feed(TONE), TONE)
    assert len(stretch.end()) == 0


@pytest.mark.parametrize("length", [0, 1, 100, 2_000])
def test_sound_shorter_than_a_piece_has_its_length_too(length: int) -> None:
    assert len(stretched(0.7, TONE[:length], 64)) == round(length / 0.7)


GENTLE = (0.94, 0.97, 1.03, 1.06)  # what nobody is to hear


def harmonic(pitch_hz: float, rate: int, seconds: float = 1.0) -> np.ndarray:
    times = np.arange(round(seconds * rate)) / rate
    return sum(0.2 * np.sin(2 * np.pi * pitch_hz * k * times + k * k) / k for k in range(1, 9)).astype(np.float32)


def strongest_comb(sound: np.ndarray, rate: int, near_hz: float) -> float:
    """The fundamental whose first four harmonics are strongest, within a semitone of `near_hz`."""
    middle = sound[len(sound) // 8 : -len(sound) // 8]
    size = 1 << 17
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle)), size))
    tried = near_hz * 2 ** (np.linspace(-100, 100, 401) / 1200)
    return tried[sum(np.interp(tried * k, np.arange(len(spectrum)) * rate / size, spectrum) for k in range(1, 5)).argmax()]


def cents(one: np.ndarray | float, other: np.ndarray | float) -> np.ndarray:
    return np.abs(1200 * np.log2(np.asarray(one) / np.asarray(other)))


@pytest.mark.parametrize("pace", GENTLE)
@pytest.mark.parametrize("rate", [RATE, 44_100])
def test_a_gentle_stretch_moves_no_tone_by_five_cents_and_is_exactly_as_long_as_asked(pace: float, rate: int) -> None:
    for pitch_hz in (80, 113.7, 200, 400):
        tone = harmonic(pitch_hz, rate)
        out = paces.stretched(tone, rate, pace)
        assert len(out) == round(len(tone) / pace)
        assert cents(strongest_comb(out, rate, pitch_hz), pitch_hz) < 5


def periods(sound: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Times and fundamentals of the clearly voiced frames of speech."""
    size, hop = 1_024, 220
    frames = np.lib.stride_tricks.sliding_window_view(sound, size)[::hop].astype(float)
    spectrum = np.fft.rfft(frames - frames.mean(axis=1, keepdims=True), 2 * size)
    likeness = np.fft.irfft(np.abs(spectrum) ** 2)[:, :size] / np.arange(size, 0, -1)
    low, high = RATE // 300, RATE // 70
    best = likeness[:, low:high].argmax(axis=1) + low
    rows = np.arange(len(best))
    before, peak, after = likeness[rows, best - 1], likeness[rows, best], likeness[rows, best + 1]
    lag = best + 0.5 * (before - after) / (before - 2 * peak + after + 1e-12)
    voiced = (peak > 0.8 * likeness[:, 0]) & (likeness[:, 0] > 0.2 * np.median(likeness[:, 0]))
    return (rows[voiced] * hop + size / 2) / RATE, RATE / lag[voiced]


@pytest.mark.parametrize("pace", (0.94, 1.06))
def test_the_melody_of_speech_stays(pace: float) -> None:
    engine = DraftEngine()
    try:
        heard = hear(engine.open(request("Nobody knew where the music came from, yet we all were walking along with it.")))
    finally:
        engine.close()
    speech = np.frombuffer(heard.pcm, "<f4")
    times, before = periods(speech)
    later, after = periods(paces.stretched(speech, RATE, pace))
    there = np.interp(later * pace, times, before)
    assert len(later) > 50
    assert abs(1200 * np.log2(np.median(after / there))) < 5


@pytest.mark.parametrize("pace", (0.94, 1.06))
def test_what_begins_suddenly_begins_in_its_place(pace: float) -> None:
    clicks = np.zeros(4 * RATE, np.float32)
    at = 2_000 + np.arange(8) * RATE // 2
    burst = np.random.default_rng(0).normal(0, 0.3, 400) * np.exp(-np.arange(400) / 80)
    for start in at:
        clicks[start : start + 400] = burst
    out = np.abs(paces.stretched(clicks, RATE, pace))
    for start in at:
        begin = max(round(start / pace) - RATE // 8, 0)
        around = out[begin : begin + RATE // 4]
        assert abs(begin + int(np.argmax(around > 0.3 * around.max())) - start / pace) < 0.012 * RATE
        assert around.max() > 0.7 * np.abs(burst).max()
        loud = np.flatnonzero(around > 0.3 * around.max())
        assert loud[-1] - loud[0] < 0.02 * RATE, "once, and not again"
