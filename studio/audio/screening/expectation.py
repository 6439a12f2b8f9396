"""What is known of a take before it is heard: values only."""

from __future__ import annotations

import re
from dataclasses import dataclass

from studio.core.estimate import seconds

SLOWEST_WPM = 80.0  # wider than anybody reads: the pace governor keeps the pace, screening finds what went wrong
FASTEST_WPM = 330.0
_USUAL_WPM = 155.0
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_LONGEST_PHRASE = 7
_SAME = 0.6  # share of the words of a phrase


@dataclass(frozen=True, slots=True)
class Repeat:
    """A place of the text where it says a thing twice or more: from the first time to the end of the last, and how long it is
    from one to the next; in shares of the time that the text takes."""

    start: float
    end: float
    period: float


@dataclass(frozen=True, slots=True)
class Expectation:
    """`seconds`: how long the take should be, by its text (0: unknown). `words`: how many are spoken. `ended`: "limit" where
    the engine was cut off before it came to an end. `level_db`: the usual level of the chapter in LUFS, where that is known.
    `sounds_s`: how much of `seconds` belongs to sounds that are no words, such as (applause) or (singing). `repeats`: where
    the text itself says a thing twice, as `repeats_in` tells."""

    seconds: float
    words: int
    ended: str = "complete"
    slowest_wpm: float = SLOWEST_WPM
    fastest_wpm: float = FASTEST_WPM
    level_db: float | None = None
    sounds_s: float = 0.0
    repeats: tuple[Repeat, ...] = ()

    @property
    def likely_s(self) -> float:
        """`seconds`, or what the words take at a usual pace where that is unknown."""
        return self.seconds if self.seconds > 0.0 else self.words * 60.0 / _USUAL_WPM + self.sounds_s


def repeats_in(text: str) -> tuple[Repeat, ...]:
    """Where the text says words again right after it said them, all or most of them: once in “No, no!”, in “No, no, no!” and in
    “I came home. I came back.”"""
    words = list(_WORD.finditer(text))
    said = [word.group().casefold() for word in words]
    starts = [seconds(text[: word.start()]) for word in words] + [seconds(text)]
    found: list[tuple[int, int, int]] = []
    for length in range(1, _LONGEST_PHRASE + 1):
        for start in range(len(said) - 2 * length + 1):
            once, again = said[start : start + length], said[start + length : start + 2 * length]
            if sum(one == other for one, other in zip(once, again, strict=True)) < _SAME * length:
                continue
            if found and found[-1][2] == length and start <= found[-1][1]:
                found[-1] = (found[-1][0], start + 2 * length, length)
            else:
                found.append((start, start + 2 * length, length))
    whole = starts[-1] or 1.0
    return tuple(
        Repeat(starts[start] / whole, starts[end] / whole, (starts[start + length] - starts[start]) / whole)
        for start, end, length in found
    )
