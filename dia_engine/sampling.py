"""From logits to codes: guidance, filters, temperature, the rules for EOS, the draw. Pure; rows are the last axis."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from dia_engine.dia1.config import Config
from dia_engine.params import CODES, Params

REMOVED = float("-inf")


def guide(cond: Tensor, uncond: Tensor, scale: float | Tensor) -> Tensor:
    """Push conditional logits away from the unconditional ones. Centred on `cond`: scale 0 changes nothing."""
    return cond + scale * (cond - uncond)


def keep_top_k(logits: Tensor, by: Tensor, k: int | None) -> Tensor:
    """`logits` where `by` has its k greatest values, removed elsewhere."""
    if k is None or k >= logits.shape[-1]:
        return logits
    kept = torch.zeros_like(logits, dtype=torch.bool).scatter_(-1, torch.topk(by, k, dim=-1).indices, True)
    return logits.masked_fill(~kept, REMOVED)


def keep_speakable(logits: Tensor, eos: int) -> Tensor:
    """Remove what may never be chosen from logits [..., C, V]: ids beyond EOS, and EOS but in the first channel."""
    out = logits.clone()
    out[..., eos + 1 :] = REMOVED
    out[..., 1:, eos] = REMOVED
    return out


def choosable(cond: Tensor, uncond: Tensor, params: Params, config: Config) -> Tensor:
    """Logits [..., C, V] by the rules of the checkpoint's generation; greedy takes the greatest of them."""
    if config.generation == "A":
        return plain(cond, uncond, params, config.eos, config.eos_scale)
    return filtered(cond, uncond, params, config.eos)


def filtered(cond: Tensor, uncond: Tensor, params: Params, eos: int) -> Tensor:
    """Logits [..., C, V] of generation B: conditional ones, where the guided ones are among the k greatest.

    With a small k all that is kept may be unspeakable. Then the best speakable guided id stands alone; the original
    would take code 0 or fail.
    """
    guided = guide(cond, uncond, params.cfg_scale)
    logits = keep_speakable(keep_top_k(cond, guided, params.cfg_filter_top_k), eos)
    speakable = keep_speakable(guided, eos)
    nothing_left = logits.isneginf().all(-1, keepdim=True)
    return torch.where(nothing_left, keep_top_k(speakable, speakable, 1), logits)


def plain(cond: Tensor, uncond: Tensor, params: Params, eos: int, eos_scale: float) -> Tensor:
    """Logits [..., C, V] of generation A: the guided ones; EOS times a constant, which lifts it when it is negative."""
    logits = keep_speakable(guide(cond, uncond, params.cfg_scale), eos)
    logits[..., 0, eos] *= eos_scale
    return logits


def settle_eos(logits: Tensor, eos: int, *, alone: bool) -> Tensor:
    """EOS is never drawn by chance: where it is not the likeliest id it is removed.

    With `alone` (generation B) everything else is removed where it is.
    """
    is_eos = (logits.argmax(-1, keepdim=True) == eos).expand_as(logits)
    ids = torch.arange(logits.shape[-1], device=logits.device).expand_as(logits)
    out = logits.masked_fill(~is_eos & (ids == eos), REMOVED)
    return out.masked_fill(is_eos & (ids < eos), REMOVED) if alone else out


def keep_top_p(logits: Tensor, p: float) -> Tensor:
    """Keep the likeliest ids whose probabilities reach p, with the one that crosses it. The best id always stays."""
    if p >= 1:
        return logits
    chances, order = torch.softmax(logits, -1).sort(-1, descending=True)
    beyond = chances.cumsum(-1) > p
    beyond = torch.cat((torch.zeros_like(beyond[..., :1]), beyond[..., :-1]), -1)
    return logits.masked_fill(torch.zeros_like(beyond).scatter(-1, order, beyond), REMOVED)


def probabilities(logits: Tensor, params: Params, eos: int, *, eos_alone: bool) -> Tensor:
    """The distribution [..., V] that codes are drawn from. The temperature must not be 0."""
    logits = settle_eos(logits / params.temperature, eos, alone=eos_alone)
    logits = keep_top_k(logits, logits, params.cfg_filter_top_k)
    return torch.softmax(keep_top_p(logits, params.top_p), -1)


def noise(rows: int, vocabulary: int, generator: torch.Generator) -> Tensor:
    """What one draw takes from the generator [rows, V]. Drawn on the CPU, so that a seed means the same on any device."""
    return torch.empty(rows, vocabulary).exponential_(1, generator=generator)


def draw(chances: Tensor, noise: Tensor) -> Tensor:
    """One id per row of `chances` [..., V]: what torch.multinomial would draw, given the same noise."""
    return (chances / noise.to(chances.device)).argmax(-1)


def valid(codes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Codes with BOS, EOS and PAD turned to code 0, as the original hands them to the codec."""
    return np.where((codes >= 0) & (codes < CODES), codes, 0)
