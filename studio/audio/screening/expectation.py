"""What is known of a take before it is heard: values only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from studio.core.estimate import seconds

SLOWEST_WPM = 80.0  # wider than anybody reads: the pace governor keeps the pace, screening finds what went wrong
FASTEST_WPM = 300.0
_USUAL_WPM = 155.0
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_LONGEST_PHRASE = 7
_SAME = 0.6  # share of the words of a phrase


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
    repeats: tuple[tuple[float, float], ...] = ()

    @property
    def likely_s(self) -> float:
        """`seconds`, or what the words take at a usual pace where that is unknown."""
        return self.seconds if self.seconds > 0.0 else self.words * 60.0 / _USUAL_WPM + self.sounds_s


def repeats_in(text: str) -> tuple[tuple[float, float], ...]:
    """Where the text says words again right after it said them, all or most of them, as (start, end) in shares of the time it
    takes, both times included: “No, no!” and “I came home. I came back.” are each one such place, from 0.0 to 1.0."""
    words = list(_WORD.finditer(text))
    said = [word.group().casefold() for word in words]
    starts = [seconds(text[: word.start()]) for word in words] + [seconds(text)]
    places: list[tuple[float, float]] = []
    for first, last in sorted(_repeats(said)):
        start, end = starts[first] / starts[-1], starts[last] / starts[-1]
        if places and start <= places[-1][1]:
            places[-1] = (places[-1][0], max(end, places[-1][1]))
        else:
            places.append((start, end))
    return tuple(places)


def _repeats(said: list[str]) -> Iterator[tuple[int, int]]:
    """The first word of what is said twice, and the one after the second time."""
    for length in range(1, _LONGEST_PHRASE + 1):
        for start in range(len(said) - 2 * length + 1):
            once, again = said[start : start + length], said[start + length : start + 2 * length]
            if sum(one == other for one, other in zip(once, again, strict=True)) >= _SAME * length:
                yield start, start + 2 * length
