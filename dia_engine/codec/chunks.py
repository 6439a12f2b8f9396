"""How far the codec's networks see, and cutting long inputs into windows that give what the whole would give."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dia_engine.codec.config import DacConfig
from dia_engine.codec.dac import DILATIONS, KERNEL

CONTEXT = 10  # frames on each side that decide a frame's samples in the 44.1 kHz codec; `decoder_reach` computes it
UNITS = sum(KERNEL // 2 * dilation for dilation in DILATIONS)  # how far the residual units of one rate see together


@dataclass(frozen=True, slots=True)
class Window:
    """Frames `start` to `stop` are wanted; `low` to `high` must be run for them."""

    start: int
    stop: int
    low: int
    high: int


def windows(frames: int, size: int, context: int) -> Iterator[Window]:
    """Windows of at most `size` wanted frames that together cover all."""
    for start in range(0, frames, size):
        stop = min(start + size, frames)
        yield Window(start, stop, max(0, start - context), min(frames, stop + context))


def even_windows(frames: int, length: int, context: int) -> Iterator[Window]:
    """Windows that together cover all and are all run at one `length`, more than twice `context`; or one that is shorter.

    The last one is laid against the end. So a window's shape, and the bits that come of it, follow from `length` alone.
    """
    low = stop = 0
    while stop < frames:
        start, high = stop, min(low + length, frames)
        low = max(0, high - length)
        stop = frames if high == frames else high - context
        yield Window(start, stop, low, high)
        low = stop - context


class Stream:
    """Decodes pieces [frames, codebooks] as they come; samples follow `context` frames behind the codes. One thread.

    Kept between two pieces are the frames not yet decoded and `context` frames before them.
    """

    def __init__(
        self,
        context: int,
        hop: int,
        decode: Callable[[NDArray[np.int16]], NDArray[np.float32]],
        check: Callable[[NDArray[np.int16]], NDArray[np.int16]],
    ) -> None:
        self._check = check
        self._context = context
        self._hop = hop
        self._decode = decode
        self._kept: NDArray[np.int16] | None = None
        self._done = 0  # frames at the head of `kept` whose samples have gone out

    def feed(self, piece: NDArray[np.int16]) -> NDArray[np.float32]:
        """The samples that `piece` makes certain, which may be none. A piece that `check` refuses changes nothing."""
        piece = self._check(piece)
        self._kept = piece if self._kept is None else np.concatenate([self._kept, piece])
        pcm = self._up_to(len(self._kept) - self._context)
        dropped = max(0, self._done - self._context)
        self._kept, self._done = self._kept[dropped:], self._done - dropped
        return pcm

    def end(self) -> NDArray[np.float32]:
        """The samples that are left."""
        return self._up_to(0 if self._kept is None else len(self._kept))

    def over(self, pieces: Iterable[NDArray[np.int16]]) -> Iterator[NDArray[np.float32]]:
        """Feed all pieces; yields samples whenever there are any."""
        for piece in pieces:
            pcm = self.feed(piece)
            if len(pcm):
                yield pcm
        pcm = self.end()
        if len(pcm):
            yield pcm

    def _up_to(self, ready: int) -> NDArray[np.float32]:
        if self._kept is None or ready <= self._done:
            return np.zeros(0, np.float32)
        first, self._done = self._done, ready
        return self._decode(self._kept)[first * self._hop : ready * self._hop]


def decoder_reach(config: DacConfig) -> int:
    """Frames on each side of a frame that its samples depend on."""
    first, last = 0, config.hop - 1  # the samples of frame 0; walked back through the layers to the frames they are made of
    first, last = first - KERNEL // 2, last + KERNEL // 2
    for rate in reversed(config.decoder_rates):
        first, last = _before_up(first - UNITS, last + UNITS, rate)
    first, last = first - KERNEL // 2, last + KERNEL // 2
    return max(-first, last)


def encoder_reach(config: DacConfig) -> int:
    """Frames of samples on each side of a frame that its codes depend on."""
    first, last = -1, 1  # the last convolution's kernel of 3 around frame 0
    for rate in reversed(config.encoder_rates):
        first, last = _before_down(first, last, rate)
        first, last = first - UNITS, last + UNITS
    first, last = first - KERNEL // 2, last + KERNEL // 2
    return max(-(first // config.hop), last // config.hop)


def up_reach(rate: int, seen: int) -> int:
    """Positions on each side that one's samples depend on, through a transposed convolution and `seen` samples around."""
    first, last = _before_up(-seen, rate - 1 + seen, rate)
    return max(-first, last)


def down_reach(rate: int, seen: int) -> int:
    """Groups of `rate` samples on each side that a position depends on, through a strided convolution and `seen` around."""
    first, last = _before_down(0, 0, rate)
    return max(-((first - seen) // rate), (last + seen) // rate)


def _before_up(first: int, last: int, rate: int) -> tuple[int, int]:
    # Sample o takes the inputs i where 0 <= o + rate / 2 - i * rate < 2 * rate: the last of them and the one before.
    return (first + rate // 2) // rate - 1, (last + rate // 2) // rate


def _before_down(first: int, last: int, rate: int) -> tuple[int, int]:
    return first * rate - rate // 2, last * rate - rate // 2 + 2 * rate - 1
