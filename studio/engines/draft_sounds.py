"""Non-verbals of the draft: short noises that stand for laughs, breaths, claps. Pure functions of name, seed and rate."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from studio.engines.draft_levels import Samples, faded_inplace, limited

_Shape = tuple[tuple[float, float], ...]  # (seconds, level): a line through these points
_Maker = Callable[[np.random.RandomState, int], Samples]


def noise_for(name: str, seed: int, pitch_hz: float, rate: int) -> Samples:
    """The sound of that name. `pitch_hz` is the register of whoever makes it. Equal arguments give equal bits."""
    # RandomState: numpy promises that its stream never changes.
    chance = np.random.RandomState(seed % 2**32)
    return faded_inplace(limited(_makers(pitch_hz)[name](chance, rate).astype(np.float32)), rate)


def _makers(pitch_hz: float) -> Mapping[str, _Maker]:
    laugh = _syllables(5, 0.19, pitch_hz * 1.25, fall=0.8)
    breath_in = _breath(((0.0, 0.0), (0.45, 0.09), (0.6, 0.0)), (900, 3500))
    breath_out = _breath(((0.0, 0.0), (0.12, 0.1), (0.75, 0.0)), (400, 2200))
    tune = _notes((1.0, 1.125, 1.26, 1.0), 0.28, pitch_hz * 1.5)
    return {
        "laughs": laugh,
        "chuckle": _syllables(3, 0.2, pitch_hz * 1.1, fall=0.75),
        "sighs": _breath(((0.0, 0.0), (0.15, 0.1), (0.9, 0.0)), (300, 1800)),
        "gasps": _breath(((0.0, 0.0), (0.25, 0.1), (0.32, 0.0)), (1200, 4500)),
        "inhales": breath_in,
        "exhales": breath_out,
        "sniffs": _breath(((0.0, 0.0), (0.12, 0.1), (0.2, 0.0)), (2000, 6000)),
        "coughs": _bursts((0.0, 0.34), 0.22, (300, 2500)),
        "clears throat": _bursts((0.0, 0.22, 0.4), 0.16, (150, 1200)),
        "sneezes": _bursts((0.25,), 0.35, (1000, 7000)),
        "claps": _bursts((0.0, 0.28, 0.55), 0.06, (700, 4000)),
        "applause": _applause,
        "burps": _notes((0.45, 0.4), 0.16, pitch_hz, voices=6),
        "groans": _notes((0.95, 0.8), 0.4, pitch_hz, voices=4),
        "mumbles": _syllables(4, 0.16, pitch_hz * 0.9, fall=0.95, breathy=0.1),
        "screams": _notes((3.2, 3.5, 3.0), 0.25, pitch_hz, voices=5),
        "beep": _notes((1.0,), 0.5, 1000.0, voices=1),
        "humming": _notes((1.0, 1.125, 1.0), 0.4, pitch_hz, voices=2),
        "singing": tune,
        "sings": tune,
        "whistles": _notes((1.0, 1.33), 0.3, 1400.0, voices=1),
    }


def _breath(shape: _Shape, band_hz: tuple[int, int]) -> _Maker:
    """Noise of a band under an envelope."""

    def make(chance: np.random.RandomState, rate: int) -> Samples:
        times, levels = zip(*shape, strict=True)
        count = round(times[-1] * rate * (0.9 + 0.2 * chance.random_sample()))
        envelope = np.interp(np.linspace(0.0, times[-1], count), times, levels)
        return np.asarray(_band(chance, count, band_hz, rate) * envelope, dtype=np.float32)

    return make


def _bursts(starts_s: tuple[float, ...], length_s: float, band_hz: tuple[int, int]) -> _Maker:
    """Sudden noises that die away."""

    def make(chance: np.random.RandomState, rate: int) -> Samples:
        samples = np.zeros(round((starts_s[-1] + length_s) * rate))
        count = round(length_s * rate)
        for start_s in starts_s:
            level = 0.16 * (0.8 + 0.4 * chance.random_sample())
            burst = _band(chance, count, band_hz, rate) * np.exp(-np.linspace(0.0, 6.0, count)) * level
            start = round(start_s * rate)
            samples[start : start + count] += faded_inplace(burst.astype(np.float32), rate)[: len(samples) - start]
        return samples.astype(np.float32)

    return make


def _applause(chance: np.random.RandomState, rate: int) -> Samples:
    """Many hands: claps at random times, swelling and dying away."""
    length_s, clap_s = 2.0, 0.04
    samples = np.zeros(round(length_s * rate))
    count = round(clap_s * rate)
    for _ in range(160):
        start = int(chance.random_sample() * (len(samples) - count))
        level = 0.14 * chance.random_sample() * np.sin(np.pi * start / len(samples))
        samples[start : start + count] += (
            _band(chance, count, (800, 5000), rate) * np.exp(-np.linspace(0.0, 7.0, count)) * level
        )
    return samples.astype(np.float32)


def _syllables(number: int, each_s: float, pitch_hz: float, *, fall: float, breathy: float = 0.35) -> _Maker:
    """ "Ha ha ha": voiced and breathy pulses that fall in pitch and level."""

    def make(chance: np.random.RandomState, rate: int) -> Samples:
        count = round(each_s * rate)
        bell = np.sin(np.linspace(0.0, np.pi, count)) ** 2
        parts = []
        for index in range(number):
            pitch = pitch_hz * (1 - 0.06 * index) * (0.96 + 0.08 * chance.random_sample())
            voiced = _harmonics(np.full(count, pitch), 5, rate) * (1 - breathy)
            parts.append((voiced + _band(chance, count, (500, 3000), rate) * breathy) * bell * 0.16 * fall**index)
        return np.concatenate(parts).astype(np.float32)

    return make


def _notes(steps: tuple[float, ...], each_s: float, pitch_hz: float, voices: int = 3) -> _Maker:
    """A gliding tone through the steps, as multiples of the pitch."""

    def make(chance: np.random.RandomState, rate: int) -> Samples:
        count = round(each_s * len(steps) * rate)
        at = np.arange(count) / count * len(steps) - 0.5
        bend = 0.98 + 0.04 * chance.random_sample()
        pitch = pitch_hz * bend * np.interp(at, range(len(steps)), steps)
        swell = np.minimum(1.0, np.minimum(np.arange(count), np.arange(count)[::-1]) / (0.06 * rate))
        return (_harmonics(pitch, voices, rate) * swell * 0.11).astype(np.float32)

    return make


def _harmonics(pitch_hz: np.ndarray[tuple[int], np.dtype[np.float64]], number: int, rate: int) -> Samples:
    phase = 2 * np.pi * np.cumsum(pitch_hz) / rate
    tone = sum(np.sin(phase * (harmonic + 1)) / (harmonic + 1) for harmonic in range(number))
    return np.asarray(tone, dtype=np.float32)


def _band(chance: np.random.RandomState, count: int, band_hz: tuple[int, int], rate: int) -> Samples:
    """Noise between two frequencies, at an RMS of 1."""
    spectrum = np.fft.rfft(chance.standard_normal(count))
    frequencies = np.fft.rfftfreq(count, 1 / rate)
    spectrum[(frequencies < band_hz[0]) | (frequencies > band_hz[1])] = 0
    noise = np.fft.irfft(spectrum, count)
    rms = np.sqrt(np.mean(noise**2))
    return np.asarray(noise / rms if rms > 0 else noise, dtype=np.float32)
