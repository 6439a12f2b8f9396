"""Speech of the draft voice whose word times are known, whole and with words dropped and doubled: for tests of alignment."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from studio.audio.files import resample
from studio.core.render import Audio, Request, SpokenTurn, VoiceSpec, Word, Words
from studio.engines.draft import RATE, DraftEngine

Sound = npt.NDArray[np.float32]

VARIANTS = (  # none of them speaks the reference
    *("en-gb-x-rp+f2", "en-gb-scotland+m1", "en-us+linda", "en-gb-x-rp+Lee", "en-us+rob", "en-us+f5", "en-us+shelby"),
    *("en-gb-x-rp+aunty", "en-us+m8"),
)
TEXTS = (
    "Welcome back to the programme. Tonight we talk about the people who keep the lights on while the rest of us sleep.",
    "The captain folded the map, looked at the sky, and told us to be ready before dawn.",
    "A good neighbour is worth more than a high fence, my father used to say.",
    "Did you lock the door when you left? I thought I heard a noise in the kitchen.",
    "Seven years ago this field was a lake, and before that it was the bottom of a quarry.",
    "The doctor spoke slowly, as if every sentence had to be paid for in advance.",
    "I have been to the market twice today and I still forgot the onions.",
    "When the curtain rose there was nothing on the stage but a chair and a single red shoe.",
    "They built the tower in one summer, and it took the wind a single night to bring it down.",
    "Please remember that the museum closes at five, and that the garden is open until sunset.",
    "Science is a slow conversation between people who mostly agree and a world that mostly does not answer.",
    "She counted the steps to the cellar, as she had done since she was a child: fourteen, always fourteen.",
    "If you turn left at the bakery you will see an iron gate, and behind it the house where the poet lived.",
    "We asked a hundred farmers what they feared most, and nearly all of them said the same word.",
    "The old radio on the windowsill only ever picked up one station, and that was in Portuguese.",
    "Of all the things he could have stolen, the thief took a jar of buttons and a picture of a horse.",
)
DIALOGUES = (
    ("Did anybody see the parcel on the stairs?", "Yes, a man in a green hat picked it up.", "And you let him go?"),
    ("I think the roof will hold until spring.", "You said that about the chimney, and look at it now."),
)


@dataclass(frozen=True, slots=True)
class Case:
    """A take. `kind`: clean, cut and doubled (in the sound), left out and said twice (by the draft). `words`: the true times of
    a clean one; else `word` is what is wrong and `at_s` where it is."""

    kind: str
    samples: Sound
    rate: int
    turns: tuple[SpokenTurn, ...]
    words: tuple[Word, ...] = ()
    word: str = ""
    at_s: float = 0.0


def voice(variant: str, words_per_minute: int = 150, pitch: int = 50) -> VoiceSpec:
    settings = (("draft.variant", variant), ("draft.rate", str(words_per_minute)), ("draft.pitch", str(pitch)))
    return VoiceSpec(1, settings)


def speak(
    engine: DraftEngine, turns: Sequence[SpokenTurn], voices: Sequence[VoiceSpec], seed: int = 1
) -> tuple[Sound, tuple[Word, ...]]:
    """The sound at the draft's rate, and its words."""
    events = list(engine.open(Request(tuple(turns), tuple(voices), seed)))
    sound = b"".join(event.pcm for event in events if isinstance(event, Audio))
    return np.frombuffer(sound, "<f4"), tuple(word for event in events if isinstance(event, Words) for word in event.words)


def joined(one: Sound, other: Sound, fade_s: float = 0.004) -> Sound:
    """One after the other, with a short crossfade."""
    count = min(round(fade_s * RATE), len(one), len(other))
    if not count:
        return np.concatenate([one, other])
    rising = np.linspace(0, 1, count, dtype=np.float32)
    return np.concatenate([one[:-count], one[-count:] * rising[::-1] + other[:count] * rising, other[count:]])


def without(sound: Sound, word: Word) -> Sound:
    return joined(sound[: round(word.start_s * RATE)], sound[round(word.end_s * RATE) :])


def doubled(sound: Sound, word: Word) -> Sound:
    return joined(sound[: round(word.end_s * RATE)], sound[round(word.start_s * RATE) :])


def cases(engine: DraftEngine, count: int, seed: int) -> Iterator[Case]:
    """Five takes for each of `count` random choices of text, voices, rate and pitch; each third at 44.1 kHz with some noise."""
    chance = random.Random(seed)
    for number in range(count):
        lines = chance.choice(DIALOGUES) if chance.random() < 0.2 else (chance.choice(TEXTS),)
        variants = chance.sample(VARIANTS, 2)
        voices = [voice(one, chance.randint(130, 200), chance.randint(30, 70)) for one in variants]
        turns = [SpokenTurn(1 + index % 2, line) for index, line in enumerate(lines)]
        sound, words = speak(engine, turns, voices, number)
        word = chance.choice(words)
        text = turns[word.turn].text
        is_noisy = number % 3 == 2
        finish = _Finish(number if is_noisy else None)
        written = text[word.start : word.end]
        again = text[: word.start] + re.sub(r"[^\w'’-]+$", "", written) + " " + text[word.start :]
        for kind, take in (
            ("clean", sound),
            ("cut", without(sound, word)),
            ("doubled", doubled(sound, word)),
            ("left out", speak(engine, _other(turns, word, text[: word.start] + text[word.end :].lstrip()), voices, number)[0]),
            ("said twice", speak(engine, _other(turns, word, again), voices, number)[0]),
        ):
            samples, rate = finish(take)
            yield Case(kind, samples, rate, tuple(turns), words, written, word.start_s)


def _other(turns: Sequence[SpokenTurn], word: Word, text: str) -> list[SpokenTurn]:
    return [SpokenTurn(turn.speaker, text) if index == word.turn else turn for index, turn in enumerate(turns)]


class _Finish:
    def __init__(self, seed: int | None) -> None:
        self._seed = seed

    def __call__(self, sound: Sound) -> tuple[Sound, int]:
        if self._seed is None:
            return sound, RATE
        louder = resample(sound, RATE, 44_100)
        noise = np.random.default_rng(self._seed).normal(0, 10 ** (-55 / 20), len(louder))
        return (louder + noise).astype(np.float32), 44_100
