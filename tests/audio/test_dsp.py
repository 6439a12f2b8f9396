from __future__ import annotations

import numpy as np
import pytest

from studio.audio import dsp

RATE = 48_000


def sine(level_db: float, hertz: float = 1_000.0, seconds: float = 1.0, phase: float = 0.0) -> np.ndarray:
    at = np.arange(round(seconds * RATE)) / RATE
    return (dsp.gain_of(level_db) * np.sin(2 * np.pi * hertz * at + phase)).astype(np.float32)


@pytest.mark.parametrize(("db", "gain"), [(0.0, 1.0), (20.0, 10.0), (-20.0, 0.1), (-6.0206, 0.5)])
def test_decibels_and_gains_are_each_others_inverse(db: float, gain: float) -> None:
    assert dsp.gain_of(db) == pytest.approx(gain, rel=1e-4)
    assert dsp.db_of(gain) == pytest.approx(db, abs=1e-3)


def test_silence_is_a_number() -> None:
    assert dsp.db_of(0.0) == dsp.peak_db(np.zeros(9, np.float32)) == dsp.rms_db(np.zeros(0, np.float32)) == -120.0
    assert dsp.true_peak_db(np.zeros((0, 2), np.float32)) == -120.0


def test_peak_and_rms_of_a_sine() -> None:
    assert dsp.peak_db(sine(-6.0)) == pytest.approx(-6.0, abs=0.01)
    assert dsp.rms_db(sine(-6.0)) == pytest.approx(-9.01, abs=0.01)


def test_the_true_peak_lies_between_the_samples() -> None:
    quarter = sine(-6.0, hertz=RATE / 4, phase=np.pi / 4)  # every sample is 3 dB below the crest
    assert dsp.peak_db(quarter) == pytest.approx(-9.01, abs=0.01)
    steady = quarter * np.hanning(len(quarter)).astype(np.float32)  # no edge that would ring
    assert dsp.true_peak_db(steady) == pytest.approx(-6.0, abs=0.2)


def test_equal_power_fades_add_up_to_one_in_power() -> None:
    rising = dsp.equal_power(100)
    assert rising[0] > 0.0
    assert np.all(np.diff(rising) > 0)
    assert rising**2 + rising[::-1] ** 2 == pytest.approx(1.0)


def test_silences_are_found_where_they_are() -> None:
    parts = [sine(-20.0), np.zeros(RATE // 2, np.float32), sine(-20.0), np.zeros(RATE // 10, np.float32), sine(-20.0)]
    sound = np.concatenate([*parts, sine(-70.0)])
    found = dsp.silences(sound, RATE, threshold_db=-50.0, min_s=0.3)
    expected = [(48_000, 72_000), (172_800, 220_800)]
    assert [(pytest.approx(start, abs=480), pytest.approx(end, abs=480)) for start, end in expected] == found
    assert dsp.silences(np.zeros((0, 1), np.float32), RATE) == []
    assert dsp.silences(np.zeros((RATE, 2), np.float32), RATE) == [(0, RATE)]
