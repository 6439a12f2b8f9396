"""Results onto disk, whole or not at all."""

from __future__ import annotations

import os
import threading
import wave
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from dia_engine.errors import BadRequest, EngineError


def save_arrays(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write a .npz file."""
    with whole(path) as file:
        np.savez(file, **dict(arrays))  # type: ignore[arg-type]  # its own flags may be keywords too


def save_wave(path: Path, pcm: NDArray[np.float32], rate: int) -> None:
    """Write mono floats [samples] as a 16-bit WAV file; what passes full scale is cut, as the original does."""
    samples = (np.clip(pcm, -1, 1) * 32767).astype("<i2")
    with whole(path) as file, wave.open(file, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(rate)
        written.writeframes(samples.tobytes())


def check_places(paths: Sequence[Path]) -> None:
    """Refuse files that cannot be made, before the work for them is done. Raises `BadRequest`."""
    for path in paths:
        try:
            if path.is_dir() or not path.parent.is_dir():
                raise BadRequest("No file can be written there", where=path, todo="name a file in a folder that exists")
            part = _part(path)
            part.open("xb").close()
            part.unlink()
        except OSError as error:
            what = f"No file can be written there ({error.strerror})"
            raise BadRequest(what, where=path, todo="make the folder writable, or name another place") from error
    if len({path.resolve() for path in paths}) < len(paths):
        raise BadRequest("Two results would be one file", where=paths[0], todo="name a file for each")


def spare(sources: Iterable[Path], paths: Sequence[Path]) -> None:
    """Refuse files to be made that the work for them reads. Raises `BadRequest`."""
    read = [source for source in sources if source.exists()]
    for path in paths:
        if path.exists() and any(path.samefile(file) for file in read):
            raise BadRequest("The result would replace what it is made of", where=path, todo="name another file")


@contextmanager
def whole(path: Path) -> Iterator[BinaryIO]:
    """A new file that takes its name when it is complete."""
    part = _part(path)
    try:
        with part.open("wb") as file:
            yield file
        part.replace(path)
    except OSError as error:
        what = f"The result cannot be written ({error.strerror})"
        raise EngineError(what, where=path, todo="make room, or name another place") from error
    finally:
        part.unlink(missing_ok=True)


def _part(path: Path) -> Path:
    return path.with_name(f"{path.name}.{os.getpid()}-{threading.get_ident()}.part")
