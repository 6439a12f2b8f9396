"""Choosing for all slots at once: for each what the slow rules of `sampling` choose for it alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
import torch

from dia_engine import counter, sampling
from dia_engine.choosing import CANDIDATES, NO_PLAN, Settings, choose
from dia_engine.dia1.config import Config, Generation
from dia_engine.params import Params

C, V, EOS = 9, 1028, 1024
CPU = torch.device("cpu")
KINDS = [
    Params(temperature=temperature, top_p=top_p, cfg_scale=scale, cfg_filter_top_k=k)
    for temperature, top_p, scale, k in (
        (1.2, 0.95, 3.0, 45),
        (0.0, 0.95, 3.0, 45),
        (0.7, 1.0, 0.0, 64),
        (1.8, 0.5, 1.0, 20),
        (1.0, 0.0, 3.0, 45),
        (1.0, 0.95, 3.0, 1),
        (0.0, 0.95, 3.0, 2),
        (0.01, 0.9, 4.0, 3),
        (3.0, 1.0, 2.0, 7),
    )
]
WIDE = [
    replace(kind, cfg_filter_top_k=k)
    for kind, k in zip(KINDS, (None, None, 65, 200, None, 2000, 1028, None, None), strict=True)
]


def settings_of(kinds: Sequence[Params], plans: Sequence[int] = ()) -> Settings:
    settings = Settings.empty(len(kinds), CPU)
    for slot, kind in enumerate(kinds):
        settings.put(slot, kind, 1000 + slot, V, plans[slot] if plans else NO_PLAN)
    return settings


def slow(logits: torch.Tensor, row: int, params: Params, seed: int, config: Config) -> torch.Tensor:
    """Ids [C] by logits [2, C, V], by the rules written out one after the other."""
    uncond, cond = logits
    left = sampling.choosable(cond, uncond, params, config)
    if params.temperature == 0:
        return left.argmax(-1)
    chances = sampling.probabilities(left, params, config.eos, eos_alone=config.generation == "B")
    places = (torch.arange(C * V) + row * C * V).view(C, V)
    return sampling.draw(chances, counter.exponential(torch.tensor(seed), places))


def assert_by_the_rules(seed: int, generation: Generation, kinds: Sequence[Params], count: int) -> int:
    """Random logits for each kind of settings; tells how many of them ended."""
    config, numbers = Config(generation), torch.Generator().manual_seed(seed)
    logits = torch.randn(2, len(kinds), C, V, generator=numbers) * 2
    logits[..., EOS] += 6 * (torch.rand(2, len(kinds), C, generator=numbers) < 0.5)
    logits[1, ..., EOS] += 20 * (torch.rand(len(kinds), C, generator=numbers) < 0.2)
    logits[..., EOS + 1 :] += 7 * (torch.rand(2, len(kinds), C, 3, generator=numbers) < 0.3)  # a small k may keep only these
    rows = torch.randint(1, 3000, (len(kinds),), generator=numbers)
    chosen = choose(logits, rows, settings_of(kinds), config, count)
    for slot, kind in enumerate(kinds):
        wanted = slow(logits[:, slot], int(rows[slot]), kind, 1000 + slot, config)
        assert chosen[slot].tolist() == wanted.tolist(), (seed, generation, kind)
    return int((chosen[:, 0] == EOS).sum())


@pytest.mark.parametrize("generation", ["A", "B"])
def test_every_slot_is_chosen_for_by_the_slow_rules(generation: Generation) -> None:
    ended = [assert_by_the_rules(seed, generation, KINDS, CANDIDATES) for seed in range(20)]
    ended += [assert_by_the_rules(seed, generation, WIDE, V) for seed in range(8)]
    assert 5 < sum(ended) < len(ended) * len(KINDS) / 2


def test_where_the_best_id_has_just_as_much_as_top_p_the_next_one_stays() -> None:
    """As in the slow rules; two ids of one half each, and a top_p of one half."""
    logits = torch.full((2, 64, C, V), -50.0)
    logits[..., [5, 9]] = 10.0
    kinds = [Params(temperature=1.0, top_p=0.5, cfg_scale=0.0)] * 64
    chosen = choose(logits, torch.arange(64) + 1, settings_of(kinds), Config("B"), CANDIDATES)
    assert chosen.unique().tolist() == [5, 9]
    for slot in (0, 13):
        assert chosen[slot].tolist() == slow(logits[:, slot], slot + 1, kinds[slot], 1000 + slot, Config("B")).tolist()


@pytest.mark.slow
@pytest.mark.parametrize("generation", ["A", "B"])
def test_every_slot_is_chosen_for_by_the_slow_rules_many_times_more(generation: Generation) -> None:
    for seed in range(100, 160):
        assert_by_the_rules(seed, generation, KINDS, CANDIDATES)
        assert_by_the_rules(seed, generation, WIDE, V)


def test_neighbours_change_nothing() -> None:
    numbers = torch.Generator().manual_seed(3)
    logits, rows = torch.randn(2, len(KINDS), C, V, generator=numbers), torch.arange(1, len(KINDS) + 1)
    whole = choose(logits, rows, settings_of(KINDS), Config(), CANDIDATES)
    other = logits.flip(1).clone()
    other[:, 4] = logits[:, 4]
    turned = choose(other, rows, settings_of(KINDS), Config(), CANDIDATES)
    assert torch.equal(turned[4], whole[4])
    assert not torch.equal(turned[0], whole[0])


@pytest.mark.parametrize("generation", ["A", "B"])
@pytest.mark.parametrize("temperature", [0.0, 1.2])
def test_a_planned_end_is_held_back_before_and_certain_at_its_row(generation: Generation, temperature: float) -> None:
    kinds = [Params(temperature=temperature)] * 4
    logits = torch.randn(2, 4, C, V, generator=torch.Generator().manual_seed(1))
    logits[:, :2, 0, EOS] = 50.0  # two that would end
    plans = [30, NO_PLAN, 30, NO_PLAN]
    for row, wanted in ((29, [False, True, False, False]), (30, [True, True, True, False]), (31, [False, True, False, False])):
        chosen = choose(logits, torch.full((4,), row), settings_of(kinds, plans), Config(generation), CANDIDATES)
        assert (chosen[:, 0] == EOS).tolist() == wanted
        assert (chosen[:, 1:] < EOS).all()


def test_slots_that_nobody_uses_are_harmless() -> None:
    chosen = choose(torch.zeros(2, 3, C, V), torch.ones(3, dtype=torch.long), Settings.empty(3, CPU), Config(), CANDIDATES)
    assert chosen.shape == (3, C)
    assert (chosen < V).all()
