"""How a take ends: dying away, or cut in the middle of a sound."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from studio.audio.dsp import db_of, rms_db
from studio.audio.files import Samples
from studio.audio.screening.frames import Frames
from studio.core.quality import Defect, Finding

LAST_S = 0.015
TAIL_DB = -20.0  # below the speech: a voice that dies away is further down in its last moment
END_S = 0.004
END_DB = -20.0  # below that last moment: deeper than between two pulses of a voice, the sound had ended
FADE_S = 0.001
FADE_DB = -6.0  # the shortest fade that a synthesiser ends with, 4 ms, takes 6 dB and more from its last millisecond
_SKIPPED_S = 0.004  # such a fade
_COMPARED_S = 0.009
_PERIODS_S = (0.0025, 0.016)  # of voices from 62 to 400 Hz
_NOTHING = 1e-12


def cut_tail(samples: Samples, rate: int, frames: Frames) -> Iterator[Finding]:
    """The last moment of the samples at their own rate: a resampler rings there."""
    if frames.is_silent:
        return
    tail = samples[-round((_SKIPPED_S + _COMPARED_S + _PERIODS_S[1]) * rate) :]
    tail = tail - np.median(samples)  # an offset has no end, and is found elsewhere
    last_db, end_db = (rms_db(tail[-round(seconds * rate) :]) - frames.speech_db for seconds in (LAST_S, END_S))
    if last_db > TAIL_DB and end_db > last_db + END_DB and _fade_db(tail, rate) > FADE_DB:
        yield Finding(Defect.CUT_TAIL, last_db, TAIL_DB, max(frames.seconds - LAST_S, 0.0), frames.seconds)


def _fade_db(tail: Samples, rate: int) -> float:
    """The level of the very end against the same moment one period of the voice before: about 0 where it goes on as it was, far
    less where it was faded. A hiss has no period, and is as loud at any moment."""
    size, skipped, end = (round(seconds * rate) for seconds in (_COMPARED_S, _SKIPPED_S, FADE_S))
    begin = len(tail) - skipped - size
    periods = np.arange(round(_PERIODS_S[0] * rate), begin + 1)
    if not len(periods):
        return 0.0
    windows = np.lib.stride_tricks.sliding_window_view(tail, size)[begin - periods]
    energies = np.sum(np.square(windows), axis=1) + _NOTHING
    period = int(periods[np.argmax(windows @ tail[begin : begin + size] / np.sqrt(energies))])
    now, before = tail[-end:], tail[-end - period : -period]
    return db_of(math.sqrt(float((now @ now + _NOTHING) / (before @ before + _NOTHING))))
