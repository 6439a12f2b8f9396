"""Where a recording of speech may be cut: its stretches between pauses, and the best one for a voice sample. Positions are
samples of the recording, a Span is [start, end)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from studio.audio.files import Samples
from studio.audio.screening.frames import HOP_S, Flags, Frames, frames_of, runs

PAUSE_S = 0.15  # shorter ones are part of a word: the closure of a stop is 0.1 s
MARGIN_S = 0.06  # of the pause that stays at each end, for breath and the ends of consonants
_LOOK_S = 2.0  # how far from the longest length a place is looked for where no pause is near


class Span(NamedTuple):
    start: int
    end: int


def stretches(samples: Samples, rate: int) -> list[Span]:
    """The stretches of speech of a mono recording [n], between pauses of PAUSE_S and more. Empty for silence."""
    return spans_of(frames_of(samples, rate), rate, len(samples))


def spans_of(frames: Frames, rate: int, length: int) -> list[Span]:
    """The same for a recording of `length` samples at `rate` whose frames are known."""
    joined = bridged(frames.is_speech)
    return [
        Span(min(round(first * HOP_S * rate), length), min(round(last * HOP_S * rate), length))
        for first, last in runs(joined).tolist()
    ]


def bridged(is_speech: Flags) -> Flags:
    """What counts as speech with the gaps in it that are too short to be pauses."""
    joined = is_speech.copy()
    for first, last in runs(~is_speech).tolist():
        if (last - first) * HOP_S < PAUSE_S and first > 0 and last < len(joined):
            joined[first:last] = True
    return joined


def with_margins(span: Span, rate: int, length: int) -> Span:
    """The span with a little of the pauses around it."""
    margin = round(MARGIN_S * rate)
    return Span(max(span.start - margin, 0), min(span.end + margin, length))


def best_stretch(samples: Samples, rate: int, low_s: float = 5.0, high_s: float = 10.0) -> Span:
    """The part of a mono recording [n] that suits best as a sample: it begins and ends in pauses, lasts `low_s` to `high_s`
    where the pauses allow it, and holds as much speech as possible. Where nobody pauses for so long it is cut at the quietest
    moment near `high_s`. What is short already comes back whole, but for the silence at both ends; silence as an empty span."""
    spans = stretches(samples, rate)
    if not spans:
        return Span(0, 0)
    whole = with_margins(Span(spans[0].start, spans[-1].end), rate, len(samples))
    if whole.end - whole.start <= high_s * rate:
        return whole
    fitting = [one for one in _joined(spans, rate, len(samples)) if one[0].end - one[0].start <= high_s * rate]
    long_enough = [one for one in fitting if one[0].end - one[0].start >= low_s * rate]
    if long_enough:
        return max(long_enough, key=lambda one: one[1])[0]
    long_ones = [span for span in spans if span.end - span.start > low_s * rate]
    if long_ones:
        return _cut(samples, rate, with_margins(long_ones[0], rate, len(samples)), high_s)
    return max(fitting, key=lambda one: one[1])[0]


def _joined(spans: list[Span], rate: int, length: int) -> Iterator[tuple[Span, int]]:
    """Every run of neighbouring stretches, with its margins, and how many samples of it are speech."""
    for first, begin in enumerate(spans):
        speech = 0
        for last in spans[first:]:
            speech += last.end - last.start
            yield with_margins(Span(begin.start, last.end), rate, length), speech


def _cut(samples: Samples, rate: int, span: Span, high_s: float) -> Span:
    """The beginning of a stretch without pauses, up to its quietest moment shortly before `high_s`."""
    latest = span.start + round(high_s * rate)
    earliest = max(latest - round(min(_LOOK_S, high_s / 2) * rate), span.start)
    size = max(1, round(0.02 * rate))
    blocks = np.square(samples[earliest:latest], dtype=np.float64)[: (latest - earliest) // size * size].reshape(-1, size)
    return Span(span.start, earliest + int(np.argmin(blocks.mean(axis=1))) * size + size // 2)
