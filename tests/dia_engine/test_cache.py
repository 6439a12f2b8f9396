"""Both forms of the cache mean the same: what each query sees, whoever enters and leaves beside it."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from dia_engine import formula, jobs, untrained
from dia_engine.cache import Cache, Pairs, PerSlot, Static
from dia_engine.dia1.config import Config, Tower
from dia_engine.dia1.decode import prepare
from dia_engine.slots import Slots

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


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_no_bit_depends_on_how_much_of_a_block_is_masked(dtype: torch.dtype) -> None:
    """Whether room was made for this segment alone, or for all that the model could be asked for."""
    seen = [seen_in(rows, letters, window, dtype) for rows, letters, window in ((21, 21, 32), (300, 100, 256), (33, 64, 48))]
    for own, heard in seen[1:]:
        assert torch.equal(own, seen[0][0])
        assert torch.equal(heard, seen[0][1])


def seen_in(rows: int, letters: int, window: int, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    """What one slot sees of 20 rows of its own and hears of 21 letters."""
    numbers = torch.Generator().manual_seed(1)

    def random(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=numbers).to(dtype)

    block = Static(CONFIG, SLOTS, rows, letters, dtype, CPU)
    block.enter(1, [(random(4, 21, 6), random(4, 21, 6)) for _ in range(2)], 21)
    block.fill(1, 0, random(2, 2, 19, 8), random(2, 2, 19, 8))
    block.window = min(window, block.rows)
    own = block.own(0, random(2 * SLOTS, 6, 8), *random(2, 2 * SLOTS, 2, 8), torch.tensor([0, 19, 0]))
    return own[[1, SLOTS + 1]], block.heard(0, random(SLOTS, 4, 6))[1]


@pytest.mark.parametrize("frames", [200, 861, 3000])
@pytest.mark.parametrize("slots", [1, 3, 64, 1024])
def test_a_block_for_a_job_is_little_larger_than_the_formula(slots: int, frames: int) -> None:
    config, letters = Config(), jobs.letters_of(frames)
    rows = jobs.room(config, frames)
    block = Static(config, slots, rows, letters, torch.bfloat16, torch.device("meta"))
    weights, whole = (formula.memory_bytes(config, torch.bfloat16, each) for each in ([], [(frames, letters)] * slots))
    assert whole - weights <= block.bytes
    assert weights + block.bytes <= 1.10 * whole


@pytest.mark.parametrize("slots", [1, 2, 5])
def test_measured_slots_take_little_more_than_the_formula(slots: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a GPU, where memory is laid out at once: for the rows and the text of what is measured."""
    monkeypatch.setattr(jobs, "Slots", lambda *given, **bounds: Slots(*given, **bounds, static=True))
    bench = jobs.Bench(prepare(untrained.network(untrained.TINY, torch.bfloat16, CPU), slots), 700)
    block = bench._slots._cache
    assert isinstance(block, Static)
    segments = [(700, jobs.letters_of(700))] * slots
    at_its_end = formula.memory_bytes(untrained.TINY, torch.bfloat16, segments)
    assert block.bytes <= 1.10 * (at_its_end - formula.memory_bytes(untrained.TINY, torch.bfloat16, []))
    assert bench.job([4] * slots).frames == 4 * slots
