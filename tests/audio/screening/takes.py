"""Clean takes to screen: draft speech of several texts and voices, a part of it as from a room, with what is known of each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from studio.audio.dsp import gain_of
from studio.audio.files import Samples, resample
from studio.audio.screening import Expectation, repeats_in
from studio.core import estimate
from studio.core.render import Audio, Request, SpokenTurn, VoiceSpec
from studio.engines.draft import DraftEngine

ROOM_DB = -65.0
TEXTS = (
    ("Are you sure that this is the right door?",),
    ("No, no, no, that is not what I said.",),
    ("It was very, very cold that night, and the lamps had gone out one after the other.",),
    ("In 1984 the ship carried 312 people across the bay.",),
    ("Well (laughs) I never thought of it like that. Shall we try again?",),
    ("Who was it?", "Nobody. Nobody at all.", "Then why are you whispering?"),
    ("Knock, knock. Is there anybody home? I can see that your light is on!",),
    ("The committee met on Thursday, agreed on nothing in particular, and went home before the rain.",),
    ("(sighs) I suppose that we could walk. It is only a mile or so along the river.",),
    ("Stop! Turn around slowly, and put that down.",),
    ("We shall fight in the fields and in the streets. We shall never surrender.",),
    ("Seven hundred and thirty nine pounds, please.", "How much? That is more than my whole car is worth!"),
    ("Ladies and gentlemen, thank you for coming. (applause)",),
)
LONG_TEXTS = (
    (
        "My grandmother used to say that a garden forgives everything except being forgotten, and she would know. "
        "She had planted hers three times over: once for her husband, once after the war, and once for me.",
    ),
    ("That was a long, long time ago. (humming) And yet, who would have thought of it, here we are in the same kitchen.",),
)
VOICES = (0, 7, 13)
MORE_VOICES = (3, 10, 16)
_SOUND = re.compile(r"\(([a-z ]+)\)")


@dataclass(frozen=True, slots=True, eq=False)
class Take:
    """One clean take. `samples` are mono float32."""

    samples: Samples
    rate: int
    expectation: Expectation


def expected(texts: Sequence[str]) -> Expectation:
    """What the texts alone tell of a take."""
    sounds_s = sum(estimate.SOUND_S.get(name, estimate.OTHER_SOUND_S) for text in texts for name in _SOUND.findall(text))
    seconds = sum(estimate.seconds(text) for text in texts)
    words = sum(
        sum(character.isdigit() for character in token) or 1 for text in texts for token in _SOUND.sub("", text).split()
    )
    return Expectation(seconds, words, sounds_s=sounds_s, repeats=repeats_in(" ".join(texts)))


def clean_takes(texts: Sequence[Sequence[str]], voices: Sequence[int], seed: int) -> Iterator[Take]:
    """Each text by as many of the voices as there are, two in three paces; every third take from a room at 44.1 kHz."""
    chance = np.random.default_rng(seed)
    engine = DraftEngine()
    try:
        for number, text in enumerate(text for text in texts for _ in voices):
            voice = voices[number % len(voices)] + 7 * (number // len(voices))
            settings = () if number % 2 else (("draft.pitch", str(chance.integers(25, 80))),)
            turns = tuple(SpokenTurn(1 + index % 2, part) for index, part in enumerate(text))
            pace = float(chance.choice([0.9, 1.0, 1.12]))
            asked = Request(turns, (VoiceSpec(voice, settings), VoiceSpec(voice + 1)), int(chance.integers(1 << 30)), pace)
            samples, rate = _spoken(engine, asked), engine.caps.sample_rate
            if number % 3 == 0:
                samples, rate = resample(samples, rate, 44_100), 44_100
                room = chance.standard_normal(len(samples)).astype(np.float32)
                samples = samples + room * np.float32(gain_of(ROOM_DB))
            yield Take(samples, rate, expected(text))
    finally:
        engine.close()


def _spoken(engine: DraftEngine, asked: Request) -> Samples:
    parts = [np.frombuffer(event.pcm, "<f4") for event in engine.open(asked) if isinstance(event, Audio)]
    return np.concatenate(parts)
