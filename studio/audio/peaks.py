"""The waveform pyramid for drawing: the lowest and highest sample of every 256, then of every 1,024, and so on. A cache."""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from studio.audio.files import Samples, finite
from studio.core.errors import AudioError

BASE = 256  # samples per bin of the finest level
FACTOR = 4
FULL = 32_767
_MAGIC = b"DSPK\x01"
_HEADER = struct.Struct("<5sIQ")

Level = npt.NDArray[np.int16]  # [bins, 2]: lowest, highest


@dataclass(frozen=True, slots=True, eq=False)
class Peaks:
    """Levels from fine to coarse; bin i of level k covers samples [i, i + 1) * 256 * 4^k. Channels are drawn as one."""

    levels: tuple[Level, ...]
    frames: int
    rate: int

    @classmethod
    def compute(cls, samples: npt.ArrayLike, rate: int) -> Peaks:
        """The pyramid of float samples [frames] or [frames, channels]."""
        builder = Builder(rate)
        builder.add(np.asarray(samples, np.float32))
        return builder.result()

    def slice(self, start: float, end: float, pixels: int) -> npt.NDArray[np.float32]:
        """float32 [pixels, 2], the lowest and highest value (±1) in each of `pixels` equal parts of samples [start, end).

        Outside the sound it is zero. Exact to one bin of the level that is fine enough; costs O(pixels).
        """
        out = np.zeros((max(pixels, 0), 2), np.float32)
        if pixels <= 0 or end <= start or not self.frames:
            return out
        step = (end - start) / pixels
        level = self._level_for(step)
        bins, size = self.levels[level], BASE * FACTOR**level
        edges = (start + step * np.arange(pixels + 1)) / size
        inside = (edges[1:] * size > 0) & (edges[:-1] * size < self.frames)
        first = np.clip(np.floor(edges[:-1]).astype(np.int64), 0, len(bins) - 1)
        last = np.clip(np.ceil(edges[1:]).astype(np.int64), first + 1, len(bins))
        for index in range(int(np.max(last - first))):
            here = bins[np.minimum(first + index, last - 1)] / np.float32(FULL)
            if index == 0:
                out[:] = here
            else:
                out[:, 0], out[:, 1] = np.minimum(out[:, 0], here[:, 0]), np.maximum(out[:, 1], here[:, 1])
        out[~inside] = 0.0
        return out

    def to_bytes(self) -> bytes:
        """The finest level with a small header; the coarser ones are made again from it."""
        return _HEADER.pack(_MAGIC, self.rate, self.frames) + self.levels[0].astype("<i2").tobytes()

    @classmethod
    def from_bytes(cls, data: bytes) -> Peaks:
        """What `to_bytes` wrote. Raises AudioError where it is damaged: compute it again."""
        try:
            magic, rate, frames = _HEADER.unpack_from(data)
        except struct.error:
            magic, rate, frames = b"", 0, 0
        if magic != _MAGIC or len(data) - _HEADER.size != -(-frames // BASE) * 4:
            raise AudioError("the stored waveform is damaged", todo="it is computed again from the audio")
        base = np.frombuffer(data, "<i2", offset=_HEADER.size).reshape(-1, 2).astype(np.int16)
        return cls(_pyramid(base), frames, rate)

    def _level_for(self, samples_per_pixel: float) -> int:
        level = 0
        while level + 1 < len(self.levels) and BASE * FACTOR ** (level + 1) <= samples_per_pixel:
            level += 1
        return level


class Builder:
    """Makes a pyramid while audio goes by, in blocks of any size."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._frames = 0
        self._bins: list[Level] = []
        self._rest = np.zeros((2, 0), np.float32)  # lowest and highest over the channels, less than a bin long

    def add(self, block: Samples) -> None:
        """Take float samples [n] or [n, channels]."""
        block = finite(block)
        self._frames += len(block)
        mono = block.ndim == 1 or block.shape[1] == 1
        flat = block.reshape(-1) if mono else block
        low, high = (flat, flat) if mono else (flat.min(axis=1), flat.max(axis=1))
        if self._rest.shape[1]:
            low, high = np.concatenate([self._rest[0], low]), np.concatenate([self._rest[1], high])
        whole = len(low) // BASE * BASE
        self._rest = np.stack([low[whole:], high[whole:]])
        if whole:
            self._bins.append(_bins(low[:whole].reshape(-1, BASE), high[:whole].reshape(-1, BASE)))

    def result(self) -> Peaks:
        """The pyramid of all blocks so far."""
        bins = list(self._bins)
        if self._rest.shape[1]:
            bins.append(_bins(self._rest[:1], self._rest[1:]))
        base = np.concatenate(bins) if bins else np.zeros((0, 2), np.int16)
        return Peaks(_pyramid(base), self._frames, self._rate)


def _bins(low: Samples, high: Samples) -> Level:
    both = np.stack([low.min(axis=1), high.max(axis=1)], axis=1)
    whole: Level = np.rint(np.clip(both, -1.0, 1.0) * FULL).astype(np.int16)
    return whole


def _pyramid(base: Level) -> tuple[Level, ...]:
    levels = [base]
    while len(levels[-1]) > FACTOR:
        fine = levels[-1]
        starts = np.arange(0, len(fine), FACTOR)
        coarse = np.stack([np.minimum.reduceat(fine[:, 0], starts), np.maximum.reduceat(fine[:, 1], starts)], axis=1)
        levels.append(coarse)
    return tuple(levels)
