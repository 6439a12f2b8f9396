"""The gate for audio files that a user brings: decoded by a child process with limits, never in the studio's own."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

import studio
from studio.audio.files import Samples, finite
from studio.core.errors import AudioError, reason

MAX_SECONDS = 4 * 3600.0
MAX_MEMORY = 4 << 30  # of address space; the libraries alone map about 1 GB
TIME_LIMIT_S = 120.0
LARGEST_FILE = 4 << 30
BLOCK = 1 << 18
KEPT = "nothing was changed"


def read(path: str | Path, *, max_seconds: float = MAX_SECONDS, time_limit_s: float = TIME_LIMIT_S) -> tuple[Samples, int]:
    """(float32 [frames, channels], rate) of any audio file: WAV, FLAC, MP3, M4A, OGG, Opus, ... Raises AudioError."""
    with _decoded(Path(path), max_seconds, time_limit_s) as (raw, rate):
        return finite(np.array(raw)), rate


def to_flac(
    path: str | Path, target: str | Path, *, max_seconds: float = MAX_SECONDS, time_limit_s: float = TIME_LIMIT_S
) -> None:
    """Decode any audio file into a FLAC of 24 bits, block by block; `target` appears whole or not at all. Raises AudioError."""
    target = Path(target)
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        with _decoded(Path(path), max_seconds, time_limit_s) as (raw, rate), temporary.open("wb") as file:
            with soundfile.SoundFile(file, "w", rate, raw.shape[1], "PCM_24", format="FLAC") as flac:
                for start in range(0, len(raw), BLOCK):
                    flac.write(np.clip(finite(np.array(raw[start : start + BLOCK])), -1.0, 1.0))
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    except (OSError, soundfile.LibsndfileError) as error:
        raise AudioError(f"the copy cannot be written ({error})", where=target, todo="check the free space") from error
    finally:
        temporary.unlink(missing_ok=True)


def cached(path: str | Path, folder: str | Path) -> Path:
    """A FLAC in `folder` with the sound of a user's file, made at first use and again when it changes. Raises AudioError."""
    source = Path(path)
    try:
        state = source.stat()
    except OSError as error:
        raise _missing(source) from error
    name = hashlib.sha256(f"{source.resolve()}\0{state.st_size}\0{state.st_mtime_ns}".encode("utf-8", "surrogateescape"))
    target = Path(folder) / f"{name.hexdigest()[:32]}.flac"
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        to_flac(source, target)
    return target


@contextmanager
def _decoded(path: Path, max_seconds: float, time_limit_s: float) -> Iterator[tuple[Samples, int]]:
    """The decoded samples as a read-only map of a temporary file, and their rate."""
    try:
        state = path.stat()
    except (OSError, ValueError) as error:
        raise _missing(path) from error
    if not stat.S_ISREG(state.st_mode):  # a folder, a device, or a pipe, which would be waited for
        raise _missing(path)
    if state.st_size > LARGEST_FILE:
        raise AudioError("the file is larger than 4 GB", where=path, kept=KEPT, todo="cut it, or choose another file")
    with tempfile.TemporaryDirectory(prefix="dia-studio-", ignore_cleanup_errors=True) as folder:
        raw = Path(folder) / "samples.f32"
        answer = _ask(path, raw, max_seconds, time_limit_s)
        if "error" in answer:
            raise AudioError(str(answer["error"]), where=path, kept=KEPT, todo=str(answer.get("todo", "")))
        shape = (int(answer["frames"]), int(answer["channels"]))
        yield np.memmap(raw, np.float32, "r", shape=shape), int(answer["rate"])


def _ask(path: Path, raw: Path, max_seconds: float, time_limit_s: float) -> dict[str, Any]:
    """What the child says about the file. Its stderr is kept from the terminal: some parsers write thousands of lines."""
    root = str(Path(studio.__file__).parent.parent)
    environment = {**os.environ, "PYTHONPATH": root, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    command = [
        sys.executable,
        "-P",
        "-m",
        "studio.audio.probe",
        str(path.absolute()),
        str(raw),
        str(max_seconds),
        str(MAX_MEMORY),
    ]
    try:
        done = subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=time_limit_s, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise AudioError("reading it takes too long", where=path, kept=KEPT, todo="choose another file") from error
    except OSError as error:
        what = f"the audio reader cannot be started ({reason(error)})"
        raise AudioError(what, where=path, kept=KEPT, todo="close other programs") from error
    if done.returncode < 0 or not done.stdout:
        lacks = b"ModuleNotFoundError" in done.stderr or b"ImportError" in done.stderr
        what = "no library to read audio with is installed" if lacks else "the audio reader stopped at it: the file is damaged"
        raise AudioError(what, where=path, kept=KEPT, todo="install soundfile and av" if lacks else "choose another file")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def _missing(path: Path) -> AudioError:
    return AudioError("there is no such audio file", where=path, kept=KEPT, todo="check the name, or choose another file")
