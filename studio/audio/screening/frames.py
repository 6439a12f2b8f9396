"""A take cut into frames of 10 ms and steps of two frames: levels, spectra, and what is speech. Every check reads these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from studio.audio.dsp import SILENCE_DB, envelope_db
from studio.audio.files import Samples, finite, resample

RATE = 22_050  # at which takes are looked at, whatever their own rate: enough for speech, and the limits hold for all engines
HOP = 220
HOP_S = HOP / RATE
STEP = 2  # frames from one spectrum to the next
STEP_S = STEP * HOP_S
WINDOW = 1024  # 46 ms: two periods of a low voice, shorter than a syllable
QUIETEST_DB = -70.0  # what never gets louder is silence
_AROUND_S = 0.05
_LOUDEST = 1_000.0  # times full scale
_SMOOTH = 5  # frames: a click of 10 ms is not what a take's loudness is measured by
_ACTIVE_DB = 15.0  # below the loudest: what counts for the level of the speech
_DEEPEST_DB, _HIGHEST_DB = 38.0, 20.0  # below the speech: where silence begins, in a quiet and in a noisy room
_ABOVE_FLOOR_DB = 8.0
_SHORTEST = 3  # frames: a shorter sound alone is a click, not speech

Flags = npt.NDArray[np.bool_]
Levels = npt.NDArray[np.float64]
Power = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Frames:
    """`samples` [n] at RATE, without DC. `levels` [frames] in dBFS. `power` [steps, bins]: spectra, each step in the middle of
    its window. `is_speech` [frames]: louder than the silence of this take. `speech_db`: RMS of the speech in dBFS."""

    samples: Samples
    levels: Levels
    power: Power
    is_speech: Flags
    speech_db: float

    @property
    def seconds(self) -> float:
        return len(self.samples) / RATE

    @property
    def is_silent(self) -> bool:
        return not bool(self.is_speech.any())

    @property
    def speech(self) -> tuple[int, int]:
        """The first frame of speech, and the one after the last; (0, 0) for silence."""
        heard = np.flatnonzero(self.is_speech)
        return (int(heard[0]), int(heard[-1]) + 1) if heard.size else (0, 0)


def frames_of(samples: Samples, rate: int) -> Frames:
    """The frames of a mono take, float32 [n], of any length."""
    clean = resample(bounded(samples), rate, RATE)
    centred = _centred(clean)
    levels = envelope_db(centred, RATE, HOP_S)
    speech_db = _speech_db(levels)
    return Frames(centred, levels, spectra(centred, WINDOW, STEP * HOP), _is_speech(levels, speech_db), speech_db)


def bounded(samples: Samples) -> Samples:
    """The samples with what is no number silenced, and what is no sound any more kept to where it can be reckoned with."""
    clean = finite(samples)
    return clean if np.max(np.abs(clean), initial=0.0) <= _LOUDEST else np.clip(clean, -_LOUDEST, _LOUDEST)


def spectra(samples: Samples, window: int, hop: int) -> Power:
    """Power spectra [steps, window // 2 + 1], one per hop begun, scaled so that white noise has its mean square in each bin."""
    count = -(-len(samples) // hop)
    if not count:
        return np.zeros((0, window // 2 + 1), np.float32)
    before = (window - hop) // 2
    padded = np.pad(samples, (before, window + hop))
    shape = np.hanning(window).astype(np.float32)
    shape /= np.float32(np.sqrt(np.sum(np.square(shape))))
    cut = np.lib.stride_tricks.sliding_window_view(padded, window)[: count * hop : hop]
    lines = np.fft.rfft(cut * shape).view(np.float32)  # real and imaginary parts in turn
    np.square(lines, out=lines)
    power: Power = lines[:, ::2] + lines[:, 1::2]
    return power


def decibels(power: npt.ArrayLike) -> npt.NDArray[Any]:
    """Power as decibels, never below that of silence. Of the type of `power`."""
    levels: npt.NDArray[Any] = 10.0 * np.log10(np.maximum(power, 10.0 ** (SILENCE_DB / 10.0)))
    return levels


def runs(flags: Flags) -> npt.NDArray[np.intp]:
    """Where the flags are set: [runs, 2] of the first frame and the one after the last."""
    edges = np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8))
    return np.flatnonzero(edges).reshape(-1, 2)


def smoothed(values: Levels, size: int) -> Levels:
    """The mean of `size` frames around each; the ends count as going on."""
    if not len(values):
        return values
    padded = np.pad(values, (size // 2, size - 1 - size // 2), mode="edge")
    sums = np.concatenate([[0.0], np.cumsum(padded)])
    mean: Levels = (sums[size:] - sums[:-size]) / size
    return mean


def _centred(samples: Samples) -> Samples:
    """Without the mean of what is around each sample. The mean of all would do for a constant offset, but the pulses of some
    voices have one direction, and their pauses would be left with its opposite."""
    around = smoothed(samples.astype(np.float64), round(_AROUND_S * RATE))
    return (samples - around).astype(np.float32)


def _speech_db(levels: Levels) -> float:
    """The mean power of what is near the loudest."""
    if not len(levels):
        return SILENCE_DB
    power = 10.0 ** (levels / 10.0)
    steady = decibels(smoothed(power, _SMOOTH))
    return float(decibels(np.mean(power[steady > steady.max() - _ACTIVE_DB])))


def _is_speech(levels: Levels, speech_db: float) -> Flags:
    """What stands out from the take's own floor, but for clicks."""
    if not len(levels):
        return np.zeros(0, np.bool_)
    floor = float(np.percentile(levels, 5)) + _ABOVE_FLOOR_DB
    limit = max(min(max(floor, speech_db - _DEEPEST_DB), speech_db - _HIGHEST_DB), QUIETEST_DB)
    flags = levels > limit
    for start, end in runs(flags):
        if end - start < _SHORTEST:
            flags[start:end] = False
    return flags
