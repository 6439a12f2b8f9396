"""Recordings of any number of channels as one, and at a rate that a voice needs."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from studio.audio.files import Samples, resample

HIGHEST_RATE = 48_000  # above it lies nothing that a voice or a codec has
USUAL_RATE = 44_100  # that of Dia's codec
# ITU-R BS.775, from L R C LFE Ls Rs to two channels, and these added: the effects are left out, the surrounds are quieter.
_SURROUND = np.array([1.0, 1.0, 2**0.5, 0.0, 2**-0.5, 2**-0.5], np.float32)


def to_mono(samples: Samples) -> npt.NDArray[np.float32]:
    """One channel [n] of [n] or [n, channels]: 5.1 by the weights of ITU-R BS.775, else the mean. Never louder than any."""
    if samples.ndim == 1:
        return samples
    if samples.shape[1] == len(_SURROUND):
        return np.asarray(samples @ (_SURROUND / _SURROUND.sum()), np.float32)
    return np.asarray(samples.mean(axis=1), np.float32)


def at_usual_rate(samples: Samples, rate: int) -> tuple[Samples, int]:
    """The samples and their rate, resampled to 44.1 kHz where that is above 48 kHz."""
    return (resample(samples, rate, USUAL_RATE), USUAL_RATE) if rate > HIGHEST_RATE else (samples, rate)
