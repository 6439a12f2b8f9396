"""All checks of one take, put together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from studio.audio.files import Samples
from studio.audio.screening.clipping import clipping
from studio.audio.screening.ends import cut_tail
from studio.audio.screening.expectation import Expectation
from studio.audio.screening.frames import HOP_S, Frames, bounded, frames_of
from studio.audio.screening.hum import hum, offset
from studio.audio.screening.levels import level_finding, speech_level
from studio.audio.screening.loops import loops
from studio.audio.screening.noise import noise
from studio.audio.screening.pace import pace, words_per_minute
from studio.audio.screening.silence import silence, spoken_s
from studio.audio.screening.tones import music
from studio.core.quality import Finding

REVISION = 1  # of all that decides what is found


@dataclass(frozen=True, slots=True)
class Screening:
    """What was measured. `level_db`: loudness of the speech in LUFS. The speech begins and ends at these seconds; both 0 where
    there is none."""

    findings: tuple[Finding, ...]
    words_per_minute: float
    level_db: float
    speech_start_s: float
    speech_end_s: float


def screen(samples: npt.ArrayLike, rate: int, expectation: Expectation) -> Screening:
    """Screen one take: mono samples [n] at 22,050 Hz or more, full scale ±1. Takes any sound, also none."""
    sound = bounded(np.asarray(samples, np.float32))
    frames = frames_of(sound, rate)
    level_db = speech_level(frames)
    start, end = frames.speech
    wpm = words_per_minute(spoken_s(frames), expectation)
    return Screening(tuple(_findings(sound, rate, frames, expectation, level_db)), wpm, level_db, start * HOP_S, end * HOP_S)


def _findings(sound: Samples, rate: int, frames: Frames, expectation: Expectation, level_db: float) -> Iterator[Finding]:
    yield from pace(frames, expectation)
    yield from silence(frames)
    yield from cut_tail(sound, rate, frames)
    yield from clipping(sound, rate)
    yield from offset(sound)
    yield from hum(frames)
    yield from noise(frames, expectation)
    yield from music(frames, expectation)
    yield from loops(frames, expectation)
    outlier = level_finding(level_db, expectation.level_db)
    if outlier is not None:
        yield outlier
