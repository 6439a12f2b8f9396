"""The length of the speech against its text: never ended, ended early, too fast, too slow."""

from __future__ import annotations

from collections.abc import Iterator

from studio.audio.screening.expectation import Expectation
from studio.audio.screening.frames import HOP_S, Frames
from studio.audio.screening.silence import spoken_s
from studio.core.quality import Defect, Finding

LEAST_PERCENT = 55.0  # of the expected length: estimates of single sentences are off by up to a third
LEAST_MISSING_S = 0.4  # a word or two are often spoken in half the time
FEWEST_WORDS = 4  # fewer tell nothing of a pace
SLACK_S = 0.5  # hesitating, a breath
OFF = 0.15  # share of the expected length by which the take must differ too: long words and numbers are no haste


def pace(frames: Frames, expectation: Expectation) -> Iterator[Finding]:
    """What is wrong with the length."""
    long_s, likely_s = spoken_s(frames), expectation.likely_s
    where = tuple(place * HOP_S for place in frames.speech)
    if expectation.ended == "limit":
        yield Finding(Defect.ENDLESS, frames.seconds, min(likely_s, frames.seconds), 0.0, frames.seconds)
    if likely_s <= 0.0:
        return
    percent = 100.0 * long_s / likely_s
    if percent < LEAST_PERCENT and likely_s - long_s > LEAST_MISSING_S:
        yield Finding(Defect.SHORT, percent, LEAST_PERCENT, *where)
    if expectation.words < FEWEST_WORDS or frames.is_silent:
        return
    wpm = words_per_minute(long_s, expectation)
    slowest_s = expectation.words * 60.0 / expectation.slowest_wpm + expectation.sounds_s + SLACK_S
    if wpm > expectation.fastest_wpm and long_s < likely_s * (1.0 - OFF):
        yield Finding(Defect.FAST, wpm, expectation.fastest_wpm, *where)
    elif long_s > max(slowest_s, likely_s * (1.0 + OFF)):
        yield Finding(Defect.SLOW, min(wpm, expectation.slowest_wpm), expectation.slowest_wpm, *where)


def words_per_minute(long_s: float, expectation: Expectation) -> float:
    """The pace of `long_s` seconds of speech; 0.0 where there are none. Sounds that are no words take their share of the time,
    though never more than half: how long they become is chance."""
    speech_s = long_s - min(expectation.sounds_s, long_s / 2)
    return 60.0 * expectation.words / speech_s if speech_s > 0.0 else 0.0
