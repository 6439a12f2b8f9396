"""What can be done about a recording's faults: functions from mono samples [n] to mono samples. They change nothing in place,
and done twice they change nothing more."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import numpy as np

from studio.audio.doctor.mains import HARMONICS, SOFT_DB, strongest
from studio.audio.dsp import SILENCE_DB, gain_of, peak_db, rms_db
from studio.audio.files import Samples
from studio.audio.screening.frames import frames_of
from studio.audio.stretches import Span, best_stretch, stretches, with_margins
from studio.core.prompts import Remedy

LEVEL_DBFS = -20.0  # RMS that a sample is brought to
CEILING_DBFS = -1.0  # but no peak goes above this
_ENOUGH_DB = 0.05  # a level this near is left as it is
_ENOUGH_DC = 1e-6
_NOTCH_HZ = 1.5  # on both sides of each line
_LOWEST_HZ = 40.0  # below it no voice has anything
_PERIOD_S = 0.1  # in which both mains come round

Mend = Callable[[Samples, int], Samples]


def speech_span(samples: Samples, rate: int) -> Span:
    """From the first to the last sound of a recording [n], with a short margin; empty for silence."""
    spans = stretches(samples, rate)
    return with_margins(Span(spans[0].start, spans[-1].end), rate, len(samples)) if spans else Span(0, 0)


def trimmed(samples: Samples, rate: int) -> Samples:
    """Without the silence at both ends, but for a short margin. Silence alone stays as it is."""
    first, last = speech_span(samples, rate)
    return samples[first:last] if last > first else samples


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
    """Without the mains' lines, if it hums, and without what lies below every voice."""
    level, mains_hz = strongest(frames_of(samples, rate))
    if level < SOFT_DB:
        return samples
    size = max(round(int(len(samples) / rate / _PERIOD_S) * _PERIOD_S * rate), 1)  # whole periods: no line leaks into others
    result = samples.copy()
    result[-size:] = _notched(samples[-size:], rate, mains_hz)
    result[:size] = _notched(samples[:size], rate, mains_hz)
    return result


def best(samples: Samples, rate: int) -> Samples:
    """The 5 to 10 s that suit best."""
    first, last = best_stretch(samples, rate)
    return samples[first:last] if last > first else samples


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


def _notched(samples: Samples, rate: int, mains_hz: float) -> Samples:
    lines = np.fft.rfft(samples.astype(np.float64))
    hz = np.fft.rfftfreq(len(samples), 1.0 / rate)
    lines[hz < _LOWEST_HZ] = 0.0
    for harmonic in range(1, HARMONICS + 1):
        lines[np.abs(hz - mains_hz * harmonic) <= _NOTCH_HZ] = 0.0
    return np.fft.irfft(lines, len(samples)).astype(np.float32)
