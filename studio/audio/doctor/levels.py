"""How loud a recording is, what lies under it and above it: level, clipping, noise, offset, bandwidth, silence at its ends."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from studio.audio.files import Samples
from studio.audio.screening import noise as floor
from studio.audio.screening.clipping import LIMIT_PERCENT as CLIPPING_PERCENT
from studio.audio.screening.clipping import clipping as clipped
from studio.audio.screening.frames import HOP_S, RATE, STEP, WINDOW, Frames, decibels
from studio.core.prompts import Check, Remedy, Trait, Verdict
from studio.i18n import N_

QUIET_DBFS, FAINT_DBFS, LOUD_DBFS = -34.0, -48.0, -9.0  # RMS of the speech
CLIPPED_PERCENT = 1.0  # of all samples: from here on vowels buzz
CLEAN_DB, NOISY_DB = 30.0, 19.0  # speech above the floor, as `screening.noise` measures it: 4 dB more than white noise has
DC_PERCENT, MUCH_DC_PERCENT = 1.5, 5.0  # of full scale; voices are lopsided by up to 1 %
SILENCE_S, LONG_SILENCE_S = 0.5, 2.0
WIDE_HZ, NARROW_HZ = 7_000.0, 4_300.0
_BAND_HZ = 250.0
_BAND_DB = -52.0  # below the strongest band: the edge of a resampler's filter is steeper than any voice
_SYLLABLE = 95  # percentile over time: the consonants, which reach the highest, are short


def level(frames: Frames) -> Check:
    """How loud the speech is."""
    value = frames.speech_db
    if frames.is_silent:
        return Check(Trait.LEVEL, value, "dBFS", Verdict.BAD, N_("There is nothing to hear in it."))
    if value > LOUD_DBFS:
        return Check(Trait.LEVEL, value, "dBFS", Verdict.DOUBTFUL, N_("{value} dBFS is very loud."), Remedy.LEVEL)
    if value >= QUIET_DBFS:
        return Check(Trait.LEVEL, value, "dBFS", Verdict.GOOD, N_("{value} dBFS is a good level."))
    verdict = Verdict.BAD if value < FAINT_DBFS else Verdict.DOUBTFUL
    return Check(Trait.LEVEL, value, "dBFS", verdict, N_("{value} dBFS is quiet: speak up, or closer."), Remedy.LEVEL)


def clipping(samples: Samples, rate: int) -> Check:
    """The share of samples that were cut off, at the recording's own rate."""
    value = max((finding.value for finding in clipped(samples, rate)), default=0.0)
    if value <= CLIPPING_PERCENT:
        return Check(Trait.CLIPPING, value, "%", Verdict.GOOD, N_("It is not clipped."), None, 2)
    words = N_("{value} % of it is clipped: it was too loud for its microphone or file, so record it again, quieter.")
    return Check(Trait.CLIPPING, value, "%", Verdict.BAD if value > CLIPPED_PERCENT else Verdict.DOUBTFUL, words, None, 2)


def noise(frames: Frames) -> Check:
    """The speech against the steady floor."""
    value = min(frames.speech_db - floor.floor_db(floor.banded(frames).mean(axis=2)), 99.0)
    if value >= CLEAN_DB:
        return Check(Trait.NOISE, value, "dB", Verdict.GOOD, N_("The voice is {value} dB above the noise."))
    words = N_("The voice is only {value} dB above the noise: record it in a quieter room, or closer to the microphone.")
    return Check(Trait.NOISE, value, "dB", Verdict.BAD if value < NOISY_DB else Verdict.DOUBTFUL, words)


def offset(samples: Samples) -> Check:
    """The mean of the samples."""
    value = 100.0 * abs(float(np.mean(samples, dtype=np.float64)))
    if value <= DC_PERCENT:
        return Check(Trait.DC, value, "%", Verdict.GOOD, N_("It has no offset."), None, 1)
    verdict = Verdict.BAD if value > MUCH_DC_PERCENT else Verdict.DOUBTFUL
    words = N_("It is off its zero line by {value} % of full scale, a fault of the sound card.")
    return Check(Trait.DC, value, "%", verdict, words, Remedy.REMOVE_DC, 1)


def silence(frames: Frames) -> Iterator[Check]:
    """What lies before and after the speech."""
    start, end = frames.speech
    ends = (
        (Trait.HEAD, start * HOP_S, N_("{value} s pass before the first word.")),
        (Trait.TAIL, max(frames.seconds - end * HOP_S, 0.0), N_("{value} s pass after the last word.")),
    )
    for trait, value, words in ends:
        verdict = Verdict.GOOD if value <= SILENCE_S else Verdict.BAD if value > LONG_SILENCE_S else Verdict.DOUBTFUL
        yield Check(trait, value, "s", verdict, words, None if verdict is Verdict.GOOD else Remedy.TRIM, 1)


def bandwidth(frames: Frames, rate: int) -> Check:
    """How high the sound reaches, up to 11 kHz."""
    value = _highest_hz(frames, min(rate, RATE) / 2)
    if value >= WIDE_HZ:
        return Check(Trait.BANDWIDTH, value, "Hz", Verdict.GOOD, N_("It reaches up to {value} Hz."))
    verdict = Verdict.BAD if value < NARROW_HZ else Verdict.DOUBTFUL
    words = N_("It reaches up to {value} Hz only, as a telephone does: the voice will sound dull, so bring a better recording.")
    return Check(Trait.BANDWIDTH, value, "Hz", verdict, words)


def _highest_hz(frames: Frames, most_hz: float) -> float:
    speech = frames.power[frames.is_speech[::STEP][: len(frames.power)]]
    if not len(speech):
        return 0.0
    bins = round(_BAND_HZ / RATE * WINDOW)
    count = speech.shape[1] // bins
    bands = decibels(np.percentile(speech[:, : count * bins].reshape(-1, count, bins).mean(axis=2), _SYLLABLE, axis=0))
    reached = np.flatnonzero(bands > bands.max() + _BAND_DB)
    return float(min((reached[-1] + 1) * bins * RATE / WINDOW, most_hz))
