"""The pace governor: what a listener follows with ease lies within so many words a minute. Pure.

What lies a little outside is stretched to the edge, without another pitch; what lies further out is a fault like any other, so
that the segment is spoken again, and where that does not help, its place is told. Short replies vary freely.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from studio.core.quality import Defect, Finding, Review

REACH = 0.06  # a stretch by more than this share is heard as one
LEAST_WORDS = 8  # of a segment whose pace can be told


@dataclass(frozen=True, slots=True)
class Governor:
    """The bounds in words per minute, at pace 1."""

    low: float = 130.0
    high: float = 185.0

    def stretch(self, review: Review, words: int, pace: float = 1.0) -> float:
        """How much faster a take of so many words has to go to come within the bounds: 1.0 for one that is there, above 1 for
        one that is too slow. `pace` is what the script asks for: who wants it faster shall have it faster."""
        wpm = review.words_per_minute
        if words < LEAST_WORDS or wpm <= 0.0 or not math.isfinite(wpm):
            return 1.0
        return min(max(wpm, self.low * pace), self.high * pace) / wpm

    def gentle(self, review: Review, words: int, pace: float = 1.0) -> float:
        """The same where nobody would hear it, else 1.0; rounded to four digits, to the inside."""
        factor = self.stretch(review, words, pace)
        if factor == 1.0 or abs(factor - 1.0) > REACH:
            return 1.0
        return (math.ceil if factor > 1.0 else math.floor)(factor * 10_000) / 10_000

    def judged(self, review: Review, words: int, pace: float = 1.0) -> Review:
        """The review with what is to be said of the pace: nothing, where a gentle stretch helps."""
        factor = self.stretch(review, words, pace)
        if abs(factor - 1.0) <= REACH:
            return review
        defect, limit = (Defect.SLOW, self.low) if factor > 1.0 else (Defect.FAST, self.high)
        if any(one.defect is defect for one in review.findings):
            return review
        return replace(review, findings=(*review.findings, Finding(defect, review.words_per_minute, limit * pace)))


def predicted(words: int, seconds: float) -> float:
    """Words per minute, before anything is rendered: advice, no more. 0.0 where nothing is known."""
    return 60.0 * words / seconds if seconds > 0.0 else 0.0
