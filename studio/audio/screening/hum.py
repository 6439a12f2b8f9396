"""What is under the voice all the time: an offset, and the hum of the mains."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from studio.audio.files import Samples, resample
from studio.audio.screening.frames import RATE, Frames, Levels, decibels
from studio.core.quality import Defect, Finding

DC_PERCENT = 1.5  # of full scale, -36 dB: some synthesisers' voices reach 1, for their pulses have one direction
HUM_DB = -45.0  # below the speech: as loud as the room of a modest recording
MAINS_HZ = (50.0, 60.0)
_RATE = 2_205
_HARMONICS = 6
_OFF = 0.004  # the mains are as steady as that; what is further off is somebody who speaks low
_AROUND_HZ = (4.0, 14.0)  # a line is compared with what lies there on both sides
_LINE_DB = 12.0  # no voice holds a pitch so well that it stands out by as much
_PART_S = 0.5  # hum is as loud in every part of that length, a voice comes and goes
_STEADY_DB = 8.0
_SHORTEST_S = 1.0  # below it the mains cannot be told from a low voice


def offset(samples: Samples) -> Iterator[Finding]:
    """The mean of the samples, in percent of full scale."""
    percent = 100.0 * abs(float(np.mean(samples, dtype=np.float64))) if len(samples) else 0.0
    if percent > DC_PERCENT:
        yield Finding(Defect.DC, percent, DC_PERCENT)


def hum(frames: Frames) -> Iterator[Finding]:
    """Lines at the mains' frequency and its multiples that the whole take has and no pause interrupts, against the speech."""
    if frames.seconds < _SHORTEST_S or frames.is_silent:
        return
    low = resample(frames.samples, RATE, _RATE).astype(np.float64)
    shape = np.hanning(len(low))
    spectrum = np.square(np.abs(np.fft.rfft(low * shape))) * (2.0 / (len(low) * np.sum(np.square(shape))))
    level = max(_hum_db(low, spectrum, mains) for mains in MAINS_HZ) - frames.speech_db
    if level > HUM_DB:
        yield Finding(Defect.HUM, level, HUM_DB)


def _hum_db(low: Levels, spectrum: Levels, mains_hz: float) -> float:
    """The lines of one mains together, in dBFS. `spectrum`: the mean square in each bin of the whole take."""
    power = sum(_line(low, spectrum, mains_hz * harmonic) for harmonic in range(1, _HARMONICS + 1))
    return float(decibels(power))


def _line(low: Levels, spectrum: Levels, hz: float) -> float:
    """The mean square of the line at `hz`; 0.0 where there is none, or one that does not last."""
    bins_per_hz = len(low) / _RATE
    middle = hz * bins_per_hz
    half = _OFF * middle + 1.5
    near, far = max(_AROUND_HZ[0] * bins_per_hz, 4.0), max(_AROUND_HZ[1] * bins_per_hz, 12.0)
    inside = spectrum[max(math.ceil(middle - half), 0) : math.floor(middle + half) + 1]
    below = spectrum[max(math.ceil(middle - far), 0) : max(math.ceil(middle - near), 0)]
    above = spectrum[math.floor(middle + near) + 1 : math.floor(middle + far) + 1]
    power = float(np.sum(inside))
    if power <= 10.0 ** (_LINE_DB / 10.0) * float(np.median(np.concatenate([below, above]))) * len(inside):
        return 0.0
    size = round(_PART_S * _RATE)
    shape = np.hanning(size)
    wave = np.exp(-2j * np.pi * hz / _RATE * np.arange(size)) * shape
    parts = low[: len(low) // size * size].reshape(-1, size) @ wave
    quietest = 2.0 * float(np.percentile(np.square(np.abs(parts)), 10)) / np.sum(shape) ** 2
    return power if quietest > power * 10.0 ** (-_STEADY_DB / 10.0) else 0.0
