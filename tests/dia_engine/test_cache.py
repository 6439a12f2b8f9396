"""Both forms of the cache mean the same: what each query sees, whoever enters and leaves beside it."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from dia_engine.cache import Cache, Pairs, PerSlot, Static
from dia_engine.dia1.config import Config, Tower

SLOTS, ROWS, LETTERS = 3, 24, 20
CPU = torch.device("cpu")
SIZES = Tower(2, 32, 64, 6, 2, 8, 1028, ROWS, cross_heads=4, cross_kv_heads=4, cross_head_dim=6)
CONFIG = Config("B", Tower(1, 16, 32, 2, 2, 8, 256, LETTERS), SIZES)


class Both:
    """The two forms, told the same."""

    def __init__(self, seed: int) -> None:
        self.static = Static(CONFIG, SLOTS, ROWS, LETTERS, torch.float32, CPU)
        self.per_slot = PerSlot(CONFIG, SLOTS, torch.float32, CPU)
        self.forms: tuple[Cache, Cache] = (self.per_slot, self.static)
        self.numbers = torch.Generator().manual_seed(seed)
        self.rows = torch.ones(SLOTS, dtype=torch.long) * 0
        self.there = [False] * SLOTS

    def random(self, *shape: int) -> Tensor:
        return torch.randn(*shape, generator=self.numbers)

    def enter(self, slot: int, letters: int, rows: int, filled: int) -> None:
        heard: Pairs = [(self.random(4, letters, 6), self.random(4, letters, 6)) for _ in range(2)]
        known = [(self.random(2, 2, filled, 8), self.random(2, 2, filled, 8)) for _ in range(2)]
        for form in self.forms:
            form.enter(slot, heard, rows)
            for layer, pair in enumerate(known):
                form.fill(slot, layer, *pair)
        self.rows[slot], self.there[slot] = filled, True

    def leave(self, slot: int) -> None:
        for form in self.forms:
            form.leave(slot)
        self.rows[slot], self.there[slot] = 0, False

    def step(self) -> None:
        """Feed a row to each slot and demand the same of both forms, in every slot that is used."""
        used = torch.tensor(self.there)
        self.static.window = int(self.rows.max()) + 1
        for layer in range(2):
            given = self.random(2 * SLOTS, 6, 8), self.random(2 * SLOTS, 2, 8), self.random(2 * SLOTS, 2, 8)
            one, other = (form.own(layer, *given, self.rows) for form in self.forms)
            assert one.shape == (2 * SLOTS, 48)
            assert torch.allclose(one[used.repeat(2)], other[used.repeat(2)], atol=1e-5)
            assert other.isfinite().all()
            asked = self.random(SLOTS, 4, 6)
            one, other = (form.heard(layer, asked) for form in self.forms)
            assert one.shape == (SLOTS, 24)
            assert torch.allclose(one[used], other[used], atol=1e-5)
            assert other.isfinite().all()
        self.rows += used


@pytest.mark.parametrize("seed", range(4))
def test_both_forms_see_the_same_whoever_comes_and_goes(seed: int) -> None:
    both = Both(seed)
    for at in range(30):
        for slot in range(SLOTS):
            if both.there[slot] and (at % 11 == 3 * slot or both.rows[slot] == ROWS):
                both.leave(slot)
            elif not both.there[slot] and at % (slot + 2) == 0:
                both.enter(slot, 1 + (7 * at + slot) % LETTERS, ROWS, (at * 3) % 9)
        both.step()


def test_a_query_sees_its_own_branch_its_own_slot_and_rows_up_to_its_own() -> None:
    both = Both(9)
    both.enter(0, 5, ROWS, 3)
    both.enter(2, 5, ROWS, 3)
    queries, keys, values = both.random(2 * SLOTS, 6, 8), both.random(2 * SLOTS, 2, 8), both.random(2 * SLOTS, 2, 8)
    for form in both.forms:
        before = form.own(0, queries, keys, values, both.rows).clone()
        louder = values.clone()
        louder[2 * SLOTS - 1] += 1  # the conditional branch of the last slot
        after = form.own(0, queries, keys, louder, both.rows)
        assert [n for n in range(2 * SLOTS) if not torch.equal(before[n], after[n])] == [2 * SLOTS - 1]
        form.own(0, queries, keys, values, both.rows)
        form.own(0, queries, keys, 100 * values, both.rows + 1)
        assert torch.allclose(form.own(0, queries, keys, values, both.rows)[0], before[0], atol=1e-6)
