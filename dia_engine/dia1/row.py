"""One row of every slot through the decoder of Dia-1.6B. Shapes depend on the number of slots alone."""

from __future__ import annotations

import torch
from torch import Tensor

from dia_engine.cache import Cache
from dia_engine.dia1.decode import Feed, Prepared, Speaker
from dia_engine.layers import gated, turns

Turns = tuple[Tensor, Tensor]  # cosines and sines of every position [positions, d / 2]


class Row:
    """The decoder, its cache, and the angles of every position."""

    def __init__(self, prepared: Prepared, cache: Cache) -> None:
        config, size = prepared.config, prepared.config.decoder
        self._prepared, self._cache = prepared, cache
        self._own = turns(size.positions, size.head_dim, size.theta, prepared.device)
        self._heard = turns(size.positions, size.cross_head_dim, size.theta, prepared.device) if config.cross_rope else None

    def logits(self, fed: Tensor, rows: Tensor) -> Tensor:
        """Feed ids [N, C] as row `rows[n]` of each slot -> logits [2, N, C, V] of the next, unconditional ones first."""
        prepared = self._prepared
        own = _at(self._own, rows.repeat(2))
        heard = None if self._heard is None else _at(self._heard, rows)
        x = prepared.codes(fed[:, None])[:, 0].repeat(2, 1)
        for number, layer in enumerate(prepared.speakers):
            x = self._own_rows(layer, number, x, own, rows)
            x = _with_heard(layer, x, self._heard_text(layer, number, x[len(fed) :], heard))
            x = x + feed(layer.feed, layer.before_feed(x))
        out = prepared.head(prepared.spoken(x)).float()
        return out.view(2, len(fed), prepared.config.channels, -1)

    def _own_rows(self, layer: Speaker, number: int, x: Tensor, angles: Turns, rows: Tensor) -> Tensor:
        size = self._prepared.config.decoder
        fused = layer.own.fused(layer.before_own(x)).view(len(x), -1, size.head_dim)
        turned, v = torch.split(fused, [size.heads + size.kv_heads, size.kv_heads], 1)
        q, k = torch.split(rotated(turned, angles), [size.heads, size.kv_heads], 1)
        return x + layer.own.out(self._cache.own(number, q, k, v, rows))

    def _heard_text(self, layer: Speaker, number: int, cond: Tensor, angles: Turns | None) -> Tensor:
        size = self._prepared.config.decoder
        q = layer.heard.fused(layer.before_heard(cond)).view(len(cond), -1, size.cross_head_dim)
        return layer.heard.out(self._cache.heard(number, q if angles is None else rotated(q, angles)))


def feed(part: Feed, x: Tensor) -> Tensor:
    return part.down(gated(part.gate_up(x)))


def rotated(x: Tensor, angles: Turns) -> Tensor:
    """Rotate x [M, H, d] by each row's angles [M, d / 2], in float32; element i pairs with i + d/2."""
    first, second = x.float().chunk(2, -1)
    cos, sin = angles[0][:, None], angles[1][:, None]
    return torch.cat((first * cos - second * sin, second * cos + first * sin), -1).to(x.dtype)


def _with_heard(layer: Speaker, x: Tensor, heard: Tensor) -> Tensor:
    uncond, cond = x.chunk(2)
    return torch.cat((uncond + layer.unheard, cond + heard))


def _at(angles: Turns, rows: Tensor) -> Turns:
    return angles[0][rows], angles[1][rows]
