from __future__ import annotations

import numpy as np
import pytest

from studio.engines.pace import Stretch

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
