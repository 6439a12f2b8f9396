"""Results onto disk, whole or not at all; prompts' sound from disk. The only place that knows file formats of sound."""

from __future__ import annotations

import os
import wave
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from dia_engine.errors import BadRequest, EngineError

LONGEST_PROMPT = 60.0  # seconds; the model has rows for 35


def save_arrays(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write a .npz file."""
    with _whole(path) as file:
        np.savez(file, **dict(arrays))  # type: ignore[arg-type]  # its own flags may be keywords too


def save_wave(path: Path, pcm: NDArray[np.float32], rate: int) -> None:
    """Write mono floats [samples] as a 16-bit WAV file; what passes full scale is cut, as the original does."""
    samples = (np.clip(pcm, -1, 1) * 32767).astype("<i2")
    with _whole(path) as file, wave.open(file, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(rate)
        written.writeframes(samples.tobytes())


def check_place(path: Path) -> None:
    """Refuse a file that cannot be made, before the work for it is done."""
    if path.is_dir() or not path.parent.is_dir():
        raise BadRequest("No file can be written there", where=path, todo="name a file in a folder that exists")


def read_prompt(path: Path, rate: int) -> NDArray[np.float32]:
    """Mono floats [samples] at `rate` from a sound file. Needs soundfile, and soxr for files of another rate."""
    try:
        import soundfile
        import soxr
    except ImportError as error:
        todo = "install soundfile and soxr, or give --prompt-codes"
        raise BadRequest(f"Sound files need a library that is missing ({error.name})", where=path, todo=todo) from error
    try:
        with soundfile.SoundFile(path) as opened:
            seconds = opened.frames / opened.samplerate
            if seconds > LONGEST_PROMPT:
                raise BadRequest(f"The prompt is {seconds:.0f} s long", where=path, todo="use 5 to 10 s of speech")
            pcm = opened.read(dtype="float32", always_2d=True)
            own_rate = opened.samplerate
    except (OSError, ValueError, RuntimeError) as error:
        raise BadRequest("This is no sound file that can be read", where=path, todo="use WAV or FLAC") from error
    mono: NDArray[np.float32] = pcm.mean(axis=1, dtype=np.float32)
    if not mono.any():
        raise BadRequest("The prompt is silent", where=path, todo="use 5 to 10 s of speech")
    return mono if own_rate == rate else np.asarray(soxr.resample(mono, own_rate, rate), np.float32)


@contextmanager
def _whole(path: Path) -> Iterator[BinaryIO]:
    """A new file that takes its name when it is complete."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            yield file
        part.replace(path)
    except OSError as error:
        what = f"The result cannot be written ({error.strerror})"
        raise EngineError(what, where=path, todo="make room, or name another place") from error
    finally:
        part.unlink(missing_ok=True)
