"""Loops: a stretch of sound that comes again right after itself, more alike than a voice says a thing twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from studio.audio.screening.expectation import Expectation
from studio.audio.screening.frames import HOP, HOP_S, RATE, STEP, STEP_S, Flags, Frames
from studio.core.quality import Defect, Finding

LEAST_S = 0.4  # a shorter stretch is a syllable; stuttering is for the alignment to find
COPY = 0.58  # correlation of the two waves: most words that are said again have another pitch, and 0.5 or less
ALIKE = 0.85  # correlation of the spectra: of two waves that differ,
ALIKE_S = 2.0  # if for that long. Nobody repeats so much so exactly; words said again on purpose are shorter
OFF_S, OFF_SHARE = 0.6, 0.05  # how far a place in the text may be from where it is heard, the second as share of the take
PERIOD, PERIOD_S = (0.6, 1.5), 0.2  # times what is expected from one to the next: short words take long
LONGER = 1.1  # than expected may the take be: more comes from what is found here
_LAGS = np.arange(round(LEAST_S / STEP_S), round(4.5 / STEP_S))
_BINS = slice(5, 187)  # 100 Hz to 4 kHz
_DEPTH_DB = 50.0  # below the speech: what is quieter makes no difference
_SPOKEN = 0.6  # share of the stretch, the rest is pause
_CONTRAST = 0.15  # a tone or a hiss is like itself at every distance: that is no loop
_CANDIDATE, _CANDIDATES = 0.7, 6  # steps fall beside the samples of a copy: what is that alike is looked at more closely
_SMOOTH, _GOES_ON = 12, 0.6  # steps, and how alike they are on average while a loop goes on
_PIECES, _RANK, _LONGEST_S = 6, 25, 1.0  # of a stretch, from its middle, compared wave by wave
_QUIET = 10.0 ** (-2.5)  # times the power of the stretch: a pause in it, which is compared with nothing

_Matrix = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Match:
    """From step `start` on for `length` steps the sound is that of `lag` steps later."""

    start: int
    lag: int
    length: int
    alike: float


def loops(frames: Frames, expectation: Expectation) -> Iterator[Finding]:
    """The longest of the loops: the seconds that are too much, and where, the original included."""
    found = []
    for match in _matches(frames):
        long_s = match.length * STEP_S
        if _is_meant(frames, match, expectation):
            continue
        if (match.alike > ALIKE and long_s >= ALIKE_S) or _copied(frames, match) > COPY:
            found.append((long_s, match))
    if found:
        long_s, match = max(found, key=lambda one: one[0])
        start_s = match.start * STEP_S
        yield Finding(Defect.LOOP, long_s, LEAST_S, start_s, start_s + long_s + match.lag * STEP_S)


def _matches(frames: Frames) -> list[_Match]:
    """Stretches that are like what follows them at once, by their spectra."""
    lines = _lines(frames)
    count = len(lines)
    lags = _LAGS[: int(np.searchsorted(_LAGS, count // 2, "right"))]
    if not len(lags) or frames.is_silent:
        return []
    spoken = frames.is_speech[::STEP][:count]
    both = _shifted(spoken, lags)
    alike = np.where(both, _similarity(lines, lags), np.float32(0.0))
    sums, counts = _stretches(alike, lags), _stretches(both.astype(np.float32), lags)
    mean = np.where(counts >= _SPOKEN * lags, sums / np.maximum(counts, 1.0), np.float32(0.0))
    starts = mean.argmax(axis=0)
    best = mean[starts, np.arange(len(lags))]
    contrast = best - np.median(mean[starts], axis=1)
    around = np.pad(best, 1)
    tops = np.flatnonzero((best >= around[:-2]) & (best >= around[2:]) & (best > _CANDIDATE) & (contrast > _CONTRAST))
    tops = tops[np.argsort(-best[tops])][:_CANDIDATES]
    return [_grown(alike[:, top], both[:, top], int(starts[top]), int(lags[top]), float(best[top])) for top in tops]


def _is_meant(frames: Frames, match: _Match, expectation: Expectation) -> bool:
    """Whether the text has a repetition there of about that length. A synthesiser may well say the same words the same way."""
    first, last = (frame * HOP_S for frame in frames.speech)
    whole_s = min(last - first, expectation.likely_s * LONGER)
    off_s = OFF_S + OFF_SHARE * whole_s
    start_s, again_s, lag_s = match.start * STEP_S - first, match.length * STEP_S, match.lag * STEP_S
    return any(
        place.start * whole_s - off_s <= start_s
        and start_s + again_s + lag_s <= place.end * whole_s + off_s
        and again_s <= (place.end - place.start) * whole_s + OFF_S
        and PERIOD[0] * place.period * whole_s <= lag_s <= PERIOD[1] * place.period * whole_s + PERIOD_S
        for place in expectation.repeats
    )


def _lines(frames: Frames) -> _Matrix:
    """The shape of each spectrum [steps, bins], of unit length."""
    power = frames.power[:, _BINS]
    logs = np.log10(power + np.float32(10.0 ** ((frames.speech_db - _DEPTH_DB) / 10.0)))
    logs -= logs.mean(axis=1, keepdims=True)
    lines: _Matrix = logs / (np.linalg.norm(logs, axis=1, keepdims=True) + np.float32(1e-6))
    return lines


def _similarity(lines: _Matrix, lags: npt.NDArray[np.intp]) -> _Matrix:
    """How like each step is to the one that is so many steps later: [steps, lags]; 0 beyond the end."""
    count, block = len(lines), 128
    first, last = int(lags[0]), int(lags[-1]) + 1
    padded = np.pad(lines, ((0, last + block), (0, 0)))
    diagonal = np.arange(block)[:, None] + np.arange(last - first)
    out = np.zeros((count, last - first), np.float32)
    for start in range(0, count, block):
        here = padded[start : start + block]
        square = here @ padded[start + first : start + block + last - 1].T
        rows = min(block, count - start)
        out[start : start + rows] = np.take_along_axis(square, diagonal, axis=1)[:rows]
    return out


def _shifted(spoken: Flags, lags: npt.NDArray[np.intp]) -> Flags:
    """Whether there is speech at each step and so many steps later: [steps, lags]."""
    padded = np.pad(spoken, (0, int(lags[-1]) + 1))
    later: Flags = padded[np.arange(len(spoken))[:, None] + lags]
    return later & spoken[:, None]


def _stretches(values: _Matrix, lags: npt.NDArray[np.intp]) -> _Matrix:
    """The sum over as many steps as the lag is long, from each step on: [steps, lags]."""
    count = len(values)
    sums = np.concatenate([np.zeros_like(values[:1]), np.cumsum(values, axis=0)])
    ends = np.minimum(np.arange(count)[:, None] + lags, count)
    total: _Matrix = np.take_along_axis(sums, ends, axis=0) - sums[:-1]
    return total


def _grown(alike: _Matrix, both: Flags, start: int, lag: int, best: float) -> _Match:
    """The match from `start` on, for as long as it goes on at this lag: one lag for every time that it comes again."""
    window = np.ones(_SMOOTH)
    weight = np.convolve(both, window, "same")
    near = np.convolve(alike, window, "same") / np.maximum(weight, 1.0)
    goes_on = (near > _GOES_ON) & (weight > 0)
    broken = np.flatnonzero(~goes_on[start + lag :])
    length = lag + (int(broken[0]) if len(broken) else len(goes_on) - start - lag)
    return _Match(start, lag, length, best)


def _copied(frames: Frames, match: _Match) -> float:
    """How well the waves of the stretch and of what comes about one lag later correlate, in three pieces of four: where a vowel
    or two are the same by chance, the rest is not."""
    slack = 2 * STEP * HOP
    whole = match.lag * STEP * HOP
    size = min(whole, round(_LONGEST_S * RATE))
    begin = match.start * STEP * HOP + (whole - size) // 2
    wave = np.diff(frames.samples[begin : begin + whole + size + slack + 1].astype(np.float64))  # or the lowest partial decides
    one, two = wave[:size], wave[whole - slack :]
    length = 1 << (len(two) - 1).bit_length()
    product = np.fft.irfft(np.fft.rfft(two, length) * np.conj(np.fft.rfft(one, length)), length)
    at = int(np.argmax(product[: 2 * slack + 1]))
    copy = np.pad(two, (0, size))[at : at + size]
    pairs = list(zip(np.array_split(one, _PIECES), np.array_split(copy, _PIECES), strict=True))
    least = float(np.mean(np.square(one))) * _QUIET
    heard = [a @ b / np.sqrt((a @ a) * (b @ b)) for a, b in pairs if min(a @ a, b @ b) > least * len(a)]
    return float(np.percentile(heard, _RANK)) if len(heard) > _PIECES // 2 else 0.0
