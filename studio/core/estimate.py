"""How long a text takes to speak: a small model per engine, fast enough to be asked for every clause of a book.

Owns the rate and how it learns from finished takes. Knows nothing of segments.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from statistics import median

SOUND_S: Mapping[str, float] = {
    "applause": 2.5,
    "beep": 0.6,
    "burps": 0.8,
    "clears throat": 1.0,
    "gasps": 0.7,
    "humming": 2.0,
    "inhales": 0.8,
    "laughs": 1.4,
    "screams": 1.4,
    "singing": 2.5,
    "sings": 2.5,
    "sniffs": 0.6,
}
OTHER_SOUND_S = 1.0
SOUND_WORDS = 3  # more words than this in round brackets are an aside, and spoken

LEARN_CLAMP = (6.0, 30.0)  # characters per second that any speaker of any language may reach
LEARN_FROM_S = 1.5  # shorter takes are mostly silence at both ends and teach nothing
LEARN_PRIOR = 4  # the old rate weighs as much as this many takes

_MARKS = re.compile(r"\([^()]*\)|[.!?…。！？]+|[,;:—–，、；：]|\d")


@dataclass(frozen=True, slots=True)
class Rate:
    """How fast an engine speaks. Spaces count as characters."""

    characters_per_second: float = 16.5
    stop_s: float = 0.30  # silence after a full stop, a question or an exclamation mark
    clause_s: float = 0.12  # silence after a comma and its kind
    digit_s: float = 0.25  # a digit is read as a word, not as a letter
    turn_s: float = 0.15  # until the next speaker begins

    def to_dict(self) -> dict[str, float]:
        """For a settings file or a database column; `from_dict` reads it back."""
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_dict(cls, values: Mapping[str, object]) -> Rate:
        """The rate that `to_dict` wrote. Unknown names, and values that are no positive number, are passed over."""
        known = {
            name: float(value)
            for name in cls.__slots__
            if isinstance(value := values.get(name), int | float) and not isinstance(value, bool) and 0 < value < 1000
        }
        return cls(**known)


DEFAULT_RATE = Rate()


def seconds(text: str, rate: Rate = DEFAULT_RATE) -> float:
    """Estimated seconds of one turn's text, pauses at its marks included. Empty text takes no time.

    Additive: the estimate of a text is the sum over its pieces, wherever it is cut at a space.
    """
    if not text:
        return 0.0
    characters = len(text) + 1  # the space that parts it from what follows
    extra = 0.0
    for mark in _MARKS.findall(text):
        first = mark[0]
        if first == "(":
            spoken, sound = _bracket(mark, rate)
            characters -= len(mark) - spoken
            extra += sound
        elif first in ",;:—–，、；：":
            extra += rate.clause_s
        elif first in ".!?…。！？":
            extra += rate.stop_s
        else:
            extra += rate.digit_s
    return characters / rate.characters_per_second + extra


def _bracket(mark: str, rate: Rate) -> tuple[int, float]:
    """Characters spoken, and further seconds, of what stands in round brackets: a sound, or an aside that is read out."""
    inside = mark[1:-1].strip()
    if inside.replace(" ", "").isalpha() and len(inside.split()) <= SOUND_WORDS:
        return 0, SOUND_S.get(inside.lower(), OTHER_SOUND_S)
    return len(inside), seconds(inside, rate) - (len(inside) + 1) / rate.characters_per_second if inside else 0.0


def learned(rate: Rate, takes: Iterable[tuple[str, float]]) -> Rate:
    """The rate after `takes`, pairs of a spoken text and the seconds it took.

    The median of what the takes say, so that one take of noise or silence moves nothing; weighed against the old rate, so
    that two takes do not overrule it; and clamped to what speech can be. Pauses and sounds keep their lengths.
    """
    speeds = []
    for text, took_s in takes:
        estimated_s = seconds(text, rate)
        voiced_s = (len(text) + 1) / rate.characters_per_second
        left_s = took_s - (estimated_s - voiced_s)
        if took_s >= LEARN_FROM_S and left_s > 0.2 * took_s:
            speeds.append(min(max((len(text) + 1) / left_s, LEARN_CLAMP[0]), LEARN_CLAMP[1]))
    if not speeds:
        return rate
    # Seconds per character are what averages, not characters per second.
    weight = len(speeds) + LEARN_PRIOR
    slowness = (len(speeds) / median(speeds) + LEARN_PRIOR / rate.characters_per_second) / weight
    return replace(rate, characters_per_second=min(max(1 / slowness, LEARN_CLAMP[0]), LEARN_CLAMP[1]))
