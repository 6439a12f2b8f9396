"""Any number of channels as one."""

from __future__ import annotations

import numpy as np
import pytest

from studio.audio.downmix import at_usual_rate, to_mono


def test_surround_is_weighed_and_the_effects_are_left_out() -> None:
    gains = [float(to_mono(row[None])[0]) for row in np.eye(6, dtype=np.float32)]
    left, right, centre, effects, back_left, back_right = gains
    assert effects == 0.0
    assert centre == pytest.approx(left * 2**0.5)
    assert back_left == back_right == pytest.approx(left / 2**0.5)
    assert left == right
    assert sum(gains) == pytest.approx(1.0), "as loud as it was where all channels have the same"


@pytest.mark.parametrize("channels", [1, 2, 4, 8])
def test_others_are_averaged(channels: int) -> None:
    sound = np.random.default_rng(1).standard_normal((100, channels)).astype(np.float32)
    assert np.allclose(to_mono(sound), sound.mean(axis=1), atol=1e-6)
    assert to_mono(sound).dtype == np.float32


def test_mono_is_mono_already() -> None:
    sound = np.ones(5, np.float32)
    assert to_mono(sound) is sound


@pytest.mark.parametrize(("rate", "usual"), [(8_000, 8_000), (48_000, 48_000), (96_000, 44_100), (192_000, 44_100)])
def test_high_rates_come_down(rate: int, usual: int) -> None:
    sound, got = at_usual_rate(np.zeros(rate, np.float32), rate)
    assert (len(sound), got) == (usual, usual)
