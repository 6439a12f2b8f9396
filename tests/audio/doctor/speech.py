"""Draft speech as recordings of voices, and faults added to it in known strength."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from studio.audio.files import Samples
from studio.core.render import Audio, Request, SpokenTurn, VoiceSpec, Word, Words
from studio.engines.draft import DraftEngine

RATE = 22_050
TEXTS = (
    "They found the boat on a Thursday, upright, with the lamp still warm. And nobody was in it.",
    "Good evening everybody, and welcome to the programme of tonight. We have three guests.",
    "What did the keeper write in the book that night? The names of seven ships, and no more.",
    "I never wanted to be a singer. It happened the way rain happens; you look up, and your hat is wet.",
)
LOW = ("en-us", "en-us+quincy", "en-gb-scotland+m1", "en-us+adam")
HIGH = ("en-us+f3", "en-us+Annie", "en-gb-x-rp+belinda", "en-us+linda")


def spoken(requests: Sequence[Request]) -> list[tuple[Samples, tuple[Word, ...]]]:
    """What the draft voice makes of each, and when its words are heard."""
    engine, found = DraftEngine(), []
    try:
        for request in requests:
            events = list(engine.open(request))
            pcm = b"".join(event.pcm for event in events if isinstance(event, Audio))
            words = tuple(word for event in events if isinstance(event, Words) for word in event.words)
            found.append((np.frombuffer(pcm, "<f4"), words))
    finally:
        engine.close()
    return found


def request(variant: str, text: str, seed: int = 7) -> Request:
    return Request((SpokenTurn(1, text),), (VoiceSpec(seed, (("draft.variant", variant),)),), seed)


def recordings() -> list[tuple[Samples, str]]:
    """Eight voices, low and high in turn, 5 to 7 s each, with what they say."""
    said = [(voice, TEXTS[at % len(TEXTS)]) for at, pair in enumerate(zip(LOW, HIGH, strict=True)) for voice in pair]
    return [(sound, text) for (sound, _), (_, text) in zip(spoken([request(*one) for one in said]), said, strict=True)]


def power(sound: Samples) -> float:
    """The mean square of what is louder than 30 dB below the loudest 20 ms."""
    size = round(0.02 * RATE)
    blocks = np.mean(np.square(sound[: len(sound) // size * size].reshape(-1, size), dtype=np.float64), axis=1)
    return float(blocks[blocks > blocks.max() * 1e-3].mean())


def over(sound: Samples, other: npt.NDArray[np.float64], below_db: float) -> Samples:
    """Another sound under the speech, so many dB below it."""
    gain = np.sqrt(power(sound) / 10.0 ** (below_db / 10.0) / np.mean(np.square(other)))
    return (sound + gain * other).astype(np.float32)


def with_noise(sound: Samples, snr_db: float) -> Samples:
    return over(sound, np.random.default_rng(1).standard_normal(len(sound)), snr_db)


def with_hum(sound: Samples, hz: float, below_db: float) -> Samples:
    at = np.arange(len(sound)) / RATE
    lines = ((1, 1.0), (2, 0.6), (3, 0.5), (4, 0.2), (5, 0.2))
    return over(sound, np.sum([gain * np.sin(2 * np.pi * hz * k * at + k) for k, gain in lines], axis=0), below_db)


def with_chords(sound: Samples, below_db: float) -> Samples:
    chance = np.random.default_rng(2)
    music = np.zeros(len(sound))
    for start in range(0, len(sound), round(1.2 * RATE)):
        at = np.arange(min(round(1.2 * RATE), len(sound) - start)) / RATE
        root = 110.0 * 2.0 ** (chance.integers(12) / 12)
        for step in (0, 4, 7, 12):
            for k in (1, 2, 3):
                music[start : start + len(at)] += np.sin(2 * np.pi * root * 2 ** (step / 12) * k * at) / k * np.exp(-at / 1.5)
    return over(sound, music, below_db)


def in_room(sound: Samples, rt60_s: float) -> Samples:
    """Through a room of noise that dies away exponentially, as loud as the direct sound."""
    at = np.arange(round(1.2 * rt60_s * RATE)) / RATE
    room = np.random.default_rng(3).standard_normal(len(at)) * 10.0 ** (-3.0 * at / rt60_s)
    room /= np.sqrt(np.sum(np.square(room)))
    room[0] += 1.0
    size = 1 << (len(sound) + len(room)).bit_length()
    wet = np.fft.irfft(np.fft.rfft(sound, size) * np.fft.rfft(room, size), size)[: len(sound) + len(room) - 1]
    return (wet * np.sqrt(np.mean(np.square(sound)) / np.mean(np.square(wet)))).astype(np.float32)


def clipped(sound: Samples, gain: float) -> Samples:
    """So many times too loud for its file."""
    return np.clip(sound / np.max(np.abs(sound)) * gain, -1.0, 1.0).astype(np.float32)


def in_turns(one: Samples, other: Samples, turn_s: float = 1.7) -> Samples:
    """Two voices, each twice, with short pauses."""
    size, pause = round(turn_s * RATE), np.zeros(round(0.25 * RATE), np.float32)
    parts = [voice[start : start + size] for start in (0, size) for voice in (one, other)]
    return np.concatenate([piece for part in parts for piece in (part, pause)])
