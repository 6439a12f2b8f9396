"""What a cut costs: the planner's taste, as whole numbers that add up. The cutter minimises the sum; this file says of what.

The cost of a plan is the sum over its segments of `duration_cost`, and over its cuts of `cut_cost`. Nothing else counts, so
the cost is separable and dynamic programming finds the true optimum. All are integers: sums are exact, ties are ties.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from functools import lru_cache

from studio.core.estimate import Rate
from studio.core.render import Limits

TICKS = 100  # estimated time is counted in hundredths of a second

PIECE = 1_000  # of every segment: of two equal cuts, the one with fewer segments
LEAN = 300  # at most, within the aim: towards its middle
MILD = 10_000  # at the edge of the best range, growing with the square from the edge of the aim
HEAVY = 400_000  # beyond the best range, however little: less than ten clause cuts shall not be spared for it
STEP = 40_000  # for every STEP_S further
STEP_S = 2.5
QUESTION = 5_000  # a cut between a question and the answer of somebody else
STALE = 1_000  # for every neighbour that an edit draws in although it was not touched


class Cut(IntEnum):
    """What kind of place a cut falls on."""

    HARD = 0
    PARAGRAPH = 1
    TURN = 2
    SENTENCE = 3
    CLAUSE = 4
    WORD = 5
    LETTER = 6


CUT_COST: Mapping[Cut, int] = {
    Cut.HARD: 0,
    Cut.PARAGRAPH: 0,
    Cut.TURN: 2_000,
    Cut.SENTENCE: 5_000,
    Cut.CLAUSE: 40_000,
    Cut.WORD: 2_000_000,
    Cut.LETTER: 4_000_000,
}


@dataclass(frozen=True, slots=True)
class Terms:
    """All that a plan depends on besides the script. `overhead` is the bytes of each character's prompt transcript."""

    limits: Limits
    rate: Rate
    overhead: Mapping[str, int]
    durations: tuple[int, ...] = field(compare=False, repr=False, default=())  # duration_cost by ticks, 0 to max_ticks

    @classmethod
    def of(cls, limits: Limits, rate: Rate, overhead: Mapping[str, int]) -> Terms:
        """The terms with their table of duration costs filled in."""
        return cls(limits, rate, dict(overhead), _durations(limits))

    def are(self, limits: Limits, rate: Rate, overhead: Mapping[str, int]) -> bool:
        """Whether these are terms of that limit, rate and overhead."""
        return self.limits == limits and self.rate == rate and self.overhead == overhead

    @property
    def max_ticks(self) -> int:
        return int(self.limits.max_seconds * TICKS)

    @property
    def turn_ticks(self) -> int:
        return round(self.rate.turn_s * TICKS)


@lru_cache(maxsize=8)
def _durations(limits: Limits) -> tuple[int, ...]:
    """The table of `Terms`. It takes as long as planning a page, and there are as many limits as engines."""
    return tuple(duration_cost(ticks, limits) for ticks in range(int(limits.max_seconds * TICKS) + 1))


def duration_cost(ticks: int, limits: Limits) -> int:
    """The cost of a segment that is estimated to last `ticks` hundredths of a second."""
    length_s = ticks / TICKS
    (least, most), (low, high) = limits.best_seconds, limits.aim_seconds
    if length_s < least:
        return PIECE + MILD + HEAVY + round(STEP * (least - length_s) / STEP_S)
    if length_s > most:
        return PIECE + MILD + HEAVY + round(STEP * (length_s - most) / STEP_S)
    if length_s < low:
        return PIECE + LEAN + round((MILD - LEAN) * ((low - length_s) / (low - least)) ** 2)
    if length_s > high:
        return PIECE + LEAN + round((MILD - LEAN) * ((length_s - high) / (most - high)) ** 2)
    half = (high - low) / 2 or 1.0
    return PIECE + round(LEAN * ((length_s - low - half) / half) ** 2)


def cut_cost(cut: Cut, after_question: bool) -> int:
    """The cost of cutting at a place of that kind; `after_question`: the words before it ask, and somebody else answers."""
    return CUT_COST[cut] + (QUESTION if after_question and cut is not Cut.HARD else 0)
