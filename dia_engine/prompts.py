"""A voice's sound to codes: checked before anything runs, and computed once where a folder is named to keep the codes in."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dia_engine import output
from dia_engine.codec import Codec
from dia_engine.errors import BadRequest, EngineError
from dia_engine.params import CODES, Codes

SHORTEST_S = 1.0  # below this there is no voice to hear
LONGEST_S = 60.0  # the model has rows for 35
QUIETEST = 1e-3  # of full scale: 60 dB below it
LOUDEST = 8.0  # floats may pass full scale a little; integers that were only cast to float pass this
RATES = (4_000, 768_000)  # samples per second
CHANNELS = 32
ADVICE = "use 5 to 10 s of speech"
FORM = b"dia prompt 1\n"  # goes into a kept file's name: a new way to encode is a new form


def encode(codec: Codec, audio: NDArray[Any], rate: int, *, keep_in: Path | None = None, longest_s: float = LONGEST_S) -> Codes:
    """Codes [frames, codebooks] of a voice: floats [samples] or [samples, channels] within ±1, or 16-bit integers, at `rate`.

    Channels are averaged, other rates resampled. Raises `BadRequest` before anything runs for what is no voice, or longer
    than `longest_s`. In the folder `keep_in`, which is made if need be, codes are found again by the sound and the codec's
    weights; what is damaged there is made anew, and what cannot be written is not kept.
    """
    mono = _checked(audio, rate, longest_s)
    kept = None if keep_in is None or not codec.digest else keep_in / f"{_key(mono, rate, codec.digest)}.codes"
    codes = None if kept is None else _kept(kept, -(-_samples(len(mono), rate, codec) // codec.hop), codec.codebooks)
    if codes is None:
        codes = codec.encode(_resampled(mono, rate, codec.sample_rate))
        if kept is not None:
            _keep(kept, codes)
    return codes


def read(path: Path, longest_s: float = LONGEST_S) -> tuple[NDArray[np.float32], int]:
    """Floats [samples, channels] and their rate from a sound file. Needs soundfile. Raises `BadRequest`.

    No more is read than `longest_s` and what shows that there is more.
    """
    try:
        import soundfile
    except ImportError as error:
        raise _missing(error, path) from error
    try:
        with soundfile.SoundFile(path) as opened:
            rate = int(opened.samplerate)
            pcm = opened.read(int(rate * longest_s) + 1, dtype="float32", always_2d=True)
    except (OSError, ValueError, RuntimeError) as error:
        raise BadRequest("This is no sound file that can be read", where=path, todo="use WAV or FLAC") from error
    try:
        _checked(pcm, rate, longest_s)
    except BadRequest as error:
        raise BadRequest(error.what, where=path, todo=error.todo) from error
    return pcm, rate


def _checked(audio: NDArray[Any], rate: int, longest_s: float) -> NDArray[np.float32]:
    """Mono floats [samples], or `BadRequest`."""
    array = np.asarray(audio)
    is_sound = array.dtype.kind == "f" or array.dtype == np.int16
    if not is_sound or array.ndim not in (1, 2) or (array.ndim == 2 and not 1 <= array.shape[1] <= CHANNELS):
        what = f"{array.dtype} values in the shape {list(array.shape)} are no sound"
        raise BadRequest(what, todo="give floats or 16-bit integers, [samples] or [samples, channels]")
    if isinstance(rate, bool) or not isinstance(rate, int) or not RATES[0] <= rate <= RATES[1]:
        raise BadRequest(f"The prompt's rate is {rate!r}", todo=f"use {RATES[0]} to {RATES[1]} samples per second")
    seconds = len(array) / rate
    if seconds < SHORTEST_S:
        raise BadRequest(f"The prompt is {seconds:.2f} s long, too short to hear a voice in", todo=ADVICE)
    if seconds > longest_s:
        raise BadRequest(f"The prompt is longer than {longest_s:g} s", todo=ADVICE)
    scaled = array / np.float32(32768) if array.dtype == np.int16 else array
    mono: NDArray[np.float32] = scaled.astype(np.float32) if array.ndim == 1 else scaled.mean(axis=1, dtype=np.float32)
    if not np.isfinite(mono).all():
        raise BadRequest("The prompt holds values that are no numbers", todo="export it again as WAV or FLAC")
    peak = float(np.abs(mono).max())
    if peak < QUIETEST:
        raise BadRequest("The prompt is silent", todo=ADVICE)
    if peak > LOUDEST:
        raise BadRequest(f"The prompt reaches {peak:g}", todo="scale it to ±1")
    return mono


def _samples(length: int, rate: int, codec: Codec) -> int:
    return length if rate == codec.sample_rate else round(length * codec.sample_rate / rate)


def _resampled(mono: NDArray[np.float32], rate: int, wanted: int) -> NDArray[np.float32]:
    if rate == wanted:
        return mono
    try:
        import soxr
    except ImportError as error:
        raise _missing(error) from error
    return np.asarray(soxr.resample(mono, rate, wanted), np.float32)


def _missing(error: ImportError, where: str | Path = "") -> BadRequest:
    todo = "install soundfile and soxr, or give codes"
    return BadRequest(f"Sound of this kind needs a library that is missing ({error.name})", where=where, todo=todo)


def _key(mono: NDArray[np.float32], rate: int, digest: str) -> str:
    found = hashlib.sha256(FORM + f"{rate} {digest}\n".encode())
    found.update(mono.astype("<f4").tobytes())
    return found.hexdigest()


def _kept(path: Path, frames: int, codebooks: int) -> Codes | None:
    """The codes in a kept file, or None where there is none that is whole."""
    try:
        content = path.read_bytes()
        check, body = content[:32], content[32:]
        if hashlib.sha256(body).digest() != check:
            return None
        codes = np.load(io.BytesIO(body), allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    is_whole = codes.dtype == np.int16 and codes.ndim == 2 and codes.shape[1] == codebooks and abs(len(codes) - frames) <= 1
    return codes if is_whole and codes.min() >= 0 and codes.max() < CODES else None


def _keep(path: Path, codes: Codes) -> None:
    body = io.BytesIO()
    np.save(body, codes, allow_pickle=False)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with output.whole(path) as file:
            file.write(hashlib.sha256(body.getvalue()).digest() + body.getvalue())
        path.chmod(0o600)  # they are somebody's voice
    except (OSError, EngineError):
        return  # a full disk costs the time to encode again, not the voice
