"""Small measures and shapes of sound: decibels, fades, RMS, peaks, silence. `loudness` has the programme meter."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from studio.audio.files import Samples, finite, resample

SILENCE_DB = -120.0  # what the measures answer for digital silence
OVERSAMPLING = 4
WINDOW_S = 0.01


def gain_of(db: float) -> float:
    """Decibels as a linear gain."""
    return float(10.0 ** (db / 20.0))


def db_of(gain: float) -> float:
    """A linear gain or amplitude as decibels, never below -120."""
    return max(SILENCE_DB, 20.0 * math.log10(gain)) if gain > 0.0 else SILENCE_DB


def equal_power(count: int) -> npt.NDArray[np.float32]:
    """A rising fade of `count` samples: a quarter sine. Mirrored and added in power it keeps the level of two unlike sounds."""
    return np.sin(np.pi / 2 * (np.arange(count) + 0.5) / max(count, 1)).astype(np.float32)


def peak_db(samples: Samples) -> float:
    """The highest sample in dBFS."""
    return db_of(float(np.max(np.abs(finite(samples)), initial=0.0)))


def true_peak_db(samples: Samples) -> float:
    """The highest point between the samples too, in dBTP, by four times oversampling."""
    clean = finite(samples)
    between = resample(clean, 1, OVERSAMPLING)
    return max(peak_db(clean), peak_db(between))


def rms_db(samples: Samples) -> float:
    """The root mean square over all channels in dBFS; a full-scale sine is -3.01."""
    if not samples.size:
        return SILENCE_DB
    return db_of(math.sqrt(float(np.mean(np.square(finite(samples), dtype=np.float64)))))


def envelope_db(samples: Samples, rate: int, window_s: float = WINDOW_S) -> npt.NDArray[np.float64]:
    """RMS in dBFS of one window after another, all channels together; the last window may be shorter."""
    size = max(1, round(window_s * rate))
    if not len(samples):
        return np.zeros(0)
    flat = finite(samples).reshape(len(samples), -1)
    power = np.mean(np.square(flat, dtype=np.float64), axis=1)
    starts = np.arange(0, len(power), size)
    lengths = np.diff(np.append(starts, len(power)))
    means = np.add.reduceat(power, starts) / lengths
    levels: npt.NDArray[np.float64] = 10.0 * np.log10(np.maximum(means, 10.0 ** (SILENCE_DB / 10.0)))
    return levels


def silences(
    samples: Samples, rate: int, *, threshold_db: float = -50.0, min_s: float = 0.3, window_s: float = WINDOW_S
) -> list[tuple[int, int]]:
    """The stretches (start, end) in samples that stay below `threshold_db` RMS for at least `min_s`."""
    quiet = envelope_db(samples, rate, window_s) < threshold_db
    edges = np.flatnonzero(np.diff(np.concatenate([[False], quiet, [False]]).astype(np.int8)))
    size = max(1, round(window_s * rate))
    spans = [(int(first) * size, min(int(last) * size, len(samples))) for first, last in edges.reshape(-1, 2)]
    return [(start, end) for start, end in spans if end - start >= min_s * rate]
