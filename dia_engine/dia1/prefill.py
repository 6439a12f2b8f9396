"""What is known before a segment's first row is decided: its text is read, and the rows of its voice are fed at once.

Segments that begin together share the products, which run over the rows of all of them in blocks of one size; attention
stays within each. So neither speed nor numbers depend on who begins beside whom.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F  # noqa: N812 - torch's own name for it
from torch import Tensor

from dia_engine.cache import Pairs
from dia_engine.delay import Grid
from dia_engine.dia1.config import Tower
from dia_engine.dia1.decode import Feed, Prepared
from dia_engine.dia1.row import Turns, rotated
from dia_engine.layers import gated, turns
from dia_engine.products import Product, in_blocks

BLOCK = {"cpu": 64}
LARGE_BLOCK = 512
VOICES = 4  # whose rows are kept: 37 kB a row


@dataclass(frozen=True, slots=True)
class Stream:
    """Rows of ids [P, C] to feed from row 0 on, and the keys and values of the text; None in the unconditional branch."""

    ids: Tensor
    heard: Pairs | None


def read(prepared: Prepared, texts: Sequence[bytes]) -> list[Pairs]:
    """Keys and values [KV, L, d] per layer of the decoder for each text, given as its ids."""
    config, size = prepared.config, prepared.config.encoder
    lengths = [len(text) for text in texts]
    ids = torch.tensor(list(b"".join(texts)), device=prepared.device)
    angles = _angles(prepared, size, size.head_dim, lengths)
    x = prepared.letters(ids)
    for layer in prepared.readers:
        fused = _product(prepared, layer.attention.fused, layer.before_attention(x)).view(len(x), -1, size.head_dim)
        q, k, v = torch.split(fused, [size.heads, size.kv_heads, size.kv_heads], 1)
        seen = _within(rotated(q, angles), rotated(k, angles), v, lengths, causal=False)
        x = x + _product(prepared, layer.attention.out, seen)
        x = x + _feed(prepared, layer.feed, layer.before_feed(x))
    states = prepared.read(x)
    out: list[Pairs] = [[] for _ in texts]
    dim = config.decoder.cross_head_dim
    cross = _angles(prepared, config.decoder, dim, lengths) if config.cross_rope else None
    for speaker in prepared.speakers:
        assert speaker.heard.source is not None
        k, v = _product(prepared, speaker.heard.source, states).view(len(states), -1, dim).chunk(2, 1)
        k = k if cross is None else rotated(k, cross)
        for pairs, keys, values in zip(out, torch.split(k, lengths), torch.split(v, lengths), strict=True):
            pairs.append((keys.transpose(0, 1).contiguous(), values.transpose(0, 1).contiguous()))
    return out


def fill(prepared: Prepared, streams: Sequence[Stream]) -> list[Pairs]:
    """Keys and values [KV, P, d] per layer of each stream's rows."""
    config, size = prepared.config, prepared.config.decoder
    lengths = [len(stream.ids) for stream in streams]
    angles = _angles(prepared, size, size.head_dim, lengths)
    dim = size.cross_head_dim
    cross = _angles(prepared, size, dim, lengths) if config.cross_rope else None
    x = prepared.codes(torch.cat([stream.ids for stream in streams])[:, None])[:, 0]
    out: list[Pairs] = [[] for _ in streams]
    for number, layer in enumerate(prepared.speakers):
        fused = _product(prepared, layer.own.fused, layer.before_own(x)).view(len(x), -1, size.head_dim)
        q, k, v = torch.split(fused, [size.heads, size.kv_heads, size.kv_heads], 1)
        k = rotated(k, angles)
        for pairs, keys, values in zip(out, torch.split(k, lengths), torch.split(v, lengths), strict=True):
            pairs.append((keys.transpose(0, 1).contiguous(), values.transpose(0, 1).contiguous()))
        if number + 1 == len(prepared.speakers):
            break  # nobody asks what these rows lead to
        x = x + _product(prepared, layer.own.out, _within(rotated(q, angles), k, v, lengths, causal=True))
        asked = _product(prepared, layer.heard.fused, layer.before_heard(x)).view(len(x), -1, dim)
        asked = asked if cross is None else rotated(asked, cross)
        heard = _product(prepared, layer.heard.out, _heard(asked, streams, number, lengths))
        told = torch.cat(
            [torch.full((n,), s.heard is not None, device=x.device) for s, n in zip(streams, lengths, strict=True)]
        )
        x = x + torch.where(told[:, None], heard, layer.unheard)
        x = x + _feed(prepared, layer.feed, layer.before_feed(x))
    return out


class Voices:
    """Feeds the rows of prompts. In the unconditional branch they do not depend on the text, so a voice's are kept."""

    def __init__(self, prepared: Prepared) -> None:
        self._prepared = prepared
        self._kept: OrderedDict[bytes, Pairs] = OrderedDict()

    def fill(self, prompts: Sequence[tuple[Grid, Pairs]]) -> list[tuple[Pairs, Pairs]]:
        """Unconditional and conditional keys and values [KV, P, d] per layer, for rows [P, C] and their texts' pairs."""
        if not prompts:
            return []
        keys = [ids.tobytes() for ids, _ in prompts]
        there = [torch.from_numpy(ids).to(self._prepared.device) for ids, _ in prompts]
        new = {key: Stream(ids, None) for key, ids in zip(keys, there, strict=True) if key not in self._kept}
        cond = [Stream(ids, heard) for ids, (_, heard) in zip(there, prompts, strict=True)]
        filled = fill(self._prepared, [*new.values(), *cond])
        self._kept |= dict(zip(new, filled, strict=False))
        out = [(self._kept[key], pairs) for key, pairs in zip(keys, filled[len(new) :], strict=True)]
        for key in keys:
            self._kept.move_to_end(key)
        while len(self._kept) > VOICES:
            self._kept.popitem(last=False)
        return out


def _within(q: Tensor, k: Tensor, v: Tensor, lengths: list[int], *, causal: bool) -> Tensor:
    """Attention of the rows [M, H, d] of each segment among themselves -> [M, H * d]."""
    parts = zip(torch.split(q, lengths), torch.split(k, lengths), torch.split(v, lengths), strict=True)
    return torch.cat([_attend(*(part.transpose(0, 1) for part in each), causal=causal) for each in parts])


def _heard(asked: Tensor, streams: Sequence[Stream], layer: int, lengths: list[int]) -> Tensor:
    """What the rows [M, H, d] of each stream hear of its text -> [M, H * d]; zeros where there is none."""
    out = []
    for queries, stream in zip(torch.split(asked, lengths), streams, strict=True):
        if stream.heard is None:
            out.append(queries.new_zeros(len(queries), queries[0].numel()))
        else:
            out.append(_attend(queries.transpose(0, 1), *stream.heard[layer], causal=False))
    return torch.cat(out)


def _attend(q: Tensor, k: Tensor, v: Tensor, *, causal: bool) -> Tensor:
    """q [H, T, d] over k, v [KV, S, d] -> [T, H * d]; query head h reads kv head h // (H / KV)."""
    grouped = q.shape[0] != k.shape[0]
    seen = F.scaled_dot_product_attention(q[None], k[None], v[None], is_causal=causal, scale=1.0, enable_gqa=grouped)
    return seen[0].transpose(0, 1).flatten(1)


def _feed(prepared: Prepared, part: Feed, x: Tensor) -> Tensor:
    return _product(prepared, part.down, gated(_product(prepared, part.gate_up, x)))


def _product(prepared: Prepared, product: Product, rows: Tensor) -> Tensor:
    return in_blocks(product, rows, BLOCK.get(prepared.device.type, LARGE_BLOCK))


def _angles(prepared: Prepared, size: Tower, dim: int, lengths: list[int]) -> Turns:
    """Cosines and sines for the rows of several segments, each counted from 0.

    They are taken from those of all positions: how the last ones of a list are computed depends on its length.
    """
    cos, sin = turns(max(size.positions, *lengths), dim, size.theta, prepared.device)
    return torch.cat([cos[:n] for n in lengths]), torch.cat([sin[:n] for n in lengths])
