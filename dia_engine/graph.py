"""Steps recorded once and replayed: a GPU is faster than a host that orders its work kernel by kernel.

Untested where there is no CUDA. `record=False` is the slow, obvious twin.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

import torch

Shape = TypeVar("Shape", bound=Hashable)
WARM_UP = 2  # in their first runs libraries choose kernels and take workspaces, which cannot be recorded


class Steps(Generic[Shape]):
    """Runs `step(shape)`; with `record`, as one CUDA graph per shape from the third time on.

    A step must work on tensors that stay where they are, wait for nothing, and do the same for the same shape. Should a
    step refuse to be recorded, it and all later ones run as they are.
    """

    def __init__(self, step: Callable[[Shape], None], *, record: bool) -> None:
        self._step, self.recording = step, record
        self._graphs: dict[Shape, torch.cuda.CUDAGraph] = {}
        self._runs: Counter[Shape] = Counter()

    def __call__(self, shape: Shape) -> None:
        self._runs[shape] += 1
        if not self.recording or self._runs[shape] <= WARM_UP:
            self._step(shape)
            return
        if shape not in self._graphs and not self._recorded(shape):
            self._step(shape)
            return
        self._graphs[shape].replay()

    def _recorded(self, shape: Shape) -> bool:
        """Record a step, which does not run it; tells whether that went well."""
        graph = torch.cuda.CUDAGraph()
        pool = next((other.pool() for other in self._graphs.values()), None)
        try:
            with torch.cuda.graph(graph, pool=pool):
                self._step(shape)
        except torch.OutOfMemoryError:
            raise
        except RuntimeError:
            self.recording = False
            return False
        self._graphs[shape] = graph
        return True
