"""Short clips that a user brings as a voice sample: trimmed, levelled, cut with pydub, whole in memory."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from studio.audio import foreign
from studio.audio.dsp import peak_db
from studio.audio.files import Samples, finite, to_pcm
from studio.core.errors import VoiceError

MIN_S, MAX_S = 1.0, 30.0
LEVEL_DBFS = -20.0  # RMS that a sample is brought to
CEILING_DBFS = -1.0  # but no peak goes above this
SILENCE_DBFS = -45.0
MARGIN_MS = 60  # silence that stays at both ends
CLIPPED_SHARE = 1e-4  # of samples at full scale, from which on a recording counts as clipped


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A voice sample ready for the library: float32 [frames], mono, and what is worth telling the user."""

    samples: npt.NDArray[np.float32]
    rate: int
    warnings: tuple[str, ...] = ()

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.rate


def prepare(
    path: str | Path,
    *,
    start_s: float = 0.0,
    end_s: float | None = None,
    min_s: float = MIN_S,
    max_s: float = MAX_S,
) -> Prepared:
    """Read a user's file, take [start_s, end_s), trim, level. Raises AudioError (no audio) or VoiceError (no voice sample)."""
    samples, rate = foreign.read(path)
    return prepare_samples(samples, rate, where=path, start_s=start_s, end_s=end_s, min_s=min_s, max_s=max_s)


def prepare_samples(
    samples: Samples,
    rate: int,
    *,
    where: str | Path = "",
    start_s: float = 0.0,
    end_s: float | None = None,
    min_s: float = MIN_S,
    max_s: float = MAX_S,
) -> Prepared:
    """The same for samples [frames] or [frames, channels] that are at hand. Raises VoiceError."""
    array = finite(np.asarray(samples, np.float32))
    mono = array if array.ndim == 1 else array.mean(axis=1, dtype=np.float32)
    segment = _segment(mono, rate)[round(start_s * 1000) : None if end_s is None else round(end_s * 1000)]
    trimmed = _trimmed(segment)
    seconds = len(trimmed) / 1000
    if trimmed.rms == 0 or trimmed.dBFS < SILENCE_DBFS:
        raise VoiceError("there is nothing to hear in this sample", where=where, todo="choose a recording of the voice")
    if seconds < min_s:
        raise VoiceError(f"the sample holds only {seconds:.1f} s of speech", where=where, todo=f"bring at least {min_s:g} s")
    if seconds > max_s:
        raise VoiceError(f"the sample is {seconds:.0f} s long", where=where, todo=f"choose {max_s:g} s of it or less")
    notes = ("the recording is clipped: it was too loud for its microphone or file",) if _is_clipped(mono) else ()
    gain = min(LEVEL_DBFS - trimmed.dBFS, CEILING_DBFS - trimmed.max_dBFS)
    return Prepared(_array(trimmed.apply_gain(gain)), rate, notes)


def _segment(mono: npt.NDArray[np.float32], rate: int) -> Any:
    """Mono samples as a pydub segment of 32 bits; what is too loud is brought under full scale first."""
    loudest = peak_db(mono)
    safe = mono if loudest <= 0.0 else mono / np.float32(10.0 ** (loudest / 20.0))
    pcm = np.clip(safe.astype(np.float64) * 2**31, -(2**31), 2**31 - 1).astype(np.int32)
    return _pydub().AudioSegment(data=pcm.tobytes(), sample_width=4, frame_rate=rate, channels=1)


def _trimmed(segment: Any) -> Any:
    """Without the silence at both ends, but for a short margin."""
    lead = _pydub().silence.detect_leading_silence
    first = max(0, lead(segment, SILENCE_DBFS) - MARGIN_MS)
    last = max(0, lead(segment.reverse(), SILENCE_DBFS) - MARGIN_MS)
    return segment[first : max(first, len(segment) - last)]


def _array(segment: Any) -> npt.NDArray[np.float32]:
    return (np.array(segment.get_array_of_samples(), np.float64) / 2**31).astype(np.float32)


def _is_clipped(mono: npt.NDArray[np.float32]) -> bool:
    loud = np.abs(to_pcm(mono, 16).astype(np.int32)) >= 32_766
    return bool(np.mean(loud) >= CLIPPED_SHARE) if len(loud) else False


def _pydub() -> Any:
    """pydub, imported at first use. It warns that it found no ffmpeg; nothing here needs one."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pydub
        import pydub.silence
    return pydub
