"""Reads and writes our own audio files (takes, imported music) with soundfile, and resamples with soxr.

Samples are float32 [frames, channels], full scale ±1. Files that a stranger made go through `foreign` first.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from studio.core.errors import AudioError

Samples = npt.NDArray[np.float32]

PCM_SUBTYPES = {16: "PCM_16", 24: "PCM_24"}


@dataclass(frozen=True, slots=True)
class Info:
    """What a file's header says. `frames` counts samples per channel at `rate`."""

    rate: int
    channels: int
    frames: int
    format: str

    @property
    def seconds(self) -> float:
        return self.frames / self.rate


class Reader:
    """An open audio file, read by position. It fits `mix.Source`. One thread at a time; close it, or use `with`."""

    def __init__(self, path: str | Path) -> None:
        """Raises AudioError where there is no such file or no sound in it."""
        self._path = Path(path)
        self._file = _opened(self._path)
        self.rate = int(self._file.samplerate)
        self.channels = int(self._file.channels)
        self.frames = int(self._file.frames)

    def read(self, start: int, count: int) -> Samples:
        """Samples [count, channels] from frame `start`; what lies outside the file is silence."""
        out = np.zeros((max(count, 0), self.channels), np.float32)
        first, last = max(start, 0), min(start + count, self.frames)
        if first >= last:
            return out
        try:
            if self._file.tell() != first:
                self._file.seek(first)
            got = self._file.read(last - first, dtype="float32", always_2d=True)
        except (soundfile.LibsndfileError, RuntimeError) as error:
            raise _damaged(self._path, error) from error
        out[first - start : first - start + len(got)] = got
        return out

    def blocks(self, size: int = 1 << 16) -> Iterator[Samples]:
        """The whole file from its beginning, in blocks of `size` frames; the last one is shorter."""
        for start in range(0, self.frames, size):
            yield self.read(start, min(size, self.frames - start))

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def info(path: str | Path) -> Info:
    """The header of one of our files. Raises AudioError."""
    with _opened(Path(path)) as file:
        return Info(int(file.samplerate), int(file.channels), int(file.frames), str(file.format))


def read(path: str | Path, rate: int | None = None) -> tuple[Samples, int]:
    """The whole file as float32 [frames, channels] and its rate; resampled when another `rate` is asked. Raises AudioError."""
    with Reader(path) as reader:
        samples, own = reader.read(0, reader.frames), reader.rate
    if rate is None or rate == own:
        return samples, own
    return resample(samples, own, rate), rate


def write_flac(path: str | Path, samples: npt.ArrayLike, rate: int, *, bits: int = 16) -> None:
    """Write samples [frames] or [frames, channels] as FLAC of 16 or 24 bits. Not atomic. Raises AudioError."""
    _write(Path(path), samples, rate, bits, "FLAC")


def write_wav(path: str | Path, samples: npt.ArrayLike, rate: int, *, bits: int = 16) -> None:
    """Write samples [frames] or [frames, channels] as WAV of 16 or 24 bits. Not atomic. Raises AudioError."""
    _write(Path(path), samples, rate, bits, "WAV")


def resample(samples: Samples, rate: int, to: int) -> Samples:
    """The same sound at another rate, with soxr's high quality; lined up with the original to the sample."""
    if rate == to or not len(samples):
        return samples
    return np.asarray(soxr.resample(samples, rate, to), np.float32)


def to_pcm(samples: npt.ArrayLike, bits: int = 16) -> npt.NDArray[np.int16] | npt.NDArray[np.int32]:
    """Float samples as integers: rounded, never wrapped, what is no number is silence. 24 bits lie in the low part of int32."""
    full = 1 << (bits - 1)
    clean = finite(np.asarray(samples, np.float32)).astype(np.float64) * full
    whole = np.clip(np.rint(clean), -full, full - 1)
    return whole.astype(np.int16) if bits == 16 else whole.astype(np.int32)


def finite(samples: Samples) -> Samples:
    """The samples with every NaN and infinity silenced. The same array comes back when there are none."""
    with np.errstate(over="ignore", invalid="ignore"):
        clean = bool(np.isfinite(np.sum(samples, dtype=np.float64)))
    return samples if clean else np.nan_to_num(samples, nan=0.0, posinf=0.0, neginf=0.0)


def _write(path: Path, samples: npt.ArrayLike, rate: int, bits: int, kind: str) -> None:
    if bits not in PCM_SUBTYPES:
        raise AudioError(f"{bits} bits cannot be written", where=path, todo="use 16 or 24 bits")
    pcm = to_pcm(samples, bits)
    if bits == 24:
        pcm = pcm << 8  # soundfile takes 24 bits from the high part of an int32
    try:
        with path.open("wb") as file:
            soundfile.write(file, pcm, rate, subtype=PCM_SUBTYPES[bits], format=kind)
            file.flush()
            os.fsync(file.fileno())
    except (soundfile.LibsndfileError, RuntimeError, OSError) as error:
        raise AudioError(
            f"the audio cannot be written: {error}", where=path, todo="check the folder and the free space"
        ) from error


def _opened(path: Path) -> soundfile.SoundFile:
    if not path.is_file():
        raise AudioError("there is no such audio file", where=path, todo="check the name, or choose another file")
    try:
        return soundfile.SoundFile(path)
    except (soundfile.LibsndfileError, RuntimeError, TypeError, OSError) as error:
        raise _damaged(path, error) from error


def _damaged(path: Path, error: Exception) -> AudioError:
    text = str(getattr(error, "error_string", "") or error).rstrip(". ")
    return AudioError(f"the audio cannot be read ({text})", where=path, todo="choose another file, or render it again")
