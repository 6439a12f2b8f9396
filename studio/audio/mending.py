"""What can be done about a recording's faults: functions from mono samples [n] to mono samples. They change nothing in place,
and done twice they change nothing more."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import numpy as np
import numpy.typing as npt

from studio.audio.doctor.mains import HARMONICS, SOFT_DB, strongest
from studio.audio.dsp import SILENCE_DB, gain_of, peak_db, rms_db
from studio.audio.files import Samples, resample
from studio.audio.screening.frames import frames_of
from studio.audio.stretches import Span, best_stretch, stretches, with_margins
from studio.core.prompts import Remedy

LEVEL_DBFS = -20.0  # RMS that a sample is brought to
CEILING_DBFS = -1.0  # but no peak goes above this
_ENOUGH_DB = 0.05  # a level this near is left as it is
_ENOUGH_DC = 1e-6
_ENOUGH_S = 0.03  # what is cut off must be longer
_LOW_RATE = 2_000
_MOMENT_S = 0.05
_LEAST = 1e-7  # of the loudest moment: digital silence weighs no more than this
_ROUNDS = 4
_OFF_HZ, _TRIES = 0.3, 25  # how far mains and sound cards are off

Mend = Callable[[Samples, int], Samples]


def speech_span(samples: Samples, rate: int) -> Span:
    """From the first to the last sound of a recording [n], with a short margin; empty for silence."""
    spans = stretches(samples, rate)
    return with_margins(Span(spans[0].start, spans[-1].end), rate, len(samples)) if spans else Span(0, 0)


def trimmed(samples: Samples, rate: int) -> Samples:
    """Without the silence at both ends, but for a short margin. Silence alone stays as it is."""
    return _cut(samples, speech_span(samples, rate), rate)


def gain_db(samples: Samples) -> float:
    """What brings the samples to the house's level, or their peaks to the ceiling, whichever is less; 0.0 for silence."""
    level = rms_db(samples)
    if level <= SILENCE_DB:
        return 0.0
    return min(LEVEL_DBFS - level, CEILING_DBFS - peak_db(samples))


def levelled(samples: Samples, rate: int) -> Samples:
    """At the house's level."""
    gain = gain_db(samples)
    return samples if abs(gain) < _ENOUGH_DB else np.asarray(samples * np.float32(gain_of(gain)))


def without_offset(samples: Samples, rate: int) -> Samples:
    """On its zero line."""
    mean = float(np.mean(samples, dtype=np.float64)) if len(samples) else 0.0
    return samples if abs(mean) < _ENOUGH_DC else np.asarray(samples - np.float32(mean))


def without_hum(samples: Samples, rate: int) -> Samples:
    """Without the mains' lines, if it hums. They are measured in the pauses and taken away; the voice is not filtered."""
    level, mains_hz = strongest(frames_of(samples, rate))
    if level < SOFT_DB:
        return samples
    low = resample(without_offset(samples, rate), rate, _LOW_RATE).astype(np.float64)
    exact_hz, lines = _lines(low, mains_hz)
    return np.asarray(samples - np.real(lines @ _waves(exact_hz, len(samples), rate)), np.float32)


def best(samples: Samples, rate: int) -> Samples:
    """The 5 to 10 s that suit best."""
    return _cut(samples, best_stretch(samples, rate), rate)


MENDS: Mapping[Remedy, Mend] = {
    Remedy.TRIM: trimmed,
    Remedy.LEVEL: levelled,
    Remedy.REMOVE_DC: without_offset,
    Remedy.REMOVE_HUM: without_hum,
    Remedy.BEST_STRETCH: best,
}
_ORDER = (Remedy.REMOVE_DC, Remedy.REMOVE_HUM, Remedy.BEST_STRETCH, Remedy.TRIM, Remedy.LEVEL)  # the level last: of what stays


def mended(samples: Samples, rate: int, remedies: Iterable[Remedy]) -> Samples:
    """The samples after several remedies, in the order that suits them. Those of the transcript are passed over."""
    wanted = set(remedies)
    for remedy in _ORDER:
        if remedy in wanted:
            samples = MENDS[remedy](samples, rate)
    return samples


def _cut(samples: Samples, span: Span, rate: int) -> Samples:
    """The span, or all where hardly anything would go, so that a second cut leaves what the first one left."""
    enough = _ENOUGH_S * rate
    first = span.start if span.start > enough else 0
    last = span.end if len(samples) - span.end > enough else len(samples)
    return samples[first:last] if span.end > span.start else samples


def _lines(low: npt.NDArray[np.float64], mains_hz: float) -> tuple[float, npt.NDArray[np.complex128]]:
    """The mains' frequency as this recording has it, and the amplitude of each of its lines: refined in rounds, for what is
    left of the hum hides the pauses."""
    weighted = low * _weights(low)
    tries = mains_hz + np.linspace(-_OFF_HZ, _OFF_HZ, _TRIES)
    hz = max(tries, key=lambda one: float(np.sum(np.abs(_waves(one, len(low), _LOW_RATE) @ weighted) ** 2)))
    waves = _waves(float(hz), len(low), _LOW_RATE)
    lines = np.zeros(HARMONICS, np.complex128)
    for _ in range(_ROUNDS):
        found = np.conj(waves) @ (low * _weights(low))
        lines += found
        low = low - np.real(found @ waves)
    return float(hz), lines


def _weights(low: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Quiet moments count the most: a voice is as loud in the lines as they are. They sum to 2."""
    size = round(_MOMENT_S * _LOW_RATE)
    power = np.convolve(np.square(low), np.full(size, 1.0 / size), "same")
    weights = 1.0 / (power + np.max(power) * _LEAST)
    return np.asarray(weights * (2.0 / np.sum(weights)))


def _waves(hz: float, count: int, rate: int) -> npt.NDArray[np.complex128]:
    """The mains' line and its multiples [HARMONICS, count], turning."""
    first = np.exp(2j * np.pi * hz / rate * np.arange(count))
    return np.asarray(np.multiply.accumulate(np.broadcast_to(first, (HARMONICS, count)), axis=0))
