"""The sample doctor: what a recording is like as the sample of a voice, by plain measures. No weights, no recogniser."""

from __future__ import annotations

import numpy as np

from studio.audio.doctor import levels, register, room, tones
from studio.audio.doctor.mains import hum
from studio.audio.downmix import to_mono
from studio.audio.files import Samples, finite
from studio.audio.screening.frames import HOP_S, frames_of
from studio.core.prompts import Check, Diagnosis, length_check, transcript_checks

LONGEST_S = 60.0  # of what is listened to: no sample may be half as long


def examine(samples: Samples, rate: int, transcript: str = "") -> Diagnosis:
    """The diagnosis of a recording, float32 [n] or [n, channels] at `rate` Hz, as it came: not yet trimmed or levelled. Of a
    long one the first minute is listened to."""
    mono = to_mono(finite(np.asarray(samples, np.float32)))
    heard = mono[: round(LONGEST_S * rate)]
    frames = frames_of(heard, rate)
    start, end = frames.speech
    spoken_s = (end - start) * HOP_S + (len(mono) - len(heard)) / rate
    checks: list[Check] = [length_check(spoken_s), levels.level(frames)]
    if not frames.is_silent:
        checks += [
            levels.clipping(heard, rate),
            levels.noise(frames),
            hum(frames),
            room.reverberation(frames),
            tones.music(frames),
            register.speakers(frames),
            levels.bandwidth(frames, rate),
            levels.offset(heard),
            *levels.silence(frames),
        ]
    checks += transcript_checks(transcript, spoken_s)
    return Diagnosis(tuple(checks))
