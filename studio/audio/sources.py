"""Sounds that are read by position, and the same at the timeline's rate, in chunks that do not depend on who read before."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from math import gcd
from typing import Protocol

import numpy as np
import numpy.typing as npt

from studio.audio.files import Samples, finite, resample

CHUNK_S = 3.0  # length of a chunk: a seek decodes one, so not long; each is resampled with its padding, so not short
PADDING_S = 0.1  # what the resampler sees beyond a chunk's ends: far longer than its filter
CHUNKS_KEPT = 2


class Source(Protocol):
    """Sound at its own rate. `read` is a pure function of its arguments; outside of the sound is silence."""

    @property
    def rate(self) -> int: ...

    @property
    def channels(self) -> int: ...

    @property
    def frames(self) -> int: ...

    def read(self, start: int, count: int) -> Samples:
        """float32 [count, channels]."""
        ...

    def close(self) -> None: ...


class ArraySource:
    """Samples in memory as a Source."""

    def __init__(self, samples: npt.ArrayLike, rate: int) -> None:
        """Take float samples [frames] or [frames, channels]."""
        array = np.asarray(samples, np.float32)
        self._samples: Samples = array[:, None] if array.ndim == 1 else array
        self.rate = rate
        self.channels = self._samples.shape[1]
        self.frames = len(self._samples)

    def read(self, start: int, count: int) -> Samples:
        out = np.zeros((max(count, 0), self.channels), np.float32)
        first, last = max(start, 0), min(start + count, self.frames)
        if first < last:
            out[first - start : last - start] = self._samples[first:last]
        return out

    def close(self) -> None:
        return


class AtRate:
    """A source at the timeline's rate and in the mix's channels.

    Chunks lie on a fixed grid at which both rates meet in whole samples, and each is resampled with the sound on both sides
    of it, so a stretch is the same whatever was read before. Holds two chunks, whatever the source's length.
    """

    def __init__(self, source: Source, rate: int, channels: int) -> None:
        self._source = source
        self._channels = channels
        common = gcd(source.rate, rate)
        self._in, self._out = source.rate // common, rate // common
        units = max(1, round(CHUNK_S * common))
        self._chunk_in, self._chunk_out = units * self._in, units * self._out
        self._padding_units = max(1, round(PADDING_S * common))
        self._chunks: OrderedDict[int, Samples] = OrderedDict()
        self.frames = -(-source.frames * self._out // self._in)

    def pieces(self, start: int, count: int) -> Iterator[tuple[int, Samples]]:
        """The sounding part of [start, start + count) as (position from start, samples [n, channels]); not to be written to."""
        at, end = max(start, 0), min(start + count, self.frames)
        while at < end:
            index, inside = divmod(at, self._chunk_out)
            chunk = self._chunk(index)[inside : inside + end - at]
            yield at - start, chunk
            at += len(chunk)

    def close(self) -> None:
        self._chunks.clear()
        self._source.close()

    def _chunk(self, index: int) -> Samples:
        if index in self._chunks:
            self._chunks.move_to_end(index)
            return self._chunks[index]
        first, last = index * self._chunk_in, min((index + 1) * self._chunk_in, self._source.frames)
        if self._in == self._out:
            samples = fold(finite(self._source.read(first, last - first)), self._channels)
        else:
            samples = self._resampled(first, last)
        wanted = min(self._chunk_out, self.frames - index * self._chunk_out)
        if len(samples) < wanted:  # the resampler may stop a fraction of a sample before the end
            samples = np.concatenate([samples, np.zeros((wanted - len(samples), samples.shape[1]), np.float32)])
        self._chunks[index] = samples[:wanted]
        while len(self._chunks) > CHUNKS_KEPT:
            self._chunks.popitem(last=False)
        return self._chunks[index]

    def _resampled(self, first: int, last: int) -> Samples:
        lead = min(self._padding_units, first // self._in)
        begin, end = first - lead * self._in, min(last + self._padding_units * self._in, self._source.frames)
        padded = fold(finite(self._source.read(begin, end - begin)), self._channels)
        return resample(padded, self._in, self._out)[lead * self._out :]


def fold(samples: Samples, channels: int) -> Samples:
    """Samples [n, any] as [n, 1] (the mean of the channels) or [n, 2] (mono on both sides at full gain)."""
    have = samples.shape[1]
    if have == channels:
        return samples
    mono = samples if have == 1 else samples.mean(axis=1, keepdims=True, dtype=np.float32)
    return mono if channels == 1 else np.repeat(mono, channels, axis=1)
