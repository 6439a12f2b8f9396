"""Keys and values that one generation has computed already. Lives and dies with it; decides nothing."""

from __future__ import annotations

import torch
from torch import Tensor


class SelfCache:
    """Keys and values of the rows fed so far, in every layer: room for `rows` of them, taken at once and never moved."""

    def __init__(
        self, layers: int, batch: int, kv_heads: int, rows: int, head_dim: int, *, dtype: torch.dtype, device: torch.device
    ) -> None:
        self._pairs = torch.empty(layers, 2, batch, kv_heads, rows, head_dim, dtype=dtype, device=device)

    def extend(self, layer: int, start: int, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        """Keep k, v [B, KV, T, d] of the rows from `start` on; returns those of all rows up to there, without a copy."""
        end = start + k.shape[2]
        keys, values = self._pairs[layer]
        keys[:, :, start:end] = k
        values[:, :, start:end] = v
        return keys[:, :, :end], values[:, :, :end]
