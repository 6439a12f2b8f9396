"""When memory runs out: how many segments go on is half of those that were there, whatever number of slots there is."""

from __future__ import annotations

import pytest
import torch

from dia_engine.dia1.decode import prepare
from dia_engine.dia1.row import Row
from dia_engine.params import Params, Request
from dia_engine.slots import Slots
from tests.dia_engine import tiny


@pytest.mark.parametrize(("running", "left"), [(1, 1), (2, 1), (3, 1), (4, 2), (5, 2)])
def test_half_of_those_that_were_running_go_on(running: int, left: int, monkeypatch: pytest.MonkeyPatch) -> None:
    slots = Slots(prepare(tiny.network(3, "B", (4, 2), (4, 4)), slots=5))
    tickets = [slots.add(Request("[S1] rain", None, Params(seed=seed, max_tokens=20))) for seed in range(running)]
    logits, calls = Row.logits, [0]

    def failing(self: Row, fed: torch.Tensor, at: torch.Tensor) -> torch.Tensor:
        calls[0] += 1
        if calls[0] == 2:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return logits(self, fed, at)

    monkeypatch.setattr(Row, "logits", failing)
    most = []
    while slots.busy:
        slots.step()
        most.append(slots.running)
    assert (most[0], max(most[2:])) == (running, left)
    assert all(ticket.result is not None for ticket in tickets)
