"""Several speakers, suspected where a recording falls into parts of clearly different pitch. Two of one register are not told
apart: that takes a model."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from studio.audio.files import resample
from studio.audio.screening.frames import HOP, HOP_S, RATE, STEP, Flags, Frames, runs
from studio.audio.stretches import bridged
from studio.core.prompts import Check, Trait, Verdict
from studio.i18n import N_

FAR_SEMITONES = 6.0  # one voice's parts differ by up to 4
_RATE = 11_025
_WINDOW, _HOP = 512, STEP * HOP // 2  # 46 ms; as many steps as a take's spectra
_LOWEST_HZ, _HIGHEST_HZ = 62.0, 400.0
_VOICED = 0.6  # correlation with itself a period before
_NEARLY = 0.85  # of the best: the shortest period that is nearly as good, or it is an octave too low
_DOWN_DB = 20.0
_PART = round(1.6 / (STEP * HOP_S))  # steps of speech whose median is looked at
_FEWEST = 8  # voiced steps in a part
_LEAST_SHARE = 0.2  # of the voiced time that a second speaker has

_Values = npt.NDArray[np.floating]


def speakers(frames: Frames) -> Check:
    """How far apart the recording's two registers are."""
    value = distance_semitones(frames)
    if value < FAR_SEMITONES:
        return Check(Trait.SPEAKERS, value, N_("semitones"), Verdict.GOOD, N_("It sounds like one speaker."))
    words = N_("Parts of it are {value} semitones apart, so there may be two speakers: a sample is of one voice.")
    return Check(Trait.SPEAKERS, value, N_("semitones"), Verdict.DOUBTFUL, words)


def distance_semitones(frames: Frames) -> float:
    """Between the middles of the two groups into which the parts fall best; 0.0 where there is one."""
    pitch, is_voiced = pitches(frames)
    parts = []
    for first, last in _parts(bridged(frames.is_speech)[::STEP][: len(pitch)]):
        voiced = pitch[first:last][is_voiced[first:last]]
        if len(voiced) >= _FEWEST:
            parts.append((float(np.median(voiced)), len(voiced)))
    return _apart(sorted(parts))


def pitches(frames: Frames) -> tuple[_Values, Flags]:
    """The pitch of each step in semitones above 100 Hz, and which of these are voiced speech."""
    low = resample(frames.samples, RATE, _RATE)
    count = min(len(frames.levels) // STEP, len(low) // _HOP)
    if not count:
        return np.zeros(0), np.zeros(0, np.bool_)
    shape = np.hanning(_WINDOW).astype(np.float32)
    padded = np.pad(low, ((_WINDOW - _HOP) // 2, _WINDOW))
    lag, alike = _periods(sliding_window_view(padded, _WINDOW)[: count * _HOP : _HOP] * shape, shape)
    speech = frames.is_speech[: count * STEP : STEP] & (frames.levels[: count * STEP : STEP] > frames.speech_db - _DOWN_DB)
    return 12.0 * np.log2(_RATE / lag / 100.0), (alike > _VOICED) & speech


def _periods(cut: _Values, shape: _Values) -> tuple[_Values, _Values]:
    """The period of each window in samples, and how alike the window is to itself so much later."""
    low, high = int(_RATE / _HIGHEST_HZ), int(_RATE / _LOWEST_HZ)
    alike = _correlation(cut)[:, low:high] / _correlation(shape[None])[:, low:high]
    best = alike.max(axis=1)
    is_peak = np.zeros(alike.shape, np.bool_)
    is_peak[:, 1:-1] = (alike[:, 1:-1] >= alike[:, :-2]) & (alike[:, 1:-1] >= alike[:, 2:])
    return low + np.argmax(is_peak & (alike > _NEARLY * best[:, None]), axis=1), best


def _correlation(cut: _Values) -> _Values:
    lines = np.fft.rfft(cut, 2 * _WINDOW, axis=1)
    found = np.fft.irfft(np.square(np.abs(lines)), axis=1)
    return np.asarray(found / np.maximum(found[:, :1], 1e-9))


def _parts(is_speech: Flags) -> list[tuple[int, int]]:
    """The stretches of speech, long ones in equal parts."""
    found = []
    for first, last in runs(is_speech).tolist():
        edges = np.linspace(first, last, max(1, round((last - first) / _PART)) + 1).astype(int).tolist()
        found += list(pairwise(edges))
    return found


def _apart(parts: list[tuple[float, int]]) -> float:
    """The widest distance between the means of a lower and a higher group of parts (pitch, voiced steps), sorted by pitch, each
    with its least share; and only where the gap between the groups is as wide as what is spread within."""
    total, best = sum(weight for _, weight in parts), 0.0
    for cut in range(1, len(parts)):
        low, high = parts[:cut], parts[cut:]
        weights = [sum(weight for _, weight in group) for group in (low, high)]
        if min(weights) < _LEAST_SHARE * total:
            continue
        means = [
            sum(pitch * weight for pitch, weight in group) / sum_ for group, sum_ in zip((low, high), weights, strict=True)
        ]
        best = max(best, means[1] - means[0])
    return best
