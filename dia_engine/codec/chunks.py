"""How far the codec's networks see, and cutting long inputs into windows that give what the whole would give."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dia_engine.codec.config import DacConfig
from dia_engine.codec.dac import DILATIONS, KERNEL

CONTEXT = 10  # frames on each side that decide a frame's samples in the 44.1 kHz codec; `decoder_reach` computes it
_UNITS = sum(KERNEL // 2 * dilation for dilation in DILATIONS)  # how far the residual units of one rate see together


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


def stream(
    pieces: Iterable[NDArray[np.int16]], context: int, hop: int, decode: Callable[[NDArray[np.int16]], NDArray[np.float32]]
) -> Iterator[NDArray[np.float32]]:
    """Decode pieces [frames, codebooks] as they come; samples follow `context` frames behind the codes.

    Kept between two pieces are the frames not yet decoded and `context` frames before them.
    """
    kept: NDArray[np.int16] | None = None
    done = 0  # frames at the head of `kept` whose samples have gone out
    for piece in pieces:
        kept = piece if kept is None else np.concatenate([kept, piece])
        ready = len(kept) - context
        if ready > done:
            yield decode(kept)[done * hop : ready * hop]
            dropped = max(0, ready - context)
            kept, done = kept[dropped:], ready - dropped
    if kept is not None and len(kept) > done:
        yield decode(kept)[done * hop :]


def decoder_reach(config: DacConfig) -> int:
    """Frames on each side of a frame that its samples depend on."""
    first, last = 0, config.hop - 1  # the samples of frame 0; walked back through the layers to the frames they are made of
    first, last = first - KERNEL // 2, last + KERNEL // 2
    for rate in reversed(config.decoder_rates):
        first, last = first - _UNITS, last + _UNITS
        # Sample o takes the inputs i where 0 <= o + rate / 2 - i * rate < 2 * rate: the last of them and the one before.
        first, last = (first + rate // 2) // rate - 1, (last + rate // 2) // rate
    first, last = first - KERNEL // 2, last + KERNEL // 2
    return max(-first, last)


def encoder_reach(config: DacConfig) -> int:
    """Frames of samples on each side of a frame that its codes depend on."""
    first, last = -1, 1  # the last convolution's kernel of 3 around frame 0
    for rate in reversed(config.encoder_rates):
        first, last = first * rate - rate // 2, last * rate - rate // 2 + 2 * rate - 1
        first, last = first - _UNITS, last + _UNITS
    first, last = first - KERNEL // 2, last + KERNEL // 2
    return max(-(first // config.hop), last // config.hop)
