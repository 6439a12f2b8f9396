"""The network of Dia-1.6B row by row: each row passes it once. What a row is chosen as is not decided here.

The unconditional branch hears a text of zeros. Equal tokens have equal values, so whatever attention weighs them with, one
vector comes out: for each layer a constant of the checkpoint, and that branch needs neither encoder nor cross attention.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor

from dia_engine.cache import SelfCache
from dia_engine.delay import Grid
from dia_engine.dia1.model import DecoderLayer, Dia1
from dia_engine.errors import memory_errors
from dia_engine.layers import rotary_angles
from dia_engine.requests import text_ids

TODO = "render a shorter segment"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A network and what cross attention gives its unconditional branch: one vector per layer [layers, D]."""

    model: Dia1
    unheard: Tensor


@torch.inference_mode()
def prepare(model: Dia1) -> Prepared:
    """Compute a network's constants. They hold for these weights: prepare again after changing any."""
    with memory_errors("reading the text", TODO):
        state = model.encode(torch.zeros(1, 1, dtype=torch.long, device=model.device))
        vectors = []
        for layer in _layers(model):
            other = layer.cross_attention
            no_query = other.queries(
                torch.zeros(1, 1, model.config.decoder.width, dtype=state.dtype, device=state.device), None
            )
            vectors.append(other(no_query, *other.keys_values(state, None))[0, 0])
        return Prepared(model, torch.stack(vectors))


class Decoding:
    """One text being spoken: what the network knows of its bytes and of the rows fed so far, `rows` at most."""

    @torch.inference_mode()
    def __init__(self, prepared: Prepared, states: Tensor, rows: int) -> None:
        """`states` [1, L, E] are those of the text's bytes."""
        self._model, self._unheard = prepared.model, prepared.unheard
        config, size = self._model.config, self._model.config.decoder
        self._fed = 0
        with memory_errors("generating", TODO):
            positions = torch.arange(rows, device=states.device)
            self._angles = rotary_angles(positions, size.head_dim, size.theta)
            self._cross_angles: Tensor | None = None
            byte_angles: Tensor | None = None
            if config.cross_rope:
                self._cross_angles = rotary_angles(positions, size.cross_head_dim, size.theta)
                bytes_ = torch.arange(states.shape[1], device=states.device)
                byte_angles = rotary_angles(bytes_, size.cross_head_dim, size.theta)
            heard = (layer.cross_attention for layer in _layers(self._model))
            self._heard = [attention.keys_values(states, byte_angles) for attention in heard]
            self._own = SelfCache(size.layers, 2, size.kv_heads, rows, size.head_dim, dtype=states.dtype, device=states.device)

    @torch.inference_mode()
    def logits(self, grid: Grid) -> Tensor:
        """Logits [2, C, V], unconditional first, of the row after `grid` [T, C], which must hold what was fed before.

        The first call takes any number of rows in one causal pass, each later one a single row more.
        """
        start, end = self._fed, len(grid)
        assert start == 0 < end or end == start + 1
        with memory_errors("generating", TODO):
            x = self._model.decoder.embeddings(torch.from_numpy(grid[start:]).to(self._model.device)[None]).expand(2, -1, -1)
            for number, layer in enumerate(_layers(self._model)):
                x = self._through(layer, number, x, start)
            self._fed = end
            return self._model.logits(self._model.decoder.norm(x[:, -1]))

    def _through(self, layer: DecoderLayer, number: int, x: Tensor, start: int) -> Tensor:
        """x [2, T, D] of the rows from `start` on, through one layer."""
        end, single = start + x.shape[1], x.shape[1] == 1
        own, other = layer.self_attention, layer.cross_attention
        normed, angles = layer.pre_sa_norm(x), self._angles[start:end]
        queries = own.queries(normed, angles)
        keys, values = self._own.extend(number, start, *own.keys_values(normed, angles))
        x = x + (own.one_row(queries, keys, values) if single else own(queries, keys, values, causal=True))
        cross_angles = None if self._cross_angles is None else self._cross_angles[start:end]
        queries = other.queries(layer.pre_ca_norm(x[1:]), cross_angles)
        heard = other.one_row(queries, *self._heard[number]) if single else other(queries, *self._heard[number])
        x = x + torch.cat((self._unheard[number].expand_as(heard), heard))
        out: Tensor = x + layer.mlp(layer.pre_mlp_norm(x))
        return out


@torch.inference_mode()
def text_states(model: Dia1, text: str) -> Tensor:
    """States [1, L, E] of the bytes of `text`."""
    with memory_errors("reading the text", TODO):
        return model.encode(torch.tensor([list(text_ids(text, model.config.encoder.positions))], device=model.device))


def _layers(model: Dia1) -> list[DecoderLayer]:
    return cast("list[DecoderLayer]", list(model.decoder.layers))
