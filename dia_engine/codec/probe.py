"""Which dtype the decoder is quicker in, tried on the device at hand: names and flags of processors do not tell."""

from __future__ import annotations

import time

import torch
from torch import Tensor
from torch.nn.functional import conv2d

ROUNDS = 5
WIDTH, LENGTH, KERNEL = 192, 2048, 7  # a convolution of the third stage: 10 ms on one good core
WORTH = 1.2  # what 16 bits must gain before they are worth their noise


def quicker_dtype(device: torch.device) -> torch.dtype:
    """bfloat16 where it gains a fifth or more, float32 elsewhere. Takes about a tenth of a second.

    A busy machine may be told apart wrongly, and a take's bits depend on the dtype: ask once, and keep the answer.
    """
    try:
        seconds = _seconds(device)
    except RuntimeError:  # no such kernels here
        return torch.float32
    return torch.bfloat16 if seconds[torch.bfloat16] * WORTH <= seconds[torch.float32] else torch.float32


def _seconds(device: torch.device) -> dict[torch.dtype, float]:
    """The least time of several rounds in turn."""
    best = {torch.float32: float("inf"), torch.bfloat16: float("inf")}
    works = {dtype: _work(dtype, device) for dtype in best}
    with torch.inference_mode():
        for _ in range(1 + ROUNDS):  # the first one makes the kernels
            for dtype, (image, weight) in works.items():
                started = time.perf_counter()
                conv2d(image, weight, padding=(0, KERNEL // 2)).sum().item()  # waits for the device
                best[dtype] = min(best[dtype], time.perf_counter() - started)
    return best


def _work(dtype: torch.dtype, device: torch.device) -> tuple[Tensor, Tensor]:
    numbers = torch.Generator().manual_seed(0)
    image = torch.randn(1, WIDTH, 1, LENGTH, generator=numbers).to(device, dtype, memory_format=torch.channels_last)
    weight = torch.randn(WIDTH, WIDTH, 1, KERNEL, generator=numbers).to(device, dtype, memory_format=torch.channels_last)
    return image, weight
