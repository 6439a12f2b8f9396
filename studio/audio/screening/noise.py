"""Noise: a floor under the speech, and stretches of hiss where speech should be."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from studio.audio.screening.expectation import Expectation
from studio.audio.screening.frames import RATE, STEP, STEP_S, WINDOW, Flags, Frames, Levels, decibels, runs
from studio.core.quality import Defect, Finding

FLOOR_DB = -30.0  # below the speech: a room that everybody hears; what a model was trained on is often at -40
STRETCH_S = 0.9  # a long breath, a long s: what is shorter belongs to speaking
STRETCH_DB = -26.0  # below the speech: such a hiss is no breath
_FIRST = round(400.0 / RATE * WINDOW)  # bin; below it are hum, rumble and the lowest partials
_BANDS, _BINS = 16, 22  # up to 8 kHz
_QUIET_PERCENT = 6.0  # of the frames: for as long does speech leave each band alone, in consonants if not in pauses
_FLAT = 0.5  # geometric over arithmetic mean within a band: hiss has 0.56, a voice has partials and less
_STEADY_DB = 2.8  # deviation of a band's level: hiss has no syllables
_LOOK = round(0.4 / STEP_S)
_NOTHING = np.float32(1e-14)

_Bands = npt.NDArray[np.float32]


def noise(frames: Frames, expectation: Expectation) -> Iterator[Finding]:
    """The floor if it is too high, otherwise the longest stretch of hiss."""
    if frames.is_silent:
        return
    bands = banded(frames)
    floor = floor_db(bands.mean(axis=2)) - frames.speech_db
    if floor > FLOOR_DB:
        yield Finding(Defect.NOISE, floor, FLOOR_DB)
        return
    start, end = max(runs(_is_hiss(bands)).tolist(), key=lambda run: run[1] - run[0], default=(0, 0))
    if (end - start) * STEP_S > STRETCH_S + expectation.sounds_s:
        level = float(decibels(np.mean(10.0 ** (frames.levels[STEP * start : STEP * end] / 10.0)))) - frames.speech_db
        if level > STRETCH_DB:
            yield Finding(Defect.NOISE, level, STRETCH_DB, start * STEP_S, end * STEP_S)


def banded(frames: Frames) -> _Bands:
    """The spectra from 400 Hz to 8 kHz as [steps, bands, bins]."""
    return frames.power[:, _FIRST : _FIRST + _BANDS * _BINS].reshape(-1, _BANDS, _BINS)


def floor_db(levels: _Bands) -> float:
    """The steady noise in dBFS, from the power in bands [steps, bands]: each band in its quietest moments, all together. It
    needs no pause, for speech is not in every band all the time."""
    quiet = np.percentile(levels, _QUIET_PERCENT, axis=0)
    return float(decibels(np.sum(quiet) * _BINS / (WINDOW / 2)))


def _is_hiss(bands: _Bands) -> Flags:
    """Which steps belong to a sound that is flat within its bands, and whose bands are steady."""
    count = len(bands)
    if count < _LOOK:
        return np.zeros(count, np.bool_)
    power = bands.mean(axis=2)
    shapes = np.exp(np.log(bands + _NOTHING).mean(axis=2)) / (power + _NOTHING)
    levels = decibels(power).astype(np.float64)
    variance = _recent(np.square(levels)) - np.square(_recent(levels))
    steady = np.sqrt(np.maximum(variance, 0.0)).mean(axis=1) < _STEADY_DB
    begins = steady & (_recent(shapes.mean(axis=1, dtype=np.float64)) > _FLAT)
    hiss: Flags = np.convolve(begins, np.ones(_LOOK)) > 0.5  # all steps of each stretch that was looked at
    return hiss


def _recent(values: Levels) -> Levels:
    """The means over `_LOOK` steps from each on."""
    sums = np.cumsum(np.concatenate([np.zeros_like(values[:1]), values]), axis=0)
    means: Levels = (sums[_LOOK:] - sums[:-_LOOK]) / _LOOK
    return means
