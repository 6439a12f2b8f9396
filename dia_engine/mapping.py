"""Tensor names and shapes of the two layouts in which Dia-1.6B is handed round, and how each becomes ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from dia_engine.dia1.config import Config
from dia_engine.dia1.model import skeleton

Layout = Literal["original", "transformers"]
Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Mapped:
    """One parameter of ours and the tensors of a checkpoint it is made of.

    `flatten` tells how: None copies; n makes a matrix of the first n dimensions by the rest, and turns it round.
    """

    name: str
    shape: Shape
    sources: tuple[str, ...]
    source_shape: Shape
    flatten: int | None = None

    def build(self, tensors: Sequence[Tensor], dtype: torch.dtype, device: torch.device) -> Tensor:
        """The parameter in its own new memory. The original layout has [in, out] kernels with their heads apart."""
        target = torch.empty(self.shape, dtype=dtype, device=device)
        rows = 0
        for tensor in tensors:
            if self.flatten is not None:
                ins = self.source_shape[: self.flatten]
                tensor = tensor.reshape(torch.Size(ins).numel(), -1).T
            target[rows : rows + len(tensor)].copy_(tensor)
            rows += len(tensor)
        return target


def layout_of(names: Mapping[str, object]) -> Layout | None:
    """The layout, decided by the names of tensors and never by those of files; None for a foreign model."""
    if any(name.endswith(".mlp.wi_fused.weight") for name in names):
        return "original"
    if any(name.startswith("model.") and name.endswith(".mlp.gate_up_proj.weight") for name in names):
        return "transformers"
    return None


def mapped(config: Config, layout: Layout) -> list[Mapped]:
    """Every parameter of the network, with where it comes from."""
    one = _from_original if layout == "original" else _from_transformers
    return [one(config, name, tuple(tensor.shape)) for name, tensor in skeleton(config).state_dict().items()]


def _from_transformers(config: Config, name: str, shape: Shape) -> Mapped:
    source = name if name.startswith("logits_dense.") else f"model.{name}"
    return Mapped(name, shape, (source,), shape)


def _from_original(config: Config, name: str, shape: Shape) -> Mapped:
    kind = name.split(".")[-2]
    if kind == "embed":
        rows = (config.decoder.vocabulary, config.decoder.width)
        return Mapped(name, shape, tuple(f"decoder.embeddings.{c}.weight" for c in range(config.channels)), rows)
    if len(shape) == 1 or kind == "embedding":
        return Mapped(name, shape, (name,), shape)
    out, ins = shape
    if kind == "logits_dense":
        return Mapped(name, shape, ("decoder.logits_dense.weight",), (ins, config.channels, config.decoder.vocabulary), 1)
    if kind == "gate_up_proj":
        return Mapped(name, shape, (name.replace(kind, "wi_fused"),), (ins, 2, out // 2), 1)
    if kind == "down_proj":
        return Mapped(name, shape, (name.replace(kind, "wo"),), (ins, out), 1)
    head_dim = _head_dim(config, name)
    if kind == "o_proj":
        return Mapped(name, shape, (name,), (ins // head_dim, head_dim, out), 2)
    return Mapped(name, shape, (name,), (ins, out // head_dim, head_dim), 1)


def _head_dim(config: Config, name: str) -> int:
    if name.startswith("encoder."):
        return config.encoder.head_dim
    return config.decoder.cross_head_dim if ".cross_attention." in name else config.decoder.head_dim
