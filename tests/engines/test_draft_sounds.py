from __future__ import annotations

import numpy as np
import pytest

from studio.engines.draft_sounds import noise_for
from studio.engines.sounds import DIA_SOUNDS

RATE = 22_050


@pytest.mark.parametrize("name", sorted(DIA_SOUNDS))
def test_every_sound_is_short_audible_tasteful_and_repeatable(name: str) -> None:
    for pitch_hz in (83.0, 240.0):
        sound = noise_for(name, 5, pitch_hz, RATE)
        assert sound.dtype == np.float32 and 0.1 < len(sound) / RATE <= 2.0
        heard = sound[np.abs(sound) > np.abs(sound).max() * 0.05]
        assert -30 < 20 * np.log10(np.sqrt(np.mean(heard**2))) < -16
        assert np.abs(sound).max() <= 0.95 and abs(sound[0]) < 1e-6 and abs(sound[-1]) < 1e-6
        assert np.array_equal(sound, noise_for(name, 5, pitch_hz, RATE))


def test_no_two_laughs_are_the_same() -> None:
    assert not np.array_equal(noise_for("laughs", 5, 100.0, RATE), noise_for("laughs", 6, 100.0, RATE))


def test_a_beep_is_a_tone_of_a_thousand_hertz() -> None:
    sound = noise_for("beep", 1, 200.0, RATE)
    loudest = np.fft.rfftfreq(len(sound), 1 / RATE)[np.abs(np.fft.rfft(sound)).argmax()]
    assert loudest == pytest.approx(1000, abs=25)
