"""What speech sounds like, frame by frame, as far as words go and voices do not: mel cepstra of even mean and spread, their
slopes, the level. For comparing one speaker with another; see `warp`."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from studio.audio.files import Samples, finite, resample

Frames = npt.NDArray[np.float32]

RATE = 22_050  # what everything is measured at
WINDOW = 512  # samples, 23 ms
QUIET_DB = -30.0  # below the loud parts of a take: no speech
_BANDS = 24
_LOWEST_HZ, _HIGHEST_HZ = 90.0, 5_600.0
_CEPSTRA = 9  # the coarse shape of the spectrum; finer detail is the speaker's more than the word's
_SLOPE_WEIGHT, _LEVEL_WEIGHT = 0.6, 0.8
_FLOOR = 10.0**-3 / _BANDS  # of the loud parts' energy, in each band: light noise is no difference
_EMPHASIS = 0.95
_TINY = 1e-12
_PITCH_LIMITS_HZ = (65.0, 400.0)
_USUAL_PITCH_HZ = 140.0


@dataclass(frozen=True, slots=True)
class Features:
    """`vectors` [frames, 20] and `levels_db` [frames], relative to the loud parts; a frame every `hop_s` seconds, the first one
    around sample 0."""

    vectors: Frames
    levels_db: Frames
    hop_s: float


def prepared(samples: Samples, rate: int) -> Samples:
    """Mono sound [n] of any rate as the functions here want it: at `RATE`, finite."""
    return finite(resample(np.ascontiguousarray(samples, np.float32), rate, RATE))


def features(samples: Samples, hop_s: float) -> Features:
    """Of sound at `RATE`. Gain and a steady colouring of the sound make no difference."""
    mel = _mel(samples, hop_s)
    energy = mel.sum(axis=1)
    top = max(float(np.quantile(energy, 0.95)), _TINY)
    levels = (10.0 * np.log10(energy / top + 1e-7)).astype(np.float32)
    heard = levels > QUIET_DB
    if np.count_nonzero(heard) < WINDOW // 100:
        heard = np.ones(len(levels), bool)
    cepstra = _even(np.log(mel + np.float32(_FLOOR * top)) @ _cosines(), heard)
    level = _even(np.log(energy + np.float32(_FLOOR * top * _BANDS))[:, None], heard)
    slopes = _slopes(np.concatenate([cepstra, level], axis=1))
    slopes = slopes / (slopes[heard].std(axis=0) + 1e-6) * _SLOPE_WEIGHT
    slopes[:, -1] *= _LEVEL_WEIGHT
    return Features(np.concatenate([cepstra, level * _LEVEL_WEIGHT, slopes], axis=1).astype(np.float32), levels, hop_s)


def speech_seconds(samples: Samples) -> float:
    """How long sound at `RATE` is anything but a pause."""
    size = RATE // 50
    blocks = samples[: len(samples) // size * size].reshape(-1, size)
    if not len(blocks):
        return 0.0
    rms = np.sqrt(np.mean(np.square(blocks), axis=1))
    return float(np.count_nonzero(rms > 0.02 * rms.max(initial=_TINY))) * size / RATE


def pitch_hz(samples: Samples) -> float:
    """About the median fundamental of sound at `RATE`; that of a voice between low and high where nothing is voiced."""
    size, hop = 1_024, RATE // 20
    if len(samples) < 2 * size:
        return _USUAL_PITCH_HZ
    frames = np.lib.stride_tricks.sliding_window_view(samples, size)[::hop]
    energy = np.square(frames).sum(axis=1)
    loud = frames[energy >= np.quantile(energy, 0.6)]
    spectrum = np.fft.rfft(loud - loud.mean(axis=1, keepdims=True), 2 * size)
    correlation = np.fft.irfft(np.square(spectrum.real) + np.square(spectrum.imag))[:, :size] / np.arange(size, 0, -1)
    shortest, longest = int(RATE / _PITCH_LIMITS_HZ[1]), int(RATE / _PITCH_LIMITS_HZ[0])
    periods = correlation[:, shortest:longest].argmax(axis=1) + shortest
    voiced = correlation[np.arange(len(periods)), periods] > 0.4 * np.maximum(correlation[:, 0], _TINY)
    return RATE / float(np.median(periods[voiced])) if np.count_nonzero(voiced) > 3 else _USUAL_PITCH_HZ


def _mel(samples: Samples, hop_s: float) -> Frames:
    """Energy of each mel band [frames, bands]."""
    count = int(len(samples) / RATE / hop_s) + 1
    starts = np.round(np.arange(count) * (hop_s * RATE)).astype(np.intp)
    padded = np.zeros(len(samples) + 2 * WINDOW, np.float32)
    padded[WINDOW // 2 : WINDOW // 2 + len(samples)] = samples
    padded[1:] -= _EMPHASIS * padded[:-1]
    frames = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[starts]
    spectrum = np.fft.rfft(frames * np.hanning(WINDOW).astype(np.float32))
    power = np.square(spectrum.real) + np.square(spectrum.imag)
    return np.asarray(power.astype(np.float32) @ _bank(), np.float32)


def _even(values: Frames, heard: npt.NDArray[np.bool_]) -> Frames:
    """Mean 0 and spread 1 over the frames in which somebody speaks."""
    inside = values[heard]
    return np.asarray((values - inside.mean(axis=0)) / (inside.std(axis=0) + 1e-6), np.float32)


def _slopes(values: Frames) -> Frames:
    """How each value changes, over five frames."""
    padded = np.pad(values, ((2, 2), (0, 0)), mode="edge")
    return np.asarray((2 * (padded[4:] - padded[:-4]) + padded[3:-1] - padded[1:-3]) / 10, np.float32)


@cache
def _bank() -> Frames:
    """Triangles over the bins of a spectrum [bins, bands], evenly spaced in mel."""
    lowest, highest = (2595 * math.log10(1 + hz / 700) for hz in (_LOWEST_HZ, _HIGHEST_HZ))
    mels = np.linspace(lowest, highest, _BANDS + 2)
    edges = 700 * (10 ** (mels / 2595) - 1)
    bins = np.fft.rfftfreq(WINDOW, 1 / RATE)[:, None]
    rising = (bins - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - bins) / (edges[2:] - edges[1:-1])
    return np.asarray(np.maximum(0, np.minimum(rising, falling)), np.float32)


@cache
def _cosines() -> Frames:
    """From log bands to cepstra [bands, cepstra], without the first, which is the level."""
    bands, orders = np.arange(_BANDS)[:, None], np.arange(1, _CEPSTRA + 1)[None, :]
    return np.asarray(np.cos(np.pi * orders * (bands + 0.5) / _BANDS) * math.sqrt(2 / _BANDS), np.float32)
