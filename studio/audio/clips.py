"""Short clips that a user brings as a voice sample: trimmed, levelled, cut with pydub, whole in memory."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from studio.audio import foreign
from studio.audio.doctor.levels import clipping
from studio.audio.downmix import at_usual_rate, to_mono
from studio.audio.dsp import peak_db
from studio.audio.files import Samples, finite
from studio.audio.mending import CEILING_DBFS, LEVEL_DBFS, speech_span, without_offset
from studio.core.errors import VoiceError
from studio.core.prompts import Verdict
from studio.core.rules.whole import USABLE_PROMPT_S

MIN_S, MAX_S = USABLE_PROMPT_S
LONGEST_S = 900.0  # of a file that a sample is chosen from; what is longer is refused before it is decoded
SILENCE_DBFS = -60.0  # a quiet microphone is 20 dB louder


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
    samples, rate = read(path)
    return prepare_samples(samples, rate, where=path, start_s=start_s, end_s=end_s, min_s=min_s, max_s=max_s)


def read(path: str | Path) -> tuple[Samples, int]:
    """(float32 [frames, channels], rate) of a file to choose a sample from, as it is. Raises AudioError; at once for hours."""
    return foreign.read(path, max_seconds=LONGEST_S)


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
    mono, rate = at_usual_rate(to_mono(finite(np.asarray(samples, np.float32))), rate)
    chosen = mono[max(round(start_s * rate), 0) : None if end_s is None else max(round(end_s * rate), 0)]
    chosen = without_offset(chosen, rate)
    span = speech_span(chosen, rate)
    segment = _segment(chosen, rate)[span.start * 1000 / rate : span.end * 1000 / rate]
    seconds = len(segment) / 1000
    if segment.rms == 0 or segment.dBFS < SILENCE_DBFS:
        todo = "choose a recording of the voice"
        raise VoiceError("there is nothing to hear in this sample", where=where, kept=foreign.KEPT, todo=todo)
    if seconds < min_s:
        what = f"the sample holds only {seconds:.1f} s of speech"
        raise VoiceError(what, where=where, kept=foreign.KEPT, todo=f"bring at least {min_s:g} s")
    if seconds > max_s:
        todo = f"choose {max_s:g} s of it or less"
        raise VoiceError(f"the sample is {seconds:.0f} s long", where=where, kept=foreign.KEPT, todo=todo)
    found = clipping(mono, rate)
    notes = () if found.verdict is Verdict.GOOD else (found.sentence().rstrip("."),)
    gain = min(LEVEL_DBFS - segment.dBFS, CEILING_DBFS - segment.max_dBFS)
    return Prepared(_array(segment.apply_gain(gain)), rate, notes)


def _segment(mono: npt.NDArray[np.float32], rate: int) -> Any:
    """Mono samples as a pydub segment of 32 bits; what is too loud is brought under full scale first."""
    loudest = peak_db(mono)
    safe = mono if loudest <= 0.0 else mono / np.float32(10.0 ** (loudest / 20.0))
    pcm = np.clip(safe.astype(np.float64) * 2**31, -(2**31), 2**31 - 1).astype(np.int32)
    return _pydub().AudioSegment(data=pcm.tobytes(), sample_width=4, frame_rate=rate, channels=1)


def _array(segment: Any) -> npt.NDArray[np.float32]:
    return (np.array(segment.get_array_of_samples(), np.float64) / 2**31).astype(np.float32)


def _pydub() -> Any:
    """pydub, imported at first use. It warns that it found no ffmpeg; nothing here needs one."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pydub
    return pydub
