"""Flat tops: samples that were cut off at one level, at full scale or below it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from studio.audio.files import Samples
from studio.core.quality import Defect, Finding

LIMIT_PERCENT = 0.02  # of all samples: about three a millisecond of loud vowel, when it begins to be heard
FULL_SCALE = 0.999  # also of 16 bits
_BIN = 0.01  # of the peak: flat tops lie within, also after a little noise
_SLOPE = (2, 8)  # bins below the top: how often loud samples are, where nothing was cut
_PILE = 3.0  # how many times as many as there lie in the top
_QUIET = 0.01  # a peak lower than this is the noise of a converter


def clipping(samples: Samples, rate: int) -> Iterator[Finding]:
    """Fewer and fewer samples are louder and louder, but for clipped sound: there they pile up in the end. Each polarity by
    itself, at the samples' own rate: resampling rounds the corners off."""
    if not len(samples):
        return
    tops = [_top(samples), _top(-samples)]
    share, level = max(tops)
    if share > LIMIT_PERCENT:
        loud = np.flatnonzero(np.abs(samples) >= level)
        yield Finding(Defect.CLIPPED, share, LIMIT_PERCENT, *(float(loud[place]) / rate for place in (0, -1)))


def _top(samples: Samples) -> tuple[float, float]:
    """How many samples lie in the top beyond what the slope below lets expect, in percent, and where it begins."""
    peak = float(samples.max())
    if peak < _QUIET:
        return 0.0, peak
    begin = min(peak * (1.0 - _BIN), FULL_SCALE)
    inside = int(np.count_nonzero(samples >= begin))
    below = np.count_nonzero((samples < peak * (1.0 - _SLOPE[0] * _BIN)) & (samples >= peak * (1.0 - _SLOPE[1] * _BIN)))
    usual = below / (_SLOPE[1] - _SLOPE[0])
    return (100.0 * inside / len(samples) if inside > _PILE * max(usual, 1.0) else 0.0), begin
