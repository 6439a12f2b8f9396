"""EBU Tech 3341's sine vectors, and a programme whose figures can be worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from studio.audio.loudness import Meter, measure

RATE = 48_000


def sine(level_db: float, seconds: float, hertz: float = 1_000.0) -> np.ndarray:
    at = np.arange(round(seconds * RATE)) / RATE
    return (10 ** (level_db / 20) * np.sin(2 * np.pi * hertz * at)).astype(np.float32)


def stereo(*parts: np.ndarray) -> np.ndarray:
    return np.repeat(np.concatenate(parts)[:, None], 2, axis=1)


@pytest.mark.parametrize("level", [-23.0, -33.0])
def test_a_stereo_sine_measures_its_own_level(level: float) -> None:
    assert measure([stereo(sine(level, 20.0))], RATE, 2).integrated_lufs == pytest.approx(level, abs=0.1)


def test_the_gates_leave_out_what_is_quiet() -> None:
    programme = stereo(sine(-36.0, 10.0), sine(-23.0, 60.0), sine(-36.0, 10.0))
    assert measure([programme], RATE, 2).integrated_lufs == pytest.approx(-23.0, abs=0.1)
    programme = stereo(sine(-72.0, 10.0), sine(-36.0, 10.0), sine(-23.0, 60.0), sine(-36.0, 10.0), sine(-72.0, 10.0))
    assert measure([programme], RATE, 2).integrated_lufs == pytest.approx(-23.0, abs=0.1)


def test_mono_measures_three_below_stereo() -> None:
    assert measure([sine(-20.0, 5.0)[:, None]], RATE, 1).integrated_lufs == pytest.approx(-23.0, abs=0.1)


def test_the_range_is_what_lies_between_loud_and_soft() -> None:
    assert measure([stereo(sine(-20.0, 20.0), sine(-30.0, 20.0))], RATE, 2).range_lu == pytest.approx(10.0, abs=1.0)


def test_block_size_changes_nothing() -> None:
    programme = stereo(sine(-20.0, 3.0, 440.0))
    meter = Meter(RATE, 2)
    for start in range(0, len(programme), 777):
        meter.add(programme[start : start + 777])
    small, whole = meter.result(), measure([programme], RATE, 2)
    assert small.integrated_lufs == pytest.approx(whole.integrated_lufs, abs=0.02)
    assert small.true_peak_db == pytest.approx(whole.true_peak_db, abs=0.01)
    assert small.rms_db == pytest.approx(whole.rms_db, abs=0.001) == pytest.approx(-23.01, abs=0.01)
    assert small.sample_peak_db == pytest.approx(-20.0, abs=0.01)
    assert small.frames == len(programme)


def test_true_peak_is_above_what_the_samples_show() -> None:
    at = np.arange(RATE * 2)
    quarter = 0.5 * np.sin(np.pi / 2 * at + np.pi / 4) * np.hanning(len(at))
    figures = measure([quarter[:, None].astype(np.float32)], RATE, 1)
    assert figures.sample_peak_db == pytest.approx(-9.03, abs=0.05)
    assert figures.true_peak_db == pytest.approx(-6.02, abs=0.2)


def test_silence_and_next_to_nothing_have_figures_too() -> None:
    assert measure([], RATE, 1).integrated_lufs == -70.0
    assert measure([], RATE, 1).rms_db == -120.0
    assert measure([np.zeros((RATE, 2), np.float32)], RATE, 2).integrated_lufs == -70.0
    assert measure([np.full((RATE, 2), np.nan, np.float32)], RATE, 2).true_peak_db == -120.0
