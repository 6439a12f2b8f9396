"""WAV: 16 or 24 bits, RF64 beyond 4 GB, texts as RIFF INFO, chapters as cue points with labels."""

from __future__ import annotations

import struct
from typing import BinaryIO

from studio.audio.export.encode import Coding, encode
from studio.audio.export.formats import Chapter, Format, Option, Work, cleaned

INFO_KEYS = {"title": "title", "author": "artist", "album": "album", "year": "date", "comment": "comment"}
CODECS = {16: ("pcm_s16le", "s16"), 24: ("pcm_s24le", "s32")}


def write(work: Work) -> None:
    """Write the programme as WAV."""
    codec, sample_format = CODECS[int(work.options["bits"])]
    texts = {INFO_KEYS[name]: text for name, text in work.tags.texts().items()}
    encode(work, Coding("wav", codec, sample_format, options={"rf64": "auto"}), texts)
    if work.tags.chapters:
        _append(work.file, _cue_chunks(work.tags.chapters, work.rate))


def _cue_chunks(chapters: tuple[Chapter, ...], rate: int) -> bytes:
    """A `cue ` chunk with the chapters' starts and a `LIST adtl` chunk with their titles."""
    points = [
        struct.pack("<II4sIII", index, round(start_s * rate), b"data", 0, 0, round(start_s * rate))
        for index, (start_s, _, _) in enumerate(chapters, start=1)
    ]
    labels = [
        _chunk(b"labl", struct.pack("<I", index) + cleaned(title).encode() + b"\x00")
        for index, (_, _, title) in enumerate(chapters, start=1)
    ]
    return _chunk(b"cue ", struct.pack("<I", len(points)) + b"".join(points)) + _chunk(b"LIST", b"adtl" + b"".join(labels))


def _chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + b"\x00" * (len(content) % 2)


def _append(file: BinaryIO, chunks: bytes) -> None:
    """Put chunks behind the last one and make the file's own length say so (in `ds64` where the file is RF64)."""
    end = file.seek(0, 2)
    file.write(b"\x00" * (end % 2) + chunks)
    length = file.tell() - 8
    file.seek(0)
    if file.read(4) == b"RF64":
        file.seek(20)
        file.write(struct.pack("<Q", length))
    else:
        file.seek(4)
        file.write(struct.pack("<I", length))


FORMAT = Format(suffix=".wav", label="WAV", write=write, options=(Option("bits", "Bits per sample", 16, (16, 24)),))
