"""The weights of Dia-1.6B as decoding reads them: fused, packed where that pays, and the constants that follow from them.

The unconditional branch hears a text of zeros. Equal tokens have equal values, so whatever attention weighs them with, one
vector comes out: for each layer a constant of the checkpoint, and that branch needs neither encoder nor cross attention.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import cast

import torch
from torch import Tensor, nn

from dia_engine import products
from dia_engine.device import flushed
from dia_engine.dia1.config import Config
from dia_engine.dia1.model import ChannelEmbedding, DecoderLayer, Dia1, EncoderLayer
from dia_engine.errors import memory_errors
from dia_engine.layers import MLP, Attention, RMSNorm
from dia_engine.products import Product
from dia_engine.quantized import quantize


@dataclass(frozen=True, slots=True)
class Heads:
    """One attention: queries, keys and values by one product where they come from the same rows."""

    fused: Product  # self attention: queries, keys, values; cross attention: queries
    source: Product | None  # cross attention: keys and values, from the text
    out: Product


@dataclass(frozen=True, slots=True)
class Feed:
    """One MLP: gate and up by one product, gate first."""

    gate_up: Product
    down: Product


@dataclass(frozen=True, slots=True)
class Reader:
    """A layer of the encoder."""

    before_attention: RMSNorm
    attention: Heads
    before_feed: RMSNorm
    feed: Feed


@dataclass(frozen=True, slots=True)
class Speaker:
    """A layer of the decoder. `unheard` [D] is what cross attention gives the unconditional branch."""

    before_own: RMSNorm
    own: Heads
    before_heard: RMSNorm
    heard: Heads
    unheard: Tensor
    before_feed: RMSNorm
    feed: Feed


@dataclass(frozen=True, slots=True)
class Prepared:
    """A network ready to decode `slots` segments at once."""

    config: Config
    slots: int
    letters: nn.Embedding
    readers: tuple[Reader, ...]
    read: RMSNorm
    codes: ChannelEmbedding
    speakers: tuple[Speaker, ...]
    spoken: RMSNorm
    head: Product
    device: torch.device
    dtype: torch.dtype
    packed: bool
    quantized: bool


@torch.inference_mode()
def prepare(model: Dia1, slots: int = 1, *, packed: bool = True, release: bool = False, quantized: bool = False) -> Prepared:
    """Lay out a network's weights and compute its constants. They hold for these weights: prepare again after changing any.

    `packed=False` turns off the layouts that only some machines have. With `release` the model's own weights are given up
    layer by layer, so that there is never more than one copy; the model is of no use afterwards.
    `quantized` keeps all matrices in 8 bits: half the memory of 16, and other numbers (see `quantized`).
    """
    config, weight = model.config, model.logits_dense.weight
    pack = packed and not quantized and products.can_pack(weight.dtype, weight.device)
    make = _Maker(quantize if quantized else partial(products.packed, rows=2 * slots) if pack else products.plain, release)
    with flushed(weight.device), memory_errors("laying out the weights", "use a smaller dtype or another device"):
        constant = model.encode(torch.zeros(1, 1, dtype=torch.long, device=model.device))
        speakers = []
        for layer in cast("list[DecoderLayer]", list(model.decoder.layers)):
            unheard = _unheard(layer, constant)
            own, heard = make.own(layer.self_attention), make.heard(layer.cross_attention)
            norms = layer.pre_sa_norm, layer.pre_ca_norm, layer.pre_mlp_norm
            speakers.append(Speaker(norms[0], own, norms[1], heard, unheard, norms[2], make.feed(layer.mlp)))
        readers = []
        for reader in cast("list[EncoderLayer]", list(model.encoder.layers)):
            attention = make.own(reader.self_attention)
            readers.append(Reader(reader.pre_sa_norm, attention, reader.post_sa_norm, make.feed(reader.mlp)))
        device, dtype = weight.device, weight.dtype
        return Prepared(
            config,
            slots,
            model.encoder.embedding,
            tuple(readers),
            model.encoder.norm,
            model.decoder.embeddings,
            tuple(speakers),
            model.decoder.norm,
            make.product(model.logits_dense),
            device,
            dtype,
            pack,
            quantized,
        )


class _Maker:
    """Makes products of a model's matrices, and lets go of these if told so."""

    def __init__(self, make: Callable[[Tensor], Product], release: bool) -> None:
        self._make, self._release = make, release

    def product(self, *matrices: nn.Linear) -> Product:
        weights = [matrix.weight.detach() for matrix in matrices]
        weight = weights[0] if len(weights) == 1 else torch.cat(weights)
        if self._release:
            for matrix in matrices:
                matrix.weight = nn.Parameter(weight.new_empty(0), requires_grad=False)
        return self._make(weight)

    def own(self, part: Attention) -> Heads:
        return Heads(self.product(part.q_proj, part.k_proj, part.v_proj), None, self.product(part.o_proj))

    def heard(self, part: Attention) -> Heads:
        return Heads(self.product(part.q_proj), self.product(part.k_proj, part.v_proj), self.product(part.o_proj))

    def feed(self, part: MLP) -> Feed:
        return Feed(self.product(part.gate_up_proj), self.product(part.down_proj))


def _unheard(layer: DecoderLayer, constant: Tensor) -> Tensor:
    """What cross attention makes of the constant state of a text of zeros [1, 1, E], whatever the query: [D]."""
    other = layer.cross_attention
    no_query = constant.new_zeros(1, 1, other.q_proj.in_features)
    out: Tensor = other(other.queries(no_query, None), *other.keys_values(constant, None))
    return out[0, 0]
