"""Reverberation, told from the speech alone: no sound falls silent faster than its room does."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt

from studio.audio.screening.frames import RATE, Frames, decibels, spectra
from studio.core.prompts import Check, Trait, Verdict
from studio.i18n import N_

DRY_S, BOOMY_S = 0.5, 0.8
_WINDOW, _HOP = 352, 88  # 16 ms, 4 ms
_STEP_S = _HOP / RATE
_EDGES_HZ = (250.0, 500.0, 1_000.0, 2_000.0, 4_000.0, 7_000.0)  # bands: one may fall silent while another speaks
_SMOOTH = 5  # steps, so that the ripple of a decay does not count
_FIT = 60  # steps: the slope is that of a straight line through 0.24 s
_STEEPEST_PERCENT = 2  # of all slopes
_LOUD_DB, _DEEP_DB, _FLOOR_DB = 35.0, 60.0, 3.0
# What is measured -> the decay time that it stands for, found with known ones; under the first the fit is too long to tell.
_MEASURED = (0.0, 0.5, 0.66, 0.85, 1.17)
_MEANT = (0.0, 0.5, 0.7, 1.0, 1.5)


def reverberation(frames: Frames) -> Check:
    """The time in which the room's sound falls by 60 dB."""
    value = decay_s(frames)
    if value < DRY_S:
        return Check(
            Trait.REVERB, value, "s", Verdict.GOOD, N_("The room is dry: sound dies away in {value} s or less."), None, 1
        )
    words = N_("The room echoes for about {value} s: record it closer to the microphone, or among soft things.")
    return Check(Trait.REVERB, value, "s", Verdict.BAD if value > BOOMY_S else Verdict.DOUBTFUL, words, None, 1)


def decay_s(frames: Frames) -> float:
    """The estimate; 0.0 where nothing ends. It tells 0.4 to 1.5 s; a drier room than 0.4 s measures 0.2 to 0.4 s."""
    power = spectra(frames.samples, _WINDOW, _HOP)
    if len(power) < 2 * _FIT:
        return 0.0
    edges = [round(hz / RATE * _WINDOW) for hz in _EDGES_HZ]
    slopes = np.concatenate([_slopes(power[:, low:high].sum(axis=1)) for low, high in pairwise(edges)])
    if not len(slopes):
        return 0.0
    steepest = float(np.percentile(slopes, _STEEPEST_PERCENT))
    return float(np.interp(-60.0 / steepest, _MEASURED, _MEANT)) if steepest < 0.0 else 0.0


def _slopes(power: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    """How fast one band's level changes, in dB/s, over every stretch that begins loud and ends above the floor."""
    levels = decibels(np.convolve(power, np.full(_SMOOTH, 1.0 / _SMOOTH), "same"))
    top, floor = np.percentile(levels, 95), np.percentile(levels, 5)
    deepest = max(top - _DEEP_DB, floor)
    at = np.arange(_FIT) - (_FIT - 1) / 2
    fit = at / np.sum(np.square(at)) / _STEP_S
    slopes = np.convolve(np.maximum(levels, deepest), fit[::-1], "valid")
    wanted = (levels[: len(slopes)] > top - _LOUD_DB) & (levels[_FIT - 1 :] > max(top - _DEEP_DB, floor + _FLOOR_DB))
    return np.asarray(slopes[wanted])
