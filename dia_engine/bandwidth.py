"""How fast this machine reads its memory right now: the ceiling of a decoder, to be measured beside it and in the same run."""

from __future__ import annotations

import time
from collections.abc import Callable

import torch

TRIES = 5


class Gauge:
    """A block of memory that is read and copied against the clock, by as many threads as torch has."""

    def __init__(self, size: int, device: torch.device) -> None:
        """`size` in bytes should be far beyond all caches."""
        self._block = torch.ones(size // 4, device=device)
        self._half = self._block.numel() // 2
        self._device = device

    def read(self) -> float:
        """Bytes per second that a sum reads, best of some tries."""
        return 4 * self._block.numel() / self._best(lambda: self._block.sum())

    def copy(self) -> float:
        """Bytes per second that a copy moves, read and written bytes together."""
        halves = self._block[: self._half], self._block[self._half : 2 * self._half]
        return 8 * self._half / self._best(lambda: halves[0].copy_(halves[1]))

    def _best(self, work: Callable[[], object]) -> float:
        shortest = float("inf")
        for _ in range(TRIES):
            wait_for(self._device)
            start = time.perf_counter()
            work()
            wait_for(self._device)
            shortest = min(shortest, time.perf_counter() - start)
        return shortest


def wait_for(device: torch.device) -> None:
    """Return when the device has done all that it was told."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()
