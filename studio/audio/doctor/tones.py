"""Music: tones that keep their pitch and their level while syllables come and go."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from studio.audio.files import resample
from studio.audio.screening.frames import RATE, Frames, decibels, spectra
from studio.core.prompts import Check, Trait, Verdict
from studio.i18n import N_

SOME_PERCENT, MUCH_PERCENT = 6.0, 25.0
_RATE = 11_025
_WINDOW, _HOP = 2_048, 256
_HELD = round(0.55 * _RATE / _HOP)  # steps: longer than a vowel
_STEADY_DB = 10.0
_ABOVE_DB = 9.0  # what lies five bins beside it
_BESIDE = 5
_QUIETEST_DB = -45.0  # against the speech
_TONES = 2  # one alone is a hum or a whistle
_FROM_HZ, _TO_HZ = 150.0, 3_000.0


def music(frames: Frames) -> Check:
    """How much of the time several steady tones are heard."""
    value = tonal_percent(frames)
    if value < SOME_PERCENT:
        return Check(Trait.MUSIC, value, "%", Verdict.GOOD, N_("No music is heard."))
    words = N_("Music or steady tones are heard for {value} % of the time: bring the voice alone.")
    return Check(Trait.MUSIC, value, "%", Verdict.BAD if value > MUCH_PERCENT else Verdict.DOUBTFUL, words)


def tonal_percent(frames: Frames) -> float:
    """The share of the time, in percent."""
    low = resample(frames.samples, RATE, _RATE)
    first, last = (round(hz / _RATE * _WINDOW) for hz in (_FROM_HZ, _TO_HZ))
    levels = decibels(spectra(low, _WINDOW, _HOP)[:, first - _BESIDE - 1 : last + _BESIDE + 1] * np.float32(2.0 / _WINDOW))
    if len(levels) < _HELD:
        return 0.0
    held = sliding_window_view(levels, _HELD, axis=0)[::2]
    lowest, highest = held.min(axis=-1), held.max(axis=-1)
    inside = slice(_BESIDE + 1, -_BESIDE - 1)
    here = lowest[:, inside]
    beside = np.maximum(lowest[:, 1 : -2 * _BESIDE - 1], lowest[:, 2 * _BESIDE + 1 : -1])
    is_peak = (here > lowest[:, _BESIDE : -_BESIDE - 2]) & (here >= lowest[:, _BESIDE + 2 : -_BESIDE])
    is_tone = is_peak & (here - beside > _ABOVE_DB) & (here > frames.speech_db + _QUIETEST_DB)
    is_tone &= highest[:, inside] - here < _STEADY_DB
    return float(100.0 * np.mean(is_tone.sum(axis=1) >= _TONES))
