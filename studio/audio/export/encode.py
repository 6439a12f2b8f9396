"""A programme through one of PyAV's encoders into an open file. Knows no tags but those of the container."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, BinaryIO

import av
import numpy as np
import numpy.typing as npt

from studio.audio.export.formats import Work
from studio.audio.export.picture import Picture
from studio.audio.files import Samples, finite, to_pcm

LAYOUTS = {1: "mono", 2: "stereo"}


@dataclass(frozen=True, slots=True)
class Coding:
    """FFmpeg's names for what a format is. `sample_format` is fltp, s16 or s32 (24 bits in the high part)."""

    container: str
    codec: str
    sample_format: str
    bit_rate: int | None = None
    options: Mapping[str, str] = field(default_factory=dict)


class Shifted:
    """A file seen from `offset` on: an encoder that seeks back to its header finds it behind what we wrote first."""

    def __init__(self, file: BinaryIO, offset: int) -> None:
        self._file, self._offset = file, offset
        self.failure: OSError | None = None  # PyAV passes on that writing failed, but not why

    def write(self, data: bytes) -> int:
        try:
            return self._file.write(data)
        except OSError as error:
            self.failure = error
            raise

    def seek(self, position: int, whence: int = 0) -> int:
        return self._file.seek(position + self._offset if whence == 0 else position, whence) - self._offset

    def tell(self) -> int:
        return self._file.tell() - self._offset


def encode(work: Work, coding: Coding, metadata: Mapping[str, str] | None = None, cover: Picture | None = None) -> None:
    """Encode the work's blocks from its file's present position on. `cover` is for containers that take pictures."""
    target = Shifted(work.file, work.file.tell())
    try:
        with av.open(target, "w", format=coding.container, options=dict(coding.options)) as output:
            output.metadata.update(metadata or {})
            stream: Any = output.add_stream(coding.codec, rate=work.rate)
            stream.layout, stream.format = LAYOUTS[work.channels], coding.sample_format
            if coding.bit_rate is not None:
                stream.bit_rate = coding.bit_rate
            if cover is not None:
                _mux_cover(output, cover)
            _mux_sound(output, stream, work, coding.sample_format)
    except av.FFmpegError:
        if target.failure is not None:
            raise target.failure from None
        raise


def _mux_sound(output: Any, stream: Any, work: Work, sample_format: str) -> None:
    done = 0
    for block in work.blocks:
        frame = _frame(block, sample_format, work.channels)
        frame.sample_rate, frame.pts, frame.time_base = work.rate, done, Fraction(1, work.rate)
        done += len(block)
        output.mux(stream.encode(frame))
    output.mux(stream.encode(None))


def _frame(block: Samples, sample_format: str, channels: int) -> av.AudioFrame:
    array: npt.NDArray[Any]
    if sample_format == "fltp":
        array = np.ascontiguousarray(np.clip(finite(block), -1.0, 1.0).T)
    elif sample_format == "s16":
        array = to_pcm(block, 16).reshape(1, -1)
    else:
        array = (to_pcm(block, 24) << 8).reshape(1, -1)
    return av.AudioFrame.from_ndarray(array, format=sample_format, layout=LAYOUTS[channels])


def _mux_cover(output: Any, cover: Picture) -> None:
    stream = output.add_mux_stream(cover.codec, width=cover.width, height=cover.height)
    stream.disposition = av.stream.Disposition.attached_pic
    stream.metadata["comment"] = "Cover (front)"
    packet = av.Packet(cover.data)
    packet.stream, packet.pts, packet.dts, packet.time_base = stream, 0, 0, Fraction(1, 90_000)
    output.start_encoding()
    output.mux(packet)
