"""Music: several partials at once that hold their pitch, which no speaking voice does."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from studio.audio.files import resample
from studio.audio.screening.expectation import Expectation
from studio.audio.screening.frames import RATE, Flags, Frames, decibels, spectra
from studio.core.quality import Defect, Finding

SHARE = 0.08  # of the take: a drawn-out vowel here and there holds its pitch too
LEAST_S = 0.35  # in a short take, a vowel or two
SUNG = 0.5  # of the time that sounds are given: who sings or hums glides from note to note
_RATE = 11_025
_WINDOW, _HOP = 1024, 384  # 93 ms, 11 Hz a bin: a voice glides further within a syllable
_HOP_S = _HOP / _RATE
_BAND_HZ = (300.0, 4_500.0)  # above hum and the lowest partials of a voice, which glide by fewer Hz
_AROUND = 6  # bins on both sides
_ABOVE_DB = 9.0  # a partial stands out from those
_QUIET_DB = -45.0  # below the speech: nobody hears it
_HELD, _MISSED = 7, 1  # steps: 0.24 s in the same bin, but for one step
_AT_ONCE = 2


def music(frames: Frames, expectation: Expectation) -> Iterator[Finding]:
    """How much of the take has held partials, in percent. What the text asks for in sounds, such as singing, comes on top."""
    if frames.is_silent:
        return
    held = np.flatnonzero(held_partials(frames) >= _AT_ONCE)
    limit_s = max(SHARE * frames.seconds, LEAST_S) + SUNG * expectation.sounds_s
    if len(held) * _HOP_S > limit_s:
        percent = 100.0 * _HOP_S / frames.seconds
        where = held[0] * _HOP_S, (held[-1] + _HELD) * _HOP_S
        yield Finding(Defect.MUSIC, min(len(held) * percent, 100.0), min(limit_s * 100.0 / frames.seconds, 100.0), *where)


def held_partials(frames: Frames) -> npt.NDArray[np.intp]:
    """For each frame how many partials begin there that stay in their place."""
    peaks = _peaks(frames)
    if len(peaks) < _HELD:
        return np.zeros(0, np.intp)
    counts = np.cumsum(np.concatenate([np.zeros_like(peaks[:1]), peaks]), axis=0, dtype=np.int32)
    held = (counts[_HELD:] - counts[:-_HELD] >= _HELD - _MISSED) & peaks[: len(peaks) - _HELD + 1]
    count: npt.NDArray[np.intp] = np.count_nonzero(held, axis=1)
    return count


def _peaks(frames: Frames) -> Flags:
    """Where the spectrum has a line: [frames, bins] of the band."""
    power = spectra(resample(frames.samples, RATE, _RATE), _WINDOW, _HOP)
    first, last = (round(hz / _RATE * _WINDOW) for hz in _BAND_HZ)
    levels = decibels(power[:, first - _AROUND : last + _AROUND])
    sums = np.cumsum(levels, axis=1)
    around = (sums[:, 2 * _AROUND :] - sums[:, : -2 * _AROUND]) / (2 * _AROUND)
    here, below, above = (levels[:, _AROUND + step : step - _AROUND] for step in (0, -1, 1))
    is_top = (here >= below) & (here >= above)
    flags: Flags = is_top & (here > around + _ABOVE_DB) & (here > frames.speech_db + _QUIET_DB)
    return flags
