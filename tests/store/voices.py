"""Voices to keep, with recordings that are small and real."""

from __future__ import annotations

import io
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import soundfile

from studio.core.codes import CODEBOOKS, CODES
from studio.core.voices import Consent, Sample, Voice
from studio.store.library import VoiceLibrary, sample_digest

RATE = 8_000
AGREED = Consent("I agree to be heard.", "Maya", "2026-11-21")


@cache
def _empty() -> bytes:
    """A library without voices. Its migrations take longer than what most tests do with it."""
    with TemporaryDirectory() as folder:
        VoiceLibrary.open(Path(folder) / "library.db").close()
        return (Path(folder) / "library.db").read_bytes()


def opened(path: Path) -> VoiceLibrary:
    """An empty library, as `VoiceLibrary.open` makes it."""
    path.parent.mkdir(mode=0o700, parents=True)
    path.touch(mode=0o600)
    path.write_bytes(_empty())
    return VoiceLibrary.open(path)


def pcm(seed: int, seconds: float = 1.0) -> np.ndarray:
    """16-bit noise that swells and falls, like nobody else's."""
    noise = np.random.default_rng(seed).normal(0.0, 0.1, int(seconds * RATE))
    return np.clip(noise * np.sin(np.arange(len(noise)) / 700) * 32_767, -32_768, 32_767).astype("<i2")


def flac(seed: int, seconds: float = 1.0) -> bytes:
    buffer = io.BytesIO()
    soundfile.write(buffer, pcm(seed, seconds), RATE, format="FLAC", subtype="PCM_16")
    return buffer.getvalue()


def codes(seed: int, seconds: float = 1.0) -> bytes:
    """Codes of the codec `dac-44100`, like nobody else's."""
    table = np.random.default_rng(seed).integers(0, CODES, (round(seconds * 44_100 / 512), CODEBOOKS))
    return table.astype("<i2").tobytes()


def coded(voice: Voice, *codes: bytes, codec: str = "dac-44100") -> Voice:
    """The voice with codes for its first samples."""
    own = [replace(one, codes=sample_digest(data), codec=codec) for one, data in zip(voice.samples, codes, strict=False)]
    return replace(voice, samples=(*own, *voice.samples[len(own) :]))


def voice(name: str, *sounds: bytes, **fields: object) -> Voice:
    """A voice with these recordings, in styles of their own."""
    styles = ("", "angry", "calm")
    samples = tuple(
        Sample(sample_digest(one), 1.0, "[S1] Hello there.", style) for one, style in zip(sounds, styles, strict=False)
    )
    return Voice(name, samples=samples, **fields)  # type: ignore[arg-type]


def files(*sounds: bytes) -> dict[str, Path | bytes]:
    return {sample_digest(one): one for one in sounds}
