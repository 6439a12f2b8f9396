"""Sound of the draft as float32: one loudness for all voices, no clicks, words measured. Knows no process."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float32]

_TARGET = 10 ** (-20 / 20)  # RMS of what is not silence
_SILENCE = 10 ** (-46 / 20)  # relative to the loudest sample
_MOST_GAIN = 8.0
_KNEE, _CEILING = 0.7, 0.95
_FADE_S = 0.004


def active_span(samples: Samples) -> tuple[int, int]:
    """First and last + 1 sample that is heard; (0, 0) for silence."""
    peak = float(np.abs(samples).max(initial=0.0))
    heard = np.flatnonzero(np.abs(samples) > peak * _SILENCE) if peak > 0 else np.empty(0, np.intp)
    return (int(heard[0]), int(heard[-1]) + 1) if heard.size else (0, 0)


def levelled(samples: Samples) -> Samples:
    """The samples at the draft's loudness (-20 dBFS where there is sound), bent, not cut, at the top, faded at both ends."""
    active = samples[np.abs(samples) > float(np.abs(samples).max(initial=0.0)) * _SILENCE * 10]
    rms = float(np.sqrt(np.mean(np.square(active, dtype=np.float64)))) if active.size else 0.0
    gain = min(_TARGET / rms, _MOST_GAIN) if rms > 0 else 1.0
    return faded_inplace(limited(samples * np.float32(gain)))


def limited(samples: Samples) -> Samples:
    """Peaks above the knee bent so that none reaches the ceiling."""
    over = np.abs(samples) > _KNEE
    if over.any():
        room = _CEILING - _KNEE
        loud = samples[over]
        samples[over] = np.sign(loud) * (_KNEE + room * np.tanh((np.abs(loud) - _KNEE) / room))
    return samples


def faded_inplace(samples: Samples, rate: int = 22_050) -> Samples:
    """A fade of 4 ms at both ends, so that no join clicks."""
    length = min(round(_FADE_S * rate), len(samples) // 2)
    if length:
        ramp = np.linspace(0.0, 1.0, length, endpoint=False, dtype=np.float32)
        samples[:length] *= ramp
        samples[-length:] *= ramp[::-1]
    return samples


def silence(seconds: float, rate: int) -> Samples:
    return np.zeros(max(round(seconds * rate), 0), np.float32)
