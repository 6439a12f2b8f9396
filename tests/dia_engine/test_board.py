"""The rules of the end, for all slots at once: row for row those of the slow path."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from dia_engine import delay, reference
from dia_engine.board import NOT_YET, Board
from dia_engine.delay import UNDECIDED, Grid
from dia_engine.dia1.config import Config
from dia_engine.dia1.model import Dia1
from dia_engine.params import Params
from tests.dia_engine import tiny

CPU = torch.device("cpu")
EOS = 1024


@pytest.fixture(scope="module")
def model() -> Dia1:
    return tiny.network(0, "B", (4, 2), (4, 4))


def grid_of(config: Config, prompt: int, rows: int) -> Grid:
    codes = np.full((prompt, config.channels), 7) if prompt else None
    grid = np.full((rows, config.channels), UNDECIDED, np.int64)
    known = min(delay.full_rows(prompt, config.delays), rows)
    grid[:known] = delay.prefix(codes, config.delays, bos=config.bos, rows=known)
    return grid


class Slow:
    """One slot by the slow path's own `end` and merge."""

    def __init__(self, model: Dia1, grid: Grid, row: int) -> None:
        self.item = reference.Item(grid.copy(), row, torch.zeros(0))
        self.batch = reference.Batch(model, Params(), 0, None, [self.item])
        self.row = row

    def decide(self, chosen: np.ndarray) -> None:
        if self.item.countdown == 0:
            return
        prediction = chosen.copy()
        reference.end(self.batch, self.item, prediction, self.row)
        undecided = self.item.grid[self.row] == UNDECIDED
        self.item.grid[self.row, undecided] = prediction[undecided]
        self.row += 1


@pytest.mark.parametrize("seed", range(5))
def test_grids_ends_and_reasons_are_the_slow_paths_row_for_row(model: Dia1, seed: int) -> None:
    config, numbers = model.config, np.random.default_rng(seed)
    grids = [grid_of(config, prompt, rows) for prompt, rows in ((0, 17), (0, 40), (9, 60), (3, 60), (0, 60))]
    starts = [1, 1, 10, 4, 1]
    ends = [None, None, 21, 4, 44]  # the row in which channel 0 says EOS; the last two ends are the first and the last possible
    board = Board(config, len(grids), 60, CPU)
    slow = [Slow(model, grid, row) for grid, row in zip(grids, starts, strict=True)]
    for slot, (grid, row) in enumerate(zip(grids, starts, strict=True)):
        board.put(slot, grid, row)
    for _ in range(62):
        fed = board.fed()
        chosen = numbers.integers(0, 1024, (len(grids), config.channels))
        for slot, twin in enumerate(slow):
            if twin.item.countdown != 0:
                assert fed[slot].tolist() == twin.item.grid[twin.row - 1].tolist()
            if twin.row == ends[slot]:
                chosen[slot, 0] = EOS
            if twin.item.countdown is not None:
                chosen[slot, 0] = numbers.choice([5, EOS])  # once it has begun nothing begins an end again
        board.decide(torch.from_numpy(chosen))
        for twin, row in zip(slow, chosen, strict=True):
            twin.decide(row)
        seen, _ = board.look(1)
        for twin, state in zip(slow, seen, strict=True):
            begun = twin.item.countdown is not None
            assert state.row == twin.row
            assert state.end_row == (twin.item.end_row if begun else NOT_YET)
            assert state.by_eos == (begun and twin.item.reason == "eos")
            assert state.over == (twin.item.countdown == 0)
    for slot, twin in enumerate(slow):
        assert twin.item.countdown == 0
        np.testing.assert_array_equal(board.grid[slot, : len(twin.item.grid)].numpy(), twin.item.grid)


def test_looking_tells_the_last_rows_of_each_and_a_resting_slot_stays_as_it_is(model: Dia1) -> None:
    config = model.config
    board = Board(config, 3, 40, CPU)
    board.put(0, grid_of(config, 0, 40), 1)
    board.put(1, grid_of(config, 5, 40), 6)
    rows = [torch.full((3, config.channels), number) for number in range(20)]
    for row in rows:
        board.decide(row)
    seen, recent = board.look(4)
    assert [state.row for state in seen] == [21, 26, 1]
    assert recent.shape == (3, 4, config.channels)
    np.testing.assert_array_equal(recent[0, :, 0], [16, 17, 18, 19])
    np.testing.assert_array_equal(recent[1], board.grid[1, 22:26].numpy())
    assert seen[2].over
    board.clear(0)
    kept = board.grid[0, 1:].clone()
    board.decide(rows[5])
    seen, _ = board.look(1)
    assert [state.row for state in seen] == [1, 27, 1]
    assert torch.equal(board.grid[0, 1:], kept)
    assert (board.fed()[0] == 0).all()
