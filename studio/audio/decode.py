"""Decodes audio files that strangers made. Runs in the child process of `foreign` only; trusts nothing but the first bytes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import soundfile

from studio.audio.files import Samples
from studio.core.errors import AudioError

BLOCK = 1 << 16

# (offset, first bytes) -> what reads it: "" is soundfile, else the one FFmpeg demuxer that may try.
SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"RIFF", ""),
    (0, b"RF64", ""),
    (0, b"fLaC", ""),
    (0, b"FORM", ""),
    (0, b"caff", ""),
    (0, b"riff\x2e\x91\xcf\x11", ""),
    (0, b"OggS", "ogg"),
    (0, b"ID3", "mp3"),
    (4, b"ftyp", "mov"),
    (0, b"\x1a\x45\xdf\xa3", "matroska"),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "asf"),
    (0, b"wvpk", "wv"),
    (0, b"MAC ", "ape"),
    (0, b"#!AMR", "amr"),
    (0, b"ADIF", "aac"),
)


def demuxer(head: bytes) -> str | None:
    """Who reads a file that begins so: "" for soundfile, an FFmpeg demuxer's name, or None for what is no audio file."""
    for offset, magic, name in SIGNATURES:
        if head[offset : offset + len(magic)] == magic:
            return name
    if len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0:
        return "aac" if head[1] & 0xF6 == 0xF0 else "mp3"
    return None


def blocks(path: Path, max_seconds: float = math.inf) -> tuple[int, int, Iterator[Samples]]:
    """(rate, channels, float32 blocks [n, channels]) of any audio file. One that says of itself that it is longer than
    `max_seconds` is refused here. Raises AudioError."""
    with path.open("rb") as file:
        name = demuxer(file.read(16))
    if name is None:
        raise AudioError("this is no audio file", where=path, todo="choose a WAV, FLAC, MP3, M4A, OGG or Opus file")
    if name in ("", "ogg", "mp3"):
        try:
            return _with_soundfile(path, max_seconds)
        except (soundfile.LibsndfileError, RuntimeError):
            if name == "":
                name = "wav"  # codecs within WAV that soundfile does not know
    return _with_av(path, name)


def too_long(path: Path, max_seconds: float) -> AudioError:
    """What is said of a file that is longer than it may be."""
    return AudioError(f"it is longer than {max_seconds:.0f} seconds", where=path, todo="cut it first")


def _with_soundfile(path: Path, max_seconds: float) -> tuple[int, int, Iterator[Samples]]:
    file = soundfile.SoundFile(path)
    if file.frames > max_seconds * file.samplerate:  # libsndfile has held the header against the file's size
        file.close()
        raise too_long(path, max_seconds)

    def run() -> Iterator[Samples]:
        with file:
            while len(block := file.read(BLOCK, dtype="float32", always_2d=True)):
                yield block

    return int(file.samplerate), int(file.channels), run()


def _with_av(path: Path, name: str) -> tuple[int, int, Iterator[Samples]]:
    file = path.open("rb")
    # A stream of bytes and one named demuxer: nothing in the file can make FFmpeg open another file or an address.
    guards = {"protocol_whitelist": "none", "format_whitelist": name}
    try:
        container = av.open(file, "r", format=name, options=guards)
        stream = container.streams.audio[0]
    except (av.FFmpegError, IndexError, ValueError) as error:
        file.close()
        raise AudioError("there is no sound in it that can be read", where=path, todo="choose another file") from error
    rate = int(stream.rate)
    channels = 1 if stream.channels == 1 else 2

    def run() -> Iterator[Samples]:
        resampler = av.AudioResampler(format="flt", layout="mono" if channels == 1 else "stereo", rate=rate)
        with file, container:
            try:
                for frame in container.decode(stream):
                    for part in resampler.resample(frame):
                        yield _array(part, channels)
            except av.EOFError:
                pass
            for part in resampler.resample(None):
                yield _array(part, channels)

    return rate, channels, run()


def _array(frame: av.AudioFrame, channels: int) -> Samples:
    return np.asarray(frame.to_ndarray(), np.float32).reshape(-1, channels)
