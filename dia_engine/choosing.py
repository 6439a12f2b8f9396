"""The choice of codes for all slots at once, wholly on their device: each slot by its own settings, nothing read back.

The rules are those of `sampling`, the slow twin, which looks at all ids. Here only the likeliest `candidates` of each channel
are looked at, enough for every slot's `cfg_filter_top_k`.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from dia_engine import counter
from dia_engine.dia1.config import Config
from dia_engine.params import Params
from dia_engine.sampling import REMOVED, guide, keep_speakable

CANDIDATES = 64
NO_PLAN = -1
CERTAIN = 1e30


@dataclass(frozen=True, slots=True)
class Settings:
    """How each of N slots samples. `plan` is the row that EOS is held for, whatever the model thinks, or `NO_PLAN`."""

    greedy: Tensor  # bool [N]
    temperature: Tensor  # float32 [N]
    top_p: Tensor
    scale: Tensor
    top_k: Tensor  # int64 [N]
    seed: Tensor
    plan: Tensor

    @classmethod
    def empty(cls, slots: int, device: torch.device) -> Settings:
        """Settings of slots that nobody uses yet: harmless ones."""
        reals = [torch.ones(slots, device=device) for _ in range(3)]
        numbers = [torch.full((slots,), value, dtype=torch.long, device=device) for value in (1, 0, NO_PLAN)]
        return cls(torch.ones(slots, dtype=torch.bool, device=device), *reals, *numbers)

    def put(self, slot: int, params: Params, seed: int, vocabulary: int, plan: int) -> None:
        """Set one slot's values in place."""
        self.greedy[slot] = params.temperature == 0
        self.temperature[slot] = params.temperature or 1.0
        self.top_p[slot], self.scale[slot] = params.top_p, params.cfg_scale
        self.top_k[slot] = params.cfg_filter_top_k or vocabulary
        self.seed[slot], self.plan[slot] = seed, plan


def choose(logits: Tensor, rows: Tensor, settings: Settings, config: Config, count: int) -> Tensor:
    """Ids [N, C] by logits [2, N, C, V], unconditional ones first, for row `rows[n]` of each slot; `count` candidates."""
    uncond, cond = logits
    guided = guide(cond, uncond, settings.scale[:, None, None])
    guided, cond = (_planned(values, rows, settings.plan, config.eos) for values in (guided, cond))
    if config.generation == "A":
        values, ids = _plain(guided, settings, config, count)
    else:
        values, ids = _filtered(guided, cond, settings, config, count)
    chosen = _drawn(values, ids, rows, settings, config).masked_fill(settings.greedy[:, None], 0)
    return ids.gather(-1, chosen[..., None])[..., 0]


def _planned(values: Tensor, rows: Tensor, plan: Tensor, eos: int) -> Tensor:
    """Where a slot has a planned end, EOS is out of reach before it and certain at it."""
    out = values.clone()
    own = out[:, 0, eos]
    forced = torch.full_like(own, -CERTAIN).masked_fill(rows == plan, CERTAIN)  # a CUDA graph cannot hold where(…, number, …)
    out[:, 0, eos] = torch.where(plan == NO_PLAN, own, forced)
    return out


def _plain(guided: Tensor, settings: Settings, config: Config, count: int) -> tuple[Tensor, Tensor]:
    """Generation A: guided logits, best first, and their ids, both [N, C, count]."""
    base = keep_speakable(guided, config.eos)
    base[:, 0, config.eos] *= config.eos_scale
    ended = base.argmax(-1) == config.eos
    base[..., config.eos] = base[..., config.eos].masked_fill(~ended, REMOVED)
    values, ids = torch.topk(base, count, dim=-1)
    rank = torch.arange(count, device=values.device)
    return values.masked_fill(rank >= settings.top_k[:, None, None], REMOVED), ids


def _filtered(guided: Tensor, cond: Tensor, settings: Settings, config: Config, count: int) -> tuple[Tensor, Tensor]:
    """Generation B: conditional logits of the ids that guidance prefers, best first, and these ids, both [N, C, count]."""
    values, ids = torch.topk(guided, count, dim=-1)
    rank = torch.arange(count, device=values.device)
    first = torch.arange(config.channels, device=values.device)[:, None] == 0
    is_eos = ids == config.eos
    speakable = (ids < config.eos) | (is_eos & first)
    own = cond.gather(-1, ids).masked_fill(~speakable | (rank >= settings.top_k[:, None, None]), REMOVED)
    # A small k may keep nothing that can be spoken; then the best speakable id stands alone.
    alone = rank == speakable.float().argmax(-1, keepdim=True)
    own = torch.where(own.isneginf().all(-1, keepdim=True) & alone, values, own)
    ended = is_eos.gather(-1, own.argmax(-1, keepdim=True))
    own, order = own.masked_fill(is_eos != ended, REMOVED).sort(-1, descending=True)
    return own, ids.gather(-1, order)


def _drawn(values: Tensor, ids: Tensor, rows: Tensor, settings: Settings, config: Config) -> Tensor:
    """Which of the candidates [N, C, count], best first, is drawn: [N, C]."""
    chances = torch.softmax(values / settings.temperature[:, None, None], -1)
    top_p = settings.top_p[:, None, None]
    beyond = (chances.cumsum(-1) > top_p) & (top_p < 1)
    beyond = torch.cat((torch.zeros_like(beyond[..., :1]), beyond[..., :-1]), -1)
    channels = torch.arange(config.channels, device=ids.device)[:, None]
    places = (rows[:, None, None] * config.channels + channels) * config.decoder.vocabulary + ids
    noise = counter.exponential(settings.seed[:, None, None], places)
    return (chances.masked_fill(beyond, 0) / noise).argmax(-1)
