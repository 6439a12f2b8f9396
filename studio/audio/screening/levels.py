"""How loud the speech is, against the other takes of its chapter."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median

import numpy as np

from studio.audio import loudness
from studio.audio.screening.frames import HOP, RATE, Frames
from studio.core.quality import Defect, Finding

FEWEST = 4  # takes, before one can say what is usual
OUTLIER_LU = 5.0  # what a listener turns the volume for; draft voices differ by 3, real ones by their moods
_GATE_S = 1.2  # the meter hears nothing of less than 0.4 s


def speech_level(frames: Frames) -> float:
    """The loudness of the speech by EBU R 128 in LUFS, silence at both ends left out."""
    start, end = frames.speech
    speech = frames.samples[start * HOP : end * HOP]
    if not len(speech):
        return loudness.QUIETEST_LUFS
    if len(speech) < _GATE_S * RATE:  # said over and over it is as loud as once
        speech = np.tile(speech, math.ceil(_GATE_S * RATE / len(speech)))
    return loudness.measure([speech[:, None]], RATE, 1).integrated_lufs


def usual_level(levels: Sequence[float]) -> float | None:
    """The level in the middle of a chapter's takes in LUFS, silent ones left out. None for too few."""
    heard = [level for level in levels if loudness.QUIETEST_LUFS < level < 0.0]
    return median(heard) if len(heard) >= FEWEST else None


def level_finding(level_db: float, usual_db: float | None) -> Finding | None:
    """What is said of a take of `level_db` in a chapter whose usual level is `usual_db`, both in LUFS. The values of the
    finding are differences. A silent take is no outlier, it ended early."""
    if usual_db is None or level_db <= loudness.QUIETEST_LUFS:
        return None
    off = level_db - usual_db
    return Finding(Defect.LEVEL, off, math.copysign(OUTLIER_LU, off)) if abs(off) > OUTLIER_LU else None
