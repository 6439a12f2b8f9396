"""Hum of the mains: lines at 50 or 60 Hz and their multiples that are there in the pauses, too."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from studio.audio.files import Samples, resample
from studio.audio.screening.frames import RATE, Frames, decibels
from studio.audio.screening.hum import MAINS_HZ
from studio.core.prompts import Check, Remedy, Trait, Verdict
from studio.i18n import N_

SOFT_DB, LOUD_DB = -38.0, -22.0  # against the speech
NONE_DB = -99.0
HARMONICS = 6
_RATE = 2_000  # so that a bin of the spectra is 1 Hz wide
_WINDOW = 500  # 0.25 s: pauses between words are as short
_QUIET_PERCENT = 10  # of the windows: the pauses
_BESIDE = (10, 18)  # Hz: a line is compared with what lies there on both sides
_LINE_DB = 8.0  # by which it stands out


def hum(frames: Frames) -> Check:
    """The hum against the speech."""
    value, _ = strongest(frames)
    if value < SOFT_DB:
        return Check(Trait.HUM, value, "dB", Verdict.GOOD, N_("It does not hum."))
    verdict = Verdict.BAD if value > LOUD_DB else Verdict.DOUBTFUL
    words = N_("It hums, at {value} dB against the voice: a cable or a power supply is too near.")
    return Check(Trait.HUM, value, "dB", verdict, words, Remedy.REMOVE_HUM)


def strongest(frames: Frames) -> tuple[float, float]:
    """The louder of the two mains' hums in dB against the speech, and that mains' frequency."""
    low = resample(frames.samples, RATE, _RATE)
    if len(low) < _WINDOW or frames.is_silent:
        return NONE_DB, MAINS_HZ[0]
    spectra = _spectra(low)
    return max((max(float(decibels(np.array(_power(spectra, hz)))) - frames.speech_db, NONE_DB), hz) for hz in MAINS_HZ)


def _spectra(low: Samples) -> npt.NDArray[np.float64]:
    """[windows, 1001], scaled so that a sine has its mean square in its bin."""
    shape = np.hanning(_WINDOW + 1)[:_WINDOW]
    cut = np.lib.stride_tricks.sliding_window_view(low, _WINDOW)[:: _WINDOW // 8]
    lines = np.fft.rfft(cut * shape, _RATE, axis=1)
    return np.square(np.abs(lines)) * (2.0 / np.sum(shape) ** 2)


def _power(spectra: npt.NDArray[np.float64], mains_hz: float) -> float:
    """The mean square of all lines of one mains in the quieter windows; a voice is silent in these, or elsewhere."""
    total = 0.0
    for harmonic in range(1, HARMONICS + 1):
        at = round(mains_hz * harmonic)
        line = np.percentile(spectra[:, at - 1 : at + 2].max(axis=1), _QUIET_PERCENT)
        beside = np.concatenate(
            [spectra[:, at - _BESIDE[1] + 1 : at - _BESIDE[0] + 1], spectra[:, at + _BESIDE[0] : at + _BESIDE[1]]], axis=1
        )
        floor = np.percentile(beside.mean(axis=1), _QUIET_PERCENT)
        if line > floor * 10.0 ** (_LINE_DB / 10.0):
            total += float(line - floor)
    return total
