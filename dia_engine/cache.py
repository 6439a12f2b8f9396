"""Keys and values of the segments that are being spoken: their text's, and those of the rows fed so far.

Two forms with one meaning. `PerSlot` keeps what each segment needs and no more, and goes through the slots one by one: the
obvious one, and on a CPU the fast one, since there the memory read is what takes time. `Static` keeps all slots in one block
with fixed addresses and shapes, as a CUDA graph wants it, and masks what is not there.

Rows of queries come branch by branch: the unconditional branch of every slot, then the conditional one.
"""

from __future__ import annotations

from typing import Protocol

import torch
import torch.nn.functional as F  # noqa: N812 - torch's own name for it
from torch import Tensor

from dia_engine.dia1.config import Config

Pairs = list[tuple[Tensor, Tensor]]  # keys and values of each layer
EVEN = 16  # what a block's sizes are multiples of: then no bit of a sum depends on how much of the block is masked


class Cache(Protocol):
    """What a step asks of either form. Queries [.., H, d] -> what they see [.., H * d]; H is a multiple of the kv heads."""

    def enter(self, slot: int, heard: Pairs, rows: int) -> None:
        """Take a segment in: its text's keys and values [KV, L, d] per layer, and room for `rows` rows."""

    def fill(self, slot: int, layer: int, keys: Tensor, values: Tensor) -> None:
        """Keep keys and values [2, KV, P, d] of a segment's first rows."""

    def leave(self, slot: int) -> None:
        """Forget a segment."""

    def own(self, layer: int, queries: Tensor, keys: Tensor, values: Tensor, rows: Tensor) -> Tensor:
        """Keep keys and values [2N, KV, d] of row `rows[n]` of each slot; what queries [2N, H, d] see up to it."""

    def heard(self, layer: int, queries: Tensor) -> Tensor:
        """What queries [N, H, d] of the conditional branch hear of their texts."""


class PerSlot:
    """Each slot's keys and values in tensors of its own."""

    def __init__(self, config: Config, slots: int, dtype: torch.dtype, device: torch.device) -> None:
        self._config, self._dtype, self._device = config, dtype, device
        self._own: list[Tensor | None] = [None] * slots  # [layers, 2 (keys, values), 2 branches, KV, rows, d]
        self._heard: list[Pairs] = [[] for _ in range(slots)]

    def enter(self, slot: int, heard: Pairs, rows: int) -> None:
        size = self._config.decoder
        shape = (size.layers, 2, 2, size.kv_heads, rows, size.head_dim)
        self._own[slot] = torch.empty(shape, dtype=self._dtype, device=self._device)  # pages are taken as rows come
        self._heard[slot] = heard

    def fill(self, slot: int, layer: int, keys: Tensor, values: Tensor) -> None:
        own = self._own[slot]
        assert own is not None
        own[layer, 0, :, :, : keys.shape[2]] = keys
        own[layer, 1, :, :, : keys.shape[2]] = values

    def leave(self, slot: int) -> None:
        self._own[slot], self._heard[slot] = None, []

    def own(self, layer: int, queries: Tensor, keys: Tensor, values: Tensor, rows: Tensor) -> Tensor:
        slots = len(self._own)
        seen = queries.new_zeros(2, slots, queries[0].numel())
        asked = torch.unflatten(queries, 0, (2, slots))
        new = torch.unflatten(torch.stack((keys, values)), 1, (2, slots))
        for slot, row in enumerate(rows.tolist()):
            own = self._own[slot]
            if own is not None:
                pairs = own[layer, :, :, :, : row + 1]
                pairs[:, :, :, row] = new[:, :, slot]
                seen[:, slot] = _attend_on_cpu(asked[:, slot], *pairs)
        return seen.view(2 * slots, -1)

    def heard(self, layer: int, queries: Tensor) -> Tensor:
        out = queries.new_zeros(len(queries), queries[0].numel())
        for slot, pairs in enumerate(self._heard):
            if pairs:
                keys, values = pairs[layer]
                out[slot] = _attend_on_cpu(queries[slot : slot + 1], keys[None], values[None])[0]
        return out


class Static:
    """All slots in one block for `rows` rows and `letters` bytes of text each; `window` rows of it are looked at.

    Both are rounded up to multiples of `EVEN`; a window is to be one, too.
    """

    def __init__(self, config: Config, slots: int, rows: int, letters: int, dtype: torch.dtype, device: torch.device) -> None:
        size = config.decoder
        rows, letters = -(-rows // EVEN) * EVEN, -(-letters // EVEN) * EVEN
        own = (size.layers, 2, 2 * slots, size.kv_heads, rows, size.head_dim)
        heard = (size.layers, 2, slots, size.cross_kv_heads, letters, size.cross_head_dim)
        self._own = torch.zeros(own, dtype=dtype, device=device)
        self._heard = torch.zeros(heard, dtype=dtype, device=device)
        self._letters = torch.ones(slots, dtype=torch.long, device=device)  # a slot never used hears one byte of zeros
        self._slots = slots
        self.rows = self.window = rows

    @property
    def bytes(self) -> int:
        """What the block takes."""
        return sum(block.numel() * block.element_size() for block in (self._own, self._heard))

    def enter(self, slot: int, heard: Pairs, rows: int) -> None:
        assert rows <= self.rows
        length = heard[0][0].shape[1]
        self._letters[slot] = length
        for layer, (keys, values) in enumerate(heard):
            self._heard[layer, 0, slot, :, :length] = keys
            self._heard[layer, 1, slot, :, :length] = values

    def fill(self, slot: int, layer: int, keys: Tensor, values: Tensor) -> None:
        for branch in range(2):
            self._own[layer, 0, slot + branch * self._slots, :, : keys.shape[2]] = keys[branch]
            self._own[layer, 1, slot + branch * self._slots, :, : keys.shape[2]] = values[branch]

    def leave(self, slot: int) -> None:
        """What is left there is heard by nobody, and the next one writes over it or masks it."""

    def own(self, layer: int, queries: Tensor, keys: Tensor, values: Tensor, rows: Tensor) -> Tensor:
        both = rows.repeat(2)
        index = both[:, None, None, None].expand(-1, keys.shape[1], 1, keys.shape[2])
        self._own[layer, 0].scatter_(2, index, keys[:, :, None])
        self._own[layer, 1].scatter_(2, index, values[:, :, None])
        there = torch.arange(self.window, device=rows.device) <= both[:, None]
        all_keys, all_values = self._own[layer, :, :, :, : self.window]
        return _attend(queries, all_keys, all_values, there)

    def heard(self, layer: int, queries: Tensor) -> Tensor:
        keys, values = self._heard[layer]
        there = torch.arange(keys.shape[2], device=keys.device) < self._letters[:, None]
        return _attend(queries, keys, values, there)


def _attend(queries: Tensor, keys: Tensor, values: Tensor, there: Tensor | None = None) -> Tensor:
    """Queries [B, H, d] over keys and values [B, KV, T, d], where `there` [B, T] -> [B, H * d]. The scale is 1.

    Query heads that share a kv head are handed over as rows of one query, so keys and values are never copied for them.
    """
    shared = queries.reshape(len(queries), keys.shape[1], -1, queries.shape[2])
    mask = None if there is None else there[:, None, None]
    seen = F.scaled_dot_product_attention(shared, keys, values, attn_mask=mask, scale=1.0)
    return seen.reshape(len(queries), -1)


def _attend_on_cpu(queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    """The same for a few queries, in float32: torch's kernel for 16 bits takes up to four times as long over a single row."""
    return _attend(queries.float(), keys.float(), values.float()).to(queries.dtype)
