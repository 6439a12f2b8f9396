"""Defects to inject into clean takes. Each is a function of a take, its strength from 0 (just a defect) to 1, and chance."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from studio.audio.dsp import envelope_db, gain_of
from studio.core.quality import Defect
from tests.audio.screening.takes import Take

Inject = Callable[[Take, float, np.random.Generator], Take]
_FRAME_S = 0.01


def endless(take: Take, strength: float, chance: np.random.Generator) -> Take:
    """The engine was stopped by its limit; until then it babbled on."""
    more = take.samples[len(take.samples) // 2 :][: int(_between(0.5, 3.0, strength) * take.rate)]
    return Take(np.concatenate([take.samples, more]), take.rate, replace(take.expectation, ended="limit"))


def short(take: Take, strength: float, chance: np.random.Generator) -> Take:
    """It ends, with a decay, long before the text does."""
    expected = int(take.expectation.seconds * _between(0.42, 0.05, strength) * take.rate)
    kept = take.samples[:expected].copy()
    fade = min(int(0.05 * take.rate), len(kept))
    kept[len(kept) - fade :] *= np.linspace(1.0, 0.0, fade, dtype=np.float32)
    return replace(take, samples=kept)


def fast(take: Take, strength: float, chance: np.random.Generator) -> Take:
    return _paced(take, _between(350.0, 520.0, strength))


def slow(take: Take, strength: float, chance: np.random.Generator) -> Take:
    return _paced(take, _between(68.0, 35.0, strength))


def gap(take: Take, strength: float, chance: np.random.Generator) -> Take:
    """Nothing for a while, then it goes on."""
    place = int(_inside(take, chance, 0.15, 0.85) * take.rate)
    return _inserted(take, place, _between(1.5, 4.0, strength), chance)


def silent_head(take: Take, strength: float, chance: np.random.Generator) -> Take:
    return _inserted(take, 0, _between(1.0, 4.0, strength), chance)


def silent_tail(take: Take, strength: float, chance: np.random.Generator) -> Take:
    return _inserted(take, len(take.samples), _between(1.5, 5.0, strength), chance)


def cut_tail(take: Take, strength: float, chance: np.random.Generator) -> Take:
    """It stops within a sound that goes on: the louder, the stronger."""
    levels = envelope_db(take.samples, take.rate, _FRAME_S)
    steady = np.minimum(np.minimum(levels[:-3], levels[1:-2]), np.minimum(levels[2:-1], levels[3:]))
    late = steady[int(0.65 * len(steady)) :]
    wanted = np.max(late) - _between(7.0, 0.0, strength)
    frame = int(0.65 * len(steady)) + int(np.argmin(np.abs(late - wanted))) + 2
    return replace(take, samples=take.samples[: int((frame + chance.uniform(0.0, 1.0)) * _FRAME_S * take.rate)])


def clipped(take: Take, strength: float, chance: np.random.Generator) -> Take:
    """Too loud for full scale, or for a lower ceiling somewhere before."""
    ceiling = chance.choice([1.0, chance.uniform(0.3, 0.9)])
    driven = take.samples * np.float32(gain_of(_between(3.0, 15.0, strength)) * ceiling / np.abs(take.samples).max())
    return replace(take, samples=np.clip(driven, -ceiling, ceiling).astype(np.float32))


def dc(take: Take, strength: float, chance: np.random.Generator) -> Take:
    return replace(take, samples=take.samples + np.float32(chance.choice([-1, 1]) * _between(0.03, 0.1, strength)))


def hum(take: Take, strength: float, chance: np.random.Generator) -> Take:
    """The mains of one half of the world or of the other, with a few harmonics."""
    times = np.arange(len(take.samples)) / take.rate
    mains = chance.choice([50.0, 60.0]) * (1.0 + chance.uniform(-0.002, 0.002))
    weights = chance.uniform(0.1, 1.0, 6) / np.arange(1, 7)
    waves = [
        weight * np.sin(2 * np.pi * mains * harmonic * times + chance.uniform(0, 6))
        for harmonic, weight in enumerate(weights, 1)
    ]
    return _added(take, np.sum(waves, axis=0), _between(-32.0, -10.0, strength))


def level(take: Take, strength: float, chance: np.random.Generator) -> Take:
    """Quieter or louder than its chapter."""
    off = _between(7.5, 16.0, strength) * chance.choice([-1.0, -1.0, 1.0])
    return replace(take, samples=np.clip(take.samples * np.float32(gain_of(off)), -1.0, 1.0).astype(np.float32))


def noise(take: Take, strength: float, chance: np.random.Generator) -> Take:
    """Under all of it, or in place of some of it."""
    sound = _noise(len(take.samples), take.rate, chance.choice([0.0, 0.5]), chance)
    if chance.random() < 0.6:
        return _added(take, sound, _between(-24.0, -4.0, strength))
    return _replaced(take, sound, _between(1.2, 2.5, strength) + take.expectation.sounds_s, chance)


def music(take: Take, strength: float, chance: np.random.Generator) -> Take:
    """Chords under all of it, or in place of some of it."""
    sound = _chords(len(take.samples), take.rate, chance)
    if chance.random() < 0.6:
        return _added(take, sound, _between(-16.0, -2.0, strength))
    return _replaced(take, sound, _between(1.5, 3.0, strength) + take.expectation.sounds_s, chance)


def loop(take: Take, strength: float, chance: np.random.Generator) -> Take:
    """A stretch comes again and again, joined without a click, not quite as loud each time, with a hiss of its own."""
    length = int(_between(0.5, 1.6, chance.random()) * take.rate)
    start = int(_spoken(take, length, chance))
    piece, join = take.samples[start : start + length], int(0.01 * take.rate)
    out, rise = take.samples[: start + length], np.linspace(0.0, 1.0, join, dtype=np.float32)
    for _ in range(1 + round(strength * 4)):
        again = np.concatenate([out[-join:] * (1 - rise) + piece[:join] * rise, piece[join:]])
        hiss = chance.standard_normal(len(again)).astype(np.float32) * np.float32(gain_of(-62.0))
        out = np.concatenate([out[:-join], again * np.float32(gain_of(chance.uniform(-1.0, 1.0))) + hiss])
    return replace(take, samples=np.concatenate([out, take.samples[start + length :]]))


INJECTIONS: Mapping[Defect, Inject] = {
    Defect.ENDLESS: endless,
    Defect.SHORT: short,
    Defect.FAST: fast,
    Defect.SLOW: slow,
    Defect.GAP: gap,
    Defect.CUT_TAIL: cut_tail,
    Defect.SILENT_HEAD: silent_head,
    Defect.SILENT_TAIL: silent_tail,
    Defect.CLIPPED: clipped,
    Defect.DC: dc,
    Defect.HUM: hum,
    Defect.LEVEL: level,
    Defect.NOISE: noise,
    Defect.MUSIC: music,
    Defect.LOOP: loop,
}


def _between(weak: float, strong: float, strength: float) -> float:
    return weak + (strong - weak) * strength


def speech_db(take: Take) -> float:
    """The RMS of what is within 15 dB of the loudest."""
    levels = envelope_db(take.samples, take.rate, _FRAME_S)
    power = 10.0 ** (levels / 10.0)
    return float(10.0 * np.log10(np.mean(power[levels > levels.max() - 15.0])))


def _added(take: Take, sound: np.ndarray, below_speech_db: float) -> Take:
    gain = gain_of(speech_db(take) + below_speech_db) / np.sqrt(np.mean(np.square(sound)))
    return replace(take, samples=(take.samples + gain * sound).astype(np.float32))


def _replaced(take: Take, sound: np.ndarray, seconds: float, chance: np.random.Generator) -> Take:
    """The sound, about as loud as the speech, instead of so many seconds of it, beyond its end if need be."""
    size = int(seconds * take.rate)
    stuff = np.resize(sound, size) / np.sqrt(np.mean(np.square(sound))) * gain_of(speech_db(take) - chance.uniform(2.0, 12.0))
    start = int(chance.uniform(0.1, 0.6) * len(take.samples))
    return replace(take, samples=np.concatenate([take.samples[:start], stuff, take.samples[start + size :]]).astype(np.float32))


def _inserted(take: Take, place: int, seconds: float, chance: np.random.Generator) -> Take:
    quiet = chance.standard_normal(int(seconds * take.rate)).astype(np.float32) * np.float32(
        gain_of(chance.choice([-200.0, -66.0]))
    )
    return replace(take, samples=np.concatenate([take.samples[:place], quiet, take.samples[place:]]))


def _paced(take: Take, wpm: float) -> Take:
    """Played at another speed, so that the words come at this pace."""
    have = 60.0 * take.expectation.words / (len(take.samples) / take.rate - take.expectation.sounds_s)
    places = np.arange(0, len(take.samples) - 1, wpm / have)
    return replace(take, samples=np.interp(places, np.arange(len(take.samples)), take.samples).astype(np.float32))


def _inside(take: Take, chance: np.random.Generator, first: float, last: float) -> float:
    return float(chance.uniform(first, last)) * len(take.samples) / take.rate


def _spoken(take: Take, length: int, chance: np.random.Generator) -> float:
    """Where a stretch of that many samples begins that is speech for the most part."""
    starts = chance.uniform(0.0, max(len(take.samples) - length, 1), 40).astype(int)
    levels = envelope_db(take.samples, take.rate, _FRAME_S) > speech_db(take) - 25.0
    shares = [np.mean(levels[int(at / take.rate / _FRAME_S) :][: int(length / take.rate / _FRAME_S)]) for at in starts]
    good = starts[np.array(shares) > 0.8]
    return float(good[0] if len(good) else starts[int(np.argmax(shares))])


def _noise(count: int, rate: int, tilt: float, chance: np.random.Generator) -> np.ndarray:
    """White (0) or pink (0.5) noise."""
    if not tilt:
        return chance.standard_normal(count)
    size = 1 << (count - 1).bit_length()
    frequencies = np.fft.rfftfreq(size, 1 / rate)
    return np.fft.irfft(np.fft.rfft(chance.standard_normal(size)) * np.maximum(frequencies, 40.0) ** -tilt)[:count]


def _chords(count: int, rate: int, chance: np.random.Generator) -> np.ndarray:
    """Three notes at a time, each with a few partials, that die away until the next."""
    out, at, beat, root = np.zeros(count), 0, chance.uniform(0.3, 0.7), chance.uniform(110.0, 330.0)
    while at < count:
        size = min(int(beat * rate * chance.choice([1, 1, 2])), count - at)
        times, decay = np.arange(size) / rate, chance.uniform(0.3, 2.5)
        for step in chance.choice(20, 3, replace=False):
            for partial in range(1, 6):
                phase = 2 * np.pi * root * 2 ** (step / 12) * partial * times + chance.uniform(0, 6)
                out[at : at + size] += np.sin(phase) / partial * np.exp(-decay * times) * np.minimum(times / 0.01, 1.0)
        at += size
    return out
