"""Random numbers without a state: each is a function of a seed and of where it is used.

So a segment draws the same numbers alone, in any slot beside any neighbours, and after it was begun again. The function is
SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014) at a place of its sequence.
"""

from __future__ import annotations

import torch
from torch import Tensor

GAMMA = 0x9E3779B97F4A7C15 - (1 << 64)  # torch has no unsigned 64 bits; products and sums wrap alike in both
FIRST = 0xBF58476D1CE4E5B9 - (1 << 64)
SECOND = 0x94D049BB133111EB - (1 << 64)
LARGEST = 1 - 2.0**-24  # float32 rounds the last of the uniform numbers up to 1, and nothing can be divided by its logarithm


def exponential(seeds: Tensor, places: Tensor) -> Tensor:
    """Exponentially distributed numbers with mean 1, float32, for int64 seeds and places that broadcast to one shape.

    Places are counted from 0; different seeds have unrelated sequences.
    """
    bits = _mixed(_mixed(seeds + GAMMA) + GAMMA * (places + 1))
    uniform = (_shifted(bits, 40).float() + 0.5) * 2.0**-24
    return -uniform.clamp(max=LARGEST).log()


def _mixed(x: Tensor) -> Tensor:
    x = (x ^ _shifted(x, 30)) * FIRST
    x = (x ^ _shifted(x, 27)) * SECOND
    return x ^ _shifted(x, 31)


def _shifted(x: Tensor, by: int) -> Tensor:
    """Shift right with zeros coming in, as if without a sign."""
    return torch.bitwise_right_shift(x, by) & ((1 << (64 - by)) - 1)
